import type OpenAI from 'openai';
import { dig, digText, isObject, parseJson } from '../../normalise/dig.ts';
import type { JsonObject } from '../../scan/wanted.ts';
import { MINUTE, SECOND } from '../../time.ts';
import { countText } from '../../wording.ts';
import type { Task } from '../collector.ts';
import { openFetch } from '../service/fetch.ts';
import { adminKey, baseUrl } from './key.ts';
import { isPassing, restOf } from './trouble.ts';

/** The part of the client that knows the Admin API. */
export type Organization = OpenAI['admin']['organization'];

/** How a page is asked for. */
export interface PageOptions {
  /** What the page before said of this one; empty for the first. */
  readonly cursor: string;
  readonly limit: number;
}

/** A list of the Admin API. */
export interface List {
  /** What is in it, as in 'the admin keys'. */
  readonly title: string;
  /** As many rows as a page may have. */
  readonly limit: number;
  ask(organization: Organization, page: PageOptions, options: { readonly signal: AbortSignal }): Asked;
}

/** A request of the client; its answer is read here, because the client takes whatever is no list for an empty one. */
interface Asked {
  asResponse(): Promise<Response>;
}

/** Reads lists of the Admin API; throws what `explainOpenai` explains. */
export interface Reader {
  /** The rows of all pages, page by page. */
  pages(list: List): AsyncGenerator<readonly unknown[], void, void>;
  /** The first row or rows, to see whether there is a way. */
  peek(list: List): Promise<readonly unknown[]>;
}

/** An answer that is not what was asked for; it holds nothing of the request. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  /** The host that answered in place of the service; empty where it was the service itself. */
  readonly host: string;
  readonly isStrange: boolean;

  constructor(message: string, strangeHost = '') {
    super(message);
    this.host = strangeHost;
    this.isStrange = strangeHost !== '';
  }
}

/** A list of more pages than this is not believed. */
const MOST_PAGES = 20_000;

const TIMEOUT = 100 * SECOND;
const PATIENCE = 5 * MINUTE;
const PAUSES = [SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 20 * SECOND, 30 * SECOND];

/** Opens the Admin API with the key that the environment names; throws a `UserError` when that cannot be one. */
export async function openReader(task: Task): Promise<Reader> {
  const client = await openClient(task);
  const ask = (list: List, page: PageOptions) => patiently(task, () => once(client, list, page, task.signal));
  return {
    pages: list => pagesOf(list, ask),
    peek: async list => rowsIn(await ask(list, { cursor: '', limit: 1 })),
  };
}

/** The client retries nothing and says nothing by itself: its pauses could not be ended. */
async function openClient(task: Task): Promise<OpenAI> {
  const adminAPIKey = adminKey(task);
  const base = baseUrl(task);
  const { default: Client } = await import('openai');
  return new Client({
    adminAPIKey,
    apiKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: base === '' ? 'https://api.openai.com/v1' : base,
    fetch: await openFetch(),
    logLevel: 'off',
    maxRetries: 0,
    timeout: TIMEOUT,
    defaultHeaders: { 'user-agent': `keyward/${task.version}` },
  });
}

async function once(client: OpenAI, list: List, page: PageOptions, signal: AbortSignal): Promise<JsonObject> {
  // Whoever listens to a signal of its own leaves nothing behind on that of the run.
  const options = { signal: AbortSignal.any([signal]) };
  const response = await list.ask(client.admin.organization, page, options).asResponse();
  const value = parseJson(await response.text());
  if (isObject(value) && Array.isArray(value.data)) return value;
  throw new AnswerError('an answer without a list', new URL(client.baseURL).host);
}

/** Waits for what passes, as long as the service wants, but not for ever. */
async function patiently<T>({ clock, signal }: Task, work: () => Promise<T>): Promise<T> {
  const since = clock.now();
  for (let pauses = 0; ; pauses++) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      const rest = Math.max(restOf(error, clock.now()), PAUSES[Math.min(pauses, PAUSES.length - 1)]!);
      if (!isPassing(error) || clock.now() - since + rest > PATIENCE) throw error;
      await clock.sleep(rest, signal);
      signal.throwIfAborted();
    }
  }
}

async function* pagesOf(
  list: List,
  ask: (list: List, page: PageOptions) => Promise<JsonObject>,
): AsyncGenerator<readonly unknown[], void, void> {
  const seen = new Set<string>();
  for (let cursor: string | null = ''; cursor !== null;) {
    seen.add(cursor);
    const page: JsonObject = await ask(list, { cursor, limit: list.limit });
    yield rowsIn(page);
    cursor = cursorIn(page);
    if (cursor !== null && seen.size >= MOST_PAGES)
      throw new AnswerError(`the list has more than ${countText(MOST_PAGES, 'page')}`);
    if (cursor !== null && seen.has(cursor))
      throw new AnswerError(
        `the list leads back to a page that was read (after ${countText(seen.size, 'page')}): try again later`,
      );
  }
}

const rowsIn = (page: JsonObject): readonly unknown[] => page.data as readonly unknown[];

/** What the next page is asked for with; null when there is none. */
function cursorIn(page: JsonObject): string | null {
  const next = digText(page, 'next_page');
  if (next !== '') return next;
  if (dig(page, 'has_more') !== true) return null;
  const last = digText(page, 'last_id') || digText(rowsIn(page).at(-1), 'id');
  if (last === '') throw new AnswerError('the list has more pages and does not say where: try again later');
  return last;
}
