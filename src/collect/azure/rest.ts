import { dig, digText, isObject } from '../../normalise/dig.ts';
import type { JsonObject } from '../../scan/wanted.ts';
import type { Task } from '../collector.ts';
import { AnswerError } from '../service/answer-error.ts';
import { openBearer, type Pace } from '../service/bearer.ts';
import { valueIn } from '../service/json.ts';
import { followPages } from '../service/pages.ts';
import { isPassing } from '../service/passing.ts';
import { patiently } from '../service/patience.ts';
import { readAzureFault } from './fault.ts';
import { type AzureAccess, tokenFor } from './sign-in.ts';

/** Reads JSON from one service of Azure. */
export interface Rest {
  /** The answer at a path of the service; throws what `explainAzure` explains. */
  get(path: string): Promise<JsonObject>;
  /** The lists of all pages from a path on, one by one. */
  pages(path: string): AsyncGenerator<readonly unknown[], void, void>;
}

/** A service, and how it may be asked. */
export interface Service extends Pace {
  /** Where it answers; tokens are made out to it. */
  readonly base: string;
  /** What the next page is called in an answer. */
  readonly next: 'nextLink' | '@odata.nextLink';
}

/** Opens a service: never asked faster than allowed, and with patience for what passes. */
export function openRest(access: AzureAccess, service: Service, task: Task): Rest {
  const { clock, signal } = task;
  const ask = openBearer(task, service);
  const once = async (url: URL): Promise<JsonObject> => {
    const token = await tokenFor(access.credential, service.base, signal);
    return valueIn(await ask(url, token), { host: url.host, now: clock.now(), is: isObject, explain });
  };
  const get = (url: URL): Promise<JsonObject> => patiently(task, () => once(url), mayPass);
  const list = {
    ask: get,
    rows: 'value',
    next: (page: JsonObject, from: URL) => linkIn(page, service.next, from),
    host: ({ host }: URL) => host,
    name: ({ href }: URL) => href,
  };
  return {
    get: path => get(new URL(path, service.base)),
    pages: path => followPages(new URL(path, service.base), list),
  };
}

/** Where the next page is; null when there is none, and never another place: that would be given the token. */
function linkIn(page: JsonObject, next: Service['next'], from: URL): URL | null {
  const link = page[next];
  if (link === undefined || link === null || link === '') return null;
  const url = typeof link === 'string' && URL.canParse(link, from.href) ? new URL(link, from.href) : null;
  if (url?.origin === from.origin && url.username === '' && url.password === '') return url;
  const place = url === null ? 'nowhere' : `another place (${url.host})`;
  throw new AnswerError(`the next page is said to be at ${place}, which is not asked: a proxy may stand in between`);
}

/** What a service says in place of an answer. */
function explain(value: unknown) {
  const said = dig(value, 'error');
  return {
    code: digText(said, 'code') || digText(value, 'code'),
    message: digText(said, 'message') || digText(value, 'message'),
  };
}

/** Whether the same request may be answered later. */
function mayPass(error: unknown): boolean {
  const { status, node, names } = readAzureFault(error);
  return isPassing({ status, code: node, isLate: names[0] === 'TimeoutError' });
}
