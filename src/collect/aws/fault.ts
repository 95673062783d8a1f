import { redact } from '../../normalise/redact.ts';

/** What is of use in an error of an SDK, of Node or of anything else that was thrown. */
export interface Fault {
  readonly name: string;
  /** Node's code, as in ECONNREFUSED; empty when there is none. */
  readonly code: string;
  /** The host that was asked, where the error has it. */
  readonly host: string;
  readonly message: string;
  /** The HTTP status of the answer; 0 when there was none. */
  readonly status: number;
  readonly attempts: number;
}

const LONGEST = 300;
const LOOKED_AT = 4_000;
const DEEPEST = 5;

/** Reads an error, whatever it is; what lies beneath it fills in what it does not say itself. */
export function readFault(error: unknown): Fault {
  const layers = layersOf(error);
  const first = (...names: readonly string[]): string =>
    names.flatMap(name => layers.map(layer => textOf(layer[name]))).find(text => text !== '') ?? '';
  const metadata = layers.map(layer => asObject(layer['$metadata']));
  const status = numberOf(metadata.map(({ httpStatusCode }) => httpStatusCode));
  const isOfAws = metadata.some(({ requestId }) => textOf(requestId) !== '');
  const message = typeof error === 'string' ? textOf(error) : first('message').replace(/^UnknownError$/, '');
  return {
    name: nameOf(first('name'), status, isOfAws),
    code: first('code') || (NODE_CODE.exec(message)?.[0] ?? ''),
    host: hostOf(first('hostname', 'host', 'address'), portOf(layers)),
    message,
    status,
    attempts: numberOf(metadata.map(({ attempts }) => attempts)),
  };
}

/** Text of a service as it may be shown: its first line, short, without control characters and without secrets. */
export function tame(text: string): string {
  const line = text
    .slice(0, LOOKED_AT)
    .trimStart()
    .split(/[\r\n]/, 1)[0]!;
  const safe = redact(line.replace(HEADER, '').replace(LOGIN, '//'))
    .replace(TOKEN, word => (looksRandom(word) ? '[redacted]' : word))
    .replace(UNSAFE, '\ufffd')
    .trim();
  return safe.length <= LONGEST ? safe : `${safe.slice(0, LONGEST - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

const NODE_CODE = /\b(?:ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE)\b/;
const HEADER = /\b(?:authorization|x-amz-security-token|cookie)['"]?\s*[=:].*$/i;
const LOGIN = /\/\/[^/@\s]+@/g;
/** Names in an ARN are long too, but they are parted. */
const TOKEN = /[A-Za-z0-9+=]{40,}|[A-Za-z0-9+/=_-]{120,}/g;
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

const looksRandom = (word: string): boolean => /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word);

/** The error, what caused it, and the first of several that it stands for. */
function layersOf(error: unknown): Record<string, unknown>[] {
  const layers: Record<string, unknown>[] = [];
  let next = error;
  while (typeof next === 'object' && next !== null && layers.length < DEEPEST) {
    const layer = asObject(next);
    layers.push(layer);
    next = layer['cause'] ?? (Array.isArray(layer['errors']) ? (layer['errors'] as unknown[])[0] : undefined);
  }
  return layers;
}

/** An answer without a body names no error: one to a HEAD, or one of a proxy, which gives no request id either. */
function nameOf(name: string, status: number, isOfAws: boolean): string {
  if (name !== 'Unknown' || status === 0) return name;
  return status === 403 && isOfAws ? 'Forbidden' : `HTTP ${status}`;
}

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const textOf = (value: unknown): string => (typeof value === 'string' ? value.slice(0, LOOKED_AT) : '');

const numberOf = (values: readonly unknown[]): number => values.find(value => typeof value === 'number') ?? 0;

const portOf = (layers: readonly Record<string, unknown>[]): number => numberOf(layers.map(layer => layer['port']));

function hostOf(host: string, port: number): string {
  if (!/^[\w.:-]{1,255}$/.test(host)) return '';
  if (port === 0) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
