import { describe, expect, test } from 'vitest';
import { tellingActions } from '../src/normalise/cloudtrail-deeds.ts';
import { formats, formatsFor, notAuditLogs } from '../src/normalise/formats.ts';
import type { FieldMap } from '../src/normalise/field-map.ts';
import { redact, redactPath, tidy } from '../src/normalise/redact.ts';
import { seeker, textsIn } from './planted/grep.ts';
import { type Planted, plantings, type Put, whole, wordwise } from './planted/plant.ts';
import { IDS, type Sample, SAMPLES } from './planted/samples.ts';
import { BARE, SECRETS } from './planted/secrets.ts';
import { readText, type Taken } from './read-text.ts';

const seek = seeker(SECRETS);
const seekBare = seeker([BARE]);

/** What reading made of planted records that is theirs: which of the secrets came through, and in which field. */
function leaksIn({ events, credentials, censuses, completion }: Taken, find = seek): string[] {
  const leaks = new Set<string>();
  for (const [part, values] of Object.entries({ events, credentials, censuses, completion: [completion] }))
    for (const value of values)
      for (const [name, held] of Object.entries(value))
        for (const text of textsIn(held)) {
          const kind = find(text);
          if (kind !== null) leaks.add(`${part}.${name}: ${kind}`);
        }
  return [...leaks];
}

async function leaksOf(records: readonly unknown[], write: Sample['write']): Promise<string[]> {
  return leaksIn(await readText(write(records)));
}

/** Where a secret was put that came through, as 'where -> which field: which secret'. */
async function check(sample: Sample, put: Put): Promise<string[]> {
  const planted = [...plantings(sample.record, put)];
  const found = await leaksOf(
    planted.map(({ record }) => record),
    sample.write,
  );
  return found.length === 0 ? [] : await placesOf(planted, sample.write);
}

/** The same, one by one. */
async function placesOf(planted: readonly Planted[], write: Sample['write']): Promise<string[]> {
  const places: string[] = [];
  for (const { where, record } of planted)
    for (const leak of await leaksOf([record], write)) places.push(`${where} -> ${leak}`);
  return places.length === 0 ? ['only when several are read together'] : places;
}

/** Those that each need another care: lower case, slashes, dots, line breaks, nothing to begin with. */
const TELLING = SECRETS.filter(({ kind }) =>
  /^(?:Anthropic API key|Google API key|AWS secret access key|AWS session token|signed token|private key)$/.test(kind),
);

test('there are records of every format, which are read as such', async () => {
  expect(Object.keys(SAMPLES).sort()).toEqual(formats.map(({ id }) => id).sort());
  for (const [id, samples] of Object.entries(SAMPLES))
    for (const { record, write } of samples) {
      const { events, credentials, completion } = await readText(write([record]));
      expect({ id, record, ...completion }).toMatchObject({ id: completion.kind, damage: [], complete: true });
      expect(events.length + credentials.length, JSON.stringify(record)).toBeGreaterThan(0);
    }
});

describe.each(Object.entries(SAMPLES))('no secret comes through %s', (_, samples) => {
  test('in place of a text, amid it, or as the name of a field', async () => {
    for (const sample of samples)
      for (const { kind, text } of SECRETS) expect(await check(sample, whole(text)), kind).toEqual([]);
  });

  test('in place of a word of a text', async () => {
    for (const sample of samples)
      for (const { kind, text } of TELLING) expect(await check(sample, wordwise(text)), kind).toEqual([]);
  });
});

describe('no secret comes through', () => {
  /** What one or another deed is told of. */
  const NAMES = (
    'accessKeyId userName roleName groupName policyName policyArn roleArn name names path secretId secretIdList trailName ' +
    'eventDataStore modelId url sAMLProviderArn openIDConnectProviderArn targetPrincipal serviceSpecificCredentialId ' +
    'roleSessionName serviceName arn id'
  ).split(' ');
  const asked = Object.fromEntries(NAMES.map(name => [name, `x/${name}`]));
  const made = {
    accessKey: asked,
    serviceSpecificCredential: asked,
    loginProfile: asked,
    createAccountStatus: asked,
    federatedUser: asked,
    trustAnchor: { trustAnchorArn: 'arn:x' },
    credentials: asked,
    ...asked,
  };

  test.each(tellingActions)('the deed %s', async action => {
    const [service = '', eventName = ''] = action.split(':');
    const [{ record, write }] = SAMPLES['cloudtrail'] as [Sample];
    const deed = {
      ...record,
      eventSource: `${service}.amazonaws.com`,
      eventName,
      requestParameters: { ...asked, withDecryption: true, isMultiRegionTrail: false },
      responseElements: made,
    };
    for (const { kind, text } of TELLING)
      expect(await check({ record: deed, write }, held => whole(text)(held).slice(0, 1)), kind).toEqual([]);
  });

  test('text that is no record, or a broken one', async () => {
    for (const { kind, text } of SECRETS) {
      const quoted = JSON.stringify(text);
      const texts = [
        text,
        `{${quoted}: ${quoted}}`,
        `{"eventName": ${quoted}, `,
        `{"Records": [${quoted}, {"a": ${quoted}`,
        `[${quoted}, 1`,
        `${quoted}\n{]\n${text}`,
        `name,${quoted}\n${text},x\n`,
        `192.0.2.1 - ${text} [${text}] "${text}" ${text}`,
        `{"events": [{"message": ${quoted}}], ${quoted}: [`,
        `${text}\u0000${text}`,
      ];
      for (const damaged of texts) expect(leaksIn(await readText(damaged)), `${kind}: ${damaged}`).toEqual([]);
    }
  });

  test('a log of fields that a configuration maps', async () => {
    const names = [
      'id',
      'credential',
      'owner',
      'name',
      'scope',
      'model',
      'agent',
      'region',
      'outcome',
      'status',
    ] as const;
    const map: FieldMap = {
      name: 'mine',
      when: { app: ['gateway'] },
      fields: Object.fromEntries([...names, 'time', 'address'].map(name => [name, [`in.${name}`]])),
    };
    const record = {
      app: 'gateway',
      in: {
        ...Object.fromEntries(names.map(name => [name, `a ${name}`])),
        time: '2026-11-19T12:00:00Z',
        address: '192.0.2.1',
      },
    };
    const known = { formats: formatsFor({ maps: [map] }), others: notAuditLogs };
    for (const { kind, text } of SECRETS) {
      const records = [...plantings(record, whole(text))].map(planted => JSON.stringify(planted.record));
      const taken = await readText(records.join('\n'), known);
      expect(taken.events.length).toBeGreaterThan(10);
      expect(leaksIn(taken), kind).toEqual([]);
    }
  });
});

describe('what only looks like a secret', () => {
  test('ids and digests are told as they are', async () => {
    const told: string[] = [];
    for (const samples of Object.values(SAMPLES))
      for (const { record, write } of samples) {
        const { events, credentials } = await readText(write([record]));
        told.push(...textsIn([events, credentials]));
      }
    expect(told.filter(text => text.includes('[redacted]'))).toEqual([]);
    for (const id of IDS)
      expect(
        told.some(text => text.includes(id)),
        id,
      ).toBe(true);
  });

  test.each([
    ...IDS,
    '0123456789abcdef0123456789abcdef',
    'trace_id=4bf92f3577b34da6a3ce929d0e0e4736',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'api_key: apikey_01Rj2N8SVvo6BePZj99NhmiT',
    'user_api_key=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'access_key=AKIAIOSFODNN7EXAMPLE',
    'principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/githubpool1/subject/s1',
    'ASIAIOSFODNN7EXAMPLE',
    'basic authentication is deprecated',
    'Bearer authentication failed',
    'the task-force-of-the-desk-sk-1',
    `arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ops@example.com`,
  ])('%s', text => {
    for (const amid of [text, ` ${text} `, `(${text})`, `a/${text}/b`]) {
      expect([redact(amid), redactPath(amid), tidy(amid)]).toEqual([amid, amid, amid]);
    }
  });

  test('what is an id in one field is a key where keys stand', async () => {
    const places: readonly (readonly [format: string, where: RegExp])[] = [
      ['cloudtrail', /accessKeyId$/],
      ['iam-listing', /AccessKeyId$/],
      ['anthropic-listing', /partial_key_hint$/],
      ['openai-listing', /redacted_value$|api_key\.value$/],
      ['litellm-spend', /\.api_key$/],
      ['litellm-payload', /user_api_key_hash$/],
      ['litellm-keys', /\.(?:token|key_name)$/],
      ['litellm-audit', /\.(?:changed_by_api_key|token|key_name)$/],
      ['gcp-keys', /keyString$/],
      ['azure-gateway', /api-key$/],
      ['kong', /apikey$|x-api-key$|authorization$/],
    ];
    for (const [format, where] of places) {
      let planted = 0;
      for (const { record, write } of SAMPLES[format]!)
        for (const one of plantings(record, () => [BARE.text])) {
          if (!where.test(one.where)) continue;
          planted++;
          expect(leaksIn(await readText(write([one.record])), seekBare), one.where).toEqual([]);
        }
      expect(planted, format).toBeGreaterThan(0);
    }
  });

  test.each([
    'x-api-key: ',
    'api-key=',
    '"api_key": "',
    '?key=',
    '&subscription-key=',
    'Authorization: Bearer ',
    '?sig=',
  ])('what stands behind %s is a key', name => {
    expect(redact(`see ${name}${BARE.text} there`)).toBe(`see ${name}[redacted] there`);
  });
});
