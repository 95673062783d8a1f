import type { Views } from '../model/coverage.ts';
import type { AuditEvent } from '../model/event.ts';
import { projector } from '../scan/project.ts';
import type { Fields, JsonObject, Paths } from '../scan/wanted.ts';
import { announceOnce, metAs } from './announcer.ts';
import { IDENTITY_PATHS, type IdentityFields, readIdentity } from './cloudtrail-identity.ts';
import { contentId } from './content-id.ts';
import { digList, isObject, parseJson } from './dig.ts';
import { eventBy } from './event-by.ts';
import { defineFormat, type Reader, type Sink } from './format.ts';
import { type Identity, strangerAt } from './identity.ts';
import { readInstant } from './instant.ts';
import { readTokens } from './measures.ts';
import { readModel } from './model-name.ts';
import { outcomeOf } from './outcome.ts';
import { isMasked, tidy } from './redact.ts';
import { regionOf } from './region.ts';
import { blind, open } from './view.ts';

/** Of the bodies nothing is named but the counts of their usage, which stand in for counts that are missing. */
const PATHS = {
  time: ['timestamp'],
  arn: ['identity.arn'],
  accountId: ['accountId'],
  region: ['region'],
  requestId: ['requestId'],
  operation: ['operation'],
  model: ['modelId'],
  inferenceRegion: ['inferenceRegion'],
  errorCode: ['errorCode'],
  input: [
    'input.inputTokenCount',
    'output.outputBodyJson.usage.inputTokens',
    'output.outputBodyJson.usage.input_tokens',
    'output.outputBodyJson.usage.prompt_tokens',
  ],
  cacheRead: [
    'input.cacheReadInputTokenCount',
    'output.outputBodyJson.usage.cacheReadInputTokens',
    'output.outputBodyJson.usage.cache_read_input_tokens',
  ],
  cacheWrite: [
    'input.cacheWriteInputTokenCount',
    'output.outputBodyJson.usage.cacheWriteInputTokens',
    'output.outputBodyJson.usage.cache_creation_input_tokens',
  ],
  output: [
    'output.outputTokenCount',
    'output.outputBodyJson.usage.outputTokens',
    'output.outputBodyJson.usage.output_tokens',
    'output.outputBodyJson.usage.completion_tokens',
  ],
} as const satisfies Paths;

type Invocation = Fields<typeof PATHS>;

/**
 * Amazon Bedrock's model invocation log, from S3 or CloudWatch Logs. CloudTrail tells of the same calls, so a record here
 * counts none and adds tokens alone.
 */
export const bedrockInvocation = defineFormat({
  id: 'bedrock-invocation',
  title: 'Amazon Bedrock model invocation log',
  paths: PATHS,
  unwrap,
  reader: createReader,
});

/** The agent of these rows, by which tokens told here can be held apart from tokens that CloudTrail tells of. */
const INVOCATION_LOG = 'invocation-log';

const SCHEMA = 'ModelInvocationLog';

/** Where CloudWatch Logs puts a record: alone, as a query gives it, or in a list of log events. */
const MESSAGES = ['message', '@message'] as const;
const LISTS = ['logEvents', 'events'] as const;

const isInvocation = (record: JsonObject): boolean => record['schemaType'] === SCHEMA;

function unwrap(record: JsonObject): JsonObject | null {
  if (isInvocation(record)) return record;
  const message = messageOf(record);
  if (message !== undefined) return inner(message);
  return LISTS.some(name => digList(record, name).some(isLogEvent)) ? record : null;
}

const messageOf = (record: JsonObject): unknown => {
  const name = MESSAGES.find(field => Object.hasOwn(record, field));
  return name === undefined ? undefined : record[name];
};

/** A message that was cut short is still known for what it is, and is then a record without any field. */
function inner(message: unknown): JsonObject | null {
  if (typeof message !== 'string') return isObject(message) && isInvocation(message) ? message : null;
  if (!message.startsWith('{') || !message.includes(`"${SCHEMA}"`)) return null;
  const record = parseJson(message);
  if (!isObject(record)) return {};
  return isInvocation(record) ? record : null;
}

const isLogEvent = (event: unknown): boolean => isObject(event) && inner(messageOf(event)) !== null;

const project = projector(PATHS);

interface Seen {
  tokens: boolean;
  /** Users, whose keys the log does not tell apart. */
  users: boolean;
}

function createReader(): Reader<typeof PATHS> {
  const announce = announceOnce();
  const seen: Seen = { tokens: false, users: false };
  const readOne = (fields: Invocation, sink: Sink): void => {
    const event = judge(fields);
    if (typeof event === 'string') sink.malformed(event);
    else if (event === null) sink.ignore();
    else {
      seen.tokens = true;
      seen.users ||= event.identity.kind === 'unknown';
      announce(metAs('aws', event.identity), sink);
      sink.event(event.event);
    }
  };
  return {
    read(fields, whole, sink) {
      const lists = LISTS.map(name => digList(whole(), name)).filter(list => list.length > 0);
      if (isInvocation(whole()) || lists.length === 0) readOne(fields, sink);
      else for (const record of lists.flat().flatMap(recordsIn)) readOne(project(record), sink);
    },
    views: () => viewsOf(seen),
  };
}

function recordsIn(logEvent: unknown): readonly JsonObject[] {
  const record = isObject(logEvent) ? inner(messageOf(logEvent)) : null;
  return record === null ? [] : [record];
}

interface Told {
  readonly identity: Identity;
  readonly event: AuditEvent;
}

/** What a record adds; null when that is nothing, or what is wrong with it. */
function judge(fields: Invocation): Told | string | null {
  const at = readInstant(fields.time);
  if (at === undefined) return 'the record has no readable time';
  const tokensIn = readTokens(fields.input) + readTokens(fields.cacheRead) + readTokens(fields.cacheWrite);
  const tokensOut = readTokens(fields.output);
  if (tokensIn + tokensOut === 0) return null;
  const identity = callerOf(fields);
  const event = eventBy(identity, {
    at,
    count: 0,
    tokensIn,
    tokensOut,
    example: recordId(fields),
    deed: 'infer',
    action: `bedrock:${tidy(fields.operation, 63)}`,
    outcome: outcomeOf(fields.errorCode),
    address: '',
    agent: INVOCATION_LOG,
    region: regionOf(fields.region),
    inferenceRegion: regionOf(fields.inferenceRegion),
    model: readModel(fields.model),
  });
  return { identity, event };
}

const NOBODY = Object.fromEntries(Object.keys(IDENTITY_PATHS).map(name => [name, ''])) as unknown as IdentityFields;

/**
 * Who called, as CloudTrail names them, so that a role's tokens meet its calls, and those of a user whom the console made
 * for one Bedrock key meet that key's. Of any other user the log does not say with which key or session the call was
 * made: the tokens come under the user's own ARN, beside its keys.
 */
function callerOf({ arn, accountId }: Invocation): Identity {
  const account = /^arn:[\w-]+:(?:iam|sts)::(\d+):/.exec(arn)?.[1] ?? tidy(accountId, 32);
  const known = arn === '' ? null : readIdentity({ ...NOBODY, arn, accountId: account });
  if (known !== null) return known.kind === 'user-session' ? { ...known, kind: 'unknown' } : known;
  return strangerAt(account);
}

/** The same record may come from S3 and from CloudWatch Logs. */
function recordId(fields: Invocation): string {
  const id = tidy(fields.requestId, 128);
  if (id === '' || isMasked(id)) return contentId(fields);
  return tidy(`invocation:${fields.accountId}:${fields.region}:${id}`);
}

const NO_CALLS =
  'model invocation logs add tokens only: CloudTrail tells of the calls, and of how those ended that used no token';
const NO_TOKENS = 'no token counts were seen in the model invocation log';
const ONLY_RUNTIME =
  'model invocation logs hold calls of bedrock-runtime alone, in accounts and Regions where they are switched on; bedrock-mantle and Claude Platform on AWS are not in them';
const USER_ALONE =
  'model invocation logs name a user, not the key: the tokens of a user stand beside its keys, under its ARN';
const NO_PLACES = 'model invocation logs hold no address: CloudTrail has it';

function viewsOf({ tokens, users }: Seen): Views {
  return {
    calls: blind(NO_CALLS),
    tokens: tokens ? open(ONLY_RUNTIME, users ? USER_ALONE : '') : blind(NO_TOKENS),
    places: blind(NO_PLACES),
    deeds: blind('model invocation logs hold calls of models alone'),
    'sign-ins': blind('model invocation logs show no sign-ins'),
    inventory: blind('model invocation logs list no keys'),
  };
}
