import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { html } from '../../src/report/html.ts';
import { findingsReport, hostileReport, reportOf, weeklyReport } from '../report-fixtures.ts';

// The HTML report as people open it: in a browser, from a file.

/** What is used of `playwright-core`, which need not be installed. */
interface Page {
  on(event: 'request', listener: (request: { url(): string }) => void): unknown;
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): unknown;
  on(event: 'pageerror', listener: (error: Error) => void): unknown;
  goto(url: string): Promise<unknown>;
  evaluate<T>(script: string): Promise<T>;
  emulateMedia(media: { media: 'print' | 'screen' }): Promise<void>;
  pdf(options: { format: string }): Promise<Uint8Array>;
}

interface Context {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

interface Browser {
  newContext(options: {
    viewport: { width: number; height: number };
    colorScheme: 'dark' | 'light';
    javaScriptEnabled: boolean;
  }): Promise<Context>;
  close(): Promise<void>;
}

interface Playwright {
  readonly chromium: { launch(options: { executablePath: string; args: string[] }): Promise<Browser> };
}

const CHROMIUM = process.env.KEYWARD_CHROMIUM ?? '/usr/bin/chromium';

/** By a name that the compiler does not follow: it is not among the dependencies everywhere. */
const PLAYWRIGHT = 'playwright-core';
const playwright = await (import(PLAYWRIGHT) as Promise<Playwright>).catch(() => null);

const missing =
  playwright === null
    ? `${PLAYWRIGHT} is not installed`
    : existsSync(CHROMIUM)
      ? ''
      : `there is no ${CHROMIUM} (KEYWARD_CHROMIUM names another Chromium)`;

const folder = mkdtempSync(join(tmpdir(), 'keyward-html-'));
let browser: Browser | null = null;
let context: Context | null = null;

beforeAll(async () => {
  // Without its sandbox it also starts as root, as in a container; it opens nothing but our own files.
  if (missing === '') browser = await playwright!.chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
});
beforeEach(test => test.skip(browser === null, missing));
afterEach(async () => {
  await context?.close();
  context = null;
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const big = reportOf(
  Array.from({ length: 5000 }, (_, i) => {
    const finding = findingsReport.findings[i % findingsReport.findings.length]!;
    return { ...finding, fingerprint: `f${i}`, subject: `${finding.subject} ${i}` };
  }),
);
const REPORTS: Readonly<Record<string, Report>> = {
  findings: findingsReport,
  hostile: hostileReport,
  weekly: weeklyReport,
  big,
};

interface Look {
  readonly width?: number;
  readonly colorScheme?: 'dark' | 'light';
  readonly javaScriptEnabled?: boolean;
}

/** The page, and what it asked for and complained of. */
async function open(name: string, { width = 1280, colorScheme = 'light', javaScriptEnabled = true }: Look = {}) {
  const path = join(folder, `${name}.html`);
  if (!existsSync(path)) writeFileSync(path, [...html.render(REPORTS[name]!, { width: 80, color: false })].join(''));
  context = await browser!.newContext({ viewport: { width, height: 900 }, colorScheme, javaScriptEnabled });
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', request => requests.push(request.url()));
  page.on('console', message => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', error => complaints.push(error.message));
  const url = pathToFileURL(path).href;
  await page.goto(url);
  return { page, url, requests, complaints };
}

/** Types or chooses, waits until it was acted upon, and tells what is shown. */
const choose = (page: Page, code: string): Promise<{ said: string; shown: number; groups: number }> =>
  page.evaluate(`(async () => {
    const form = document.getElementById('controls');
    ${code};
    form.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise(resolve => setTimeout(resolve, 400));
    return {
      said: document.getElementById('count').textContent,
      shown: document.querySelectorAll('.group:not([hidden]) .finding:not([hidden])').length,
      groups: document.querySelectorAll('.group:not([hidden])').length,
    };
  })()`);

const unfold = `document.querySelectorAll('details').forEach(element => { element.open = true; })`;

describe.each([390, 1280])('%i pixels wide', width => {
  test.each(['findings', 'hostile', 'weekly'])(
    '%s: nothing to scroll sideways, nothing loaded, no complaint',
    async name => {
      const { page, url, requests, complaints } = await open(name, { width });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      await page.evaluate(unfold);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(requests).toEqual([url]);
      expect(complaints).toEqual([]);
    },
  );

  test('what can be pressed is large enough, and all text is', async () => {
    const { page } = await open('findings', { width });
    const sizes = `[...document.querySelectorAll('button, select, input[type=search], summary')]
      .filter(element => element.checkVisibility()).map(element => element.getBoundingClientRect().height)`;
    expect(Math.min(...(await page.evaluate<number[]>(sizes)))).toBeGreaterThanOrEqual(20);
    const fonts = `[...document.querySelectorAll('main *')].map(element => parseFloat(getComputedStyle(element).fontSize))`;
    expect(Math.min(...(await page.evaluate<number[]>(fonts)))).toBeGreaterThanOrEqual(11);
  });
});

describe('search and filters', () => {
  test('by text, severity and rule, and back', async () => {
    const { page, complaints } = await open('findings');
    const all = findingsReport.findings;
    const count = (isMeant: (finding: (typeof all)[number]) => boolean) => all.filter(isMeant).length;
    const say = (shown: number) =>
      shown === all.length ? `All ${shown} findings are shown.` : `${shown} of ${all.length} findings are shown.`;
    const steps: [code: string, shown: number][] = [
      ['', all.length],
      [`form.text.value = 'CI-EVAL'`, count(({ credential }) => credential?.owner.endsWith('/ci-eval') === true)],
      [`form.text.value = 'ci-eval frankfurt'`, 1],
      [`form.text.value = '<script>'`, 0],
      [`form.text.value = ''; form.rule.value = 'key-minted'`, count(({ rule }) => rule === 'key-minted')],
      [
        `form.querySelector('[value=low]').checked = false`,
        count(({ rule, severity }) => rule === 'key-minted' && severity !== 'low'),
      ],
      [`form.reset()`, all.length],
    ];
    for (const [code, shown] of steps)
      expect(await choose(page, code), code).toMatchObject({ said: say(shown), shown });
    expect(complaints).toEqual([]);
  });

  test('by status, where there is an earlier report', async () => {
    const { page } = await open('weekly');
    const known = weeklyReport.findings.filter(({ status }) => status === 'known').length;
    expect(await choose(page, `form.status.value = 'known'`)).toMatchObject({ shown: known });
  });

  test('what is searched for is unfolded, and folded again', async () => {
    const { page } = await open('findings');
    const isOpen = `document.querySelector('[data-rule=crowded-network]').closest('.group').open`;
    expect(await page.evaluate(isOpen)).toBe(false);
    await choose(page, `form.text.value = 'crowded'`);
    expect(await page.evaluate(isOpen)).toBe(true);
    await choose(page, `form.text.value = ''`);
    expect(await page.evaluate(isOpen)).toBe(false);
  });

  test('a link to what is filtered away brings it back', async () => {
    const { page } = await open('findings');
    await choose(page, `form.text.value = 'crowded'`);
    const tops = await page.evaluate<number>(`(async () => {
      document.querySelector('.timeline a').click();
      await new Promise(resolve => setTimeout(resolve, 1500));
      return document.getElementById('g1').getBoundingClientRect().top;
    })()`);
    expect(Math.abs(tops)).toBeLessThan(100);
  });
});

describe('however it is looked at', () => {
  const background = `getComputedStyle(document.body).backgroundColor`;

  test('dark and light', async () => {
    const colors = [];
    for (const colorScheme of ['dark', 'light'] as const) {
      const { page } = await open('findings', { colorScheme });
      colors.push(await page.evaluate<string>(background));
      await context?.close();
    }
    expect(colors).toEqual(['rgb(15, 20, 25)', 'rgb(255, 255, 255)']);
  });

  test('without a script everything can be read, and no control is there that would do nothing', async () => {
    const { page, complaints } = await open('findings', { javaScriptEnabled: false });
    // Playwright evaluates in a page whose own scripts may not run.
    expect(await page.evaluate(`document.getElementById('controls').checkVisibility()`)).toBe(false);
    expect(await page.evaluate(`document.querySelectorAll('.finding').length`)).toBe(findingsReport.findings.length);
    expect(complaints).toEqual([]);
  });

  test('on paper, with the folds open and on white', async () => {
    const { page, complaints } = await open('findings', { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate(background)).toBe('rgb(255, 255, 255)');
    const shown = `[...document.querySelectorAll('.fields')].every(element => element.getBoundingClientRect().height > 0)`;
    expect(await page.evaluate(shown)).toBe(true);
    await page.emulateMedia({ media: 'screen' });
    const pdf = await page.pdf({ format: 'A4' });
    expect(Buffer.from(pdf).subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.length).toBeGreaterThan(50_000);
    expect(complaints).toEqual([]);
  });

  test('with 5,000 findings', async () => {
    const { page, requests, complaints } = await open('big', { width: 390 });
    expect(requests).toHaveLength(1);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await choose(page, `form.rule.value = 'token-burst'`)).toMatchObject({
      shown: big.findings.filter(({ rule }) => rule === 'token-burst').length,
    });
    expect(complaints).toEqual([]);
  });
});
