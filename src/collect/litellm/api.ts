import { dig, digText, isObject, textOf } from '../../normalise/dig.ts';
import type { JsonObject } from '../../scan/wanted.ts';
import { SECOND } from '../../time.ts';
import type { Task } from '../collector.ts';
import { AnswerError } from '../service/answer-error.ts';
import { openBearer } from '../service/bearer.ts';
import { valueIn } from '../service/json.ts';
import { isPassing } from '../service/passing.ts';
import { patiently } from '../service/patience.ts';
import { readThrown } from '../service/thrown.ts';
import type { Place } from './place.ts';

/** What a request asks for, by the names of the API. */
export type Query = Readonly<Record<string, string | number>>;

/** What an answer holds: an object or, in older versions, often a bare list. */
export type Value = JsonObject | readonly unknown[];

/** Reads JSON from a proxy. */
export interface Api {
  readonly host: string;
  /** The object or list at a path; throws what `explainLitellm` explains. */
  get(path: string, query?: Query): Promise<Value>;
}

/** The proxy has its callers to serve, from the same database. */
const PACE = { gap: 50, timeout: 120 * SECOND };

/** Opens the API of a proxy: never asked too fast, and with patience for what passes. */
export function openApi({ base, host, key }: Place, task: Task): Api {
  const ask = openBearer(task, PACE);
  const once = async (url: URL): Promise<Value> =>
    valueIn(await ask(url, key), { host, now: task.clock.now(), is: isValue, explain });
  return {
    host,
    get(path, query = {}) {
      const url = new URL(path, base);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
      return patiently(task, () => once(url), mayPass);
    },
  };
}

const isValue = (value: unknown): value is Value => isObject(value) || Array.isArray(value);

/** Whether a proxy has no such endpoint, as older versions of LiteLLM may not. */
export const isMissing = (error: unknown): boolean =>
  error instanceof AnswerError && (error.statusCode === 404 || error.statusCode === 405);

/** LiteLLM says what went wrong under several names. */
function explain(value: unknown) {
  const detail = dig(value, 'detail');
  const texts = [
    digText(value, 'error', 'message'),
    textOf(dig(value, 'error')),
    textOf(detail),
    digText(detail, 'error'),
    digText(detail, 'message'),
    digText(value, 'message'),
  ];
  // Its codes say less than its words.
  return { code: '', message: texts.find(text => text !== '') ?? '' };
}

const LASTING = /database not connected|no db connected|prisma client is not|enterprise|premium/i;

/** Whether the same request may be answered later. */
function mayPass(error: unknown): boolean {
  const { code, isLate } = readThrown(error);
  if (!(error instanceof AnswerError)) return isPassing({ status: 0, code, isLate });
  // What a proxy without a database cannot do it also calls a failure of its own.
  return isPassing({ status: error.statusCode, code: '', isLate: false }) && !LASTING.test(error.message);
}
