import { describe, expect, test } from 'vitest';
import { Seen } from '../src/dedupe.ts';
import type { Credential } from '../src/model/credential.ts';
import type { AuditEvent } from '../src/model/event.ts';
import { readApplication } from '../src/normalise/entra-applications.ts';
import { keyChanges } from '../src/normalise/entra-credentials.ts';
import { signInOutcome } from '../src/normalise/entra-errors.ts';
import { hourOf } from '../src/time.ts';
import { readEntra } from './entra-read.ts';

const TENANT = '11111111-2222-4333-8444-555555555555';
const USER = 'aaaaaaaa-0000-4000-8000-000000000001';
const APP = 'bbbbbbbb-0000-4000-8000-000000000002';
const OBJECT = 'cccccccc-0000-4000-8000-000000000003';
const KEY = 'dddddddd-0000-4000-8000-000000000004';
const OTHER_KEY = 'dddddddd-0000-4000-8000-000000000005';
const REQUEST = 'eeeeeeee-0000-4000-8000-000000000006';
const ID = `Directory_${REQUEST}_X1_1`;
const AT = Date.UTC(2026, 9, 1, 12, 0, 0, 123);
const TIME = '2026-10-01T12:00:00.1234567Z';
const AGENT = 'python-requests/2.32';

const EVENT: AuditEvent = {
  at: AT,
  last: AT,
  count: 1,
  tokensIn: 0,
  tokensOut: 0,
  microUsd: 0,
  ttl: 0,
  example: ID,
  hour: hourOf(AT),
  credential: `user/${USER}`,
  session: '',
  principal: 'user/admin@example.com',
  account: TENANT,
  deed: 'use',
  action: 'entra:update application',
  outcome: 'ok',
  address: '198.51.100.7',
  agent: 'python-http',
  region: '',
  inferenceRegion: '',
  model: '',
  mfa: '',
  target: '',
};

const CALLER: Credential = {
  id: `user/${USER}`,
  provider: 'azure',
  kind: 'entra-user',
  owner: 'user/admin@example.com',
  account: TENANT,
  observedAt: 0,
};

const described = (id: string, type = 'Password', name = 'ci', usage = 'Verify'): string =>
  `[KeyIdentifier=${id},KeyType=${type},KeyUsage=${usage},DisplayName=${name}]`;
const listed = (...keys: readonly string[]): string => JSON.stringify(keys);

const change = (displayName: string, oldValue: unknown, newValue: unknown) => ({ displayName, oldValue, newValue });
const target = (type: string, changes: readonly object[] = [], more: object = {}) => ({
  id: OBJECT,
  displayName: 'ci',
  type,
  modifiedProperties: changes,
  ...more,
});
const ADDED = [change('KeyDescription', '[]', listed(described(KEY)))];

/** As Microsoft Graph answers; the tenant is told beside it, as an export does. */
const audit = (activityDisplayName: string, targetResources: readonly object[], more: object = {}) => ({
  id: ID,
  category: 'ApplicationManagement',
  correlationId: REQUEST,
  result: 'success',
  resultReason: '',
  activityDisplayName,
  activityDateTime: TIME,
  loggedByService: 'Core Directory',
  initiatedBy: {
    user: { id: USER, displayName: null, userPrincipalName: 'Admin@Example.com', ipAddress: '198.51.100.7:4711' },
    app: null,
  },
  targetResources,
  additionalDetails: [{ key: 'User-Agent', value: AGENT }],
  tenantId: TENANT,
  ...more,
});

const exportOf = (properties: object, category: string, more: object = {}) => ({
  time: TIME,
  resourceId: `/tenants/${TENANT}/providers/Microsoft.aadiam`,
  operationName: 'Sign-in activity',
  category,
  tenantId: TENANT,
  properties,
  ...more,
});

const pascal = (name: string): string => name[0]!.toUpperCase() + name.slice(1);
const COLUMNS: Readonly<Record<string, string>> = {
  tenantId: 'AADTenantId',
  ipAddress: 'IPAddress',
  activityDisplayName: 'OperationName',
};
const columnsOf = (record: object, isNested = false): Record<string, unknown> => ({
  ...Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      COLUMNS[name] ?? pascal(name),
      typeof value === 'object' && value !== null && !isNested ? JSON.stringify(value) : value,
    ]),
  ),
  TenantId: '99999999-9999-4999-8999-999999999999',
  TimeGenerated: TIME,
});

function csvOf(row: Record<string, unknown>): string {
  const cell = (value: unknown) => `"${String(value ?? '').replaceAll('"', '""')}"`;
  return `${Object.keys(row).map(cell).join()}\r\n${Object.values(row).map(cell).join()}\r\n`;
}

describe('a key added to an application', () => {
  const record = audit('Update application \u2013 Certificates and secrets management ', [
    target('Application', ADDED),
  ]);
  const expected = {
    events: [
      {
        ...EVENT,
        deed: 'create',
        action: 'entra:add service principal credentials',
        target: KEY,
        example: `${REQUEST}/${KEY}`,
      },
    ],
    credentials: [
      CALLER,
      {
        id: KEY,
        provider: 'azure',
        kind: 'client-secret',
        owner: '',
        account: TENANT,
        observedAt: AT,
        active: true,
        createdAt: AT,
      },
      { id: KEY, provider: 'azure', kind: 'client-secret', owner: `app/${OBJECT}`, account: TENANT, observedAt: -1 },
    ],
  };
  const exported = exportOf(record, 'AuditLogs', { operationName: record.activityDisplayName });

  test.each<[string, unknown]>([
    ['answered by Microsoft Graph', { value: [record] }],
    ['exported to a hub', { records: [exported] }],
    ['exported to storage', `${JSON.stringify(exported)}\n`],
    ['exported as text within', { ...exported, properties: JSON.stringify(record) }],
    ['in columns, with text within', [columnsOf(record)]],
    ['in columns, with objects within', [columnsOf(record, true)]],
    ['in a table', csvOf(columnsOf(record))],
  ])('%s', async (_, text) => {
    const { events, credentials, completion } = await readEntra(text);
    expect({ events, credentials }).toEqual(expected);
    expect(completion).toMatchObject({ complete: true, kind: 'entra-audit', damage: [] });
  });

  test('is one event, told of the application and of its service principal in one record or in two', async () => {
    const twin = { ...record, id: `${ID}2`, activityDisplayName: 'Add service principal credentials' };
    const both = { ...record, targetResources: [target('Application', ADDED), target('ServicePrincipal', ADDED)] };
    const { events } = await readEntra([record, twin, both]);
    const seen = new Seen();
    expect(events.map(event => seen.add(event, 0))).toEqual([true, false, false]);
    expect(seen.conflicts).toBe(0);
  });

  test('is owned by the application that the log names', async () => {
    const { credentials } = await readEntra(
      audit('Add service principal credentials', [target('ServicePrincipal', ADDED)], {
        additionalDetails: [{ key: 'AppId', value: APP.toUpperCase() }],
      }),
    );
    expect(credentials.slice(1)).toEqual([{ ...expected.credentials[1], owner: `app/${APP}` }]);
  });

  test('leaves no key when it failed', async () => {
    const { events, credentials } = await readEntra({
      ...record,
      result: 'failure',
      resultReason: 'Insufficient privileges to complete the operation.',
    });
    expect(events).toEqual([{ ...expected.events[0], outcome: 'denied' }]);
    expect(credentials).toEqual([CALLER]);
  });
});

describe('keys that came and went', () => {
  const key = (id: string, kind = 'client-secret') => ({ id, kind });

  test.each<[string, unknown, unknown, unknown]>([
    ['one added', '[]', listed(described(KEY)), { added: [key(KEY)], removed: [] }],
    ['one added to none', null, listed(described(KEY)), { added: [key(KEY)], removed: [] }],
    ['one removed', listed(described(KEY)), '[]', { added: [], removed: [key(KEY)] }],
    [
      'one exchanged for a certificate',
      listed(described(KEY)),
      listed(described(OTHER_KEY, 'AsymmetricX509Cert')),
      { added: [key(OTHER_KEY, 'client-certificate')], removed: [key(KEY)] },
    ],
    ['one renamed', listed(described(KEY)), listed(described(KEY, 'Password', 'x')), { added: [], removed: [] }],
    [
      'a name that holds commas, brackets and another key',
      '[]',
      listed(described(KEY, 'Password', `a,b],[KeyIdentifier=${OTHER_KEY},KeyType=Password`)),
      { added: [key(KEY)], removed: [] },
    ],
    [
      'a key that signs for single sign-on, with its password and its public half',
      '[]',
      listed(
        described(KEY, 'AsymmetricX509Cert', 'sso', 'Sign'),
        described(KEY),
        described(OTHER_KEY, 'AsymmetricX509Cert'),
      ),
      { added: [key(OTHER_KEY, 'client-certificate')], removed: [] },
    ],
    ['upper case', '[]', listed(described(KEY.toUpperCase())), { added: [key(KEY)], removed: [] }],
    ['a list that is one already', [], [described(KEY)], { added: [key(KEY)], removed: [] }],
    ['text cut short', listed(described(KEY)), listed(described(KEY)).slice(0, -9), null],
    ['a bare word', null, '"Client Secret"', null],
    ['entries of another shape', '[]', '[1]', null],
    ['a number', 5, '[]', null],
  ])('%s', (_, before, after, expected) => {
    expect(keyChanges(before, after)).toEqual(expected);
  });

  test.each<[string, object, object]>([
    [
      'a removal',
      audit('Remove service principal credentials', [
        target('ServicePrincipal', [change('KeyDescription', listed(described(KEY)), '[]')]),
      ]),
      {
        deed: 'delete',
        action: 'entra:remove service principal credentials',
        target: KEY,
        example: `${REQUEST}/${KEY}/removed`,
      },
    ],
    [
      'an addition that cannot be read',
      audit('Add service principal credentials', [target('ServicePrincipal', [change('KeyDescription', null, '"x"')])]),
      { deed: 'create', action: 'entra:add service principal credentials' },
    ],
    [
      'a change without its keys',
      audit('Update application – Certificates and secrets management ', [target('Application')]),
      { deed: 'create', action: 'entra:update application - certificates and secrets management' },
    ],
    [
      'a change of a name',
      audit('Update application - Certificates and secrets management', [
        target('Application', [
          change('KeyDescription', listed(described(KEY)), listed(described(KEY, 'Password', 'x'))),
        ]),
      ]),
      { action: 'entra:update application - certificates and secrets management' },
    ],
    [
      'the twin that says only that keys were updated',
      audit('Update application', [
        target('Application', [change('Included Updated Properties', null, '"KeyDescription"')]),
      ]),
      {},
    ],
  ])('%s', async (_, record, expected) => {
    expect((await readEntra(record)).events).toEqual([{ ...EVENT, ...expected }]);
  });

  test('a key that was removed is active no more', async () => {
    const gone = [change('KeyDescription', listed(described(KEY)), '[]')];
    const { credentials } = await readEntra(
      audit('Remove service principal credentials', [target('ServicePrincipal', gone)]),
    );
    expect(credentials[1]).toEqual({
      id: KEY,
      provider: 'azure',
      kind: 'client-secret',
      owner: '',
      account: TENANT,
      observedAt: AT,
      active: false,
    });
  });
});

describe('other changes', () => {
  const SP = 'ServicePrincipal';
  const federated = (...issuers: readonly string[]) =>
    JSON.stringify(issuers.map(Issuer => ({ Name: 'x', Issuer, Subject: 'repo:a/b, c', Audiences: ['api'] })));
  const invited = { id: 'ffffffff-0000-4000-8000-000000000007', userPrincipalName: 'Bo@Example.com' };

  test.each<[string, object, Partial<AuditEvent>]>([
    [
      'a word of others is believed',
      audit('Update application', [
        target('Application', [change('FederatedIdentityCredentials', '[]', federated('https://idp.example.com'))]),
      ]),
      {
        deed: 'trust',
        target: `app/${OBJECT} trusts https://idp.example.com (repo:a/b,c)`,
        example: `${REQUEST}/https://idp.example.com (repo:a/b,c)`,
      },
    ],
    [
      'a word of others is believed no more',
      audit('Update application', [
        target('Application', [change('FederatedIdentityCredentials', federated('https://idp.example.com'), '[]')]),
      ]),
      {},
    ],
    [
      'whose word is believed cannot be read',
      audit('Update application', [target('Application', [change('FederatedIdentityCredentials', '[]', '{')])]),
      { deed: 'trust', target: `app/${OBJECT}`, example: `${REQUEST}/app/${OBJECT}` },
    ],
    [
      'a domain is federated',
      audit('Set federation settings on domain', [target('Domain', [], { displayName: 'Example.com' })]),
      { deed: 'trust', action: 'entra:set federation settings on domain', target: 'domain/example.com' },
    ],
    [
      'a domain changes to federated sign-in',
      audit('Set domain authentication', [target('Domain', [change('LiveType', '"Managed"', '"Federated"')])]),
      { deed: 'trust', action: 'entra:set domain authentication', target: 'domain/ci' },
    ],
    [
      'a domain changes back',
      audit('Set domain authentication', [target('Domain', [change('LiveType', '"Federated"', '"Managed"')])]),
      { action: 'entra:set domain authentication' },
    ],
    [
      'an application is given a role of another',
      audit('Add app role assignment to service principal', [
        target(SP, [
          change('ServicePrincipal.ObjectID', null, `"${USER}"`),
          change('ServicePrincipal.AppId', null, `"${APP}"`),
        ]),
      ]),
      { deed: 'grant', action: 'entra:add app role assignment to service principal', target: `app/${APP}` },
    ],
    [
      'a user is given a role of an application',
      audit('Add app role assignment grant to user', [
        target(SP, [change('User.ObjectID', null, `"${USER}"`), change('User.UPN', null, '"Bo@Example.com"')]),
      ]),
      { deed: 'grant', action: 'entra:add app role assignment grant to user', target: 'user/bo@example.com' },
    ],
    [
      'a group is given a role of an application',
      audit('Add app role assignment to group', [target(SP, [change('Group.ObjectID', null, `"${USER}"`)])]),
      { deed: 'grant', action: 'entra:add app role assignment to group', target: `group/${USER}` },
    ],
    [
      'consent is given',
      audit('Consent to application', [
        target(SP, [change('TargetId.ServicePrincipalNames', null, `"https://a.example.com;${APP}"`)]),
      ]),
      { deed: 'grant', action: 'entra:consent to application', target: `app/${APP}` },
    ],
    [
      'a person is given a role',
      audit('Add member to role', [target('Role'), target('User', [], invited)]),
      { deed: 'grant', action: 'entra:add member to role', target: 'user/bo@example.com' },
    ],
    [
      'a role is given for good',
      audit('Add member to role in PIM completed (permanent)', [target('Role'), target('User', [], invited)]),
      {
        deed: 'grant',
        action: 'entra:add member to role in pim completed (permanent)',
        target: 'user/bo@example.com',
      },
    ],
    [
      'a role is asked for',
      audit('Add member to role in PIM requested (permanent)', [target('User', [], invited)]),
      { action: 'entra:add member to role in pim requested (permanent)' },
    ],
    [
      'an owner is added, who may add keys',
      audit('Add owner to application', [target('User', [], invited), target('Application')]),
      { deed: 'grant', action: 'entra:add owner to application', target: 'user/bo@example.com' },
    ],
    [
      'an account is shut',
      audit('Disable account', [target('User', [], invited)]),
      { deed: 'disable', action: 'entra:disable account', target: `user/${invited.id}` },
    ],
    [
      'an account is opened again',
      audit('Enable account', [target('User', [], invited)]),
      { action: 'entra:enable account' },
    ],
    [
      'an account is deleted',
      audit('Delete user', [target('User', [], invited)]),
      { deed: 'delete', action: 'entra:delete user', target: `user/${invited.id}` },
    ],
    [
      'an application is deleted',
      audit('Delete application', [target('Application')]),
      { action: 'entra:delete application' },
    ],
    [
      'a policy of sign-in is changed',
      audit('Update conditional access policy', [target('Policy')]),
      { action: 'entra:update conditional access policy' },
    ],
    [
      'by an application',
      audit('Update application', [], {
        initiatedBy: { app: { appId: APP, servicePrincipalId: OBJECT, displayName: 'x' } },
      }),
      { credential: `app/${APP}`, principal: `app/${APP}`, address: '' },
    ],
    [
      'by an application that only its object names',
      audit('Update application', [], { initiatedBy: { app: { appId: null, servicePrincipalId: OBJECT } } }),
      { credential: `app/${OBJECT}`, principal: `app/${OBJECT}`, address: '' },
    ],
    [
      'by a service of Microsoft',
      audit('Update application', [], { initiatedBy: { app: { appId: null, displayName: 'MS-PIM' } } }),
      { credential: 'app/ms-pim', principal: 'app/ms-pim', address: '' },
    ],
    [
      'by nobody named',
      audit('Update application', [], { initiatedBy: {} }),
      { credential: `unidentified:${TENANT}`, principal: `unidentified:${TENANT}`, address: '' },
    ],
    [
      'throttled',
      audit('Update application', [], { result: 'failure', resultReason: 'Too many requests' }),
      { outcome: 'throttled' },
    ],
    ['timed out', audit('Update application', [], { result: 'timeout' }), { outcome: 'failed' }],
  ])('%s', async (_, record, expected) => {
    expect((await readEntra(record)).events).toEqual([{ ...EVENT, ...expected }]);
  });

  test('an account that was shut is active no more', async () => {
    const { credentials } = await readEntra(audit('Disable account', [target('User', [], invited)]));
    expect(credentials[1]).toEqual({
      id: `user/${invited.id}`,
      provider: 'azure',
      kind: 'entra-user',
      owner: 'user/bo@example.com',
      account: TENANT,
      observedAt: AT,
      active: false,
    });
  });

  test('records that cannot be placed are damage, and what has only begun is left out', async () => {
    const { events, ignored, completion } = await readEntra([
      audit('Update application', [], { activityDateTime: '1970-01-01T00:00:00Z' }),
      audit(' ', []),
      audit('Update application', [], { result: 'inProgress' }),
    ]);
    expect({ events, ignored, whats: completion.damage.map(({ what }) => what) }).toEqual({
      events: [],
      ignored: 1,
      whats: ['the record has no readable time', 'the record has no operation name'],
    });
  });
});

describe('a sign-in', () => {
  const SIGN_IN_ID = 'eeeeeeee-0000-4000-8000-00000000000a';
  const base = {
    id: SIGN_IN_ID,
    createdDateTime: TIME,
    correlationId: REQUEST,
    ipAddress: '198.51.100.7',
    userAgent: AGENT,
    uniqueTokenIdentifier: 'AbC_d-1',
    status: { errorCode: 0 },
    location: { countryOrRegion: 'RU' },
  };
  const person = { ...base, userId: USER, userPrincipalName: 'Admin@Example.com', appId: APP, isInteractive: true };
  const app = {
    ...base,
    appId: APP,
    servicePrincipalId: OBJECT,
    servicePrincipalName: 'ci',
    servicePrincipalCredentialKeyId: KEY.toUpperCase(),
    clientCredentialType: 'clientSecret',
  };
  const SIGNED_IN: AuditEvent = {
    ...EVENT,
    example: SIGN_IN_ID,
    deed: 'sign-in',
    action: 'entra:sign-in',
    session: 'AbC_d-1',
  };
  const ISSUED: AuditEvent = {
    ...SIGNED_IN,
    deed: 'issue',
    credential: KEY,
    principal: `app/${APP}`,
    session: '',
  };
  const row = (record: { status: { errorCode: number } }, more: object = {}) =>
    columnsOf({ ...record, resultType: String(record.status.errorCode), tenantId: TENANT, ...more });

  test.each<[string, unknown, Partial<AuditEvent>]>([
    ['in columns', row(person, { type: 'SigninLogs' }), {}],
    ['in a table', csvOf(row(person, { type: 'SigninLogs' })), {}],
    ['exported', exportOf(person, 'SignInLogs'), {}],
    ['answered by Microsoft Graph, which names no tenant', { value: [person] }, { account: '' }],
    [
      'exported in lower case, with the number outside',
      {
        time: TIME,
        category: 'SignInLogs',
        tenantid: TENANT,
        resulttype: 0,
        calleripaddress: '198.51.100.7',
        properties: { ...person, status: undefined, ipAddress: '' },
      },
      {},
    ],
  ])('of a person, %s', async (_, text, more) => {
    const { events, credentials, completion } = await readEntra(text);
    expect(events).toEqual([{ ...SIGNED_IN, ...more }]);
    expect(credentials).toEqual([{ ...CALLER, ...('account' in more && { account: '' }) }]);
    expect(completion).toMatchObject({ complete: true, kind: 'entra-sign-in', damage: [] });
  });

  test.each<[string, object, Partial<AuditEvent>]>([
    ['with two factors', { authenticationRequirement: 'multiFactorAuthentication' }, { mfa: 'yes' }],
    ['with one', { authenticationRequirement: 'singleFactorAuthentication' }, { mfa: 'no' }],
    [
      'with one that is strong',
      {
        authenticationRequirement: 'singleFactorAuthentication',
        authenticationDetails: JSON.stringify([{ authenticationMethod: 'FIDO2 security key', succeeded: true }]),
      },
      { mfa: 'yes' },
    ],
    [
      'with a strong one that failed before',
      {
        authenticationRequirement: 'singleFactorAuthentication',
        authenticationDetails: [{ authenticationMethod: 'Passkey', succeeded: false }],
      },
      { mfa: 'no' },
    ],
    [
      'with a second factor that was not asked for',
      {
        authenticationRequirement: 'singleFactorAuthentication',
        mfaDetail: { authMethod: 'Text message', authDetail: '' },
      },
      { mfa: 'yes' },
    ],
    [
      'not interactive',
      { authenticationRequirement: 'singleFactorAuthentication', isInteractive: false },
      { action: 'entra:non-interactive sign-in' },
    ],
    [
      'refused',
      { authenticationRequirement: 'singleFactorAuthentication', status: { errorCode: 50126 } },
      { outcome: 'denied' },
    ],
    ['interrupted to ask for a second factor', { status: { errorCode: 50076 } }, { outcome: 'failed' }],
    ['from a masked address', { ipAddress: '81.2.69.***' }, { address: '' }],
    ['without a sign-in name', { userPrincipalName: '' }, { principal: `user/${USER}` }],
    [
      'without an object id',
      { userId: '00000000-0000-0000-0000-000000000000' },
      { credential: 'user/admin@example.com' },
    ],
  ])('of a person, %s', async (_, more, expected) => {
    expect((await readEntra(exportOf({ ...person, ...more }, 'SignInLogs'))).events).toEqual([
      { ...SIGNED_IN, ...expected },
    ]);
  });

  test('of a person, by a program', async () => {
    const { events } = await readEntra(
      row(person, { type: 'AADNonInteractiveUserSignInLogs', isInteractive: 'false' }),
    );
    expect(events).toEqual([{ ...SIGNED_IN, action: 'entra:non-interactive sign-in' }]);
  });

  const kindOf = (credentials: readonly Credential[]) => credentials.map(({ kind, observedAt }) => [kind, observedAt]);

  test.each<[string, object, Partial<AuditEvent>, [string, number]]>([
    ['a secret', {}, {}, ['client-secret', 0]],
    [
      'a secret that is not named',
      { servicePrincipalCredentialKeyId: '' },
      { credential: `app/${APP}/secret` },
      ['client-secret', 0],
    ],
    ['a key of a kind not told', { clientCredentialType: 'none' }, {}, ['client-secret', -1]],
    [
      'a certificate',
      { clientCredentialType: 'clientAssertion', servicePrincipalCredentialThumbprint: 'AB12' },
      {},
      ['client-certificate', 0],
    ],
    [
      'a certificate told by its thumbprint',
      { clientCredentialType: undefined, servicePrincipalCredentialThumbprint: 'AB12' },
      {},
      ['client-certificate', 0],
    ],
    [
      'the word of others',
      {
        servicePrincipalCredentialKeyId: '',
        clientCredentialType: 'federatedIdentityCredential',
        federatedCredentialId: OTHER_KEY,
      },
      { credential: OTHER_KEY, session: 'AbC_d-1' },
      ['federated-credential', 0],
    ],
    [
      'the word of others, not named',
      { servicePrincipalCredentialKeyId: '', clientCredentialType: 'federatedIdentityCredential' },
      { credential: `app/${APP}/federated`, session: 'AbC_d-1' },
      ['federated-credential', 0],
    ],
    [
      'nothing that is told',
      { servicePrincipalCredentialKeyId: '', clientCredentialType: 'none' },
      { credential: `app/${APP}`, session: 'AbC_d-1' },
      ['service-principal', 0],
    ],
    [
      'a secret that is wrong',
      { servicePrincipalCredentialKeyId: '', status: { errorCode: 7000215 } },
      { credential: `app/${APP}/secret`, outcome: 'denied' },
      ['client-secret', 0],
    ],
  ])('of an application with %s', async (_, more, expected, announced) => {
    const record = { ...app, ...more };
    for (const text of [
      row(record, { type: 'AADServicePrincipalSignInLogs' }),
      exportOf(record, 'ServicePrincipalSignInLogs'),
    ]) {
      const { events, credentials } = await readEntra(text);
      expect(events).toEqual([{ ...ISSUED, ...expected }]);
      expect(kindOf(credentials)).toEqual([announced]);
    }
  });

  const MACHINE = '/subscriptions/S1/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm';
  const ASSIGNED = '/subscriptions/S1/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ci';

  test.each<[string, object, string]>([
    ['assigned by the system', { msiType: 'SystemAssigned', associatedResourceId: MACHINE }, MACHINE],
    ['assigned by a user', { msiType: 'UserAssigned', associatedResourceId: ASSIGNED }, ASSIGNED],
    [
      'assigned by a user, and the machine named',
      { msiType: 'UserAssigned', associatedResourceId: MACHINE },
      `/app/${APP}`,
    ],
    ['not named', {}, `/app/${APP}`],
  ])('of a managed identity %s', async (_, managedServiceIdentity, id) => {
    const { events } = await readEntra(
      exportOf({ ...app, ipAddress: '', managedServiceIdentity }, 'ManagedIdentitySignInLogs'),
    );
    expect(events).toEqual([{ ...ISSUED, credential: id.slice(1).toLowerCase(), session: 'AbC_d-1', address: '' }]);
  });

  test('of any sort, mixed with changes, and without the name of a log', async () => {
    const change = audit('Update application', []);
    const { events, completion } = await readEntra({
      records: [
        exportOf(change, 'AuditLogs'),
        exportOf(person, 'SignInLogs'),
        { ...person, signInEventTypes: ['nonInteractiveUser'] },
        row(app),
        { ...app, signInEventTypes: ['managedIdentity'], servicePrincipalCredentialKeyId: '' },
      ],
    });
    expect(events.map(({ deed, action, credential }) => [deed, action, credential])).toEqual([
      ['use', 'entra:update application', `user/${USER}`],
      ['sign-in', 'entra:sign-in', `user/${USER}`],
      ['sign-in', 'entra:non-interactive sign-in', `user/${USER}`],
      ['issue', 'entra:sign-in', KEY],
      ['issue', 'entra:sign-in', `app/${APP}`],
    ]);
    expect(completion).toMatchObject({ complete: true, kind: 'entra-audit + entra-sign-in' });
  });

  test('that is told in two shapes counts once, with an id and without', async () => {
    const unnamed = { ...person, id: '' };
    const { events } = await readEntra([
      exportOf(person, 'SignInLogs'),
      row(person),
      exportOf(unnamed, 'SignInLogs'),
      row(unnamed),
    ]);
    const seen = new Seen();
    expect(events.map(event => seen.add(event, 0))).toEqual([true, false, true, false]);
  });

  test('without a time or a result is damage', async () => {
    const { events, completion } = await readEntra([
      exportOf({ ...person, createdDateTime: '' }, 'SignInLogs', { time: '0001-01-01T00:00:00Z' }),
      exportOf({ ...person, status: {} }, 'SignInLogs'),
    ]);
    expect({ events, whats: completion.damage.map(({ what }) => what) }).toEqual({
      events: [],
      whats: ['the sign-in has no readable time', 'the sign-in does not say how it ended'],
    });
  });

  test('shows what its log can show', async () => {
    const { completion } = await readEntra(exportOf(app, 'ServicePrincipalSignInLogs'));
    expect(completion.views?.['sign-ins']).toEqual({
      blind: false,
      gaps: [
        'no sign-ins of people: they are in the log SignInLogs',
        'no tokens renewed for people: they are in the log NonInteractiveUserSignInLogs',
        'no sign-ins of managed identities: they are in the log ManagedIdentitySignInLogs',
      ],
    });
    expect(completion.views?.calls.blind).toBe(true);
  });
});

test.each<[string, string | null]>([
  ['0', 'ok'],
  ['Success', 'ok'],
  ['7000215', 'denied'],
  ['7000222', 'denied'],
  ['AADSTS50126', 'denied'],
  ['50053', 'denied'],
  ['53003', 'denied'],
  ['530032', 'denied'],
  ['700213', 'denied'],
  ['700016', 'invalid'],
  ['500011', 'invalid'],
  ['50196', 'throttled'],
  ['50074', 'failed'],
  ['50076', 'failed'],
  ['50140', 'failed'],
  ['65001', 'failed'],
  ['700082', 'failed'],
  ['Failure', 'failed'],
  ['', null],
  ['-1', null],
  ['1e3', null],
])('a sign-in that ended with %j is %s', (result, outcome) => {
  expect(signInOutcome(result)).toBe(outcome);
});

describe('applications and their keys', () => {
  const secret = {
    keyId: KEY.toUpperCase(),
    displayName: 'ci',
    startDateTime: '2026-01-02T03:04:05.1234567Z',
    endDateTime: '2027-01-02T03:04:05Z',
    hint: 'abc',
    secretText: null,
    customKeyIdentifier: null,
  };
  const certificate = { ...secret, keyId: OTHER_KEY, type: 'AsymmetricX509Cert', usage: 'Verify', hint: undefined };
  const application = { id: OBJECT, appId: APP, passwordCredentials: [secret], keyCredentials: [certificate] };
  const FACT: Credential = {
    id: KEY,
    provider: 'azure',
    kind: 'client-secret',
    owner: `app/${APP}`,
    account: '',
    observedAt: 1,
    active: true,
    createdAt: Date.UTC(2026, 0, 2, 3, 4, 5, 123),
    expiresAt: Date.UTC(2027, 0, 2, 3, 4, 5),
  };
  const CERTIFICATE: Credential = { ...FACT, id: OTHER_KEY, kind: 'client-certificate' };
  const only = (more: object) => ({
    ...application,
    keyCredentials: [],
    passwordCredentials: [{ ...secret, ...more }],
  });
  const without = (name: keyof Credential): object => ({ ...FACT, [name]: undefined });
  const { keyId: KeyId, startDateTime: StartDateTime, endDateTime: EndDateTime } = secret;

  test.each<[string, unknown, readonly object[]]>([
    ['of an answer', { '@odata.context': 'x', value: [application] }, [FACT, CERTIFICATE]],
    ['of a list', [application], [FACT, CERTIFICATE]],
    ['of a single one', application, [FACT, CERTIFICATE]],
    [
      'of a service principal that is switched off',
      { ...application, keyCredentials: null, accountEnabled: false },
      [{ ...FACT, active: false }],
    ],
    ['by PowerShell', { AppId: APP, PasswordCredentials: [{ KeyId, StartDateTime, EndDateTime }] }, [FACT]],
    ['by an older command line', only({ startDateTime: undefined, startDate: secret.startDateTime }), [FACT]],
    [
      'in bare rows',
      [secret, certificate],
      [
        { ...FACT, owner: '' },
        { ...CERTIFICATE, owner: '' },
      ],
    ],
    [
      'that end far ahead',
      only({ endDateTime: '9999-12-31T23:59:59Z' }),
      [{ ...FACT, expiresAt: Date.UTC(9999, 11, 31) }],
    ],
    ['that have no start', only({ startDateTime: '0001-01-01T00:00:00Z' }), [without('createdAt')]],
    ['that have no end', only({ endDateTime: null }), [without('expiresAt')]],
    ['of none', { ...application, passwordCredentials: [], keyCredentials: [] }, []],
    [
      'that sign for single sign-on, with the password that guards them',
      { ...application, keyCredentials: [{ ...certificate, keyId: KEY, usage: 'Sign' }, certificate] },
      [CERTIFICATE],
    ],
  ])('%s', async (_, text, expected) => {
    const { credentials, events, completion } = await readEntra(text);
    expect(credentials).toEqual(expected);
    expect(events).toEqual([]);
    expect(completion).toMatchObject({ complete: true, kind: 'entra-applications', damage: [] });
  });

  test('read live bear the tenant and the day', () => {
    const credentials: Credential[] = [];
    const sink = { credential: (one: Credential) => void credentials.push(one), ignore() {}, malformed() {} };
    readApplication(application, { account: TENANT, observedAt: AT }, sink);
    expect(credentials).toEqual([FACT, CERTIFICATE].map(one => ({ ...one, account: TENANT, observedAt: AT })));
  });

  test('that cannot be read are damage', async () => {
    const { credentials, completion } = await readEntra([
      { ...application, appId: '' },
      { ...application, keyCredentials: [], passwordCredentials: ['x', { keyId: 'x' }] },
      { ...application, keyCredentials: 'x' },
      only({ endDateTime: 'soon' }),
    ]);
    expect(credentials).toEqual([FACT, without('expiresAt')]);
    expect(completion.damage.map(({ what, count }) => [what, count])).toEqual([
      ['an application without an id', 1],
      ['a key of an application without an id', 1],
      ['a key of an application without an id', 1],
      ['keyCredentials is not a list', 1],
      ['a key of an application with an unreadable endDateTime', 1],
    ]);
  });

  test('give away nothing of a secret', async () => {
    const taken = await readEntra(only({ hint: 'Qz8', secretText: 'Qz8~example~secret' }));
    expect(JSON.stringify(taken)).not.toContain('Qz8');
  });
});

describe('hostile records', () => {
  const values = [null, true, 0, -1e99, '', 'x'.repeat(9000), '\u0000\u202e', '{', '[1]', [], [[]], {}, [{ key: {} }]];
  const wholes: readonly (readonly [string, Record<string, unknown>])[] = [
    ['audit', audit('Add member to role', [target('User', ADDED)])],
    ['export', exportOf(audit('Consent to application', [target('Application', ADDED)]), 'AuditLogs')],
    ['table', columnsOf(audit('Disable account', [target('User', ADDED)]))],
    [
      'sign-in',
      { createdDateTime: TIME, status: { errorCode: 0 }, userId: USER, appId: APP, mfaDetail: {}, userAgent: AGENT },
    ],
    ['application', { appId: APP, passwordCredentials: [{ keyId: KEY }], keyCredentials: [{ keyId: KEY }] }],
  ];

  test.each(wholes)('%s', async (_, whole) => {
    const records = Object.keys(whole).flatMap(name => values.map(value => ({ ...whole, [name]: value })));
    const { events } = await readEntra(records);
    for (const event of events) expect(JSON.stringify(event).length).toBeLessThan(2000);
  });
});
