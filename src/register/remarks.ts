import type { Credential } from '../model/credential.ts';
import type { Remark } from '../model/register.ts';
import { DAY } from '../time.ts';
import { dayText, isoText, someText } from '../wording.ts';
import type { Listings } from './census.ts';
import type { Join } from './joins.ts';
import type { Sight } from './sight.ts';

/** What of a key the other parts of the register know. */
export interface Known {
  readonly isInUse: boolean;
  readonly isHolderGone: boolean;
  readonly joins: readonly Join[];
  readonly doubts: readonly string[];
  readonly replaces: string | null;
  readonly replacedBy: string | null;
}

/** As many keys are named in a remark. */
const SHOWN = 3;

/** All that is to be said of a key, gravest first. */
export function remarksOn(credential: Credential, known: Known, listings: Listings, sight: Sight): Remark[] {
  const { isHolderGone, joins, doubts, replaces, replacedBy } = known;
  const missedAt = listings.missedAt(credential);
  return [
    ...remark('unknown-to-provider', missedAt !== null && doubts.length === 0 && unknownText(credential, missedAt)),
    ...remark('holder-gone', isHolderGone && 'its holder was disabled or removed'),
    ...unusedRemarks(credential, known, listings, sight),
    ...doubtRemarks(credential, doubts),
    ...joins.flatMap(join => remark(`joined-by-${join.how}`, joinText(join))),
    ...remark('replaces', replaces !== null && `replaces ${replaces}`),
    ...remark('replaced-by', replacedBy !== null && `replaced by ${replacedBy}`),
  ];
}

/** A remark where there is something to say. */
const remark = (code: Remark['code'], text: string | false): Remark[] => (text === false ? [] : [{ code, text }]);

/** What a list without a date says is of 1970. */
const unknownText = ({ provider }: Credential, listedAt: number): string =>
  `unknown to ${provider}: not in the whole list${listedAt < DAY ? '' : ` of ${dayText(listedAt)} ${isoText(listedAt).slice(0, 4)}`}`;

const joinText = ({ id, how }: Join): string =>
  how === 'hint' ? `also seen as ${id}, joined by hint` : `also seen as ${id}, being that user's only such key`;

/** Why a key that is there has no use; nothing of one that has ended. */
function unusedRemarks(credential: Credential, { isInUse }: Known, { isTold }: Listings, sight: Sight): Remark[] {
  const { id, active, lastUsedAt, isUseKnown } = credential;
  if (isInUse || lastUsedAt !== undefined || active === false || !isTold(id)) return [];
  if (isUseKnown === true) return remark('never-used', 'never used, as its provider says');
  const shared = sight.sharedName(credential);
  if (shared !== '') return remark('use-not-visible', `use not visible: it is recorded for all keys of ${shared}`);
  return sight.sees(credential)
    ? remark('not-seen-in-use', 'not seen in use')
    : remark('use-not-visible', 'use not visible in these sources');
}

function doubtRemarks({ kind, owner, id }: Credential, doubts: readonly string[]): Remark[] {
  if (doubts.length === 0) return [];
  const some = someText(doubts, SHOWN);
  return owner !== '' && id.startsWith(`${owner}/`) && kind !== 'unknown'
    ? remark('use-of-several', `use of ${doubts.length} keys, of which is not recorded: ${some}`)
    : remark('hint-fits-several', `fits the hint of ${doubts.length} keys: ${some}`);
}
