import type { JsonObject } from '../scan/wanted.ts';
import { isObject, parseJson, textOf } from './dig.ts';

const LONGEST_DICTIONARY = 8192;
const ENTRY = /'([A-Za-z]{1,40})'\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s,}{[\]'"]+))/g;
const IDENTITY_NAMES = ['type', 'principalId', 'arn', 'accountId', 'accessKeyId', 'userName', 'invokedBy'] as const;

/** A CloudTrail record from the columns of Log Analytics (`AWSCloudTrail`), as CSV text or JSON; null when it is not one. */
export function fromLogAnalytics(row: JsonObject): JsonObject | null {
  const isRow =
    Object.hasOwn(row, 'EventName') &&
    Object.hasOwn(row, 'EventSource') &&
    ['UserIdentityType', 'UserIdentityArn', 'AwsEventId', 'EventTypeName'].some(name => Object.hasOwn(row, name));
  if (!isRow) return null;
  const column = (name: string): unknown => (Object.hasOwn(row, name) ? row[name] : undefined);
  return {
    eventVersion: column('EventVersion'),
    eventTime: column('TimeGenerated') ?? column('TimeGenerated [UTC]'),
    eventName: column('EventName'),
    eventSource: column('EventSource'),
    eventType: column('EventTypeName'),
    eventCategory: column('Category'),
    eventID: column('AwsEventId'),
    requestID: column('AwsRequestId_') ?? column('AwsRequestId'),
    awsRegion: column('AWSRegion') ?? column('AwsRegion'),
    sourceIPAddress: column('SourceIpAddress'),
    userAgent: column('UserAgent'),
    errorCode: column('ErrorCode'),
    errorMessage: column('ErrorMessage'),
    recipientAccountId: column('RecipientAccountId'),
    requestParameters: jsonColumn(column('RequestParameters')),
    responseElements: jsonColumn(column('ResponseElements')),
    additionalEventData: jsonColumn(column('AdditionalEventData')),
    serviceEventDetails: jsonColumn(column('ServiceEventDetails')),
    resources: jsonColumn(column('Resources')),
    tlsDetails: { clientProvidedHostHeader: column('ClientProvidedHostHeader') },
    userIdentity: {
      type: column('UserIdentityType'),
      principalId: column('UserIdentityPrincipalid') ?? column('UserIdentityPrincipalId'),
      arn: column('UserIdentityArn'),
      accountId: column('UserIdentityAccountId'),
      accessKeyId: column('UserIdentityAccessKeyId'),
      userName: column('UserIdentityUserName'),
      invokedBy: column('UserIdentityInvokedBy'),
      sessionContext: {
        attributes: { creationDate: column('SessionCreationDate') },
        sessionIssuer: { arn: column('SessionIssuerArn') },
      },
    },
  };
}

/**
 * A CloudTrail record from a row of bucket alarms: `Event Name`, `User ID` (a Python dictionary), `Event DateTime` and
 * so on; null when it is not one. Such rows do not name the service; one that names a bucket is S3.
 */
export function fromAlarmRow(row: JsonObject): JsonObject | null {
  if (!['Event Name', 'User ID', 'Event ID', 'Event DateTime'].every(name => Object.hasOwn(row, name))) return null;
  const parameters = readPythonDictionary(textOf(row['Request Parameters']));
  const identity = readPythonDictionary(textOf(row['User ID']));
  return {
    eventTime: row['Event DateTime'],
    eventName: row['Event Name'],
    eventSource: parameters.has('bucketName') ? 's3.amazonaws.com' : 'unknown.amazonaws.com',
    eventType: row['Event Type'],
    eventID: row['Event ID'],
    requestID: row['Request ID'],
    sourceIPAddress: row['Source IP'],
    userAgent: row['Request User Agent'],
    userIdentity: Object.fromEntries(IDENTITY_NAMES.map(name => [name, identity.get(name) ?? ''])),
  };
}

/** The plain entries of a Python dictionary as `repr` writes it; of a name that is nested again the first counts. */
function readPythonDictionary(text: string): Map<string, string> {
  const entries = new Map<string, string>();
  for (const [, name, single, double, bare] of text.slice(0, LONGEST_DICTIONARY).matchAll(ENTRY)) {
    const value = (single ?? double ?? bare ?? '').replace(/\\(.)/g, '$1');
    if (!entries.has(name!)) entries.set(name!, bare === 'None' ? '' : value);
  }
  return entries;
}

/** JSON text as what it holds; anything else as it is. */
function jsonColumn(value: unknown): unknown {
  if (typeof value !== 'string' || value === '') return value;
  const parsed = parseJson(value);
  return isObject(parsed) || Array.isArray(parsed) ? parsed : undefined;
}
