import type { Facet } from './facet.ts';
import { decodeSlots, encodeSlots, mergeSlots, newSlots, type Slots, type SlotShape } from './slots.ts';
import { decodeTable, encodeTable, type Fold, type StartOf, Table } from './table.ts';
import { decodeTally, encodeTally, mergeTally, newTally, type Tally, type TallyShape } from './tally.ts';

/** All of a facet that follows from the kind of its state. */
type Keeping<S> = Pick<Facet<S>, 'empty' | 'merge' | 'encode' | 'decode'>;

/** Keeps a facet's state in a table with these folds; its times lie close to the start of their key. */
export const keepTable = (folds: readonly Fold[], startOf: StartOf): Keeping<Table> => ({
  empty: () => new Table(folds, startOf),
  merge: (into, from) => into.merge(from),
  encode: encodeTable,
  decode: json => decodeTable(folds, startOf, json),
});

/** Keeps a facet's state in a tally of this shape. */
export const keepTally = (shape: TallyShape): Keeping<Tally> => ({
  empty: newTally,
  merge: (into, from) => mergeTally(shape, into, from),
  encode: encodeTally,
  decode: json => decodeTally(shape, json),
});

/** Keeps a facet's state slot by slot and name by name in this shape. */
export const keepSlots = (shape: SlotShape): Keeping<Slots> => ({
  empty: newSlots,
  merge: (into, from) => mergeSlots(shape, into, from),
  encode: encodeSlots,
  decode: json => decodeSlots(shape, json),
});
