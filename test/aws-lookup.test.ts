import { NodeHttpHandler } from '@smithy/node-http-handler';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { afterEach, describe, expect, test } from 'vitest';
import type { Access } from '../src/collect/aws/access.ts';
import { createEstimate, estimateText, timeLeft } from '../src/collect/aws/lookup/estimate.ts';
import type { KeyUse } from '../src/collect/aws/inventory.ts';
import { type Pull, readRegion } from '../src/collect/aws/lookup.ts';
import { keyQueries, queryText, standingQueries } from '../src/collect/aws/lookup/plan.ts';
import type { Task } from '../src/collect/collector.ts';
import { createLimiter } from '../src/collect/service/limiter.ts';
import type { Batch, Completion } from '../src/model/batch.ts';
import { tellingActions } from '../src/normalise/cloudtrail-deeds.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../src/time.ts';
import { rawRecord } from './raw-record.ts';
import { accountWith } from './servers/aws-env.ts';
import {
  type LookupCall,
  type LookupPage,
  type LookupServer,
  type Mischief,
  serveLookup,
  type Stored,
  tokenTo,
  type Trick,
} from './servers/lookup-events.ts';
import { timedHandler, virtualClock } from './servers/virtual-clock.mjs';
import { taskOf } from './task.ts';

const NOW = Date.UTC(2026, 10, 20);
const STRETCH = { from: NOW - 3 * DAY, until: NOW };
const KEY = 'AKIAIOSFODNN7EXAMPLE';
const OTHER_KEY = 'AKIAI44QH8DHBEXAMPLE';

const iso = (second: number): string => new Date(second * 1000).toISOString().replace('.000', '');

/** An event as CloudTrail would have stored it. */
function stored(n: number, second: number, over: Partial<Stored> = {}): Stored {
  const { source = 'bedrock.amazonaws.com', name = 'InvokeModel', key = KEY } = over;
  const raw = rawRecord(n);
  const record = {
    ...raw,
    eventTime: iso(second),
    eventSource: source,
    eventName: name,
    userIdentity: { ...raw.userIdentity, accessKeyId: key },
  };
  return { id: raw.eventID, second, source, name, key, record: JSON.stringify(record), ...over };
}

/** When the nth model call was made. */
const callSecond = (n: number): number => NOW / 1000 - 600 - n * 700;

/** A busy Region: model calls all the time, once eighty in a second, and some of everything else. */
function history(): Stored[] {
  const at = callSecond;
  const calls = Array.from({ length: 230 }, (_, n) => stored(n, at(n)));
  const rush = Array.from({ length: 80 }, (_, n) => stored(1_000 + n, at(100) + 7));
  const logins = Array.from({ length: 3 }, (_, n) =>
    stored(2_000 + n, at(n * 50) + 1, { source: 'signin.amazonaws.com', name: 'ConsoleLogin' }),
  );
  const silence = stored(3_000, at(33) + 2, { source: 'cloudtrail.amazonaws.com', name: 'StopLogging' });
  const listed = Array.from({ length: 120 }, (_, n) =>
    stored(4_000 + n, at(n) + 3, { source: 's3.amazonaws.com', name: 'ListBuckets', key: OTHER_KEY }),
  );
  const unpulled = stored(5_000, at(5), {
    source: 's3.amazonaws.com',
    name: 'ListBuckets',
    key: 'ASIAIOSFODNN7EXAMPLE',
  });
  return [...calls, ...rush, ...logins, silence, ...listed, unpulled];
}

const KEYS: readonly KeyUse[] = [
  { id: OTHER_KEY, active: true, createdAt: NOW - 300 * DAY, lastUsedAt: NOW - HOUR },
  { id: 'AKIAUNUSED0000EXAMPLE', active: true, createdAt: NOW - 200 * DAY, lastUsedAt: NOW - 100 * DAY },
];

const servers: LookupServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.close()));
});

async function serve(mischief?: Mischief, events: readonly Stored[] = history()): Promise<LookupServer> {
  const server = await serveLookup(() => events, mischief);
  servers.push(server);
  return server;
}

/** An account whose clients ask a server; the SDK's own waits are cut short, or are its own. */
function accessTo(url: string, clock: ReturnType<typeof virtualClock>, isPatient = false): Access {
  const requestHandler = timedHandler(new NodeHttpHandler({ requestTimeout: 5_000 }), clock);
  const retrying = isPatient ? {} : { retryStrategy: new ConfiguredRetryStrategy(4, 1) };
  return accountWith({ requestHandler, maxAttempts: 10, endpoint: url, ...retrying });
}

interface Pulled {
  readonly ids: readonly string[];
  readonly batches: readonly Batch[];
  readonly completion: Completion;
  readonly told: readonly string[];
}

interface Wish {
  readonly pull?: Partial<Pull>;
  readonly task?: Partial<Task>;
  readonly after?: string;
  /** Stops after so many batches. */
  readonly most?: number;
  readonly isPatient?: boolean;
}

/** Pulls one Region from a server; an interrupted pull has no completion to speak of. */
async function pullFrom(server: LookupServer, wish: Wish = {}): Promise<Pulled> {
  const clock = virtualClock(NOW);
  const told: string[] = [];
  const task = taskOf(NOW, { clock, tell: text => told.push(text), ...wish.task });
  const pull: Pull = {
    access: accessTo(server.url, clock, wish.isPatient),
    region: 'eu-west-1',
    name: '123456789012 eu-west-1',
    scope: 'usual',
    stretch: STRETCH,
    keys: () => Promise.resolve(KEYS),
    refuse: () => undefined,
    estimate: createEstimate(['123456789012 eu-west-1'], 1, text => told.push(text)),
    task,
    ...wish.pull,
  };
  const batches: Batch[] = [];
  const reading = readRegion(pull, wish.after);
  for (;;) {
    const step = batches.length === wish.most ? await reading.return(NONE) : await reading.next();
    if (step.done === true) return { ids: idsOf(batches), batches, completion: step.value, told };
    batches.push(step.value);
  }
}

const NONE: Completion = { complete: false, kind: '', views: null, damage: [], skipped: false };

const WHOLE: Completion = {
  complete: true,
  kind: 'cloudtrail',
  views: null,
  damage: [],
  skipped: false,
};

const idsOf = (batches: readonly Batch[]): string[] =>
  [...new Set(batches.flatMap(({ events }) => events.map(({ example }) => example)))].sort();

/** All that is pulled without trouble. */
const EXPECTED = history()
  .map(({ id }) => id)
  .filter(id => !id.endsWith('5000'))
  .sort();

describe('the undisturbed pull', () => {
  test('reads what the plan asks for, once each second stretch', async () => {
    const server = await serve();
    const { ids, completion, batches, told } = await pullFrom(server);
    expect(completion).toEqual(WHOLE);
    expect(ids).toEqual(EXPECTED);
    expect(new Set(server.calls.map(({ start, end }) => `${start} ${end}`))).toEqual(
      new Set([`${STRETCH.from / 1000} ${STRETCH.until / 1000}`]),
    );
    expect(Math.round(batches.reduce((sum, { size }) => sum + size, 0))).toBe(3 * DAY);
    expect(told).toEqual([]);
  });

  test('asks for everything only when told to', async () => {
    const server = await serve();
    const { ids } = await pullFrom(server, { pull: { scope: 'all' } });
    expect(new Set(server.calls.map(({ by }) => by))).toEqual(new Set(['']));
    expect(ids).toHaveLength(EXPECTED.length + 1);
  });

  test('goes on without keys when they cannot be listed', async () => {
    const server = await serve();
    const { ids, completion } = await pullFrom(server, { pull: { keys: () => Promise.resolve(null) } });
    const what = 'the access keys could not be listed, so what they did beside model calls was not pulled';
    expect(completion).toEqual({ ...WHOLE, complete: false, damage: [{ where: '', what, count: 1 }] });
    expect(ids).toHaveLength(EXPECTED.length - 120);
  });
});

const throttled = { error: 'ThrottlingException', message: 'Rate exceeded' };
const refused = { error: 'InvalidNextTokenException', message: 'The token is invalid' };

/** A fault the first time that a condition holds. */
function once(applies: (call: LookupCall, page: LookupPage) => boolean, trick: (call: LookupCall) => Trick): Mischief {
  let isDone = false;
  return (call, page) => {
    if (isDone || !applies(call, page)) return undefined;
    isDone = true;
    return trick(call);
  };
}

/** Once, the page before in place of the right one. */
function repeating(applies: (call: LookupCall, page: LookupPage) => boolean, token: 'same' | 'next'): Mischief {
  let last: LookupPage = { Events: [] };
  let isDone = false;
  return (call, page) => {
    const before = last;
    last = page;
    if (isDone || call.token === '' || !applies(call, page)) return undefined;
    isDone = true;
    return { page: { ...page, Events: before.Events, ...(token === 'same' && { NextToken: call.token }) } };
  };
}

/** The first page of every query instead of the fifth. */
function leadingBack(): Mischief {
  const pages: LookupPage[] = [];
  return (call, page) => {
    if (call.token === '') pages.length = 0;
    pages.push(page);
    return pages.length === 5 ? { page: { ...page, Events: pages[0]!.Events } } : undefined;
  };
}

/** Page tokens that are good for so many pages only. */
function shortLived(pages: number): Mischief {
  let followed = 0;
  return call => {
    followed = call.token === '' ? 0 : followed + 1;
    return followed > pages ? refused : undefined;
  };
}

describe('a fault that passes leaves nothing out', () => {
  const faults: Readonly<Record<string, () => Mischief>> = {
    'throttled for 30 seconds': () => call =>
      call.sentAt > NOW + 5_000 && call.sentAt < NOW + 35_000 ? throttled : undefined,
    'throttled every third time': () => call => (call.index % 3 === 2 ? throttled : undefined),
    'throttled for four minutes': () => call => (call.sentAt < NOW + 4 * MINUTE ? throttled : undefined),
    'an internal error': () => call => (call.index % 4 === 1 ? { error: 'InternalFailure', status: 500 } : undefined),
    'unavailable for a minute': () => call =>
      call.sentAt < NOW + MINUTE ? { error: 'ServiceUnavailable', status: 503 } : undefined,
    'a connection cut before the answer': () => call => (call.index % 3 === 1 ? { cut: 'before' } : undefined),
    'a connection cut within the answer': () => call => (call.index % 3 === 1 ? { cut: 'within' } : undefined),
    'an answer that is no JSON': () => call => (call.index === 2 ? { text: '{"Events":[{' } : undefined),
    'a page token refused once': () =>
      once(
        ({ token }) => token !== '',
        () => refused,
      ),
    'page tokens that expire after one page': () => shortLived(1),
    'page tokens that expire after three pages': () => shortLived(3),
    'a page answered twice, token and all': () => repeating(() => true, 'same'),
    'a page answered twice in place of the next': () => repeating(() => true, 'next'),
    'a page answered twice in place of the last': () =>
      repeating((_, { NextToken }) => NextToken === undefined, 'next'),
    'a page that leads back to the first': leadingBack,
    'an empty page with more to come': () =>
      once(
        ({ token }) => token === '',
        call => ({ page: { Events: [], NextToken: tokenTo(call, 0) } }),
      ),
  };

  test.each(Object.keys(faults))('%s', async name => {
    const calm = await serve();
    await pullFrom(calm);
    const server = await serve(faults[name]!());
    const { ids, completion } = await pullFrom(server);
    expect(completion).toEqual(WHOLE);
    expect(ids).toEqual(EXPECTED);
    expect(server.calls.length).toBeGreaterThan(calm.calls.length);
    expect(shortestGap(server.calls)).toBeGreaterThanOrEqual(550);
  });

  test('the SDK itself repeats what HTTP 400 throttles, in turn', async () => {
    const few = history().slice(0, 10);
    const server = await serve(call => (call.index < 2 ? throttled : undefined), few);
    const { ids, completion } = await pullFrom(server, { isPatient: true, pull: { scope: 'all' } });
    expect(completion).toEqual(WHOLE);
    expect(ids).toEqual(few.map(({ id }) => id).sort());
    expect(server.calls).toHaveLength(3);
    expect(shortestGap(server.calls)).toBeGreaterThanOrEqual(550);
  });

  test('a clock that is an hour behind is corrected for', async () => {
    const ahead = HOUR;
    const server = await serve(({ signedAt }) =>
      Math.abs(Date.now() + ahead - signedAt) > 5 * MINUTE
        ? { error: 'InvalidSignatureException', message: 'Signature expired', status: 403, date: Date.now() + ahead }
        : undefined,
    );
    const { ids, completion } = await pullFrom(server);
    expect(completion).toEqual(WHOLE);
    expect(ids).toEqual(EXPECTED);
  });
});

/** The least time between two requests, by the clock of who sent them. */
const shortestGap = (calls: readonly LookupCall[]): number =>
  Math.min(...calls.slice(1).map(({ sentAt }, i) => sentAt - calls[i]!.sentAt));

describe('a fault that stays is told', () => {
  const standing = standingQueries('usual', false).length;
  const minute = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  const from = minute(STRETCH.from);
  const first = 'EventSource=bedrock.amazonaws.com';
  const cases: Readonly<Record<string, { mischief: () => Mischief; where: string; what: string }>> = {
    'throttled for good': {
      where: '',
      mischief: () => () => throttled,
      what:
        'LookupEvents refused every request for 5 minutes: two a second are allowed in an account and Region, and the ' +
        `console and all tools share them; run this again when they are done; nothing was read`,
    },
    'unavailable for good': {
      where: '',
      mischief: () => () => ({ error: 'ServiceUnavailable', message: 'Down', status: 503 }),
      what: `no answer for 5 minutes: AWS failed with HTTP 503: try again later; nothing was read`,
    },
    'not allowed': {
      where: '',
      mischief: () => () => ({
        error: 'AccessDeniedException',
        message:
          'User: arn:aws:iam::123456789012:user/auditor is not authorized to perform: cloudtrail:LookupEvents because no identity-based policy allows the cloudtrail:LookupEvents action',
      }),
      what: 'user/auditor may not call cloudtrail:LookupEvents: allow it in an IAM policy; nothing was read',
    },
    'credentials that expire midway': {
      where: first,
      mischief: () => call =>
        call.index >= 2 ? { error: 'ExpiredTokenException', message: 'The security token expired' } : undefined,
      what: `credentials expired: sign in again with \`aws sso login\` or \`aws login\`, or get new ones where these came from; not read: ${from} to ${minute(callSecond(99) * 1000)} UTC, and ${standing} further queries`,
    },
    'page tokens that are never good': {
      mischief: () => shortLived(0),
      where: first,
      what: `LookupEvents gave the same page or refused its own page token again and again: run this again later; not read: ${from} to ${minute((callSecond(100) + 7) * 1000)} UTC`,
    },
  };
  test.each(Object.keys(cases))('%s', async name => {
    const { mischief, where, what } = cases[name]!;
    const server = await serve(mischief());
    const { completion } = await pullFrom(server);
    expect(completion).toEqual({ ...WHOLE, complete: false, damage: [{ where, what, count: 1 }] });
  });
});

describe('records that cannot be read', () => {
  test('are counted, and the rest goes on', async () => {
    const bad: readonly unknown[] = ['not JSON', '[1]', undefined, 7, null, '{"a":1}', '"text"'];
    const events = bad.map((record, n) => stored(9_000 + n, callSecond(n) + 5, { record }));
    const server = await serve(undefined, [...history(), ...events]);
    const { ids, completion } = await pullFrom(server);
    const damage = [
      ...bad.slice(0, 5).map(() => 'the record inside the envelope is not a JSON object'),
      'the record has no event name',
      'the record inside the envelope is not a JSON object',
    ].map(what => ({ where: '', what, count: 1 }));
    expect(ids).toEqual(EXPECTED);
    expect(completion.complete).toBe(false);
    expect(completion.damage.toSorted((a, b) => (a.what < b.what ? -1 : 1))).toEqual(
      damage.toSorted((a, b) => (a.what < b.what ? -1 : 1)),
    );
  });

  test('are counted once, whichever queries find them', async () => {
    const called = { source: 's3.amazonaws.com', name: 'StopLogging', key: OTHER_KEY };
    const events = [stored(9_000, callSecond(0) + 5, { ...called, record: 'not JSON' })];
    const server = await serve(undefined, [...history(), ...events]);
    const { completion } = await pullFrom(server);
    expect(completion.damage.map(({ count }) => count)).toEqual([1]);
  });

  test('items without anything, and pages without items, are no end of it', async () => {
    const edit = (page: LookupPage): Trick => ({
      page: { ...page, Events: [{}, ...page.Events, { EventTime: -1 }, { EventTime: 4e9 }] },
    });
    const server = await serve((_, page) => (page.Events.length > 0 ? edit(page) : { page: {} as LookupPage }));
    const { ids, completion } = await pullFrom(server);
    expect(ids).toEqual(EXPECTED);
    expect(new Set(completion.damage.map(({ what }) => what))).toEqual(
      new Set(['the record inside the envelope is not a JSON object']),
    );
  });
});

describe('an interrupted pull', () => {
  test('stops within a page and says so', async () => {
    const abort = new AbortController();
    const server = await serve(call => {
      if (call.index === 3) abort.abort();
      return undefined;
    });
    const { completion, batches } = await pullFrom(server, { task: { signal: abort.signal } });
    expect(server.calls).toHaveLength(4);
    expect(batches.length).toBeLessThanOrEqual(4);
    const damage = [{ where: '', what: 'interrupted', count: 1 }];
    expect(completion).toEqual({ ...WHOLE, complete: false, damage });
  });

  test('goes on behind any of its batches, and both together are the whole', async () => {
    const server = await serve();
    const { batches } = await pullFrom(server);
    expect(batches.length).toBeGreaterThan(20);
    for (let most = 1; most < batches.length; most++) {
      const before = batches.slice(0, most);
      const rest = await pullFrom(server, { after: before.at(-1)!.cursor! });
      expect(rest.completion).toEqual(WHOLE);
      expect(idsOf([...before, ...rest.batches])).toEqual(EXPECTED);
      const size = [...before, ...rest.batches].reduce((sum, batch) => sum + batch.size, 0);
      expect(size).toBeLessThanOrEqual(3 * DAY + 1);
    }
  });

  test('goes on where a query failed, not behind it', async () => {
    const broken = await serve(shortLived(0));
    const before = await pullFrom(broken);
    expect(before.completion.complete).toBe(false);
    const rest = await pullFrom(await serve(), { after: before.batches.at(-1)!.cursor! });
    expect(rest.completion).toEqual(WHOLE);
    expect(idsOf([...before.batches, ...rest.batches])).toEqual(EXPECTED);
  });

  test('pulls what keys did once they can be listed', async () => {
    const server = await serve();
    const before = await pullFrom(server, { pull: { keys: () => Promise.resolve(null) } });
    const rest = await pullFrom(server, { after: before.batches.at(-1)!.cursor! });
    expect(rest.completion).toEqual(WHOLE);
    expect(idsOf([...before.batches, ...rest.batches])).toEqual(EXPECTED);
  });

  test('remembers what it could not read', async () => {
    const events = [...history(), stored(9_000, callSecond(0) + 5, { record: 'not JSON' })];
    const server = await serve(undefined, events);
    const before = await pullFrom(server, { most: 3 });
    const rest = await pullFrom(server, { after: before.batches.at(-1)!.cursor! });
    const damage = [{ where: '', what: 'records that could not be read, before the interruption', count: 1 }];
    expect(rest.completion).toEqual({ ...WHOLE, complete: false, damage });
  });

  test.each(['', 'x', '{}', '[]', '{"from":"a"}'])('begins anew behind a cursor that is none: %j', async after => {
    const { ids, completion } = await pullFrom(await serve(), { after });
    expect(completion).toEqual(WHOLE);
    expect(ids).toEqual(EXPECTED);
  });

  test.each([
    ['more', { from: STRETCH.from + DAY, until: STRETCH.until }],
    ['another stretch', { from: STRETCH.from, until: STRETCH.until - DAY }],
  ])('begins anew when %s is asked for', async (_, stretch) => {
    const server = await serve();
    const before = await pullFrom(server, { most: 3, pull: { stretch } });
    const { ids } = await pullFrom(server, { after: before.batches.at(-1)!.cursor! });
    expect(ids).toEqual(EXPECTED);
  });
});

describe('the plan', () => {
  const texts = (...asked: Parameters<typeof standingQueries>): string[] => standingQueries(...asked).map(queryText);
  const whole = ['bedrock', 'bedrock-mantle', 'aws-external-anthropic', 'signin', 'rolesanywhere'].map(
    service => `EventSource=${service}.amazonaws.com`,
  );
  const names = (...services: readonly string[]): string[] =>
    [
      ...new Set(
        tellingActions
          .map(action => action.split(':') as [string, string])
          .filter(([service, name]) => services.includes(service) && !LOUD.includes(name))
          .map(([, name]) => `EventName=${name}`),
      ),
    ].sort();
  const LOUD = ['AssumeRole', 'GetSecretValue', 'GetParameter', 'GetParameters', 'GetParametersByPath'];
  const regional = ['sts', 'secretsmanager', 'ssm', 'cloudtrail', 'agreement-marketplace', 'aws-marketplace'];

  test.each([
    ['usual', false, [...whole, ...names(...regional)]],
    ['usual', true, [...whole, ...names(...regional, 'iam', 'organizations')]],
    ['global', true, ['EventSource=signin.amazonaws.com', ...names('iam', 'organizations', 'sts')]],
    ['all', false, ['all events']],
    ['all', true, ['all events']],
  ] as const)('%s events, in the Region of global events: %s', (scope, isGlobal, expected) => {
    expect(texts(scope, isGlobal)).toEqual(expected);
  });

  test('has every deed but the loud ones and those that come by other roads', () => {
    const pulled = new Set([...texts('usual', true)]);
    const missing = tellingActions.filter(action => {
      const [service, name] = action.split(':');
      return !pulled.has(`EventName=${name}`) && !pulled.has(`EventSource=${service}.amazonaws.com`);
    });
    expect(missing.filter(action => !action.startsWith('health:')).map(action => action.split(':')[1])).toEqual(LOUD);
  });

  test('asks by key for those that may have been used, the oldest first', () => {
    const keys: readonly KeyUse[] = [
      { id: 'B', active: true, createdAt: 2, lastUsedAt: 100 * MINUTE },
      { id: 'A', active: false, createdAt: 2, lastUsedAt: 86 * MINUTE },
      { id: 'C', active: true, createdAt: 1 },
      { id: 'D', active: true, createdAt: 0, lastUsedAt: 84 * MINUTE },
    ];
    expect(keyQueries(keys, 100 * MINUTE).map(queryText)).toEqual(['AccessKeyId=C', 'AccessKeyId=A', 'AccessKeyId=B']);
  });
});

describe('the limiter', () => {
  test('keeps turns apart, also of those who come at once', async () => {
    const clock = virtualClock(NOW);
    const limiter = createLimiter(clock, 550);
    const { signal } = new AbortController();
    const at: number[] = [];
    await Promise.all([1, 2, 3].map(() => limiter.turn(signal).then(() => at.push(clock.now() - NOW))));
    await clock.sleep(10 * SECOND, signal);
    await limiter.turn(signal);
    at.push(clock.now() - NOW);
    expect(at).toEqual([550, 1100, 1650, 11_650]);
  });

  test('waits no longer than that when the clock is set back', async () => {
    let now = NOW;
    const slept: number[] = [];
    const clock = { now: () => now, sleep: (time: number) => Promise.resolve(void slept.push(time)) };
    const limiter = createLimiter(clock, 550);
    const { signal } = new AbortController();
    await limiter.turn(signal);
    now -= HOUR;
    await limiter.turn(signal);
    expect(slept).toEqual([550, 550]);
  });
});

describe('the estimate', () => {
  test.each([
    [{ pages: 20, covered: 0.5, waiting: 0 }, 20 * 550],
    [{ pages: 20, covered: 0.01, waiting: 10 }, (1980 + 10) * 550],
    [{ pages: 19, covered: 0.01, waiting: 10 }, 10 * 550],
    [{ pages: 30, covered: 0, waiting: 1 }, 550],
    [{ pages: 30, covered: 1, waiting: 0 }, 0],
  ])('%j', (pace, expected) => {
    expect(timeLeft(pace)).toBeCloseTo(expected);
  });

  const slow = { pages: 21, covered: 21 / 4_500, waiting: 3 };
  const quick = { pages: 1, covered: 1, waiting: 3 };

  test('is told once, when every Region was heard, for the slowest', () => {
    const told: string[] = [];
    const estimate = createEstimate(['a', 'b', 'c'], 3, text => told.push(text));
    for (const name of ['a', 'b', 'c']) estimate.begin(name);
    for (let page = 0; page < 21; page++) estimate.page('b', slow);
    for (let page = 0; page < 20; page++) estimate.page('a', quick);
    expect(told).toEqual([]);
    estimate.end('c');
    expect(told).toEqual([
      '≈ 41 min at 2 requests/s for b if older days are as busy; s3:// of a trail is faster, --since and --lookback 0 ' +
        'make it shorter, --checkpoint FILE lets it go on after an interruption',
    ]);
    estimate.page('b', slow);
    expect(told).toHaveLength(1);
  });

  const names = Array.from({ length: 21 }, (_, n) => `r${n}`);
  const first = (texts: readonly string[]): string[] => texts.map(text => text.split(';')[0]!);

  test('counts the Regions that wait for others to end', () => {
    const told: string[] = [];
    const estimate = createEstimate(names, 2, text => told.push(text));
    estimate.begin('r0');
    for (let page = 0; page < 21; page++) estimate.page('r0', { pages: 21, covered: 0.1, waiting: 0 });
    expect(first(told)).toEqual(['≈ 19 min at 2 requests/s for 21 Regions if older days are as busy']);
  });

  test('does not count those that an earlier run had read', () => {
    const told: string[] = [];
    const estimate = createEstimate(names, 2, text => told.push(text));
    estimate.begin('r20');
    for (let page = 0; page < 21; page++) estimate.page('r20', { pages: 21, covered: 0.1, waiting: 0 });
    expect(first(told)).toEqual(['≈ 2 min at 2 requests/s for r20 if older days are as busy']);
  });

  test('is of what is left where a pull goes on', async () => {
    const server = await serve();
    const { batches } = await pullFrom(server, { pull: { scope: 'all' } });
    const paces: object[] = [];
    const estimate = {
      begin: () => undefined,
      end: () => undefined,
      page: (_: string, pace: object) => paces.push(pace),
    };
    await pullFrom(server, { pull: { scope: 'all', estimate }, after: batches.at(-3)!.cursor! });
    expect(paces).toEqual([
      { pages: 1, covered: expect.closeTo(0.217, 3) as number, waiting: 0 },
      { pages: 2, covered: 1, waiting: 0 },
    ]);
  });

  test('does not wait for ever for a Region that is not heard', () => {
    const told: string[] = [];
    const estimate = createEstimate(['silent', 'b'], 2, text => told.push(text));
    estimate.begin('silent');
    estimate.begin('b');
    for (let pages = 1; pages < 40; pages++) estimate.page('b', { pages, covered: pages / 4_500, waiting: 3 });
    expect(told).toEqual([]);
    estimate.page('b', { pages: 40, covered: 40 / 4_500, waiting: 3 });
    expect(first(told)).toEqual(['≈ 41 min at 2 requests/s for b if older days are as busy']);
  });

  test('is not told of what is done within a minute', () => {
    const told: string[] = [];
    const estimate = createEstimate(['a'], 1, text => told.push(text));
    estimate.begin('a');
    for (let page = 0; page < 25; page++) estimate.page('a', { pages: 25, covered: 0.25, waiting: 20 });
    expect(told).toEqual([]);
  });

  test.each([
    [61 * SECOND, '≈ 61 s'],
    [99 * MINUTE, '≈ 99 min'],
    [150 * MINUTE, '≈ 2.5 h'],
  ])('%i ms', (left, text) => {
    expect(estimateText('x', left).split(' at ')[0]).toBe(text);
  });
});
