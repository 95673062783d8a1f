import type { Report } from '../model/report.ts';
import { SEVERITIES } from '../severity.ts';
import { countText } from '../wording.ts';
import { type Arrangement, arrange, firstOf } from './digest/incidents.ts';
import { relationsIn } from './digest/relations.ts';
import { isCompared } from './digest/telling.ts';
import { foldBlock, incidentBlock, REST, type Setting } from './markdown/blocks.ts';
import { type Block, packed, sizeOf } from './markdown/packing.ts';
import { headText, tailText } from './markdown/sections.ts';
import { defineReporter } from './reporter.ts';

/** GitHub takes a step summary of 1 MiB but a comment of 65,536 characters only; one file is to do for both. */
const LARGEST = 60_000;

/** Room for the line that counts what is left out. */
const REST_ROOM = 200;

/** The report for a step summary or a comment on a pull request. */
export const markdown = defineReporter({
  id: 'markdown',
  title: 'Markdown',
  description:
    'For a GitHub step summary (`keyward audit ./logs --format markdown >> "$GITHUB_STEP_SUMMARY"`) or a comment on a pull ' +
    'request, of which a bot knows its own by the first line: worst first, the rest folded, never longer than a comment may be.',
  file: 'report.md',
  render: renderMarkdown,
});

function* renderMarkdown(report: Report): Generator<string> {
  const arrangement = arrange(report.findings);
  const head = headText(report, firstOf(arrangement));
  const tail = tailText(report);
  const room = LARGEST - sizeOf(head) - sizeOf(tail) - REST_ROOM;
  const { full, brief, left } = packed(blocksOf(report, arrangement), room);
  yield head;
  yield* full;
  yield* brief;
  if (left.length > 0) yield `- … ${countText(countIn(left), 'more finding')}: ${REST}\n`;
  if (brief.length > 0 || left.length > 0) yield '\n';
  yield tail;
}

/** Worst first, and of one severity what happened before what there is much of. */
function blocksOf(report: Report, { incidents, folds, asides }: Arrangement): Block[] {
  const companies = incidents.map(({ findings }) => findings);
  const setting: Setting = {
    now: report.run.now,
    isCompared: isCompared(report),
    relationsOf: relationsIn(report.findings, companies),
  };
  return SEVERITIES.flatMap(severity => [
    ...incidents.filter(shown => shown.severity === severity).map(shown => incidentBlock(setting, shown)),
    ...[...folds, ...asides].filter(shown => shown.severity === severity).map(shown => foldBlock(setting, shown)),
  ]);
}

const countIn = (blocks: readonly Block[]): number => blocks.reduce((sum, { count }) => sum + count, 0);
