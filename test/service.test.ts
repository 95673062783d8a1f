import { describe, expect, test } from 'vitest';
import { UserError } from '../src/errors.ts';
import { AnswerError } from '../src/collect/service/answer-error.ts';
import { readBase } from '../src/collect/service/base-url.ts';
import { checkCredentials, tryOn } from '../src/collect/service/checks.ts';
import { objectIn, valueIn } from '../src/collect/service/json.ts';
import { bornBefore, isLate, lateText } from '../src/collect/service/listing.ts';
import { followPages, type PagedList } from '../src/collect/service/pages.ts';
import { isPassing } from '../src/collect/service/passing.ts';
import { patiently } from '../src/collect/service/patience.ts';
import { type Lot, lotsOf, readRecords } from '../src/collect/service/records.ts';
import { readRetryAfter, restAskedFor } from '../src/collect/service/retry-after.ts';
import { partsOf } from '../src/collect/service/stretches.ts';
import { readThrown } from '../src/collect/service/thrown.ts';
import { isObject } from '../src/normalise/dig.ts';
import { defineFormat } from '../src/normalise/format.ts';
import type { JsonObject } from '../src/scan/wanted.ts';
import { DAY, HOUR, MINUTE, SECOND, WEEK } from '../src/time.ts';
import { fakeClock, taskOf } from './task.ts';

const NOW = Date.UTC(2026, 10, 20, 12);

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** A generator to its end: what it gave, and what it returned or threw. */
async function drain<T, R>(items: AsyncGenerator<T, R, void>) {
  const given: T[] = [];
  try {
    for (;;) {
      const { done, value } = await items.next();
      if (done === true) return { given, end: value };
      given.push(value);
    }
  } catch (error) {
    return { given, end: error instanceof Error ? error.message : error };
  }
}

describe('patience', () => {
  const passing = () => true;

  test('asks again later each time, until it is answered', async () => {
    const clock = fakeClock(NOW);
    const at: number[] = [];
    const ask = () => {
      at.push((clock.now() - NOW) / SECOND);
      return at.length < 9 ? Promise.reject(new Error('busy')) : Promise.resolve('answer');
    };
    expect(await patiently({ clock, signal: new AbortController().signal }, ask, passing)).toBe('answer');
    expect(at).toEqual([0, 1, 3, 8, 18, 38, 68, 98, 128]);
  });

  test.each([
    ['what does not pass', () => false, new Error('no'), 0],
    ['what passes, after five minutes', passing, new Error('no'), 278 * SECOND],
    ['what asks for longer than anyone waits', passing, new AnswerError('no', { restFor: HOUR }), 0],
    ['what asks for a while', passing, new AnswerError('no', { restFor: 2 * MINUTE }), 4 * MINUTE],
  ])('throws %s', async (_, isIt, error, waited) => {
    const clock = fakeClock(NOW);
    const asked = patiently({ clock, signal: new AbortController().signal }, () => Promise.reject(error), isIt);
    await expect(asked).rejects.toBe(error);
    expect(clock.now() - NOW).toBe(waited);
  });

  test('ends when it is interrupted, while it asks and while it waits', async () => {
    const asking = new AbortController();
    const whileAsking = patiently(
      { clock: fakeClock(NOW), signal: asking.signal },
      () => {
        asking.abort('asking');
        return Promise.reject(new Error('no'));
      },
      passing,
    );
    await expect(whileAsking).rejects.toBe('asking');
    const waiting = new AbortController();
    let tries = 0;
    const clock = { now: () => NOW, sleep: () => Promise.resolve(waiting.abort('waiting')) };
    const whileWaiting = patiently(
      { clock, signal: waiting.signal },
      () => Promise.reject(new Error(`try ${++tries}`)),
      passing,
    );
    await expect(whileWaiting).rejects.toBe('waiting');
    expect(tries).toBe(1);
  });
});

test.each([
  ['7', 7 * SECOND],
  ['1.5', 1.5 * SECOND],
  [new Date(NOW + MINUTE).toUTCString(), MINUTE],
  [new Date(NOW - MINUTE).toUTCString(), 0],
  ['', 0],
  ['soon', 0],
  ['-5', 0],
  ['99999999999', 0],
])('Retry-After: %s', (text, wait) => {
  expect(readRetryAfter(text, NOW)).toBe(wait);
  expect(restAskedFor({ headers: new Headers({ 'retry-after': text }) }, NOW)).toBe(wait);
});

test.each([[null], ['text'], [new Error('x')], [{ headers: 'retry-after: 7' }], [{ headers: { 'retry-after': '7' } }]])(
  'nothing is asked for by %s',
  error => {
    expect(restAskedFor(error, NOW)).toBe(0);
  },
);

describe('what passes', () => {
  const nothing = { status: 0, code: '', isLate: false };

  test.each([408, 429, 500, 502, 503, 504])('HTTP %i', status => {
    expect(isPassing({ ...nothing, status })).toBe(true);
  });

  test.each([200, 302, 400, 401, 403, 404, 409, 501, 529])('not HTTP %i, unless a service says so', status => {
    const failed = { status, code: 'ECONNRESET', isLate: true };
    expect([isPassing(failed), isPassing(failed, [status])]).toEqual([false, true]);
  });

  test('connections that broke, and answers that are late', () => {
    const codes = ['ECONNRESET', 'EAI_AGAIN', 'ETIMEDOUT', 'ENOTFOUND', 'CERT_HAS_EXPIRED', ''];
    expect(codes.map(code => isPassing({ ...nothing, code }))).toEqual([true, true, true, false, false, false]);
    expect(isPassing({ ...nothing, isLate: true })).toBe(true);
  });
});

describe('an error', () => {
  test.each([
    [new DOMException('gone', 'TimeoutError'), true, false],
    [new Error('failed', { cause: new DOMException('gone', 'TimeoutError') }), true, false],
    [Object.assign(new Error('Request timed out.'), { name: 'APIConnectionTimeoutError' }), true, false],
    [new Error('failed', { cause: Object.assign(new Error('bad'), { code: 'Z_DATA_ERROR' }) }), false, true],
    [new AnswerError('Request timed out.', { statusCode: 504, code: 'timeout' }), false, false],
    [{ name: { toString: null }, message: 7 }, false, false],
  ])('%s', (error, late, garbled) => {
    const { isLate: isIt, isGarbled } = readThrown(error);
    expect([isIt, isGarbled]).toEqual([late, garbled]);
  });
});

test.each([
  ['https://api.example.com/v1', ''],
  ['http://127.0.0.1:8080', ''],
  ['http://[::1]:8080', ''],
  ['http://localhost/x', ''],
  ['http://192.0.2.1', 'in clear'],
  ['http://localhost.example.com', 'in clear'],
  ['https://me:secret@example.com', 'login'],
  ['https://me@example.com', 'login'],
  ['https://example.com/?key=x', 'query'],
  ['https://example.com/#x', 'query'],
  ['ftp://127.0.0.1', 'no address'],
  ['example.com', 'no address'],
  ['', 'no address'],
])("an address '%s'", (text, flaw) => {
  expect(readBase(text).flaw).toBe(flaw);
});

describe('pages', () => {
  /** A list of pages by their numbers, where each page says which is next. */
  const listed = (pages: Readonly<Record<number, JsonObject>>): PagedList<number> => ({
    ask: page => Promise.resolve(pages[page]!),
    rows: 'rows',
    next: ({ next }) => (typeof next === 'number' ? next : null),
    host: () => 'example.com',
    name: String,
  });

  test.each<[string, Readonly<Record<number, JsonObject>>, unknown[], string | undefined]>([
    ['one by one', { 1: { rows: [1], next: 2 }, 2: { rows: [] } }, [[1], []], undefined],
    [
      'that lead back',
      { 1: { rows: [1], next: 2 }, 2: { rows: [2], next: 1 } },
      [[1], [2]],
      'the list leads back to a page that was read (after 2 pages): try again later',
    ],
    ['without a list', { 1: { rows: {} } }, [], 'an answer without a list'],
  ])('%s', async (_, pages, given, end) => {
    expect(await drain(followPages(1, listed(pages)))).toEqual({ given, end });
  });

  test('without an end', async () => {
    let asked = 1;
    const list = { ...listed({}), ask: () => Promise.resolve({ rows: [], next: ++asked }) };
    const { given, end } = await drain(followPages(1, list));
    expect([given.length, end]).toEqual([20_000, 'the list has more than 20,000 pages']);
  });
});

describe('an answer', () => {
  const answer = (status: number, body: string, headers: Readonly<Record<string, string>> = {}) => ({
    status,
    body,
    headers,
    header: (name: string) => headers[name] ?? '',
  });
  const reading = {
    host: 'example.com',
    now: NOW,
    is: isObject,
    explain: (value: unknown) => ({ code: 'busy', message: isObject(value) ? 'come back' : '' }),
  };

  test('is what it holds', () => {
    expect(valueIn(answer(201, '{"a":1}'), reading)).toEqual({ a: 1 });
    expect(objectIn('{"a":1}', {})).toEqual({ a: 1 });
  });

  test.each([
    [200, '[1]', { message: 'an answer that is not JSON', code: '', isStrange: true, restFor: 0 }],
    [200, '<html>', { message: 'an answer that is not JSON', code: '', isStrange: true, restFor: 0 }],
    [302, '', { message: '', code: 'busy', isStrange: true, restFor: 7 * SECOND }],
    [503, '{}', { message: 'come back', code: 'busy', isStrange: false, restFor: 7 * SECOND }],
  ])('with HTTP %i and %s is none', (statusCode, body, what) => {
    const read = (): unknown => valueIn(answer(statusCode, body, { 'retry-after': '7' }), reading);
    expect(read).toThrow(AnswerError);
    expect(read).toThrow(expect.objectContaining({ ...what, statusCode, host: 'example.com' }));
  });
});

describe('records', () => {
  const format = defineFormat({
    id: 'note',
    title: 'notes',
    paths: {},
    unwrap: record => (Object.hasOwn(record, 'note') ? record : null),
    reader: () => ({
      read(_, whole, sink) {
        if (whole()['note'] === '') sink.malformed('an empty note');
        else sink.ignore();
      },
      views: () => null as never,
    }),
  });
  const read = (lots: AsyncIterable<Lot>) =>
    readRecords({ format, lots, strange: 'rows that are no notes', explain: error => `ended: ${String(error)}` });

  async function* pagesThen(end: unknown, ...pages: readonly (readonly unknown[])[]) {
    yield* pages;
    await Promise.resolve();
    if (end !== undefined) throw end;
  }

  test('are read lot by lot, half of what is left at a time', async () => {
    const { given, end } = await drain(read(lotsOf(pagesThen(undefined, [{ note: 'a' }, { note: 'b' }], []), 8)));
    expect(given.map(({ size, ignored }) => [size, ignored])).toEqual([
      [4, 2],
      [2, 0],
      [2, 0],
    ]);
    expect(end).toEqual({ complete: true, kind: 'note', views: null, damage: [], skipped: false });
  });

  test('that cannot be read are told, and so is what ended them', async () => {
    const rows = [{ note: '' }, { other: 1 }, 'text', null];
    const { end } = await drain(read(lotsOf(pagesThen('enough', rows), 8)));
    expect(end).toMatchObject({
      complete: false,
      damage: [
        { where: '', what: 'ended: enough', count: 1 },
        { what: 'an empty note', count: 1 },
        { where: '', what: 'rows that are no notes', count: 3 },
      ],
    });
  });
});

describe('stretches', () => {
  test.each([
    ['days', DAY, 0, ['2026-11-18T12', '2026-11-19T00', '2026-11-20T00']],
    ['weeks since the epoch', WEEK, 0, ['2026-11-18T12', '2026-11-19T00']],
    ['weeks from Mondays on', WEEK, 4 * DAY, ['2026-11-18T12']],
  ])('in %s share all of it', (_, length, origin, begins) => {
    const stretch = { from: NOW - 2 * DAY, until: NOW };
    const parts = [...partsOf(stretch, length, origin)];
    expect(parts.map(({ from }) => new Date(from).toISOString().slice(0, 13))).toEqual(begins);
    expect(parts.map(({ until }) => until)).toEqual([...parts.slice(1).map(({ from }) => from), NOW]);
  });

  test('of nothing have no parts', () => {
    expect([...partsOf({ from: NOW, until: NOW }, DAY)]).toEqual([]);
  });
});

test('a list is late when the window ended more than a day ago, and leaves out what is younger', () => {
  const late = (until: number) => isLate(taskOf(NOW, { window: { from: null, until } }));
  expect([late(NOW), late(NOW - DAY), late(NOW - DAY - 1)]).toEqual([false, false, true]);
  const known = { provider: 'openai', kind: 'api-key', owner: '', account: '', observedAt: 0 } as const;
  const keys = [
    { ...known, id: 'old', createdAt: NOW - 1 },
    { ...known, id: 'young', createdAt: NOW },
    { ...known, id: 'undated' },
  ];
  expect(bornBefore(keys, NOW).map(({ id }) => id)).toEqual(['old', 'undated']);
  expect(lateText('keys', Date.UTC(2026, 10, 18))).toBe(
    'keys are listed as they are now: what was deleted after 17 Nov is not among them',
  );
});

describe('checks', () => {
  test.each([
    ['is good for', () => Promise.resolve('12 rows'), { what: 'read', state: 'ok', detail: '12 rows' }],
    ['is refused', () => Promise.reject(new Error('x')), { what: 'read', state: 'refused', detail: 'no' }],
  ])('say what a permission %s', async (_, ask, check) => {
    expect(await tryOn('read', ask, () => ({ kind: 'denied', what: 'no' }))).toEqual(check);
  });

  test('say whether there is a way in', async () => {
    const way = checkCredentials(() => ({ way: 7, detail: 'a key' }));
    expect(await drain(way)).toEqual({ given: [{ what: 'credentials', state: 'ok', detail: 'a key' }], end: 7 });
    const none = checkCredentials(() => Promise.reject(new UserError('no key', 'Set one.')));
    const detail = 'no key. Set one.';
    expect(await drain(none)).toEqual({ given: [{ what: 'credentials', state: 'failed', detail }], end: null });
    await expect(listOf(checkCredentials(() => Promise.reject(new Error('a bug'))))).rejects.toThrow('a bug');
  });
});
