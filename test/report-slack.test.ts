import { describe, expect, test } from 'vitest';
import type { Report } from '../src/model/report.ts';
import { slackText } from '../src/report/plain.ts';
import { slack } from '../src/report/slack.ts';
import { DAY, HOUR } from '../src/time.ts';
import { HIDDEN, REPORTS, smallReport, TRICKS, testTexts } from './report-cases.ts';
import { cleanReport, findingOf, findingsReport, incompleteReport, keyOf, NOW, reportOf } from './report-fixtures.ts';

const NAMES = Object.keys(REPORTS);

interface Text {
  readonly type: string;
  readonly text: string;
  readonly verbatim?: boolean;
}

interface Message {
  readonly text: string;
  readonly unfurl_links: boolean;
  readonly unfurl_media: boolean;
  readonly blocks: readonly { readonly type: string; readonly text?: Text; readonly elements?: readonly Text[] }[];
}

const render = (report: Report): string => [...slack.render(report, { width: 80, color: false })].join('');
const messageOf = (report: Report): Message => JSON.parse(render(report)) as Message;
const textsOf = ({ blocks }: Message): Text[] =>
  blocks.flatMap(({ text, elements = [] }) => [...(text ? [text] : []), ...elements]);

/** What Slack takes: so many blocks, so much text, and of `<` and `&` only what is escaped. */
function expectSound(report: Report): void {
  const message = messageOf(report);
  expect(Object.keys(message)).toEqual(['text', 'unfurl_links', 'unfurl_media', 'blocks']);
  expect([message.unfurl_links, message.unfurl_media]).toEqual([false, false]);
  expect(message.blocks.length).toBeLessThanOrEqual(50);
  expect(JSON.stringify(message.blocks).replace(/[^\x20-\x7e]/g, '\\u0000').length).toBeLessThanOrEqual(13_000);
  expect(message.blocks[0]!.type).toBe('header');
  for (const { type, text, elements } of message.blocks) {
    expect(['header', 'section', 'context']).toContain(type);
    expect((text === undefined) === (type === 'context')).toBe(true);
    expect(elements === undefined || elements.length <= 10).toBe(true);
  }
  for (const { type, text, verbatim } of textsOf(message)) {
    expect(type === 'mrkdwn' ? verbatim === true : type === 'plain_text' && text.length <= 150).toBe(true);
    expect(text.length).toBeGreaterThan(0);
    expect(text.length).toBeLessThanOrEqual(3000);
    expect(text.replaceAll('\n', '')).not.toMatch(HIDDEN);
    if (type === 'mrkdwn') expectHarmless(text);
  }
  expect(message.text.length).toBeLessThanOrEqual(3000);
  expectHarmless(message.text);
}

function expectHarmless(text: string): void {
  expect(text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
  for (const line of text.split('\n')) {
    expect(line.match(/`/g)?.length ?? 0, line).toSatisfy((count: number) => count % 2 === 0);
    const prose = line.replaceAll(/`[^`]*`/g, '');
    expect(prose).not.toMatch(/[@#_~]|:\/\//);
    expect(prose.match(/\*/g)?.length ?? 0, line).toSatisfy((count: number) => count % 2 === 0);
  }
}

describe('slack', () => {
  test.each(NAMES)('%s', name => {
    expectSound(REPORTS[name]!);
  });

  test('a small report, whole', async () => {
    await expect(render(smallReport)).toMatchFileSnapshot('snapshots/report/slack-small.json');
  });

  testTexts(
    [...TRICKS, '<!channel>', '<@U012AB3CD>', '@here', '<https://example.com|click>', '*_~`', '&lt;!channel&gt;'],
    expectSound,
  );

  test('however much there is, it fits a message, and says that there is more', () => {
    const many = Array.from({ length: 400 }, (_, i) =>
      findingOf({
        rule: `rule-${i % 40}`,
        severity: i % 3 === 0 ? 'high' : 'medium',
        credential: keyOf(`AKIABEXAMPLE${String(i % 200).padStart(8, '0')}`, `bot-${i}`),
        episodes: [{ from: NOW - DAY, until: NOW - DAY + HOUR }],
        message: '漢_字 '.repeat(150),
        remediation: { summary: '☃ '.repeat(400), commands: [] },
      }),
    );
    const report = reportOf(many, { run: { ...cleanReport.run, complete: false } });
    expectSound(report);
    expect(textsOf(messageOf(report)).map(({ text }) => text)).toContain('… more in the report');
    expect(render(report)).toContain('*Incomplete*: the run is incomplete');
  });

  test('worst first, then what was not seen, then where to start', () => {
    const texts = textsOf(messageOf(findingsReport)).map(({ text }) => text.split('\n')[0]!);
    const severities = texts.flatMap(text => /^\*(CRITICAL|HIGH|MEDIUM|LOW|INFO)\*/.exec(text)?.[1] ?? []);
    const order = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFO'];
    expect(severities).toEqual([...severities].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
    expect(texts.slice(-2)).toEqual(['*Not seen*', 'Start with AKIA…7Q2M: `keyward explain two-places-at-once`']);
  });

  test('nothing found is not nothing wrong', () => {
    expect(messageOf(cleanReport).text).toBe('keyward: No findings in 1,204,311 events of 412 credentials');
    expect(messageOf(incompleteReport).text).toBe(
      'keyward: No findings in what could be seen\n*Incomplete*: 2 sources not read to the end, 4 rules see only part',
    );
  });
});

test.each([
  ['<!channel> 1 & 2', '`&lt;!channel&gt;` 1 `&amp;` 2'],
  ['a`b c', "`a'b` c"],
  ['@here, *now*', '`@here`, `*now*`'],
  ['`keyward explain x` now', '`keyward explain x` now'],
])('%j in a chat', (text, expected) => {
  expect(slackText(text)).toBe(expected);
});
