import type { Need } from '../collector.ts';

/** What reading an account takes, in the order in which it is asked for. */
export const awsNeeds: readonly Need[] = [
  { permission: 'account:ListRegions', sees: 'Regions that were switched on by hand' },
  { permission: 'cloudtrail:LookupEvents', sees: 'events, which is all but the key inventory' },
  { permission: 'cloudtrail:DescribeTrails', sees: 'whether a trail records what LookupEvents lacks, and where to' },
  { permission: 'cloudtrail:GetTrailStatus', sees: 'whether those trails are logging' },
  { permission: 'cloudtrail:GetEventSelectors', sees: 'whether those trails record model calls that are data events' },
  {
    permission: 'bedrock:GetModelInvocationLoggingConfiguration',
    sees: 'whether the tokens of model calls are recorded, and where to',
  },
  { permission: 'iam:GenerateCredentialReport', sees: 'passwords, MFA and the keys of root, unless a report is there' },
  { permission: 'iam:GetCredentialReport', sees: 'passwords, MFA and the keys of root' },
  { permission: 'iam:ListUsers', sees: 'users, and with them their access keys' },
  { permission: 'iam:ListAccessKeys', sees: 'access keys by their ids: how old they are, whether they are active' },
  { permission: 'iam:GetAccessKeyLastUsed', sees: 'when each access key was last used' },
  { permission: 'iam:ListServiceSpecificCredentials', sees: 'long-term API keys of Bedrock and Claude Platform' },
  { permission: 'iam:ListRoles', sees: 'roles that outsiders may assume' },
  {
    permission: 'sts:AssumeRole',
    sees: 'other accounts, with --role-arn or --role-name',
    on: ['arn:aws:iam::*:role/ROLE'],
  },
  { permission: 'organizations:ListAccounts', sees: 'which accounts there are, with --accounts org' },
];

/** What reading a trail's bucket takes. */
export const s3Needs: readonly Need[] = [
  { permission: 's3:ListBucket', sees: 'any log file', on: ['arn:aws:s3:::BUCKET'] },
  { permission: 's3:GetObject', sees: 'what is in the log files', on: ['arn:aws:s3:::BUCKET/*AWSLogs/*'] },
  {
    permission: 'kms:Decrypt',
    sees: 'log files that the trail encrypts with a key of its own',
    on: ['arn:aws:kms:REGION:ACCOUNT:key/KEY'],
  },
];

/** Calls that CloudTrail names other than their permission, or that need none. */
const OTHER_NAMES = ['sts:GetCallerIdentity', 's3:ListObjects', 's3:ListObjectsV2', 's3:HeadBucket', 's3:HeadObject'];

/** What keyward does in an account that it reads, as events name it. */
export const ownActions: readonly string[] = [
  ...new Set([...[...awsNeeds, ...s3Needs].map(({ permission }) => permission), ...OTHER_NAMES]),
].sort();
