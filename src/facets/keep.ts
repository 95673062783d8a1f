import type { Facet } from './facet.ts';
import { decodeTable, encodeTable, type Fold, Table } from './table.ts';
import { decodeTally, encodeTally, mergeTally, newTally, type Tally, type TallyShape } from './tally.ts';

/** All of a facet that follows from the kind of its state. */
type Keeping<S> = Pick<Facet<S>, 'empty' | 'merge' | 'encode' | 'decode'>;

/** Keeps a facet's state in a table with these folds. */
export const keepTable = (folds: readonly Fold[]): Keeping<Table> => ({
  empty: () => new Table(folds),
  merge: (into, from) => into.merge(from),
  encode: encodeTable,
  decode: json => decodeTable(folds, json),
});

/** Keeps a facet's state in a tally of this shape. */
export const keepTally = (shape: TallyShape): Keeping<Tally> => ({
  empty: newTally,
  merge: (into, from) => mergeTally(shape, into, from),
  encode: encodeTally,
  decode: json => decodeTally(shape, json),
});
