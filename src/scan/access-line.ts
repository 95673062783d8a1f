import { isIP } from 'node:net';
import type { JsonObject } from './wanted.ts';

type Texts = { [name: string]: string };

const STAMP = / \[(\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d[^\]"]{0,12}|\d{4}-\d\d-\d\dT[^\]"]{8,24})\] "/;
const ENDED = / (\d{1,3}|-) (\d{1,20}|-)(?=[ \t]|$)/y;
const FIELD = /[ \t]+(?:([A-Za-z][\w.-]{0,63})=)?(?:(")|\[([^\]]{0,512})\](?=[ \t]|$)|([^\s"]\S*))/y;

const STARTED = /^\[(\d{4}-\d\d-\d\dT[^\]\s"]{8,24})\] "([^"]*)" (\d{1,3}) /;
/** Some forms of Envoy's tell beside the flags how the connection ended. */
const SERVED =
  /^(\S+) (?:\S+ \S+ "[^"]*" )?(\d+|-) (\d+|-) (\d+|-) (\S+) "([^"]*)" "(.*)" "([^"]*)" "([^"]*)" "([^"]*)"((?: \S+){0,12})$/;

/**
 * The request that a line of an access log tells of: the common and the combined form of nginx and Apache with whatever
 * fields follow, under the names of nginx's variables, or Envoy's default text, under the names of its JSON. Null when
 * the line is none of these.
 */
export function readAccessLine(text: string): JsonObject | null {
  const line = text.replace(COLLECTED, '');
  return line.startsWith('[') ? readEnvoy(line) : readCombined(line);
}

/** What Kubernetes puts in front of every line of a container. */
const COLLECTED = /^\d{4}-\d\d-\d\dT\S{9,24} std(?:out|err) F /;

function readCombined(line: string): JsonObject | null {
  const stamp = STAMP.exec(line);
  if (stamp === null) return null;
  const caller = readCaller(line.slice(0, stamp.index));
  const start = stamp.index + stamp[0].length;
  const close = closingQuote(line, start);
  ENDED.lastIndex = close + 1;
  const ended = close < 0 ? null : ENDED.exec(line);
  const fields = ended === null ? null : readFields(line, ENDED.lastIndex);
  if (caller === null || ended === null || fields === null) return null;
  return {
    ...nameFields(fields),
    ...caller,
    time_local: stamp[1]!,
    request: line.slice(start, close),
    status: ended[1]!,
    body_bytes_sent: ended[2]!,
  };
}

/**
 * Who called, before the time: an address, an identity that nobody has, and a user, whose name may hold spaces. Before
 * it may stand the server's name, or what a collector of logs puts in front of every line.
 */
function readCaller(text: string): Texts | null {
  const words = text.split(' ');
  const first = words.findIndex((word, i) => isIP(word) !== 0 && i + 2 < words.length);
  if (first < 0 && !(NAMED.test(words[0]!) && words[1] === '-' && words.length > 2)) return null;
  const [address, , ...user] = words.slice(Math.max(0, first));
  const server = first === 1 ? SERVER.exec(words[0]!)?.[1] : undefined;
  return {
    remote_addr: address!,
    remote_user: user.join(' '),
    ...(server !== undefined && { server_name: server }),
  };
}

/** Servers that look up names, and requests that came through a socket, have no address. */
const NAMED = /^(?:unix:|-|localhost|[\w-]+(?:\.[\w-]+)+)$/;
const SERVER = /^([\w.-]{1,253})(?::\d+)?$/;

interface Field {
  readonly name: string;
  readonly text: string;
  readonly isQuoted: boolean;
}

/** What follows in a line, field by field; null when a quote or a space is missing. */
function readFields(line: string, from: number): readonly Field[] | null {
  const fields: Field[] = [];
  for (let at = from; line.slice(at).trim() !== '';) {
    FIELD.lastIndex = at;
    const found = FIELD.exec(line);
    if (found === null) return null;
    const [, name = '', quote, bracketed, bare] = found;
    const start = FIELD.lastIndex;
    const end = quote === undefined ? start : closingQuote(line, start);
    if (end < 0) return null;
    const isQuoted = quote !== undefined;
    fields.push({ name, text: isQuoted ? line.slice(start, end) : (bracketed ?? bare!), isQuoted });
    at = isQuoted ? end + 1 : end;
  }
  return fields;
}

const isUnnamed = (field: Field | undefined): field is Field => field?.isQuoted === true && field.name === '';

/** The two that the combined form adds, the callers that proxies tell of if they come next, and any with names of their own. */
function nameFields(fields: readonly Field[]): JsonObject {
  const named = Object.create(null) as Texts;
  for (const { name, text } of fields) if (name !== '') named[name] = text;
  const [referer, agent, forwarded] = fields;
  const isCombined = isUnnamed(referer) && isUnnamed(agent);
  const isForwarded = isCombined && isUnnamed(forwarded) && isAddressList(forwarded.text);
  const extra = fields.slice(isForwarded ? 3 : isCombined ? 2 : 0).filter(({ name }) => name === '');
  return {
    ...named,
    ...(isCombined && { http_referer: referer.text, http_user_agent: agent.text }),
    ...(isForwarded && { http_x_forwarded_for: forwarded.text }),
    extra: extra.map(({ text }) => text),
  };
}

const isAddressList = (text: string): boolean => text.split(',').every(part => isIP(part.trim()) !== 0);

/** Where the quote ends that began before `from`; -1 when it does not. */
function closingQuote(line: string, from: number): number {
  for (let at = from; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x22) return at;
  }
  return -1;
}

function readEnvoy(line: string): JsonObject | null {
  const started = STARTED.exec(line);
  const served = started === null ? null : SERVED.exec(line.slice(started[0].length));
  if (started === null || served === null) return null;
  const [, flags, received, sent, duration, upstreamTime, forwarded, agent, id, authority, upstream, more] = served;
  // Envoy escapes nothing: what looks like more fields may be a caller's, and shifts those that follow.
  if (agent!.includes('" "')) return null;
  const words = started[2]!.split(' ');
  return {
    start_time: started[1]!,
    method: words[0]!,
    'x-envoy-origin-path': words.slice(1, -1).join(' '),
    response_code: started[3]!,
    response_flags: flags!,
    bytes_received: received!,
    bytes_sent: sent!,
    duration: duration!,
    'x-envoy-upstream-service-time': upstreamTime!,
    'x-forwarded-for': forwarded!,
    'user-agent': agent!,
    'x-request-id': id!,
    ':authority': authority!,
    upstream_host: upstream!,
    downstream_remote_address: more!.trim().split(' ')[3] ?? '',
  };
}

const MESSAGES = [
  /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[[a-z]+\] \d+#\d+: /,
  /^\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)? \d{4}\] \[/,
  /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\]\[\d+\]\[[a-z]+\]\[/,
  /^(?:\/docker-entrypoint\.sh|\d\d-[\w.-]{1,64}\.sh): /,
];

/** Whether a line is what nginx, Apache or Envoy says of itself: its errors and how it started. */
export function isServerMessage(text: string): boolean {
  const line = text.replace(COLLECTED, '');
  return MESSAGES.some(form => form.test(line));
}

/** Whether a line tells, or should have told, of a request; be it as JSON. */
export function isRequestLike(text: string): boolean {
  const line = text.replace(COLLECTED, '');
  return line.startsWith('{') || STAMP.test(line) || STARTED.test(line);
}
