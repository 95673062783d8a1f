import { hashText } from '../hash.ts';
import type { View, Views } from '../model/coverage.ts';
import type { AuditEvent, Outcome } from '../model/event.ts';
import type { Fields, JsonObject } from '../scan/wanted.ts';
import { hourOf } from '../time.ts';
import { readAddress } from './address.ts';
import { readAgent, SERVICE_AGENT } from './agent.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Told } from './cloudtrail-deeds.ts';
import { defineFormat, type Reader } from './format.ts';
import { told } from './gcp-act.ts';
import { isTelling, isToldAtEnd, tellGcp } from './gcp-deeds.ts';
import { diveText, ENTRY_PATHS, unwrapAuditEntry } from './gcp-entry.ts';
import { callerOf, createAnnouncer, type GcpCaller, isServiceAgent, strangerIn } from './gcp-identity.ts';
import { loginOutcome, secondFactor } from './gcp-logins.ts';
import { isInference, modelIn, regionIn } from './gcp-models.ts';
import { readInstant } from './instant.ts';
import { memoised } from './memo.ts';
import { isMasked, tidy } from './redact.ts';

type Entry = Fields<typeof ENTRY_PATHS>;

/** Cloud Audit Logs of Google Cloud, however they were exported. */
export const gcpAudit = defineFormat({
  id: 'gcp-audit',
  title: 'Google Cloud Audit Logs',
  envelopes: ['entries'],
  paths: ENTRY_PATHS,
  unwrap: unwrapAuditEntry,
  reader: createReader,
});

const ACTION_LIMIT = 128;

const serviceOf = memoised(2_000, name => tidy(name.replace(/\.googleapis\.com$/, ''), ACTION_LIMIT / 2));

/** The last word of a method: versions and packages change. Of services that name theirs by what they are done to, two. */
const methodOf = memoised(10_000, name => {
  const words = tidy(name, ACTION_LIMIT - 1).split('.');
  const last = words.at(-1) ?? '';
  const before = words.at(-2) ?? '';
  const isOldStyle = words.length > 1 && !/[A-Z]/.test(last.charAt(0)) && /^[a-z]\w*s$/.test(before);
  return tidy(isOldStyle ? `${before}.${last}` : last, ACTION_LIMIT / 2 - 1);
});

/** What Google adds to an agent on its way, and what it writes where none was given. */
const agentOf = memoised(5_000, text =>
  readAgent(text.replace(/,?\s*\(?gzip\)?(?:\(gfe\))?(?=,|$)|^\(none supplied\)$/g, '')),
);

interface Seen {
  dataAccess: boolean;
  calls: boolean;
  addresses: boolean;
  inside: boolean;
  logins: boolean;
}

function createReader(): Reader<typeof ENTRY_PATHS> {
  const announce = createAnnouncer();
  const seen: Seen = { dataAccess: false, calls: false, addresses: false, inside: false, logins: false };
  return {
    read(fields, whole, sink) {
      const judged = judge(fields, whole);
      note(seen, fields);
      if (judged === null) return sink.ignore();
      if (typeof judged === 'string') return sink.malformed(judged);
      announce(judged.caller, sink);
      for (const credential of judged.told.flatMap(one => one.seen)) sink.credential(credential);
      for (const event of toEvents(judged, fields, whole)) sink.event(event);
    },
    views: () => viewsOf(seen),
  };
}

function note(seen: Seen, fields: Entry): void {
  const { service, method } = partsOf(fields);
  const isAddress = readAddress(fields.address) !== '';
  seen.dataAccess ||= /cloudaudit\.googleapis\.com\/data_access$/.test(fields.log);
  seen.calls ||= isInference(service, method);
  seen.addresses ||= isAddress;
  seen.inside ||= fields.address !== '' && !isAddress;
  seen.logins ||= service === 'login';
}

const partsOf = ({ service, method }: Entry) => ({ service: serviceOf(service), method: methodOf(method) });

interface Judged {
  readonly at: number;
  readonly action: string;
  readonly isCall: boolean;
  readonly isByService: boolean;
  readonly caller: GcpCaller;
  readonly outcome: Outcome;
  readonly told: readonly Told[];
}

/** What the entry says; null for what is left out on purpose, or what is wrong with it. */
function judge(fields: Entry, whole: () => JsonObject): Judged | string | null {
  const { service, method } = partsOf(fields);
  if (method === '') return 'the entry names no method';
  const at = readInstant(fields.time);
  if (at === undefined) return 'the entry has no readable time';
  const action = service === '' ? method : `${service}:${method}`;
  const outcome = loginOutcome(action) ?? outcomeOf(fields.code);
  if (isOtherHalf(fields, action, outcome)) return null;
  const isCall = isInference(service, method);
  const known = callerOf(fields, diveText(whole().metadata, 'mapped_principal'));
  const all = tell({ at, action, isCall, outcome }, known, fields, whole);
  const isDeed = all.some(({ deed }) => deed !== 'use' && deed !== 'infer');
  const isByService = isServiceAgent(fields.email);
  if (isByService && (!isDeed || all.every(({ deed }) => deed === 'issue'))) return null;
  const caller = known ?? (isDeed || (isCall && outcome !== 'denied') ? strangerIn(fields.project) : null);
  return caller === null ? null : { at, action, isCall, isByService, caller, outcome, told: all };
}

/**
 * Of an operation that takes time two entries tell, its first and its last, and only one may count. Which it is has to
 * show in the entry itself, since the other may stand in any file. The first says what was asked, and is there even of
 * what never ends; the last counts where only it says what was made, unless the first was refused and there is no last.
 */
function isOtherHalf({ first, last }: Entry, action: string, outcome: Outcome): boolean {
  if (first === last) return false;
  return isToldAtEnd(action) ? first === 'true' && outcome === 'ok' : last === 'true';
}

type Known = Pick<Judged, 'at' | 'action' | 'isCall' | 'outcome'>;

function tell(
  { at, action, isCall, outcome }: Known,
  caller: GcpCaller | null,
  fields: Entry,
  whole: () => JsonObject,
): readonly Told[] {
  if (isCall) return [told('infer', '')];
  if (!isTelling(action)) return [told('use', '')];
  const { project: account, resource, holder } = fields;
  return tellGcp({ action, at, account, caller, succeeded: outcome === 'ok', resource, holder, entry: whole() });
}

const DENIED: ReadonlySet<string> = new Set(['7', '16']);
const INVALID: ReadonlySet<string> = new Set(['3', '5', '9']);

/** How a call ended, by its code of google.rpc.Code; none is 0, which is none. */
function outcomeOf(code: string): Outcome {
  if (code === '' || code === '0') return 'ok';
  if (DENIED.has(code)) return 'denied';
  if (code === '8') return 'throttled';
  return INVALID.has(code) ? 'invalid' : 'failed';
}

function toEvents(judged: Judged, fields: Entry, whole: () => JsonObject): readonly AuditEvent[] {
  const id = entryId(judged.at, fields, whole);
  const isOne = judged.told.length === 1;
  return judged.told.map(one => {
    const example = isOne ? id : tidy(`${id}/${one.deed}/${one.target}`);
    return { ...toEvent(judged, fields, whole), deed: one.deed, target: one.target, ttl: one.ttl, example };
  });
}

function toEvent(judged: Judged, fields: Entry, whole: () => JsonObject): AuditEvent {
  const { at, action, isCall, isByService, caller, outcome } = judged;
  const isSignIn = judged.told.some(({ deed }) => deed === 'sign-in');
  return {
    at,
    last: at,
    count: 1,
    tokensIn: 0,
    tokensOut: 0,
    microUsd: 0,
    ttl: 0,
    example: '',
    hour: hourOf(at),
    credential: caller.credential,
    session: caller.session,
    principal: caller.principal,
    account: caller.account,
    deed: 'use',
    action,
    outcome,
    address: isByService ? '' : readAddress(fields.address),
    agent: isByService ? SERVICE_AGENT : agentOf(fields.agent),
    region: regionIn(fields.resource) || tidy(fields.location, 32).toLowerCase(),
    inferenceRegion: '',
    model: isCall ? modelIn(fields.resource, whole().request) : '',
    mfa: isSignIn ? secondFactor(whole().metadata) : '',
    target: '',
  };
}

/** An entry is told from others by its id, time and log together; without an id, by what is in it. */
function entryId(at: number, { insertId, log }: Entry, whole: () => JsonObject): string {
  const id = tidy(insertId, 128);
  const isUnnamed = id === '' || isMasked(id);
  return isUnnamed ? `content:${hashText(canonicalJson(whole())).toString(36)}` : `${id}/${at}/${short(log)}`;
}

const short = memoised(1_000, (log: string) => hashText(log).toString(36));

const NOT_LOGGED =
  'no model calls were seen: the Data Access audit logs of Vertex AI have them, and they are off until someone switches them on, so this means that nothing was logged, not that nothing was used';
const API_KEYS = 'calls by a plain API key (AIza…) name no key in audit logs';
const NO_TOKENS =
  'audit logs of Google Cloud have no token counts: the request-response log of Vertex AI, in BigQuery, has';
const NO_ADDRESSES = 'no entry bears an address: calls from inside Google Cloud show none';
const INSIDE = 'calls from inside Google Cloud show no address';
const NO_SESSIONS =
  'audit logs of Google Cloud name no sessions: the places of people and of service accounts without a key cannot be told apart session by session';
const ADMIN_ONLY =
  'no Data Access audit logs were seen: tokens issued and secrets read are told by these, and they are off until someone switches them on';
const NO_SIGN_INS =
  'no sign-ins were seen: they are in the login audit of Google Workspace, which reaches Cloud Logging only when it is shared with it';
const NO_INVENTORY =
  'no key inventory: `gcloud iam service-accounts keys list` and `gcloud services api-keys list` give the keys that nobody uses, and how old keys are that were made before the logs begin';

function viewsOf({ dataAccess, calls, addresses, inside, logins }: Seen): Views {
  const view = (isSeen: boolean, gaps: readonly string[], reason: string): View =>
    isSeen ? { blind: false, gaps } : { blind: true, gaps: [reason] };
  return {
    calls: view(calls, [API_KEYS], NOT_LOGGED),
    tokens: { blind: true, gaps: [NO_TOKENS] },
    places: view(addresses, inside ? [INSIDE, NO_SESSIONS] : [NO_SESSIONS], NO_ADDRESSES),
    deeds: { blind: false, gaps: dataAccess ? [] : [ADMIN_ONLY] },
    'sign-ins': view(logins, [], NO_SIGN_INS),
    inventory: { blind: false, gaps: [NO_INVENTORY] },
  };
}
