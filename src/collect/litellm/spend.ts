import { digText, isObject } from '../../normalise/dig.ts';
import { readTime } from '../../normalise/litellm-call.ts';
import { DAY, SECOND } from '../../time.ts';
import { isoText } from '../../wording.ts';
import { isMissing, LitellmAnswerError } from './answer.ts';
import type { Api } from './api.ts';
import { type PagedList, pagesOf } from './pages.ts';
import type { Rows } from './records.ts';

/** A stretch of time in epoch milliseconds; its end does not belong to it. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** The UTC days that a stretch touches, cut to it. */
export function* daysOf({ from, until }: Stretch): Generator<Stretch> {
  for (let at = from; at < until;) {
    const end = Math.min(until, (Math.floor(at / DAY) + 1) * DAY);
    yield { from: at, until: end };
    at = end;
  }
}

/** How a proxy lists its calls: versions before `/spend/logs/v2` give a day at once. */
export type SpendApi = 'pages' | 'day';

/** Asks for as little of the spend log as can be, to learn how it is listed; throws what `explainLitellm` explains. */
export async function probeSpend(api: Api, now: number): Promise<SpendApi> {
  try {
    await pagesOf(api, spendList({ from: now - SECOND, until: now }), 1).next();
    return 'pages';
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  // A day that has not come yet has no calls, and is answered soon.
  await api.get('spend/logs', wholeDay(now + 2 * DAY));
  return 'day';
}

/** The calls of a day, newest first. */
export async function* callsOf(api: Api, day: Stretch, how: SpendApi): AsyncGenerator<Rows, void, void> {
  const all = day.until - day.from;
  if (how === 'day') return yield* wholeDayOf(api, day);
  for await (const { rows, of } of pagesOf(api, spendList(day))) {
    yield { rows: rows.filter(isWithin(day)), size: all / Math.max(1, of) };
  }
}

/** Both ends of the filter count, and it has no fractions of seconds: what lies outside comes with the day it is of. */
const spendList = ({ from, until }: Stretch): PagedList => ({
  path: 'spend/logs/v2',
  rows: 'data',
  size: 'page_size',
  total: 'total',
  query: { start_date: secondText(from), end_date: secondText(Math.ceil(until / SECOND) * SECOND) },
});

/** The only form that the API takes, in UTC. */
const secondText = (at: number): string => isoText(at).slice(0, 19).replace('T', ' ');
const dayText = (at: number): string => isoText(at).slice(0, 10);

const wholeDay = (from: number) => ({
  start_date: dayText(from),
  end_date: dayText(from + DAY),
  summarize: 'false',
});

const SUMS =
  'this version of LiteLLM gives sums by day and no calls: update it, or export its table LiteLLM_SpendLogs to a file';

async function* wholeDayOf(api: Api, day: Stretch): AsyncGenerator<Rows, void, void> {
  const rows = await api.get('spend/logs', wholeDay(day.from));
  if (!Array.isArray(rows)) throw new LitellmAnswerError('an answer without a list', { isStrange: true });
  if (rows.some(isSum)) throw new LitellmAnswerError(SUMS, {});
  yield { rows: rows.filter(isWithin(day)), size: day.until - day.from };
}

const isSum = (row: unknown): boolean =>
  isObject(row) && !Object.hasOwn(row, 'request_id') && Object.hasOwn(row, 'spend');

/** What has no readable time is kept, so that it is told. */
const isWithin =
  ({ from, until }: Stretch) =>
  (row: unknown): boolean => {
    const at = readTime(digText(row, 'startTime'));
    return at === undefined || (at >= from && at < until);
  };
