import type { AuditEvent, Deed, Outcome, Place } from '../model/event.ts';
import type { Json } from '../model/finding.ts';
import { dayOfHour } from '../time.ts';
import { compareText, isoText } from '../wording.ts';
import { defineFacet } from './facet.ts';
import { groupBy } from '../group.ts';
import { keepTally } from './keep.ts';
import { addToTally, type Tally, type TallyShape, tallyRows } from './tally.ts';

/** What a credential did to credentials, privileges, trust or the audit itself. A text is empty when it was not told. */
export interface DeedRow {
  readonly deed: Deed;
  readonly action: string;
  readonly outcome: Outcome;
  readonly target: string;
  /** There were so many deeds that the targets of these were given up: `target` is empty, and they had one. */
  readonly isCoarse: boolean;
  readonly country: string;
  readonly address: string;
  readonly mfa: AuditEvent['mfa'];
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly example: string;
}

const INVITING =
  /^(?:openai:(?:(?:tenant\.)?user\.(?:added|invited)|(?:tenant\.\w+_)?invite\.(?:sent|upserted))|anthropic:org_(?:user_invite_sent|join_request_approved)|litellm:user-created)$/;

/** Whether a grant makes somebody a member of a vendor's organisation or of a proxy. */
export const isInviting = (action: string): boolean => INVITING.test(action);

/** Whether a grant lets somebody in, be it only to a workspace, where others give more to those who are in already. */
export const isJoining = (action: string): boolean =>
  isInviting(action) || action === 'anthropic:platform_workspace_member_added';

/** Several rows taken together. */
export interface DeedSum {
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly countries: readonly string[];
  readonly addresses: readonly string[];
  /** A few events, the earliest first. */
  readonly examples: readonly string[];
}

/** Everyday acts, of which there is a facet for each that needs one. */
const EVERYDAY: ReadonlySet<Deed> = new Set(['use', 'infer', 'issue']);

const SEPARATOR = '\x1f';
const [DEED, ACTION, OUTCOME, TARGET, WHEN, COUNTRY, ADDRESS, MFA] = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/** Stands for a target that was given up. No name holds a control character. */
const GIVEN_UP = '\x1e';
const RESERVED = /[\x1e\x1f]/g;

type Which = (parts: readonly string[]) => boolean;

/** Deeds that some do all day long, and whatever did not come off. */
const isNoise: Which = parts => ['reveal', 'sign-in'].includes(parts[DEED]!) || parts[OUTCOME] !== 'ok';
const isDone = (...deeds: readonly Deed[]): Which => {
  const names: ReadonlySet<string> = new Set(deeds);
  return parts => names.has(parts[DEED]!) && parts[OUTCOME] === 'ok';
};

const isLasting = isDone('create', 'open', 'trust', 'silence', 'expose');

/**
 * Each kind gives up all it can before the next gives up anything, from what there are many of to what an intruder
 * would have washed out: thousands of reads, or a deployment that grants and revokes, must not blank the name of a key
 * that was made or of a trail that was stopped.
 */
const SHAPE: TallyShape = {
  bound: 512,
  folds: ['sum', 'min', 'max'],
  coarser: [
    ...[isNoise, isDone('grant'), isDone('disable', 'delete')].flatMap(which => [
      blank(which, ADDRESS),
      coarserTime(which, 'd', dayOfHour),
      giveUpTarget(which),
      blank(which, WHEN),
      blank(which, COUNTRY),
    ]),
    blank(isLasting, ADDRESS),
    coarserTime(isLasting, 'd', dayOfHour),
    coarserTime(isLasting, 'm', monthOfDay),
    blank(isLasting, COUNTRY),
    giveUpTarget(isDone('trust')),
    giveUpTarget(isDone('create')),
    giveUpTarget(isDone('silence', 'expose')),
    blank(isLasting, WHEN),
  ],
};

/** Every deed but everyday use: to what, with which outcome, when and from where; coarser when there are very many. */
export const deeds = defineFacet({
  id: 'deeds',
  version: 2,
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
    const isCoarse = parts[TARGET] === GIVEN_UP;
    const [count, first, last] = values as [number, number, number];
    rows.push({
      deed,
      outcome,
      action: parts[ACTION]!,
      target: isCoarse ? '' : parts[TARGET]!,
      isCoarse,
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
    examples: examplesOf(rows),
  };
}

/** A sum as the evidence of a finding. */
export function deedEvidence({ count, first, last, countries, addresses, examples }: DeedSum): Record<string, Json> {
  return { times: count, first: isoText(first), last: isoText(last), countries, addresses, examples };
}

/** As many events as a finding shows. */
const SHOWN = 5;

function examplesOf(rows: readonly DeedRow[]): string[] {
  const inOrder = [...rows].sort((a, b) => a.first - b.first || compareText(a.example, b.example));
  return [...new Set(inOrder.map(({ example }) => example))].filter(example => example !== '').slice(0, SHOWN);
}

const namesOf = (names: readonly string[]): string[] => [...new Set(names)].filter(name => name !== '').sort();

type Keyed = Pick<AuditEvent, 'deed' | 'action' | 'outcome' | 'target' | 'hour' | 'address' | 'mfa'>;

function deedKey({ deed, action, outcome, target, hour, address, mfa }: Keyed, { country }: Place): string {
  const parts = [deed, action, outcome, target, `h${hour}`, country, address, mfa];
  return parts.map(part => part.replace(RESERVED, '\ufffd')).join(SEPARATOR);
}

function blank(which: Which, part: number): (key: string) => string {
  return changed(which, parts => parts.with(part, ''));
}

/** What was never told stays so: only a name is given up. */
function giveUpTarget(which: Which): (key: string) => string {
  return changed(which, parts => (parts[TARGET] === '' ? parts : parts.with(TARGET, GIVEN_UP)));
}

/** A time is a letter, for how long it is, and a number. */
function coarserTime(which: Which, letter: string, coarser: (number: number) => number): (key: string) => string {
  return changed(which, parts => parts.with(WHEN, `${letter}${coarser(Number(parts[WHEN]!.slice(1)))}`));
}

function changed(which: Which, how: (parts: string[]) => string[]): (key: string) => string {
  return key => {
    const parts = key.split(SEPARATOR);
    return which(parts) ? how(parts).join(SEPARATOR) : key;
  };
}

/** A stretch of thirty days, numbered. */
function monthOfDay(day: number): number {
  return Math.floor(day / 30);
}
