import type { Report } from '../model/report.ts';
import { SEVERITIES } from '../severity.ts';
import { countText } from '../wording.ts';
import { type Arrangement, arrange, firstOf, type Incident } from './digest/incidents.ts';
import { relationsIn } from './digest/relations.ts';
import { isCompared } from './digest/telling.ts';
import { defineReporter, type Style } from './reporter.ts';
import { blockLines, briefLines, type Setting } from './text/blocks.ts';
import { coverageLines } from './text/coverage.ts';
import { endingLines, resolvedLines } from './text/ending.ts';
import { asideLines, foldLines } from './text/folding.ts';
import { headerLines } from './text/header.ts';
import { fill, openPage, restLines } from './text/layout.ts';
import { noteLines, remarkLines } from './text/notes.ts';

/** So many incidents of one severity are told in full; the next on one line each; the rest is counted. */
const SHOWN_IN_FULL = 10;
const SHOWN_IN_BRIEF = 20;

/** The report for a reader at a terminal. */
export const text = defineReporter({
  id: 'text',
  title: 'Text',
  description: 'For the terminal: incidents first, what is alike folded, and what could not be seen.',
  file: 'report.txt',
  render: renderText,
});

function* renderText(report: Report, style: Style): Generator<string> {
  const page = openPage(style);
  const arrangement = arrange(report.findings);
  const setting: Setting = {
    page,
    now: report.run.now,
    isCompared: isCompared(report),
    told: new Set(),
    relationsOf: relationsIn(
      report.findings,
      arrangement.incidents.map(({ findings }) => findings),
    ),
  };
  yield paragraph(headerLines(page, report));
  for (const lines of findingParagraphs(setting, arrangement)) yield `\n${paragraph(lines)}`;
  const sections = [resolvedLines, coverageLines, noteLines, remarkLines];
  for (const linesOf of sections) {
    const lines = linesOf(page, report);
    if (lines.length > 0) yield `\n${paragraph(lines)}`;
  }
  yield `\n${paragraph(endingLines(page, report, firstOf(arrangement)))}`;
}

const paragraph = (lines: readonly string[]): string => lines.map(line => `${line}\n`).join('');

function* findingParagraphs(setting: Setting, { incidents, folds, asides }: Arrangement): Generator<string[]> {
  for (const severity of SEVERITIES) {
    yield* incidentParagraphs(
      setting,
      incidents.filter(incident => incident.severity === severity),
    );
    for (const fold of folds) if (fold.severity === severity) yield foldLines(setting, fold);
  }
  const lines = asides.flatMap(aside => asideLines(setting, aside));
  if (lines.length > 0) yield lines;
}

function* incidentParagraphs(setting: Setting, incidents: readonly Incident[]): Generator<string[]> {
  const { page } = setting;
  const full = incidents.slice(0, SHOWN_IN_FULL);
  for (const incident of full) yield blockLines(setting, incident);
  const more = incidents.slice(full.length);
  if (more.length === 0) return;
  const { severity } = more[0]!;
  const title = moreText(more);
  const rest = more.slice(SHOWN_IN_BRIEF);
  yield [
    ...fill(page, { text: `${severity.toUpperCase()}  `, paint: page.severity[severity] }, [
      { text: title, paint: page.strong },
    ]),
    ...more.slice(0, SHOWN_IN_BRIEF).flatMap(incident => briefLines(setting, incident)),
    ...restLines(page, rest.length, moreText(rest)),
  ];
}

/** '3 more findings', '70 more findings in 35 incidents'. */
function moreText(incidents: readonly Incident[]): string {
  const count = incidents.reduce((sum, { findings }) => sum + findings.length, 0);
  const text = countText(count, 'more finding');
  return count === incidents.length ? text : `${text} in ${countText(incidents.length, 'incident')}`;
}
