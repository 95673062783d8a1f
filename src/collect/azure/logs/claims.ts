import { CLAIM_NAMES } from '../../../normalise/azure-identity.ts';
import { dig } from '../../../normalise/dig.ts';
import type { JsonObject } from '../../../scan/wanted.ts';
import { firstOf } from './kql.ts';

/** The claims that are asked for, each alone and under a short name: a row with all of them takes far longer to read. */
export const CLAIMS = ['oid', 'appid', 'appidacr', 'upn', 'scp', 'idtyp', 'mirid', 'uti'] as const;

export type Claim = (typeof CLAIMS)[number];

/** Claims whose case tells nothing. */
export const FOLDED_CLAIMS: readonly Claim[] = ['oid', 'appid', 'upn', 'mirid'];

/** Claims that are told apart as they are written. */
export const EXACT_CLAIMS: readonly Claim[] = ['appidacr', 'scp', 'idtyp', 'uti'];

/** Of names that a token gives, only one that is a sign-in name is one. */
const SIGN_IN_NAME = '@"(?i)^(?:.*#)?\\s*[^@\\s#]+@[^@\\s#]+\\s*$|^\\s*[^@\\s]+#ext#@[^@\\s]+\\s*$"';

const named = (bag: string, name: string): string =>
  `tostring(${bag}${/^\w+$/.test(name) ? `.${name}` : `["${name}"]`})`;

/** The tenant's id among the claims in a bag. */
export const tenantIn = (bag: string): string => firstOf(...CLAIM_NAMES.tid.map(name => named(bag, name)));

/** Lines that take the claims out of a bag of them. */
export function claimsInBag(bag: string): readonly string[] {
  const found = (claim: Claim): readonly string[] => CLAIM_NAMES[claim].map(name => named(bag, name));
  return claimLines(found);
}

/** Lines that give claims their names, from expressions for where each may stand. */
export function claimLines(found: (claim: Claim) => readonly string[]): readonly string[] {
  const one = (claim: Claim): string => `${claim}=${firstOf(...found(claim))}`;
  const name = `upn=case(${found('upn')
    .map(text => `${text} matches regex ${SIGN_IN_NAME}, ${text}`)
    .join(', ')}, "")`;
  return [
    `| extend ${[one('oid'), one('appid'), one('appidacr'), name, one('idtyp'), one('uti')].join(', ')}`,
    // Of rights that were asked for, it only tells that there are any; of sessions, only those that are ever told apart.
    `| extend scp=iff(isempty(${firstOf(...found('scp'))}), "", "some"), mirid=trim(@"[/\\s]+", ${firstOf(...found('mirid'))})`,
    '| extend isPerson=idtyp == "user" or (idtyp != "app" and (isnotempty(upn) or isnotempty(scp)))',
    '| extend uti=iff(isPerson or isnotempty(mirid) or appidacr !in ("1", "2"), uti, "")',
  ];
}

/** The claims of a row, as a token has them. */
export function claimsOf(row: JsonObject): JsonObject {
  return {
    oid: row.oid,
    appid: row.appid,
    appidacr: row.appidacr,
    upn: row.upn,
    scp: row.scp,
    idtyp: row.idtyp,
    xms_mirid: row.mirid,
    uti: row.uti,
    tid: row.tid,
  };
}

const GROUP = ['KeywardCount', 'KeywardFirst', 'KeywardLast', 'KeywardTokensIn', 'KeywardTokensOut'] as const;

/** What a row that stands for several events says of them; nothing for a row that stands for itself. */
export function groupOf(row: JsonObject): JsonObject {
  if (dig(row, 'KeywardCount') === undefined) return {};
  return Object.fromEntries(GROUP.map(name => [name, dig(row, name)]));
}
