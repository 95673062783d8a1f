import type { Finding } from '../../model/finding.ts';
import { countText, someText, withSeparators } from '../../wording.ts';
import { displayWidth, isUnnamed, shortIds, shortName } from '../plain.ts';
import { type Setting, STATUS_WORDS } from './blocks.ts';
import type { Fold } from './incidents.ts';
import { fill, indent, restLines } from './layout.ts';
import { adviceLines, explainLines } from './remedies.ts';
import { tame } from './tame.ts';

const SHOWN_EXAMPLES = 3;
/** Up to so many, listing them takes hardly more room than counting the rest. */
const MOST_LISTED = 5;
const SHOWN_SUBJECTS = 3;
/** So many findings of little weight say what they are about. */
const MOST_TOLD = 3;

/** Many findings alike: how many, between which extremes, the worst few, and where the rest is. */
export function foldLines(setting: Setting, fold: Fold): string[] {
  const { page } = setting;
  const measure = measureOf(fold.findings);
  const findings = measure === undefined ? fold.findings : byMeasure(fold.findings, measure);
  const shown = findings.slice(0, findings.length <= MOST_LISTED ? MOST_LISTED : SHOWN_EXAMPLES).map(tame);
  const rest = findings.length - shown.length;
  return [
    ...headingLines(setting, fold, measure),
    ...exampleLines(setting, shown),
    ...restLines(page, rest),
    ...adviceLines(setting, shown.slice(0, 1)),
    ...explainLines(setting, shown[0]!.rule),
  ];
}

/** A rule's findings of little weight: a few with what they say, more as how many and about whom. */
export function asideLines({ page, isCompared }: Setting, fold: Fold): string[] {
  const findings = fold.findings.map(tame);
  const names = namesOf(findings);
  const areTold = findings.length <= MOST_TOLD;
  const lead = { text: `${fold.severity.toUpperCase().padEnd(4)}  `, paint: page.severity[fold.severity] };
  const about = areTold ? '' : `: ${someText([...new Set(names)], SHOWN_SUBJECTS)}`;
  const text = `${countText(findings.length, 'finding')}${isCompared ? newsOf(findings) : ''}${about}`;
  return [
    ...fill(page, lead, [
      { text: findings[0]!.rule, paint: page.strong },
      { text, paint: page.normal, gap: 2 },
    ]),
    ...(areTold ? findings : []).flatMap(({ message }, i) =>
      fill(page, indent(page, ' '.repeat(lead.text.length)), [
        { text: names[i]!, paint: page.normal, isWhole: true },
        { text: message, paint: page.faint, gap: 2 },
      ]),
    ),
  ];
}

function headingLines(
  { page, isCompared }: Setting,
  { severity, findings }: Fold,
  measure: Measure | undefined,
): string[] {
  const rule = tame(findings[0]!).rule;
  const holders = new Set(findings.map(({ credential }) => credential?.id));
  const areCredentials = holders.size === findings.length && !holders.has(undefined);
  const number = countText(findings.length, areCredentials ? 'credential' : 'finding');
  const extremes = measure === undefined ? '' : `, ${measure.text}`;
  return fill(page, { text: `${severity.toUpperCase()}  `, paint: page.severity[severity] }, [
    { text: rule, paint: page.strong },
    { text: `${number}${isCompared ? newsOf(findings) : ''}${extremes}`, paint: page.normal, gap: 2 },
  ]);
}

/** ' (2 new, 1 back again)'; nothing when all is known. */
function newsOf(findings: readonly Finding[]): string {
  const statuses = ['new', 'recurred'] as const;
  const counts = statuses.map(
    status => [findings.filter(f => f.status === status).length, STATUS_WORDS[status]] as const,
  );
  const told = counts.filter(([count]) => count > 0).map(([count, word]) => `${withSeparators(count)} ${word}`);
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}

/** A line for each, in columns. */
function exampleLines({ page, isCompared }: Setting, findings: readonly Finding[]): string[] {
  const names = namesOf(findings);
  const rows = findings.map((finding, i) => ({
    name: names[i]!,
    holder: holderOf(finding),
    news: isCompared && finding.status !== 'known' ? `${STATUS_WORDS[finding.status]}: ` : '',
    message: finding.message,
  }));
  const widest = (column: 'name' | 'holder') => Math.max(...rows.map(row => displayWidth(row[column])));
  const [nameWidth, holderWidth] = [widest('name'), widest('holder')];
  const gapAfter = (text: string, width: number) => 2 + width - displayWidth(text);
  return rows.flatMap(({ name, holder, news, message }) =>
    fill(page, indent(page, '  '), [
      { text: name, paint: page.strong, isWhole: true },
      { text: holder, paint: page.normal, gap: gapAfter(name, nameWidth), isWhole: true },
      {
        text: `${news}${message}`,
        paint: page.normal,
        gap:
          holder === ''
            ? gapAfter(name, nameWidth) + (holderWidth === 0 ? 0 : holderWidth + 2)
            : gapAfter(holder, holderWidth),
      },
    ]),
  );
}

const namesOf = (findings: readonly Finding[]): string[] =>
  shortIds(findings.map(({ credential, subject }) => credential?.id ?? subject));

const holderOf = ({ credential }: Finding): string =>
  credential === null || credential.owner === credential.id || isUnnamed(credential.id)
    ? ''
    : shortName(credential.owner, 30);

/** A number that every finding gives as evidence, and the range it covers. */
interface Measure {
  readonly key: string;
  readonly text: string;
}

/** What can be told as a range; a key such as `ageDays` ends in one. */
const UNIT = /^(|[a-z]+)(days|hours|calls|tokens|times|keys|sessions)$/i;

/** The first number with a unit in the evidence that tells the findings apart. */
function measureOf(findings: readonly Finding[]): Measure | undefined {
  for (const key of Object.keys(findings[0]!.evidence)) {
    const [, about, unit] = UNIT.exec(key) ?? [];
    const values = findings.flatMap(finding => numberAt(finding, key) ?? []);
    if (unit === undefined || values.length < findings.length) continue;
    const low = values.reduce((a, b) => Math.min(a, b));
    const high = values.reduce((a, b) => Math.max(a, b));
    const range = `${withSeparators(low)} to ${withSeparators(high)} ${unit.toLowerCase()}`;
    if (low < high) return { key, text: about === '' ? range : `${about} ${range}` };
  }
  return undefined;
}

function numberAt({ evidence }: Finding, key: string): number | undefined {
  const value = Object.hasOwn(evidence, key) ? evidence[key] : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

const byMeasure = (findings: readonly Finding[], { key }: Measure): Finding[] =>
  [...findings].sort((a, b) => numberAt(b, key)! - numberAt(a, key)!);
