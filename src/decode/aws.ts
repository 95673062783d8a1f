import { readInstant } from '../normalise/instant.ts';
import { SECOND } from '../time.ts';
import { type DecodedKey, fromBase64, type KeyForm, masked } from './key.ts';

const AUDIT = 'keyward audit aws: --profile <profile>';

/** Finds a key in the list of its account. */
const listed = (condition: string): string => `keyward keys aws: --profile <profile> --where ${condition}`;
const USE = 'It is seen in CloudTrail under this id: audit the account, and look for it in the report.';

/** What AWS ids begin with, and what they name. */
const NAMES: Readonly<Record<string, Pick<DecodedKey, 'what' | 'kind' | 'notes'>>> = {
  AKIA: {
    what: 'AWS access key id',
    kind: 'access-key',
    notes: [USE, 'It works until somebody ends it, with the secret that belongs to it.'],
  },
  ASIA: {
    what: 'AWS access key id of a session',
    kind: 'unknown',
    notes: [USE, 'It ends by itself, 36 hours after it was issued at the latest.'],
  },
  ABIA: { what: 'id of an AWS bearer token', kind: 'unknown', notes: [] },
  ACCA: {
    what: 'id of an AWS service key',
    kind: 'unknown',
    notes: ['Long-term keys of Bedrock and of Claude Platform on AWS have such ids.'],
  },
  AIDA: { what: 'unique id of an IAM user', kind: null, notes: [] },
  AROA: { what: 'unique id of an IAM role', kind: null, notes: [] },
};

const keyId: KeyForm = {
  pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA|AIDA|AROA)[A-Z0-9]{16,17}(?![A-Za-z0-9])/g,
  read(id) {
    const { what, kind, notes } = NAMES[id.slice(0, 4)]!;
    const account = isKey(id) ? accountIn(id) : '';
    return {
      what,
      provider: 'aws',
      kind,
      isSecret: false,
      shown: id,
      id,
      ...(account !== '' && { account }),
      notes: isKey(id) && account === '' ? [...notes, NO_ACCOUNT] : notes,
      next: kind === 'access-key' ? [listed(`id=${id}`), AUDIT] : [AUDIT],
    };
  },
};

const NO_ACCOUNT = 'Account unknown: ids that were made before 2019 do not carry it.';

const isKey = (id: string): boolean => /^A[KS]IA/.test(id) && id.length === 20;

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ACCOUNT_AT = 7n;
const ACCOUNTS = 1n << 40n;

/**
 * The account that an access key id carries: behind its prefix it is base32, of which the first 48 bits are one that is
 * set in ids of this form, 40 of the account, and 7 of something else. Empty for ids of the older form.
 */
function accountIn(id: string): string {
  let bits = 0n;
  for (const character of id.slice(4)) {
    const value = BASE32.indexOf(character);
    if (value < 0) return '';
    bits = bits * 32n + BigInt(value);
  }
  const head = bits >> 32n;
  const account = (head >> ACCOUNT_AT) % ACCOUNTS;
  const isNewForm = head >> 47n === 1n;
  return isNewForm && account > 0n && account < 10n ** 12n ? String(account).padStart(12, '0') : '';
}

const SHORT_TERM: Readonly<Record<string, string>> = {
  'bedrock-api-key-': 'Bedrock API key, short-term',
  'aws-external-anthropic-api-key-': 'Claude Platform on AWS API key, short-term',
};

/** A request that was signed beforehand, in base64: it tells who signed it, when, and for how long. */
const shortTerm: KeyForm = {
  pattern: /(?<![A-Za-z0-9])(?:bedrock|aws-external-anthropic)-api-key-[A-Za-z0-9+/_-]{16,}={0,2}/g,
  read(key) {
    const type = Object.keys(SHORT_TERM).find(prefix => key.startsWith(prefix))!;
    const signed = signatureIn(fromBase64(key.slice(type.length)));
    const account = signed === null ? '' : accountIn(signed.id);
    return {
      what: SHORT_TERM[type]!,
      provider: 'aws',
      kind: 'unknown',
      isSecret: true,
      shown: masked(type, key),
      ...signed,
      ...(account !== '' && { account }),
      notes: signed === null ? [CUT] : [SIGNED, UNLISTED],
      next: [AUDIT],
    };
  },
};

const CUT = 'What is inside could not be read: it may have been cut short.';
const SIGNED = 'The id is that of the access key that signed it: CloudTrail has its calls under that id.';
const UNLISTED =
  'No list has it and it cannot be ended alone: end the session of its signer, or deny CallWithBearerToken.';

const LONGEST_LIFE = 7 * 86_400;

function signatureIn(
  url: string,
): (Pick<DecodedKey, 'id' | 'region' | 'createdAt' | 'expiresAt'> & { id: string }) | null {
  const query = new URLSearchParams(url.slice(url.indexOf('?') + 1));
  const credential = /^([A-Z0-9]{16,32})\/\d{8}\/([a-z0-9-]{1,32})\//.exec(query.get('X-Amz-Credential') ?? '');
  if (credential === null) return null;
  const [, id, region] = credential as unknown as [string, string, string];
  const createdAt = readInstant(query.get('X-Amz-Date') ?? '');
  const life = Number(query.get('X-Amz-Expires') ?? '');
  const isTimed = createdAt !== undefined && life > 0 && life <= LONGEST_LIFE;
  return {
    id,
    region,
    ...(createdAt !== undefined && { createdAt }),
    ...(isTimed && { expiresAt: createdAt + life * SECOND }),
  };
}

/** Base64 of an alias, a colon and the secret; the alias names the user and the account. */
const longTerm: KeyForm = {
  pattern: /(?<![A-Za-z0-9])ABSK[A-Za-z0-9+/]{40,}={0,2}/g,
  read(key) {
    const alias = /^(\w[\w+.@-]{0,127}-at-(\d{12})):/.exec(fromBase64(key.slice(4)));
    const isClaude = alias?.[1]?.startsWith('AeaApiKey-') === true;
    return {
      what: isClaude ? 'Claude Platform on AWS API key, long-term' : 'Bedrock API key, long-term',
      provider: 'aws',
      kind: isClaude ? 'claude-platform-key' : 'bedrock-key',
      isSecret: true,
      shown: masked('ABSK', key),
      ...(alias !== null && { owner: alias[1]!, account: alias[2]! }),
      notes: [
        alias === null ? CUT : ALIAS,
        'It works until its expiry, if it was given one, or until somebody ends it.',
      ],
      next: [alias === null ? AUDIT : listed(`holder~${userIn(alias[1]!)}`)],
    };
  },
};

/** The second key of a user has a number behind the user's name. */
const userIn = (alias: string): string => alias.replace(/(?:\+\d+)?-at-\d{12}$/, '');

const ALIAS = 'Its alias is a user and an account: a report has it as a key of that user.';

/** Nothing in it tells what it is but the name that it is given. */
const secret: KeyForm = {
  pattern: /(?<=secret_?access_?key["']?\s{0,3}[:=]\s{0,3}["']?)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/gi,
  read: key => ({
    what: 'AWS secret access key',
    provider: 'aws',
    kind: 'unknown',
    isSecret: true,
    shown: masked('', key),
    notes: ['Nothing in it tells whose it is: the access key id that belongs to it does.'],
    next: [],
  }),
};

const sessionToken: KeyForm = {
  pattern: /(?<![A-Za-z0-9+/])(?:FwoG|FQoG|IQoJ|AgoJ|AQoD)[A-Za-z0-9+/]{60,}={0,2}/g,
  read: key => ({
    what: 'AWS session token',
    provider: 'aws',
    kind: 'unknown',
    isSecret: true,
    shown: masked('', key),
    notes: ['It belongs to an access key id that begins with ASIA, under which its use is seen, and ends with it.'],
    next: [],
  }),
};

/** Keys and key ids of AWS. */
export const awsForms: readonly KeyForm[] = [shortTerm, longTerm, keyId, secret, sessionToken];
