import { expect, test } from 'vitest';
import { audit } from '../src/audit.ts';
import { type Collector, defineCollector, type Shard } from '../src/collect/collector.ts';
import { openGeo } from '../src/geo.ts';
import type { Completion } from '../src/model/batch.ts';
import type { AuditEvent } from '../src/model/event.ts';
import { DAY, HOUR, MINUTE } from '../src/time.ts';
import { eventOf } from './event.ts';
import { defaultRules, TEST_NETWORKS } from './judgement.ts';
import { emptyWorld, quietHooks } from './task.ts';

const NOW = Date.UTC(2026, 10, 20);
const SELF = 'arn:aws:iam::123456789012:role/keyward';

/** A source of events that ends as it is told to. */
function source(
  events: readonly Partial<AuditEvent>[],
  end: Partial<Completion> = {},
  shards: readonly Shard[] = [{ key: 'one', size: 1 }],
): Collector {
  return defineCollector({
    id: 'told',
    title: 'Told',
    description: 'Told.',
    forms: ['told:'],
    needs: [],
    ownActions: ['iam:ListUsers'],
    unit: 'part',
    accepts: () => true,
    open: () => ({
      async *shards() {
        yield* shards;
      },
      async *read() {
        yield {
          events: events.map((given, i) => eventOf({ principal: SELF, example: `event-${i}`, ...given })),
          credentials: [],
          ignored: 0,
          size: 1,
        };
        return { complete: true, kind: 'told', views: null, damage: [], skipped: false, ...end };
      },
    }),
  });
}

async function reportOf(collector: Collector, over: { until?: number; self?: readonly string[] } = {}) {
  const request = {
    sources: ['told:'],
    rules: defaultRules,
    collectors: [collector],
    geo: openGeo({ networks: TEST_NETWORKS }),
    self: over.self ?? [],
    now: NOW,
    since: null,
    until: over.until ?? null,
    lookbackDays: null,
    world: emptyWorld(NOW),
    version: '0.0.0',
  };
  return audit(request, quietHooks);
}

const counts = async (...args: Parameters<typeof reportOf>) => {
  const { events, ignored, note, remarks, from, until } = (await reportOf(...args)).sources[0]!;
  return { events, ignored, note, remarks, from, until };
};

test('an event dated after the moment that is judged is left out, and said', async () => {
  const events = [{ at: NOW - DAY }, { at: NOW + 30 * MINUTE }, { at: Date.UTC(2099, 0, 1) }, { at: NOW + 2 * HOUR }];
  expect(await counts(source(events))).toEqual({
    events: 2,
    ignored: 0,
    note: null,
    remarks: ['2 events are dated after the moment that is judged and were left out'],
    from: NOW - DAY,
    until: NOW + 30 * MINUTE,
  });
});

test('events from `until` on are left out without a word', async () => {
  const events = [{ at: NOW - 2 * DAY }, { at: NOW - DAY }];
  expect(await counts(source(events), { until: NOW - DAY })).toMatchObject({ events: 1, ignored: 1, note: null });
});

test('what keyward itself reads is left out; what else its principal does is not, nor what others read', async () => {
  const events: Partial<AuditEvent>[] = [
    { action: 'iam:ListUsers', agent: 'keyward' },
    { action: 'iam:ListUsers', agent: 'aws-cli' },
    { action: 'iam:ListRoles', agent: 'keyward' },
    { action: 's3:DeleteBucket', agent: 'keyward' },
    { action: 'iam:CreateAccessKey', agent: 'keyward', deed: 'create', target: 'AKIAI44QH8DHBEXAMPLE' },
    { action: 'iam:ListUsers', agent: 'keyward', principal: 'arn:aws:iam::123456789012:role/other' },
  ];
  expect(await counts(source(events), { self: [SELF] })).toMatchObject({ events: 5, ignored: 1 });
});

test('damage is named with its shard, and past twenty lines only counted', async () => {
  const damage = Array.from({ length: 23 }, (_, i) => ({ where: `byte ${i}`, what: 'bad', count: 2 }));
  const [report] = (await reportOf(source([{}], { complete: false, damage }))).sources;
  expect(report).toMatchObject({ complete: false, malformed: 46 });
  expect(report!.note!.split('\n')).toHaveLength(21);
  expect(report!.note).toMatch(/^one, byte 0: bad\n/);
  expect(report!.note).toMatch(/\n… and 3 more$/);
});

test('a source that ends early without damage says so', async () => {
  const report = await reportOf(source([{}], { complete: false }));
  expect(report.sources[0]!.note).toBe('one: not read to its end');
  expect(report.run.complete).toBe(false);
});

test('parts of one thing that fare alike share a line; others have their own', async () => {
  const parts = ['a', 'b', 'c', 'd', 'e'].map(name => ({ key: `1234 ${name}`, within: '1234', size: 1 }));
  const end = {
    complete: false,
    damage: [
      { where: '', what: 'refused', count: 1 },
      { where: 'page 2', what: 'lost', count: 1 },
    ],
    remarks: ['a role is open'],
  };
  const shards = [...parts, { key: 'f', size: 1 }, { key: 'g', size: 1 }];
  const { note, remarks, malformed } = (await reportOf(source([{}], end, shards))).sources[0]!;
  expect(note!.split('\n')).toEqual([
    '1234 a, b, c and 2 more: refused',
    '1234 a, b, c and 2 more, page 2: lost',
    'f: refused',
    'f, page 2: lost',
    'g: refused',
    'g, page 2: lost',
  ]);
  expect(remarks).toEqual(['a role is open']);
  expect(malformed).toBe(14);
});

test('a finding names events that it rests on, each with the first of its files by name', async () => {
  const stop: Partial<AuditEvent> = {
    deed: 'silence',
    action: 'cloudtrail:StopLogging',
    target: 'org-trail',
    at: NOW - DAY,
  };
  const shards = ['two', 'one'].map(key => ({ key, size: 1 }));
  const { findings } = await reportOf(source([stop], {}, shards));
  const silenced = findings.find(({ rule }) => rule === 'audit-silenced')!;
  expect(silenced.examples).toEqual([{ event: 'event-0', file: 'told: one' }]);
});
