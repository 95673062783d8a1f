import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from './loopback.ts';

/** A request as the service saw it; of a list, all values. */
export interface AnthropicCall {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly groups: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** What lets it in, whichever header that stands in. */
  readonly secret: string;
}

/** What goes wrong instead of an answer. */
export type Fault =
  | {
      readonly status: number;
      readonly json: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly status: number; readonly text: string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly cut: true };

/** An organisation at Anthropic, as its APIs hold it. */
export interface Held {
  readonly keys?: readonly object[];
  readonly users?: readonly object[];
  readonly serviceAccounts?: readonly object[];
  readonly rules?: readonly object[];
  /** Rows of analytics/usage; without them there is no such report. */
  readonly analytics?: readonly UsageRow[];
  /** Rows of analytics/cost, which is there where analytics/usage is. */
  readonly costs?: readonly UsageRow[];
  /** Buckets of usage_report/messages. */
  readonly report?: readonly UsageRow[];
  /** The newest first; without them the Compliance API is not there. */
  readonly activities?: readonly { readonly created_at: string }[];
  readonly settings?: 'enabled' | 'disabled';
  /** So many stand on a page. */
  readonly pageSize?: number;
}

interface UsageRow {
  readonly starting_at: string;
}

export const ORGANISATION = '9f3a4b5c-1111-4222-8333-444455556666';
export const ADMIN_KEY = 'sk-ant-admin01-kd83jXq0vBn27TzLwRm5yHcPs1eUaGfI-AA';
export const COMPLIANCE_KEY = 'sk-ant-api01-Qm5yHcPs1eUaGfIkd83jXq0vBn27TzLwR-AA';
export const TOKEN = 'sk-ant-oat01-yHcPs1eUaGfIkd83jXq0vBn27TzLwRm5-AA';

/** A refusal as Anthropic words it. */
export const refusal = (
  status: number,
  type: string,
  message = 'no',
  headers: Readonly<Record<string, string>> = {},
): Fault => ({ status, json: { type: 'error', error: { type, message }, request_id: 'req_1' }, headers });

/** Serves an organisation on the loopback; what `fault` gives for a request comes instead of its answer. */
export async function serveAnthropic(
  held: Held,
  fault: (call: AnthropicCall, nth: number) => Fault | null = () => null,
) {
  const calls: AnthropicCall[] = [];
  const server = createServer((request, response) => {
    const call = callOf(request);
    const nth = calls.filter(({ path }) => path === call.path).length;
    calls.push(call);
    say(fault(call, nth) ?? answer(call, held), response);
  });
  const { url, close } = await listen(server);
  return { url, calls, close };
}

export type AnthropicServer = Awaited<ReturnType<typeof serveAnthropic>>;

function callOf({ url = '', headers: raw }: IncomingMessage): AnthropicCall {
  const { pathname, searchParams } = new URL(url, 'http://x');
  const headers = Object.fromEntries(Object.entries(raw).map(([name, value = '']) => [name, String(value)]));
  const bearer = (headers['authorization'] ?? '').replace(/^Bearer /, '');
  return {
    path: pathname.replace('/v1/', ''),
    query: Object.fromEntries([...searchParams].filter(([name]) => !name.endsWith('[]'))),
    groups: searchParams.getAll('group_by[]'),
    headers,
    secret: headers['x-api-key'] ?? bearer,
  };
}

const IDENTITIES = /service_accounts|federation/;

function answer(call: AnthropicCall, held: Held): Fault {
  const { path, secret } = call;
  if (![ADMIN_KEY, COMPLIANCE_KEY, TOKEN].includes(secret)) return refusal(401, 'authentication_error', 'invalid key');
  if (secret === COMPLIANCE_KEY && !path.startsWith('compliance/')) return refusal(401, 'authentication_error');
  if (IDENTITIES.test(path) && secret !== TOKEN) return refusal(403, 'permission_error', 'OAuth only');
  if (path === 'organizations/me')
    return { status: 200, json: { id: ORGANISATION, type: 'organization', name: 'Example' } };
  if (path === 'organizations/compliance_settings')
    return { status: 200, json: { type: 'compliance_settings', state: { type: held.settings ?? 'enabled' } } };
  const list = LISTS[path];
  return list?.(call, held) ?? refusal(404, 'not_found_error', 'Not found');
}

type Answer = (call: AnthropicCall, held: Held) => Fault | null;

const LISTS: Readonly<Record<string, Answer>> = {
  'organizations/api_keys': (call, { keys = [], pageSize }) => idPage(call, keys, pageSize),
  'organizations/users': (call, { users = [], pageSize }) => idPage(call, users, pageSize),
  'organizations/service_accounts': (call, { serviceAccounts, pageSize }) => tokenPage(call, serviceAccounts, pageSize),
  'organizations/federation_rules': (call, { rules, pageSize }) => tokenPage(call, rules, pageSize),
  'organizations/analytics/usage': (call, { analytics, pageSize }) =>
    tokenPage(call, analytics && within(call, analytics), pageSize, { data_refreshed_at: '2026-11-20T11:55:00Z' }),
  'organizations/analytics/cost': (call, { analytics, costs = [], pageSize }) =>
    tokenPage(call, analytics && within(call, costs), pageSize, { data_refreshed_at: '2026-11-20T11:55:00Z' }),
  'organizations/usage_report/messages': (call, { report, pageSize }) =>
    tokenPage(call, report && within(call, report), pageSize, {}),
  'compliance/activities': (call, { activities, pageSize }) => {
    if (activities === undefined) return null;
    const { 'created_at.gte': from = '', 'created_at.lt': until = '9' } = call.query;
    const wanted = activities.filter(({ created_at: at }) => at >= from && at < until);
    return idPage(call, wanted, pageSize);
  },
};

/** Rows that begin in the stretch that is asked for. */
const within = ({ query }: AnthropicCall, rows: readonly UsageRow[]): readonly UsageRow[] =>
  rows.filter(({ starting_at: at }) => at >= query['starting_at']! && at < query['ending_at']!);

/** `after_id` and `has_more`; the last id need not be the one of a record. */
function idPage({ query }: AnthropicCall, all: readonly object[], most = 1000): Fault {
  const start = Number(query['after_id']?.replace('cursor_', '') ?? '0');
  const data = all.slice(start, start + Math.min(most, Number(query['limit'] ?? '20')));
  const end = start + data.length;
  const json = { data, has_more: end < all.length, first_id: `cursor_${start}`, last_id: `cursor_${end}` };
  return { status: 200, json };
}

/** `page` and `next_page`; reports say besides whether there is more. */
function tokenPage(
  { query }: AnthropicCall,
  all: readonly object[] | undefined,
  most = 1000,
  report?: object,
): Fault | null {
  if (all === undefined) return null;
  const start = Number(query['page']?.replace('page_', '') ?? '0');
  const data = all.slice(start, start + Math.min(most, Number(query['limit'] ?? '20')));
  const end = start + data.length;
  const hasMore = end < all.length;
  const next = { data, next_page: hasMore ? `page_${end}` : null };
  return { status: 200, json: report === undefined ? next : { ...next, has_more: hasMore, ...report } };
}

function say(given: Fault, response: ServerResponse): void {
  if ('cut' in given) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 10_000 });
    response.write('{"data":[{"id":"apikey_', () => response.socket?.destroy());
    return;
  }
  const isText = 'text' in given;
  response.writeHead(given.status, {
    'content-type': isText ? 'text/html' : 'application/json',
    ...given.headers,
  });
  response.end(isText ? given.text : JSON.stringify(given.json));
}
