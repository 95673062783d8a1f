import { describe, expect, test } from 'vitest';
import type { Finding } from '../src/model/finding.ts';
import { arrange } from '../src/report/digest/incidents.ts';
import { relationsIn } from '../src/report/digest/relations.ts';
import { text } from '../src/report/text.ts';
import { DAY } from '../src/time.ts';
import { findingOf, keyOf, NOW, reportOf } from './report-fixtures.ts';

// One incident reads as one: campaigns, their members, and keys that were made in it.

const idOf = (i: number): string => `AKIAIOSFODNN7KEY${String(i).padStart(4, '0')}`;
const keys = (from: number, until: number): string[] => Array.from({ length: until - from }, (_, i) => idOf(from + i));

const about = (rule: string, i: number, given: Partial<Finding> = {}): Finding =>
  findingOf({ rule, credential: keyOf(idOf(i), `user-${i}`), ...given });
const campaign = (rule: string, members: readonly string[], given: Partial<Finding> = {}): Finding =>
  findingOf({ rule, family: 'campaign', severity: 'high', subject: `${rule} subject`, members, ...given });

const EARLIER = { episodes: [{ from: NOW - 9 * DAY, until: NOW - 8 * DAY }] } as const;

const crowd = campaign('crowded-network', keys(0, 50));
const step = campaign('coordinated-keys', keys(10, 60));

const rulesIn = (findings: readonly Finding[]): string[][] =>
  arrange(findings).incidents.map(({ findings: own }) => own.map(({ rule }) => rule));

describe('campaigns', () => {
  test.each<[title: string, findings: readonly Finding[], told: string[][]]>([
    ['of mostly the same keys are one incident', [crowd, step], [['coordinated-keys', 'crowded-network']]],
    [
      'a part of a larger one belongs to it',
      [crowd, campaign('coordinated-keys', keys(45, 50))],
      [['coordinated-keys', 'crowded-network']],
    ],
    [
      'of other keys are told apart',
      [crowd, campaign('coordinated-keys', keys(40, 90))],
      [['coordinated-keys'], ['crowded-network']],
    ],
    [
      'of another week are told apart',
      [crowd, campaign('coordinated-keys', keys(10, 60), EARLIER)],
      [['crowded-network'], ['coordinated-keys']],
    ],
    [
      'are told with what else their maker did',
      [crowd, { ...campaign('account-farm', keys(0, 50)), credential: keyOf(idOf(99), 'maker') }, about('burst', 99)],
      [['account-farm', 'crowded-network', 'burst']],
    ],
    [
      'do not take in what their members did by themselves',
      [crowd, about('unusual-geography', 3), about('token-burst', 3)],
      [['crowded-network'], ['token-burst', 'unusual-geography']],
    ],
  ])('%s', (_, findings, told) => {
    expect(rulesIn(findings)).toEqual(told);
    expect(rulesIn([...findings].reverse())).toEqual(told);
  });
});

/** What the incident that holds a rule has to do with the rest, by name of rule. */
function relationsOf(findings: readonly Finding[], rule: string) {
  const companies = arrange(findings).incidents.map(({ findings: own }) => own);
  const company = companies.find(own => own.some(finding => finding.rule === rule))!;
  const { campaigns, makers, works, ofMembers } = relationsIn(findings, companies)(company);
  const names = (some: readonly Finding[]) => some.map(finding => finding.rule);
  return { campaigns: campaigns.map(names), makers: names(makers), works: names(works), ofMembers: [...ofMembers] };
}

describe('relations', () => {
  const none = { campaigns: [], makers: [], works: [], ofMembers: [] };
  const minted = about('key-minted', 102, {
    kind: 'fact',
    family: 'lifetime',
    severity: 'high',
    evidence: { by: idOf(101) },
  });
  const thief = about('two-places-at-once', 101, { severity: 'critical' });
  const old = about('long-lived-key', 3, { kind: 'fact', family: 'lifetime' });

  test.each<[title: string, findings: readonly Finding[], rule: string, relations: object]>([
    [
      'a member names each campaign once, with all that is told of it',
      [crowd, step, about('token-burst', 12)],
      'token-burst',
      { ...none, campaigns: [['crowded-network', 'coordinated-keys']] },
    ],
    [
      'a campaign counts what its members did by themselves',
      [crowd, about('new-model', 3), about('new-model', 4), about('token-burst', 4), old, about('new-model', 70)],
      'crowded-network',
      {
        ...none,
        ofMembers: [
          ['new-model', 2],
          ['token-burst', 1],
        ],
      },
    ],
    [
      'a key names the incident of its maker',
      [thief, minted],
      'key-minted',
      { ...none, makers: ['two-places-at-once'] },
    ],
    ['the maker names the key', [thief, minted], 'two-places-at-once', { ...none, works: ['key-minted'] }],
    [
      'a maker that did nothing else that week is not named',
      [about('two-places-at-once', 101, EARLIER), minted],
      'key-minted',
      none,
    ],
    ['what lasts has to do with nothing', [crowd, old], 'long-lived-key', none],
  ])('%s', (_, findings, rule, relations) => {
    expect(relationsOf(findings, rule)).toEqual(relations);
  });

  test('are told a line each, and nothing twice', () => {
    const corroborated = { corroboratedBy: ['coordinated-keys', 'crowded-network', 'shared-key'] };
    const report = reportOf([
      crowd,
      step,
      about('token-burst', 12, corroborated),
      about('denied-burst', 12),
      thief,
      minted,
    ]);
    const lines = [...text.render(report, { width: 100, color: false })].join('').split('\n');
    expect(
      lines.filter(line => /one of|members|done by|see also|not shown/.test(line)).map(line => line.trim()),
    ).toEqual([
      'see also what came of it: AKIA…0102 (high)',
      '50 members: AKIA…0010, AKIA…0011, AKIA…0012, AKIA…0013 and 46 more',
      '50 members: AKIA…0000, AKIA…0001, AKIA…0002, AKIA…0003 and 46 more',
      'told of its members: denied-burst (1) and token-burst (1)',
      'done by AKIA…0101 (critical), told by itself',
      'one of 50 credentials of crowded-network and coordinated-keys, crowded-network subject',
      'also: shared-key (not shown)',
    ]);
  });
});
