import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Facet } from '../src/facets/facet.ts';
import { smallerExample } from '../src/facets/tally.ts';
import type { AuditEvent, Column, Place } from '../src/model/event.ts';
import { type Placed, placedEvents } from './arbitrary.ts';

const folder = new URL('../src/facets/', import.meta.url);
const facets: Facet<unknown>[] = [];
for (const file of readdirSync(folder)) {
  const module: Record<string, unknown> = await import(new URL(file, folder).href);
  for (const value of Object.values(module)) if (isFacet(value)) facets.push(value);
}

test('there are facets to try', () => {
  expect(facets.length).toBeGreaterThanOrEqual(3);
  expect(new Set(facets.map(({ id }) => id)).size).toBe(facets.length);
});

describe.each(facets)('$id', facet => {
  // A narrow range makes names meet, a wide one passes every bound.
  describe.each([3, 5_000])('names up to %i', spread => {
    const events = placedEvents(spread);

    test('split: any partition, folded apart and merged in any order, is the whole', () => {
      fc.assert(
        fc.property(events, fc.array(fc.nat(3), { maxLength: 60 }), fc.boolean(), (all, sides, reversed) => {
          const parts = [0, 1, 2, 3].map(part => all.filter((_, i) => (sides[i] ?? 0) === part));
          const states = parts.map(part => fold(facet, reversed ? [...part].reverse() : part));
          if (reversed) states.reverse();
          const merged = facet.empty();
          for (const state of states) facet.merge(merged, state);
          expect(bytes(facet, merged)).toBe(bytes(facet, fold(facet, all)));
        }),
        { numRuns: 60 },
      );
    });

    test('grain: rows grouped by the declared columns fold to the same', () => {
      fc.assert(
        fc.property(events, all => {
          expect(bytes(facet, fold(facet, grouped(all, facet.columns)))).toBe(bytes(facet, fold(facet, all)));
        }),
        { numRuns: 60 },
      );
    });

    test('codec: decoding and encoding again changes nothing, nor does folding on', () => {
      fc.assert(
        fc.property(events, events, (all, more) => {
          const state = fold(facet, all);
          const revived = facet.decode(JSON.parse(bytes(facet, state)));
          expect(bytes(facet, revived)).toBe(bytes(facet, state));
          fold(facet, more, state);
          fold(facet, more, revived);
          expect(bytes(facet, revived)).toBe(bytes(facet, state));
        }),
        { numRuns: 40 },
      );
    });
  });

  test('merging a full state into an empty one, and an empty into a full, changes nothing', () => {
    const many = Array.from({ length: 3_000 }, (_, i) => manyNames(i));
    const whole = bytes(facet, fold(facet, many));
    const [left, right] = [facet.empty(), fold(facet, many)];
    facet.merge(left, fold(facet, many));
    facet.merge(right, facet.empty());
    expect([bytes(facet, left), bytes(facet, right)]).toEqual([whole, whole]);
  });

  test('a coarse part merged into a fine one is the whole', () => {
    const many = Array.from({ length: 3_000 }, (_, i) => manyNames(i));
    const [few, rest] = [many.slice(0, 10), many.slice(10)];
    const merged = fold(facet, few);
    facet.merge(merged, fold(facet, rest));
    expect(bytes(facet, merged)).toBe(bytes(facet, fold(facet, [...rest, ...few])));
  });
});

function isFacet(value: unknown): value is Facet<unknown> {
  return typeof value === 'object' && value !== null && 'encode' in value && 'merge' in value && 'columns' in value;
}

function fold(facet: Facet<unknown>, events: readonly Placed[], state: unknown = facet.empty()): unknown {
  for (const [event, place] of events) facet.add(state, event, place);
  return state;
}

const bytes = (facet: Facet<unknown>, state: unknown): string => JSON.stringify(facet.encode(state));

/** What a query engine returns: one row per group. A row of tokens alone moves no times. */
function grouped(events: readonly Placed[], columns: readonly Column[]): Placed[] {
  const groups = new Map<string, Placed>();
  for (const [event, place] of events) {
    const key = JSON.stringify(columns.map(column => event[column]));
    const group = groups.get(key);
    groups.set(key, group === undefined ? [event, place] : [joined(group[0], event), place]);
  }
  return [...groups.values()];
}

function joined(a: AuditEvent, b: AuditEvent): AuditEvent {
  const timed = [a, b].filter(({ count }) => count > 0);
  const both = timed.length === 0 ? [a, b] : timed;
  return {
    ...a,
    at: Math.min(...both.map(({ at }) => at)),
    last: Math.max(...both.map(({ last }) => last)),
    count: a.count + b.count,
    tokensIn: a.tokensIn + b.tokensIn,
    tokensOut: a.tokensOut + b.tokensOut,
    microUsd: a.microUsd + b.microUsd,
    ttl: Math.max(a.ttl, b.ttl),
    example: both.map(({ example }) => example).reduce(smallerExample),
  };
}

/** An event whose every name is its own. */
function manyNames(i: number): Placed {
  const at = Date.UTC(2026, 9, 1) + i * 600_000;
  const place: Place = { country: ['DE', 'SG', 'US'][i % 3]!, site: '', egress: false, operator: '', why: 'located' };
  const event: AuditEvent = {
    at,
    last: at,
    count: 1,
    tokensIn: i,
    tokensOut: 1,
    microUsd: 0,
    ttl: 0,
    example: i % 3 === 0 ? `event-${i}` : `${i}${'0'.repeat(8 - `${i}`.length)}-0000-4000-8000-000000000000`,
    hour: Math.floor(at / 3_600_000),
    credential: 'key-a',
    session: `session-${i}`,
    principal: 'principal',
    account: '123456789012',
    deed: (['infer', 'create', 'reveal', 'use'] as const)[i % 4]!,
    action: ['bedrock:InvokeModel', 'iam:CreateAccessKey', 'bedrock:ListFoundationModels'][i % 3]!,
    outcome: (['ok', 'denied'] as const)[i % 2]!,
    address: `198.51.${i % 250}.${(i * 7) % 250}`,
    agent: 'boto3',
    region: 'eu-central-1',
    inferenceRegion: '',
    model: `anthropic.claude-${i}`,
    mfa: '',
    target: `target-${i}`,
  };
  return [event, place];
}
