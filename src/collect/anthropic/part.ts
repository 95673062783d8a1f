import type { Batch, Completion, Damage } from '../../model/batch.ts';
import type { Views } from '../../model/coverage.ts';
import type { Census } from '../../model/credential.ts';
import { isObject } from '../../normalise/dig.ts';
import type { Format, Reader } from '../../normalise/format.ts';
import type { Task } from '../collector.ts';
import { createIntake } from '../intake/intake.ts';
import { bornBefore } from '../service/listing.ts';
import { explainAnthropic } from './trouble.ts';

/** A part of the source: pages of records of one format. */
export interface Part {
  readonly key: string;
  readonly size: number;
  readonly format: Format;
  reader(): Reader<Record<never, never>>;
  pages(): AsyncIterable<readonly unknown[]>;
  /** What its key begins with where other parts share it. */
  readonly within?: string;
  /** What reading it takes. */
  readonly wanted: string;
  /** Not every organisation has it: where there is none, nothing is missing. */
  readonly isOptional?: boolean;
  readonly remarks: readonly string[];
  /** Of what it is a census when it was read whole; nothing, where what was listed is of another time. */
  readonly census: Census | null;
  /** Told why it could not be read, where not even a page came. */
  unread?(why: string): void;
  /** Told what could be seen of it. */
  seen?(views: Views): void;
}

/** Reads a part, a batch for each page. */
export async function* readPart(part: Part, task: Task): AsyncGenerator<Batch, Completion, void> {
  const { until } = task.window;
  const intake = createIntake();
  const reader = part.reader();
  const faults: Damage[] = [];
  const remarks = [...part.remarks];
  let strange = 0;
  let pages = 0;
  let left = part.size;
  // What was made after the time that is judged is not of it.
  const take = (): Omit<Batch, 'size'> => {
    const { credentials, ...rest } = intake.take();
    return { ...rest, credentials: bornBefore(credentials, until) };
  };
  try {
    for await (const page of part.pages()) {
      pages++;
      for (const row of page) {
        const record = isObject(row) ? part.format.unwrap(row) : null;
        if (record === null) strange++;
        else reader.read({}, () => record, intake.sink);
      }
      // How many pages there are is not said, so each is taken for half of what is left.
      left /= 2;
      yield { ...take(), size: left };
    }
  } catch (error) {
    const trouble = explainAnthropic(error, part.wanted);
    const what = task.signal.aborted ? 'interrupted' : trouble.what;
    if (pages === 0) part.unread?.(what);
    if (part.isOptional === true && trouble.kind === 'missing' && pages === 0) remarks.push(`${part.key}: ${what}`);
    else faults.push({ where: '', what, count: 1 });
  }
  const unknown = { where: '', what: 'records not recognised as what was asked for', count: strange };
  const damage = [...faults, ...intake.damage(), ...(strange > 0 ? [unknown] : [])];
  const censuses = damage.length === 0 && pages > 0 && part.census !== null ? [part.census] : [];
  yield { ...take(), size: left, censuses };
  part.seen?.(reader.views());
  return { complete: damage.length === 0, kind: part.format.id, views: null, damage, remarks, skipped: false };
}
