import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { auditPaths } from './judgement.ts';
import { rawRecord } from './raw-record.ts';
import { readText } from './read-text.ts';

const ACCOUNT = '123456789012';
const CI = `arn:aws:iam::${ACCOUNT}:user/ci`;
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const BASE = { provider: 'aws', account: ACCOUNT, isUseKnown: true } as const;

const HEADER =
  'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,' +
  'access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,' +
  'access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,' +
  'cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated';
const NO_KEY = 'false,N/A,N/A,N/A,N/A';
const NO_CERTIFICATES = 'false,N/A,false,N/A';

const CI_ROW =
  `ci,arn:aws:iam::${ACCOUNT}:user/jobs/ci,2024-01-02T03:04:05+00:00,false,N/A,N/A,N/A,false,` +
  `TRUE,2024-01-02T03:04:06+00:00,2026-11-18T10:00:00+00:00,us-east-1,bedrock,false,2023-05-05T05:05:05+00:00,N/A,N/A,N/A,${NO_CERTIFICATES}`;
const ROOT_ROW =
  `<root_account>,${ROOT},2020-01-01T00:00:00+00:00,not_supported,2026-10-01T00:00:00+00:00,not_supported,not_supported,true,` +
  `true,2021-01-01T00:00:00+00:00,N/A,N/A,N/A,${NO_KEY},${NO_CERTIFICATES}`;
const ANA_ROW =
  `"ana,b",arn:aws:iam::${ACCOUNT}:user/ana,2024-01-02T03:04:05+00:00,True,no_information,2024-01-02T03:04:05+00:00,N/A,false,` +
  `${NO_KEY},${NO_KEY},${NO_CERTIFICATES}`;

const csv = (...rows: readonly string[]): string => `${[HEADER, ...rows].join('\n')}\n`;

const answer = (content: string, more: object = {}): string =>
  JSON.stringify({
    Content: Buffer.from(content).toString('base64'),
    ReportFormat: 'text/csv',
    GeneratedTime: '2026-11-19T12:00:00+00:00',
    ...more,
  });

const found = (observedAt: number) => [
  {
    ...BASE,
    id: `${ROOT}/access-key-2021-01-01T00:00:00`,
    kind: 'root-key',
    owner: ROOT,
    observedAt,
    active: true,
    createdAt: Date.UTC(2021, 0, 1),
  },
  {
    ...BASE,
    id: `${CI}/access-key-2024-01-02T03:04:06`,
    kind: 'access-key',
    owner: CI,
    observedAt,
    active: true,
    createdAt: Date.UTC(2024, 0, 2, 3, 4, 6),
    lastUsedAt: Date.UTC(2026, 10, 18, 10),
  },
  {
    ...BASE,
    id: `${CI}/access-key-2023-05-05T05:05:05`,
    kind: 'access-key',
    owner: CI,
    observedAt,
    active: false,
    createdAt: Date.UTC(2023, 4, 5, 5, 5, 5),
  },
  {
    ...BASE,
    id: `arn:aws:iam::${ACCOUNT}:user/ana/password`,
    kind: 'password',
    owner: `arn:aws:iam::${ACCOUNT}:user/ana`,
    observedAt,
    active: true,
  },
];

describe('a credential report', () => {
  test('as CSV has no date of its own and shows nothing but keys', async () => {
    expect(await readText(csv(ROOT_ROW, CI_ROW, ANA_ROW))).toEqual({
      events: [],
      credentials: found(1),
      ignored: 0,
      censuses: [],
      completion: {
        complete: true,
        kind: 'credential-report',
        damage: [],
        skipped: false,
        views: {
          calls: { blind: true, gaps: ['a list of keys shows no calls'] },
          tokens: { blind: true, gaps: ['a list of keys shows no token counts'] },
          places: { blind: true, gaps: ['a list of keys shows no places'] },
          deeds: { blind: true, gaps: ['a list of keys shows no deeds'] },
          'sign-ins': { blind: true, gaps: ['a list of keys shows no sign-ins'] },
          inventory: {
            blind: false,
            gaps: [
              'no list of Bedrock and Claude Platform API keys, which `aws iam list-service-specific-credentials --all-users` gives',
            ],
          },
        },
      },
    });
  });

  test('as the answer of IAM is dated, and what it lacks is gone', async () => {
    const observedAt = Date.UTC(2026, 10, 19, 12);
    const { completion, ...batch } = await readText(answer(csv(ROOT_ROW, CI_ROW, ANA_ROW)));
    expect(completion).toMatchObject({ complete: true, kind: 'credential-report', damage: [] });
    expect(batch).toEqual({
      events: [],
      credentials: found(observedAt),
      ignored: 0,
      censuses: ['access-key', 'root-key', 'password'].map(kind => ({ account: ACCOUNT, kind, observedAt })),
    });
  });

  test('is read by the names of its columns, whatever their order', async () => {
    const text = `access_key_3_last_rotated,arn,access_key_3_active,user,password_enabled\n2024-01-01T00:00:00Z,${CI},TRUE,ci,FALSE\n`;
    const { completion, ...batch } = await readText(text);
    expect(completion.complete).toBe(true);
    expect(batch.credentials).toEqual([
      {
        ...BASE,
        id: `${CI}/access-key-2024-01-01T00:00:00`,
        kind: 'access-key',
        owner: CI,
        observedAt: 1,
        active: true,
        createdAt: Date.UTC(2024, 0, 1),
      },
    ]);
  });
});

const wrong = (row: string) => csv(row, CI_ROW);

test.each([
  ['a row of nobody', wrong(CI_ROW.replace(`arn:aws:iam::${ACCOUNT}:user/jobs/ci`, 'ci')), 2, ['a row whose ARN']],
  ['an unreadable date', wrong(CI_ROW.replace('2024-01-02T03:04:06+00:00', 'soon')), 4, ['access_key_1_last_rotated']],
  ['an unreadable switch', wrong(CI_ROW.replace('TRUE', 'yes')), 4, ['unreadable access_key_1_active']],
  ['a row cut short', wrong('ci,arn:aws'), 2, ['not as many fields']],
])('%s is told, and the rest is read', async (_, text, keys, damage) => {
  for (const form of [text, answer(text)]) {
    const { completion, ...batch } = await readText(form);
    expect(batch.credentials.length).toBe(keys);
    expect(batch.censuses).toEqual([]);
    expect(completion.complete).toBe(false);
    expect(completion.damage.map(({ what }) => what)).toEqual(damage.map(part => expect.stringContaining(part)));
  }
});

test.each([
  ['nothing', answer('')],
  ['another text', answer('hello')],
  ['no text at all', answer('', { Content: { 0: 117 } })],
])('an answer that holds %s is no report', async (_, text) => {
  const { completion, ...batch } = await readText(text);
  expect([batch.credentials, batch.censuses]).toEqual([[], []]);
  expect(completion.damage).toEqual([{ where: '', what: 'the content is not a credential report', count: 1 }]);
});

test('an answer without a readable date is taken for undated', async () => {
  const batch = await readText(answer(csv(CI_ROW), { GeneratedTime: ['x'] }));
  expect(batch.credentials.map(({ observedAt }) => observedAt)).toEqual([1, 1]);
  expect(batch.censuses).toEqual([]);
});

describe('keys that the report has no room for', () => {
  const withMore = (info: string) => `${HEADER},additional_credentials_info\n${CI_ROW},"${info}"\n`;

  test.each([
    ['1 additional access key; use ListAccessKeys', false, ['root-key', 'password']],
    ['something new', false, ['root-key', 'password']],
    ['1 additional certificate; use ListSigningCertificates', true, ['access-key', 'root-key', 'password']],
    ['N/A', true, ['access-key', 'root-key', 'password']],
    ['', true, ['access-key', 'root-key', 'password']],
  ])('%j', async (info, complete, kinds) => {
    const { completion, ...batch } = await readText(answer(withMore(info)));
    expect(batch.censuses.map(({ kind }) => kind)).toEqual(kinds);
    expect(completion.complete).toBe(complete);
    expect(completion.damage.map(({ what }) => what)).toEqual(
      complete
        ? []
        : [
            'a user has more access keys than the report shows: `aws iam list-access-keys --user-name` shows all of them',
          ],
    );
  });
});

describe('logs and a report together', () => {
  const root = mkdtempSync(join(tmpdir(), 'keyward-report-'));
  afterAll(() => rmSync(root, { recursive: true }));

  test('the age of a key that the logs name comes from the report', async () => {
    const key = 'AKIAIOSFODNN7EXAMPLE';
    const folder = join(root, 'both');
    mkdirSync(folder);
    const call = {
      ...rawRecord(1),
      eventTime: '2026-11-18T10:00:00Z',
      userIdentity: { type: 'IAMUser', arn: CI, accountId: ACCOUNT, accessKeyId: key, userName: 'ci' },
    };
    writeFileSync(join(folder, 'trail.json'), JSON.stringify({ Records: [call] }));
    const oneKey = CI_ROW.replace('2023-05-05T05:05:05+00:00', 'N/A');
    writeFileSync(join(folder, 'report.csv'), csv(oneKey));
    const { findings, summary } = await auditPaths([folder]);
    expect(findings.filter(({ rule }) => rule === 'long-lived-key')).toMatchObject([
      { subject: key, severity: 'high', credential: { id: key, owner: CI, createdAt: Date.UTC(2024, 0, 2, 3, 4, 6) } },
    ]);
    expect(summary.credentials).toBe(1);
  });

  test('a report alone tells of old keys and of those of root', async () => {
    const file = join(root, 'report.csv');
    writeFileSync(file, csv(ROOT_ROW, CI_ROW));
    const { findings, run } = await auditPaths([file]);
    const lifetime = findings.filter(({ rule }) => rule === 'long-lived-key' || rule === 'root-credential');
    expect(lifetime.map(({ rule, subject }) => `${rule} ${subject}`).sort()).toEqual([
      `long-lived-key ${CI}/access-key-2024-01-02T03:04:06`,
      `root-credential ${ROOT}/access-key-2021-01-01T00:00:00`,
    ]);
    expect(run.complete).toBe(true);
  });
});
