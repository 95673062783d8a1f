import type { CredentialKind } from '../model/credential.ts';
import type { AuditEvent } from '../model/event.ts';
import type { JsonObject, Paths } from '../scan/wanted.ts';
import { readAddress } from './address.ts';
import { readAgent } from './agent.ts';
import { announceOnce, type Met } from './announcer.ts';
import { clientAddress } from './client-address.ts';
import { contentId } from './content-id.ts';
import { isObject, textOf } from './dig.ts';
import { eventBy } from './event-by.ts';
import {
  type Condition,
  type FieldMap,
  type FieldName,
  isPrior,
  readyMap,
  type ReadyMap,
  TELLING,
} from './field-map.ts';
import { nothingSeen, type SeenFields, viewsOfMap } from './field-map-views.ts';
import { parsePath, textFrom, textsFrom, valueAt } from './field-path.ts';
import { looksSecret } from './field-secret.ts';
import { readCost, readCount, readOutcome, readTime, readTokenSum } from './field-values.ts';
import { defineFormat, type Format, type Reader, type Sink } from './format.ts';
import { strangerAt } from './identity.ts';
import { GUESSED } from './key-list.ts';
import { isVendorMask } from './masked-key.ts';
import { readModel } from './model-name.ts';
import { isMasked, tidy } from './redact.ts';
import { regionOf } from './region.ts';

/** A format that a map makes, and whether it says by itself which records are its own. */
export interface MappedFormat {
  readonly format: Format;
  readonly isPrior: boolean;
}

/** The format that a map describes: calls, with as much of each as the map finds. */
export function formatFromMap(map: FieldMap, trustedProxies = 0): MappedFormat {
  const ready = readyMap(map);
  const format = defineFormat<Paths>({
    id: ready.name,
    title: ready.title,
    paths: {},
    unwrap: record => (isOf(ready, record) ? record : null),
    reader: () => createReader(ready, trustedProxies),
  });
  return { format, isPrior: isPrior(ready) };
}

/** Whether a record is of the log: its own, or a saved answer that holds a list of such. */
function isOf(map: ReadyMap, record: JsonObject): boolean {
  const first = listIn(map, record)?.[0];
  return isRecord(map, first === undefined ? record : first);
}

const listIn = ({ preset }: ReadyMap, record: JsonObject): readonly JsonObject[] | null => {
  const list = preset?.list === undefined ? undefined : record[preset.list.name];
  return Array.isArray(list) ? list.filter(isObject) : null;
};

function isRecord({ when, sources }: ReadyMap, record: JsonObject): boolean {
  if (when.length > 0) return when.some(conditions => fits(record, conditions));
  const has = (field: FieldName): boolean => textFrom(record, sources[field]) !== '';
  return has('time') && TELLING.some(has);
}

const fits = (record: JsonObject, conditions: readonly Condition[]): boolean =>
  conditions.every(({ path, wanted }) => {
    const value = valueAt(record, path);
    if (wanted.length === 0) return value !== undefined;
    const text = textOf(value);
    return wanted.includes(text) || (wanted.includes('*') && (text !== '' || isObject(value) || Array.isArray(value)));
  });

function createReader(map: ReadyMap, trustedProxies: number): Reader<Paths> {
  const seen = nothingSeen();
  const announce = announceOnce();
  const readOne = (record: JsonObject, sink: Sink): void => {
    if (!fits(record, map.calls)) {
      sink.ignore();
      return;
    }
    const call = callOf(map, record, trustedProxies);
    if (typeof call === 'string') sink.malformed(call);
    else {
      note(seen, call);
      announce(metIn(map, call.caller), sink);
      sink.event(call.event);
    }
  };
  return {
    read(_, whole, sink) {
      const record = whole();
      const list = listIn(map, record);
      const records = list ?? [record];
      if (list !== null) seen.total = Math.max(seen.total, totalIn(map, record));
      seen.records += records.length;
      for (const one of records) {
        if (list === null || isRecord(map, one)) readOne(one, sink);
        else sink.malformed(`an entry of the list that is not of the log '${map.name}'`);
      }
    },
    views: () => viewsOfMap(map, seen),
  };
}

function totalIn({ preset }: ReadyMap, record: JsonObject): number {
  const path = parsePath(preset?.list?.total ?? '');
  return path === null ? 0 : Number(textOf(valueAt(record, path))) || 0;
}

interface Caller {
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly scope: string;
  /** By its credential, by its holder alone, or not at all. */
  readonly namedBy: 'credential' | 'owner' | '';
}

interface Call {
  readonly event: AuditEvent;
  readonly caller: Caller;
  readonly hasId: boolean;
  /** Whether there was a list of addresses of which none is known to be the caller's. */
  readonly isList: boolean;
}

function note(seen: SeenFields, { event, caller, hasId, isList }: Call): void {
  seen.tokens ||= event.tokensIn + event.tokensOut > 0;
  seen.addresses ||= event.address !== '';
  seen.lists ||= isList;
  seen.unnamed ||= caller.namedBy === '';
  seen.withoutId ||= !hasId;
}

/** Texts of a record by field. */
type Texts = (field: FieldName) => string;

/** The call that a record tells of, or what is wrong with it. */
function callOf(map: ReadyMap, record: JsonObject, trustedProxies: number): Call | string {
  const text: Texts = field => textFrom(record, map.sources[field]);
  const at = readTime(text('time'), map.timeUnit);
  if (at === undefined) return `no readable time at ${written(map, 'time')}`;
  const count = readCount(text('count'));
  if (count === undefined) return `no number of calls at ${written(map, 'count')}`;
  const caller = callerOf(map, text);
  if (caller === null) {
    const where = text('credential') === '' ? 'owner' : 'credential';
    return `a secret at ${written(map, where)}, which must be the name, the id or a hash of a key: log one of those instead`;
  }
  const id = tidy(text('id'), 128);
  const hasId = id !== '' && !isMasked(id);
  const isForwarded = text('address').includes(',');
  const address = isForwarded ? clientAddress('', text('address'), trustedProxies) : readAddress(text('address'));
  const example = hasId ? `${map.name}/${id}` : contentId(record);
  const event = eventBy(whoOf(map, caller), {
    ...actOf(map, text),
    ...tokensAndCost(map, record),
    at,
    count,
    example,
    address,
  });
  return { event, caller, hasId, isList: address === '' && isForwarded };
}

const actOf = ({ deed, action }: ReadyMap, text: Texts) => ({
  deed,
  action,
  outcome: readOutcome(text('status'), text('outcome')),
  agent: readAgent(text('agent')),
  region: regionOf(text('region')),
  model: deed === 'infer' ? readModel(text('model')) : '',
});

const whoOf = ({ name }: ReadyMap, { id, owner }: Caller) => ({
  credential: id,
  session: '',
  principal: owner || id,
  account: name,
});

function tokensAndCost({ sources, deed, costUnit }: ReadyMap, record: JsonObject) {
  if (deed !== 'infer') return { tokensIn: 0, tokensOut: 0, microUsd: 0 };
  return {
    tokensIn: readTokenSum(textsFrom(record, sources.tokensIn)),
    tokensOut: readTokenSum(textsFrom(record, sources.tokensOut)),
    microUsd: readCost(textsFrom(record, sources.cost), costUnit),
  };
}

/** Who called: with what credential or, where only that is told, who; null where a key itself is in the field. */
function callerOf(map: ReadyMap, text: Texts): Caller | null {
  const known = (field: FieldName, limit: number): string => {
    const value = text(field);
    return isSecret(map, field, value) ? '' : tidy(value, limit);
  };
  const [owner, name, scope] = [known('owner', 256), known('name', 128), known('scope', 128)];
  const given = text('credential');
  if (isSecret(map, 'credential', given)) return null;
  if (given === '' && owner === '' && text('owner') !== '') return null;
  const told = { owner, name, scope };
  if (given !== '') return { id: isVendorMask(given) ? given : tidy(given, 256), ...told, namedBy: 'credential' };
  if (owner !== '') return { id: owner, ...told, namedBy: 'owner' };
  return { id: strangerAt(map.name).credential, ...told, namedBy: '' };
}

/** Whether a value looks like a secret under any of the names that its field may have. */
const isSecret = ({ sources }: ReadyMap, field: FieldName, value: string): boolean =>
  value !== '' && sources[field].flat().some(({ names }) => looksSecret(value, names.at(-1)!));

const written = (map: ReadyMap, field: FieldName): string =>
  (map.written[field] ?? []).map(path => `'${path}'`).join(', ');

/** What the log tells of a caller; whoever knows better what kind of credential it is outranks a guess. */
const metIn = (map: ReadyMap, { id, owner, name, scope, namedBy }: Caller): Met => ({
  id,
  provider: map.provider,
  kind: kindOf(map, namedBy),
  owner,
  account: map.name,
  observedAt: map.isKindTold ? 0 : GUESSED,
  ...(name !== '' && { name }),
  ...(scope !== '' && { scope }),
});

/** A holder alone is of the kind that was told only where no record could name a key. */
function kindOf({ kind, isKindTold, sources }: ReadyMap, namedBy: Caller['namedBy']): CredentialKind {
  if (namedBy === 'credential') return kind;
  return namedBy === 'owner' && isKindTold && sources.credential.length === 0 ? kind : 'unknown';
}
