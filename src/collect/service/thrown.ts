/** What was thrown and what lies beneath it, the outermost first; nothing in it is trusted. */
export type Layers = readonly Readonly<Record<string, unknown>>[];

/** What an error says that a request ended in, be it of Node or of an SDK. */
export interface Thrown {
  readonly layers: Layers;
  /** Node's code, as in ECONNREFUSED, or another that the error bears; empty when there is none. */
  readonly code: string;
  /** The host that was asked, where the error has it. */
  readonly host: string;
  readonly message: string;
  /** No answer came in time, as Node, a signal or the client of a vendor says it. */
  readonly isLate: boolean;
  /** What was said to be packed is not: no service answers so. */
  readonly isGarbled: boolean;
}

const LOOKED_AT = 4_000;
const DEEPEST = 5;

/** Reads an error, whatever it is; what lies beneath it fills in what it does not say itself. */
export function readThrown(error: unknown): Thrown {
  const layers = layersOf(error);
  const message = typeof error === 'string' ? error.slice(0, LOOKED_AT) : firstText(layers, 'message');
  const code = firstText(layers, 'code') || (NODE_CODE.exec(message)?.[0] ?? '');
  return {
    layers,
    code,
    host: hostOf(firstText(layers, 'hostname', 'host', 'address'), firstNumber(layers.map(layer => layer['port']))),
    message,
    isLate: layers.some(({ name }) => LATE.has(textOf(name))),
    isGarbled: GARBLED.test(code),
  };
}

const LATE: ReadonlySet<string> = new Set(['TimeoutError', 'APIConnectionTimeoutError']);
const GARBLED = /^Z_[A-Z_]+$/;
const CONNECTION = /^(?:E[A-Z_]{3,30}|CERT_\w+|UNABLE_TO_\w+|ERR_TLS_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+)$/;

/** Whether a code is Node's, of a connection that failed, and none that a service gives. */
export const isNodeCode = (code: string): boolean => CONNECTION.test(code);

const NODE_CODE = /\b(?:ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE)\b/;

/** The first text under these names, the first of them in all layers before the next; empty when there is none. */
export const firstText = (layers: Layers, ...names: readonly string[]): string =>
  names.flatMap(name => layers.map(layer => textOf(layer[name]))).find(text => text !== '') ?? '';

/** The first of some values that is a number; 0 when none is. */
export const firstNumber = (values: readonly unknown[]): number => values.find(value => typeof value === 'number') ?? 0;

/** The error, what caused it, and the first of several that it stands for. */
function layersOf(error: unknown): Layers {
  const layers: Record<string, unknown>[] = [];
  let next = error;
  while (typeof next === 'object' && next !== null && layers.length < DEEPEST) {
    const layer = next as Record<string, unknown>;
    layers.push(layer);
    next = layer['cause'] ?? (Array.isArray(layer['errors']) ? (layer['errors'] as unknown[])[0] : undefined);
  }
  return layers;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.slice(0, LOOKED_AT) : '');

function hostOf(host: string, port: number): string {
  if (!/^[\w.:-]{1,255}$/.test(host)) return '';
  if (port === 0) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
