import type { AuditEvent } from '../model/event.ts';
import type { JsonObject } from '../scan/wanted.ts';
import { hourOf } from '../time.ts';
import { digText, textOf } from './dig.ts';
import { readInstant } from './instant.ts';

/** What a row that stands for several like events says of them all; the rest of it is of the one with the least id. */
interface Group {
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
}

const GROUP = 'keywardGroup';
const MOST = 1e9;

/** The unwrapped record of a row; when the row stands for several events, what it says of them is kept with it. */
export function keepGroup(row: JsonObject, record: JsonObject): JsonObject {
  if (!Object.hasOwn(row, 'KeywardCount')) return record;
  const group = readGroup(row);
  return group === null ? record : { ...record, [GROUP]: group };
}

/** The event of a record as all the events that it stands for; alone where it stands for itself. */
export function asGroup(event: AuditEvent, record: JsonObject): AuditEvent {
  const group = record[GROUP] as Group | undefined;
  if (group === undefined) return event;
  const { count, first, last } = group;
  // Whoever wrote the row may have written nonsense: then it is one event.
  if (first > event.at || last < event.at || hourOf(first) !== event.hour || hourOf(last) !== event.hour) return event;
  const tokens = event.deed === 'infer' ? { tokensIn: group.tokensIn, tokensOut: group.tokensOut } : {};
  return event.count === 0 ? { ...event, ...tokens } : { ...event, ...tokens, count, at: first, last };
}

function readGroup(row: JsonObject): Group | null {
  const count = Number(textOf(row.KeywardCount));
  const first = readInstant(textOf(row.KeywardFirst));
  const last = readInstant(textOf(row.KeywardLast));
  if (!(Number.isInteger(count) && count > 0 && count <= MOST) || first === undefined || last === undefined)
    return null;
  return { count, first, last, tokensIn: sumOf(row, 'KeywardTokensIn'), tokensOut: sumOf(row, 'KeywardTokensOut') };
}

/** Sums of tokens pass the bound of a single call. */
function sumOf(row: JsonObject, name: string): number {
  const sum = Number(digText(row, name));
  return Number.isSafeInteger(sum) && sum > 0 ? sum : 0;
}
