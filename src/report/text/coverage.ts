import type { Coverage, CoverageState } from '../../model/coverage.ts';
import type { Report, SourceReport } from '../../model/report.ts';
import { compareText, countText, listText, someText } from '../../wording.ts';
import { displayWidth, plain, shortName } from '../plain.ts';
import { fill, fillBeside, indent, type Page, restLines } from './layout.ts';
import { tameName } from './tame.ts';

const SHOWN_GAPS = 8;
const SHOWN_NOTES = 10;
const SHOWN_SOURCES = 2;
const SHOWN_RULES = 8;

/** What could not be seen for one reason: by these rules, in these sources. */
interface Gap {
  readonly state: CoverageState;
  readonly reason: string;
  readonly rules: Set<string>;
  readonly sources: Set<string>;
}

/** What no rule, or not every rule, could see; one line when there is nothing to say. */
export function coverageLines(page: Page, { coverage }: Report): string[] {
  if (coverage.length === 0)
    return fill(page, indent(page, ''), [{ text: 'Nothing says what could be seen.', paint: page.strong }]);
  const gaps = gapsIn(coverage);
  if (gaps.length === 0) return ['Every rule could see all that it needs.'];
  const all = {
    rules: new Set(coverage.map(({ rule }) => rule)).size,
    sources: new Set(coverage.map(({ source }) => source)).size,
  };
  const hidden = gaps.length - SHOWN_GAPS;
  return [
    page.strong('Not seen'),
    ...gaps.slice(0, SHOWN_GAPS).flatMap(gap => gapLines(page, gap, all)),
    ...restLines(page, hidden, countText(hidden, 'more reason')),
  ];
}

/** How many rules were blind in every source, and how many others saw only part. */
export function gapCounts(coverage: readonly Coverage[]): { blind: number; partial: number } {
  const gapped = new Set(coverage.filter(({ state }) => state !== 'evaluated').map(({ rule }) => rule));
  const seeing = new Set(coverage.filter(({ state }) => state !== 'blind').map(({ rule }) => rule));
  const partial = [...gapped].filter(rule => seeing.has(rule)).length;
  return { blind: gapped.size - partial, partial };
}

/** What is wrong with what was read. */
export function noteLines(page: Page, { run, sources }: Report): string[] {
  const notes = sources.map(source => notesOf(source, sources.length > 1)).filter(lines => lines.length > 0);
  if (!run.complete && notes.length === 0) notes.push(['The run ended before everything was read.']);
  if (notes.length === 0) return [];
  // Each source has its say, however long the note of another.
  const fair = Math.max(1, Math.floor(SHOWN_NOTES / notes.length));
  const shown = notes.flatMap(lines => lines.slice(0, fair)).slice(0, SHOWN_NOTES);
  const hidden = notes.flat().length - shown.length;
  return [
    page.strong(run.complete ? 'Remarks' : 'Incomplete'),
    ...shown.flatMap(text => fill(page, indent(page, '  '), [{ text, paint: page.normal }])),
    ...restLines(page, hidden, countText(hidden, 'more line')),
  ];
}

/** A note has a line for each piece of damage. A line that does not begin with its source is told which it is. */
function notesOf({ id, complete, note }: SourceReport, areMany: boolean): string[] {
  const lines = (note ?? (complete ? '' : 'not read to its end')).split('\n').filter(line => line.trim() !== '');
  const name = tameName(id);
  const isNamed = (line: string) => note !== null && (!areMany || line.startsWith(name));
  return lines.map(line => plain(line, 400)).map(line => (isNamed(line) ? line : `${shortName(name)}: ${line}`));
}

function gapsIn(coverage: readonly Coverage[]): Gap[] {
  const byReason = new Map<string, Gap>();
  for (const { rule, source, state, reason } of coverage) {
    if (state === 'evaluated') continue;
    for (const part of reasonsIn(reason)) {
      const key = JSON.stringify([state, part, source]);
      const gap = byReason.get(key) ?? { state, reason: part, rules: new Set(), sources: new Set([source]) };
      gap.rules.add(rule);
      byReason.set(key, gap);
    }
  }
  return mergeSources([...byReason.values()]).sort(byImportance);
}

const reasonsIn = (reason: string): string[] => {
  const parts = reason.split('; ').filter(part => part !== '');
  return parts.length === 0 ? ['no reason was given'] : [...new Set(parts)];
};

/** One gap for the sources that the same rules could not see for the same reason. */
function mergeSources(gaps: readonly Gap[]): Gap[] {
  const merged = new Map<string, Gap>();
  for (const gap of gaps) {
    const key = JSON.stringify([gap.state, gap.reason, [...gap.rules].sort()]);
    const other = merged.get(key);
    if (other === undefined) merged.set(key, gap);
    else for (const source of gap.sources) other.sources.add(source);
  }
  return [...merged.values()];
}

/** Blind before partial, then what keeps the most rules from seeing. */
function byImportance(a: Gap, b: Gap): number {
  return (
    compareText(a.state, b.state) ||
    b.rules.size - a.rules.size ||
    compareText(a.reason, b.reason) ||
    compareText([...a.sources].join(), [...b.sources].join())
  );
}

function gapLines(page: Page, gap: Gap, all: { rules: number; sources: number }): string[] {
  const lead = { text: `  ${gap.state.padEnd(7)}  `, paint: gap.state === 'blind' ? page.strong : page.normal };
  const reason = [{ text: plain(gap.reason, 300), paint: page.normal }];
  const sources = [...gap.sources].map(id => shortName(tameName(id)));
  const where = gap.sources.size === all.sources ? '' : `${someText(sources, SHOWN_SOURCES)}: `;
  const who = { text: `${where}${rulesText([...gap.rules].map(tameName), all.rules)}`, paint: page.faint };
  if (displayWidth(who.text) <= page.width / 2) return fillBeside(page, lead, reason, who);
  return [...fill(page, lead, reason), ...fill(page, indent(page, ' '.repeat(lead.text.length)), [who])];
}

function rulesText(rules: readonly string[], all: number): string {
  if (rules.length < all || all <= 2)
    return rules.length <= SHOWN_RULES ? listText(rules) : someText(rules, SHOWN_RULES);
  return `all ${countText(all, 'rule')}`;
}
