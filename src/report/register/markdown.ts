import type { RegisterRow } from '../../model/register.ts';
import type { Report } from '../../model/report.ts';
import { countText } from '../../wording.ts';
import { markdownCell, markdownCode } from '../plain.ts';
import { defineReporter } from '../reporter.ts';
import { ageText, countOf, expiryText, kindText, lastUsedText, remarkTexts, scopeText, tokensText } from './words.ts';

/** As long as a comment on GitHub may be, with room for the last line. */
const LARGEST = 60_000;

const HEAD = ['Key', 'Kind', 'Holder', 'Age', 'Expires', 'Last used', 'Places', 'Calls', 'Tokens in/out', 'Remarks'];
const NUMBERS: ReadonlySet<string> = new Set(['Age', 'Calls', 'Tokens in/out']);
const LONGEST_NAME = 200;

/** The register as a table for a step summary or a wiki. */
export const markdown = defineReporter({
  id: 'markdown',
  title: 'Markdown',
  description: 'A table for a step summary or a wiki, never longer than a comment on GitHub may be.',
  file: 'keys.md',
  render: renderMarkdown,
});

function* renderMarkdown(report: Report): Generator<string> {
  const rows = report.register?.rows ?? [];
  yield `${scopeText(report)}${report.run.complete ? '' : '; **incomplete**: not every source was read to its end'}\n\n`;
  if (rows.length === 0) return;
  yield `${lineOf(HEAD)}${lineOf(HEAD.map(name => (NUMBERS.has(name) ? '---:' : '---')))}`;
  let room = LARGEST;
  for (const [i, row] of rows.entries()) {
    const line = lineOf(cellsOf(row, report.run.now));
    room -= Buffer.byteLength(line);
    if (room < 0) {
      yield `\n… and ${countText(rows.length - i, 'more key')}: \`--format json\` lists them all.\n`;
      return;
    }
    yield line;
  }
}

const lineOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;

function cellsOf(row: RegisterRow, now: number): string[] {
  const { id, name, provider, holder, places } = row;
  const told = name === '' ? '' : ` ${markdownCell(name, LONGEST_NAME)}`;
  return [
    `${markdownCode(id, LONGEST_NAME).replaceAll('|', '\\|')}${told}`,
    `${provider} ${kindText(row)}`,
    markdownCell(holder, LONGEST_NAME),
    ageText(row),
    expiryText(row, now),
    lastUsedText(row, now),
    (places ?? []).map(({ country, uses }) => `${markdownCell(country)} ${countOf(uses)}`).join(', '),
    countOf(row.calls),
    tokensText(row),
    markdownCell(remarkTexts(row).join('; ')),
  ];
}
