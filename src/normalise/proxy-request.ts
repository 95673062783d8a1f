import { hashText } from '../hash.ts';
import type { View, Views } from '../model/coverage.ts';
import type { AuditEvent, Outcome } from '../model/event.ts';
import type { Fields, JsonObject, Paths } from '../scan/wanted.ts';
import { readAgent } from './agent.ts';
import { announceOnce, metAs } from './announcer.ts';
import { clientAddress } from './client-address.ts';
import { textOf } from './dig.ts';
import { eventBy } from './event-by.ts';
import { defineFormat, type Format, type Reader } from './format.ts';
import { type Identity, identityOf, strangerAt } from './identity.ts';
import { readInstant } from './instant.ts';
import { isVendorMask } from './masked-key.ts';
import { MICRO, readMicroUsd, readTokens } from './measures.ts';
import { readModel } from './model-name.ts';
import { type ModelRequest, modelRequest } from './model-paths.ts';
import { outcomeOf } from './outcome.ts';
import { isMasked, tidy } from './redact.ts';
import { blind, open } from './view.ts';

/** A request as the log of a proxy tells it, under one name for each of its parts. */
const REQUEST_PATHS = {
  time: ['time'],
  method: ['method'],
  /** Without its query. */
  path: ['path'],
  status: ['status'],
  /** Whom the server was reached by. */
  remote: ['remote'],
  forwarded: ['forwarded'],
  agent: ['agent'],
  requestId: ['requestId'],
  /** What stands for the key: a fingerprint or an id. */
  key: ['key'],
  user: ['user'],
  host: ['host'],
  model: ['model'],
  tokensIn: ['tokensIn'],
  tokensOut: ['tokensOut'],
  /** In dollars. */
  cost: ['cost'],
  /** What else tells two requests apart: bytes and durations. */
  measures: ['measures'],
} as const satisfies Paths;

/** Those parts of one request. */
export type ProxyRequest = Fields<typeof REQUEST_PATHS>;

/** What is particular about the log of one kind of proxy. */
export interface ProxyLog {
  /** Whose the callers are. */
  readonly account: string;
  /** What to add to a log that does not say whose key a request bore. */
  readonly addKey: string;
  /** Why there are no token counts. */
  readonly addTokens: string;
  /** Why there are no addresses. */
  readonly addAddress: string;
}

/** A format of the log of a proxy: what it is called, and how its records are told and read. */
export interface ProxyFormat {
  readonly id: string;
  readonly title: string;
  readonly log: ProxyLog;
  /** The parts of a request, or null for a record of another log. */
  unwrap(record: JsonObject): JsonObject | null;
}

/** Makes a format of requests, for so many trusted proxies. */
export const defineProxyFormat =
  ({ log, ...about }: ProxyFormat) =>
  (trustedProxies: number): Format =>
    defineFormat({ ...about, paths: REQUEST_PATHS, reader: () => createRequestReader(log, trustedProxies) });

/** The text of the first of some fields that says anything; a dash stands for nothing. */
export function pick(record: JsonObject, names: readonly string[]): string {
  for (const name of names) {
    const text = Object.hasOwn(record, name) ? textOf(record[name]).trim() : '';
    if (text !== '' && text !== '-') return text;
  }
  return '';
}

interface Seen {
  calls: boolean;
  named: boolean;
  /** Calls that were let in, and by whom is not told. */
  nameless: boolean;
  tokens: boolean;
  addresses: boolean;
  /** Callers that other proxies tell of, and that were not believed. */
  forwarded: boolean;
  /** Requests without an id. */
  alike: boolean;
  /** Keys in clear. */
  bare: boolean;
}

const nothingSeen = (): Seen => ({
  calls: false,
  named: false,
  nameless: false,
  tokens: false,
  addresses: false,
  forwarded: false,
  alike: false,
  bare: false,
});

/**
 * A reader of the requests that one file of such a log tells of: those to models are events, others are left out. Of
 * `X-Forwarded-For` so many of the last entries are believed as there are trusted proxies.
 */
function createRequestReader(log: ProxyLog, trustedProxies: number): Reader<typeof REQUEST_PATHS> {
  const seen = nothingSeen();
  const announce = announceOnce();
  const idOf = createNumbering();
  return {
    read(fields, _whole, sink) {
      const asked = askedOf(fields);
      const at = asked === null ? undefined : readInstant(fields.time);
      if (asked === null) sink.ignore();
      else if (at === undefined) sink.malformed('the request has no readable time');
      else {
        const caller = callerOf(fields, log.account);
        const address = clientAddress(fields.remote, fields.forwarded, trustedProxies);
        const event = toEvent({ at, asked, caller, address, example: idOf(fields, at) }, fields);
        note(seen, fields, event, { caller, isTrusting: trustedProxies > 0 });
        announce(metAs('proxy', caller), sink);
        sink.event(event);
      }
    },
    views: () => viewsOf(seen, log),
  };
}

/** What was asked of a model: as the path tells or, where a gateway has paths of its own, because it names a model. */
function askedOf({ method, path, model }: ProxyRequest): ModelRequest | null {
  const asked = modelRequest(method, path);
  if (asked !== null || model === '' || /^(?:OPTIONS|HEAD)$/i.test(method)) return asked;
  return { action: 'call', deed: 'infer', model: '' };
}

/** Whose key it was. Whoever was turned away may have claimed to be anybody. */
function callerOf({ key, user, status, host }: ProxyRequest, account: string): Identity {
  const owner = nameOf(user);
  const id = nameOf(key) || (owner === '' ? '' : `${account}/${owner}`);
  if (id === '' || status === '401') return strangerAt(nameOf(host) || account, account);
  return identityOf({ credential: id, kind: 'virtual-key', owner, account });
}

/** A name fit to keep. What was redacted tells nobody from anybody; what a vendor shows of a key tells it from others. */
function nameOf(text: string): string {
  const name = isVendorMask(text) ? text : tidy(text, 128);
  return isMasked(name) ? '' : name;
}

interface Told {
  readonly at: number;
  readonly asked: ModelRequest;
  readonly caller: Identity;
  readonly address: string;
  readonly example: string;
}

function toEvent({ at, asked, caller, address, example }: Told, fields: ProxyRequest): AuditEvent {
  const { action, deed } = asked;
  return eventBy(caller, {
    at,
    deed,
    action,
    example,
    address,
    agent: readAgent(fields.agent),
    outcome: outcomeOfStatus(fields.status),
    model: readModel(fields.model || asked.model),
    tokensIn: readTokens(fields.tokensIn),
    tokensOut: readTokens(fields.tokensOut),
    microUsd: readMicroUsd(Number(fields.cost) * MICRO),
  });
}

/** How a request ended; one without a status was never answered. */
function outcomeOfStatus(status: string): Outcome {
  const code = Number(status);
  if (code >= 100 && code < 400) return 'ok';
  return code >= 400 ? outcomeOf(status) : 'failed';
}

/**
 * Names requests. Those without an id go by what is told of them, and by a number where a file has several alike: these
 * are as many requests, and the same ones when the file is read again.
 */
function createNumbering(): (fields: ProxyRequest, at: number) => string {
  const counts = new Map<number, number>();
  return (fields, at) => {
    const id = nameOf(fields.requestId);
    const { method, path, status, remote, forwarded, agent, user, key, measures } = fields;
    const parts = [at, method, path, status, remote, forwarded, agent, nameOf(user), nameOf(key), measures];
    const hash = hashText(JSON.stringify(parts));
    // Callers may choose ids, so what else is told has to tell too.
    if (id !== '') return `${id}/${hash.toString(36)}`;
    const count = counts.get(hash) ?? 0;
    counts.set(hash, count + 1);
    return `content:${hash.toString(36)}${count === 0 ? '' : `/${count}`}`;
  };
}

interface Judged {
  readonly caller: Identity;
  readonly isTrusting: boolean;
}

function note(seen: Seen, fields: ProxyRequest, event: AuditEvent, { caller, isTrusting }: Judged): void {
  const isNamed = caller.kind !== 'unknown';
  seen.calls = true;
  seen.named ||= isNamed;
  seen.nameless ||= !isNamed && event.outcome !== 'denied';
  seen.tokens ||= event.tokensIn + event.tokensOut > 0;
  seen.addresses ||= event.address !== '';
  seen.forwarded ||= fields.forwarded !== '' && !isTrusting;
  seen.alike ||= fields.requestId === '';
  seen.bare ||= fields.key !== '' && nameOf(fields.key) === '';
}

const NO_CALLS = 'no request to an endpoint of a model was seen in this access log';
const AROUND = 'a proxy logs the calls that pass it: those around it are not seen';
const ALIKE = 'requests bear no id, so those that are alike in two files count once: log a request id';
const BARE = 'the log holds keys in clear, which were left out: log a fingerprint in their place';
const NEAREST = 'the address is of whoever reached the proxy, which may be another proxy';
const FORWARDED =
  'addresses are of whoever reached the proxy: X-Forwarded-For is what callers say, until trustedProxies says how many of its last entries are of your own proxies';
const NO_DEEDS = 'access logs tell of calls, and of no changes of keys';
const NO_INVENTORY = 'no list of keys: those that nobody uses are unseen, and how old a key is, is not in the log';

function viewsOf(seen: Seen, log: ProxyLog): Views {
  const nameless = seen.named ? [] : [`the log names no key: ${log.addKey}`];
  const some = seen.named && seen.nameless ? [`some requests name no key: ${log.addKey}`] : [];
  const total = seen.named ? [] : [`calls are judged in total, because ${nameless.join('')}`];
  const doubts = [...(seen.alike ? [ALIKE] : []), ...(seen.bare ? [BARE] : [])];
  const calls = seen.calls ? open(AROUND, ...total, ...some, ...doubts) : blind(NO_CALLS);
  return {
    calls,
    tokens: !seen.calls ? calls : seen.tokens ? open(...total, ...some) : blind(log.addTokens),
    places: seen.calls ? placesOf(seen, log, [...nameless, ...some]) : calls,
    deeds: blind(NO_DEEDS),
    'sign-ins': blind('access logs show no sign-ins'),
    inventory: seen.named ? open(NO_INVENTORY) : blind(...(seen.calls ? nameless : [NO_CALLS])),
  };
}

function placesOf({ named, addresses, forwarded }: Seen, { addAddress }: ProxyLog, gaps: readonly string[]): View {
  if (!addresses) return blind(...gaps, addAddress);
  return named ? open(forwarded ? FORWARDED : NEAREST, ...gaps) : blind(...gaps);
}
