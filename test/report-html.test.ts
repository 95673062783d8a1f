import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Evidence, Finding } from '../src/model/finding.ts';
import type { Report } from '../src/model/report.ts';
import { script } from '../src/report/html/script.ts';
import { style } from '../src/report/html/style.ts';
import { html } from '../src/report/html.ts';
import { htmlText, plain } from '../src/report/plain.ts';
import { HOUR } from '../src/time.ts';
import {
  anyText,
  cleanReport as clean,
  findingOf,
  findingsReport as findings,
  hostileReport as hostile,
  incompleteReport as incomplete,
  keyOf,
  NASTY,
  NOW,
  reportOf,
  weeklyReport as weekly,
} from './report-fixtures.ts';

const REPORTS: Readonly<Record<string, Report>> = { clean, findings, incomplete, hostile, weekly };
const NAMES = Object.keys(REPORTS);

const piecesOf = (report: Report): string[] => [...html.render(report, { width: 80, color: false })];
const render = (report: Report): string => piecesOf(report).join('');

interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (Element | string)[];
}

const VOID: ReadonlySet<string> = new Set(['meta', 'input', 'br']);
const RAW: ReadonlySet<string> = new Set(['script', 'style']);
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

function decoded(text: string): string {
  expect(text).not.toMatch(/[<>]|&(?!(?:amp|lt|gt|quot|#39);)/);
  return text.replace(/&(#?\w+);/g, (_, name: string) => ENTITIES[name]!);
}

/** Reads the page, and throws at whatever a browser would have to mend. */
function parse(page: string): Element {
  const root: Element = { tag: '', attributes: {}, children: [] };
  const open = [root];
  let rest = page.replace(/^<!doctype html>\n/, '');
  expect(rest).not.toBe(page);
  while (rest !== '') {
    const text = /^[^<]+/.exec(rest)?.[0] ?? '';
    if (text !== '') open.at(-1)!.children.push(decoded(text));
    rest = rest.slice(text.length);
    const [whole = '', end, tag, attributes, slash] =
      /^<(?:\/([a-z]\w*)|([a-z]\w*)((?: [a-zA-Z][\w-]*(?:="[^"<>]*")?)*)(\/?))>/.exec(rest) ?? [];
    if (whole === '' && rest !== '') throw new Error(`no tag: ${rest.slice(0, 80)}`);
    rest = rest.slice(whole.length);
    if (end !== undefined && open.pop()!.tag !== end) throw new Error(`</${end}> closes another element`);
    if (tag === undefined) continue;
    const element: Element = { tag, attributes: attributesIn(attributes!), children: [] };
    open.at(-1)!.children.push(element);
    if (RAW.has(tag)) {
      const length = rest.indexOf(`</${tag}>`);
      element.children.push(rest.slice(0, length));
      rest = rest.slice(length + tag.length + 3);
    } else if (slash === '' && !VOID.has(tag)) open.push(element);
  }
  expect(open).toEqual([root]);
  return root;
}

function attributesIn(text: string): Record<string, string> {
  const found = [...text.matchAll(/ ([a-zA-Z][\w-]*)(?:="([^"]*)")?/g)].map(([, name, value]) => [
    name!,
    decoded(value ?? ''),
  ]);
  expect(new Set(found.map(([name]) => name)).size).toBe(found.length);
  return Object.fromEntries(found) as Record<string, string>;
}

function* elementsOf(element: Element): Generator<Element> {
  for (const child of element.children) {
    if (typeof child === 'string') continue;
    yield child;
    yield* elementsOf(child);
  }
}

const textIn = (element: Element): string =>
  element.children.map(child => (typeof child === 'string' ? child : RAW.has(child.tag) ? '' : textIn(child))).join('');

const all = (root: Element, tag: string, name = ''): Element[] =>
  [...elementsOf(root)].filter(
    element =>
      element.tag === tag && (name === '' || (element.attributes.class ?? '').split(' ').some(part => part === name)),
  );

const byId = (root: Element, id: string): Element | undefined =>
  [...elementsOf(root)].find(({ attributes }) => attributes.id === id);

const HIDDEN = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

const TAGS =
  'html head meta title style body a header h1 h2 h3 h4 p nav main section ul ol li b br bdi span dl div dt dd code pre details summary form label input fieldset legend select option button figure figcaption svg g path line rect text desc table caption thead tbody tr th td footer script'.split(
    ' ',
  );
const ATTRIBUTES =
  'lang charset http-equiv content name id class href rel aria-label aria-labelledby aria-hidden role hidden type value checked autocomplete spellcheck placeholder open tabindex scope data-severity data-rule data-status width height viewBox preserveAspectRatio d x y x1 x2 y1 y2 text-anchor'.split(
    ' ',
  );

/** What holds of every page, whatever is in the report. */
function expectSound(report: Report): Element {
  const page = render(report);
  expect(page).not.toMatch(HIDDEN);
  const root = parse(page);
  const elements = [...elementsOf(root)];
  const names = new Set(elements.flatMap(({ attributes }) => Object.keys(attributes)));
  expect([...new Set(elements.map(({ tag }) => tag))].filter(tag => !TAGS.includes(tag))).toEqual([]);
  expect([...names].filter(name => !ATTRIBUTES.includes(name))).toEqual([]);
  const ids = elements.flatMap(({ attributes: { id } }) => id ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { tag, attributes } of elements) {
    if (attributes.href?.startsWith('#') === true) expect(ids).toContain(attributes.href.slice(1));
    else if (attributes.href !== undefined) expect([tag, attributes.href]).toEqual(['a', HTTPS]);
    for (const id of attributes['aria-labelledby']?.split(' ') ?? []) expect(ids).toContain(id);
  }
  expect(all(root, 'script').map(({ children }) => children)).toEqual([[script]]);
  expect(all(root, 'style').map(({ children }) => children)).toEqual([[style]]);
  const told = all(root, 'li', 'finding');
  expect(told).toHaveLength(report.findings.length);
  return root;
}

const HTTPS = expect.stringMatching(/^https:\/\/[\w.-]+(?:\/[\w./#?=&%~+,:@!-]*)?$/) as string;

describe('every page', () => {
  test.each(NAMES)('%s is sound, and the same however findings come', name => {
    const report = REPORTS[name]!;
    expectSound(report);
    if (name !== 'hostile')
      expect(render({ ...report, findings: [...report.findings].reverse() })).toBe(render(report));
  });

  test.each(NAMES)('%s has landmarks and headings in order', name => {
    const root = parse(render(REPORTS[name]!));
    for (const tag of ['header', 'nav', 'main', 'footer', 'h1']) expect(all(root, tag), tag).toHaveLength(1);
    expect(textIn(all(all(root, 'head')[0]!, 'title')[0]!)).toBe('keyward report of 2026-11-20');
    const levels = [...elementsOf(root)].flatMap(({ tag }) => (/^h[1-4]$/.test(tag) ? [Number(tag[1])] : []));
    for (const [i, level] of levels.entries()) expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1);
    for (const svg of all(root, 'svg')) {
      const { role, 'aria-hidden': isHidden, viewBox } = svg.attributes;
      expect(role === 'img' || isHidden === 'true' || viewBox !== undefined).toBe(true);
    }
  });

  test('nothing is loaded, and only the one style and script may act', () => {
    const policy = all(parse(render(findings)), 'meta').find(
      ({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy',
    );
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(policy!.attributes.content).toBe(
      `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'`,
    );
    expect(style).not.toMatch(/url\(|@import|<\//);
    expect(script).not.toMatch(/<\/|innerHTML|outerHTML|insertAdjacent|document\.write|eval|fetch|import|https?:/);
  });

  test('a small one, whole', async () => {
    const small = reportOf([theft('token-burst', { record: 45, limit: 135, span: 'hour', measure: 'calls' })]);
    await expect(render(small)).toMatchFileSnapshot('snapshots/report/html-small.html');
  });
});

const stolen = keyOf('AKIAIOSFODNN7EXAMPLE', 'ci-eval', 212);

const theft = (rule: string, evidence: Evidence): Finding =>
  findingOf({
    rule,
    severity: 'high',
    fingerprint: `${rule}-1`,
    credential: stolen,
    episodes: [{ from: NOW - 20 * HOUR, until: NOW - 19 * HOUR }],
    message: "412 calls in the 04:00 hour, 9 times this key's busiest hour (45) in 28 days.",
    evidence: { ...evidence, hourly: { from: NOW - 24 * HOUR, values: [0, 7, 0, 0, 412, 90, 0, 0] } },
    remediation: { summary: 'Disable the key.', commands: ['aws iam update-access-key --status Inactive'] },
    references: ['https://example.com/bursts?a=1&b=2', 'javascript:alert(1)', 'https://example.com/"x'],
  });

describe('hostile text', () => {
  const ATTACKS = [
    '</script><script>alert(1)</script>',
    '</style><img src=x onerror=alert(1)>',
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    '<!-- ',
    ']]>&lt;&#x3c;',
    'javascript:alert(1)',
    NASTY,
    '\u0000<\u0000script>',
    '\u202e\u2066',
    'A'.repeat(50_000),
  ];

  test.each(ATTACKS.map(attack => [attack.slice(0, 30), attack]))('%j in every field', (_, attack) => {
    for (const report of [findings, incomplete, weekly]) {
      const root = expectSound(filled(report, attack));
      const shown = textIn(root);
      const told = plain(attack, 20);
      if (report.findings.length > 0) expect(shown).toContain(told.slice(0, 10).trim().split(' ')[0]);
    }
  });

  test('any text in any field', () => {
    fc.assert(
      fc.property(anyText, fc.string({ unit: 'binary', maxLength: 30 }), (one, other) => {
        expectSound(filled(weekly, `${one}<${other}"&'>`));
      }),
      { numRuns: 25 },
    );
  });

  test('any evidence', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.double(), fc.array(fc.double(), { maxLength: 400 }), (value, from, values) => {
        const evidence = {
          value,
          usual: value,
          networks: [value],
          record: value,
          hourly: { from, values },
        } as Evidence;
        expectSound(reportOf([findingOf({ rule: 'token-burst', evidence, credential: stolen })]));
      }),
      { numRuns: 200 },
    );
  });

  test('what is escaped reads as it was', () => {
    expect(htmlText(`<b title="x" id='y'>&amp;\u0000\u202e`)).toBe(
      '&lt;b title=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;\\x00\\u{202e}',
    );
  });

  test('a command is whole or not there', () => {
    const commands = [`echo ${'y'.repeat(1500)}`, `echo ${'z'.repeat(3000)}`];
    const finding = findingOf({ rule: 'a', credential: stolen, remediation: { summary: '', commands } });
    const told = all(parse(render(reportOf([finding]))), 'pre').map(textIn);
    expect(told).toContain(commands[0]);
    expect(told.join()).not.toContain('zzzz');
  });
});

/** The report with a text in place of every other that could come from a log. */
function filled<T>(value: T, attack: string, key = ''): T {
  const KEPT = ['severity', 'status', 'family', 'kind', 'state', 'provider'];
  if (typeof value === 'string') return (KEPT.includes(key) ? value : attack) as T;
  if (Array.isArray(value)) return value.map(item => filled<unknown>(item, attack, key)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, filled<unknown>(part, attack, name)]),
  ) as T;
}

describe('what is told', () => {
  const sectionText = (report: Report, id: string): string => {
    const section = byId(parse(render(report)), id);
    return section === undefined ? '' : textIn(section).replace(/\s+/g, ' ');
  };

  test('only a full look may say that there is nothing', () => {
    expect(sectionText(clean, 'summary')).toContain('No findings: 1,204,311 events of 412 credentials.');
    expect(sectionText(clean, 'summary')).toContain('✓ Complete.');
    expect(sectionText(clean, 'not-seen')).toContain('Every rule could see all that it needs.');
    expect(sectionText({ ...clean, coverage: [] }, 'summary')).toContain('No findings in what could be seen');
    expect(sectionText({ ...clean, coverage: [] }, 'not-seen')).toContain('Nothing says what could be seen.');
    const nothing = { ...clean, summary: { ...clean.summary, events: 0, credentials: 0 } };
    expect(sectionText(nothing, 'summary')).toContain('Nothing was judged');
  });

  test('an incomplete run says so, and what is missing', () => {
    const told = sectionText(incomplete, 'summary');
    expect(told).toContain('⚠ Incomplete.');
    expect(told).toContain('2026/11/01.json.gz, record 812: ends in the middle');
    expect(told).toContain('No findings in what could be seen');
    expect(told).not.toContain('✓');
    expect(sectionText(incomplete, 'sources').match(/⚠ incomplete/g)).toHaveLength(2);
    expect(sectionText({ ...clean, run: { ...clean.run, complete: false } }, 'summary')).toContain('⚠ Incomplete.');
  });

  test('blind is named and never passed', () => {
    const told = sectionText(findings, 'not-seen');
    expect(told).toContain('blind needs a geography database with cities (impossible-travel)');
    expect(told).toContain('in part 37 of 412 credentials not judged');
  });

  test('a run is known by its remarks and its configuration', () => {
    const run = { ...clean.run, config: 'ops/keyward.yaml', remarks: ['a suppression matches nothing'] };
    const told = sectionText({ ...clean, run }, 'summary');
    expect(told).toContain('configurationops/keyward.yaml');
    expect(told).toContain('a suppression matches nothing');
  });

  test('resolved and suppressed', () => {
    expect(sectionText(weekly, 'resolved')).toContain('AKIAOEXAMPLE00000001 last seen 11 Nov');
    expect(sectionText(findings, 'suppressed')).toContain('moves in December (platform, until 2026-11-26; f1)');
    expect(sectionText(clean, 'resolved') + sectionText(clean, 'suppressed')).toBe('');
  });

  test('worst first, each with its status', () => {
    const root = parse(render(weekly));
    const order = all(root, 'details', 'group').map(group => textIn(all(group, 'span', 'badge')[0]!));
    expect(order).toEqual([...order].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)));
    const statuses = all(root, 'li', 'finding').map(({ attributes }) => attributes['data-status']);
    expect(statuses.sort()).toEqual(weekly.findings.map(({ status }) => status).sort());
  });

  test('the gravest are open, the rest is folded', () => {
    const groups = all(parse(render(findings)), 'details', 'group');
    expect(groups.map(({ attributes }) => 'open' in attributes)).toEqual(groups.map((_, i) => i < 2));
  });

  test('links lead to web pages only', () => {
    const links = all(parse(render(reportOf([theft('a', {})]))), 'a').map(({ attributes }) => attributes.href);
    expect(links.filter(href => !href!.startsWith('#'))).toEqual(['https://example.com/bursts?a=1&b=2']);
  });

  test('an incident has a lane in the timeline that leads to it', () => {
    const lanes = all(byId(parse(render(findings)), 'timeline')!, 'li');
    expect(lanes.map(lane => all(lane, 'a')[0]!.attributes.href)).toContain('#g1');
    expect(textIn(lanes[0]!)).toContain('19 Nov 02:14 – 03:58 UTC');
    expect(textIn(lanes.find(lane => textIn(lane).includes('agents-prod'))!)).toContain('19 Nov 22:40');
  });

  test('what was before the judged time is not drawn at its edge', () => {
    const lanes = all(byId(parse(render(weekly)), 'timeline')!, 'li');
    const lane = lanes.find(part => textIn(part).includes('agents-prod'))!;
    expect(all(lane, 'line', 'medium')).toHaveLength(1);
  });
});

const ORDER = ['critical', 'high', 'medium', 'low', 'info'];

describe('charts', () => {
  const chartOf = (evidence: Evidence) => {
    const root = parse(render(reportOf([theft('token-burst', evidence)])));
    const figure = all(root, 'figure')[0]!;
    return {
      lines: ['limit', 'record'].flatMap(name =>
        all(figure, 'line', name).map(({ attributes }) => [name, attributes.y1]),
      ),
      desc: textIn(all(figure, 'desc')[0]!),
      rows: all(figure, 'tr').map(row => row.children.map(cell => textIn(cell as Element))),
      hot: all(figure, 'path', 'hot')[0]!.attributes.d,
    };
  };

  test('hours with record and limit, and the numbers as a table', () => {
    expect(chartOf({ span: 'hour', record: 45, limit: 135 })).toEqual({
      lines: [
        ['limit', '83'],
        ['record', '104'],
      ],
      desc: 'Most: 412 in the hour from 19 Nov 04:00; reported from 135; busiest hour before 45.',
      rows: [
        ['hour from', 'count'],
        ['19 Nov 01:00', '7'],
        ['19 Nov 04:00', '412'],
        ['19 Nov 05:00', '90'],
      ],
      hot: 'M4.1 1000V0h0.8V1000zM5.1 1000V782h0.8V1000z',
    });
  });

  test.each<[title: string, evidence: Evidence]>([
    ['of whole days', { span: 'day', record: 45, limit: 135 }],
    ['of whole days, which only the amount tells', { amount: 9000, record: 45 }],
    ['that are not known', { record: null, limit: null }],
    ['that are no amounts', { record: 'x', limit: Number.NaN }],
  ])('no lines for baselines %s', (_, evidence) => {
    expect(chartOf(evidence).lines).toEqual([]);
  });

  const placesOf = (...list: readonly Evidence[]) => {
    const evidences = list.map(evidence => findingOf({ rule: 'unusual-geography', credential: stolen, evidence }));
    const [table] = all(parse(render(reportOf(evidences))), 'table', 'places');
    return table === undefined
      ? null
      : all(table, 'tr')
          .slice(1)
          .map(row => row.children.map(cell => textIn(cell as Element)));
  };
  const usual = [
    { country: 'DE', days: 34 },
    { country: 'FR', days: 2 },
  ];
  const networks = [
    { network: '203.0.113.58', country: 'SG', calls: 600 },
    { network: '203.0.113.59', country: 'SG', calls: 57 },
    { network: '198.51.100.19', country: 'DE', calls: 406 },
  ];

  test('countries, the new ones first; what two findings tell counts once', () => {
    expect(placesOf({ usual, networks }, { usual, networks })).toEqual([
      ['SG new', 'none', '657'],
      ['DE usual', '34', '406'],
      ['FR usual', '2', 'not told'],
    ]);
  });

  test('the habits of the organisation, where the key has none', () => {
    expect(placesOf({ country: 'SG', calls: 3, organisation: usual })).toEqual([
      ['SG new', 'none', '3'],
      ['DE usual', '34', 'not told'],
      ['FR usual', '2', 'not told'],
    ]);
  });

  test('one country is no comparison', () => {
    expect(placesOf({ country: 'SG', calls: 3 })).toBeNull();
  });
});

describe('colours', () => {
  const schemes = [...style.matchAll(/:root \{([^}]*)\}/g)].map(
    ([, body]) => new Map([...body!.matchAll(/--([a-z]+): (#[0-9a-f]{6})/g)].map(([, name, color]) => [name!, color!])),
  );
  const luminance = (color: string): number => {
    const [red, green, blue] = [1, 3, 5].map(i => {
      const part = Number.parseInt(color.slice(i, i + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const contrast = (a: string, b: string): number => {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light! + 0.05) / (dark! + 0.05);
  };

  test.each(['light', 'dark'])('text can be read: %s', name => {
    const color = (role: string): string => schemes[name === 'light' ? 0 : 1]!.get(role)!;
    const pairs = [
      ...['text', 'faint', 'link', 'critical'].flatMap(role => ['page', 'panel'].map(back => [role, back] as const)),
      ...['critical', 'high', 'medium', 'low', 'info'].map(severity => ['on', severity] as const),
    ];
    for (const [role, back] of pairs)
      expect(contrast(color(role), color(back)), `${role} on ${back}`).toBeGreaterThan(4.5);
  });
});

test('5,000 findings, piece by piece', () => {
  const many = Array.from({ length: 5000 }, (_, i) => ({
    ...theft(['token-burst', 'denied-burst'][i % 2]!, { calls: i, span: 'hour', record: 45 }),
    fingerprint: `f${i}`,
    credential: keyOf(`AKIABEXAMPLE${String(i >> 1).padStart(8, '0')}`, `bot-${i >> 1}`),
  }));
  const pieces = piecesOf(reportOf(many));
  expect(pieces.length).toBeGreaterThan(5000);
  const largest = pieces.reduce((most, piece) => Math.max(most, piece.length), 0);
  expect(largest).toBeLessThan(100_000);
  expect(pieces.join('').length).toBeLessThan(5000 * 3500);
});
