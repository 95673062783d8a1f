import type { JsonObject } from '../../../scan/wanted.ts';
import type { Recipe } from '../queries.ts';
import { claimsInBag, claimsOf, EXACT_CLAIMS, FOLDED_CLAIMS, groupOf, tenantIn } from './claims.ts';
import { words } from './kql.ts';

/** The other record of the same call tells how it ended; and some are news that nobody made. */
const NOT_ENDED = words(
  'start',
  'started',
  'accept',
  'accepted',
  'running',
  'in progress',
  'inprogress',
  'pending',
  'active',
  'inactive',
  'resolved',
  'updated',
  'monitoring',
);
const OK = words('ok', 'success', 'succeeded', 'completed', 'created');
const BAD = words('fail', 'failed', 'failure', 'error', 'canceled', 'cancelled', 'rejected');

/** What was asked for matters to these, beside writes that say whether keys may be used. */
const ASKED = words(
  'microsoft.apimanagement/service/subscriptions/write',
  'microsoft.apimanagement/service/subscriptions/delete',
  'microsoft.authorization/roleassignments/write',
  'microsoft.authorization/roleassignmentschedulerequests/write',
  'microsoft.authorization/roleeligibilityschedulerequests/write',
  'microsoft.managedidentity/userassignedidentities/federatedidentitycredentials/write',
  'microsoft.insights/diagnosticsettings/write',
);
const RENEWS = '@"/regenerate\\w*(?:keys?|password)/action$"';
const SWITCH = '"disableLocalAuth"';

/** The end of what was done in Azure by someone; the start of it is another record. */
export const activityRecipe: Recipe = {
  table: 'AzureActivity',
  columns: [
    'OperationNameValue',
    'CategoryValue',
    'ActivityStatusValue',
    'ActivitySubstatusValue',
    'Caller',
    'CallerIpAddress',
    'HTTPRequest',
    'CorrelationId',
    'EventDataId',
    'ResourceId',
    '_ResourceId',
    'SubscriptionId',
    'Claims',
    'Claims_d',
    'Authorization',
    'Authorization_d',
    'Properties',
    'Properties_d',
  ],
  steps: () => [
    '| extend operation=tolower(OperationNameValue), word=tolower(ActivityStatusValue), category=tolower(CategoryValue)',
    `| where word !in ${NOT_ENDED} and category in ${words('administrative', '', 'write', 'delete', 'action')}`,
    `| extend p=${bag('Properties')}, c=${bag('Claims')}, a=${bag('Authorization')}`,
    '| extend sort=tolower(tostring(p.eventCategory))',
    '| where category == "administrative" or sort == "administrative" or (isempty(sort) and isempty(tostring(p.policies)) and operation !startswith "microsoft.authorization/policies/")',
    `| extend isOk=word in ${OK}, isTelling=operation matches regex ${RENEWS} or operation in ${ASKED} or (operation endswith "/write" and (Properties has ${SWITCH} or tostring(Properties_d) has ${SWITCH}))`,
    ...claimsInBag('c'),
    `| extend ActivityStatusValue=case(isOk, "Succeeded", word in ${BAD}, "Failed", ActivityStatusValue), ActivitySubstatusValue=iff(isOk and not(isTelling), "", ActivitySubstatusValue)`,
    '| extend statusMessage=parse_json(tostring(p.statusMessage))',
    '| extend statusCode=iff(isOk and not(isTelling), "", tostring(p.statusCode)), errorCode=iff(isOk, "", tostring(statusMessage.error.code)), answerCode=iff(isOk, "", tostring(statusMessage.code))',
    '| extend requestBody=iff(isTelling, coalesce(tostring(p.requestbody), tostring(p.requestBody)), "")',
    '| extend ResourceId=coalesce(ResourceId, _ResourceId, tostring(a.scope)), CallerIpAddress=coalesce(CallerIpAddress, tostring(parse_json(HTTPRequest).clientIpAddress))',
    // A token that names its bearer by an object id is all that is needed to tell who it was.
    '| extend Caller=iff(isempty(oid), Caller, ""), principalId=iff(isempty(oid), tostring(a.evidence.principalId), ""), principalType=iff(isempty(oid), tostring(a.evidence.principalType), "")',
    `| extend tid=iff(isempty(SubscriptionId), ${tenantIn('c')}, ""), EventDataId=iff(isempty(CorrelationId), EventDataId, "")`,
  ],
  key: 'tolower(iff(isempty(CorrelationId), strcat(EventDataId, " "), strcat(CorrelationId, "/")))',
  // Of a key that was made, each time counts.
  alone: 'iff(isTelling, strcat(CorrelationId, EventDataId, tostring(TimeGenerated)), "")',
  exact: ['CallerIpAddress', ...EXACT_CLAIMS],
  folded: [
    'OperationNameValue',
    'ActivityStatusValue',
    'ActivitySubstatusValue',
    'statusCode',
    'errorCode',
    'answerCode',
    'ResourceId',
    'SubscriptionId',
    'tid',
    'Caller',
    'principalId',
    'principalType',
    ...FOLDED_CLAIMS,
  ],
  shown: ['CorrelationId', 'EventDataId', 'requestBody'],
  hasTokens: false,
};

/** A row in the shape that the table has. */
export function activityRecord(row: JsonObject): JsonObject {
  return {
    TimeGenerated: row.TimeGenerated,
    OperationNameValue: row.OperationNameValue,
    CategoryValue: 'Administrative',
    ActivityStatusValue: row.ActivityStatusValue,
    ActivitySubstatusValue: row.ActivitySubstatusValue,
    Caller: row.Caller,
    CallerIpAddress: row.CallerIpAddress,
    CorrelationId: row.CorrelationId,
    EventDataId: row.EventDataId,
    ResourceId: row.ResourceId,
    SubscriptionId: row.SubscriptionId,
    Claims_d: claimsOf(row),
    Authorization_d: { evidence: { principalId: row.principalId, principalType: row.principalType } },
    Properties_d: {
      statusCode: row.statusCode,
      statusMessage: { error: { code: row.errorCode }, code: row.answerCode },
      requestbody: row.requestBody,
    },
    ...groupOf(row),
  };
}

/** A part that stands in one of two columns. */
function bag(name: string): string {
  return `iff(isempty(tostring(${name}_d)), parse_json(${name}), ${name}_d)`;
}
