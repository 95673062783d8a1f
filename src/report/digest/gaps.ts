import type { Coverage, CoverageState } from '../../model/coverage.ts';
import { compareText, listText, someText, withSeparators } from '../../wording.ts';
import { plain } from '../plain.ts';
import { sourceNames } from './sources.ts';
import { tameName } from './tame.ts';

const SHOWN_SOURCES = 2;
const SHOWN_RULES = 8;
/** Of the reasons that the same rules share. */
const SHOWN_REASONS = 6;
const LONGEST_REASON = 300;

/** What was not seen, in harmless words. */
export interface GapText {
  readonly isBlind: boolean;
  /** Why. */
  readonly reasons: string;
  /** Which rules that holds back, and in which sources. */
  readonly scope: string;
}

/** What could not be seen by these rules in these sources, and why. */
interface Gap {
  readonly state: CoverageState;
  readonly reasons: readonly string[];
  readonly rules: ReadonlySet<string>;
  readonly sources: ReadonlySet<string>;
}

/** What was not seen, the gravest first and what is alike told once; names of sources take `room` columns. */
export function gapTexts(coverage: readonly Coverage[], room: number): GapText[] {
  const sources = [...new Set(coverage.map(({ source }) => source))];
  const rules = new Set(coverage.map(({ rule }) => rule)).size;
  const nameOf = sourceNames(sources, room);
  return gapsIn(coverage).map(gap => {
    const where =
      gap.sources.size === sources.length ? '' : ` in ${someText([...gap.sources].map(nameOf), SHOWN_SOURCES)}`;
    const scope = `${rulesText([...gap.rules].sort(compareText).map(tameName), rules)}${where}`;
    return { isBlind: gap.state === 'blind', reasons: reasonsText(gap.reasons), scope };
  });
}

/** How many rules were blind in every source, and how many others saw only part. */
export function gapCounts(coverage: readonly Coverage[]): { blind: number; partial: number } {
  const gapped = new Set(coverage.filter(({ state }) => state !== 'evaluated').map(({ rule }) => rule));
  const seeing = new Set(coverage.filter(({ state }) => state !== 'blind').map(({ rule }) => rule));
  const partial = [...gapped].filter(rule => seeing.has(rule)).length;
  return { blind: gapped.size - partial, partial };
}

function reasonsText(all: readonly string[]): string {
  const reasons = foldAlike(all).map(reason => plain(reason, LONGEST_REASON));
  const more = reasons.length > SHOWN_REASONS ? `; ${withSeparators(reasons.length - SHOWN_REASONS)} more reasons` : '';
  return `${reasons.slice(0, SHOWN_REASONS).join('; ')}${more}`;
}

function rulesText(rules: readonly string[], all: number): string {
  if (rules.length === all && all > 2) return 'all rules';
  return rules.length <= SHOWN_RULES ? listText(rules) : someText(rules, SHOWN_RULES);
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
