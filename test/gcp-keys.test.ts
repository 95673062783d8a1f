import { describe, expect, test } from 'vitest';
import type { Credential } from '../src/model/credential.ts';
import { formats, notAuditLogs } from '../src/normalise/formats.ts';
import { gcpKeys } from '../src/normalise/gcp-keys.ts';
import type { JsonObject } from '../src/scan/wanted.ts';
import { readGcp } from './gcp-read.ts';
import { readText } from './read-text.ts';

const PROJECT = 'example-ai';
const ACCOUNT = `app@${PROJECT}.iam.gserviceaccount.com`;
const KEY = '0946192040aafa3e1265fc9188025479a7a96139';
const UID = 'b7ff1f9f-8275-410a-94dd-3855ee9b5dd2';

/** As `gcloud iam service-accounts keys list --format=json` gives it. */
const accountKey = (more: object = {}): JsonObject => ({
  keyAlgorithm: 'KEY_ALG_RSA_2048',
  keyOrigin: 'GOOGLE_PROVIDED',
  keyType: 'USER_MANAGED',
  name: `projects/${PROJECT}/serviceAccounts/${ACCOUNT}/keys/${KEY}`,
  validAfterTime: '2026-01-02T03:04:05Z',
  validBeforeTime: '9999-12-31T23:59:59Z',
  ...more,
});

/** As `gcloud services api-keys list --format=json` gives it. */
const apiKey = (more: object = {}): JsonObject => ({
  createTime: '2026-01-02T03:04:05.678901Z',
  displayName: 'studio',
  etag: 'W/"x"',
  name: `projects/123456789012/locations/global/keys/${UID}`,
  uid: UID,
  updateTime: '2026-02-02T03:04:05Z',
  ...more,
});

/** As `gcloud iam service-accounts list --format=json` gives it. */
const account = (more: object = {}): JsonObject => ({
  displayName: 'the app',
  email: ACCOUNT,
  etag: 'x',
  name: `projects/${PROJECT}/serviceAccounts/${ACCOUNT}`,
  oauth2ClientId: '1',
  projectId: PROJECT,
  uniqueId: '103128253349260544953',
  ...more,
});

const CREATED = Date.UTC(2026, 0, 2, 3, 4, 5);

const SEEN_KEY: Credential = {
  id: KEY,
  provider: 'google',
  kind: 'service-account-key',
  owner: ACCOUNT,
  account: PROJECT,
  observedAt: 1,
  active: true,
  createdAt: CREATED,
};

const SEEN_API_KEY: Credential = {
  id: UID,
  provider: 'google',
  kind: 'api-key',
  owner: '',
  account: '123456789012',
  name: 'studio',
  observedAt: 1,
  active: true,
  createdAt: CREATED + 678,
};

const SEEN_ACCOUNT: Credential = {
  id: ACCOUNT,
  provider: 'google',
  kind: 'service-account',
  owner: ACCOUNT,
  account: PROJECT,
  name: 'the app',
  observedAt: 1,
  active: true,
};

const maps = (service: string) => ({ restrictions: { apiTargets: [{ service }] } });

describe('a row', () => {
  test.each<readonly [string, JsonObject, readonly Credential[]]>([
    ['a key of a service account', accountKey(), [SEEN_KEY]],
    ['a disabled key', accountKey({ disabled: true }), [{ ...SEEN_KEY, active: false }]],
    [
      'an uploaded key with an end',
      accountKey({ keyOrigin: 'USER_PROVIDED', validBeforeTime: '2027-01-02T03:04:05Z' }),
      [{ ...SEEN_KEY, expiresAt: Date.UTC(2027, 0, 2, 3, 4, 5) }],
    ],
    ['a key that Google keeps', accountKey({ keyType: 'SYSTEM_MANAGED' }), []],
    [
      'a key in an answer that leaves the project open',
      accountKey({ name: `projects/-/serviceAccounts/${ACCOUNT}/keys/${KEY}` }),
      [SEEN_KEY],
    ],
    ['an API key', apiKey(), [SEEN_API_KEY]],
    ['an API key for the Gemini API', apiKey(maps('generativelanguage.googleapis.com')), [SEEN_API_KEY]],
    ['an API key for maps', apiKey(maps('maps-backend.googleapis.com')), []],
    ['an API key limited to places alone', apiKey({ restrictions: { serverKeyRestrictions: {} } }), [SEEN_API_KEY]],
    [
      'a deleted API key, which is kept for thirty days',
      apiKey({ deleteTime: '2026-03-01T00:00:00Z' }),
      [{ ...SEEN_API_KEY, active: false }],
    ],
    [
      'an API key that stands for a service account, with an id of its maker’s',
      apiKey({ name: 'projects/123456789012/locations/global/keys/mine', serviceAccountEmail: ACCOUNT }),
      [{ ...SEEN_API_KEY, id: 'projects/123456789012/locations/global/keys/mine', owner: ACCOUNT }],
    ],
    ['a service account', account(), [SEEN_ACCOUNT]],
    ['a disabled service account', account({ disabled: true }), [{ ...SEEN_ACCOUNT, active: false }]],
  ])('%s', async (_, row, expected) => {
    const { credentials, events, ignored, completion } = await readText(JSON.stringify([row]), {
      formats,
      others: notAuditLogs,
    });
    expect(credentials).toEqual(expected);
    expect([events, ignored]).toEqual([[], 1 - expected.length]);
    expect(completion).toMatchObject({ kind: 'gcp-keys', complete: true, damage: [] });
  });
});

describe('a list', () => {
  test.each<readonly [string, unknown]>([
    ['gcloud', [accountKey(), account()]],
    ['JSON Lines', `${JSON.stringify(accountKey())}\n${JSON.stringify(account())}`],
  ])('%s', async (_, list) => {
    const { credentials } = await readGcp(list);
    expect(credentials).toEqual([SEEN_KEY, SEEN_ACCOUNT]);
  });

  test('as the APIs answer', async () => {
    expect((await readGcp({ keys: [accountKey(), apiKey()] })).credentials).toEqual([SEEN_KEY, SEEN_API_KEY]);
    expect((await readGcp({ accounts: [account()] })).credentials).toEqual([SEEN_ACCOUNT]);
  });

  test('one page of service accounts of several is damage', async () => {
    const { completion } = await readGcp({ accounts: [account()], nextPageToken: 'x' });
    expect(completion).toMatchObject({
      complete: false,
      damage: [{ what: 'accounts is one page of several: save the list whole' }],
    });
  });

  test.each([
    ['a beginning that is none', accountKey({ validAfterTime: 'soon' }), 'a key with an unreadable validAfterTime', 1],
    ['an account without an address', account({ email: 7 }), 'a service account without an address', 0],
  ])('%s is damage', async (_, row, what, count) => {
    const { credentials, completion } = await readGcp([row]);
    expect(credentials.length).toBe(count);
    expect(completion.damage.map(damage => damage.what)).toEqual([what]);
  });

  test('says what it leaves out', async () => {
    const gapsOf = async (...rows: readonly JsonObject[]) => (await readGcp(rows)).completion.views!.inventory;
    expect(await gapsOf(accountKey(), apiKey())).toEqual({
      blind: false,
      gaps: [
        '`gcloud iam service-accounts keys list` shows the keys of the service accounts it was asked for, and of no others',
        'API keys that are restricted to services without models were left out',
        'lists of Google Cloud do not tell when a key was last used',
      ],
    });
    expect((await gapsOf(account())).gaps.slice(0, 2)).toEqual([
      'no list of service account keys, which `gcloud iam service-accounts keys list --iam-account=<e-mail>` gives',
      'no list of API keys, which `gcloud services api-keys list` gives',
    ]);
  });
});

describe('other records', () => {
  test.each<readonly [string, JsonObject]>([
    ['an object with a name', { name: 'projects/p' }],
    ['a key of Cloud KMS', { name: 'projects/p/locations/global/keyRings/r/cryptoKeys/k', createTime: 'x' }],
    ['a list of other accounts', { accounts: [{ name: 'billingAccounts/1' }] }],
    ['accounts that are none', { accounts: 'projects/p/serviceAccounts/a' }],
    ['an API key without its facts', { name: `projects/1/locations/global/keys/${UID}` }],
  ])('%s', (_, record) => {
    expect(gcpKeys.unwrap(record)).toBeNull();
  });

  test('whatever a row holds, it is read without throwing', async () => {
    const values: readonly unknown[] = [null, 0, '', 'x'.repeat(2_000), true, [], {}, [null], '\u0000'];
    for (const row of [accountKey(), apiKey(maps('x')), account()]) {
      const bent = Object.keys(row).flatMap(name => values.map(value => ({ ...row, [name]: value })));
      const { credentials } = await readGcp(bent);
      expect(credentials.every(({ createdAt = 0, id }) => Number.isSafeInteger(createdAt) && id.length <= 256)).toBe(
        true,
      );
    }
  });
});
