import type { View, Views } from '../model/coverage.ts';
import type { AuditEvent, Deed, Outcome } from '../model/event.ts';
import type { Fields, JsonObject, Paths } from '../scan/wanted.ts';
import { hourOf } from '../time.ts';
import { readAddress } from './address.ts';
import { readAgent, SERVICE_AGENT } from './agent.ts';
import { isExposure, isInference, isModelSurface, tellerOf, type Told } from './cloudtrail-deeds.ts';
import {
  IDENTITY_PATHS,
  isAnonymous,
  isOnBehalf,
  isService,
  readIdentity,
  serviceIdentity,
} from './cloudtrail-identity.ts';
import { AGGREGATED, UNREADABLE, unwrapCloudTrail } from './cloudtrail-unwrap.ts';
import { contentId } from './content-id.ts';
import { digList, digText } from './dig.ts';
import { defineFormat, type Reader, type Sink } from './format.ts';
import type { Identity } from './identity.ts';
import { readInstant } from './instant.ts';
import { NO_SERVICE_KEYS } from './key-list.ts';
import { memoised } from './memo.ts';
import { modelInError, readModel } from './model-name.ts';
import { outcomeOf } from './outcome.ts';
import { isMasked, tidy } from './redact.ts';

const PATHS = {
  ...IDENTITY_PATHS,
  eventTime: ['eventTime', '@timestamp'],
  eventId: ['eventID'],
  eventName: ['eventName'],
  eventType: ['eventType'],
  category: ['eventCategory'],
  addendum: ['addendum.reason'],
  region: ['awsRegion'],
  address: ['sourceIPAddress'],
  agent: ['userAgent'],
  errorCode: ['errorCode'],
  errorMessage: ['errorMessage'],
  requestId: ['requestID'],
  model: ['requestParameters.modelId', 'requestParameters.model'],
  tokensIn: [
    'additionalEventData.inputTokens',
    'serviceEventDetails.AdditionalEventData.additionalEntries.inputTokens',
  ],
  tokensOut: [
    'additionalEventData.outputTokens',
    'serviceEventDetails.AdditionalEventData.additionalEntries.outputTokens',
  ],
  inferenceRegion: [
    'additionalEventData.inferenceRegion',
    'serviceEventDetails.AdditionalEventData.additionalEntries.inferenceRegion',
  ],
  host: ['tlsDetails.clientProvidedHostHeader'],
  consoleLogin: ['responseElements.ConsoleLogin'],
  mfaUsed: ['additionalEventData.MFAUsed'],
} as const satisfies Paths;

type CloudTrailFields = Fields<typeof PATHS>;

/** AWS CloudTrail, in every shape its records travel in. */
export const cloudtrail = defineFormat({
  id: 'cloudtrail',
  title: 'AWS CloudTrail',
  envelopes: ['Records', 'Events'],
  paths: PATHS,
  unwrap: unwrapCloudTrail,
  reader: () => new CloudTrailReader(),
});

/** Categories and types that tell of no single call by a credential. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'Insight',
  'NetworkActivity',
  AGGREGATED,
  'AwsCloudTrailInsight',
  'AwsVpceEvents',
]);

/** What corrects an event told before is not another event: counted, it would make two of one. */
const CORRECTION = 'UPDATED_DATA';

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SERVICE_SUFFIX = /\.amazonaws\.com(?:\.cn)?$/;
const ACTION_LIMIT = 128;
const MOST_TOKENS = 1e9;
const PLAIN: Told = { deed: 'use', target: '', ttl: 0, seen: [] };
const INFER: Told = { ...PLAIN, deed: 'infer' };

const serviceOf = memoised(2_000, source => tidy(source.replace(SERVICE_SUFFIX, ''), ACTION_LIMIT / 2));
const nameOf = memoised(10_000, name => tidy(name, ACTION_LIMIT / 2 - 1));
const regionOf = memoised(1_000, region => tidy(region, 32));

class CloudTrailReader implements Reader<typeof PATHS> {
  readonly #announced = new Set<string>();
  /** The very objects that were announced, which is quicker to ask than what they say. */
  readonly #heard = new Set<Identity>();
  #sawMantle = false;
  #sawPlatform = false;
  #sawTokens = false;

  read(fields: CloudTrailFields, whole: () => JsonObject, sink: Sink): void {
    const judged = this.#judge(fields, whole);
    if (judged === null) sink.ignore();
    else if (typeof judged === 'string') sink.malformed(judged);
    else this.#report(judged, fields, whole, sink);
  }

  views(): Views {
    const unseen = [...(this.#sawMantle ? [] : [NO_MANTLE]), ...(this.#sawPlatform ? [] : [NO_PLATFORM])];
    return {
      calls: { blind: false, gaps: unseen },
      tokens: this.#sawTokens ? { blind: false, gaps: [SOME_TOKENS] } : { blind: true, gaps: [NO_TOKENS] },
      places: WHOLE,
      deeds: WHOLE,
      'sign-ins': WHOLE,
      inventory: { blind: false, gaps: [NO_INVENTORY, NO_SERVICE_KEYS] },
    };
  }

  /** What the record says; null for what is left out on purpose, or what is wrong with it. */
  #judge(fields: CloudTrailFields, whole: () => JsonObject): Judged | string | null {
    if (LEFT_OUT.has(fields.category) || LEFT_OUT.has(fields.eventType) || fields.addendum === CORRECTION) return null;
    if (fields.category === UNREADABLE) return 'the record inside the envelope is not a JSON object';
    const service = serviceOf(fields.eventSource);
    const action = `${service}:${nameOf(fields.eventName)}`;
    const fromService = isService(fields);
    if (fromService && !isExposure(action)) return null;
    if (fields.eventName === '') return 'the record has no event name';
    if (service === '') return 'the record has no event source';
    const at = readInstant(fields.eventTime);
    if (at === undefined) return 'the record has no readable event time';
    const identity = fromService ? serviceIdentity(fields) : this.#callerOf(fields, action);
    if (identity === null) return null;
    const outcome = endOf(fields, action);
    const told = tell(fields, whole, { at, action, identity, outcome });
    return fromService && told.deed !== 'expose' ? null : { at, service, action, identity, outcome, told };
  }

  /** What services do for others is left out of volume; what it did to credentials is still seen. */
  #report(judged: Judged, fields: CloudTrailFields, whole: () => JsonObject, sink: Sink): void {
    const { identity, told } = judged;
    for (const credential of told.seen) sink.credential(credential);
    if ((told.deed === 'use' || told.deed === 'infer') && isByService(fields, told.deed)) {
      sink.ignore();
      return;
    }
    if (told.deed === 'infer') this.#noteSight(fields, judged.service);
    this.#announce(identity, sink);
    const event = toEvent(judged, fields, whole);
    sink.event(event);
    for (const target of told.others ?? []) sink.event({ ...event, target, example: `${event.example}/${target}` });
  }

  /** Use without credentials is nobody's; a deed is somebody's even when the record does not say whose. */
  #callerOf(fields: CloudTrailFields, action: string): Identity | null {
    const identity = isAnonymous(fields) ? null : readIdentity(fields);
    if (identity !== null || tellerOf(action) === undefined) return identity;
    const account = tidy(fields.recipient);
    const id = `unidentified:${account}`;
    return { credential: id, kind: 'unknown', owner: '', account, session: '', principal: id };
  }

  #announce(identity: Identity, sink: Sink): void {
    if (this.#heard.has(identity)) return;
    this.#heard.add(identity);
    const { credential, kind, owner, account } = identity;
    const key = `${credential}\n${kind}\n${owner}\n${account}`;
    if (this.#announced.has(key)) return;
    this.#announced.add(key);
    sink.credential({ id: credential, provider: 'aws', kind, owner, account, observedAt: 0 });
  }

  #noteSight(fields: CloudTrailFields, service: string): void {
    if (service === 'bedrock-mantle') this.#sawMantle = true;
    if (service === 'aws-external-anthropic') this.#sawPlatform = true;
    if (fields.tokensIn !== '' || fields.tokensOut !== '') this.#sawTokens = true;
  }
}

interface Seen {
  readonly at: number;
  readonly action: string;
  readonly identity: Identity;
  readonly outcome: Outcome;
}

interface Judged extends Seen {
  readonly service: string;
  readonly told: Told;
}

/** The end of a streamed answer, told in a record of its own beside that of the call. */
const isCompletion = ({ eventType }: CloudTrailFields, deed: Deed): boolean =>
  deed === 'infer' && eventType === 'AwsServiceEvent';

/** A completion is written by the service that was called, so its source does not say who made the call. */
const isByService = (fields: CloudTrailFields, deed: Deed): boolean =>
  isOnBehalf(fields.invokedBy, isCompletion(fields, deed) ? '' : fields.address);

function tell(fields: CloudTrailFields, whole: () => JsonObject, { at, action, identity, outcome }: Seen): Told {
  if (isInference(action, fields.host)) return INFER;
  const teller = tellerOf(action);
  if (teller === undefined) return PLAIN;
  const account = identity.account || tidy(fields.recipient);
  return teller({ record: whole(), at, identity, account, succeeded: outcome === 'ok' }) ?? PLAIN;
}

function toEvent(judged: Judged, fields: CloudTrailFields, whole: () => JsonObject): AuditEvent {
  const { at, service, action, identity, outcome, told } = judged;
  const isCall = told.deed === 'infer';
  const isEnd = isCompletion(fields, told.deed);
  const byService = isByService(fields, told.deed);
  return {
    at,
    last: at,
    count: isEnd ? 0 : 1,
    tokensIn: isCall ? tokens(fields.tokensIn) : 0,
    tokensOut: isCall ? tokens(fields.tokensOut) : 0,
    microUsd: 0,
    ttl: told.ttl,
    example: isEnd ? completionId(fields, whole) : recordId(fields.eventId, whole),
    hour: hourOf(at),
    credential: identity.credential,
    session: identity.session,
    principal: identity.principal,
    account: identity.account,
    deed: told.deed,
    action,
    outcome,
    address: byService ? '' : readAddress(fields.address),
    agent: byService ? SERVICE_AGENT : readAgent(fields.agent),
    region: regionOf(fields.region),
    inferenceRegion: isCall ? regionOf(fields.inferenceRegion) : '',
    model: isModelSurface(service) ? modelOf(fields, whole, isCall) : '',
    mfa: told.deed === 'sign-in' ? mfaOf(fields) : '',
    target: told.target,
  };
}

const WHOLE: View = { blind: false, gaps: [] };
const NO_MANTLE =
  'inference through bedrock-mantle is recorded only where a trail selects its data events, and none were seen';
const NO_PLATFORM =
  'inference through Claude Platform on AWS is recorded only where a trail selects its data events, and none were seen';
const SOME_TOKENS =
  'CloudTrail carries token counts for some model calls only (streaming), model invocation logging for all';
const NO_TOKENS = 'no token counts were seen: model invocation logging has them';
const NO_INVENTORY =
  'no key inventory: keys that nobody uses are unseen, and the age of a key is known only if its creation is in the logs';

/** A failed console sign-in has no error code: its answer says so, or its message does. */
function endOf({ errorCode, errorMessage, consoleLogin }: CloudTrailFields, action: string): Outcome {
  if (errorCode !== '') return outcomeOf(errorCode);
  if (action === 'signin:ConsoleLogin' && consoleLogin !== '') return consoleLogin === 'Success' ? 'ok' : 'failed';
  return errorMessage === '' ? 'ok' : 'failed';
}

/** Where people sign in elsewhere (SAML, Identity Center) AWS does not know of their second factor. */
function mfaOf({ type, mfaUsed }: CloudTrailFields): '' | 'yes' | 'no' {
  if (type !== 'IAMUser' && type !== 'Root') return '';
  if (mfaUsed === 'Yes') return 'yes';
  return mfaUsed === 'No' ? 'no' : '';
}

function modelOf(fields: CloudTrailFields, whole: () => JsonObject, isCall: boolean): string {
  if (fields.model !== '') return readModel(fields.model);
  if (!isCall) return '';
  const arns = digList(whole(), 'resources').map(resource => digText(resource, 'ARN') || digText(resource, 'arn'));
  const named = arns.find(arn => /:bedrock:.*(?:model|profile)\//.test(arn));
  return named === undefined ? modelInError(fields.errorMessage) : readModel(named);
}

/** The same completion may be delivered again as a data event, under another id. */
function completionId({ recipient, requestId, eventId, eventName }: CloudTrailFields, whole: () => JsonObject): string {
  return tidy(`stream:${recipient}:${recordId(requestId || eventId, whole)}:${eventName}`);
}

/** An id that is missing, masked or redacted tells no records apart: what is in them does. */
function recordId(eventId: string, whole: () => JsonObject): string {
  if (GUID.test(eventId)) return eventId.toLowerCase();
  const id = tidy(eventId, 128);
  return id === '' || isMasked(id) ? contentId(whole()) : id;
}

function tokens(text: string): number {
  if (text === '') return 0;
  const count = Number(text);
  return count > 0 && count <= MOST_TOKENS ? Math.floor(count) : 0;
}
