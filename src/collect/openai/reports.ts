import type { Batch, Completion, Damage } from '../../model/batch.ts';
import type { Views } from '../../model/coverage.ts';
import { dig, isObject } from '../../normalise/dig.ts';
import type { Format } from '../../normalise/format.ts';
import { openaiAudit } from '../../normalise/openai-audit.ts';
import { readSeconds } from '../../normalise/openai-records.ts';
import { openaiUsage } from '../../normalise/openai-usage.ts';
import { createSorter } from '../../scan/sorter.ts';
import type { JsonObject } from '../../scan/wanted.ts';
import { SECOND } from '../../time.ts';
import type { Task } from '../collector.ts';
import { createIntake } from '../intake/intake.ts';
import type { List, Reader } from './client.ts';
import { auditLog, type Stretch, type Usage, usageReport } from './lists.ts';
import { explainOpenai } from './trouble.ts';

type Reading = AsyncGenerator<Batch, Completion, void>;

/** A report: how its rows are read, and what it shows once any was. */
interface Report {
  readonly list: List;
  readonly format: Format;
  readonly views: (seen: Views) => Views;
  readonly fit: (row: JsonObject) => JsonObject;
}

/** Reads a stretch of the audit log. */
export const readAuditLog = (reader: Reader, stretch: Stretch, task: Task): Reading =>
  readReport(reader, stretch, task, {
    list: auditLog(stretch),
    format: openaiAudit,
    views: seen => seen,
    fit: row => row,
  });

/** Reads a stretch of one usage report. */
export const readUsage = (reader: Reader, usage: Usage, stretch: Stretch, task: Task): Reading =>
  readReport(reader, stretch, task, {
    list: usageReport(usage, stretch),
    format: openaiUsage,
    views: usage === 'completions' ? seen => seen : withoutCompletions,
    fit: row => cut(row, stretch.until),
  });

const NO_COMPLETIONS = 'the usage of completions was not read';

/** A gap that stays where nobody reads the completions themselves. */
function withoutCompletions(seen: Views): Views {
  const { calls, tokens } = seen;
  return {
    ...seen,
    calls: { ...calls, gaps: [...calls.gaps, NO_COMPLETIONS] },
    tokens: { ...tokens, gaps: [...tokens.gaps, NO_COMPLETIONS] },
  };
}

/** The hour that is not over yet ends when it is read. */
function cut(bucket: JsonObject, until: number): JsonObject {
  const end = readSeconds(dig(bucket, 'end_time')) ?? 0;
  return end > until ? { ...bucket, end_time: Math.ceil(until / SECOND) } : bucket;
}

/** A batch for each page. */
async function* readReport(reader: Reader, { from, until }: Stretch, { signal }: Task, report: Report): Reading {
  const { list, format, fit } = report;
  const intake = createIntake();
  const sorter = createSorter([format], []);
  const faults: Damage[] = [];
  let strange = 0;
  let pages = 0;
  let left = until - from;
  try {
    for await (const rows of reader.pages(list)) {
      pages++;
      for (const row of rows) {
        if (isObject(row)) sorter.add(fit(row));
        else strange++;
      }
      const sorted = sorter.take();
      strange += sorted.unknown;
      for (const { wanted, fields, whole } of sorted.rows) intake.readerOf(wanted).read(fields, whole, intake.sink);
      // How many pages there are is not said, so each is taken for half of what is left.
      left /= 2;
      yield { ...intake.take(), size: left };
    }
    yield { ...intake.take(), size: left };
  } catch (error) {
    faults.push({ where: '', what: signal.aborted ? 'interrupted' : explainOpenai(error, list.title).what, count: 1 });
  }
  const unknown = { where: '', what: `rows that are not of ${list.title}`, count: strange };
  const damage = [...faults, ...intake.damage(), ...(strange > 0 ? [unknown] : [])];
  const views = pages === 0 ? null : report.views(intake.readerOf(format).views());
  return { complete: damage.length === 0, kind: format.id, views, damage, skipped: false };
}
