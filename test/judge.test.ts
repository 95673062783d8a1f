import { describe, expect, test } from 'vitest';
import { mergeEpisodes } from '../src/episodes.ts';
import { lifetime } from '../src/facets/lifetime.ts';
import { fill, fingerprintOf, type JudgedWindow, judge } from '../src/judge.ts';
import { note, openLedger } from '../src/ledger.ts';
import type { Family, Severity } from '../src/model/finding.ts';
import { withSeparators } from '../src/wording.ts';
import { planFor } from '../src/plan.ts';
import { defineRule, type Rule } from '../src/rules/rule.ts';
import { DAY, HOUR } from '../src/time.ts';

const NOW = Date.UTC(2026, 10, 20);
const WHOLE: JudgedWindow = { since: null, now: NOW };

interface Told {
  readonly id: string;
  readonly family: Family;
  readonly kind?: 'fact' | 'signal';
  readonly severity?: Severity;
  readonly at?: number;
  readonly subject?: string;
}

/** A rule that says one thing about every credential. */
function saying({ id, family, kind = 'signal', severity = 'medium', at = NOW - DAY, subject = 'k' }: Told): Rule {
  return defineRule({
    id,
    family,
    kind,
    severity,
    title: id,
    description: id,
    remediation: id,
    references: [],
    falsePositives: [],
    needs: ['calls'],
    facets: { lifetime },
    options: {},
    messages: { said: '{n} things' },
    examples: () => [],
    *judge() {
      yield {
        message: 'said',
        data: { n: 1234 },
        subject: [subject],
        episodes: [{ from: at, until: at }],
        evidence: {},
      };
    },
  });
}

function judged(rules: readonly Rule[], window = WHOLE) {
  const ledger = openLedger(planFor(rules));
  note(ledger, { id: 'k', provider: 'aws', kind: 'access-key', owner: 'o', account: '1', observedAt: 0 });
  const configured = rules.map(rule => ({ rule, options: {} }));
  return judge(ledger, configured, window).findings.map(f => [f.rule, f.severity, f.corroboratedBy.join()]);
}

describe('corroboration', () => {
  test.each<[string, readonly Told[], readonly unknown[]]>([
    [
      'two families within a day raise each other one level',
      [
        { id: 'a', family: 'place' },
        { id: 'b', family: 'volume', at: NOW },
      ],
      [
        ['a', 'high', 'b'],
        ['b', 'high', 'a'],
      ],
    ],
    [
      'three families raise each other once, not twice',
      [
        { id: 'a', family: 'place' },
        { id: 'b', family: 'volume' },
        { id: 'c', family: 'platform' },
      ],
      [
        ['a', 'high', 'b,c'],
        ['b', 'high', 'a,c'],
        ['c', 'high', 'a,b'],
      ],
    ],
    [
      'one family is one opinion',
      [
        { id: 'a', family: 'place' },
        { id: 'b', family: 'place' },
      ],
      [
        ['a', 'medium', ''],
        ['b', 'medium', ''],
      ],
    ],
    [
      'more than a day apart is another story',
      [
        { id: 'a', family: 'place' },
        { id: 'b', family: 'volume', at: NOW - 2 * DAY - 1 },
      ],
      [
        ['a', 'medium', ''],
        ['b', 'medium', ''],
      ],
    ],
    [
      'a fact neither raises nor is raised',
      [
        { id: 'a', family: 'place' },
        { id: 'b', family: 'lifetime', kind: 'fact' },
      ],
      [
        ['a', 'medium', ''],
        ['b', 'medium', ''],
      ],
    ],
    [
      'critical stays critical',
      [
        { id: 'a', family: 'place', severity: 'critical' },
        { id: 'b', family: 'volume' },
      ],
      [
        ['a', 'critical', 'b'],
        ['b', 'high', 'a'],
      ],
    ],
    [
      'refusals are part of a probe, not a second opinion',
      [
        { id: 'denied-burst', family: 'volume' },
        { id: 'model-probe', family: 'platform' },
      ],
      [
        ['denied-burst', 'medium', ''],
        ['model-probe', 'medium', ''],
      ],
    ],
  ])('%s', (_, told, expected) => {
    expect(judged(told.map(saying))).toEqual(expected);
    expect(judged(told.map(saying).reverse())).toEqual(expected);
  });
});

test('each incident of a subject is raised by its own company', () => {
  const rules = [
    saying({ id: 'old', family: 'volume', at: NOW - 60 * DAY, severity: 'high' }),
    saying({ id: 'new', family: 'volume' }),
    saying({ id: 'place', family: 'place' }),
  ];
  // The two bursts are told as one finding by a rule of one id and subject.
  const burst = {
    ...rules[0]!,
    id: 'burst',
    judge: (...args: Parameters<Rule['judge']>) => both(rules[0]!, rules[1]!, args),
  };
  expect(judged([burst, rules[2]!])).toEqual([
    ['burst', 'high', 'place'],
    ['place', 'high', 'burst'],
  ]);
});

function* both(a: Rule, b: Rule, args: Parameters<Rule['judge']>): ReturnType<Rule['judge']> & Generator {
  for (const said of a.judge(...args)) yield { ...said, severity: 'high' as const };
  for (const said of b.judge(...args)) yield { ...said, severity: 'medium' as const };
}

test('what ended before the judged stretch is history', () => {
  const rules = [saying({ id: 'a', family: 'place', at: NOW - 9 * DAY }), saying({ id: 'b', family: 'volume' })];
  expect(judged(rules, { since: NOW - 2 * DAY, now: NOW })).toEqual([['b', 'medium', '']]);
});

test('findings are ordered by severity, rule and subject', () => {
  const rules = [
    saying({ id: 'z', family: 'place', severity: 'critical' }),
    saying({ id: 'b', family: 'place', severity: 'low' }),
    saying({ id: 'a', family: 'place', severity: 'low' }),
  ];
  expect(judged(rules).map(([rule]) => rule)).toEqual(['z', 'a', 'b']);
});

test('episodes split where a day was quiet', () => {
  const episodes = [
    { from: 50 * HOUR, until: 51 * HOUR },
    { from: 0, until: 2 * HOUR },
    { from: HOUR, until: 3 * HOUR },
    { from: 27 * HOUR, until: 27 * HOUR },
    { from: 51 * HOUR + DAY + 1, until: 80 * HOUR },
  ];
  expect(mergeEpisodes(episodes)).toEqual([
    { from: 0, until: 51 * HOUR },
    { from: 51 * HOUR + DAY + 1, until: 80 * HOUR },
  ]);
});

test('a fingerprint depends on the rule and the names alone, and on where one name ends', () => {
  expect(fingerprintOf('r', ['a', 'b'])).toBe(fingerprintOf('r', ['a', 'b']));
  expect(new Set([['a', 'b'], ['a b'], ['ab'], ['b', 'a']].map(subject => fingerprintOf('r', subject))).size).toBe(4);
  expect(fingerprintOf('r', ['a'])).toMatch(/^[0-9a-f]{16}$/);
});

test('sentences carry their numbers with separators', () => {
  expect(fill('{a} of {b}, {c}', { a: 1234567, b: 9.25, c: '<b>' })).toBe('1,234,567 of 9.3, <b>');
  expect([0, 999, 1000, 12345.67, -1234].map(withSeparators)).toEqual(['0', '999', '1,000', '12,345.7', '-1,234']);
});
