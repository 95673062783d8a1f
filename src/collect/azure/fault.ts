import { readThrown } from '../service/thrown.ts';

/** What is of use in an error of the Azure SDK, of our own requests, of Node or of anything else that was thrown. */
export interface AzureFault {
  /** The names of the error and of those it stands for, the outermost first. */
  readonly names: readonly string[];
  /** What the service calls it, the innermost first: that says most. */
  readonly codes: readonly string[];
  /** The number that Entra ID gives it, as in 7000215; empty when it is not one of Entra ID. */
  readonly aadsts: string;
  /** Node's code, as in ECONNREFUSED; empty when there is none. */
  readonly node: string;
  readonly host: string;
  readonly message: string;
  /** The HTTP status of the answer; 0 when there was none. */
  readonly status: number;
  /** What answered is not the service. */
  readonly isStrange: boolean;
}

const DEEPEST = 6;
const MOST = 40;
const LOOKED_AT = 4_000;

/** Beneath these lies what an error stands for, or what the service said of it. */
const BENEATH = ['cause', 'errors', 'errorResponse', 'details', 'error', 'innerError', 'innererror'];

type Layer = Readonly<Record<string, unknown>>;

/** Reads an error, whatever it is. */
export function readAzureFault(error: unknown): AzureFault {
  const layers = layersOf(error);
  const { code, host, message: first } = readThrown(error);
  const texts = layers.flatMap(layer => [textIn(layer, 'message'), textIn(layer, 'errorDescription')]);
  const message = texts.find(text => AADSTS.test(text)) ?? (first || (texts.find(text => text !== '') ?? ''));
  const isNode = NODE.test(code);
  return {
    names: layers.map(layer => textIn(layer, 'name')).filter(name => name !== ''),
    codes: layers
      .map(layer => textIn(layer, 'code'))
      .filter(name => SERVICE_CODE.test(name) && !NODE.test(name))
      .reverse(),
    aadsts: AADSTS.exec(message)?.[1] ?? '',
    node: isNode ? code : '',
    host,
    message: [message, ...texts.filter(text => /\baz login --/.test(text))].find(text => text !== '') ?? '',
    status: numberIn(layers, 'statusCode'),
    isStrange: layers.some(layer => layer['isStrange'] === true) || UNPACKED.test(code),
  };
}

const AADSTS = /AADSTS(\d{4,9})\b/;
const NODE = /^(?:E[A-Z_]{3,30}|CERT_\w+|UNABLE_TO_\w+|ERR_TLS_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+)$/;
/** What was said to be packed is not. */
const UNPACKED = /^Z_[A-Z_]+$/;
const SERVICE_CODE = /^[A-Za-z][\w.]{2,80}$/;

/** The error and all beneath it, level by level. */
function layersOf(error: unknown): Layer[] {
  const layers: Layer[] = [];
  let level: unknown[] = [error];
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth++) {
    const found = level.filter(isLayer).slice(0, MOST - layers.length);
    layers.push(...found);
    level = found.flatMap(layer => BENEATH.flatMap(name => layer[name]));
  }
  return layers;
}

const isLayer = (value: unknown): value is Layer => typeof value === 'object' && value !== null;

function textIn(layer: Layer, name: string): string {
  const value = layer[name];
  return typeof value === 'string' ? value.slice(0, LOOKED_AT) : '';
}

function numberIn(layers: readonly Layer[], name: string): number {
  const found = layers.map(layer => layer[name]).find(value => typeof value === 'number');
  return found ?? 0;
}
