import type { Report, SourceReport } from '../../model/report.ts';
import { remarkTexts } from '../digest/note-lines.ts';
import { tameName } from '../digest/tame.ts';
import { emptyVerdict, otherCounts, severityCounts } from '../digest/verdict.ts';
import { plain } from '../plain.ts';
import type { Case, Outcome, Suite } from './suite.ts';

const MOST_LINES = 100;

/** Whether the run is to be relied on: a test of the whole, and one of each source. */
export function runSuite(report: Report): Suite {
  const counts = [
    severityCounts(report)
      .map(({ text }) => text)
      .join(', '),
    ...otherCounts(report),
  ];
  return {
    name: 'run',
    cases: [{ name: 'complete', outcome: outcomeOf(report) }, ...report.sources.map(sourceCase)],
    lines: [...counts, ...remarkTexts(report)].filter(line => line !== ''),
  };
}

function outcomeOf(report: Report): Outcome | null {
  const { run, coverage, summary } = report;
  if (!run.complete) return incomplete(['The run ended before everything was read, or not all could be read.']);
  const isJudged = summary.events > 0 || summary.credentials > 0;
  if (isJudged && coverage.length > 0) return null;
  const message = isJudged ? 'Nothing says what could be seen.' : emptyVerdict(report).text;
  return { tag: 'skipped', type: '', message, lines: [] };
}

function sourceCase({ id, complete, note }: SourceReport): Case {
  const name = `source ${tameName(id)}`;
  const lines = (note ?? '').split('\n').filter(line => line.trim() !== '');
  if (complete && lines.length === 0) return { name, outcome: null };
  const told = lines.slice(0, MOST_LINES).map(line => plain(line));
  return { name, outcome: incomplete(told.length === 0 ? ['not read to its end'] : told) };
}

const incomplete = (lines: readonly string[]): Outcome => ({
  tag: 'error',
  type: 'incomplete',
  message: lines[0]!,
  lines: lines.length > 1 ? lines : [],
});
