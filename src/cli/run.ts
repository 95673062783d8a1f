import { setMaxListeners } from 'node:events';
import { normalize } from 'node:path';
import { type AuditRequest, audit } from '../audit.ts';
import { withSlashes } from '../collect/paths.ts';
import { UserError } from '../errors.ts';
import { countGated, exitStatus, type Gate, isAtLeast } from '../gate.ts';
import type { Report, SourceReport } from '../model/report.ts';
import { formatSpan } from '../progress.ts';
import type { Progress } from '../reading.ts';
import { countText, withSeparators } from '../wording.ts';
import { tell } from './failures.ts';
import { tightenHeap } from './heap.ts';
import { inputsOf } from './inputs.ts';
import { type Io, isColored, notice, print, widthOf } from './io.ts';
import { isWatched, Meter } from './meter.ts';
import { checkOutputs, writeOutput } from './outputs.ts';
import type { ReportFlags, Settings, Showing } from './settings.ts';

/** What one audit came to. */
export interface Outcome {
  readonly report: Report;
  readonly interrupted: boolean;
  /** False when a report could not be written where it was to go. */
  readonly isWritten: boolean;
  /** Whether all that was asked for was read and written. */
  readonly isDone: boolean;
}

type Thresholds = Pick<Gate, 'failOn' | 'failOnBlind' | 'gate'>;

/** Audits and writes every output. The first interrupt ends the reading: what was read is still reported. */
export async function runAudit(
  request: AuditRequest,
  settings: Settings,
  flags: ReportFlags,
  io: Io,
  edit: (report: Report) => Report = report => report,
): Promise<Outcome> {
  const abort = new AbortController();
  // Every request under way listens.
  setMaxListeners(0, abort.signal);
  const stopListening = io.onInterrupt(() => abort.abort());
  try {
    await checkOutputs(settings.outputs, inputsOf(settings, abort.signal));
    const read = edit(await auditWatched(request, abort.signal, flags, io));
    const interrupted = abort.signal.aborted;
    const report = interrupted ? { ...read, run: { ...read.run, complete: false } } : read;
    const isWritten = await writeReports(report, settings, flags, io);
    return { report, interrupted, isWritten, isDone: report.run.complete && isWritten };
  } finally {
    stopListening();
  }
}

/** Says on stderr why the exit status is what it is, when it is not 0. */
export function explainStatus({ report, interrupted }: Outcome, gate: Thresholds, io: Io, checkpoint?: string): void {
  if (interrupted) notice(io, 'interrupted: the report holds what was read until then');
  if (checkpoint !== undefined && !report.run.complete)
    notice(io, `the same command goes on from ${checkpoint} within a day`);
  const gated = countGated(report, gate);
  const noun = report.summary.known > 0 && gate.gate === 'new' ? 'new finding' : 'finding';
  if (gated > 0) notice(io, `${countText(gated, noun)} at or above ${gate.failOn} (--fail-on)`);
  if (!interrupted) for (const source of report.sources) if (!source.complete) notice(io, incompleteness(source));
  const blind = new Set(report.coverage.filter(({ state }) => state === 'blind').map(({ rule }) => rule));
  if (gate.failOnBlind && blind.size > 0) {
    notice(io, `${countText(blind.size, 'rule')} blind (--fail-on-blind): ${[...blind].sort().join(', ')}`);
  }
}

/** The exit status that an audit deserves. */
export const statusOf = (
  { report, interrupted, isWritten }: Outcome,
  { failOn, failOnBlind, gate }: Thresholds,
): number => exitStatus(report, { failOn, failOnBlind, gate, interrupted, isWritten });

async function auditWatched(request: AuditRequest, signal: AbortSignal, flags: ReportFlags, io: Io): Promise<Report> {
  const startedAt = io.now();
  const meter = flags.progress && flags.quiet !== true && isWatched(io) ? new Meter(io) : null;
  const stopWaiting = meter?.wait();
  const watchHeap = tightenHeap();
  if ((request.state?.last ?? null) !== null) watchHeap(Number.POSITIVE_INFINITY);
  const onProgress = (progress: Progress): void => {
    watchHeap(progress.events);
    meter?.update(progress);
  };
  const tell = (text: string): void => {
    meter?.erase();
    if (flags.quiet !== true) notice(io, text);
  };
  const report = await audit(request, { signal, onProgress, tell }).finally(() => {
    stopWaiting?.();
    meter?.erase();
  });
  if (flags.verbose) notice(io, `${countText(report.summary.events, 'event')} in ${formatSpan(io.now() - startedAt)}`);
  return report;
}

/** Writes every report, files first: a reader of stdout may take its time. False when one could not be written. */
async function writeReports(report: Report, showing: Showing, flags: ReportFlags, io: Io): Promise<boolean> {
  const shown = {
    ...report,
    findings: report.findings.filter(({ severity }) => isAtLeast(severity, showing.minSeverity)),
  };
  const width = widthOf(io);
  const failures: unknown[] = [];
  for (const output of showing.outputs) {
    try {
      await writeOutput(output, output.reporter.render(shown, { width, color: false }));
      if (flags.verbose) notice(io, `wrote ${output.name}`);
    } catch (error) {
      failures.push(error);
    }
  }
  const color = isColored(io, flags.color);
  await print(io.stdout, showing.reporter.render(shown, { width, color })).catch(error => failures.push(error));
  tellAll(failures, io);
  return failures.length === 0;
}

/** Tells what the user can mend; anything else is a bug and is thrown. */
function tellAll(failures: readonly unknown[], io: Io): void {
  for (const failure of failures) {
    if (!(failure instanceof UserError)) throw failure;
    tell(failure, io);
  }
}

/** The first line of what is missing; the report has them all. */
function incompleteness({ id, note }: SourceReport): string {
  const [first = 'not read to its end', ...rest] = (note ?? '').split('\n').filter(line => line !== '');
  const what = saysPath(first, id) ? first : `${id.replace(/:$/, '')}: ${first}`;
  return `incomplete: ${what}${moreOf(rest)}`;
}

/** Whether a line names the source already: as the path of a file it tells of, or in quotes. */
function saysPath(line: string, id: string): boolean {
  const paths = [id, withSlashes(normalize(id))].filter(path => line.startsWith(path));
  return line.includes(`'${id}'`) || paths.some(path => path.endsWith('/') || /^[:,/]/.test(line.slice(path.length)));
}

/** How many lines follow; a long note counts in one what it leaves out. */
function moreOf(rest: readonly string[]): string {
  const counts = rest.map(line => Number(/^… and ([\d,]+) more$/.exec(line)?.[1]?.replaceAll(',', '') ?? 1));
  const count = counts.reduce((sum, each) => sum + each, 0);
  return count === 0 ? '' : ` (and ${withSeparators(count)} more like it, see the report)`;
}
