import type { Finding } from '../../model/finding.ts';
import { countText, someText } from '../../wording.ts';
import type { Fold } from '../digest/incidents.ts';
import { byMeasure, type Measure, measureOf } from '../digest/measure.ts';
import { tame } from '../digest/tame.ts';
import { amountText, holderOf, namesOf, newsOf, STATUS_WORDS } from '../digest/telling.ts';
import { displayWidth } from '../plain.ts';
import type { Setting } from './blocks.ts';
import { fill, indent, restLines } from './layout.ts';
import { adviceLines, explainLines } from './remedies.ts';

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
  const number = amountText(findings);
  const extremes = measure === undefined ? '' : `, ${measure.text}`;
  return fill(page, { text: `${severity.toUpperCase()}  `, paint: page.severity[severity] }, [
    { text: rule, paint: page.strong },
    { text: `${number}${isCompared ? newsOf(findings) : ''}${extremes}`, paint: page.normal, gap: 2 },
  ]);
}

/** A line for each, in columns. */
function exampleLines({ page, isCompared }: Setting, findings: readonly Finding[]): string[] {
  const names = namesOf(findings);
  const rows = findings.map((finding, i) => ({
    name: names[i]!,
    holder: finding.credential === null ? '' : holderOf(finding.credential, 30),
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
