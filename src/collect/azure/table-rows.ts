import type { Batch, Completion, Damage } from '../../model/batch.ts';
import { azureActivity } from '../../normalise/azure-activity.ts';
import { azureAi } from '../../normalise/azure-ai.ts';
import { azureGateway } from '../../normalise/azure-gateway.ts';
import { azureKeyVault } from '../../normalise/azure-key-vault.ts';
import { entraAudit } from '../../normalise/entra-audit.ts';
import { entraSignIn } from '../../normalise/entra-sign-in.ts';
import type { Format } from '../../normalise/format.ts';
import { createSorter } from '../../scan/sorter.ts';
import type { JsonObject } from '../../scan/wanted.ts';
import { countText } from '../../wording.ts';
import { createIntake } from '../intake/intake.ts';
import { type Answer, rowOf } from './answer.ts';

/** Makes events of the rows of one table. */
export interface Taker {
  /** The answer's rows, so many at once; `share` is how much of the answer that is. */
  take(answer: Answer): Generator<{ readonly batch: Omit<Batch, 'size'>; readonly share: number }>;
  damage(): readonly Damage[];
  /** How many rows could not be read. */
  lost(): number;
  seen(): Pick<Completion, 'kind' | 'views'>;
}

const FORMATS: readonly Format[] = [azureActivity, entraAudit, entraSignIn, azureAi, azureKeyVault, azureGateway];

const BATCH_ROWS = 500;

/** A taker of rows that `record` makes records of. */
export function createTaker(record: (row: JsonObject) => JsonObject): Taker {
  const intake = createIntake();
  const sorter = createSorter(FORMATS, []);
  let strange = 0;
  const add = (columns: readonly string[], cells: unknown): void => {
    const row = rowOf(columns, cells);
    if (row === null) strange++;
    else sorter.add(record(row));
  };
  const drain = (): Omit<Batch, 'size'> => {
    const { rows, unknown } = sorter.take();
    strange += unknown;
    for (const { wanted, fields, whole } of rows) intake.readerOf(wanted).read(fields, whole, intake.sink);
    return intake.take();
  };
  const damage = (): readonly Damage[] => [...intake.damage(), ...strangeRows(strange)];
  return {
    *take({ columns, rows }) {
      for (let at = 0; at < rows.length; at += BATCH_ROWS) {
        const some = rows.slice(at, at + BATCH_ROWS);
        for (const cells of some) add(columns, cells);
        yield { batch: drain(), share: some.length / rows.length };
      }
    },
    damage,
    lost: () => damage().reduce((sum, { count }) => sum + count, 0),
    seen: () => ({ kind: intake.kinds().join(' + '), views: intake.views() }),
  };
}

const strangeRows = (count: number): Damage[] =>
  count === 0 ? [] : [{ where: '', what: `${countText(count, 'row')} of a shape that is not known`, count }];
