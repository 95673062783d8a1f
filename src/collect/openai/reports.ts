import type { Batch, Completion } from '../../model/batch.ts';
import type { Views } from '../../model/coverage.ts';
import { dig, isObject } from '../../normalise/dig.ts';
import type { Format } from '../../normalise/format.ts';
import { openaiAudit } from '../../normalise/openai-audit.ts';
import { readSeconds } from '../../normalise/openai-records.ts';
import { openaiUsage } from '../../normalise/openai-usage.ts';
import type { JsonObject } from '../../scan/wanted.ts';
import { SECOND } from '../../time.ts';
import type { Task } from '../collector.ts';
import { lotsOf, readRecords } from '../service/records.ts';
import { lengthOf, type Stretch } from '../service/stretches.ts';
import type { List, Reader } from './client.ts';
import { auditLog, costReport, type Usage, usageReport } from './lists.ts';
import { explainOpenai } from './trouble.ts';

type Reading = AsyncGenerator<Batch, Completion, void>;

/** A report: how its rows are read, and what it shows once any was. */
interface Report {
  readonly list: List;
  readonly format: Format;
  readonly views: (seen: Views) => Views | null;
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

/** Reads a stretch of the costs; of calls and tokens they show nothing, and nobody takes them for that. */
export const readCosts = (reader: Reader, stretch: Stretch, task: Task): Reading =>
  readReport(reader, stretch, task, {
    list: costReport(stretch),
    format: openaiUsage,
    views: () => null,
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

/** A batch for each page; a list that was read and has no row shows what its reader can. */
async function* readReport(reader: Reader, stretch: Stretch, { signal }: Task, report: Report): Reading {
  const { list, format } = report;
  let isRead = false;
  const pages = async function* (): AsyncGenerator<readonly unknown[], void, void> {
    for await (const rows of reader.pages(list)) {
      isRead = true;
      yield rows.map(row => (isObject(row) ? report.fit(row) : row));
    }
  };
  const completion = yield* readRecords({
    format,
    lots: lotsOf(pages(), lengthOf(stretch)),
    strange: `rows that are not of ${list.title}`,
    explain: error => (signal.aborted ? 'interrupted' : explainOpenai(error, list.title).what),
  });
  const seen = completion.views ?? (isRead ? format.reader().views() : null);
  return { ...completion, views: seen && report.views(seen) };
}
