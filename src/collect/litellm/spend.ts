import { digText, isObject } from '../../normalise/dig.ts';
import { readTime } from '../../normalise/litellm-call.ts';
import { DAY, SECOND } from '../../time.ts';
import { isoText } from '../../wording.ts';
import { AnswerError } from '../service/answer-error.ts';
import { listIn } from '../service/pages.ts';
import type { Lot } from '../service/records.ts';
import { lengthOf, type Stretch } from '../service/stretches.ts';
import { type Api, isMissing } from './api.ts';
import { lotsWithin, type NumberedList, pagesOf, rowsWithin } from './pages.ts';

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
export const callsOf = (api: Api, day: Stretch, how: SpendApi): AsyncIterable<Lot> =>
  how === 'day' ? wholeDayOf(api, day) : lotsWithin(api, spendList(day), day, startOf);

/** Both ends of the filter count, and it has no fractions of seconds: what lies outside comes with the day it is of. */
const spendList = ({ from, until }: Stretch): NumberedList => ({
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

async function* wholeDayOf(api: Api, day: Stretch): AsyncGenerator<Lot, void, void> {
  const rows = listIn(await api.get('spend/logs', wholeDay(day.from)), api.host);
  if (rows.some(isSum)) throw new AnswerError(SUMS);
  yield { rows: rowsWithin(rows, day, startOf), size: lengthOf(day) };
}

const isSum = (row: unknown): boolean =>
  isObject(row) && !Object.hasOwn(row, 'request_id') && Object.hasOwn(row, 'spend');

const startOf = (row: unknown): number | undefined => readTime(digText(row, 'startTime'));
