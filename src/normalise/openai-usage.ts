import type { Views } from '../model/coverage.ts';
import type { AuditEvent } from '../model/event.ts';
import type { JsonObject } from '../scan/wanted.ts';
import { HOUR, SECOND } from '../time.ts';
import { digText, isObject, textOf } from './dig.ts';
import { eventBy } from './event-by.ts';
import { defineFormat, type Reader, type Sink } from './format.ts';
import { GUESSED } from './key-list.ts';
import { MICRO, readMicroUsd } from './measures.ts';
import { readModel } from './model-name.ts';
import { IN_PASSING, OPENAI, readCount, readSeconds } from './openai-records.ts';
import { tidy } from './redact.ts';
import { readId } from './vendor-fields.ts';
import { blind } from './view.ts';

/** Buckets of OpenAI's usage and cost reports. A row is one event: of as many calls as it counts, or of what they cost. */
export const openaiUsage = defineFormat({
  id: 'openai-usage',
  title: 'OpenAI usage report',
  paths: {},
  unwrap: record => (isBucket(record) ? record : null),
  reader: createReader,
});

/** What stands for the caller of calls that no key and no person is named for. */
export const UNNAMED = `unidentified:${OPENAI}`;

const RESULT = /^organization\.(?:usage\.(\w{1,64})|(costs))\.result$/;

/** What calls of models used on their way: counted beside the calls, so that counting them too would be twice. */
const BESIDE: ReadonlySet<string> = new Set([
  'web_searches',
  'file_searches',
  'vector_stores',
  'code_interpreter_sessions',
  'costs',
]);

const isBucket = (record: JsonObject): boolean =>
  record.object === 'bucket' &&
  Object.hasOwn(record, 'start_time') &&
  Object.hasOwn(record, 'end_time') &&
  rowsOf(record) !== undefined;

/** Early answers called the list `result`. */
const rowsOf = (bucket: JsonObject): unknown => bucket.results ?? bucket.result;

/** What the rows of a file leave open. */
interface Lack {
  /** What its rows are of. */
  readonly sorts: Set<string>;
  wide: boolean;
  unnamed: boolean;
}

interface Bucket {
  readonly from: number;
  readonly until: number;
}

function createReader(): Reader<Record<never, never>> {
  const lack: Lack = { sorts: new Set(), wide: false, unnamed: false };
  return {
    read(_, whole, sink) {
      const bucket = whole();
      const from = readSeconds(bucket.start_time);
      const until = readSeconds(bucket.end_time);
      const rows = rowsOf(bucket);
      if (from === undefined || until === undefined || until <= from)
        return sink.malformed('a usage bucket without readable times');
      if (!Array.isArray(rows)) return sink.malformed('a usage bucket whose results are not a list');
      for (const row of rows) readRow(row, { from, until }, lack, sink);
    },
    views: () => viewsOf(lack),
  };
}

function readRow(row: unknown, bucket: Bucket, lack: Lack, sink: Sink): void {
  const [, usage, costs] = RESULT.exec(tidy(digText(row, 'object'))) ?? [];
  const sort = usage ?? costs;
  if (!isObject(row) || sort === undefined) return sink.malformed('a row of a usage report that does not say of what');
  lack.sorts.add(sort);
  const key = readId(row.api_key_id);
  const isCall = !BESIDE.has(sort) && isUsed(row);
  if (isCall && isWide(bucket)) lack.wide = true;
  if (isCall && key === '') lack.unnamed = true;
  if (isUsed(row) && key !== '') tellUse(row, key, bucket, sink);
  const cost = costs === undefined ? 0 : costOf(row);
  if (cost === 0 && (!isCall || isWide(bucket))) return sink.ignore();
  if (key === '') tellNoKey(row, sink);
  sink.event({ ...toEvent(row, sort, key, bucket), microUsd: cost });
}

/** Costs are told by the day, and count by the day. */
const costOf = (row: JsonObject): number =>
  /^(?:usd)?$/i.test(digText(row, 'amount', 'currency'))
    ? readMicroUsd(Number(digText(row, 'amount', 'value')) * MICRO)
    : 0;

/** What lies in more than an hour cannot be said to have been in one. */
const isWide = ({ from, until }: Bucket): boolean => until - from > HOUR;

const MEASURES = ['num_model_requests', 'num_requests', 'input_tokens', 'output_tokens', 'characters', 'images'];

/** A row may be there and count nothing. */
const isUsed = (row: JsonObject): boolean =>
  MEASURES.some(name => readCount(row[name]) > 0) ||
  readCount(row.seconds) > 0 ||
  (isObject(row.amount) && Number(digText(row, 'amount', 'value')) > 0);

/** Without a key it was the playground, and a person there; whether it is a person, a list of members says better. */
function tellNoKey(row: JsonObject, sink: Sink): void {
  const user = readId(row.user_id);
  const about = { provider: 'openai', account: OPENAI, owner: '' } as const;
  if (user !== '') sink.credential({ ...about, id: user, kind: 'member', observedAt: GUESSED });
  else sink.credential({ ...about, id: UNNAMED, kind: 'unknown', observedAt: IN_PASSING });
}

/** When in a bucket of days a key was used is not said: it was not before the bucket began. */
function tellUse(row: JsonObject, id: string, bucket: Bucket, sink: Sink): void {
  const scope = readId(row.project_id);
  sink.credential({
    id,
    provider: 'openai',
    kind: 'api-key',
    owner: readId(row.user_id),
    account: OPENAI,
    ...(scope !== '' && { scope }),
    observedAt: IN_PASSING,
    lastUsedAt: isWide(bucket) ? bucket.from : bucket.until,
  });
}

/** What a report may be grouped by, which together name a row. */
const GROUPS = [
  ...(['project_id', 'user_id', 'api_key_id', 'model', 'batch', 'service_tier', 'size', 'source'] as const),
  'line_item',
] as const;

/** What came from a cache is in `input_tokens` already. */
function toEvent(row: JsonObject, sort: string, key: string, { from, until }: Bucket): AuditEvent {
  const user = readId(row.user_id);
  const names = GROUPS.map(name => textOf(row[name]));
  return eventBy(
    { credential: key || user || UNNAMED, session: '', principal: user || UNNAMED, account: OPENAI },
    {
      at: from,
      last: until - 1,
      count: readCount(row.num_model_requests),
      tokensIn: readCount(row.input_tokens),
      tokensOut: readCount(row.output_tokens),
      example: tidy(['usage', sort, from / SECOND, ...names].join('/').replace(/\/+$/, '')),
      deed: 'infer',
      action: `openai:${sort}`,
      outcome: 'ok',
      address: '',
      model: readModel(textOf(row.model)),
    },
  );
}

const HOURLY = 'OpenAI counts requests by the hour at best and does not tell which were refused';
const WIDE = 'buckets of more than an hour tell only that a key was used: save the report with bucket_width=1h';
const NO_KEYS =
  'some rows name no key: group the report by api_key_id; what people do in the playground is under their own names';
const UNCOUNTED = 'images and audio come without token counts';

/** Where a key of OpenAI is used from. */
export const NO_PLACES =
  'no network evidence: OpenAI does not tell where a key is used from; the log of a proxy in front of it does';

const unseen = (what: string) => blind(`OpenAI's usage report shows no ${what}`);

function viewsOf({ sorts, wide, unnamed }: Lack): Views {
  const isBeside = sorts.size > 0 && [...sorts].every(sort => BESIDE.has(sort));
  const gaps = [...(wide ? [WIDE] : []), ...(unnamed ? [NO_KEYS] : [])];
  return {
    calls: isBeside ? unseen('model calls in what was saved') : { blind: false, gaps: [HOURLY, ...gaps] },
    tokens: isBeside ? unseen('token counts in what was saved') : { blind: false, gaps: [UNCOUNTED, ...gaps] },
    places: { blind: true, gaps: [NO_PLACES] },
    deeds: unseen('deeds: the audit log has those'),
    'sign-ins': unseen('sign-ins: the audit log has those'),
    inventory: unseen('keys but those that were used'),
  };
}
