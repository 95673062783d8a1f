import type { Check } from '../collect/collector.ts';
import type { Coverage } from '../model/coverage.ts';
import { plain } from '../report/plain.ts';
import type { Style } from '../report/reporter.ts';
import { coverageLines } from '../report/text/coverage.ts';
import { fill, openPage, type Page, type Run } from '../report/text/layout.ts';
import { countText, listText, withSeparators } from '../wording.ts';
import type { Diagnosis, Geography, Ground } from './doctor.ts';

/** From here on addresses have moved enough to matter. */
const OLD_DAYS = 180;

/** What keyward stands on, for the terminal. */
export function headLines(style: Style, { version, node, configFile, sources, geography }: Ground): string[] {
  const page = openPage(style);
  return [
    page.strong(`keyward ${version}, Node ${node}`),
    ...factLines(page, 'config', configFile ?? 'no keyward.yaml here or above'),
    ...factLines(page, 'geography', geographyText(geography)),
    ...(sources.length > 0 ? [] : factLines(page, 'sources', 'none: name those to try, as in `keyward doctor aws:`')),
  ];
}

const factLines = (page: Page, name: string, text: string): string[] =>
  fill(page, { text: `  ${name.padEnd(11)}`, paint: page.faint }, [{ text: plain(text), paint: page.normal }]);

function geographyText({ build, ageDays }: Geography): string {
  if (ageDays === null) return build;
  const advice = ageDays <= OLD_DAYS ? '' : ': update keyward, or name a newer one with --geo-db';
  return `${build}, ${countText(ageDays, 'day')} ago${advice}`;
}

const WORDS: Readonly<Record<Check['state'], string>> = {
  ok: 'ok',
  refused: 'refused',
  failed: 'failed',
  unknown: 'untried',
};

/** One thing that was tried, for the terminal; what went wrong has lines of its own. */
export function checkLines(style: Style, { what, state, detail }: Check): string[] {
  const page = openPage(style);
  const isBad = state === 'refused' || state === 'failed';
  const lead: Run = {
    text: `  ${WORDS[state].padEnd(7)}  `,
    paint: isBad ? page.severity.high : state === 'unknown' ? page.faint : page.normal,
  };
  const name: Run = { text: plain(what, LONGEST), paint: isBad ? page.strong : page.normal, isWhole: true };
  const rest = plain(detail, LONGEST);
  if (!isBad) return fill(page, lead, [name, { text: rest, paint: page.faint, gap: 2 }]);
  return [
    ...fill(page, lead, [name]),
    ...fill(page, { text: ' '.repeat(lead.text.length), paint: page.normal }, [{ text: rest, paint: page.normal }]),
  ];
}

const LONGEST = 600;

/** What the rules would not see, for the terminal. */
export const coverageText = (style: Style, coverage: readonly Coverage[]): string[] => [
  '',
  ...coverageLines(openPage(style), { coverage }),
];

/** How many checks went how, and where the permissions are written down. */
export function summaryLines(style: Style, diagnoses: readonly Diagnosis[]): string[] {
  const checks = diagnoses.flatMap(diagnosis => diagnosis.checks);
  if (checks.length === 0) return [];
  const counts = (['ok', 'refused', 'failed', 'unknown'] as const)
    .map(state => [checks.filter(check => check.state === state).length, WORDS[state]] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${withSeparators(count)} ${word}`);
  const policy = 'A policy that allows all of it: docs/sources/aws-policy.json in the package.';
  const isRefused = checks.some(({ what, state }) => state === 'refused' && /^[a-z0-9-]+:[A-Z]/.test(what));
  const text = `${countText(checks.length, 'check')}: ${listText(counts)}.${isRefused ? ` ${policy}` : ''}`;
  return ['', ...fill(openPage(style), { text: '', paint: line => line }, [{ text, paint: line => line }])];
}
