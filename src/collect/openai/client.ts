import type OpenAI from 'openai';
import { dig, digText } from '../../normalise/dig.ts';
import type { JsonObject } from '../../scan/wanted.ts';
import { SECOND } from '../../time.ts';
import type { Task } from '../collector.ts';
import { openFetch } from '../service/fetch.ts';
import { objectIn } from '../service/json.ts';
import { followPages, listIn, lostList } from '../service/pages.ts';
import { patiently } from '../service/patience.ts';
import { adminKey, baseUrl } from './key.ts';
import { mayPass } from './trouble.ts';

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

const TIMEOUT = 100 * SECOND;

/** Opens the Admin API with the key that the environment names; throws a `UserError` when that cannot be one. */
export async function openReader(task: Task): Promise<Reader> {
  const client = await openClient(task);
  const { host } = new URL(client.baseURL);
  const ask = (list: List, page: PageOptions) => patiently(task, () => once(client, list, page, task.signal), mayPass);
  return {
    pages: list =>
      followPages('', {
        ask: cursor => ask(list, { cursor, limit: list.limit }),
        rows: ROWS,
        next: cursorIn,
        host: () => host,
        name: cursor => cursor,
      }),
    peek: async list => listIn((await ask(list, { cursor: '', limit: 1 }))[ROWS], host),
  };
}

const ROWS = 'data';

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
  return objectIn(await response.text(), { host: new URL(client.baseURL).host });
}

/** What the next page is asked for with; null when there is none. */
function cursorIn(page: JsonObject): string | null {
  const next = digText(page, 'next_page');
  if (next !== '') return next;
  if (dig(page, 'has_more') !== true) return null;
  const rows = page[ROWS];
  const last = digText(page, 'last_id') || digText(Array.isArray(rows) ? rows.at(-1) : null, 'id');
  if (last === '') throw lostList();
  return last;
}
