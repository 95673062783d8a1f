import type { Batch, Completion, Damage } from '../../model/batch.ts';
import { isObject } from '../../normalise/dig.ts';
import type { Format } from '../../normalise/format.ts';
import { createSorter } from '../../scan/sorter.ts';
import { createIntake } from '../intake/intake.ts';

/** Rows that came at once, and how much of what was asked for they were. */
export interface Lot {
  readonly rows: readonly unknown[];
  readonly size: number;
}

/** How rows are read. */
export interface Reading {
  readonly format: Format;
  readonly lots: AsyncIterable<Lot>;
  /** What rows are called that are not of the format. */
  readonly strange: string;
  /** Why reading ended before its end. */
  explain(error: unknown): string;
}

/** Reads rows of one format, a batch for each lot; views are null where there was no row of it. */
export async function* readRecords(reading: Reading): AsyncGenerator<Batch, Completion, void> {
  const { format, lots, explain } = reading;
  const intake = createIntake();
  const sorter = createSorter([format], []);
  const faults: Damage[] = [];
  let strange = 0;
  try {
    for await (const { rows, size } of lots) {
      for (const row of rows) {
        if (isObject(row)) sorter.add(row);
        else strange++;
      }
      const sorted = sorter.take();
      strange += sorted.unknown;
      for (const { wanted, fields, whole } of sorted.rows) intake.readerOf(wanted).read(fields, whole, intake.sink);
      yield { ...intake.take(), size };
    }
  } catch (error) {
    faults.push({ where: '', what: explain(error), count: 1 });
  }
  const unknown = { where: '', what: reading.strange, count: strange };
  const damage = [...faults, ...intake.damage(), ...(strange > 0 ? [unknown] : [])];
  return { complete: damage.length === 0, kind: format.id, views: intake.views(), damage, skipped: false };
}

/** Pages of which nobody says how many there are: each is taken for half of what is left. */
export async function* lotsOf(pages: AsyncIterable<readonly unknown[]>, size: number): AsyncGenerator<Lot, void, void> {
  let left = size;
  for await (const rows of pages) {
    left /= 2;
    yield { rows, size: left };
  }
  yield { rows: [], size: left };
}
