import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { dig, digText, isObject, parseJson } from '../src/normalise/dig.ts';
import type { JsonObject } from '../src/scan/wanted.ts';
import { readGcp, sayEvent } from './gcp-read.ts';

const corpus = process.env.KEYWARD_CORPUS ?? '';

beforeEach(context => context.skip(corpus === '', 'KEYWARD_CORPUS is not set'));

const linesOf = (file: string): readonly JsonObject[] =>
  readFileSync(join(corpus, file), 'utf8').split('\n').map(parseJson).filter(isObject);

/** What became of a record, in a few words; each record is judged on its own. */
async function tell(record: unknown): Promise<string> {
  const { events, credentials, ignored, completion } = await readGcp([record]);
  const kinds = new Map(credentials.map(({ id, kind }) => [id, kind]));
  const told = events.map(({ deed, outcome, credential }) => `${deed} by ${kinds.get(credential)}: ${outcome}`);
  const damage = completion.damage.map(({ what }) => what);
  return [...told, ...damage, ...(ignored > 0 ? [OUT] : []), ...(completion.skipped ? [completion.kind] : [])].join(
    ', ',
  );
}

const OUT = 'left out';
const NO_METHOD = 'the entry names no method';
const NO_TIME = 'the entry has no readable time';
const NO_ENTRY = 'not recognised as an audit log';
const USED = 'use by member: ok';
const BY_KEY = 'service-account-key';

const NO_KEY = 'nothing is done to a key or to what records its use';
const THE_END = 'the end of an operation, whose start counts';
const FRAGMENT = 'a fragment without a method, as only tests have';
const BY_NOBODY = 'the caller is not named, and plain use by nobody is nobody’s';

/** By rule, what became of its records in their order, and why. */
type Table = Readonly<Record<string, readonly [readonly string[], string]>>;

const PANTHER: Table = {
  'GCP.compute.instances.create.Privilege.Escalation': [
    [USED, 'use by member: invalid', NO_TIME],
    `${NO_KEY}; code 5 is what is not there; the last bears no time at all`,
  ],
  'GCP.CloudBuild.Potential.Privilege.Escalation': [[`use by ${BY_KEY}: ok`, USED], NO_KEY],
  'GCP.Project.ExternalUserOwnershipInvite': [
    ['trust by member: ok', 'grant by member: ok'],
    'mail that anyone may have becomes an owner; then someone of one’s own domain',
  ],
  'GCP.Logging.Sink.Modified': [['silence by member: ok', USED], 'a sink is told to leave entries out; then listed'],
  'GCP.IAM.serviceAccounts.signJwt.Privilege.Escalation': [
    [`issue by ${BY_KEY}: ok`, `issue by ${BY_KEY}: ok`],
    'a token is signed with a downloaded key; that a permission was not granted shows in the status, which says that it went well',
  ],
  'GCP.Logging.Settings.Modified': [
    [NO_METHOD, 'silence by member: ok'],
    `${FRAGMENT}; then a sink leaves entries out`,
  ],
  'GCP.GCS.IAMChanges': [['grant by member: ok'], 'a public bucket is no way to obtain a credential'],
  'GCP.Compute.SSHConnection': [
    [USED, USED, OUT, USED, OUT],
    `${NO_KEY}; the third is ${THE_END}; of the last ${BY_NOBODY}`,
  ],
  'GCP.Workload.Identity.Pool.Created.or.Updated': [
    [USED, 'trust by member: ok', 'trust by member: ok'],
    'what is deleted lets nobody in; a provider that is changed or made does',
  ],
  'GCP.IAM.OrgFolderIAMChanges': [
    [`grant by ${BY_KEY}: ok`, USED],
    'an owner is added, by a service account that has no domain to compare with; then one is removed',
  ],
  'GCP.SQL.ConfigChanges': [[USED], NO_KEY],
  'GCP.Log.Bucket.Or.Sink.Deleted': [
    ['silence by member: ok', 'silence by member: ok', USED, USED],
    'what holds or sends logs is deleted; then looked at',
  ],
  'GCP.DNS.Zone.Modified.or.Deleted': [[USED, USED, USED, USED], NO_KEY],
  'GCP.Permissions.Granted.to.Create.or.Manage.Service.Account.Key': [
    [NO_METHOD, 'grant by member: ok'],
    `${FRAGMENT}; one account may act as another, told once for two roles`,
  ],
  'GCP.Firewall.Rule.Modified': [[USED, USED, NO_ENTRY, NO_ENTRY, USED], `${NO_KEY}; a method alone is no entry`],
  'GCP.Privilege.Escalation.By.Deployments.Create': [[OUT, OUT], BY_NOBODY],
  'GCP.Tag.Binding.Creation': [[USED, USED], NO_KEY],
  'GCP.Compute.IAM.Policy.Update': [
    [`grant by ${BY_KEY}: ok`, `grant by ${BY_KEY}: ok`, `use by ${BY_KEY}: ok`],
    'rights to a disk and to an image; to whom is not told',
  ],
  'GCP.VPC.Flow.Logs.Disabled': [[USED, USED], 'flows of a network tell of no keys'],
  'GCP.UnusedRegions': [[OUT, OUT, USED, 'use by member: failed'], `${THE_END}, twice; code 11 is a failure`],
  'GCP.Cloud.Run.Set.IAM.Policy': [
    ['grant by member: ok', 'grant by member: ok', NO_METHOD],
    'the policy is told whole, and what changed in it is not; then no method',
  ],
  'GCP.Service.Account.or.Keys.Created': [
    ['create by member: ok', 'open by member: ok', 'grant by member: ok'],
    'a key, an account, and a policy of which no change is told',
  ],
  'GCP.Cloudfunctions.Functions.Create': [[OUT, OUT], BY_NOBODY],
  'GCP.KMS.CrossProjectEncryption': [
    ['use by service-account: ok', 'use by service-account: ok'],
    'without an @ the address is not that of a service of Google, and is not taken for one',
  ],
  'GCP.Destructive.Queries': [[OUT, NO_METHOD, OUT], `${THE_END}, twice; ${FRAGMENT}`],
  'GCP.Inbound.SSO.Profile.Created': [
    [USED, 'trust by unknown: ok', 'trust by member: ok'],
    'another provider vouches for people; the second is named by something that is no address',
  ],
  'GCP.IAM.serviceAccounts.getAccessToken.Privilege.Escalation': [
    [`issue by ${BY_KEY}: ok`, `issue by ${BY_KEY}: ok`, 'issue by unknown: ok'],
    'tokens of service accounts; the last caller is a subject of nobody knows which issuer',
  ],
  'GCP.Storage.Hmac.Keys.Create': [[OUT, OUT], BY_NOBODY],
  'GCP.GCS.Ransom.Note.Upload': [[USED, USED], NO_KEY],
  'GCP.Cloudfunctions.Functions.Update': [[OUT, OUT], BY_NOBODY],
  'GCP.IAM.Tag.Enumeration': [[USED, USED, USED], NO_KEY],
  'GCP.Privileged.Operation': [['grant by member: ok', USED], 'a policy is set; then machines are listed'],
  'GCP.Service.Account.Access.Denied': [
    [`open by ${BY_KEY}: denied`, 'open by unknown: ok'],
    'refused; then made by Google itself, which the log does not name',
  ],
  'GCP.Cloud.Run.Service.Created': [
    [NO_METHOD, USED, 'use by member: failed'],
    `${FRAGMENT}; ${NO_KEY}; what was there already is code 6`,
  ],
  'GCP.IAM.CustomRoleChanges': [[USED], 'a role that nobody has yet'],
  'GCP.GCS.Public': [['grant by member: ok'], 'a public bucket is no way to obtain a credential'],
  'GCP.Firewall.Rule.Created': [[USED, USED, NO_ENTRY, NO_ENTRY, USED], `${NO_KEY}; a method alone is no entry`],
  'GCP.User.Added.To.Privileged.Group': [[USED, USED], 'what a group may do is not told'],
  'GCP.iam.roles.update.Privilege.Escalation': [[NO_METHOD, NO_METHOD], FRAGMENT],
  'GCP.KMS.EraseKey': [[USED, USED, USED], 'keys that encrypt open no models'],
  'GCP.serviceusage.apiKeys.create.Privilege.Escalation': [
    [`create by ${BY_KEY}: ok`, `create by ${BY_KEY}: ok`, `create by ${BY_KEY}: ok`],
    'an API key, told by the end of the operation; a permission that was not granted contradicts a status that is fine',
  ],
  'GCP.Compute.Snapshot.UnexpectedDomain': [[USED, USED], NO_KEY],
};

describe('panther', () => {
  test('every line, each on its own', async () => {
    const became = new Map<string, string[]>();
    for (const line of linesOf('panther/gcp_audit_rules.jsonl')) {
      const rule = digText(line, 'rule');
      became.set(rule, [...(became.get(rule) ?? []), await tell(dig(line, 'log'))]);
    }
    expect(Object.fromEntries(became)).toEqual(
      Object.fromEntries(Object.entries(PANTHER).map(([rule, [expected]]) => [rule, expected])),
    );
  });

  test('what deeds were done to', async () => {
    const targets: string[] = [];
    for (const line of linesOf('panther/gcp_audit_rules.jsonl')) {
      const { events } = await readGcp([dig(line, 'log')]);
      for (const event of events)
        if (['trust', 'silence', 'create'].includes(event.deed)) targets.push(sayEvent(event));
    }
    const POOL = 'projects/test-project/locations/global/workloadIdentityPools/test-pool/providers/test-project';
    const MADE =
      'create apikeys:CreateKey ok by dc5344c246064589v76ec76f66bafc92b093ed41 -> projects/1028347245602/locations/global/keys/bf67db25-d748-4335-ae08-7f0e65fnfy02';
    expect(targets).toEqual([
      'trust cloudresourcemanager:InsertProjectOwnershipInvite ok by user@runpanther.com -> projects/target-project (open to attacker@gmail.com)',
      'silence logging:UpdateSink ok by user@domain.com -> projects/test-project-123456/sinks/test-1 (leaves entries out)',
      'silence logging:UpdateSink ok by test@company.io -> projects/gcp-project1/sinks/log-sink (leaves entries out)',
      `trust iam:UpdateWorkloadIdentityPoolProvider ok by user@example.com -> ${POOL} (AWS account 123456789012)`,
      `trust iam:CreateWorkloadIdentityPoolProvider ok by user@example.com -> ${POOL} (AWS account 123456789012)`,
      'silence logging:DeleteBucket ok by user@domain.com -> projects/test-project-123456/locations/global/buckets/testloggingbucket',
      'silence logging:DeleteSink ok by user@domain.com -> projects/test-project-123456/sinks/test-1',
      'create iam:CreateServiceAccountKey ok by staging@company.io -> 69049163b190437ab9279b28e8afa24bb5c5b076',
      'trust admin:inboundSsoProfileUpdated ok by user@@example.com -> organizations/123456789012/inboundSsoSettings',
      'trust admin:inboundSsoProfileCreated ok by user@example.com -> organizations/123456789012/inboundSsoSettings',
      MADE,
      MADE,
      MADE,
    ]);
  });

  test('a key that was made: whose it is, and since when', async () => {
    const line = linesOf('panther/gcp_audit_rules.jsonl').find(({ name }) => name === 'Created Service Account Key');
    const { credentials } = await readGcp([line?.log]);
    expect(credentials.filter(({ kind }) => kind === BY_KEY)).toEqual([
      {
        id: '69049163b190437ab9279b28e8afa24bb5c5b076',
        provider: 'google',
        kind: BY_KEY,
        owner: 'created-service-account@gcp-project1.iam.gserviceaccount.com',
        account: 'gcp-project1',
        observedAt: Date.UTC(2023, 2, 9, 15, 50, 36, 148),
        active: true,
        createdAt: 1_678_377_036_000,
      },
    ]);
  });
});

describe('plaso', () => {
  const OTHER_LOG = 'Google Cloud log other than of audits';
  const EXPECTED: readonly (readonly [became: string, why: string])[] = [
    [OUT, THE_END],
    [USED, NO_KEY],
    [OUT, THE_END],
    [USED, NO_KEY],
    ['open by member: ok', 'a service account is made'],
    [OUT, THE_END],
    [USED, NO_KEY],
    [OTHER_LOG, 'what a program wrote'],
    [OTHER_LOG, 'what a program wrote'],
    [USED, `${NO_KEY}; on behalf of others`],
    ['open by service-account: denied', 'a machine’s account may make none; what lent it the identity is Google’s'],
  ];

  test('line by line', async () => {
    const lines = linesOf('plaso/gcp_logging.jsonl');
    expect(await Promise.all(lines.map(tell))).toEqual(EXPECTED.map(([became]) => became));
  });

  test('as one file: each operation counts once', async () => {
    const { events, completion } = await readGcp(readFileSync(join(corpus, 'plaso/gcp_logging.jsonl'), 'utf8'));
    expect(events.map(({ action }) => action)).toEqual([
      'compute:networks.insert',
      'compute:firewalls.insert',
      'iam:CreateServiceAccount',
      'compute:instances.insert',
      'compute:instances.insert',
      'iam:CreateServiceAccount',
    ]);
    expect(completion).toMatchObject({ kind: 'gcp-audit', complete: true, damage: [] });
  });
});

const STRATUS: Readonly<Record<string, readonly [became: string, why: string]>> = {
  'gcp.credential-access.secretmanager-retrieve-secrets.1.json': [
    'reveal by unknown: ok',
    'a secret is read; who did it is cut out',
  ],
  'gcp.exfiltration.share-compute-disk.1.json': [NO_METHOD, FRAGMENT],
  'gcp.exfiltration.share-compute-disk.2.json': ['not JSON', 'a comment in it'],
  'gcp.exfiltration.share-compute-image.1.json': [NO_METHOD, FRAGMENT],
  'gcp.exfiltration.share-compute-snapshot.1.json': [NO_METHOD, FRAGMENT],
  'gcp.impact.gcs-ransomware-client-side-encryption.1.json': [USED, NO_KEY],
  'gcp.impact.gcs-ransomware-individual-deletion.1.json': [USED, NO_KEY],
  'gcp.lateral-movement.add-sshkey-instance-metadata.1.json': ['not JSON', 'a comma too many'],
  'gcp.persistence.backdoor-service-account-policy.1.json': ['not JSON', 'a brace is missing'],
  'gcp.persistence.invite-external-user.1.json': ['trust by unknown: ok', 'an outsider is to become an owner'],
  'gcp.privilege-escalation.impersonate-service-accounts.1.json': ['not JSON', 'a comma too many'],
  'gcp.privilege-escalation.impersonate-service-accounts.2.json': [
    'issue by unknown: denied',
    'a token is refused; whoever asked is not named',
  ],
};

describe('stratus fragments', () => {
  test('none has a time; under one, they say what was done', async () => {
    const files = readdirSync(join(corpus, 'stratus-docs')).filter(name => name.startsWith('gcp.'));
    const became: Record<string, string> = {};
    for (const file of files) {
      const record = parseJson(readFileSync(join(corpus, 'stratus-docs', file), 'utf8'));
      const isWhole = isObject(record) && record.timestamp === undefined;
      became[file] = isWhole ? await tell({ ...record, timestamp: '2026-01-01T00:00:00Z' }) : 'not JSON';
    }
    expect(became).toEqual(Object.fromEntries(Object.entries(STRATUS).map(([file, [told]]) => [file, told])));
  });
});
