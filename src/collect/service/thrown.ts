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
}

const LOOKED_AT = 4_000;
const DEEPEST = 5;

/** Reads an error, whatever it is; what lies beneath it fills in what it does not say itself. */
export function readThrown(error: unknown): Thrown {
  const layers = layersOf(error);
  const message = typeof error === 'string' ? error.slice(0, LOOKED_AT) : firstText(layers, 'message');
  return {
    layers,
    code: firstText(layers, 'code') || (NODE_CODE.exec(message)?.[0] ?? ''),
    host: hostOf(firstText(layers, 'hostname', 'host', 'address'), firstNumber(layers.map(layer => layer['port']))),
    message,
  };
}

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
