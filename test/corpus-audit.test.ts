import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { UserError } from '../src/errors.ts';
import { auditPaths } from './judgement.ts';

// Real logs, read where they stand: what an audit of each must say, and that the rest stays quiet.

const corpus = process.env.KEYWARD_CORPUS ?? '';

beforeEach(ctx => {
  if (corpus === '') ctx.skip('KEYWARD_CORPUS is not set, so there are no real logs to read');
});

/** Every finding, as `rule severity subject`, by Stratus detonation log. What is not named here is quiet. */
const SAID: Readonly<Record<string, readonly string[]>> = {
  'aws.credential-access.ec2-get-password-data.json': [
    'denied-burst medium arn:aws:iam::457448411975:role/stratus-red-team-ec2-get-password-data-role',
  ],
  'aws.credential-access.ec2-steal-instance-credentials.json': [
    'stolen-session medium arn:aws:iam::017622104382:role/stratus-red-team-ec2-steal-credentials-role 18.236.253.47',
  ],
  'aws.credential-access.secretsmanager-batch-retrieve-secrets.json': ['issuance-burst medium AKIALK3Q0HKBKZJ2XBYP'],
  'aws.credential-access.secretsmanager-retrieve-secrets.json': ['issuance-burst medium AKIA1JMTHE9ZMZMWG0MG'],
  'aws.defense-evasion.cloudtrail-delete.json': [
    'audit-silenced critical 847129010505 stratus-red-team-cloudtraild-trail-kvrwohmiai cloudtrail:DeleteTrail',
  ],
  'aws.defense-evasion.cloudtrail-stop.json': [
    'audit-silenced critical 143434273843 stratus-red-team-ct-stop-trail-buykxbqejv cloudtrail:StopLogging',
  ],
  'aws.impact.bedrock-invoke-model.json': ['model-access-enabled medium arn:aws:iam::494659789341:role/test-role'],
  'aws.initial-access.console-login-without-mfa.json': [
    'root-credential medium arn:aws:iam::562283505220:user/stratus-red-team-nmfalu-jfzdtsvchl/password sign-in',
  ],
  'aws.persistence.iam-backdoor-role.json': [
    'trust-opened high arn:aws:iam::751203476945:role/stratus-red-team-backdoor-r-role trusts 193672423079',
  ],
  'aws.persistence.iam-backdoor-user.json': ['key-minted low AKIAL80DWDVKKM0UXEER'],
  'aws.persistence.iam-create-backdoor-role.json': [
    'trust-opened high arn:aws:iam::609418236337:role/stratus-red-team-malicious-iam-role trusts 193672423079',
  ],
  'aws.persistence.iam-create-user-login-profile.json': [
    'key-minted low arn:aws:iam::070411556318:user/stratus-red-team-login-profile-user/password',
  ],
};

/** Refused attempts to silence a trail: the records say AccessDenied, so each is worth a look and no more. */
const REFUSED = {
  'CloudTrail-DeleteTrail.json.cloudtrail': ['audit-silenced medium 111111111111 cloudtrail:DeleteTrail'],
  'CloudTrail-StopLogging.json.cloudtrail': ['audit-silenced medium 111111111111 cloudtrail:StopLogging'],
  'DeleteTrail.json.cloudtrail': ['audit-silenced medium 111111111111 cloudtrail:DeleteTrail'],
  'StopLogging.json.cloudtrail': ['audit-silenced medium 111111111111 cloudtrail:StopLogging'],
};

/** A secret added to an application, and credentials that were taken from an instance through its proxy. */
const OTRF = {
  'AADAuditEvents.json': ['key-minted low 59eaeebc-8a6b-44a6-9f24-7d55e64420c9'],
  'ec2_proxy_s3_exfiltration_2020-09-14011940.json': [
    'stolen-session medium arn:aws:iam::123456789123:role/MordorNginxStack-BankingWAFRole-9S3E0UAE1MM0 1.2.3.4',
  ],
};

test('every Stratus log gives what corpus/README.md says, and nothing else', async () => {
  expect(await saidOf('stratus-red-team')).toEqual(SAID);
});

test.each([
  ['traildiscover', REFUSED],
  ['cloud-custodian', {}],
  ['otrf', OTRF],
  ['plaso', {}],
  ['trailscraper', {}],
])('every log of %s says what it should, and no other speaks', async (folder, said) => {
  expect(await saidOf(folder)).toEqual(said);
});

/** The findings of each file of a folder that has any. */
async function saidOf(folder: string): Promise<Record<string, readonly string[]>> {
  const said: Record<string, readonly string[]> = {};
  for (const file of readdirSync(join(corpus, folder)).sort()) {
    if (file.startsWith('LICENSE')) continue;
    const findings = await findingsIn(join(corpus, folder, file));
    if (findings.length > 0)
      said[file] = findings.map(finding => `${finding.rule} ${finding.severity} ${finding.subject}`);
  }
  return said;
}

/** A file that is not an audit log has none. */
async function findingsIn(path: string) {
  try {
    return (await auditPaths([path])).findings;
  } catch (error) {
    if (error instanceof UserError && error.message.startsWith('there is no audit log in')) return [];
    throw error;
  }
}
