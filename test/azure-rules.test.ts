import { describe, expect, test } from 'vitest';
import { EXAMPLE_CREDENTIAL, judgeExample } from '../src/example.ts';
import { signInHours, travels } from '../src/facets/travels.ts';
import { judge } from '../src/judge.ts';
import { principalText } from '../src/kinds.ts';
import { note, openLedger, record } from '../src/ledger.ts';
import type { Place } from '../src/model/event.ts';
import { readAgent } from '../src/normalise/agent.ts';
import { planFor } from '../src/plan.ts';
import { auditSilenced } from '../src/rules/audit-silenced.ts';
import { deniedBurst } from '../src/rules/denied-burst.ts';
import { impossibleTravel } from '../src/rules/impossible-travel.ts';
import { keyAuthEnabled } from '../src/rules/key-auth-enabled.ts';
import { keyMinted } from '../src/rules/key-minted.ts';
import { keyRevealed } from '../src/rules/key-revealed.ts';
import { modelProbe } from '../src/rules/model-probe.ts';
import { rootCredential } from '../src/rules/root-credential.ts';
import type { Example, Rule } from '../src/rules/rule.ts';
import { trustOpened } from '../src/rules/trust-opened.ts';
import { twoPlacesAtOnce } from '../src/rules/two-places-at-once.ts';
import { unusualGeography } from '../src/rules/unusual-geography.ts';
import { DAY, HOUR, hourOf, MINUTE } from '../src/time.ts';
import { eventOf } from './event.ts';

const SUBSCRIPTION = '/subscriptions/00000000-1111-2222-3333-444444444444';
const GROUP = `${SUBSCRIPTION}/resourcegroups/ai`;
const ACCOUNT = `${GROUP}/providers/microsoft.cognitiveservices/accounts/prod-ai`;

describe('names of principals and resources', () => {
  test.each([
    [ACCOUNT, 'accounts/prod-ai'],
    [`${ACCOUNT}/deployments/chat`, 'accounts/prod-ai/deployments/chat'],
    [`${ACCOUNT}/providers/microsoft.insights/diagnosticsettings/all`, 'diagnosticsettings/all of accounts/prod-ai'],
    [
      `${SUBSCRIPTION}/providers/microsoft.insights/diagnosticsettings/all`,
      'diagnosticsettings/all of subscription 00000000-1111-2222-3333-444444444444',
    ],
    [SUBSCRIPTION, 'subscription 00000000-1111-2222-3333-444444444444'],
    [GROUP, 'resource group ai'],
    [
      `${GROUP.slice(1)}/providers/microsoft.managedidentity/userassignedidentities/deploy`,
      'userassignedidentities/deploy',
    ],
    [
      `${GROUP}/providers/microsoft.apimanagement/service/gateway/subscriptions/team-a`,
      'service/gateway/subscriptions/team-a',
    ],
    [`${SUBSCRIPTION}/providers/`, 'subscription 00000000-1111-2222-3333-444444444444'],
    ['user/alice@example.com', 'user/alice@example.com'],
    ['app/11111111-2222-3333-4444-555555555555', 'app/11111111-2222-3333-4444-555555555555'],
  ])('%s', (id, text) => {
    expect(principalText(id)).toBe(text);
  });
});

describe('families of agents', () => {
  test.each([
    ['python/3.11.8 (Linux-5.15) AZURECLI/2.61.0 (DEB)', 'azure-cli'],
    ['AZURECLI/2.61.0 (DEB) azsdk-python-core/1.28.0 Python/3.11.8', 'azure-cli'],
    ['Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.1682', 'azure-powershell'],
    ['Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.19045; en-US) PowerShell/7.4.1', 'azure-powershell'],
    ['AzurePowershell/v11.2.0 PSVersion/v7.4.1 Az.Accounts/2.15.0', 'azure-powershell'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36', 'browser'],
    ['azsdk-python-keyvault-secrets/4.8.0 Python/3.11.8 (Linux)', 'azure-sdk'],
    ['azsdk-js-identity/4.2.0 core-rest-pipeline/1.16.0 Node/20.11.0', 'azure-sdk'],
    ['graph-python-core/1.0.0 (featureUsage=00)', 'graph'],
    ['Microsoft.Graph/5.44.0', 'graph'],
    ['HashiCorp Terraform/1.7.5 (+https://www.terraform.io) azsdk-go-armresources', 'terraform'],
    ['AWSPowerShell.NetCore/4.1.500 .NET_Core/6.0 OS/Linux', 'aws-sdk-other'],
  ])('%s is %s', (agent, family) => {
    expect(readAgent(agent)).toBe(family);
  });
});

type Story = Omit<Example<Readonly<Record<string, string>>>, 'title' | 'expect'>;

const judged = (rule: Rule, story: Story) => judgeExample(rule, { title: '', expect: [], ...story });
const said = (rule: Rule, story: Story): string[] => judged(rule, story).findings.map(({ message }) => message);
const loudness = (rule: Rule, story: Story): string[] => judged(rule, story).findings.map(({ severity }) => severity);

const APP = 'app/11111111-2222-3333-4444-555555555555';
const PERSON = { id: 'user/alice-id', provider: 'azure', kind: 'entra-user', owner: 'user/alice@example.com' } as const;
const SECRET = {
  id: '33333333-4444-5555-6666-777777777777',
  provider: 'azure',
  kind: 'client-secret',
  owner: APP,
} as const;
const IDENTITY = { id: 'app/identity', provider: 'azure', kind: 'managed-identity', owner: 'app/identity' } as const;
const SIGN_IN = { deed: 'issue', action: 'entra:sign-in' } as const;

describe('sentences', () => {
  const add = { at: -2 * DAY, deed: 'create', action: 'entra:add service principal credentials' } as const;

  test('key-minted tells for whom, from where it was used since, and that it was removed', () => {
    const events = [
      { ...add, target: SECRET.id },
      { ...SIGN_IN, at: -DAY, credential: SECRET.id, country: 'DE', count: 3 },
      { at: 0, deed: 'delete', action: 'entra:remove service principal credentials', target: SECRET.id } as const,
    ];
    expect(said(keyMinted, { credential: PERSON, known: [{ ...SECRET, active: false }], events })).toEqual([
      `user/alice@example.com created client secret ${SECRET.id} for ${APP} on 18 Nov; used since: 3 calls from DE, deleted on 20 Nov.`,
    ]);
  });

  test('key-minted does not know which secret an application signed in with', () => {
    const known = [SECRET, { ...SECRET, id: `${APP}/secret` }];
    const events = [
      { ...add, target: SECRET.id },
      { ...SIGN_IN, at: -DAY, credential: `${APP}/secret` },
    ];
    expect(said(keyMinted, { credential: PERSON, known, events })).toEqual([
      `user/alice@example.com created client secret ${SECRET.id} for ${APP} on 18 Nov; used since (under its application, which of its keys is not recorded).`,
    ]);
  });

  test.each([
    ['key1', 'renewed key1'],
    ['keys', 'renewed a key'],
  ])('key-minted says which key of a resource was made anew: %s', (name, made) => {
    const action = 'microsoft.cognitiveservices/accounts/regeneratekey/action';
    const known = [{ id: `${ACCOUNT}/${name}`, provider: 'azure', kind: 'resource-key', owner: ACCOUNT } as const];
    const events = [{ at: -DAY, deed: 'create', action, target: `${ACCOUNT}/${name}` } as const];
    expect(said(keyMinted, { credential: PERSON, known, events })).toEqual([
      `user/alice@example.com ${made} for accounts/prod-ai on 19 Nov; no use of it seen since.`,
    ]);
  });

  test('key-minted knows the provider of a key that is known by nothing else', () => {
    const { findings } = judged(keyMinted, { credential: PERSON, events: [{ ...add, target: 'a key' }] });
    expect(findings.map(({ evidence, message }) => [evidence.kind, message])).toEqual([
      [
        'unknown',
        'user/alice@example.com created credential a key for an unknown holder on 18 Nov; no use of it seen since.',
      ],
    ]);
  });

  test('key-revealed names a potential holder', () => {
    const events = [
      { at: -DAY, deed: 'reveal', action: 'microsoft.cognitiveservices/accounts/listkeys/action', target: ACCOUNT },
      { at: -DAY, deed: 'reveal', action: 'keyvault:secretget', target: 'https://kv.example.net/secrets/openai-key' },
      {
        at: -DAY,
        deed: 'reveal',
        action: 'secretsmanager:GetSecretValue',
        target: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/claude-AbCdEf',
      },
    ] as const;
    expect(said(keyRevealed, { credential: PERSON, events })).toEqual([
      'user/alice@example.com read the keys of accounts/prod-ai on 19 Nov, and may hold them since.',
      'user/alice@example.com read the secret prod/claude-AbCdEf on 19 Nov, and may hold it since.',
      'user/alice@example.com read the secret openai-key of kv.example.net on 19 Nov, and may hold it since.',
    ]);
  });

  test('key-revealed abstains where so much was read that names were given up', () => {
    const events = Array.from({ length: 600 }, (_, i) => ({
      at: -DAY,
      deed: 'reveal' as const,
      action: 'keyvault:secretget',
      target: `https://kv.example.net/secrets/openai-${i}`,
    }));
    const { findings, abstained } = judged(keyRevealed, { credential: PERSON, events });
    expect([findings, abstained.map(({ reason }) => reason)]).toEqual([
      [],
      ['so many secrets read that which ones is no longer known'],
    ]);
  });

  test('key-auth-enabled tells of a resource once, whoever holds its key', () => {
    const keys = { id: `${ACCOUNT}/keys`, provider: 'azure', kind: 'resource-key', owner: ACCOUNT } as const;
    const events = [
      { at: -2 * DAY, until: 0, deed: 'infer', action: 'cognitiveservices:chatcompletions_create' } as const,
    ];
    expect(said(keyAuthEnabled, { credential: keys, events })).toEqual([
      'Shared keys of accounts/prod-ai are in use: 3 calls from 18 Nov to 20 Nov, and the log does not say by whom.',
    ]);
    const action = 'microsoft.cognitiveservices/accounts/write';
    const enable = { at: -DAY, deed: 'enable', action, target: ACCOUNT } as const;
    expect(said(keyAuthEnabled, { credential: PERSON, events: [enable] })).toEqual([
      'user/alice@example.com switched key authentication on for accounts/prod-ai on 19 Nov.',
    ]);
  });

  test('audit-silenced names the setting and what it belonged to', () => {
    const target = `${ACCOUNT}/providers/microsoft.insights/diagnosticsettings/all`;
    const silence = { at: -DAY, deed: 'silence' } as const;
    const events = [
      { ...silence, action: 'microsoft.insights/diagnosticsettings/delete', target },
      {
        ...silence,
        action: 'microsoft.insights/diagnosticsettings/write',
        target: `${target} (every log category off)`,
      },
    ];
    expect(said(auditSilenced, { credential: PERSON, events })).toEqual([
      'user/alice@example.com called microsoft.insights/diagnosticsettings/write on diagnosticsettings/all of accounts/prod-ai (every log category off), 19 Nov 00:00 UTC: the setting records nothing from then on. Whether that was undone is not known.',
      'user/alice@example.com called microsoft.insights/diagnosticsettings/delete on diagnosticsettings/all of accounts/prod-ai, 19 Nov 00:00 UTC: its logs go nowhere by this setting from then on. Whether that was undone is not known.',
    ]);
  });

  test.each([
    [
      `${APP} trusts token.actions.githubusercontent.com (repo:example/app:ref:refs/heads/main), oidc.example.com`,
      `user/alice@example.com allowed tokens of token.actions.githubusercontent.com for repo:example/app:ref:refs/heads/main and oidc.example.com to stand for ${APP}, without a key of its own, on 19 Nov.`,
    ],
    [
      'domain/example.com',
      'user/alice@example.com let another identity provider vouch for everyone of domain example.com on 19 Nov.',
    ],
    [
      `${GROUP.slice(1)}/providers/microsoft.managedidentity/userassignedidentities/deploy trusts oidc.example.com`,
      'user/alice@example.com allowed tokens of oidc.example.com to stand for userassignedidentities/deploy, without a key of its own, on 19 Nov.',
    ],
  ])('trust-opened: %s', (target, sentence) => {
    const events = [{ at: -DAY, deed: 'trust', action: 'entra:update application', target } as const];
    expect(said(trustOpened, { credential: PERSON, events })).toEqual([sentence]);
  });

  test('denied-burst names what refused', () => {
    const denied = { deed: 'infer', action: 'cognitiveservices:chatcompletions_create', outcome: 'denied' } as const;
    const events = ['gpt-5', 'mistral-large', 'claude-opus-4-5'].map(model => ({ ...denied, at: -DAY, model }));
    expect(said(deniedBurst, { credential: SECRET, events })).toEqual([
      '3 models or operations that had not refused this key before did so in the 19 Nov 00:00 hour: claude-opus-4-5, gpt-5 and mistral-large.',
    ]);
    expect(said(deniedBurst, { credential: SECRET, events: [{ ...denied, at: -DAY, count: 40 }] })).toEqual([
      '40 refused calls in the 19 Nov 00:00 hour by a key without a record of refusals; the limit for one is 10: unnamed models.',
    ]);
  });

  test('root-credential names the Entra user', () => {
    const events = [{ at: -DAY, deed: 'sign-in', action: 'entra:sign-in', mfa: 'no' } as const];
    expect(said(rootCredential, { credential: PERSON, events })).toEqual([
      'user/alice@example.com signed in without MFA: once, last on 19 Nov.',
    ]);
  });
});

describe('impossible-travel', () => {
  const signIn = { deed: 'sign-in', action: 'entra:sign-in' } as const;
  const berlin = { ...signIn, country: 'DE', point: { latitude: 52.5, longitude: 13.4, radiusKm: 20 } } as const;
  const sydney = { ...signIn, country: 'AU', point: { latitude: -33.9, longitude: 151.2, radiusKm: 20 } } as const;
  const events = (gap: number) => [
    { ...berlin, at: -DAY },
    { ...sydney, at: -DAY + gap },
  ];

  test.each([
    [
      2 * HOUR,
      'Signed in from DE (52.5° N, 13.4° E) and, 120 minutes later, from AU (33.9° S, 151.2° E), at least 16,057 km away: 8,028 km/h, 19 Nov 02:00 UTC; the limit is 1,000.',
    ],
    [
      10_000,
      'Signed in from DE (52.5° N, 13.4° E) and from AU (33.9° S, 151.2° E), at least 16,057 km apart, at the same time, 19 Nov 00:00 UTC.',
    ],
  ])('%i ms apart', (gap, sentence) => {
    expect(said(impossibleTravel, { credential: PERSON, events: events(gap) })).toEqual([sentence]);
  });

  test('sign-ins a day apart that lie on two UTC days are compared', () => {
    const around = [
      { ...berlin, at: -DAY - HOUR },
      { ...sydney, at: -DAY + HOUR },
    ];
    expect(loudness(impossibleTravel, { credential: PERSON, events: around })).toEqual(['medium']);
  });

  test('a database without cities is told of, and judges nothing', () => {
    const { point: _point, ...somewhere } = berlin;
    const { findings, abstained } = judged(impossibleTravel, {
      credential: PERSON,
      events: [{ ...somewhere, at: -DAY }],
    });
    expect([findings, abstained]).toEqual([
      [],
      [
        {
          rule: 'impossible-travel',
          reason: 'the geography database has no cities: give one that has with --geo-db',
          count: 1,
          judged: 1,
        },
      ],
    ]);
  });

  test('a day of more places than are kept folds to the same in any order, and says so', () => {
    const placed = Array.from({ length: 200 }, (_, i) => {
      const at = Date.UTC(2026, 10, 19) + i * 7 * MINUTE;
      const point = { latitude: (i % 90) / 10, longitude: ((i * 7) % 1800) / 10 - 90, radiusKm: 10 + (i % 1000) };
      const place: Place = { country: 'DE', site: '', egress: i % 3 === 0, operator: '', why: 'located', point };
      return [eventOf({ at, last: at + MINUTE, deed: 'sign-in', example: `e${i}` }), place] as const;
    });
    const fold = (some: typeof placed) => {
      const state = travels.empty();
      for (const [event, place] of some) travels.add(state, event, place);
      return state;
    };
    const whole = JSON.stringify(travels.encode(fold(placed)));
    const [odd, even] = [1, 0].map(side => fold(placed.filter((_, i) => i % 2 === side).reverse()));
    travels.merge(odd!, even!);
    expect(JSON.stringify(travels.encode(odd!))).toBe(whole);
    const revived = travels.decode(JSON.parse(whole));
    for (const [event, place] of placed) travels.add(revived, event, place);
    expect(JSON.stringify(travels.encode(revived))).toBe(whole);
    const kept = signInHours(revived);
    expect([kept.length, revived.cut, kept[0]]).toEqual([
      64,
      true,
      {
        hour: hourOf(placed[0]![0].at),
        country: 'DE',
        egress: true,
        point: placed[0]![1].point,
        first: placed[0]![0].at,
        last: placed[0]![0].at + MINUTE,
        example: 'e0',
      },
    ]);
  });
});

describe('rules of place, with what Azure knows', () => {
  const office = { at: -40 * DAY, until: -2 * DAY, country: 'DE' } as const;
  const twice = (country: string, count: number) => [
    { at: -DAY + 10 * MINUTE, country, count },
    { at: -DAY + 40 * MINUTE, country, count },
  ];

  test('a secret that is known by its key id is a static key', () => {
    const events = [
      { ...SIGN_IN, ...office },
      { ...SIGN_IN, at: -DAY, country: 'SG', count: 12 },
    ];
    expect(loudness(unusualGeography, { credential: SECRET, events })).toEqual(['medium']);
    const both = [{ ...SIGN_IN, ...office }, ...twice('DE', 9), ...twice('SG', 9)];
    expect(loudness(twoPlacesAtOnce, { credential: SECRET, events: both })).toEqual(['high']);
  });

  test('a person has sessions, each in its own place', () => {
    const signIn = { deed: 'sign-in', action: 'entra:sign-in' } as const;
    const events = [
      { ...signIn, ...office, session: 'one' },
      ...twice('DE', 9).map(event => ({ ...event, session: 'two' })),
      ...twice('SG', 9).map(event => ({ ...event, session: 'three' })),
    ];
    expect([
      loudness(unusualGeography, { credential: PERSON, events }),
      loudness(twoPlacesAtOnce, { credential: PERSON, events }),
    ]).toEqual([[], []]);
    const shared = events.map(event => ({ ...event, session: 'one' }));
    expect(loudness(twoPlacesAtOnce, { credential: PERSON, events: shared })).toEqual(['high']);
  });

  test('a managed identity has no place', () => {
    const events = [
      { ...SIGN_IN, ...office, country: '' },
      { ...SIGN_IN, at: -DAY, country: 'SG', count: 500 },
    ];
    expect([
      loudness(unusualGeography, { credential: IDENTITY, events }),
      loudness(twoPlacesAtOnce, { credential: IDENTITY, events }),
    ]).toEqual([[], []]);
  });

  test('refusals and a probe of models do not raise each other', () => {
    const ledger = openLedger(planFor([deniedBurst, modelProbe]));
    const at = Date.UTC(2026, 10, 19);
    const place: Place = { country: '', site: '', egress: false, operator: '', why: 'reserved' };
    const call = { deed: 'infer', action: 'bedrock:InvokeModel' } as const;
    const events = [
      eventOf({ at, action: 'bedrock:ListFoundationModels' }),
      ...[1, 2, 3].map(i => eventOf({ ...call, at: at + i * MINUTE, model: `example.model-${i}`, outcome: 'denied' })),
      eventOf({ ...call, at: at + 5 * MINUTE, model: 'example.model-5' }),
    ];
    note(ledger, EXAMPLE_CREDENTIAL);
    for (const event of events) record(ledger, event, place);
    const defaults = (rule: Rule) =>
      Object.fromEntries(Object.entries(rule.options).map(([name, option]) => [name, option.default]));
    const rules = [deniedBurst, modelProbe].map(rule => ({ rule, options: defaults(rule) }));
    const { findings } = judge(ledger, rules, { since: null, now: at + DAY });
    expect(findings.map(({ rule, severity, corroboratedBy }) => [rule, severity, corroboratedBy])).toEqual([
      ['denied-burst', 'medium', []],
      ['model-probe', 'medium', []],
    ]);
  });
});
