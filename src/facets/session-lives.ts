import { dayOfHour, HOUR } from '../time.ts';
import { defineFacet } from './facet.ts';
import { keepTally } from './keep.ts';
import { addToTally, type Tally, type TallyShape, tallyRows } from './tally.ts';

/** Sessions of more than an hour that one action gave out. */
export interface LongSessions {
  /** Empty when there were too many to tell apart. */
  readonly action: string;
  /** The longest life given, in seconds. */
  readonly longest: number;
  /** The hours in which the first and the last of them were given out. */
  readonly firstHour: number;
  readonly lastHour: number;
  readonly example: string;
}

/** What nearly every session lives at most; there is no need to remember those. */
const COMMON_SECONDS = HOUR / 1000;

const SEPARATOR = '\x1f';

const SHAPE: TallyShape = {
  bound: 64,
  folds: ['max', 'min', 'max'],
  coarser: [
    changedTime(day => `m${Math.floor(Number(day.slice(1)) / 30)}`),
    changedTime(() => ''),
    // No time is left in the key by now, only the action.
    () => SEPARATOR,
  ],
};

/** How long the sessions lived that a credential was used to obtain: by action, the longest of each day. */
export const sessionLives = defineFacet({
  id: 'session-lives',
  version: 2,
  columns: ['hour', 'deed', 'action'],
  ...keepTally(SHAPE),
  add(state, event) {
    if (event.deed !== 'issue' || event.ttl <= COMMON_SECONDS) return;
    const key = `d${dayOfHour(event.hour)}${SEPARATOR}${event.action}`;
    addToTally(SHAPE, state, key, [event.ttl, event.hour, event.hour], event.example);
  },
});

/** In order of time. */
export function longSessions(tally: Tally): LongSessions[] {
  const rows = tallyRows(tally).map(([key, { values, example }]) => {
    const [longest, firstHour, lastHour] = values as [number, number, number];
    return { action: key.slice(key.indexOf(SEPARATOR) + 1), longest, firstHour, lastHour, example };
  });
  return rows.sort((a, b) => a.firstHour - b.firstHour || a.lastHour - b.lastHour);
}

function changedTime(change: (time: string) => string): (key: string) => string {
  return key => {
    const end = key.indexOf(SEPARATOR);
    return change(key.slice(0, end)) + key.slice(end);
  };
}
