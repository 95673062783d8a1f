import type { AuditEvent, Deed, Outcome, Place } from '../model/event.ts';
import type { Json } from '../model/finding.ts';
import { dayOfHour } from '../time.ts';
import { isoText } from '../wording.ts';
import { defineFacet } from './facet.ts';
import { groupBy } from './group.ts';
import { keepTally } from './keep.ts';
import { addToTally, type Tally, type TallyShape, tallyRows } from './tally.ts';

/** What a credential did to credentials, privileges, trust or the audit itself. A text is empty when it was not told or given up. */
export interface DeedRow {
  readonly deed: Deed;
  readonly action: string;
  readonly outcome: Outcome;
  readonly target: string;
  readonly country: string;
  readonly address: string;
  readonly mfa: AuditEvent['mfa'];
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly example: string;
}

/** Several rows taken together. */
export interface DeedSum {
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly countries: readonly string[];
  readonly addresses: readonly string[];
  readonly example: string;
}

/** Everyday acts, of which there is a facet for each that needs one. */
const EVERYDAY: ReadonlySet<Deed> = new Set(['use', 'infer', 'issue']);

/** Deeds that some credentials do all day long; their details are given up before those of the rest. */
const ROUTINE: ReadonlySet<string> = new Set<Deed>(['reveal', 'sign-in']);

const SEPARATOR = '\x1f';
const [DEED, ACTION, OUTCOME, TARGET, WHEN, COUNTRY, ADDRESS, MFA] = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/** Whoever fills the table with reads or with refused attempts must not wash out the names of the keys that were made. */
const isRoutine = (parts: readonly string[]): boolean => ROUTINE.has(parts[DEED]!) || parts[OUTCOME] !== 'ok';
const isAny = (): boolean => true;

const SHAPE: TallyShape = {
  bound: 512,
  folds: ['sum', 'min', 'max'],
  coarser: [
    blank(isRoutine, ADDRESS),
    hourToDay(isRoutine),
    blank(isRoutine, TARGET),
    blank(isRoutine, WHEN),
    blank(isAny, ADDRESS),
    hourToDay(isAny),
    blank(isAny, TARGET),
    blank(isAny, WHEN),
    blank(isAny, COUNTRY),
  ],
};

/** Every deed but everyday use: to what, with which outcome, when and from where; coarser when there are very many. */
export const deeds = defineFacet({
  id: 'deeds',
  version: 1,
  columns: ['hour', 'deed', 'action', 'outcome', 'target', 'address', 'mfa'],
  ...keepTally(SHAPE),
  add(state, event, place) {
    if (event.count === 0 || EVERYDAY.has(event.deed)) return;
    addToTally(SHAPE, state, deedKey(event, place), [event.count, event.at, event.last], event.example);
  },
});

/** Deeds of one sort that ended in one way, in order of time, then name. */
export function deedRows(tally: Tally, deed: Deed, outcome: Outcome = 'ok'): DeedRow[] {
  const rows: DeedRow[] = [];
  for (const [key, { values, example }] of tallyRows(tally)) {
    const parts = key.split(SEPARATOR);
    if (parts[DEED] !== deed || parts[OUTCOME] !== outcome) continue;
    const [count, first, last] = values as [number, number, number];
    rows.push({
      deed,
      outcome,
      action: parts[ACTION]!,
      target: parts[TARGET]!,
      country: parts[COUNTRY]!,
      address: parts[ADDRESS]!,
      mfa: parts[MFA] as AuditEvent['mfa'],
      count,
      first,
      last,
      example,
    });
  }
  return rows.sort((a, b) => a.first - b.first || a.last - b.last);
}

/** Rows that agree in action and target, one group each. */
export function groupDeeds(rows: readonly DeedRow[]): DeedRow[][] {
  return [...groupBy(rows, ({ action, target }) => action + SEPARATOR + target).values()];
}

/** The rows as one; there must be at least one. */
export function sumDeeds(rows: readonly DeedRow[]): DeedSum {
  return {
    count: rows.reduce((sum, { count }) => sum + count, 0),
    first: Math.min(...rows.map(({ first }) => first)),
    last: Math.max(...rows.map(({ last }) => last)),
    countries: namesOf(rows.map(({ country }) => country)),
    addresses: namesOf(rows.map(({ address }) => address)),
    example: namesOf(rows.map(({ example }) => example))[0] ?? '',
  };
}

/** A sum as the evidence of a finding. */
export function deedEvidence({ count, first, last, countries, addresses, example }: DeedSum): Record<string, Json> {
  return { times: count, first: isoText(first), last: isoText(last), countries, addresses, example };
}

const namesOf = (names: readonly string[]): string[] => [...new Set(names)].filter(name => name !== '').sort();

type Keyed = Pick<AuditEvent, 'deed' | 'action' | 'outcome' | 'target' | 'hour' | 'address' | 'mfa'>;

function deedKey({ deed, action, outcome, target, hour, address, mfa }: Keyed, { country }: Place): string {
  const parts = [deed, action, outcome, target, `h${hour}`, country, address, mfa];
  return parts.map(part => part.replaceAll(SEPARATOR, '\ufffd')).join(SEPARATOR);
}

type Which = (parts: readonly string[]) => boolean;

function blank(which: Which, part: number): (key: string) => string {
  return key => change(key, which, parts => parts.with(part, ''));
}

function hourToDay(which: Which): (key: string) => string {
  return key => change(key, which, parts => parts.with(WHEN, dayOf(parts[WHEN]!)));
}

const dayOf = (when: string): string => (when.startsWith('h') ? `d${dayOfHour(Number(when.slice(1)))}` : when);

function change(key: string, which: Which, how: (parts: string[]) => string[]): string {
  const parts = key.split(SEPARATOR);
  return which(parts) ? how(parts).join(SEPARATOR) : key;
}
