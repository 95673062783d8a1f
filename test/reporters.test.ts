import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding, Severity } from '../src/model/finding.ts';
import type { Report } from '../src/model/report.ts';
import { daysText, dayText, durationText, isoOf, stretchText } from '../src/report/dates.ts';
import { json } from '../src/report/json.ts';
import { displayWidth } from '../src/report/plain.ts';
import { reportSchema } from '../src/report/schema.ts';
import { arrange } from '../src/report/digest/incidents.ts';
import { sparkline } from '../src/report/digest/hourly.ts';
import { tame } from '../src/report/digest/tame.ts';
import { text } from '../src/report/text.ts';
import { DAY, HOUR, MINUTE } from '../src/time.ts';
import {
  anyText,
  cleanReport as clean,
  findingOf,
  findingsReport as findings,
  hostileReport as hostile,
  incompleteReport as incomplete,
  keyOf,
  NOW,
  reportOf,
  weeklyReport as weekly,
} from './report-fixtures.ts';

const REPORTS: Readonly<Record<string, Report>> = { clean, findings, incomplete, hostile, weekly };
const NAMES = Object.keys(REPORTS);
const WIDTHS = [40, 80, 140];

const renderText = (report: Report, width: number, color = false): string =>
  [...text.render(report, { width, color })].join('');
const renderJson = (report: Report): string => [...json.render(report, { width: 80, color: false })].join('');

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** A line may be wider than the terminal only if it is there to be copied: a command, an address or a path. */
function expectTidy(report: Report, width: number): void {
  const rendered = renderText(report, width);
  const commands = new Set(report.findings.flatMap(finding => tame(finding).remediation.commands));
  expect(rendered.endsWith('\n')).toBe(true);
  let heading = '';
  for (const line of rendered.slice(0, -1).split('\n')) {
    expect(line).not.toMatch(HIDDEN);
    expect(line).not.toMatch(/ $/);
    if (!line.startsWith(' ')) heading = line;
    const isPath = /^(Incomplete|Remarks)$/.test(heading) && /^ +([^ ]+|.+[:,])$/.test(line);
    const isCopied = commands.has(line.trim()) || /https?:\/\//.test(line) || isPath;
    if (!isCopied) expect(displayWidth(line), line).toBeLessThanOrEqual(width);
  }
}

describe('text', () => {
  for (const name of NAMES) {
    const report = REPORTS[name]!;
    for (const width of WIDTHS) {
      test(`${name} at ${width}`, async () => {
        await expect(renderText(report, width)).toMatchFileSnapshot(`snapshots/report/text-${name}-${width}.txt`);
        expectTidy(report, width);
      });
    }

    test(`${name} in colour is the same text`, () => {
      const coloured = renderText(report, 80, true);
      expect(coloured.replaceAll(/\u001b\[\d{1,2}m/g, '')).toBe(renderText(report, 80));
      const looks = new Set([...coloured.matchAll(/\u001b\[(\d+)m/g)].map(([, code]) => Number(code)));
      const allowed = [1, 2, 22, 31, 35, 36, 39];
      expect([...looks].filter(code => !allowed.includes(code))).toEqual([]);
    });
  }

  test('colour follows severity', () => {
    expect(renderText(findings, 80, true)).toContain('\u001b[31mCRITICAL');
    expect(renderText(findings, 80, true)).toContain('\u001b[35mHIGH');
    expect(renderText(findings, 80, true)).toContain('\u001b[36mMEDIUM');
  });

  test.each([0, 39, Number.NaN, Number.POSITIVE_INFINITY, 1e9])('survives a width of %d', width => {
    expect(renderText(findings, width)).toContain('one incident');
  });

  test.each(NAMES)('every finding of %s is told or counted', name => {
    const { findings, summary } = REPORTS[name]!;
    const rendered = renderText(REPORTS[name]!, 80);
    expect(countTold(rendered)).toBe(findings.length);
    for (const [severity, count] of Object.entries(summary.findings)) {
      if (count > 0) expect(rendered).toMatch(new RegExp(`^${count} ${severity}\\b|, ${count} ${severity}\\b`, 'm'));
    }
  });

  test('many incidents are told in full, then in brief, then counted', () => {
    const many = reportOf(
      Array.from({ length: 45 }, (_, i) => i).flatMap(i =>
        ['token-burst', 'denied-burst'].map(rule =>
          findingOf({
            rule,
            severity: 'high',
            credential: keyOf(`AKIABEXAMPLE${String(i).padStart(8, '0')}`, `bot-${i}`),
            episodes: [{ from: NOW - (i + 2) * DAY, until: NOW - (i + 2) * DAY + HOUR }],
          }),
        ),
      ),
    );
    const rendered = renderText(many, 80);
    expectTidy(many, 80);
    expect(rendered.match(/^HIGH {2}one incident, 2 findings/gm)).toHaveLength(10);
    expect(rendered).toContain('HIGH  70 more findings in 35 incidents\n');
    expect(rendered.match(/^ {2}AKIA…\d{4} {2}denied-burst and token-burst {2,}\d+ \w{3} /gm)).toHaveLength(20);
    expect(rendered).toContain('  … 30 more findings in 15 incidents: --format json lists them all\n');
  });

  test('a finding that is counted but not shown is said to be missing', () => {
    const { summary } = findings;
    const shown = findings.findings.filter(({ severity }) => severity !== 'low' && severity !== 'info');
    expect(renderText({ ...findings, findings: shown }, 140)).toContain('not shown: 6 low and 1 info');
    expect(renderText({ ...clean, summary: { ...summary, suppressed: 0 } }, 140)).toContain('No findings to show');
  });

  test('only a full look may say that there is nothing', () => {
    const last = (report: Report) => renderText(report, 140).split('\n').at(-2);
    expect(last(clean)).toBe('No findings in 1,204,311 events of 412 credentials');
    expect(last({ ...clean, coverage: [] })).toContain('in what could be seen');
    expect(last({ ...clean, run: { ...clean.run, complete: false } })).toContain('in what could be seen');
    expect(last({ ...clean, coverage: [{ rule: 'a', source: 's', state: 'blind', reason: '' }] })).toContain(
      '1 rule blind',
    );
    expect(last({ ...clean, summary: { ...clean.summary, events: 0, credentials: 0 } })).toContain(
      'Nothing was judged',
    );
  });

  test('any report obeys the laws', () => {
    fc.assert(
      fc.property(anyReport, fc.integer({ min: 40, max: 150 }), (report, width) => {
        expectTidy(report, width);
        expect(renderText(report, width, true).replaceAll(/\u001b\[\d{1,2}m/g, '')).toBe(renderText(report, width));
      }),
      { numRuns: 150 },
    );
  });
});

describe('what a block says', () => {
  const key = keyOf('AKIAIOSFODNN7EXAMPLE', 'ci');
  const one = (given: Partial<Finding>, width = 100) =>
    renderText(reportOf([findingOf({ rule: 'token-burst', credential: key, ...given })]), width);

  test.each([
    [NOW - 842 * DAY, 'access key, created 31 Jul 2024, account'],
    [NOW - 2 * DAY, 'access key, created 18 Nov, account'],
    [NOW - 2 * DAY + MINUTE, 'access key, created 18 Nov 00:01, account'],
    [null, 'access key, account'],
  ])('a credential created at %s', (createdAt, expected) => {
    expect(one({ credential: { ...key, createdAt } })).toContain(expected);
  });

  test.each<[from: number, kind: Finding['kind'], isOngoing: boolean]>([
    [-3 * HOUR + 1, 'signal', true],
    [-3 * HOUR, 'signal', false],
    [-3 * HOUR + 1, 'fact', false],
  ])('seen at %d, a %s', (from, kind, isOngoing) => {
    const rendered = one({ kind, episodes: [{ from: NOW + from, until: NOW + from }] });
    expect(rendered.includes('token-burst, ongoing')).toBe(isOngoing);
  });

  test.each([
    ['Active keys: AKIAIOSFODNN7EXAMPLE, AKIAI44QH8DHBEXAMPLE.', false],
    ['Used by user/ci and (user/eval).', true],
    ['Two active keys.', true],
  ])('members are told unless the message names them: %s', (message, areTold) => {
    expect(one({ message, members: ['AKIAIOSFODNN7EXAMPLE', 'AKIAI44QH8DHBEXAMPLE'] }).includes('2 members:')).toBe(
      areTold,
    );
  });

  test('an ARN is named by its last part', () => {
    const members = ['arn:aws:iam::123456789012:user/ci', 'arn:aws:iam::123456789012:user/eval'];
    expect(one({ message: 'Used by user/ci and (user/eval).', members })).not.toContain('members');
    expect(one({ message: 'Used by user/ci and user/evaluation.', members })).toContain('2 members:');
  });

  const unnamed = (user: string, which: string) => ({
    ...key,
    id: `arn:aws:iam::123456789012:${user}/access-key-${which}`,
  });

  test.each([
    ['user/ci', '2026-08-24T10:00:00', '  user/ci key of 2026-08-24   access key, id not known, account 123456789012'],
    ['user/team/ci', '2', '  user/team/ci key 2   access key, id not known, account 123456789012'],
    ['root', '2024-09-11T20:11:44', '  root key of 2024-09-11   access key, id not known, account 123456789012'],
  ])('a key of %s that a report does not name, %s', (user, which, expected) => {
    expect(one({ credential: unnamed(user, which) })).toContain(`\n${expected}\n`);
  });

  test('keys that a report does not name are told apart', () => {
    const list = ['user/a', 'user/b', 'user/b', `user/${'c'.repeat(64)}`].map((user, i) =>
      findingOf({ rule: 'long-lived-key', credential: unnamed(user, `2026-08-24T10:00:0${i}`), message: 'Old.' }),
    );
    expect(renderText(reportOf(list), 100)).toContain(
      '  user/a key of 2026-08-24               Old.\n' +
        '  user/b/access-key-2026-08-24T10:00:01  Old.\n' +
        '  user/b/access-key-2026-08-24T10:00:02  Old.\n' +
        '  user/cc…cccccc key of 2026-08-24       Old.\n',
    );
  });

  test('what only lasts is of its key, not an incident', () => {
    const lasting = (rule: string) => findingOf({ rule, family: 'lifetime', credential: key });
    const rendered = renderText(reportOf([lasting('long-lived-key'), lasting('dormant-key')]), 100);
    expect(rendered).toContain('\nMEDIUM  one key, 2 findings  ');
  });

  test('a long name cannot fill the screen', () => {
    const long = 'x'.repeat(5000);
    const [, , , , told] = one({ message: `user/${long} called it, 3 times.` }, 140).split('\n');
    expect(told).toBe(`  user/${'x'.repeat(25)}…${'x'.repeat(29)} called it, 3 times.`);
    const many = Array.from({ length: 50 }, () => long.slice(0, 300)).join(' ');
    const lines = one({ message: many }, 140).split('\n');
    const shown = lines.filter(line => line.includes('xxx')).map(line => line.trim());
    expect(displayWidth(shown.join(' '))).toBe(600);
    expect(shown.at(-1)).toMatch(/…$/);
    expect(one({ message: `see https://example.com/${'x'.repeat(200)} for more` })).toContain('x'.repeat(200));
  });

  test.each([
    [3, 3],
    [4, 0],
  ])('of %d low findings %d say what they are about', (count, told) => {
    const low = Array.from({ length: count }, (_, i) =>
      findingOf({ rule: 'key-minted', severity: 'low', subject: `s${i}`, message: `Minted ${i}.` }),
    );
    const rendered = renderText(reportOf(low), 80);
    expect(rendered.match(/^ {6}s\d {2}Minted \d\.$/gm) ?? []).toHaveLength(told);
    expect(rendered).toContain(`LOW   key-minted  ${count} findings${told === 0 ? ': s0, s1, s2 and s3' : ''}\n`);
  });
});

describe('remedies', () => {
  const key = keyOf('AKIAIOSFODNN7EXAMPLE', 'ci');
  const rotation = ['create', 'check', 'x --status Inactive', 'delete'];
  const aged = findingOf({
    rule: 'long-lived-key',
    family: 'lifetime',
    credential: key,
    remediation: { summary: 'Rotate.', commands: rotation },
  });
  const burst = (severity: Severity, commands: readonly string[]) =>
    findingOf({ rule: 'token-burst', severity, credential: key, remediation: { summary: 'Ask.', commands } });
  const disable = 'x --status Inactive';

  const cases: [title: string, list: readonly Finding[], expected: readonly string[]][] = [
    ['a rotation alone keeps its order', [aged], ['→ Rotate.', ...rotation]],
    ['urgent company', [aged, burst('high', ['look', disable])], ['→ Ask.', disable, 'look']],
    ['company that is to be looked at first', [aged, burst('medium', ['look', disable])], ['→ Ask.', disable, 'look']],
    [
      'company that can wait, and leaves the rotation in its order',
      [aged, burst('low', ['look', disable])],
      ['→ Rotate.', '→ Ask.', ...rotation, 'look'],
    ],
    [
      'an urgent finding about lifetime',
      [aged, { ...burst('high', ['look', disable]), family: 'lifetime' }],
      ['→ Ask.', disable, 'look'],
    ],
    [
      'a key without an end is replaced before it is disabled',
      [{ ...aged, rule: 'never-expires' }],
      ['→ Rotate.', ...rotation],
    ],
    [
      'a key that nobody uses is not replaced',
      [aged, { ...aged, rule: 'dormant-key', remediation: { summary: 'Disable.', commands: [disable] } }],
      ['→ Disable.', disable],
    ],
    [
      'every containment first',
      [
        burst('high', ['look', 'aws iam put-role-policy x', 'aws iam delete-login-profile']),
        { ...burst('critical', ['ask', 'aws cloudtrail start-logging']), rule: 'audit-silenced' },
      ],
      [
        '→ Ask.',
        'aws cloudtrail start-logging',
        'aws iam put-role-policy x',
        'aws iam delete-login-profile',
        'ask',
        'look',
      ],
    ],
  ];

  test.each(cases)('%s', (_, list, expected) => {
    const lines = renderText(reportOf(list), 80).split('\n');
    const start = lines.findIndex(line => line.startsWith('  →'));
    const end = lines.findIndex(line => line.startsWith('    keyward explain'));
    expect(lines.slice(start, end).map(line => line.trim())).toEqual(expected);
  });

  test('why a rule matters is offered once, faintly', () => {
    const rendered = renderText(findings, 80, true);
    const offers = [...rendered.matchAll(/keyward explain (\S+?)(?:\u001b\S*)? {2}/g)].map(([, rule]) => rule);
    expect(offers.length).toBeGreaterThan(4);
    expect(new Set(offers).size).toBe(offers.length);
    expect(rendered).toContain('\u001b[2mkeyward explain long-lived-key\u001b[22m');
  });
});

describe('what was read', () => {
  const [logs] = clean.sources;
  const from = (...ids: string[]) => ids.map(id => ({ ...logs!, id }));
  const headOf = (report: Report, width = 80) => renderText(report, width).split('\n\n')[0]!.split('\n');

  test.each([
    [['logs/'], 'logs/'],
    [['/srv/logs/of/the/whole/organisation'], '…/organisation'],
    [['/srv/logs/of/the/whole/organisation/'], '…/organisation/'],
    [['/srv/one/of/the/many/folders/logs', '/srv/two/logs'], '…/logs and /srv/two/logs'],
    [['/srv/one/of/the/folders/a/logs', '/srv/one/of/the/folders/b/logs'], '/srv/one/of/the/folders/a/logs and'],
    [[`/srv/${'x'.repeat(60)}`], `…/${'x'.repeat(18)}…${'x'.repeat(19)}  `],
  ])('%j', (ids, expected) => {
    expect(headOf({ ...clean, sources: from(...ids) }).join(' ')).toContain(`keyward  ${expected}`);
  });

  test.each([
    [['123456789012'], 'keyward  aws: 123456789012   1 Sep'],
    [['123456789012', '210987654321'], 'keyward  aws: 123456789012 and 210987654321   1 Sep'],
    [['111122223333', '123456789012', '210987654321'], 'keyward  aws: 111122223333 and 2 more   1 Sep'],
  ])('a source is told with its accounts: %j', (accounts, expected) => {
    expect(headOf({ ...clean, sources: [{ ...logs!, id: 'aws:', accounts }] })[0]).toContain(expected);
  });

  test.each([
    [null, Date.UTC(2024, 7, 10), 'judged up to 10 Aug 2024'],
    [null, Date.UTC(2026, 7, 10, 12), 'judged up to 10 Aug 12:00 UTC'],
    [NOW - 7 * DAY, null, 'judged 13 Nov – 20 Nov; what came before is history to compare with'],
    [
      NOW - 7 * DAY,
      NOW - 6 * DAY,
      'judged 13 Nov 00:00 – 14 Nov 00:00 UTC; what came before is history to compare with',
    ],
    [null, null, undefined],
  ])('judged from %s until %s', (since, until, expected) => {
    expect(headOf({ ...clean, run: { ...clean.run, since, until } }, 100)[1]).toBe(expected);
  });

  test.each<[ignored: readonly number[], until: number | null, expected: string]>([
    [[0], null, 'no events were read'],
    [[1], null, '1 event was read, not made with a credential of yours'],
    [[1, 1], null, '2 events were read, none of them made with a credential of yours'],
    [[1200], NOW, '1,200 events were read, none of them made with a credential of yours in the time that is judged'],
  ])('nothing is left of %j', (ignored, until, expected) => {
    const none: Report = {
      ...clean,
      run: { ...clean.run, until },
      sources: ignored.map((count, i) => ({ ...logs!, id: `${i}`, ignored: count })),
      summary: { ...clean.summary, events: 0, credentials: 0 },
    };
    expect(renderText(none, 140)).toContain(`\nNothing was judged: ${expected}\n`);
  });

  const notesOf = (width: number, ...sources: readonly [id: string, note: string | null][]) => {
    const read = sources.map(([id, note]) => ({ ...logs!, id, note, complete: false }));
    const rendered = renderText({ ...clean, sources: read, run: { ...clean.run, complete: false } }, width);
    return /\nIncomplete\n((?: .*\n)+)/.exec(rendered)![1]!.trimEnd().split('\n');
  };
  const deep = `AWSLogs/${'123456789012/'.repeat(5)}CloudTrail.json.gz`;

  test.each<[title: string, sources: readonly [string, string | null][], expected: readonly string[]]>([
    ['from its source', [['/srv/logs', '/srv/logs/a.json: bad']], ['  a.json: bad']],
    ['from its source with a slash', [['/srv/logs/', '/srv/logs/a.json: bad']], ['  a.json: bad']],
    ['from here', [['./logs', 'logs/a.json: bad']], ['  a.json: bad']],
    ['beside its source', [['/srv/logs', '/srv/logs-2/a.json: bad']], ['  /srv/logs-2/a.json: bad']],
    ['the source itself', [['a.json', 'a.json: bad']], ['  a.json: bad']],
    ['in one piece', [['/srv', `/srv/${deep}, record 1: bad`]], [`  ${deep},`, '  record 1: bad']],
    ['with spaces', [['/srv', '/srv/a b/the file of May: bad']], ['  a b/the file of May: bad']],
    [
      'of two',
      [
        ['/srv', '/srv/a: bad'],
        ['b', 'b: bad'],
      ],
      ['  /srv: a: bad', '  b: bad'],
    ],
    [
      'no path',
      [
        ['/srv', 'interrupted'],
        ['in', 'interrupted'],
      ],
      ['  /srv: interrupted', '  in: interrupted'],
    ],
    ['no note', [['/srv', null]], ['  /srv: not read to its end']],
  ])('a path %s', (_, sources, expected) => {
    expect(notesOf(80, ...sources)).toEqual(expected);
  });

  test('what is left out of notes is counted, not promised elsewhere', () => {
    const note = [...Array.from({ length: 20 }, (_, i) => `logs/${i}: bad`), '… and 1,500 more'].join('\n');
    expect(notesOf(80, ['logs/', note]).slice(-2)).toEqual(['  9: bad', '  … 1,510 more']);
    expect(renderText(incomplete, 80)).not.toContain('--format json');
  });
});

describe('what was not seen', () => {
  type Gap = readonly [rule: string, state: 'evaluated' | 'partial' | 'blind', reason: string];
  const gapsOf = (...list: readonly Gap[]) => {
    const coverage = list.map(([rule, state, reason]) => ({ rule, source: 's', state, reason }));
    return /\nNot seen\n((?: .*\n)+)/
      .exec(renderText({ ...clean, coverage }, 140))![1]!
      .trimEnd()
      .split('\n');
  };
  const surface = (name: string) => `inference through ${name} is not in the trail`;

  test('blind first, one bullet for what the same rules miss', () => {
    expect(
      gapsOf(
        ['a', 'partial', 'no tokens; no ages'],
        ['b', 'partial', 'no tokens'],
        ['c', 'blind', 'no places; no names'],
        ['d', 'partial', 'no tokens; no keys'],
        ['e', 'partial', 'no tokens'],
        ['f', 'evaluated', ''],
      ),
    ).toEqual([
      '  - blind: no names; no places (c)',
      '  - no tokens (a, b, d and e)',
      '  - no ages (a)',
      '  - no keys (d)',
    ]);
  });

  test('what one thing does not show is one bullet', () => {
    expect(
      gapsOf(
        ['b', 'blind', 'a list of keys shows no places'],
        ['a', 'blind', 'a list of keys shows no deeds'],
        ['c', 'partial', 'a list of keys shows no deeds; no list of users'],
        ['d', 'partial', 'a list of keys shows no calls; no list of users'],
        ['e', 'blind', 'a list of keys shows no calls'],
      ),
    ).toEqual([
      '  - blind: a list of keys shows no calls, deeds or places (a, b and e)',
      '  - a list of keys shows no calls or deeds; no list of users (c and d)',
    ]);
  });

  test('all rules are not listed', () => {
    const all = ['a', 'b', 'c'].map(rule => [rule, 'partial', 'no end'] as const);
    expect(gapsOf(...all)).toEqual(['  - no end (all rules)']);
  });

  test('whosever accounts they are of', () => {
    const some = '123456789012, 210987654321 and 3 more: ';
    const reason = ['Claude', 'bedrock-mantle'].map(name => some + surface(name)).join('; ');
    expect(gapsOf(['a', 'partial', reason])).toEqual([
      `  - ${some}inference through bedrock-mantle and Claude is not in the trail (a)`,
    ]);
  });

  test('reasons that differ in a name are one', () => {
    const reason = [surface('Claude'), 'no end', surface('bedrock-mantle'), 'calls through x are lost'].join('; ');
    expect(gapsOf(['a', 'partial', reason])).toEqual([
      '  - calls through x are lost; inference through bedrock-mantle and Claude is not in the trail; no end (a)',
    ]);
  });

  test('the ninth bullet and the next are counted', () => {
    const gaps = Array.from({ length: 11 }, (_, i) => [`rule-${i}`, 'partial', `reason ${i}`] as const);
    expect(gapsOf(...gaps)).toHaveLength(9);
    expect(gapsOf(...gaps).at(-1)).toBe('  … 3 more in --format json');
  });
});

describe('arrangement', () => {
  const told = (list: readonly Finding[]) => {
    const { incidents, folds, asides } = arrange(list);
    return [...incidents, ...folds, ...asides].map(group => group.findings.map(({ rule }) => rule));
  };
  const key = keyOf('AKIAIOSFODNN7EXAMPLE', 'ci');
  const seen = (rule: string, from: number, until = from, given: Partial<Finding> = {}) =>
    findingOf({ rule, credential: key, episodes: [{ from: NOW + from, until: NOW + until }], ...given });
  const old = seen('long-lived-key', -90 * DAY, 0, { family: 'lifetime' });

  const cases: [title: string, list: readonly Finding[], expected: string[][]][] = [
    ['nothing', [], []],
    ['two within a day', [seen('a', -50 * HOUR), seen('b', -26 * HOUR)], [['a', 'b']]],
    ['two more than a day apart', [seen('a', -50 * HOUR), seen('b', -25 * HOUR)], [['b'], ['a']]],
    ['a chain', [seen('c', -2 * HOUR), seen('a', -50 * HOUR), seen('b', -26 * HOUR)], [['a', 'b', 'c']]],
    ['worst first', [seen('a', -3 * HOUR), seen('b', -2 * HOUR, -HOUR, { severity: 'high' })], [['b', 'a']]],
    ['an old key joins what happened', [old, seen('a', -HOUR)], [['a', 'long-lived-key']]],
    ['an old key links nothing', [old, seen('a', -60 * DAY), seen('b', -HOUR)], [['a', 'long-lived-key'], ['b']]],
    [
      'what lasts about one key is told together',
      [old, seen('dormant-key', -HOUR, 0, { family: 'lifetime' })],
      [['long-lived-key', 'dormant-key']],
    ],
    [
      'what lasts about two keys is told apart',
      [old, findingOf({ rule: 'dormant-key', family: 'lifetime', credential: keyOf('AKIAI44QH8DHBEXAMPLE', 'ci') })],
      [['long-lived-key'], ['dormant-key']],
    ],
    [
      'without a credential there is no company',
      [seen('a', 0, 0, { credential: null }), seen('b', 0, 0, { credential: null })],
      [['a'], ['b']],
    ],
    [
      'low company is no incident',
      [seen('a', 0, 0, { severity: 'low' }), seen('b', 0, 0, { severity: 'low' })],
      [['a'], ['b']],
    ],
  ];

  test.each(cases)('%s', (_, list, expected) => {
    expect(told(list)).toEqual(expected);
    expect(told([...list].reverse())).toEqual(expected);
  });

  test('three of a kind are told, four are folded', () => {
    const kind = (count: number) =>
      Array.from({ length: count }, (_, i) => findingOf({ rule: 'a', credential: keyOf(`AKIA${i}`, 'x') }));
    expect(arrange(kind(3)).folds).toEqual([]);
    expect(arrange(kind(4)).folds.map(fold => fold.findings.length)).toEqual([4]);
  });

  test('each finding has exactly one place, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(anyFinding, { maxLength: 30 }), list => {
        const places = ({ incidents, folds, asides }: ReturnType<typeof arrange>) =>
          [...incidents, ...folds, ...asides].flatMap(group => group.findings);
        const placed = places(arrange(list));
        expect(placed).toHaveLength(list.length);
        expect(new Set(placed)).toEqual(new Set(list));
      }),
    );
  });
});

describe('json', () => {
  const ajv = new Ajv2020({ allErrors: true });
  addFormats.default(ajv);
  const isValid = ajv.compile(reportSchema);

  test.each(NAMES)('%s', async name => {
    const rendered = renderJson(REPORTS[name]!);
    await expect(rendered).toMatchFileSnapshot(`snapshots/report/json-${name}.json`);
    expect(isValid(JSON.parse(rendered)), ajv.errorsText(isValid.errors)).toBe(true);
  });

  test.each(NAMES)('%s is written as JSON.stringify would, with what hides escaped', name => {
    const rendered = renderJson(REPORTS[name]!);
    expect(rendered.replaceAll('\n', '')).not.toMatch(HIDDEN);
    const parsed: unknown = JSON.parse(rendered);
    if (name !== 'hostile') expect(rendered).toBe(`${JSON.stringify(parsed, null, 2)}\n`);
    expect(JSON.stringify(parsed)).toBe(JSON.stringify(JSON.parse(JSON.stringify(parsed))));
  });

  test('hostile text comes back unchanged', () => {
    const { findings: parsed } = JSON.parse(renderJson(hostile)) as Report;
    expect(parsed.map(({ message }) => message)).toEqual(hostile.findings.map(({ message }) => message));
    expect(Object.keys(parsed[0]!.evidence)).toEqual(Object.keys(hostile.findings[0]!.evidence));
  });

  test('findings are written one by one', () => {
    const pieces = [...json.render(findings, { width: 80, color: false })];
    const holding = pieces.filter(piece => piece.includes('"fingerprint"'));
    expect(holding).toHaveLength(findings.findings.length + findings.suppressed.length);
  });

  test('any report is valid', () => {
    fc.assert(
      fc.property(anyReport, report => {
        const rendered = renderJson(report);
        expect(rendered.replaceAll('\n', '')).not.toMatch(HIDDEN);
        expect(isValid(JSON.parse(rendered)), ajv.errorsText(isValid.errors)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('no field may vanish', () => {
    const whole: unknown = JSON.parse(renderJson(weekly));
    const paths = [...fieldPaths(whole)].filter(path => !path.includes('evidence') || path.at(-1) === 'evidence');
    expect(paths.length).toBeGreaterThan(60);
    for (const path of paths) expect(isValid(without(whole, path)), path.join('.')).toBe(false);
  });

  test.each<[path: string, value: unknown]>([
    ['schema', 'keyward.report/2'],
    ['run.now', '2026-11-20'],
    ['run.now', 1795132800000],
    ['sources.0.events', -1],
    ['sources.0.note', 1],
    ['coverage.0.state', 'clean'],
    ['summary.findings.fatal', 1],
    ['findings.0.severity', 'fatal'],
    ['findings.0.status', 'old'],
    ['findings.0.family', 'other'],
    ['findings.0.firstSeen', null],
    ['findings.0.episodes.0.count', 1],
    ['findings.0.evidence', []],
    ['findings.0.remediation.commands', 'rm'],
    ['findings.0.credential.kind', 'secret'],
  ])('%s may not be %j', (path, value) => {
    expect(isValid(changed(JSON.parse(renderJson(weekly)), path.split('.'), value))).toBe(false);
  });

  test.each([
    'extra',
    'run.extra',
    'sources.0.extra',
    'summary.extra',
    'findings.0.extra',
    'findings.0.credential.extra',
  ])('%s may be added', path => {
    const report = changed(JSON.parse(renderJson(weekly)), path.split('.'), 1);
    // Two findings of the fixture are about the same key; the first has one.
    expect(isValid(report), ajv.errorsText(isValid.errors)).toBe(true);
  });
});

describe('dates', () => {
  const at = (text: string) => Date.parse(`${text}Z`);

  test.each([
    ['2026-11-19T02:14', '2026-11-19T03:58', '19 Nov 02:14 – 03:58 UTC'],
    ['2026-11-19T02:14', '2026-11-19T02:14:59', '19 Nov 02:14 UTC'],
    ['2026-11-18T22:00', '2026-11-19T03:58', '18 Nov 22:00 – 19 Nov 03:58 UTC'],
    ['2026-11-01T22:00', '2026-11-19T03:58', '1 Nov – 19 Nov'],
    ['2025-12-31T23:30', '2026-01-01T00:30', '31 Dec 2025 23:30 – 1 Jan 2026 00:30 UTC'],
    ['2025-11-19T02:14', '2025-11-19T03:58', '19 Nov 2025 02:14 – 03:58 UTC'],
    ['2025-06-01T00:00', '2026-06-01T00:00', '1 Jun 2025 – 1 Jun 2026'],
  ])('%s to %s', (from, until, expected) => {
    expect(stretchText(at(from), at(until), 2026)).toBe(expected);
  });

  test.each([
    ['2026-09-01T00:00', '2026-11-19T23:59', '1 Sep – 19 Nov 2026'],
    ['2025-09-01T00:00', '2026-11-19T23:59', '1 Sep 2025 – 19 Nov 2026'],
    ['2026-09-01T00:00', '2026-09-01T23:59', '1 Sep 2026'],
  ])('with years, %s to %s', (from, until, expected) => {
    expect(daysText(at(from), at(until), Number.NaN)).toBe(expected);
  });

  test.each([
    [212 * DAY + 23 * HOUR, '212 days'],
    [1204 * DAY, '1,204 days'],
    [2 * DAY, '2 days'],
    [2 * DAY - 1, '47 hours'],
    [HOUR, '1 hour'],
    [59 * MINUTE, '59 minutes'],
    [999, '0 seconds'],
    [Number.NaN, '0 seconds'],
  ])('%d ms are %s', (length, expected) => {
    expect(durationText(length)).toBe(expected);
  });

  test('no instant is too far', () => {
    expect(isoOf(Number.POSITIVE_INFINITY)).toBe('9999-12-31T00:00:00.000Z');
    expect(isoOf(-9e15)).toBe('0000-01-01T00:00:00.000Z');
    expect(isoOf(Number.NaN)).toBe('1970-01-01T00:00:00.000Z');
    expect(dayText(9e15, 2026)).toBe('31 Dec 9999');
  });
});

test.each([
  [[0, 1, 2, 4, 8], 1, '▁▂▃▅█'],
  [[0, 1, 2, 4, 8], 2, '▂▅█'],
  [[1000, 1], 1, '█▂'],
])('%j with %i hours a bar', (values, hours, expected) => {
  expect(sparkline({ from: 0, values }, hours)).toBe(expected);
});

const anySeverity = fc.constantFrom<Severity>('critical', 'high', 'medium', 'low', 'info');
const anyInstant = fc.oneof(fc.integer({ min: NOW - 30 * DAY, max: NOW }), fc.double({ noNaN: false }));

const anyFinding: fc.Arbitrary<Finding> = fc
  .record({
    rule: fc.oneof(fc.constantFrom('long-lived-key', 'token-burst', 'unusual-geography'), anyText),
    family: fc.constantFrom('lifetime' as const, 'volume' as const, 'place' as const),
    severity: anySeverity,
    status: fc.constantFrom('new' as const, 'recurred' as const, 'known' as const),
    subject: anyText,
    members: fc.array(anyText, { maxLength: 8 }),
    episodes: fc.array(fc.record({ from: anyInstant, until: anyInstant }), { maxLength: 3 }),
    title: anyText,
    message: anyText,
    credential: fc.option(
      fc.record({
        id: fc.oneof(fc.constantFrom('AKIA0', 'AKIA1'), anyText),
        owner: anyText,
        account: anyText,
        createdAt: fc.option(anyInstant),
      }),
    ),
    evidence: fc.oneof(
      fc.dictionary(anyText, fc.oneof(anyText, fc.double())),
      fc.record({ hourly: fc.record({ from: anyInstant, values: fc.array(fc.double(), { maxLength: 200 }) }) }),
    ),
    corroboratedBy: fc.array(
      anyText.filter(id => id !== ''),
      { maxLength: 2 },
    ),
    summary: anyText,
    commands: fc.array(anyText, { maxLength: 2 }),
  })
  .map(({ credential, summary, commands, rule, ...given }) =>
    findingOf({
      ...given,
      rule: rule === '' ? 'x' : rule,
      credential: credential && { ...keyOf('', ''), ...credential },
      remediation: { summary, commands },
    }),
  );

const anyReport: fc.Arbitrary<Report> = fc
  .record({
    findings: fc.array(anyFinding, { maxLength: 20 }),
    source: anyText.filter(id => id !== ''),
    note: fc.option(anyText),
    reason: anyText,
    state: fc.constantFrom('evaluated' as const, 'partial' as const, 'blind' as const),
    resolved: anyText,
    expires: fc.oneof(fc.constant('2026-12-01'), anyText),
    since: fc.option(fc.integer({ min: 0, max: NOW })),
    isComplete: fc.boolean(),
    isInside: fc.boolean(),
  })
  .map(({ findings, source, note, reason, state, resolved, expires, since, isComplete, isInside }) =>
    reportOf(findings, {
      run: { now: NOW, geography: reason, since, until: null, complete: isComplete, config: null, remarks: [] },
      sources: [
        {
          ...clean.sources[0]!,
          id: source,
          note: isInside ? `${source}/${note}: ${reason}` : note,
          complete: isComplete,
        },
      ],
      coverage: [{ rule: 'token-burst', source, state, reason }],
      resolved: [{ fingerprint: 'r', rule: 'token-burst', subject: resolved, lastSeen: NOW }],
      suppressed: [{ fingerprint: 's', rule: 'token-burst', owner: resolved, reason, expires }],
    }),
  );

/** How many findings a text tells of, by its headings. */
function countTold(rendered: string): number {
  const headings = [...rendered.matchAll(/^(?:CRITICAL|HIGH|MEDIUM|LOW|INFO) +(.*)$/gm)];
  const counts = headings.map(([, rest]) => /([\d,]+) (?:more )?(?:findings?|credentials?)\b/.exec(rest!)?.[1] ?? '1');
  return counts.reduce((sum, count) => sum + Number(count.replaceAll(',', '')), 0);
}

type Path = readonly string[];

function* fieldPaths(value: unknown, at: Path = []): Generator<Path> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, field] of Object.entries(value)) {
    if (!Array.isArray(value)) yield [...at, name];
    yield* fieldPaths(field, [...at, name]);
  }
}

const without = (value: unknown, path: Path): unknown => changed(structuredClone(value), path, undefined);

/** The value with one field set, or removed when that is undefined. */
function changed(value: unknown, path: Path, to: unknown): unknown {
  let holder = value as Record<string, unknown>;
  for (const name of path.slice(0, -1)) holder = holder[name] as Record<string, unknown>;
  const last = path.at(-1)!;
  if (to === undefined) delete holder[last];
  else holder[last] = to;
  return value;
}
