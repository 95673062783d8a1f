import fc from 'fast-check';
import type { Coverage } from '../src/model/coverage.ts';
import type { Finding, HeldCredential, Severity } from '../src/model/finding.ts';
import type { Report, SourceReport } from '../src/model/report.ts';
import { withSeparators } from '../src/wording.ts';
import { DAY, HOUR, MINUTE } from '../src/time.ts';

export const NOW = Date.UTC(2026, 10, 20);
const START = Date.UTC(2026, 8, 1);
const ACCOUNT = '123456789012';

const source: SourceReport = {
  id: 'logs/',
  accounts: [],
  kind: 'cloudtrail',
  from: START,
  until: NOW - MINUTE,
  complete: true,
  note: null,
  remarks: [],
  files: 400,
  skipped: 1,
  events: 1_204_311,
  ignored: 310_002,
  duplicates: 12,
  conflicts: 0,
  malformed: 0,
};

const RULES = ['long-lived-key', 'token-burst', 'two-places-at-once', 'unusual-geography'];

const evaluated: readonly Coverage[] = RULES.map(rule => ({ rule, source: 'logs/', state: 'evaluated', reason: '' }));

function countBySeverity(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

/** A report about the given findings; everything else is quiet unless it is said. */
export function reportOf(findings: readonly Finding[], given: Partial<Report> = {}): Report {
  return {
    tool: { name: 'keyward', version: '0.1.0' },
    run: {
      now: NOW,
      geography: 'Example-Country, built 2026-06-17',
      since: null,
      until: null,
      complete: true,
      config: null,
      remarks: [],
    },
    sources: [source],
    coverage: evaluated,
    summary: {
      events: 1_204_311,
      credentials: 412,
      findings: countBySeverity(findings),
      new: findings.filter(({ status }) => status !== 'known').length,
      known: findings.filter(({ status }) => status === 'known').length,
      resolved: given.resolved?.length ?? 0,
      suppressed: given.suppressed?.length ?? 0,
    },
    resolved: [],
    suppressed: [],
    findings,
    span: { from: START, until: NOW - MINUTE },
    ...given,
  };
}

export function keyOf(id: string, user: string, ageDays: number | null = null): HeldCredential {
  return {
    id,
    provider: 'aws',
    kind: 'access-key',
    owner: `arn:aws:iam::${ACCOUNT}:user/${user}`,
    account: ACCOUNT,
    createdAt: ageDays === null ? null : NOW - ageDays * DAY,
  };
}

/** A finding with everything filled in that is not said. */
export function findingOf(given: Partial<Finding> & { readonly rule: string }): Finding {
  const { from, until } = given.episodes?.[0] ?? { from: NOW - DAY, until: NOW - DAY + HOUR };
  const subject = given.subject ?? given.credential?.id ?? 'the organisation';
  return {
    fingerprint: `${given.rule} ${subject}`,
    family: 'volume',
    kind: given.family === 'lifetime' || given.family === 'register' ? 'fact' : 'signal',
    severity: 'medium',
    status: 'new',
    subject,
    members: [],
    episodes: [{ from, until }],
    title: given.rule,
    message: 'Something was so.',
    credential: null,
    firstSeen: from,
    lastSeen: until,
    evidence: {},
    examples: [],
    corroboratedBy: [],
    remediation: { summary: '', commands: [] },
    references: [],
    ...given,
  };
}

const at = (day: number, hour: number, minute = 0): number => Date.UTC(2026, 10, day, hour, minute);

const stolen = keyOf('AKIAQ3EXAMPLEKEY7Q2M', 'ci-eval', 212);

const disable = (id: string, user: string): string =>
  `aws iam update-access-key --user-name ${user} --access-key-id ${id} --status Inactive`;

function hoursBefore(peaks: readonly number[]): number[] {
  const usual = Array.from({ length: 48 }, (_, hour) => (hour % 24 < 6 ? 0 : 12 + ((hour * 7) % 30)));
  return [...usual, ...peaks];
}

const theft: readonly Finding[] = [
  findingOf({
    rule: 'two-places-at-once',
    family: 'place',
    severity: 'critical',
    credential: stolen,
    episodes: [{ from: at(19, 2, 14), until: at(19, 3, 58) }],
    message:
      'Used in two places at once: 61 calls from Frankfurt runner (DE) and 412 calls from 203.0.113.0/24 (SG) within the 02:00 hour.',
    evidence: { countries: ['DE', 'SG'], calls: [61, 412], examples: ['e-000412'] },
    corroboratedBy: ['model-probe', 'token-burst'],
    remediation: {
      summary: 'Disable the key, then find out who holds it in the newer place.',
      commands: [disable(stolen.id, 'ci-eval')],
    },
    references: ['https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html'],
  }),
  findingOf({
    rule: 'model-probe',
    family: 'platform',
    severity: 'high',
    credential: stolen,
    episodes: [{ from: at(19, 2, 20), until: at(19, 2, 31) }],
    message: 'Listed the models, was refused 7 of them, then reached anthropic.claude-opus at 02:31.',
    corroboratedBy: ['two-places-at-once'],
    remediation: {
      summary: 'Disable the key and close the models it opened.',
      commands: [disable(stolen.id, 'ci-eval')],
    },
  }),
  findingOf({
    rule: 'token-burst',
    severity: 'high',
    credential: stolen,
    episodes: [{ from: at(19, 2), until: at(19, 3, 58) }],
    message: "412 calls in the 02:00 hour, 9 times this key's busiest hour (45) in the 28 days before.",
    evidence: { calls: 412, record: 45, hourly: { from: at(17, 2), values: hoursBefore([412, 380]) } },
    corroboratedBy: ['off-schedule', 'two-places-at-once'],
    remediation: {
      summary: 'Compare with the deploys of that hour; lower the quota if none explains it.',
      commands: [],
    },
  }),
  findingOf({
    rule: 'long-lived-key',
    family: 'lifetime',
    severity: 'medium',
    credential: stolen,
    episodes: [{ from: NOW - 122 * DAY, until: NOW }],
    message: 'Created 212 days ago; the limit is 90.',
    evidence: { ageDays: 212, limit: 90 },
    remediation: {
      summary: 'Create a second key, move its users over, disable this one, then delete it.',
      commands: [disable(stolen.id, 'ci-eval')],
    },
  }),
];

const TEAMS = ['export', 'billing', 'search', 'eval', 'etl', 'support', 'mobile', 'notebook', 'batch', 'crawler'];

function agedKeys(count: number, firstAge: number, severity: Severity, letter: string): Finding[] {
  return Array.from({ length: count }, (_, i) => {
    const days = firstAge + ((i * 37) % 260);
    const id = `AKIA${letter}EXAMPLE${String(i).padStart(8, '0')}`;
    const user = `${TEAMS[i % TEAMS.length]!}-${i}`;
    return findingOf({
      rule: 'long-lived-key',
      family: 'lifetime',
      severity,
      credential: keyOf(id, user, days),
      episodes: [{ from: NOW - (days - 90) * DAY, until: NOW }],
      message: `Created ${withSeparators(days)} days ago; the limit is 90.`,
      evidence: { ageDays: days, limit: 90 },
      remediation: {
        summary: 'Create a second key, move its users over, disable this one, then delete it.',
        commands: [disable(id, user)],
      },
    });
  });
}

const others: readonly Finding[] = [
  findingOf({
    rule: 'audit-silenced',
    family: 'platform',
    severity: 'critical',
    subject: 'arn:aws:cloudtrail:eu-central-1:123456789012:trail/org-trail',
    episodes: [{ from: at(14, 11, 7), until: at(14, 11, 7) }],
    message: 'StopLogging on org-trail by role/deploy; it was started again after 41 minutes.',
    remediation: {
      summary: 'Start the trail again and ask who stopped it.',
      commands: ['aws cloudtrail start-logging --name org-trail'],
    },
  }),
  findingOf({
    rule: 'unusual-geography',
    family: 'place',
    credential: { ...keyOf('', ''), id: 'arn:aws:iam::123456789012:role/agents-prod', kind: 'role', owner: '' },
    subject: 'arn:aws:iam::123456789012:role/agents-prod BR',
    episodes: [
      { from: at(3, 9), until: at(3, 10) },
      { from: at(19, 22, 40), until: at(19, 23, 58) },
    ],
    firstSeen: at(3, 9),
    lastSeen: at(19, 23, 58),
    message: 'First use from BR in 90 days; 31 active days before were all from DE and IE.',
    remediation: { summary: 'Ask the holder whether somebody travels; else disable it.', commands: [] },
  }),
  findingOf({
    rule: 'crowded-network',
    family: 'campaign',
    subject: '198.51.100.0/24',
    members: Array.from({ length: 9 }, (_, i) => `AKIAMEXAMPLE0000000${i}`),
    episodes: [{ from: at(18, 4), until: at(18, 21) }],
    message:
      '9 principals of 3 accounts were first seen within 24 hours on 198.51.100.0/24, which is new to the organisation.',
    remediation: { summary: 'Declare the network if it is yours; else disable the members.', commands: [] },
  }),
  ...Array.from({ length: 6 }, (_, i) =>
    findingOf({
      rule: 'key-minted',
      family: 'lifetime',
      severity: 'low',
      credential: keyOf(`AKIALEXAMPLE0000000${i}`, `${TEAMS[i]!}-new`, 3 + i),
      message: `Minted ${3 + i} days ago by role/provisioner.`,
    }),
  ),
  findingOf({
    rule: 'key-minted',
    family: 'lifetime',
    severity: 'info',
    credential: keyOf('AKIAREXAMPLE00000007', 'rotated', 2),
    message: 'Minted 2 days ago; its older twin was disabled within 7 days: a rotation.',
  }),
];

const SEVERITY_ORDER: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];

const inOrder = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort(
    (a, b) =>
      SEVERITY_ORDER.indexOf(a.severity) - SEVERITY_ORDER.indexOf(b.severity) ||
      (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0) ||
      (a.subject < b.subject ? -1 : 1),
  );

export const cleanReport: Report = reportOf([]);

export const findingsReport: Report = reportOf(
  inOrder([...theft, ...others, ...agedKeys(4, 944, 'high', 'P'), ...agedKeys(38, 91, 'medium', 'D')]),
  {
    coverage: [
      ...evaluated,
      { rule: 'impossible-travel', source: 'logs/', state: 'blind', reason: 'needs a geography database with cities' },
      { rule: 'unusual-network', source: 'logs/', state: 'blind', reason: 'needs a database of networks (ASN)' },
      {
        rule: 'off-schedule',
        source: 'logs/',
        state: 'partial',
        reason: '37 of 412 credentials not judged: fewer than 14 active days',
      },
    ],
    suppressed: [
      {
        fingerprint: 'f1',
        rule: 'long-lived-key',
        owner: 'platform',
        reason: 'moves in December',
        expires: '2026-11-26',
      },
      { fingerprint: 'f2', rule: 'unusual-geography', owner: 'sales', reason: 'fair in Lisbon', expires: '2026-12-31' },
    ],
  },
);

const PROXY = 'litellm/spend-2026-11.jsonl';

export const incompleteReport: Report = reportOf([], {
  run: {
    now: NOW,
    geography: 'Example-Country, built 2026-06-17',
    since: NOW - 28 * DAY,
    until: null,
    complete: false,
    config: null,
    remarks: [],
  },
  sources: [
    {
      ...source,
      complete: false,
      malformed: 14,
      note: [
        ...Array.from(
          { length: 12 },
          (_, i) => `logs/2026/11/${String(i + 1).padStart(2, '0')}.json.gz, record 812: ends in the middle`,
        ),
        '… and 2 more',
      ].join('\n'),
      remarks: [`1 role of account ${ACCOUNT} can be assumed from outside: role/partner (210987654321)`],
    },
    {
      ...source,
      id: PROXY,
      kind: '',
      complete: false,
      events: 0,
      files: 1,
      from: null,
      until: null,
      note: 'not recognised',
    },
  ],
  coverage: [
    ...RULES.map(rule => ({
      rule,
      source: 'logs/',
      state: 'partial' as const,
      reason:
        rule === 'token-burst'
          ? 'the source was not read to its end; CloudTrail carries no token counts, so only calls are judged'
          : 'the source was not read to its end',
    })),
    ...RULES.map(rule => ({
      rule,
      source: PROXY,
      state: 'blind' as const,
      reason: 'nothing in this source was recognised',
    })),
  ],
});

/** A weekly run: some is known, some came back, some is gone. */
export const weeklyReport: Report = reportOf(
  inOrder([
    ...theft.map(finding => ({
      ...finding,
      status: finding.rule === 'token-burst' ? ('recurred' as const) : ('new' as const),
    })),
    ...agedKeys(7, 91, 'medium', 'D').map((finding, i) => ({
      ...finding,
      status: i < 2 ? ('new' as const) : ('known' as const),
    })),
    { ...others[1]!, status: 'known' },
  ]),
  {
    run: {
      now: NOW,
      geography: 'Example-Country, built 2026-06-17',
      since: NOW - 7 * DAY,
      until: null,
      complete: true,
      config: null,
      remarks: [],
    },
    resolved: [
      { fingerprint: 'r1', rule: 'dormant-key', subject: 'AKIAOEXAMPLE00000001', lastSeen: NOW - 9 * DAY },
      { fingerprint: 'r2', rule: 'long-lived-key', subject: 'AKIAOEXAMPLE00000002', lastSeen: NOW - 400 * DAY },
    ],
  },
);

const ESC = '\u001b';
export const NASTY = `${ESC}[31mred${ESC}]0;title\u0007 \u009b2J\r\n\t\u0000 \u202eevil\u202c \u2066x\u2069 a\u200bb\u200d\u2028\u2029 \ufeff\u00ad\u3164 ${'\u0301'.repeat(40)} \ud800 \u{e0041} 漢字かな한국어 👩‍💻 __proto__ <b>&"'\`=1+1|`;
const LONG = `arn:aws:iam::123456789012:user/${'x'.repeat(3000)}`;

export const hostileReport: Report = reportOf(
  [
    findingOf({
      rule: 'token-burst',
      severity: 'critical',
      subject: NASTY,
      title: NASTY,
      message: `${NASTY} ${LONG}`,
      credential: { ...keyOf(NASTY, NASTY, 3), owner: LONG, account: NASTY },
      members: [NASTY, LONG, ''],
      evidence: {
        [NASTY]: NASTY,
        ['__proto__']: [1],
        hourly: { from: 1e300, values: [Number.NaN, -1, 1e308, Number.POSITIVE_INFINITY, 'x'] },
      },
      corroboratedBy: [NASTY],
      remediation: { summary: NASTY, commands: [NASTY, `echo ${'y'.repeat(300)}`, LONG] },
      references: [NASTY],
    }),
    ...Array.from({ length: 5 }, (_, i) =>
      findingOf({
        rule: 'denied-geography',
        family: 'place',
        severity: 'high',
        subject: `${NASTY}${i}`,
        message: `漢字${'漢'.repeat(200)} ${NASTY}`,
        credential: keyOf(`${NASTY}${i}`, NASTY),
        episodes: [{ from: -9e15, until: 9e15 }],
        evidence: { [`${ESC}]0;calls\u0007`]: i, hourly: null },
      }),
    ),
    ...Array.from({ length: 5 }, (_, i) =>
      findingOf({ rule: 'key-minted', severity: 'low', subject: `${i}${LONG}`, message: NASTY, credential: null }),
    ),
  ],
  {
    sources: [
      { ...source, id: NASTY, kind: NASTY, complete: false, note: `${NASTY}\n${LONG}` },
      { ...source, id: LONG, note: '' },
    ],
    run: {
      now: NOW,
      geography: 'Example-Country, built 2026-06-17',
      since: 0,
      until: 9e15,
      complete: false,
      config: null,
      remarks: [],
    },
    coverage: [
      { rule: 'token-burst', source: NASTY, state: 'blind', reason: `${NASTY}; ${LONG}` },
      { rule: 'denied-geography', source: LONG, state: 'partial', reason: '' },
    ],
    resolved: [{ fingerprint: 'r1', rule: 'token-burst', subject: NASTY, lastSeen: Number.NaN }],
    suppressed: [{ fingerprint: 's1', rule: 'token-burst', owner: NASTY, reason: NASTY, expires: NASTY }],
    span: { from: -9e15, until: 9e15 },
  },
);

/** Any code point, with those that do harm more often than chance would bring them. */
export const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        '\u001b[2J',
        '\u009b31m',
        '\u202e',
        '\u2066',
        '\u200b',
        '\u2028',
        '\ud800',
        '\r\n',
        '\u0301',
        '漢',
        '👩‍💻',
      ),
      fc.constantFrom(' ', '  ', '; ', ', ', 'https://', 'a', 'arn:aws:iam::123456789012:user/', '__proto__', '{rule}'),
    ),
    { maxLength: 12 },
  )
  .map(parts => parts.join(''));
