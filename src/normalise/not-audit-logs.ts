import type { JsonObject, Unwanted } from '../scan/wanted.ts';
import { providerOf, resourceId } from './azure-resource.ts';
import { dig, digText, isObject, textOf } from './dig.ts';
import { isOfEntra } from './entra-shape.ts';

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

const categoryOf = (record: JsonObject): string => (textOf(record.category) || textOf(record.Category)).toLowerCase();

const providerIn = (record: JsonObject): string =>
  providerOf(resourceId(textOf(record.resourceId ?? record.ResourceId ?? record._ResourceId)));

/** Logs that are read: a record of one of them that no format knows is not left out in silence. */
function isReadLog(record: JsonObject): boolean {
  const category = categoryOf(record);
  if (/^(?:|administrative|write|delete|action|policy)$/.test(category)) return true;
  const isReadProvider = /^microsoft\.(?:cognitiveservices|keyvault|apimanagement)$/.test(providerIn(record));
  return isReadProvider && /^(?:requestresponse|audit|auditevent|gatewaylogs|gatewayllmlogs)$/.test(category);
}

/** Logs of Entra ID other than of changes and sign-ins, and the sign-ins of Microsoft's own services. */
const isOtherEntraLog = (category: string): boolean =>
  category !== '' &&
  (!/sign-?ins?|audit/.test(category) ||
    /^(?:microsoftserviceprincipalsignin|enrichedoffice365audit)logs$/.test(category));

const NAMED_LOG = /^(?:projects|organizations|folders|billingAccounts)\/[^/]+\/logs\//;
const PAYLOADS: readonly string[] = ['textPayload', 'jsonPayload', 'httpRequest', 'protoPayload'];

/** An entry of Cloud Logging in another log than those of audits. */
function isOtherGoogleLog(record: JsonObject): boolean {
  const log = digText(record, 'logName');
  const isNamed = NAMED_LOG.test(log)
    ? !log.includes('cloudaudit.googleapis.com')
    : has(record, 'insertId', 'timestamp');
  return isNamed && PAYLOADS.some(name => has(record, name));
}

/** Objects of OpenAI that hold no key and tell of no deed; those of the Admin API that do are read. */
const OPENAI_OTHERS =
  /^(?:(?:organization|project)\.(?:.+\.deleted|(?:project\.)?certificate(?:\.\w+)?|data_retention|group|model_permissions|rate_limit|spend_alert|spend_limit)|group(?:\.\w+){0,2}|user\.role(?:\.deleted)?|role(?:\.deleted)?|certificate(?:\.deleted)?)$/;

/** Lists of the rest of OpenAI's API, as people save them beside these. */
const OPENAI_THINGS =
  /^(?:model|file|fine_tuning\.job|batch|assistant|thread|vector_store|chat\.completion|response|text_completion|upload)$/;

const isOpenaiOther = (record: JsonObject): boolean => {
  const kind = textOf(record.object);
  if (kind === '') return has(record, 'permissions', 'resource_type', 'predefined_role');
  if (OPENAI_OTHERS.test(kind)) return true;
  return (
    OPENAI_THINGS.test(kind) && typeof record.id === 'string' && (has(record, 'created') || has(record, 'created_at'))
  );
};

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
  {
    what: 'Azure metric',
    recognises: record => has(record, 'metricName', 'timeGrain') && providerIn(record) !== '',
  },
  {
    what: 'Entra ID log of another category',
    recognises: record => isOfEntra(record) && isOtherEntraLog(categoryOf(record)),
  },
  {
    what: 'Azure Storage log',
    recognises: record =>
      /^storage(?:read|write|delete)$/.test(categoryOf(record)) && providerIn(record) === 'microsoft.storage',
  },
  {
    what: 'Azure resource log of another category',
    recognises: record => !['', 'microsoft.aadiam'].includes(providerIn(record)) && !isReadLog(record),
  },
  {
    what: 'Google Cloud request log',
    recognises: record => isOtherGoogleLog(record) && isObject(dig(record, 'httpRequest')),
  },
  { what: 'Google Cloud log other than of audits', recognises: isOtherGoogleLog },
  { what: 'message of a web server', recognises: record => record.server_message === true },
  { what: 'OpenAI object without keys', recognises: isOpenaiOther },
  { what: 'AWS service notification', recognises: record => digText(record, 'eventSource').startsWith('aws:') },
];
