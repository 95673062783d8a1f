import { kindText } from '../../kinds.ts';
import type { Credential } from '../../model/credential.ts';
import type { AuditEvent } from '../../model/event.ts';
import type { Format, Sink } from '../../normalise/format.ts';
import { projector } from '../../scan/project.ts';
import type { JsonObject, Unwanted } from '../../scan/wanted.ts';
import { isoText, withSeparators } from '../../wording.ts';

/** What one record is taken for. */
export interface Tried {
  /** Empty where no format knows it. */
  readonly format: string;
  readonly events: readonly AuditEvent[];
  readonly credentials: readonly Credential[];
  /** Why it could not be read, or what else it is; empty where neither. */
  readonly why: string;
  readonly state: 'event' | 'credential' | 'ignored' | 'malformed' | 'other' | 'unknown';
}

/** Whether some format understands the record. */
export const isRecognised = ({ state }: Tried): boolean =>
  state === 'event' || state === 'credential' || state === 'ignored';

/** Reads one record by itself, as an audit would. */
export function tryRecord(record: JsonObject, formats: readonly Format[], others: readonly Unwanted[]): Tried {
  for (const format of formats) {
    const inner = format.unwrap(record);
    if (inner !== null) return readBy(format, inner);
  }
  const other = others.find(one => one.recognises(record));
  const nothing = { format: '', events: [], credentials: [] };
  return other === undefined
    ? { ...nothing, why: '', state: 'unknown' }
    : { ...nothing, why: other.what, state: 'other' };
}

function readBy(format: Format, record: JsonObject): Tried {
  const events: AuditEvent[] = [];
  const credentials: Credential[] = [];
  const faults: string[] = [];
  const sink: Sink = {
    event: event => events.push(event),
    credential: credential => credentials.push(credential),
    census: () => undefined,
    ignore: () => undefined,
    malformed: what => faults.push(what),
  };
  format.reader().read(projector(format.paths)(record), () => record, sink);
  const why = [...new Set(faults)].join('; ');
  return { format: format.id, events, credentials, why, state: stateOf(events, credentials, why) };
}

function stateOf(events: readonly unknown[], credentials: readonly unknown[], why: string): Tried['state'] {
  if (events.length > 0) return 'event';
  if (credentials.length > 0) return 'credential';
  return why === '' ? 'ignored' : 'malformed';
}

/** What a record is taken for, in words; what an event lacks is said too. */
export function textOf({ state, why, events, credentials }: Tried): string {
  switch (state) {
    case 'event':
      return [eventText(events[0]!, credentials), moreText(events.length - 1), why]
        .filter(text => text !== '')
        .join('; ');
    case 'credential':
      return [holderText(credentials[0]!), moreText(credentials.length - 1), why]
        .filter(text => text !== '')
        .join('; ');
    case 'ignored':
      return 'left out on purpose: it tells of no call and no change';
    case 'malformed':
      return `cannot be read: ${why}`;
    case 'other':
      return `not an audit log: ${why}`;
    case 'unknown':
      return 'not recognised';
  }
}

const moreText = (count: number): string => (count === 0 ? '' : `and ${withSeparators(count)} more`);

function eventText(event: AuditEvent, credentials: readonly Credential[]): string {
  const { at, deed, outcome, address, model, tokensIn, tokensOut, count } = event;
  const caller = credentials.find(({ id }) => id === event.credential);
  const parts = [deed, outcome, isoText(at), `by ${caller === undefined ? event.credential : holderText(caller)}`];
  parts.push(address === '' ? 'no address' : `from ${address}`);
  if (deed === 'infer') {
    const tokens = `${withSeparators(tokensIn)} tokens in and ${withSeparators(tokensOut)} out`;
    parts.push(model === '' ? 'no model' : `model ${model}`, tokensIn + tokensOut === 0 ? 'no tokens' : tokens);
  }
  if (count !== 1) parts.push(`${withSeparators(count)} calls`);
  return parts.join(', ');
}

function holderText({ id, kind, owner }: Credential): string {
  if (id.startsWith('unidentified:')) return 'nobody named';
  return `${id} (${kindText(kind)}${owner === '' || owner === id ? '' : ` of ${owner}`})`;
}

/** Of a record that holds many, as many are shown. */
const SHOWN = 10;

/** What a record is taken for, as JSON. */
export function asJson({ format, state, why, events, credentials }: Tried, index: number) {
  return {
    record: index + 1,
    format: format === '' ? null : format,
    state,
    why: why === '' ? null : why,
    events: events.slice(0, SHOWN).map(event => ({
      at: isoText(event.at),
      deed: event.deed,
      action: event.action,
      outcome: event.outcome,
      credential: event.credential,
      address: event.address,
      agent: event.agent,
      region: event.region,
      model: event.model,
      count: event.count,
      tokensIn: event.tokensIn,
      tokensOut: event.tokensOut,
      microUsd: event.microUsd,
      example: event.example,
    })),
    credentials: credentials.slice(0, SHOWN).map(({ id, provider, kind, owner, account, name, scope }) => ({
      id,
      provider,
      kind,
      owner,
      account,
      name: name ?? null,
      scope: scope ?? null,
    })),
  };
}
