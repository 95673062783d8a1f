import { createHash } from 'node:crypto';
import type { Report } from '../../model/report.ts';
import { daysText, isoOf } from '../dates.ts';
import { tameName } from '../digest/tame.ts';
import { plain } from '../plain.ts';
import { controls } from './controls.ts';
import { notSeen } from './coverage.ts';
import { groupPieces } from './group.ts';
import { groupsOf, type Setting, settingOf } from './groups.ts';
import { joined, type Markup, markup, NONE, textOf, trusted } from './markup.ts';
import { register } from './register.ts';
import { rules } from './rules.ts';
import { script } from './script.ts';
import { resolved, suppressed } from './settled.ts';
import { sources } from './sources.ts';
import { style } from './style.ts';
import { summary } from './summary.ts';
import { timeline } from './timeline.ts';

/** So many grave incidents are open from the start. */
const MOST_OPEN = 5;
/** More findings than this are laid out as they come into view. */
const FEW = 200;

/** The page, in pieces. */
export function* pagePieces(report: Report): Generator<Markup> {
  const setting = settingOf(report);
  const groups = groupsOf(report.findings);
  const parts: readonly (readonly [id: string, name: string, part: Markup])[] = [
    ['keys', 'Keys', register(report)],
    ['not-seen', 'Not seen', notSeen(report)],
    ['sources', 'Sources', sources(report)],
    ['resolved', 'Resolved', resolved(report, setting)],
    ['suppressed', 'Suppressed', suppressed(report)],
    ['rules', 'Rules', rules(report.findings)],
  ];
  const told = parts.filter(([, , part]) => textOf(part) !== '');
  const line = timeline(report, groups, setting);
  const contents = [
    ['summary', 'Summary'],
    ...(line === NONE ? [] : [['timeline', 'Timeline']]),
    ['findings', 'Findings'],
    ...told,
  ] as const;
  yield headOf(report);
  yield bannerOf(
    report,
    contents.map(([id, name]) => markup`<a href="#${id!}">${name!}</a>`),
  );
  yield markup`${summary(report, setting)}${line}`;
  yield* findingPieces(report, groups, setting);
  for (const [, , part] of told) yield part;
  yield endOf(report);
}

function* findingPieces(report: Report, groups: ReturnType<typeof groupsOf>, setting: Setting): Generator<Markup> {
  const extent = report.findings.length > FEW ? 'many' : 'few';
  yield markup`<section id="findings" class="${extent}" aria-labelledby="findings-title"><h2 id="findings-title">Findings</h2>
${controls(report.findings, setting)}`;
  if (groups.length === 0) yield markup`<p>None.</p>`;
  const isGrave = ({ isIncident, severity }: (typeof groups)[number]) =>
    isIncident && (severity === 'critical' || severity === 'high');
  const open = new Set(groups.filter(isGrave).slice(0, MOST_OPEN));
  for (const group of groups) yield* groupPieces(group, open.has(group), setting);
  yield markup`</section>
`;
}

/** Nothing may be loaded, and of scripts and styles only the two that stand in the page. */
const POLICY = [
  "default-src 'none'",
  `style-src ${hashOf(style)}`,
  `script-src ${hashOf(script)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function headOf(report: Report): Markup {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="${tameName(report.tool.name)} ${tameName(report.tool.version)}">
<title>${titleOf(report)}</title>
<style>${trusted(style)}</style>
</head>
`;
}

const titleOf = ({ tool, run }: Report): string => `${tameName(tool.name)} report of ${isoOf(run.now).slice(0, 10)}`;

function bannerOf(report: Report, links: readonly Markup[]): Markup {
  const { tool, span, run } = report;
  const when = span === null ? '' : `Logs of ${daysText(span.from, span.until, Number.NaN)}, judged `;
  return markup`<body>
<a class="skip" href="#findings">To the findings</a>
<header><h1>${tameName(tool.name)} <span class="faint">report on the keys to AI models</span></h1>
<p class="faint">${when}as of ${isoOf(run.now).slice(0, 16).replace('T', ' ')} UTC</p>
<nav aria-label="Contents">${joined(links, ' ')}</nav></header>
<main>
`;
}

function endOf({ tool, run }: Report): Markup {
  return markup`</main>
<footer><p>${tameName(tool.name)} ${tameName(tool.version)} · geography: ${plain(run.geography, 200)} · times are UTC · this page holds everything it shows and loads nothing</p></footer>
<script>${trusted(script)}</script>
</body>
</html>
`;
}
