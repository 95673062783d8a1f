import type { Coverage } from '../model/coverage.ts';
import type { Finding, Severity } from '../model/finding.ts';
import type { Report, SuppressedFinding } from '../model/report.ts';
import { groupBy } from '../group.ts';
import { countText } from '../wording.ts';
import { anchorOf } from './digest/anchor.ts';
import { type GapText, gapTexts } from './digest/gaps.ts';
import { headlineOf } from './digest/headline.ts';
import { jsonList } from './digest/json-list.ts';
import { missingLines } from './digest/note-lines.ts';
import { tame, tameName } from './digest/tame.ts';
import { defineReporter } from './reporter.ts';

const SHOWN_NOTES = 3;
const SHOWN_GAPS = 5;
const NAME_WIDTH = 60;

/** The findings as a Code Quality report, which every tier of GitLab shows in merge requests. */
export const gitlab = defineReporter({
  id: 'gitlab',
  title: 'GitLab Code Quality',
  description:
    'A Code Quality report for the merge requests of every GitLab tier: `keyward audit --out gitlab=gl-code-quality-report.json`, named under `artifacts:reports:codequality`. ' +
    'What could not be seen stands in it beside the findings.',
  file: 'gl-code-quality-report.json',
  render: renderGitlab,
});

function* renderGitlab(report: Report): Generator<string> {
  yield* jsonList(issuesOf(report), 0);
  yield '\n';
}

/** What GitLab calls a degradation: it tells them apart by their fingerprint and drops all behind a malformed one. */
interface Issue {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

function* issuesOf(report: Report): Generator<Issue> {
  const issue = issueAt(anchorOf(report.run.config));
  for (const finding of report.findings) yield issue(ofFinding(tame(finding)));
  for (const fault of [...missingIn(report), ...gapsIn(report.coverage)]) yield issue(fault);
  for (const finding of report.suppressed) yield issue(ofSuppressed(finding));
}

interface Matter {
  readonly check: string;
  readonly severity: string;
  readonly fingerprint: string;
  readonly text: string;
}

const issueAt =
  (path: string) =>
  ({ check, severity, fingerprint, text }: Matter): Issue => ({
    description: text,
    check_name: `keyward/${check}`,
    fingerprint: tameName(fingerprint),
    severity,
    location: { path, lines: { begin: 1 } },
  });

const SEVERITIES: Readonly<Record<Severity, string>> = {
  critical: 'blocker',
  high: 'critical',
  medium: 'major',
  low: 'minor',
  info: 'info',
};

const ofFinding = (told: Finding): Matter => ({
  check: told.rule,
  severity: SEVERITIES[told.severity],
  fingerprint: told.fingerprint,
  text: headlineOf(told),
});

const ofSuppressed = ({ fingerprint, rule, owner, reason, expires }: SuppressedFinding): Matter => ({
  check: 'suppressed',
  severity: 'info',
  fingerprint: `suppressed ${fingerprint}`,
  text: `A finding of ${tameName(rule)} is suppressed by ${tameName(owner)} until ${tameName(expires)}: ${tameName(reason)}`,
});

/** One for the whole run: which sources it is about may differ from run to run. */
function missingIn(report: Report): Matter[] {
  const lines = missingLines(report, SHOWN_NOTES);
  if (lines.length === 0) return [];
  const text = `Not everything was read: ${lines.join('; ')}`;
  return [{ check: 'incomplete', severity: 'critical', fingerprint: 'incomplete', text }];
}

/** One for what is blind and one for what is partial in a source: it stays the same while its numbers change. */
function gapsIn(coverage: readonly Coverage[]): Matter[] {
  const sources = [...groupBy(coverage, ({ source }) => source)];
  return [true, false].flatMap(isBlind =>
    sources.flatMap(([source, held]) => {
      const gaps = gapTexts(held, NAME_WIDTH).filter(gap => gap.isBlind === isBlind);
      return gaps.length === 0 ? [] : [gapOf(source, gaps)];
    }),
  );
}

function gapOf(source: string, gaps: readonly GapText[]): Matter {
  const [check, severity, word] = gaps[0]!.isBlind ? BLIND : PARTIAL;
  const told = gaps.slice(0, SHOWN_GAPS).map(({ reasons, scope }) => `${scope}: ${reasons}`);
  if (gaps.length > SHOWN_GAPS) told.push(countText(gaps.length - SHOWN_GAPS, 'more gap'));
  return {
    check,
    severity,
    fingerprint: `${check} ${source}`,
    text: `${word} in ${tameName(source)}: ${told.join('; ')}`,
  };
}

const BLIND = ['blind', 'minor', 'Blind'] as const;
const PARTIAL = ['partial', 'info', 'Only part was seen'] as const;
