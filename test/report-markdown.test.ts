import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Report } from '../src/model/report.ts';
import { markdownCode, markdownText, plain } from '../src/report/plain.ts';
import { markdown } from '../src/report/markdown.ts';
import { DAY, HOUR } from '../src/time.ts';
import { HIDDEN, REPORTS, smallReport, TRICKS, testTexts } from './report-cases.ts';
import { anyText, cleanReport, findingOf, incompleteReport, keyOf, NOW, reportOf } from './report-fixtures.ts';

const NAMES = Object.keys(REPORTS);

const render = (report: Report): string => [...markdown.render(report, { width: 80, color: false })].join('');

/** What a comment on GitHub may hold, in characters; a file in bytes is never less. */
const LARGEST = 65_536;

/** The document as its parts: fences, code spans, the tags of folds, and what is read as Markdown. */
function proseOf(document: string): string {
  return spansOf(document.replaceAll(/^(~~~+)sh\n[^]*?\n\1$/gm, ''))
    .filter((_, i) => i % 2 === 0)
    .join('C');
}

/** Prose and code spans by turns, as CommonMark pairs runs of backticks. */
function spansOf(text: string): string[] {
  const parts = [''];
  for (let at = 0; at < text.length;) {
    const run = /^`+/.exec(text.slice(at))?.[0] ?? '';
    const end = run === '' ? -1 : closingRun(text, at + run.length, run.length);
    if (end === -1) {
      parts[parts.length - 1] += run === '' ? text[at]! : run;
      at += run === '' ? 1 : run.length;
    } else {
      const code = text.slice(at + run.length, end);
      parts.push(/^ .*[^ ].* $/.test(code) ? code.slice(1, -1) : code, '');
      at = end + run.length;
    }
  }
  return parts;
}

function closingRun(text: string, from: number, length: number): number {
  for (const match of text.slice(from).matchAll(/`+/g)) if (match[0].length === length) return from + match.index;
  return -1;
}

/** Structure that GitHub keeps: every fold is closed, and a blank line ends the HTML before Markdown begins. */
function expectSound(report: Report): void {
  const document = render(report);
  expect(Buffer.byteLength(document)).toBeLessThan(LARGEST);
  expect(document.startsWith('<!-- keyward-report -->\n## ')).toBe(true);
  expect(document.endsWith('\n')).toBe(true);
  expect(document.replaceAll('\n', '')).not.toMatch(HIDDEN);
  expect(document).not.toMatch(/\n\n\n/);
  const folds = document.match(/^<details/gm)?.length ?? 0;
  expect(document.match(/^<details( open)?>\n<summary>.*<\/summary>\n\n/gm) ?? []).toHaveLength(folds);
  expect(document.match(/\n\n<\/details>\n(?:\n|$)/g) ?? []).toHaveLength(folds);
  const prose = proseOf(document)
    .replace('<!-- keyward-report -->\n', '')
    .replaceAll(/^<\/?details(?: open)?>$/gm, '')
    .replaceAll(/^<summary>.*<\/summary>$/gm, '')
    .replaceAll(/<br>$/gm, '')
    .replaceAll(/^> \[!(?:WARNING|NOTE)\]$/gm, '')
    .replaceAll(/^> /gm, '');
  expect(prose).not.toMatch(/[<>\\[\]@_~$&{}^]|:\/\//);
  expect(prose.replaceAll(/^#{2,3} /gm, '')).not.toContain('#');
  for (const [, summary] of document.matchAll(/<summary>(.*)<\/summary>/g)) expectHarmlessHtml(summary!);
}

function expectHarmlessHtml(html: string): void {
  const text = html.replaceAll(/<code>[^<>]*<\/code>|<\/?b>/g, '');
  expect(text).not.toMatch(/[<>@#`*_]|:\/\//);
}

describe('markdown', () => {
  test.each(NAMES)('%s', name => {
    const report = REPORTS[name]!;
    expectSound(report);
    expect(countTold(render(report))).toBe(report.findings.length);
  });

  test('a small report, whole', async () => {
    await expect(render(smallReport)).toMatchFileSnapshot('snapshots/report/markdown-small.md');
  });

  testTexts(TRICKS, expectSound);

  test('however much there is, it fits a comment and counts all', () => {
    const many = Array.from({ length: 3000 }, (_, i) =>
      findingOf({
        rule: `rule-${i % 40}`,
        severity: i % 3 === 0 ? 'high' : 'medium',
        credential: keyOf(`AKIABEXAMPLE${String(i % 1500).padStart(8, '0')}`, `bot-${i}`),
        episodes: [{ from: NOW - DAY, until: NOW - DAY + HOUR }],
        message: `${'漢_字 '.repeat(150)}.`,
        remediation: {
          summary: '☃ '.repeat(400),
          commands: Array.from({ length: 50 }, (__, j) => `echo ${'y'.repeat(1500)} ${j}`),
        },
      }),
    );
    const notes = Array.from({ length: 5000 }, (_, i) => `logs/${i}/${'漢_'.repeat(200)}: ends in the middle`);
    const report = reportOf(many, {
      run: { ...cleanReport.run, complete: false, remarks: notes },
      sources: [{ ...cleanReport.sources[0]!, complete: false, note: notes.join('\n'), remarks: notes }],
      coverage: notes.map((reason, i) => ({ rule: `rule-${i}`, source: 'logs/', state: 'blind', reason })),
      resolved: notes.map(subject => ({ fingerprint: subject, rule: subject, subject, lastSeen: NOW })),
    });
    const document = render(report);
    expectSound(report);
    expect(countTold(document)).toBe(3000);
    expect(document).toMatch(/^- … [\d,]+ more findings: `--format json` lists them all$/m);
    expect(document.match(/^### (Not seen|Incomplete|Worth knowing)$/gm)).toHaveLength(3);
    expect(document.match(/<summary><b>HIGH<\/b>/g)!.length).toBeGreaterThan(0);
    expect(document).not.toContain('<summary><b>MEDIUM');
  });

  test('blind and incomplete are said before anything else', () => {
    const head = render(incompleteReport).split('\n\n').slice(0, 3).join('\n');
    expect(head).toContain('## keyward: No findings in what could be seen\n');
    expect(head).toContain('> [!WARNING]\n> **Incomplete**: 2 sources not read to the end, 4 rules see only part.');
    expect(render(cleanReport)).not.toContain('[!');
    const blind = { rule: 'a', source: 's', state: 'blind', reason: 'no cities' } as const;
    expect(render({ ...cleanReport, coverage: [blind] })).toContain('> [!NOTE]\n> 1 rule blind.');
    expect(render({ ...cleanReport, coverage: [] })).toContain('Nothing says what could be seen.');
  });

  test('the worst is open, the others are closed', () => {
    const document = render(REPORTS.findings!);
    expect(document.match(/<details open>/g)).toHaveLength(1);
    expect(document.indexOf('<details open>')).toBe(document.indexOf('<details'));
    const severities = [...document.matchAll(/<summary><b>([A-Z]+)<\/b>/g)].map(([, severity]) => severity);
    const order = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFO'];
    expect(severities).toEqual([...severities].sort((a, b) => order.indexOf(a!) - order.indexOf(b!)));
  });
});

describe('text in Markdown', () => {
  test.each([
    ['412 calls, 9 times (45) in 28 days.', '412 calls, 9 times (45) in 28 days.'],
    ['ask @octocat, please', 'ask `@octocat`, please'],
    ['fixes #12 and GH-3 (o/r#4).', 'fixes `#12` and `GH-3` (`o/r#4`).'],
    ['see https://example.com/x.', 'see `https://example.com/x`.'],
    ['www.example.com', '`www.example.com`'],
    ['a :cat: here', 'a `:cat`: here'],
    ['commit 0123456789abcdef', 'commit `0123456789abcdef`'],
    ['- item', '`-` item'],
    ['1. item is 2.', '`1`. item is 2.'],
    ['user/my_bot <b>x</b>', '`user/my_bot` `<b>x</b>`'],
    ['a`b c``d', '`` a`b `` ``` c``d ```'],
    ['run `aws iam list-users --x <y>`, then', 'run `aws iam list-users --x <y>`, then'],
    ['`(`.`', '`` `(`.` ``'],
    ['so (`run it`).', 'so (`run it`).'],
    ['a\nb', '`a\\x0ab`'],
    ['', ''],
  ])('%j', (text, expected) => {
    expect(markdownText(text)).toBe(expected);
  });

  test.each([
    ['AKIA', '`AKIA`'],
    ['`', '`` ` ``'],
    [' a ', '`  a  `'],
    ['', ''],
  ])('%j as code', (text, expected) => {
    expect(markdownCode(text)).toBe(expected);
  });

  test('any text comes back from its prose and its code, and the prose holds no markup', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.string({ unit: fc.constantFrom('`', ' ', 'a', '.', '(', '_') })), text => {
        const parts = spansOf(markdownText(text));
        const prose = parts.filter((_, i) => i % 2 === 0);
        expect(prose.join(' ')).toMatch(/^[\p{L}\p{N}.,;:!?'"()%/+=–—…→ -]*$/u);
        expect(parts.join('').replaceAll('`', '')).toBe(plain(text).replaceAll('`', ''));
      }),
      { numRuns: Number(process.env.KEYWARD_LONG ?? 0) > 0 ? 100_000 : 300 },
    );
  });
});

/** How many findings a document tells of, by its summaries and its lines. */
function countTold(document: string): number {
  const summaries = [...document.matchAll(/<summary><b>[A-Z]+<\/b> (.*)<\/summary>/g)].map(([, text]) => text!);
  const briefs = [...document.matchAll(/^- \*\*[A-Z]+\*\* (.*)$/gm)].map(([, text]) => text!);
  const rest = /^- … ([\d,]+) more findings?:/m.exec(document)?.[1] ?? '0';
  const counts = [...summaries, ...briefs].map(
    text => /(?:^|[ >])([\d,]+)(?:<\/code>)? (?:findings?|credentials?)\b/.exec(text)?.[1] ?? '1',
  );
  return [...counts, rest].reduce((sum, count) => sum + Number(count.replaceAll(',', '')), 0);
}
