import { mkdtempSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit } from '../src/audit.ts';
import type { Collector, Shard, Window } from '../src/collect/collector.ts';
import { collectors } from '../src/collect/index.ts';
import { viewsOf } from '../src/coverage.ts';
import { openGeo } from '../src/geo.ts';
import type { Batch, Completion } from '../src/model/batch.ts';
import type { AuditEvent } from '../src/model/event.ts';
import type { Report } from '../src/model/report.ts';
import { planFor } from '../src/plan.ts';
import { rules } from '../src/rules/index.ts';
import { openState } from '../src/state/state.ts';
import { DAY, HOUR, hourOf } from '../src/time.ts';
import { eventOf } from './event.ts';
import { defaultRules, judgementIn, TEST_NETWORKS } from './judgement.ts';
import { emptyWorld, quietHooks } from './task.ts';

// What runs remember from one to the next, and what they make of what comes again, late, or not at all.

let home = '';

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'keyward-state-'));
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

const stateAt = (name: string): string => join(home, `${name}.state`);

interface Asked {
  readonly sources?: readonly string[];
  readonly now: number;
  readonly state?: string;
  readonly more?: readonly Collector[];
  readonly since?: number;
}

/** One run; with a state it is opened, kept and closed as the command line does. */
async function run({ sources = [], now, state, more = [], since }: Asked): Promise<Report> {
  const question = { plan: planFor(rules), now, places: 'test' };
  const opened = state === undefined ? undefined : openState(stateAt(state), question);
  const request = {
    sources,
    rules: defaultRules,
    collectors: [...more, ...collectors],
    geo: openGeo({ networks: TEST_NETWORKS }),
    self: [],
    now,
    since: since ?? null,
    until: null,
    lookbackDays: null,
    world: emptyWorld(now),
    version: '0.0.0',
  };
  try {
    const report = await audit(opened === undefined ? request : { ...request, state: opened }, quietHooks);
    opened?.save('{}');
    return report;
  } finally {
    opened?.close();
  }
}

const NOW = Date.UTC(2026, 10, 20);

/** One call of a key, some days before now. */
const call = (id: string, daysAgo: number, over: Partial<AuditEvent> = {}): AuditEvent => {
  const at = NOW - daysAgo * DAY;
  return eventOf({ at, last: at, hour: hourOf(at), example: id, ...over });
};

const SEEN = viewsOf(() => ({ blind: false, gaps: [] }));

interface Answer {
  readonly events: readonly AuditEvent[];
  readonly complete?: boolean;
}

/** A source that is asked by time; it notes what it was asked for. */
function service(answer: () => Answer, asked: Window[] = []): Collector {
  return {
    id: 'service',
    title: 'A service',
    description: '',
    forms: ['service:'],
    needs: [],
    unit: 'part',
    accepts: source => source === 'service:',
    open: (_source, { window }) => ({
      async *shards(): AsyncGenerator<Shard> {
        asked.push(window);
        yield await Promise.resolve({ key: 'all', size: 1 });
      },
      async *read(): AsyncGenerator<Batch, Completion, void> {
        const { events, complete = true } = answer();
        const wanted = events.filter(({ at }) => at >= (window.from ?? 0) && at <= window.until);
        yield await Promise.resolve({ events: wanted, credentials: [], ignored: 0, size: 1 });
        const damage = complete ? [] : [{ where: '', what: 'cut', count: 1 }];
        return { complete, kind: 'service', views: SEEN, damage, skipped: false };
      },
    }),
  };
}

const ask = (now: number, state: string, answer: Answer, asked: Window[] = []): Promise<Report> =>
  run({ sources: ['service:'], now, state, more: [service(() => answer, asked)] });

describe('a source that is asked by time', () => {
  test('is asked for what is new and three days before it', async () => {
    const asked: Window[] = [];
    await ask(NOW - 7 * DAY, 'asked', { events: [] }, asked);
    await ask(NOW, 'asked', { events: [] }, asked);
    expect(asked).toEqual([
      { from: NOW - 97 * DAY, until: NOW - 7 * DAY },
      { from: NOW - 10 * DAY, until: NOW },
    ]);
  });

  test('is asked for all when it was asked for less before', async () => {
    const asked: Window[] = [];
    const more = [service(() => ({ events: [] }), asked)];
    await run({ sources: ['service:'], now: NOW, state: 'wider', more, since: NOW - DAY });
    await run({ sources: ['service:'], now: NOW, state: 'wider', more, since: NOW - 60 * DAY });
    expect(asked[1]!.from).toBeLessThan(asked[0]!.from!);
  });

  test('what it says of a day anew replaces what it said of it', async () => {
    const grown = [call('a', 8), call('sum', 1, { count: 5, tokensIn: 50 })];
    await ask(NOW - HOUR, 'grown', { events: [call('a', 8), call('sum', 1, { count: 2, tokensIn: 20 })] });
    const { summary } = await ask(NOW, 'grown', { events: grown });
    const once = await run({ sources: ['service:'], now: NOW, more: [service(() => ({ events: grown }))] });
    expect(summary).toEqual(once.summary);
    expect(judgementIn(await run({ now: NOW, state: 'grown' }))).toBe(judgementIn(once));
  });

  test('a reading that was cut off takes nothing away, and is repeated', async () => {
    const asked: Window[] = [];
    await ask(NOW - 7 * DAY, 'cut', { events: [call('a', 20), call('b', 8)] }, asked);
    const cut = await ask(NOW, 'cut', { events: [call('b', 8)], complete: false }, asked);
    expect(cut.run.complete).toBe(false);
    expect(cut.summary.events).toBe(2);
    const mended = await ask(NOW, 'cut', { events: [call('b', 8), call('c', 1)] }, asked);
    expect(asked[2]).toEqual(asked[1]);
    expect(mended.summary.events).toBe(3);
  });
});

/** CloudTrail records of calls by one key. */
const records = (calls: readonly { readonly id: number; readonly at: number }[]): string =>
  calls
    .map(({ id, at }) =>
      JSON.stringify({
        eventVersion: '1.08',
        eventID: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
        eventTime: new Date(at).toISOString(),
        eventSource: 'bedrock.amazonaws.com',
        eventName: 'InvokeModel',
        awsRegion: 'us-east-1',
        sourceIPAddress: '192.0.2.7',
        userAgent: 'Boto3/1.34',
        recipientAccountId: '123456789012',
        userIdentity: {
          type: 'IAMUser',
          arn: 'arn:aws:iam::123456789012:user/ci',
          accountId: '123456789012',
          accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
          userName: 'ci',
        },
      }),
    )
    .join('\n');

const file = (name: string, text: string): string => {
  const path = join(home, name);
  writeFileSync(path, text);
  return path;
};

describe('files', () => {
  test('one that has grown counts what is new in it, however old the rest', async () => {
    const old = Array.from({ length: 60 }, (_, i) => ({ id: i, at: NOW - (70 - i) * DAY }));
    const path = file('growing.jsonl', records(old));
    await run({ sources: [path], now: NOW - 5 * DAY, state: 'growing' });
    file('growing.jsonl', records([...old, { id: 99, at: NOW - DAY }]));
    utimesSync(path, NOW / 1000, NOW / 1000);
    const { sources, summary } = await run({ sources: [path], now: NOW, state: 'growing' });
    expect(summary.events).toBe(61);
    expect(sources[0]!.remarks).toEqual([]);
  });

  test('an event that comes too late to be told from others is left out, and the coverage says so', async () => {
    const first = file(
      'first.jsonl',
      records([
        { id: 1, at: NOW - 50 * DAY },
        { id: 2, at: NOW - 2 * DAY },
      ]),
    );
    await run({ sources: [first], now: NOW - DAY, state: 'late' });
    const second = file('second.jsonl', records([{ id: 3, at: NOW - 50 * DAY }]));
    const { sources, summary, coverage } = await run({ sources: [first, second], now: NOW, state: 'late' });
    expect(summary.events).toBe(2);
    expect(sources[1]!.remarks).toEqual([
      '1 event came so late that they may have been counted before, and were left out',
    ]);
    expect(coverage.filter(({ source, state }) => source === second && state === 'evaluated')).toEqual([]);
  });

  test('the same events under another name count once, within five weeks', async () => {
    const calls = [1, 5, 20, 34].map((days, id) => ({ id, at: NOW - days * DAY }));
    await run({ sources: [file('here.jsonl', records(calls))], now: NOW, state: 'moved' });
    const { summary } = await run({ sources: [file('there.jsonl', records(calls))], now: NOW, state: 'moved' });
    expect(summary.events).toBe(4);
  });

  test('what lies ahead of the moment that is judged is read when its time has come', async () => {
    const path = file(
      'ahead.jsonl',
      records([
        { id: 1, at: NOW - 3 * DAY },
        { id: 2, at: NOW - DAY },
      ]),
    );
    const before = await run({ sources: [path], now: NOW - 2 * DAY, state: 'ahead' });
    const after = await run({ sources: [path], now: NOW, state: 'ahead' });
    expect([before.summary.events, after.summary.events]).toEqual([1, 2]);
  });

  test('a folder that could not be listed once forgets nothing', async () => {
    const old = Array.from({ length: 30 }, (_, i) => ({ id: i, at: NOW - (80 - i) * DAY }));
    const path = file('away.jsonl', records(old));
    const other = file('there.jsonl', records([{ id: 77, at: NOW - DAY }]));
    await run({ sources: [path, other], now: NOW, state: 'away' });
    renameSync(path, `${path}.hidden`);
    expect((await run({ sources: [path, other], now: NOW, state: 'away' })).run.complete).toBe(false);
    renameSync(`${path}.hidden`, path);
    const { sources, summary } = await run({ sources: [path, other], now: NOW, state: 'away' });
    expect(summary.events).toBe(31);
    expect(sources[0]!.remarks).toEqual([]);
  });

  test('damage is told as long as the damaged file is there', async () => {
    const path = file('damaged.jsonl', `${records([{ id: 1, at: NOW - DAY }])}\n{"eventVersion": "1.08", "eve`);
    const first = await run({ sources: [path], now: NOW, state: 'damaged' });
    const second = await run({ sources: [path], now: NOW, state: 'damaged' });
    expect([first, second].map(({ run, summary }) => [run.complete, summary.events])).toEqual([
      [false, 1],
      [false, 1],
    ]);
    expect(second.sources[0]!.note).toBe(first.sources[0]!.note);
  });
});

test('days that are 120 days old are dropped; when a key was first at work is known for ever', async () => {
  const path = file(
    'old.jsonl',
    records([
      { id: 1, at: NOW - 100 * DAY },
      { id: 2, at: NOW - 4 * DAY },
    ]),
  );
  await run({ sources: [path], now: NOW, state: 'old' });
  const later = await run({ now: NOW + 30 * DAY, state: 'old' });
  expect(later.summary.events).toBe(1);
  const aged = later.findings.find(({ rule }) => rule === 'long-lived-key');
  expect(aged?.message).toMatch(/^In use for at least 96 days/);
});

describe('a state that cannot be gone on with', () => {
  test('of a later moment', async () => {
    await ask(NOW, 'future', { events: [] });
    await expect(run({ now: NOW - DAY, state: 'future' })).rejects.toThrow(
      /is of 2026-11-20T00:00:00.000Z, later than the moment that is judged/,
    );
  });

  test('cut at any byte, or with any byte changed', async () => {
    await ask(NOW, 'whole', { events: [call('a', 1)] });
    const whole = readFileSync(stateAt('whole'));
    const question = { plan: planFor(rules), now: NOW, places: 'test' };
    for (let at = 0; at < whole.length; at++) {
      writeFileSync(stateAt('broken'), whole.subarray(0, at));
      expect(() => openState(stateAt('broken'), question), `cut at ${at}`).toThrow(/damaged/);
    }
    for (let at = 0; at < whole.length; at += 7) {
      const flipped = Buffer.from(whole);
      flipped[at]! ^= 1;
      writeFileSync(stateAt('broken'), flipped);
      expect(() => openState(stateAt('broken'), question), `changed at ${at}`).toThrow(
        /damaged|not a state|another version/,
      );
    }
  });

  test('of other rules', async () => {
    await ask(NOW, 'rules', { events: [call('a', 1)] });
    const plan = planFor(rules.slice(0, 3));
    expect(() => openState(stateAt('rules'), { plan, now: NOW, places: 'test' })).toThrow(
      /was kept for other rules than this version of keyward has/,
    );
  });
});
