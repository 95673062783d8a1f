import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../src/scan/wanted.ts';
import { readRecords } from './read-records.ts';

const corpus = process.env.KEYWARD_CORPUS ?? '';

function recordsOf(file: string): JsonObject[] {
  const bytes = readFileSync(join(corpus, file));
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  if (file.endsWith('.csv')) return parse(text, { columns: true });
  if (file.endsWith('.jsonl') || file.startsWith('otrf/')) {
    return text.split('\n').flatMap(line => (line.trim() === '' ? [] : [JSON.parse(line)]));
  }
  const whole = JSON.parse(text);
  return Array.isArray(whole) ? whole : (whole.Records ?? [whole]);
}

/** What became of a file's records, in one line: deeds by name and count, then what gave no event. */
function tell(file: string): string {
  const { events, ignored, malformed, other, unknown } = readRecords(recordsOf(file));
  const deeds = events.map(({ deed, action, outcome }) => (deed === 'use' ? deed : `${deed} ${action} ${outcome}`));
  const rest = [
    ...Array<string>(ignored).fill('left out'),
    ...malformed.map(what => `malformed: ${what}`),
    ...other.map(what => `not an audit log: ${what}`),
    ...Array<string>(unknown).fill('unknown'),
  ];
  return [deeds, rest].flatMap(counted).join('; ');
}

function counted(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => `${count} ${name}`);
}

/** Counted by hand, with jq, file by file. */
const FILES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'stratus-red-team': {
    'aws.credential-access.ec2-get-password-data.json':
      '2 issue sts:AssumeRole denied; 2 issue sts:AssumeRole ok; 30 use',
    'aws.credential-access.ec2-steal-instance-credentials.json': '45 use',
    'aws.credential-access.secretsmanager-batch-retrieve-secrets.json':
      '5 reveal secretsmanager:BatchGetSecretValue ok',
    'aws.credential-access.secretsmanager-retrieve-secrets.json': '20 reveal secretsmanager:GetSecretValue ok; 1 use',
    'aws.defense-evasion.cloudtrail-delete.json': '1 silence cloudtrail:DeleteTrail ok',
    'aws.defense-evasion.cloudtrail-stop.json': '1 silence cloudtrail:StopLogging ok',
    'aws.defense-evasion.dns-delete-logs.json': '1 use',
    'aws.defense-evasion.organizations-leave.json': '2 issue sts:AssumeRole ok; 1 use',
    'aws.defense-evasion.vpc-remove-flow-logs.json': '1 use',
    'aws.execution.ec2-launch-unusual-instances.json': '2 issue sts:AssumeRole ok; 1 use',
    'aws.execution.ec2-user-data.json': '35 use',
    'aws.execution.ssm-start-session.json': '29 use',
    'aws.exfiltration.ec2-security-group-open-port-22-ingress.json': '1 use',
    'aws.exfiltration.ec2-share-ebs-snapshot.json': '1 use',
    'aws.exfiltration.rds-share-snapshot.json': '1 use',
    'aws.impact.bedrock-invoke-model.json':
      '1 grant bedrock:CreateFoundationModelAgreement ok; 1 grant bedrock:PutFoundationModelEntitlement ok; 1 grant bedrock:PutUseCaseForModelAccess ok; 1 infer bedrock:InvokeModel ok; 11 use',
    'aws.initial-access.console-login-without-mfa.json': '1 sign-in signin:ConsoleLogin ok',
    'aws.lateral-movement.ec2-serial-console-send-ssh-public-key.json': '4 use',
    'aws.persistence.iam-backdoor-role.json': '1 trust iam:UpdateAssumeRolePolicy ok',
    'aws.persistence.iam-backdoor-user.json': '1 create iam:CreateAccessKey ok',
    'aws.persistence.iam-create-backdoor-role.json': '1 grant iam:AttachRolePolicy ok; 1 trust iam:CreateRole ok',
    'aws.persistence.iam-create-user-login-profile.json':
      '1 create iam:CreateLoginProfile ok; 1 delete iam:DeleteLoginProfile failed; 1 use',
    'aws.persistence.lambda-backdoor-function.json': '1 use',
    'aws.persistence.lambda-overwrite-code.json': '1 use',
  },
  // Seven of these were called by `AWS Internal` for someone, which is left out as use through a service is.
  'cloud-custodian': {
    'ec2-duty-event.json': '1 not an audit log: GuardDuty finding',
    'event-appmesh-create-mesh.json': '1 use',
    'event-appmesh-create-virtualgateway.json': '1 use',
    'event-appmesh-create-virtualnode.json': '1 use',
    'event-asg-instance-failed.json': '1 not an audit log: Auto Scaling activity',
    'event-cloud-trail-appelb-add-tags.json': '1 left out',
    'event-cloud-trail-bedrock-create-customization-jobs.json': '1 malformed: the record has no readable event time',
    'event-cloud-trail-catalog-put-resource-policy.json': '1 use',
    'event-cloud-trail-catalog-set-encryption.json': '1 use',
    'event-cloud-trail-create-bucket.json': '1 use',
    'event-cloud-trail-create-db.json': '1 left out',
    'event-cloud-trail-create-distribution.json': '1 left out',
    'event-cloud-trail-create-efs-mount-target.json': '1 use',
    'event-cloud-trail-create-load-balancer-policy.json': '1 left out',
    'event-cloud-trail-create-rest-stage.json': '1 left out',
    'event-cloud-trail-create-volume.json': '1 use',
    'event-cloud-trail-hsm-create-cluster.json': '1 use',
    'event-cloud-trail-run-instance-creator-assumed.json': '1 use',
    'event-cloud-trail-run-instance-creator.json': '1 use',
    'event-cloud-trail-run-instances.json': '1 left out',
    'event-cloud-trail-s3.json': '1 use',
    'event-cloud-trail-tag-distribution.json': '1 left out',
    'event-cloud-trail-tag-rest-stage.json': '1 left out',
    'event-cloud-trail-update-distribution.json': '1 left out',
    'event-cloud-trail-update-efs-mount-target-security-group.json': '1 use',
    'event-config-rule-instance.json': '1 not an audit log: AWS Config rule invocation',
    'event-config-rule-security-group.json': '1 not an audit log: AWS Config rule invocation',
    'event-instance-state.json': '1 not an audit log: EC2 instance state change',
    'event-phd-ec2-retire.json': '1 not an audit log: AWS Health event',
    'event-scheduled.json': '1 not an audit log: scheduled event',
    'event-securityhub-cloudtrail-finding-action.json': '1 not an audit log: Security Hub finding',
    'event-securityhub-iamkey-finding-action.json': '1 not an audit log: Security Hub finding',
    'event-securityhub-insight-2.json': '1 not an audit log: Security Hub finding',
    'event-securityhub-lambda-cross.json': '1 not an audit log: Security Hub finding',
    'event-transit-gateway-delete-vpc-attachment.json': '1 left out',
    'iam-duty-event.json': '1 not an audit log: GuardDuty finding',
    'sqs-discover.json': '1 not an audit log: AWS Config change',
  },
  plaso: {
    'aws_cloudtrail.jsonl': '5 use; 1 left out',
  },
  trailscraper: {
    '111111111111_CloudTrail_eu-central-1_20171211T1505Z_A6kvhMoVeCsc7v8U.json': '2 left out',
    '111111111111_CloudTrail_eu-central-1_20171211T1505Z_A6kvhMoVeCsc7v8U.json.gz': '2 left out',
  },
  traildiscover: {
    'AssumeRole.json.cloudtrail': '1 issue sts:AssumeRole denied',
    'AttachUserPolicy.json.cloudtrail': '1 grant iam:AttachUserPolicy denied',
    'CloudTrail-DeleteTrail.json.cloudtrail': '1 silence cloudtrail:DeleteTrail denied',
    'CloudTrail-StopLogging.json.cloudtrail': '1 silence cloudtrail:StopLogging denied',
    'CreateAccessKey.json.cloudtrail': '1 create iam:CreateAccessKey denied',
    'CreateLoginProfile.json.cloudtrail': '1 create iam:CreateLoginProfile denied',
    'CreateUser.json.cloudtrail': '1 use',
    'DeleteAccessKey.json.cloudtrail': '1 delete iam:DeleteAccessKey denied',
    'DeleteLoginProfile.json.cloudtrail': '1 delete iam:DeleteLoginProfile denied',
    'DeleteTrail.json.cloudtrail': '1 silence cloudtrail:DeleteTrail denied',
    'GetCallerIdentity.json.cloudtrail': '1 use',
    'GetFederationToken.json.cloudtrail': '1 issue sts:GetFederationToken denied',
    'GetLoginProfile.json.cloudtrail': '1 use',
    'GetSecretValue.json.cloudtrail': '1 reveal secretsmanager:GetSecretValue denied',
    'GetSessionToken.json.cloudtrail': '1 issue sts:GetSessionToken denied',
    'IAM-AttachUserPolicy.json.cloudtrail': '1 grant iam:AttachUserPolicy denied',
    'IAM-CreateAccessKey.json.cloudtrail': '1 create iam:CreateAccessKey denied',
    'IAM-CreateLoginProfile.json.cloudtrail': '1 create iam:CreateLoginProfile denied',
    'IAM-CreateUser.json.cloudtrail': '1 use',
    'IAM-DeleteAccessKey.json.cloudtrail': '1 delete iam:DeleteAccessKey denied',
    'IAM-DeleteLoginProfile.json.cloudtrail': '1 delete iam:DeleteLoginProfile denied',
    'IAM-GetLoginProfile.json.cloudtrail': '1 use',
    'IAM-ListAccessKeys.json.cloudtrail': '1 use',
    'IAM-ListServiceSpecificCredentials.json.cloudtrail': '1 use',
    'IAM-PutUserPolicy.json.cloudtrail': '1 grant iam:PutUserPolicy denied',
    'IAM-UpdateAccessKey.json.cloudtrail': '1 use',
    'IAM-UpdateAssumeRolePolicy.json.cloudtrail': '1 trust iam:UpdateAssumeRolePolicy denied',
    'IAM-UpdateLoginProfile.json.cloudtrail': '1 create iam:UpdateLoginProfile denied',
    'ListAccessKeys.json.cloudtrail': '1 use',
    'ListModelInvocationJobs.json.cloudtrail': '1 use',
    'ListModels.json.cloudtrail': '1 use',
    'ListServiceSpecificCredentials.json.cloudtrail': '1 use',
    'PutEventSelectors.json.cloudtrail': '',
    'PutUserPolicy.json.cloudtrail': '1 grant iam:PutUserPolicy denied',
    'SSO-CreateUser.json.cloudtrail': '1 use',
    'SecretsManager-GetSecretValue.json.cloudtrail': '1 reveal secretsmanager:GetSecretValue denied',
    'SecurityTokenService-AssumeRole.json.cloudtrail': '1 issue sts:AssumeRole denied',
    'SecurityTokenService-GetCallerIdentity.json.cloudtrail': '1 use',
    'SecurityTokenService-GetFederationToken.json.cloudtrail': '1 issue sts:GetFederationToken denied',
    'SecurityTokenService-GetSessionToken.json.cloudtrail': '1 issue sts:GetSessionToken denied',
    'StopLogging.json.cloudtrail': '1 silence cloudtrail:StopLogging denied',
    'TransferFamily-CreateUser.json.cloudtrail': '1 use',
    'UpdateAccessKey.json.cloudtrail': '1 use',
    'UpdateAssumeRolePolicy.json.cloudtrail': '1 trust iam:UpdateAssumeRolePolicy denied',
    'UpdateLoginProfile.json.cloudtrail': '1 create iam:UpdateLoginProfile denied',
  },
  otrf: {
    'AWS_S3_HoneyBucketLogs.csv': '17 use; 284 left out',
    'ec2_proxy_s3_exfiltration_2020-09-14011940.json': '98 use; 5 left out',
  },
};

describe('real CloudTrail logs', () => {
  beforeEach(context => {
    if (corpus === '') context.skip('KEYWARD_CORPUS is not set, so there are no real logs to read');
  });

  const files = Object.entries(FILES).flatMap(([folder, told]) =>
    Object.entries(told).map(([name, expected]) => [`${folder}/${name}`, expected] as const),
  );
  test.each(files)('%s', (file, expected) => {
    expect(tell(file)).toBe(expected);
  });

  test('the table leaves out no file of the folders that hold nothing but AWS records', () => {
    for (const folder of ['stratus-red-team', 'cloud-custodian', 'traildiscover', 'trailscraper']) {
      const names = readdirSync(join(corpus, folder)).filter(name => name !== 'LICENSE');
      expect(names.sort()).toEqual(Object.keys(FILES[folder]!).sort());
    }
  });

  const eventsOf = (file: string) => readRecords(recordsOf(file)).events;

  test('backdoored roles say whom they let in', () => {
    const trusts = ['iam-backdoor-role', 'iam-create-backdoor-role'].flatMap(technique =>
      eventsOf(`stratus-red-team/aws.persistence.${technique}.json`).filter(({ deed }) => deed === 'trust'),
    );
    expect(trusts.map(({ target }) => target)).toEqual([
      'arn:aws:iam::751203476945:role/stratus-red-team-backdoor-r-role trusts 193672423079',
      'arn:aws:iam::609418236337:role/stratus-red-team-malicious-iam-role trusts 193672423079',
    ]);
  });

  test('a key minted for another user is seen with its holder and its day', () => {
    const { events, credentials } = readRecords(recordsOf('stratus-red-team/aws.persistence.iam-backdoor-user.json'));
    const at = Date.UTC(2024, 6, 30, 21, 53, 13);
    expect(events.map(({ credential, target }) => [credential, target])).toEqual([
      ['AKIA30BEZSJBVKOFKZW0', 'AKIAL80DWDVKKM0UXEER'],
    ]);
    expect(credentials[0]).toEqual({
      id: 'AKIAL80DWDVKKM0UXEER',
      provider: 'aws',
      kind: 'access-key',
      owner: 'arn:aws:iam::946986569305:user/stratus-red-team-backdoor-u-user',
      account: '946986569305',
      observedAt: at,
      active: true,
      createdAt: at,
    });
  });

  test('a password is made and a sign-in has no second factor', () => {
    const made = eventsOf('stratus-red-team/aws.persistence.iam-create-user-login-profile.json');
    const [signIn] = eventsOf('stratus-red-team/aws.initial-access.console-login-without-mfa.json');
    expect(made.find(({ deed }) => deed === 'create')).toMatchObject({
      target: 'arn:aws:iam::070411556318:user/stratus-red-team-login-profile-user/password',
    });
    expect(signIn).toMatchObject({
      credential: 'arn:aws:iam::562283505220:user/stratus-red-team-nmfalu-jfzdtsvchl/password',
      mfa: 'no',
    });
  });

  test('the model call is a role’s, of a named model, from an address that is none', () => {
    const calls = eventsOf('stratus-red-team/aws.impact.bedrock-invoke-model.json').filter(
      ({ deed }) => deed === 'infer',
    );
    expect(calls).toMatchObject([
      {
        credential: 'arn:aws:iam::494659789341:role/test-role',
        session: 'ASIA6FTSFH98XNF7DFZB',
        model: 'anthropic.claude-3-sonnet-20240229-v1:0',
        address: '',
      },
    ]);
  });

  test('the roles assumed live for what was asked', () => {
    const issued = eventsOf('stratus-red-team/aws.credential-access.ec2-get-password-data.json');
    expect(issued.filter(({ deed }) => deed === 'issue').map(({ outcome, ttl }) => [outcome, ttl])).toEqual(
      expect.arrayContaining([
        ['ok', 900],
        ['denied', 0],
      ]),
    );
  });

  test('masked keys of different owners stay apart', () => {
    const [event] = eventsOf('traildiscover/CreateAccessKey.json.cloudtrail');
    expect(event!.credential).toBe('AKIA**************** (arn:aws:iam::111111111111:user/TrailDiscover)');
  });
});
