import type { Batch, Completion, Damage } from '../../model/batch.ts';
import type { Format } from '../../normalise/format.ts';
import { isObject } from '../../normalise/dig.ts';
import { createSorter } from '../../scan/sorter.ts';
import { createIntake } from '../intake/intake.ts';

/** Rows that came at once, and how much of what was asked for they were. */
export interface Rows {
  readonly rows: readonly unknown[];
  readonly size: number;
}

/** Reads rows of one format, a batch for each lot; `explain` says what ended them before their end. */
export async function* readRows(
  format: Format,
  lots: AsyncIterable<Rows>,
  explain: (error: unknown) => string,
): AsyncGenerator<Batch, Completion, void> {
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
  const unknown = { where: '', what: `rows not recognised as ${format.title}`, count: strange };
  const damage = [...faults, ...intake.damage(), ...(strange > 0 ? [unknown] : [])];
  return { complete: damage.length === 0, kind: format.id, views: intake.views(), damage, skipped: false };
}
