import { describe, expect, test } from 'vitest';
import { judgeExample } from '../src/example.ts';
import { judge } from '../src/judge.ts';
import { note, openLedger } from '../src/ledger.ts';
import { planFor } from '../src/plan.ts';
import { auditSilenced } from '../src/rules/audit-silenced.ts';
import { deniedGeography } from '../src/rules/denied-geography.ts';
import { keyMinted } from '../src/rules/key-minted.ts';
import { longLivedKey } from '../src/rules/long-lived-key.ts';
import { rootCredential } from '../src/rules/root-credential.ts';
import type { Example, Rule } from '../src/rules/rule.ts';
import { trustOpened } from '../src/rules/trust-opened.ts';
import { twoPlacesAtOnce } from '../src/rules/two-places-at-once.ts';
import { unusualGeography } from '../src/rules/unusual-geography.ts';
import { DAY, HOUR, MINUTE } from '../src/time.ts';

// What a sentence says in full, where an example only names it.

type Story = Omit<Example<Readonly<Record<string, string>>>, 'title' | 'expect'>;

const said = (rule: Rule, story: Story): string[] =>
  judgeExample(rule, { title: '', expect: [], ...story }).findings.map(({ message }) => message);

const BOB = 'arn:aws:iam::123456789012:user/bob';
const KEY = 'AKIAI44QH8DHBEXAMPLE';
const CREATE = { deed: 'create', action: 'iam:CreateAccessKey', target: KEY } as const;

describe('key-minted', () => {
  const holder = [{ id: KEY, owner: BOB }];

  test.each([
    [28, ': the first in 28 days of logs by its maker'],
    [27, ''],
  ])('says how many of 90 days the logs cover: %i', (days, why) => {
    const events = [
      { at: -days * DAY - DAY, until: -2 * DAY },
      { ...CREATE, at: -DAY },
    ];
    expect(said(keyMinted, { known: holder, events })).toEqual([
      `user/ci created access key ${KEY} for user/bob on 19 Nov${why}; no use of it seen since.`,
    ]);
  });

  test('does not know which key of a user was used', () => {
    const id = 'ACCAIOSFODNN7EXAMPLE';
    const known = [id, `${BOB}/bedrock`].map(name => ({ id: name, kind: 'bedrock-key', owner: BOB }) as const);
    const make = { at: -3 * DAY, deed: 'create', action: 'iam:CreateServiceSpecificCredential', target: id } as const;
    const use = (at: number) => ({ at, credential: `${BOB}/bedrock`, deed: 'infer', country: 'DE' }) as const;
    const sentence = (used: string) => [`user/ci created Bedrock API key ${id} for user/bob on 17 Nov; ${used}.`];
    expect(said(keyMinted, { known, events: [make, use(-DAY)] })).toEqual(
      sentence('used since from DE (under this user, which of its keys is not recorded)'),
    );
    expect(said(keyMinted, { known, events: [make, use(-4 * DAY)] })).toEqual(sentence('no use of it seen since'));
  });

  test('says how often an unnamed credential was made', () => {
    const events = [{ ...CREATE, at: -2 * DAY, until: -DAY, target: '' }];
    expect(said(keyMinted, { events })).toEqual([
      'user/ci called iam:CreateAccessKey twice, last on 19 Nov; which credentials came of it is not recorded.',
    ]);
  });
});

describe('long-lived-key', () => {
  const now = Date.UTC(2026, 10, 20);

  test.each([
    [0, 'Created 400 days ago; the limit is 90.'],
    [DAY, 'Created 399 days ago; the limit is 90.'],
    [250 * DAY, 'Was 150 days old when the logs end; the limit is 90.'],
  ])('when the logs end %i ms before now', (silence, sentence) => {
    const ledger = openLedger(planFor([longLivedKey]));
    const key = { id: KEY, provider: 'aws', kind: 'access-key', owner: BOB, account: '123456789012' } as const;
    note(ledger, { ...key, observedAt: now - 400 * DAY, createdAt: now - 400 * DAY });
    const read = { source: 'logs', key: '', from: now - 400 * DAY, until: now - silence, complete: true, note: '' };
    ledger.slices.set('logs', read);
    const options = { maxAgeDays: 90, highAgeDays: 365 };
    const { findings } = judge(ledger, [{ rule: longLivedKey, options }], { since: null, now });
    expect(findings.map(({ message }) => message)).toEqual([sentence]);
  });
});

test('unusual-geography says how many days the logs cover', () => {
  const others = Array.from({ length: 5 }, (_, i) => ({
    at: -20 * DAY,
    until: -2 * DAY,
    credential: `AKIAIOSFODNN7OTHER${i}`,
    country: 'DE',
  }));
  const events = [{ at: -200 * DAY }, { at: -60 * DAY }, ...others, { at: -DAY, country: 'SG', count: 12 }];
  expect(said(unusualGeography, { events })).toEqual([
    'SG is new to all keys: 12 calls from 19 Nov on; in 20 days of logs before, 5 credentials were used from DE only.',
  ]);
});

test('denied-geography dates its own list only', () => {
  const events = [{ at: -DAY, deed: 'infer', country: 'KP' } as const];
  const ours =
    '1 model call from KP, where model vendors do not offer their models (list of 2026-11); the last on 19 Nov.';
  expect(said(deniedGeography, { events })).toEqual([ours]);
  expect(said(deniedGeography, { events, options: { vendorCountries: ['KP', 'BR'] } })).toEqual([
    '1 model call from KP, where by your list of vendorCountries no models are offered; the last on 19 Nov.',
  ]);
});

test('two-places-at-once says what the newcomer did', () => {
  const at = (minutes: number) => -DAY + 2 * HOUR + minutes * MINUTE;
  const events = [
    ...[10, 40].map(minutes => ({ at: at(minutes), country: 'DE', count: 30 })),
    ...[15, 45].map(minutes => ({ at: at(minutes), country: 'SG', count: 4 })),
    { ...CREATE, at: at(30), country: 'SG', count: 3 },
  ];
  expect(said(twoPlacesAtOnce, { events })).toEqual([
    'Used in two places at once: DE and SG within the 19 Nov 02:00 hour, 60 and 11 calls; on the days they met, 3 calls from SG minting, revealing, granting, trusting or silencing.',
  ]);
});

test('root-credential and trust-opened read as one would say it', () => {
  const password = { id: `${BOB}/password`, kind: 'password', owner: BOB } as const;
  const signIn = { at: -DAY, deed: 'sign-in', action: 'signin:ConsoleLogin', mfa: 'no' } as const;
  expect(said(rootCredential, { credential: password, events: [signIn] })).toEqual([
    'user/bob signed in without MFA: once, last on 19 Nov.',
  ]);
  const trust = { at: -DAY, deed: 'trust', action: 'iam:UpdateAssumeRolePolicy' } as const;
  const target = 'arn:aws:iam::123456789012:role/app trusts 210987654321';
  expect(said(trustOpened, { events: [{ ...trust, target }] })).toEqual([
    'user/ci allowed account 210987654321 to assume role/app on 19 Nov.',
  ]);
});

test('audit-silenced names every hand, and says how often', () => {
  const STOP = { deed: 'silence', action: 'cloudtrail:StopLogging', target: 'org-trail' } as const;
  const known = [{ id: KEY, owner: BOB }];
  const both = [
    { ...STOP, at: -3 * DAY },
    { ...STOP, at: -DAY, credential: KEY },
  ];
  const { findings } = judgeExample(auditSilenced, { title: '', expect: [], known, events: both });
  expect(
    findings.map(({ message, members, credential, examples }) => ({ message, members, by: credential?.id, examples })),
  ).toEqual([
    {
      message:
        'user/bob and user/ci called cloudtrail:StopLogging on org-trail, twice, last 19 Nov 00:00 UTC: the trail records nothing from then on. Whether that was undone is not known.',
      members: [KEY, 'AKIAIOSFODNN7EXAMPLE'],
      by: KEY,
      examples: ['e000000', 'e000001'].map(event => ({ event, file: null })),
    },
  ]);
  const refused = both.map(event => ({ ...event, outcome: 'denied' as const }));
  expect(said(auditSilenced, { known, events: refused })).toEqual([
    'user/bob and user/ci tried cloudtrail:StopLogging on org-trail, twice, last 19 Nov 00:00 UTC, and were refused.',
  ]);
  expect(said(auditSilenced, { known, events: [refused[0]!, both[1]!] })).toEqual([
    'user/bob called cloudtrail:StopLogging on org-trail, 19 Nov 00:00 UTC: the trail records nothing from then on. Whether that was undone is not known.',
  ]);
});
