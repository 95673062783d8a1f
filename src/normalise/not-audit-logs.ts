import type { JsonObject, Unwanted } from '../scan/wanted.ts';
import { dig, digText, isObject } from './dig.ts';

const has = (record: JsonObject, ...names: readonly string[]): boolean =>
  names.every(name => Object.hasOwn(record, name));

const isBusMessage = (record: JsonObject): boolean =>
  typeof dig(record, 'detail-type') === 'string' && typeof dig(record, 'source') === 'string';

/** A message of the event bus, by its type; CloudTrail's own are audit records, and so is a notice of an exposed key. */
const busMessage = (what: string, type: RegExp): Unwanted => ({
  what,
  recognises: record => isBusMessage(record) && type.test(digText(record, 'detail-type')) && !isExposureNotice(record),
});

/** AWS Health saying that a key of this account is known to others. */
export const isExposureNotice = (record: JsonObject): boolean =>
  digText(record, 'detail-type').startsWith('AWS Health ') &&
  digText(record, 'detail', 'eventTypeCode').startsWith('AWS_RISK_CREDENTIALS_');

const isListOfArns = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(entry => digText(entry, 'Arn').includes(':iam::'));

/** In the order they are tried. */
export const notAuditLogs: readonly Unwanted[] = [
  {
    what: 'CloudTrail digest',
    recognises: record => has(record, 'awsAccountId', 'digestStartTime') || has(record, 'digestS3Bucket', 'logFiles'),
  },
  busMessage('GuardDuty finding', /^GuardDuty /),
  busMessage('Security Hub finding', /^Security Hub /),
  busMessage('AWS Config change', /^Config /),
  busMessage('AWS Health event', /^AWS Health /),
  busMessage('EC2 instance state change', /^EC2 Instance State-change /),
  busMessage('Auto Scaling activity', /^EC2 (?:Instance[ -](?:Launch|Terminate|launch|terminate)|Auto ?Scaling)/),
  busMessage('scheduled event', /^Scheduled Event$/),
  busMessage('event bus message', /^(?!.* via CloudTrail$)/),
  {
    what: 'GuardDuty finding',
    recognises: record => digText(record, 'service', 'serviceName') === 'guardduty' && has(record, 'severity', 'type'),
  },
  { what: 'Security Hub finding', recognises: record => has(record, 'SchemaVersion', 'ProductArn', 'AwsAccountId') },
  { what: 'AWS Config rule invocation', recognises: record => has(record, 'configRuleArn', 'invokingEvent') },
  {
    what: 'AWS Config item',
    recognises: record =>
      has(record, 'configurationItemStatus', 'resourceType') ||
      isObject(dig(record, 'configurationItem')) ||
      has(record, 'configurationItems', 'fileVersion'),
  },
  {
    what: 'AWS Health event',
    recognises: record => has(record, 'eventTypeCode', 'eventTypeCategory') && !has(record, 'detail'),
  },
  {
    what: 'last use of an access key that is not named',
    recognises: record => has(record, 'AccessKeyLastUsed') && !has(record, 'AccessKeyId'),
  },
  {
    what: 'IAM users and roles without their keys',
    recognises: record =>
      ['Users', 'Roles', 'UserDetailList', 'RoleDetailList'].some(name => isListOfArns(record[name])),
  },
  { what: 'AWS service notification', recognises: record => digText(record, 'eventSource').startsWith('aws:') },
];
