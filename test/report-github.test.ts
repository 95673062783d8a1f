import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Report } from '../src/model/report.ts';
import { github } from '../src/report/github.ts';
import { commandProperty, commandText } from '../src/report/plain.ts';
import { HIDDEN, REPORTS, reportWith, smallReport, TRICKS } from './report-cases.ts';
import { anyText, cleanReport, findingOf, findingsReport, reportOf } from './report-fixtures.ts';

const NAMES = Object.keys(REPORTS);

const render = (report: Report): string => [...github.render(report, { width: 80, color: false })].join('');

interface Command {
  readonly kind: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly text: string;
}

const REGISTERED = ['error', 'warning', 'notice', 'set-output', 'stop-commands', 'add-mask', 'group'];

/** Reads a line as the runner of GitHub does: null where it holds no command. */
function commandIn(line: string): Command | null {
  const message = line.trimStart();
  const end = message.startsWith('::') ? message.indexOf('::', 2) : -1;
  if (end < 0) return null;
  const [kind, ...rest] = message.slice(2, end).split(' ');
  if (!REGISTERED.includes(kind!)) return null;
  const pairs = rest
    .join(' ')
    .split(',')
    .filter(pair => pair.includes('='));
  const properties = pairs.map(pair => {
    const cut = pair.indexOf('=');
    return [pair.slice(0, cut), unescaped(pair.slice(cut + 1), ['%0D', '%0A', '%3A', '%2C', '%25'])];
  });
  const text = unescaped(message.slice(end + 2), ['%0D', '%0A', '%25']);
  return { kind: kind!, properties: Object.fromEntries(properties) as Record<string, string>, text };
}

const unescaped = (text: string, escapes: readonly string[]): string =>
  escapes.reduce((told, escape) => told.replaceAll(escape, decodeURIComponent(escape)), text);

/** The annotations of a report, once every line of it is found to be one. */
function annotationsOf(report: Report): Command[] {
  const rendered = render(report);
  expect(rendered.replaceAll('\n', '')).not.toMatch(HIDDEN);
  expect(rendered.endsWith('\n')).toBe(true);
  return rendered
    .slice(0, -1)
    .split('\n')
    .map(line => {
      const command = commandIn(line);
      expect(command, line).not.toBeNull();
      expect(['error', 'warning', 'notice']).toContain(command!.kind);
      expect(Object.keys(command!.properties)).toEqual(
        report.run.config === null ? ['title'] : ['file', 'line', 'title'],
      );
      expect(command!.properties.title!.length).toBeLessThanOrEqual(255);
      expect(command!.text.length).toBeLessThanOrEqual(4096);
      return command!;
    });
}

const ofKind = (kind: string, annotations: readonly Command[]) => annotations.filter(command => command.kind === kind);

describe('github', () => {
  test.each(NAMES)('%s has at most 10 of each kind, the gravest first', name => {
    const annotations = annotationsOf(REPORTS[name]!);
    const kinds = annotations.map(({ kind }) => kind);
    expect(kinds).toEqual(['error', 'warning', 'notice'].flatMap(kind => kinds.filter(other => other === kind)));
    for (const kind of new Set(kinds)) expect(ofKind(kind, annotations).length).toBeLessThanOrEqual(10);
  });

  test.each(NAMES)('every finding of %s is told or counted', name => {
    const { findings } = REPORTS[name]!;
    const titles = annotationsOf(REPORTS[name]!).map(({ properties }) => properties.title!);
    const told = titles.filter(title => /^(critical|high|medium|low|info): /.test(title)).length;
    const counted = titles.flatMap(title => /^([\d,]+) more .* findings?$/.exec(title)?.[1] ?? []);
    expect(told + counted.reduce((sum, count) => sum + Number(count), 0)).toBe(findings.length);
  });

  test.each(NAMES)('%s tells what was not read and not seen, and ends with a summary', name => {
    const report = REPORTS[name]!;
    const titles = annotationsOf(report).map(({ kind, properties }) => `${kind} ${properties.title}`);
    const isGapped = (state: string) => report.coverage.some(gap => gap.state === state);
    expect(titles.includes('error incomplete: not everything was read')).toBe(!report.run.complete);
    expect(titles.includes('warning blind: some rules saw nothing')).toBe(isGapped('blind'));
    expect(titles.includes('notice only part was seen')).toBe(isGapped('partial'));
    expect(titles.at(-1)).toBe('notice keyward');
  });

  test('a small report, whole', async () => {
    await expect(render(smallReport)).toMatchFileSnapshot('snapshots/report/github-small.txt');
  });

  test('each severity has its kind', () => {
    const kinds = annotationsOf(REPORTS.graded!).map(({ kind }) => kind);
    expect(kinds).toEqual(['error', 'error', 'warning', 'notice', 'notice', 'notice']);
  });

  test('what is more than GitHub shows is summed up', () => {
    const [rest] = annotationsOf(findingsReport).filter(({ properties }) => properties.title!.includes(' more '));
    expect(rest).toEqual({
      kind: 'warning',
      properties: { title: '33 more medium findings' },
      text: 'long-lived-key and unusual-geography. GitHub shows 10 annotations of a kind; the other formats list every finding.',
    });
  });

  test.each([
    [9, 9, 0],
    [10, 10, 0],
    [11, 9, 2],
    [500, 9, 491],
  ])('of %d high findings %d are told and %d counted', (count, told, counted) => {
    const findings = Array.from({ length: count }, (_, i) =>
      findingOf({ rule: 'token-burst', severity: 'high', subject: `s${i}` }),
    );
    const errors = ofKind('error', annotationsOf(reportOf(findings)));
    expect(errors.slice(0, told).map(({ properties }) => properties.title)).toEqual(
      findings.slice(0, told).map(({ subject }) => `high: token-burst, ${subject}`),
    );
    expect(errors.slice(told).map(({ properties }) => properties.title)).toEqual(
      counted === 0 ? [] : [`${counted} more high findings`],
    );
  });

  test('a clean report says what that is worth', () => {
    expect(render(cleanReport)).toBe('::notice title=keyward::No findings in 1,204,311 events of 412 credentials\n');
  });

  test.each(TRICKS)('%j is obeyed by nobody', text => {
    // An empty remark is none.
    const kinds = text.trim() === '' ? KINDS.slice(0, -1) : KINDS;
    expect(annotationsOf(reportWith(text)).map(({ kind }) => kind)).toEqual(kinds);
  });

  test('any report is nothing but annotations, with the file they are about', () => {
    fc.assert(
      fc.property(anyText, text => {
        const files = annotationsOf(reportWith(text)).map(({ properties }) => properties.file!);
        for (const file of files) expect(file).toMatch(/^(?!\.\.?\/)[^/]/);
      }),
      { numRuns: 60 },
    );
  });

  test('a message is cut between characters', () => {
    const commands = [`echo ${'x'.repeat(1900)}`, `echo ${'😀'.repeat(950)}`, `echo ${'y'.repeat(1900)}`];
    const finding = findingOf({ rule: 'a', severity: 'high', remediation: { summary: '', commands } });
    const [{ text } = { text: '' }] = annotationsOf(reportOf([finding]));
    expect(text.length).toBeGreaterThan(3990);
    expect(text).toMatch(/…$/);
  });
});

/** Of a report with one text everywhere. */
const KINDS = ['error', 'error', 'warning', 'warning', 'notice', 'notice', 'notice', 'notice'];

test.each([
  ['50% of a,b:c', '50%25 of a,b:c', '50%25 of a%2Cb%3Ac'],
  ['a\r\nb', 'a%0D%0Ab', 'a%0D%0Ab'],
  ['%0A::error::x', '%250A::error::x', '%250A%3A%3Aerror%3A%3Ax'],
])('%j in a command', (text, message, property) => {
  expect(commandText(text)).toBe(message);
  expect(commandProperty(text)).toBe(property);
});
