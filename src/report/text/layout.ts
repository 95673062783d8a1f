import { Chalk } from 'chalk';
import type { Severity } from '../../model/finding.ts';
import { withSeparators } from '../../wording.ts';
import { displayWidth, headOf, isAddress } from '../plain.ts';
import type { Style } from '../reporter.ts';

/** Gives text a look. */
export type Paint = (text: string) => string;

/** Colour is kept for severity; everything else is bold or dim, which any background can carry. */
export interface Page {
  readonly width: number;
  readonly severity: Readonly<Record<Severity, Paint>>;
  readonly strong: Paint;
  readonly faint: Paint;
  readonly normal: Paint;
}

/** Text of one look; `gap` columns part it from what stands before it on a line. */
export interface Run {
  readonly text: string;
  readonly paint: Paint;
  readonly gap?: number;
  /** Kept on one line if a line can hold it. */
  readonly isWhole?: boolean;
  /** Never cut, not even where it is wider than a line: there to be copied. */
  readonly isUncut?: boolean;
}

const NARROWEST = 40;
/** Longer lines are hard to follow from end to start. */
const WIDEST = 140;
const USUAL = 80;

/** A page of the terminal, as wide as is good to read. */
export function openPage({ width, color }: Style): Page {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const wanted = Number.isFinite(width) ? Math.floor(width) : USUAL;
  return {
    width: Math.min(Math.max(wanted, NARROWEST), WIDEST),
    severity: {
      critical: chalk.bold.red,
      high: chalk.bold.magenta,
      medium: chalk.bold.cyan,
      low: chalk.bold,
      info: chalk.bold,
    },
    strong: chalk.bold,
    faint: chalk.dim,
    normal: text => text,
  };
}

/** Texts as a list of which none is broken over lines while it fits one. */
export function listRuns(texts: readonly string[], paint: Paint, gap = 1): Run[] {
  return texts.map((text, i) => ({
    text: i < texts.length - 1 ? `${text},` : text,
    paint,
    gap: i === 0 ? gap : 1,
    isWhole: true,
  }));
}

/** A lead of plain spaces. */
export const indent = (page: Page, text: string): Run => ({ text, paint: page.normal });

/** A remark that so many more findings are left out, and where to find them; none when nothing is. */
export function restLines(page: Page, rest: number, text = `${withSeparators(rest)} more`): string[] {
  if (rest <= 0) return [];
  return fill(page, indent(page, '  '), [{ text: `… ${text}: --format json lists them all`, paint: page.faint }]);
}

/** A line as it is printed, and how wide that is. */
interface Line {
  text: string;
  width: number;
}

/** Wraps runs of words into lines behind a lead; the lines after the first hang under the text of the first. */
export function fill(page: Page, lead: Run, runs: readonly Run[]): string[] {
  return fillLines(page, lead, runs).map(({ text }) => text);
}

/** Like `fill`, with a remark at the right edge of the last line; text makes room for it, or it gets a line more. */
export function fillBeside(page: Page, lead: Run, runs: readonly Run[], right: Run): string[] {
  const remark = headOf(right.text, page.width - 2).trimEnd();
  const start = page.width - displayWidth(remark);
  const full = fillLines(page, lead, runs);
  if (remark === '') return full.map(({ text }) => text);
  const isBeside = full.at(-1)!.width + 2 <= start || start - 2 < NARROWEST;
  const slim = isBeside ? full : fillLines({ ...page, width: start - 2 }, lead, runs);
  const lines = slim.length <= full.length + 1 ? slim : full;
  if (lines.at(-1)!.width + 2 > start) lines.push({ text: '', width: 0 });
  const { text, width } = lines.at(-1)!;
  return [...lines.slice(0, -1).map(line => line.text), text + ' '.repeat(start - width) + right.paint(remark)];
}

function fillLines(page: Page, lead: Run, runs: readonly Run[]): Line[] {
  const hang = displayWidth(lead.text);
  const lines: Line[] = [];
  let line: Line = { text: lead.paint(lead.text), width: hang };
  let isFresh = true;
  for (const run of runs) {
    const { paint, gap = 1 } = run;
    let pending = '';
    let space = isFresh ? 0 : gap;
    for (const word of piecesOf(run, page.width - hang)) {
      if (line.width + space + displayWidth(word) > page.width && !isFresh) {
        lines.push(withPending(line, pending, paint));
        line = { text: ' '.repeat(hang), width: hang };
        pending = '';
        space = 0;
      }
      if (pending === '') line.text += ' '.repeat(space);
      else pending += ' '.repeat(space);
      pending += word;
      line.width += space + displayWidth(word);
      space = 1;
      isFresh = false;
    }
    line = withPending(line, pending, paint);
  }
  // A lead with nothing behind it must not leave its own trailing space.
  lines.push(isFresh ? { text: lead.paint(lead.text.trimEnd()), width: hang } : line);
  return lines;
}

const withPending = ({ text, width }: Line, pending: string, paint: Paint): Line => ({
  text: pending === '' ? text : text + paint(pending),
  width,
});

/** The words of a text; one too wide for a line is cut, unless it is there to be copied or followed. */
function* piecesOf({ text, isWhole = false, isUncut = false }: Run, room: number): Generator<string> {
  if (isWhole && (isUncut || displayWidth(text) <= room)) {
    if (text !== '') yield text;
    return;
  }
  for (const word of text.split(/ +/)) {
    let rest = word;
    while (displayWidth(rest) > room && !isUncut && !isAddress(rest)) {
      const head = headOf(rest, room);
      yield head;
      rest = rest.slice(head.length);
    }
    if (rest !== '') yield rest;
  }
}
