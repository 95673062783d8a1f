import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { AuditEvent } from '../src/model/event.ts';
import { readEntra } from './entra-read.ts';

const corpus = process.env.KEYWARD_CORPUS ?? '';

beforeEach(context => context.skip(corpus === '', 'KEYWARD_CORPUS is not set'));

const linesOf = (file: string): string[] =>
  readFileSync(join(corpus, file), 'utf8')
    .split('\n')
    .filter(line => line.trim() !== '');

/** An event in one line: deed, operation, outcome, second factor if told, who; then to what. */
function tell({ deed, action, outcome, mfa, principal, target }: AuditEvent): string {
  const factor = mfa === '' ? '' : ` mfa:${mfa}`;
  const whom = target === '' ? '' : ` -> ${target}`;
  return `${deed} ${action.replace(/^entra:/, '')} ${outcome}${factor} by ${principal}${whom}`;
}

async function tellText(text: string): Promise<string> {
  const { events, completion } = await readEntra(text);
  const damage = completion.damage.map(({ what }) => `malformed: ${what}`);
  return [...events.map(tell), ...damage].join('; ');
}

const GUSTAVO = 'user/pgustavo@simulandlabs.com';
const SECRET = '59eaeebc-8a6b-44a6-9f24-7d55e64420c9';

describe('otrf: two of four add the same secret', () => {
  // The second is the first again: a query that parted the changes of one record made two rows of it.
  const added = `create add service principal credentials ok by ${GUSTAVO} -> ${SECRET}`;
  const expected = [
    added,
    added,
    // More rights are asked for by the application; nobody has given them yet.
    `use update application ok by ${GUSTAVO}`,
    // An application may read and write mail for everyone.
    `grant add delegated permission grant ok by ${GUSTAVO} -> app/0d2f5969-011b-460d-ac74-3291d227d49f`,
  ];

  test('line by line', async () => {
    const told = await Promise.all(linesOf('otrf/AADAuditEvents.json').map(tellText));
    expect(told).toEqual(expected);
  });

  test('the secret, and its event, are one', async () => {
    const { events, credentials } = await readEntra(linesOf('otrf/AADAuditEvents.json').join('\n'));
    expect(new Set(events.slice(0, 2).map(event => JSON.stringify(event))).size).toBe(1);
    expect(events[0]).toMatchObject({ example: `10065ffb-8199-48bc-8ff5-912cb5b8295a/${SECRET}`, account: '' });
    expect(credentials.find(({ id }) => id === SECRET)).toEqual({
      id: SECRET,
      provider: 'azure',
      kind: 'client-secret',
      owner: '',
      account: '',
      observedAt: Date.UTC(2021, 7, 2, 13, 29, 25, 983),
      active: true,
      createdAt: Date.UTC(2021, 7, 2, 13, 29, 25, 983),
    });
  });
});

/** Record by record: what it ought to be taken for, and why. */
const PANTHER: readonly (readonly [told: string, why: string])[] = [
  ['create add service principal credentials ok by user/frodo@lotr.com', 'a key was added; its description names none'],
  ['use add service principal ok by user/cloudadmin@company.com', 'a new principal has no key yet'],
  ['use invite external user ok by user/denethor@lotr.com', 'a guest is a new person, not a key'],
  ['use invite external user ok by user/denethor@lotr.com', 'the same, from within'],
  [
    'use invite external user failed by user/denethor@lotr.com',
    'the invitation failed, and nothing says it was refused',
  ],
  [
    'use invite external user ok by user/zeus@mtolympus.com',
    'the activity is named alike in every shape, the operation is not',
  ],
  ['sign-in sign-in denied by user/boromir@lotr.com', '50053: locked after too many wrong passwords'],
  ['sign-in sign-in denied by user/peregrin@lotr.com', '50126: a wrong password'],
  ['sign-in sign-in denied by user/user1@microsoft.com', '50053, whatever network it came from'],
  [
    'sign-in sign-in ok by user/john@justice.org',
    'the risk that the vendor saw is not ours to judge; no word of factors',
  ],
  ['sign-in sign-in ok by user/cross@lotr.com', 'the same, dismissed'],
  [
    'trust set federation settings on domain ok by user/frodo@lotr.com',
    'another may now say who somebody is; the domain is not named',
  ],
  ['use set domain authentication ok by user/admin@company.com', 'what changed is not whether the domain is federated'],
  [
    'trust update authentication methods policy ok by user/denethor@lotr.com -> policy/policy-auth-methods-123 trusts https://attacker-idp.evil.com/.well-known/openid-configuration',
    'the keys that sign-ins are checked with now come from elsewhere',
  ],
  ['use update authentication methods policy ok by user/admin@company.com', 'a way to sign in, not whom to believe'],
  [
    'use update conditional access policy ok by user/denethor@lotr.com',
    'fewer factors are asked for: no key, no right, no log',
  ],
  ['use update conditional access policy ok by user/denethor@lotr.com', 'the other way round'],
  ['use update policy ok by user/kratos@onmicrosoft.com', 'the same change as another part of Entra ID tells it'],
  [
    'sign-in non-interactive sign-in ok by user/gandalf@lotr.com',
    'a password given by a program: one factor, and nobody was there',
  ],
  ['sign-in non-interactive sign-in denied by user/attacker@company.com', '50126, by a program'],
  ['issue sign-in denied by app/cfceb902-8fab-4f8c-88ba-374d3c975c3a', '7000215: a wrong secret'],
  ['issue sign-in ok by app/3b245ca3-dcce-4a54-a070-49ad8de02963', 'a token, for a key that is named'],
  [
    'grant add member to role in pim completed (permanent) ok by user/radahn@starscourge.onmicrosoft.com -> user/12345',
    'a role was given, for good',
  ],
  [
    'use add member to role in pim requested (permanent) ok by user/radahn@starscourge.onmicrosoft.com',
    'a role was asked for',
  ],
  ['grant add member to role ok by user/radahn@starscourge.onmicrosoft.com -> user/12345', 'a role was given at once'],
  [
    'sign-in sign-in ok by user/aragorn@lotr.com',
    'by a code on another device; a person was there, and of factors nothing is said',
  ],
  ['sign-in non-interactive sign-in ok by user/iotdevice@company.com', 'the same, and nobody was there'],
];

describe('panther', () => {
  test.each(PANTHER.map(([told, why], at) => ({ at, told, why })))('line $at: $why', async ({ at, told }) => {
    const { log } = JSON.parse(linesOf('panther/azure_signin_rules.jsonl')[at]!);
    expect(await tellText(JSON.stringify(log))).toBe(told);
  });

  test('every line is told', () => {
    expect(linesOf('panther/azure_signin_rules.jsonl')).toHaveLength(PANTHER.length);
  });

  test('the key of an application is the credential where it is named', async () => {
    const logs = linesOf('panther/azure_signin_rules.jsonl')
      .slice(20, 22)
      .map(line => JSON.parse(line).log);
    const { events, credentials } = await readEntra(logs);
    expect(events.map(({ credential, address, account }) => [credential, address, account])).toEqual([
      ['app/cfceb902-8fab-4f8c-88ba-374d3c975c3a', '12.12.12.12', 'a2aa49aa-2c0c-49d2-af87-f402c421df0b'],
      ['2afc776a-4e79-4588-b2ad-f62c94d6bea8', '12.12.12.12', '85e54ec3-85ee-4b03-9e3b-863075eb9b62'],
    ]);
    expect(credentials.map(({ kind }) => kind)).toEqual(['service-principal', 'client-secret']);
  });
});

describe('stratus-docs', () => {
  const FEDERATED = 'entra-id.persistence.backdoor-application-fic.1.json';
  const read = (file: string): string => readFileSync(join(corpus, 'stratus-docs', file), 'utf8');

  test('a fragment without a time is damage, and says so', async () => {
    expect(await tellText(read(FEDERATED))).toBe('malformed: the record has no readable time');
  });

  test('with a time it is a new way to obtain tokens', async () => {
    const record = { ...JSON.parse(read(FEDERATED)), activityDateTime: '2026-10-01T00:00:00Z' };
    expect(await tellText(JSON.stringify(record))).toBe(
      'trust update application ok by unidentified: -> ' +
        'app/[removed] trusts https://stratusficapply1h.blob.core.windows.net/oidc (stratus-red-team-oidc)',
    );
  });

  test('of two that are not all JSON, each is damage for a reason of its own', async () => {
    expect(await tellText(read('entra-id.persistence.guest-user.1.json'))).toBe(
      'malformed: not valid JSON; malformed: the record has no readable time',
    );
  });
});
