import { type Fold, IDENTITY, Table } from './table.ts';
import type { TallyRow } from './tally.ts';

/** One row: its slot (a UTC hour or day since the epoch, or what it became) and its name. */
type SlotKey = readonly [slot: number, name: string];

/** What a `Tally` is for text keys, for names slot by slot: past `bound` rows every key is made coarser by the next step. */
export interface SlotShape {
  readonly bound: number;
  readonly folds: readonly Fold[];
  readonly coarser: readonly ((slot: number, name: string) => SlotKey)[];
  /** How long a slot is: its times are kept from its start. */
  readonly unit: number;
}

/** Few names come again slot after slot, so a row has a number for its name, and takes tens of bytes, not hundreds. */
export interface Slots {
  level: number;
  /** The rows under slot and number of name; none before there is a row. */
  kept: { readonly numbers: Map<string, number>; readonly table: Table } | null;
}

/** Above any number of a name; slots up to the year 2089 leave a key in 32 bits. */
const NAMES = 2048;

export const newSlots = (): Slots => ({ level: 0, kept: null });

export function addToSlots(
  shape: SlotShape,
  slots: Slots,
  key: SlotKey,
  values: readonly number[],
  example: string,
): void {
  foldRow(shape, slots, coarsened(shape, key, 0, slots.level), { values, example });
  shrink(shape, slots);
}

export function mergeSlots(shape: SlotShape, into: Slots, from: Slots): void {
  const level = Math.max(into.level, from.level);
  coarsenTo(shape, into, level);
  for (const [slot, name, row] of slotRows(from)) {
    foldRow(shape, into, coarsened(shape, [slot, name], from.level, level), row);
  }
  shrink(shape, into);
}

/** How many rows there are. */
export const slotCount = ({ kept }: Slots): number => kept?.table.size ?? 0;

/** Rows in order of slot, then name. */
export function slotRows({ kept }: Slots): [slot: number, name: string, row: TallyRow][] {
  if (kept === null) return [];
  const names = [...kept.numbers.keys()];
  const rows = Array.from(kept.table.rows(), ([key, values, row]): [number, string, TallyRow] => [
    Math.floor(key / NAMES),
    names[key % NAMES]!,
    { values, example: kept.table.examples!.get(row) },
  ]);
  return rows.sort(([a, nameA], [b, nameB]) => a - b || (nameA < nameB ? -1 : 1));
}

type EncodedRow = [slot: number, name: string, example: string, ...values: (number | null)[]];

/** The rows as JSON; an untouched min or max (infinite) is written as null. */
export function encodeSlots(slots: Slots): [level: number, rows: EncodedRow[]] {
  const written = (value: number): number | null => (Number.isFinite(value) ? value : null);
  const rows = slotRows(slots);
  return [slots.level, rows.map(([slot, name, { values, example }]) => [slot, name, example, ...values.map(written)])];
}

export function decodeSlots(shape: SlotShape, json: unknown): Slots {
  const [level, rows] = json as [number, EncodedRow[]];
  const slots = { ...newSlots(), level };
  for (const [slot, name, example, ...values] of rows) {
    const known = values.map((value, i) => value ?? IDENTITY[shape.folds[i]!]);
    foldRow(shape, slots, [slot, name], { values: known, example });
  }
  return slots;
}

function shrink(shape: SlotShape, slots: Slots): void {
  while (slotCount(slots) > shape.bound && slots.level < shape.coarser.length) coarsenTo(shape, slots, slots.level + 1);
}

function coarsenTo(shape: SlotShape, slots: Slots, level: number): void {
  if (slots.level >= level) return;
  const coarse = { ...newSlots(), level };
  for (const [slot, name, row] of slotRows(slots)) {
    foldRow(shape, coarse, coarsened(shape, [slot, name], slots.level, level), row);
  }
  Object.assign(slots, coarse);
}

function coarsened({ coarser }: SlotShape, key: SlotKey, from: number, until: number): SlotKey {
  let coarse = key;
  for (let level = from; level < until; level++) coarse = coarser[level]!(...coarse);
  return coarse;
}

function foldRow({ folds, unit }: SlotShape, slots: Slots, [slot, name]: SlotKey, { values, example }: TallyRow): void {
  slots.kept ??= {
    numbers: new Map(),
    table: new Table(folds, key => Math.floor(key / NAMES) * unit, true),
  };
  const { numbers, table } = slots.kept;
  const number = numbers.get(name) ?? numbers.size;
  if (number === numbers.size) numbers.set(name, number);
  table.examples!.fold(table.fold(slot * NAMES + number, values), example);
}
