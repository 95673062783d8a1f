import type { JsonObject } from '../scan/wanted.ts';
import { dig, digList, digText, isObject, textOf } from './dig.ts';
import { readInstant } from './instant.ts';

/** Which side of a call a span is of; `other` for what asks nothing of anyone, or does not say. */
export type SpanKind = 'client' | 'server' | 'other';

/** What is read of a span, whatever shape it travels in. */
export interface Span {
  /** Of the trace and of the span in it, in hex; empty where there is none. */
  readonly traceId: string;
  readonly spanId: string;
  readonly kind: SpanKind;
  readonly name: string;
  readonly startedAt: number | undefined;
  readonly isFailed: boolean;
  /** The attributes that were asked for, of the span and of what sent it; those of the span count first. */
  readonly attributes: ReadonlyMap<string, string>;
}

const REQUESTS = ['resourceSpans', 'resource_spans'] as const;
const OTHER_SIGNALS = ['resourceLogs', 'resourceMetrics', 'resource_logs', 'resource_metrics'] as const;

/** The names that exports give to a field of a span, or the path to it. */
const TRACE_IDS = [['traceId'], ['trace_id'], ['context', 'trace_id'], ['context', 'traceId']] as const;
const SPAN_IDS = [['spanId'], ['span_id'], ['context', 'span_id'], ['context', 'spanId']] as const;
const STARTS = [['startTimeUnixNano'], ['start_time_unix_nano'], ['start_time'], ['startTime']] as const;
const KINDS = [['kind'], ['span_kind'], ['spanKind']] as const;
const STATUSES = [['status', 'code'], ['status', 'status_code'], ['status_code'], ['statusCode'], ['status']] as const;
const RESOURCES = [['resource', 'attributes'], ['resource_attributes'], ['resourceAttributes'], ['resource']] as const;

/** Whether a record holds spans, be it a request of many or one span alone; or other signals, which travel alike. */
export const isSpanRecord = (record: JsonObject): boolean => isRequest(record) || isSpan(record);

/** Whether a record is of logs or metrics. */
export const isOtherSignal = (record: JsonObject): boolean => OTHER_SIGNALS.some(name => Array.isArray(record[name]));

const isRequest = (record: JsonObject): boolean =>
  REQUESTS.some(name => Array.isArray(record[name])) || isOtherSignal(record);

/** Attributes, two ids and a beginning together are found in spans alone. */
function isSpan(record: JsonObject): boolean {
  const { attributes } = record;
  if (typeof attributes !== 'object' || attributes === null) return false;
  const isNamed = hexOf(textAt(record, TRACE_IDS), 32) !== '' && hexOf(textAt(record, SPAN_IDS), 16) !== '';
  return isNamed && textAt(record, STARTS) !== '';
}

/** The spans of a record, with those attributes that are wanted. */
export function* spansIn(record: JsonObject, wanted: ReadonlySet<string>): Generator<Span> {
  if (!isRequest(record)) {
    yield spanOf(record, attributesOf(at(record, RESOURCES), wanted), wanted);
    return;
  }
  for (const sent of REQUESTS.flatMap(name => digList(record, name))) {
    const resource = attributesOf(dig(sent, 'resource', 'attributes'), wanted);
    const scopes = ['scopeSpans', 'scope_spans', 'instrumentationLibrarySpans'].flatMap(name => digList(sent, name));
    for (const scope of scopes)
      for (const span of digList(scope, 'spans')) if (isObject(span)) yield spanOf(span, resource, wanted);
  }
}

function spanOf(span: JsonObject, resource: ReadonlyMap<string, string>, wanted: ReadonlySet<string>): Span {
  return {
    traceId: hexOf(textAt(span, TRACE_IDS), 32),
    spanId: hexOf(textAt(span, SPAN_IDS), 16),
    kind: kindOf(textAt(span, KINDS)),
    name: textOf(span['name']),
    startedAt: readStart(textAt(span, STARTS)),
    isFailed: /^(?:2|.*error)$/i.test(textAt(span, STATUSES)),
    attributes: new Map([...resource, ...attributesOf(span['attributes'], wanted)]),
  };
}

/** In the protocol each attribute is an object with its key and a value of its type; elsewhere it is a field. */
function attributesOf(held: unknown, wanted: ReadonlySet<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const keep = (name: string, text: string): void => {
    if (text !== '') found.set(name, text);
  };
  if (isObject(held)) for (const name of wanted) keep(name, digText(held, name));
  else if (Array.isArray(held)) {
    for (const pair of held) {
      const name = digText(pair, 'key');
      if (wanted.has(name)) keep(name, valueOf(dig(pair, 'value')));
    }
  }
  return found;
}

const TYPES = ['stringValue', 'intValue', 'doubleValue', 'boolValue'] as const;
const SNAKE_TYPES = ['string_value', 'int_value', 'double_value', 'bool_value'] as const;

const valueOf = (value: unknown): string =>
  [...TYPES, ...SNAKE_TYPES].map(type => digText(value, type)).find(text => text !== '') ?? '';

/** An id in lower-case hex, from that or from base64; empty for one of another length and for one of zeros. */
function hexOf(text: string, digits: number): string {
  const plain = text.replace(/^0x/i, '').toLowerCase();
  const hex = /^[0-9a-f]+$/.test(plain) && plain.length === digits ? plain : fromBase64(text);
  return hex.length === digits && !/^0+$/.test(hex) ? hex : '';
}

const fromBase64 = (text: string): string =>
  text.length <= 32 && /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64').toString('hex') : '';

/** By name or number, as the protocol has them. */
function kindOf(text: string): SpanKind {
  if (text === '3' || /client$/i.test(text)) return 'client';
  return text === '2' || /server$/i.test(text) ? 'server' : 'other';
}

/** Nanoseconds and microseconds since the epoch, beside all that other logs write. */
function readStart(text: string): number | undefined {
  if (/^\d{19}$/.test(text)) return readInstant(text.slice(0, -6));
  return /^\d{16}$/.test(text) ? readInstant(text.slice(0, -3)) : readInstant(text);
}

type Routes = readonly (readonly string[])[];

const at = (record: JsonObject, routes: Routes): unknown =>
  routes.map(route => dig(record, ...route)).find(value => value !== undefined && value !== null);

const textAt = (record: JsonObject, routes: Routes): string =>
  routes.map(route => digText(record, ...route)).find(text => text !== '') ?? '';
