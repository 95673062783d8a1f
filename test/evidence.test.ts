import { describe, expect, test } from 'vitest';
import { eventsIn } from '../src/evidence.ts';
import { kindText } from '../src/kinds.ts';
import type { CredentialKind } from '../src/model/credential.ts';
import { judgeExample } from '../src/example.ts';
import type { Evidence, Json } from '../src/model/finding.ts';
import { rules } from '../src/rules/index.ts';
import type { AnySubject, AnyVerdict, Example, Messages, Rule } from '../src/rules/rule.ts';
import { DAY, HOUR, MINUTE } from '../src/time.ts';
import { dayText, isoText, timesText, timeText, withSeparators } from '../src/wording.ts';

// A finding convinces when whoever reads its evidence can recompute its sentence and find its events.

/** What is so in an inventory, whether anything was ever done or not: there is no one event to show. */
const STATES: ReadonlySet<string> = new Set([
  'dormant-key unused',
  'dormant-key neverUsed',
  'dormant-key unseen',
  'keys-overlap overlap',
  'long-lived-key aged',
  'long-lived-key agedAtLeast',
  'long-lived-key agedThen',
  'long-lived-key agedListed',
  'long-ttl key',
  'never-expires endless',
  'never-expires remote',
  'ownerless-key gone',
  'ownerless-key nobody',
  'ownerless-key unknown',
  'phantom-user holds',
  'root-credential keyExists',
]);

/** Whose facets keep no event ids: they count by the hour, for every key and all its life. */
const WITHOUT_IDS: ReadonlySet<string> = new Set([
  // The day it came back; a network or a model that came with it gives an event.
  'dormant-key-revived revived',
  // Sessions that a credential was used to open, from where it always was.
  'issuance-burst hour',
  'issuance-burst day',
  // Rows that count tokens and no calls have no ids.
  'token-burst: an hour of a usage report that counts tokens and no calls',
  // The address is the one that it had a hundred days ago.
  'unusual-geography: a country that was absent for longer than the look-back',
]);

/** Rules about how much in which hour, which a reader wants to see plotted. */
const BURSTS: ReadonlySet<string> = new Set([
  'coordinated-keys',
  'denied-burst',
  'issuance-burst',
  'off-schedule',
  'steady-drain',
  'token-burst',
]);

/** Names under which evidence says when it began and when it ended. */
const SPANS: readonly (readonly [from: string, until: string])[] = [
  ['first', 'last'],
  ['firstSeen', 'lastSeen'],
  ['createdAt', 'lastUsed'],
  ['createdAt', 'expiresAt'],
  ['returnedAt', 'last'],
];

interface Told {
  readonly verdict: AnyVerdict;
  readonly subject: AnySubject | null;
}

/** All verdicts of an example, as the rule gives them. */
function toldBy(rule: Rule, example: Example<Messages>): Told[] {
  const told: Told[] = [];
  function* hear<T extends object>(said: Iterable<T>, subject: AnySubject | null): Generator<T> {
    for (const one of said) {
      if (!('abstain' in one)) told.push({ verdict: one as unknown as AnyVerdict, subject });
      yield one;
    }
  }
  const { survey } = rule;
  judgeExample(
    {
      ...rule,
      judge: (subject, context) => hear(rule.judge(subject, context), subject),
      ...(survey && { survey: (everyone, context) => hear(survey(everyone, context), null) }),
    },
    example,
  );
  return told;
}

const verdicts = rules.flatMap(rule =>
  rule.examples().flatMap(example =>
    toldBy(rule, example).map(told => ({
      name: `${rule.id}: ${example.title}`,
      id: `${rule.id} ${told.verdict.message}`,
      rule: rule.id,
      ...told,
    })),
  ),
);

/** Every number, text and list length of the evidence. */
interface Leaves {
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
  readonly instants: readonly number[];
}

function leavesOf(evidence: Evidence): Leaves {
  const [numbers, texts, instants] = [[] as number[], [] as string[], [] as number[]];
  const walk = (value: Json): void => {
    if (typeof value === 'number') numbers.push(value);
    else if (typeof value === 'string') {
      texts.push(value);
      if (INSTANT.test(value)) instants.push(Date.parse(value));
    } else if (Array.isArray(value)) {
      numbers.push(value.length);
      for (const item of value as readonly Json[]) walk(item);
    } else if (typeof value === 'object' && value !== null) {
      // What is plotted is not what is told.
      for (const [key, part] of Object.entries(value)) if (key !== 'hourly') walk(part);
    }
  };
  walk(evidence);
  return { numbers, texts, instants };
}

const INSTANT = /^\d{4}-\d\d-\d\dT/;
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const MOMENT = new RegExp(`\\b\\d{1,2} ${MONTH}(?: \\d\\d:\\d\\d)?`, 'g');
const UNITS: Readonly<Record<string, number>> = { day: DAY, hour: HOUR, minute: MINUTE };

/** What a value of a sentence says that its evidence does not. */
function missingFrom({ verdict, subject }: Told, value: string | number): string[] {
  const { numbers, texts, instants } = leavesOf(verdict.evidence);
  const { id = '', owner = '', account = '', kind = 'unknown' } = subject?.credential ?? {};
  const about = [...verdict.subject, ...(verdict.members ?? []), id, owner, account, kindText(kind)];
  const names = [...texts, ...about, kindText(verdict.evidence.kind as CredentialKind)].join('\n');
  // Not a part of a date, an address or a model's name.
  const words = [...texts.filter(text => !INSTANT.test(text)), ...about].join('\n');
  const isWritten = (said: string): boolean => new RegExp(`(?<![\\d./-])${said}(?![\\d./-])`).test(words);
  const isNumber = (said: string): boolean =>
    isWritten(said) ||
    [...numbers, verdict.members?.length ?? 0].some(n =>
      [withSeparators(n), withSeparators(Math.round(n)), timesText(n)].includes(said),
    );
  const isMoment = (said: string): boolean =>
    instants.some(at => [dayText(at), timeText(at), timeText(at - (at % HOUR) + HOUR)].includes(said));
  const isLength = (said: string, unit: string): boolean =>
    instants.some(a => instants.some(b => [Math.floor, Math.ceil].some(f => f((b - a) / UNITS[unit]!) === +said)));
  if (typeof value === 'number') return isNumber(withSeparators(value)) ? [] : [withSeparators(value)];
  if (value === '' || names.includes(value)) return [];
  const missing: string[] = [];
  const told = value.replace(/ and [\d,]+ more\b/g, '');
  let rest = told.replaceAll(MOMENT, said => (isMoment(said) || missing.push(said), ''));
  rest = rest.replaceAll(
    /\d{4}-\d\d-\d\d/g,
    day => (instants.some(at => isoText(at).startsWith(day)) || missing.push(day), ''),
  );
  rest = rest.replaceAll(/(\d\d):00–(\d\d):00/g, (said, a: string, b: string) => {
    if (!numbers.includes(+a) || !numbers.includes((+b + 23) % 24)) missing.push(said);
    return '';
  });
  rest = rest.replaceAll(/(?<=^|[ (])([\d,.]*\d) (minute|hour|day)s?\b/g, (said, n: string, unit: string) => {
    if (!isNumber(n) && !isLength(n, unit)) missing.push(said);
    return '';
  });
  rest = rest.replaceAll(
    /(?<=^|[ (])([\d,.]*\d) %/g,
    (said, n: string) => (numbers.includes(+n / 100) || missing.push(said), ''),
  );
  rest = rest.replaceAll(/(?<=^|[ (])-?([\d,.]*\d)(?=$|[ ),;°])/g, said => (isNumber(said) || missing.push(said), ''));
  const [first = '', ...others] = rest.split(/[ \n]+/).map(word => word.replace(/^[(,]+|[),;:]+$/g, ''));
  // A capital letter by itself is a point of the compass.
  const isName = (word: string): boolean => /[\d/:@_]|\w-\w*[\d.]|\.\w|^[A-Z]./.test(word);
  const named = [...(/[\d/:@_]|^[A-Z]{2}$/.test(first) ? [first] : []), ...others.filter(isName)];
  return [...missing, ...named.filter(word => !names.includes(word.replace(/ies$|s$/, '')))];
}

test('the events of evidence are named at any depth, each once and five at most', () => {
  const rest = {
    models: [{ example: 'b' }, { example: '' }, { example: 'a' }],
    note: 'example',
    examples: ['c', 'd', 'e', 'f'],
  };
  expect(eventsIn({ example: 'a', ...rest })).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(eventsIn({ example: 7, network: 'x' }, { example: 'y', examples: [{ network: 'x', example: 'z' }] })).toEqual([
    'y',
    'z',
  ]);
});

describe.each(verdicts)('$name', ({ name, id, rule, verdict, subject }) => {
  test('holds what its sentence says', () => {
    const missing = Object.entries(verdict.data).flatMap(([name, value]) =>
      missingFrom({ verdict, subject }, value).map(what => `${name}: ${what}`),
    );
    expect(missing, JSON.stringify(verdict.evidence)).toEqual([]);
  });

  test('says when it began and ended', () => {
    const isTold = SPANS.some(([from, until]) => from in verdict.evidence && until in verdict.evidence);
    expect(isTold, Object.keys(verdict.evidence).join(' ')).toBe(true);
  });

  test('plots a burst by the hour', () => {
    if (!BURSTS.has(rule)) return;
    const { from, values } = (verdict.evidence.hourly ?? {}) as { from?: string; values?: number[] };
    expect(Date.parse(from ?? '')).toSatisfy(Number.isFinite);
    expect(Math.max(...(values ?? []))).toBeGreaterThan(0);
  });

  test('names events where there are any', () => {
    if (STATES.has(id) || WITHOUT_IDS.has(id) || WITHOUT_IDS.has(name)) return;
    expect(eventsIn(verdict.evidence), JSON.stringify(verdict.evidence)).not.toEqual([]);
  });
});
