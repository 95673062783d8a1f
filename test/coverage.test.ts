import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { betterViews, coverageOf, jointViews, mergeRealms, type SeenSource, viewsOf } from '../src/coverage.ts';
import type { GeoNeed, Sight, View, Views } from '../src/model/coverage.ts';
import { formats } from '../src/normalise/formats.ts';
import { keyListViews } from '../src/normalise/key-list.ts';
import { realmOf } from '../src/normalise/realm.ts';
import { rules } from '../src/rules/index.ts';

const SIGHTS: readonly Sight[] = ['calls', 'tokens', 'places', 'deeds', 'sign-ins', 'inventory'];
const WHOLE: View = { blind: false, gaps: [] };
const views = (over: Partial<Views>): Views => ({
  ...(Object.fromEntries(SIGHTS.map(sight => [sight, WHOLE])) as unknown as Views),
  ...over,
});
/** As if it needed calls, and were helped by tokens. */
const tokenBurst = rules
  .filter(({ id }) => id === 'token-burst')
  .map(rule => ({ ...rule, needs: ['calls'] as const, needsOneOf: [], helps: ['tokens'] as const }));
const source = (over: Partial<SeenSource>): SeenSource => ({
  id: 'logs',
  views: views({}),
  missing: '',
  until: Date.UTC(2026, 10, 19),
  ...over,
});

describe('what a rule could see', () => {
  const doubt = { rule: 'token-burst', reason: 'no baseline yet', count: 1234, judged: 5000 };
  test.each([
    ['all of it', source({}), [], 'evaluated', ''],
    ['nothing that was recognised', source({ views: null }), [], 'blind', 'nothing in this source was recognised'],
    [
      'not what it needs',
      source({ views: views({ calls: { blind: true, gaps: ['no calls'] } }) }),
      [doubt],
      'blind',
      'no calls',
    ],
    [
      'not what would help',
      source({ views: views({ tokens: { blind: true, gaps: ['no tokens'] } }) }),
      [],
      'partial',
      'no tokens',
    ],
    ['some', source({ views: views({ calls: { blind: false, gaps: ['a', 'b'] } }) }), [], 'partial', 'a; b'],
    ['not all of it', source({ missing: '1 record was lost' }), [], 'partial', '1 record was lost'],
    [
      'nothing of late',
      source({ until: Date.UTC(2026, 9, 1) }),
      [],
      'blind',
      'its last event lies before what is judged (2026-10-01)',
    ],
    [
      'not as far back as it is judged',
      source({ reach: { from: Date.UTC(2026, 10, 10), why: 'LookupEvents keeps 90 days' } }),
      [],
      'partial',
      'nothing before 2026-11-10 was read: LookupEvents keeps 90 days',
    ],
    [
      'not all of the history that it compares with',
      source({ reach: { from: Date.UTC(2026, 9, 5), why: '' } }),
      [],
      'partial',
      'nothing before 2026-10-05 was read',
    ],
    ['all of that history', source({ reach: { from: Date.UTC(2026, 9, 4), why: '' } }), [], 'evaluated', ''],
    [
      'a list of keys',
      source({ until: Number.NEGATIVE_INFINITY, views: keyListViews([]) }),
      [],
      'blind',
      'a list of keys shows no calls',
    ],
    ['no events', source({ until: Number.NEGATIVE_INFINITY }), [], 'blind', 'it holds no events'],
    ['not every credential', source({}), [doubt], 'partial', '1,234 of 5,000 credentials not judged: no baseline yet'],
  ])('%s', (_, given, abstained, state, reason) => {
    expect(coverageOf(tokenBurst, [given], abstained, Date.UTC(2026, 10, 1))).toEqual([
      { rule: 'token-burst', source: 'logs', state, reason },
    ]);
  });
});

test.each([
  ['both', [], 'evaluated', ''],
  ['one', ['calls'], 'partial', 'no calls'],
  ['neither', ['calls', 'deeds'], 'blind', 'no calls; no deeds'],
] as const)('of two things a rule needs one of: %s seen', (_, missing, state, reason) => {
  const rule = rules.filter(({ id }) => id === 'denied-burst');
  const blind = missing.map(sight => [sight, { blind: true, gaps: [`no ${sight}`] }]);
  const seen = source({ views: views(Object.fromEntries(blind) as Partial<Views>) });
  expect(coverageOf(rule, [seen], [], null)).toEqual([{ rule: 'denied-burst', source: 'logs', state, reason }]);
});

test.each([
  ['impossible-travel', 'cities', 'give one that does with --geo-db'],
  ['unusual-network', 'operators', 'give one with --asn-db'],
] as const)('%s is blind where nobody knows %s', (id, need, remedy) => {
  const rule = rules.filter(rule => rule.id === id);
  const stateWith = (lacks: readonly GeoNeed[]) => coverageOf(rule, [source({})], [], null, lacks);
  expect(stateWith([need])).toMatchObject([{ state: 'blind', reason: expect.stringContaining(remedy) as string }]);
  expect(stateWith([])).toMatchObject([{ state: 'evaluated', reason: '' }]);
});

test('a rule that looks back no further than a source was read sees all that it needs', () => {
  const since = Date.UTC(2026, 10, 13);
  const reach = { from: Date.UTC(2026, 7, 22), why: 'LookupEvents keeps 90 days' };
  const partial = coverageOf(rules, [source({ reach })], [], since).filter(({ state }) => state === 'partial');
  const farthest = rules.filter(
    ({ needs, lookbackDays = 0 }) => lookbackDays > 84 && needs.some(n => n !== 'inventory'),
  );
  expect(partial.map(({ rule }) => rule)).toEqual(farthest.map(({ id }) => id));
  expect(new Set(partial.map(({ reason }) => reason))).toEqual(
    new Set(['nothing before 2026-08-22 was read: LookupEvents keeps 90 days']),
  );
  expect(coverageOf(rules, [source({ reach })], [], null).every(({ state }) => state === 'evaluated')).toBe(true);
});

const view: fc.Arbitrary<View> = fc.oneof(
  fc.subarray(['a', 'b', 'c']).map(gaps => ({ blind: false, gaps })),
  fc.subarray(['d', 'e', 'f'], { minLength: 1 }).map(gaps => ({ blind: true, gaps })),
);
const anyViews = fc.record(Object.fromEntries(SIGHTS.map(sight => [sight, view]))) as unknown as fc.Arbitrary<Views>;

test('what files show together does not depend on how they are cut or ordered', () => {
  fc.assert(
    fc.property(anyViews, anyViews, anyViews, (a, b, c) => {
      const left = betterViews(betterViews(a, b), c);
      expect(betterViews(a, betterViews(b, c))).toEqual(left);
      expect(sorted(betterViews(betterViews(c, a), b))).toEqual(sorted(left));
      expect(betterViews(a, a)).toEqual(a);
      expect(betterViews(null, a)).toBe(a);
    }),
  );
});

const sorted = (given: Views | null): unknown =>
  SIGHTS.map(sight => ({ blind: given![sight].blind, gaps: [...given![sight].gaps].sort() }));

describe('realms in one source', () => {
  const shows = (blind: readonly Sight[], gap: string): Views =>
    viewsOf(sight => (blind.includes(sight) ? { blind: true, gaps: [gap] } : { blind: false, gaps: [] }));
  const cloud = shows(['tokens'], 'no token counts');
  const vendor = shows(['places'], 'no network evidence');

  test('what one cannot show no other makes good, and it is said whose it is', () => {
    const joint = jointViews(
      new Map([
        ['Anthropic', vendor],
        ['AWS', cloud],
      ]),
    )!;
    expect(joint.places).toEqual({ blind: false, gaps: ['Anthropic: no network evidence'] });
    expect(joint.tokens).toEqual({ blind: false, gaps: ['AWS: no token counts'] });
    expect(joint.deeds).toEqual({ blind: false, gaps: [] });
  });

  test('what none can show is blind', () => {
    const other = shows(['places'], 'all addresses are masked');
    const joint = jointViews(
      new Map([
        ['Anthropic', vendor],
        ['Azure', other],
      ]),
    )!;
    expect(joint.places).toEqual({ blind: true, gaps: ['all addresses are masked', 'no network evidence'] });
  });

  test('files of one realm make good what another of them lacks', () => {
    const realms = mergeRealms(new Map([['AWS', cloud]]), new Map([['AWS', shows(['places'], 'x')]]));
    expect(jointViews(realms)).toEqual(shows([], ''));
  });

  test.each([
    ['cloudtrail', 'AWS'],
    ['cloudtrail + credential-report', 'AWS'],
    ['entra-sign-in', 'Azure'],
    ['litellm-spend + cloudtrail', 'AWS + LiteLLM'],
    ['kong', 'kong'],
  ])('%s is of %s', (kind, realm) => expect(realmOf(kind)).toBe(realm));

  test('every format has one', () => {
    const realms = new Set(formats.map(({ id }) => realmOf(id)));
    for (const realm of ['AWS', 'Azure', 'Google Cloud', 'Anthropic', 'OpenAI', 'LiteLLM'])
      expect(realms).toContain(realm);
  });
});
