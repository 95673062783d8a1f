import type { Coverage, CoverageState } from '../../model/coverage.ts';
import type { Report } from '../../model/report.ts';
import { compareText, listText, someText, withSeparators } from '../../wording.ts';
import { plain } from '../plain.ts';
import { fill, indent, type Page } from './layout.ts';
import { sourceNames } from './sources.ts';
import { tameName } from './tame.ts';

const SHOWN_GAPS = 8;
const SHOWN_SOURCES = 2;
const SHOWN_RULES = 8;
/** Of the reasons that the same rules share. */
const SHOWN_REASONS = 6;
const LONGEST_REASON = 300;

/** What could not be seen by these rules in these sources, and why. */
interface Gap {
  readonly state: CoverageState;
  readonly reasons: readonly string[];
  readonly rules: ReadonlySet<string>;
  readonly sources: ReadonlySet<string>;
}

/** What no rule, or not every rule, could see; one line when there is nothing to say. */
export function coverageLines(page: Page, { coverage }: Pick<Report, 'coverage'>): string[] {
  if (coverage.length === 0)
    return fill(page, indent(page, ''), [{ text: 'Nothing says what could be seen.', paint: page.strong }]);
  const gaps = gapsIn(coverage);
  if (gaps.length === 0) return ['Every rule could see all that it needs.'];
  const sources = [...new Set(coverage.map(({ source }) => source))];
  const all = { rules: new Set(coverage.map(({ rule }) => rule)).size, sources: sources.length };
  const nameOf = sourceNames(sources, Math.floor(page.width / 2));
  const hidden = gaps.length - SHOWN_GAPS;
  const more = { text: `… ${withSeparators(hidden)} more in --format json`, paint: page.faint };
  return [
    page.strong('Not seen'),
    ...gaps.slice(0, SHOWN_GAPS).flatMap(gap => gapLines(page, gap, all, nameOf)),
    ...(hidden > 0 ? fill(page, indent(page, '  '), [more]) : []),
  ];
}

/** How many rules were blind in every source, and how many others saw only part. */
export function gapCounts(coverage: readonly Coverage[]): { blind: number; partial: number } {
  const gapped = new Set(coverage.filter(({ state }) => state !== 'evaluated').map(({ rule }) => rule));
  const seeing = new Set(coverage.filter(({ state }) => state !== 'blind').map(({ rule }) => rule));
  const partial = [...gapped].filter(rule => seeing.has(rule)).length;
  return { blind: gapped.size - partial, partial };
}

/** First the rules and sources of each reason, then what one thing lacks, then the reasons of the same rules and sources. */
function gapsIn(coverage: readonly Coverage[]): Gap[] {
  const gapped = coverage.filter(({ state }) => state !== 'evaluated');
  const single = gapped.flatMap(({ rule, source, state, reason }) =>
    reasonsIn(reason).map(part => ({ state, reasons: [part], rules: new Set([rule]), sources: new Set([source]) })),
  );
  const ofSource = joined(single, ({ state, reasons, sources }) => [state, ...reasons, ...sources]);
  const ofRules = joined(ofSource, ({ state, reasons, rules }) => [state, ...reasons, ...[...rules].sort()]);
  const ofLacks = joined(ofRules, gap => {
    const [, lacking] = LACK.exec(gap.reasons[0]!) ?? [];
    return [gap.state, lacking ?? [gap.reasons, [...gap.rules]], [...gap.sources].sort()];
  });
  const gaps = joined(ofLacks, ({ state, rules, sources }) => [state, [...rules].sort(), [...sources].sort()]);
  return gaps.map(gap => ({ ...gap, reasons: [...gap.reasons].sort(compareText) })).sort(byImportance);
}

/** One gap for those that are alike. */
function joined(gaps: readonly Gap[], likenessOf: (gap: Gap) => unknown): Gap[] {
  const alike = new Map<string, Gap[]>();
  for (const gap of gaps) {
    const key = JSON.stringify(likenessOf(gap));
    const held = alike.get(key);
    if (held === undefined) alike.set(key, [gap]);
    else held.push(gap);
  }
  const union = <T>(parts: readonly Iterable<T>[]) => new Set(parts.flatMap(part => [...part]));
  return [...alike.values()].map(held => ({
    state: held[0]!.state,
    reasons: [...union(held.map(({ reasons }) => reasons))],
    rules: union(held.map(({ rules }) => rules)),
    sources: union(held.map(({ sources }) => sources)),
  }));
}

const reasonsIn = (reason: string): string[] => {
  const parts = reason.split('; ').filter(part => part !== '');
  return parts.length === 0 ? ['no reason was given'] : [...new Set(parts)];
};

/** Blind before partial, then what keeps the most rules from seeing. */
function byImportance(a: Gap, b: Gap): number {
  return (
    compareText(a.state, b.state) ||
    b.rules.size - a.rules.size ||
    compareText(a.reasons.join(), b.reasons.join()) ||
    compareText([...a.sources].join(), [...b.sources].join())
  );
}

/** As a bullet: the reasons, and behind them the rules that they hold back. */
function gapLines(
  page: Page,
  gap: Gap,
  all: { rules: number; sources: number },
  nameOf: (id: string) => string,
): string[] {
  const reasons = foldAlike(gap.reasons).map(reason => plain(reason, LONGEST_REASON));
  const text = reasons.slice(0, SHOWN_REASONS).join('; ');
  const more = reasons.length > SHOWN_REASONS ? `; ${withSeparators(reasons.length - SHOWN_REASONS)} more reasons` : '';
  const rules = rulesText([...gap.rules].sort(compareText).map(tameName), all.rules);
  const sources = someText([...gap.sources].map(nameOf), SHOWN_SOURCES);
  const where = gap.sources.size === all.sources ? '' : ` in ${sources}`;
  return fill(page, indent(page, '  - '), [
    { text: gap.state === 'blind' ? 'blind:' : '', paint: page.strong },
    { text: `${text}${more}`, paint: page.normal },
    { text: `(${rules}${where})`, paint: page.faint },
  ]);
}

function rulesText(rules: readonly string[], all: number): string {
  if (rules.length === all && all > 2) return 'all rules';
  return rules.length <= SHOWN_RULES ? listText(rules) : someText(rules, SHOWN_RULES);
}

/** Like 'inference through x is recorded only where …': what it is about, and what is so. */
const ABOUT = /^((?:\d[\w, ]*: )?\w+ through )(.+?)( is .+)$/;

/** Like 'a list of keys shows no calls': all that it does not show is told at once. */
const LACK = /^(.+ shows no )(\S+)$/;

/** Reasons that are the same of several things, as one: 'inference through x and y is …', '… shows no x or y'. */
function foldAlike(reasons: readonly string[]): string[] {
  const folded = new Map<string, { start: string; names: string[]; end: string }>();
  for (const reason of reasons) {
    const { start, name, end } = partsOf(reason);
    const key = JSON.stringify([start, end]);
    const other = folded.get(key);
    if (other === undefined) folded.set(key, { start, names: [name], end });
    else other.names.push(name);
  }
  return [...folded.values()].map(({ start, names, end }) => {
    const list = listText(names.sort(byLetter));
    return `${start}${start.endsWith(' no ') ? list.replace(/ and (\S+)$/, ' or $1') : list}${end}`;
  });
}

/** What several reasons may share, about the name in which they differ; a reason of its own has none. */
function partsOf(reason: string): { readonly start: string; readonly name: string; readonly end: string } {
  const [, start = reason, name = '', end = ''] = ABOUT.exec(reason) ?? LACK.exec(reason) ?? [];
  return { start, name, end };
}

const byLetter = (a: string, b: string): number => compareText(a.toLowerCase(), b.toLowerCase()) || compareText(a, b);
