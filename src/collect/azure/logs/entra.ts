import type { JsonObject } from '../../../scan/wanted.ts';
import type { Recipe } from '../queries.ts';
import { groupOf } from './claims.ts';
import { hasNoId, words } from './kql.ts';

const GUID = '@"(?i)^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$"';

/** Records of Entra ID are numbered, in any case where the number is a GUID. */
const RECORD_KEY = `strcat(iff(Id matches regex ${GUID}, tolower(Id), Id), " ")`;

/** A number that is missing or masked tells no records apart. */
const HAS_NO_ID = '(isempty(Id) or Id contains "*")';

const eventTime = (column: string): string =>
  `| extend TimeGenerated=iff(isnull(${column}), TimeGenerated, bin(${column}, 1ms))`;

/** What may tell more than that it happened: keys, rights, ways in, accounts shut and opened. */
const TELLING =
  '@"(?i)credential|secret|certificate|\\brole\\b|consent|permission|oauth2|owner|federat|domain|\\b(?:disable|enable|delete|restore)\\b"';
const CHANGES = words('KeyDescription', 'FederatedIdentityCredentials', 'OpenIdConnectConfiguration');
const FACTS = words('User-Agent', 'ipaddr');

/** What was changed in the directory; what exactly, only of changes that may be more than plain use. */
export const auditRecipe: Recipe = {
  table: 'AuditLogs',
  columns: [
    'ActivityDateTime',
    'ActivityDisplayName',
    'OperationName',
    'Id',
    'CorrelationId',
    'AADTenantId',
    'ResourceId',
    'Result',
    'ResultType',
    'ResultReason',
    'ResultDescription',
    'InitiatedBy',
    'TargetResources',
    'AdditionalDetails',
  ],
  steps: () => [
    eventTime('ActivityDateTime'),
    '| extend OperationName=coalesce(ActivityDisplayName, OperationName), Result=coalesce(Result, ResultType), targets=tostring(TargetResources), details=tostring(AdditionalDetails)',
    `| where Result !in~ ${words('inProgress', 'in progress', 'start', 'started', 'accept', 'accepted')}`,
    `| extend isTelling=OperationName matches regex ${TELLING} or targets has_any ${CHANGES} or ${HAS_NO_ID}`,
    `| extend ResultReason=iff(Result in~ ${words('', 'success', 'succeeded', 'ok', 'true', '0')}, "", coalesce(ResultReason, ResultDescription))`,
    `| extend TargetResources=iff(isTelling, targets, ""), AdditionalDetails=iff(isTelling or details has_any ${FACTS}, details, "")`,
    '| extend userId=tostring(InitiatedBy.user.id), userName=tostring(InitiatedBy.user.userPrincipalName), userText=tostring(InitiatedBy.user.displayName), appId=tostring(InitiatedBy.app.appId)',
    '| extend principalId=tostring(InitiatedBy.app.servicePrincipalId), appText=tostring(InitiatedBy.app.displayName), principalText=tostring(InitiatedBy.app.servicePrincipalName)',
    '| extend address=coalesce(tostring(InitiatedBy.user.ipAddress), tostring(InitiatedBy.app.ipAddress)), ResourceId=iff(isempty(AADTenantId), ResourceId, ""), CorrelationId=iff(isTelling, CorrelationId, "")',
  ],
  key: RECORD_KEY,
  alone: `iff(isTelling, strcat(iff(${HAS_NO_ID}, targets, Id), " ", CorrelationId, " ", tostring(TimeGenerated)), "")`,
  exact: ['address', 'AdditionalDetails'],
  folded: [
    'OperationName',
    'Result',
    'ResultReason',
    'AADTenantId',
    'ResourceId',
    'userId',
    'userName',
    'userText',
    'appId',
    'principalId',
    'appText',
    'principalText',
  ],
  shown: ['Id', 'CorrelationId', 'TargetResources'],
  hasTokens: false,
};

/** A row in the shape that the table has. */
export function auditRecord(row: JsonObject): JsonObject {
  const app = {
    appId: row.appId,
    servicePrincipalId: row.principalId,
    displayName: row.appText,
    servicePrincipalName: row.principalText,
  };
  const user = { id: row.userId, userPrincipalName: row.userName, displayName: row.userText, ipAddress: row.address };
  return {
    TimeGenerated: row.TimeGenerated,
    OperationName: row.OperationName,
    Id: row.Id,
    CorrelationId: row.CorrelationId,
    AADTenantId: row.AADTenantId,
    ResourceId: row.ResourceId,
    Result: row.Result,
    ResultReason: row.ResultReason,
    InitiatedBy: { user, app },
    TargetResources: row.TargetResources,
    AdditionalDetails: row.AdditionalDetails,
    ...groupOf(row),
  };
}

const SIGN_IN = [
  'CreatedDateTime',
  'Id',
  'CorrelationId',
  'AADTenantId',
  'ResultType',
  'IPAddress',
  'UserAgent',
  'UniqueTokenIdentifier',
  'AppId',
];
const SIGN_IN_ALONE = `iff(${HAS_NO_ID}, strcat("-", CorrelationId, " ", AppId, " ", tostring(TimeGenerated)), "")`;
const STRONG = '@"(?i)fido2|passkey|windows hello|authenticator|phone sign-?in|\\(mfa\\)"';

/** What a row of any sign-in has in the shape of its table. */
function signInRecord(table: string, row: JsonObject): JsonObject {
  return {
    Type: table,
    TimeGenerated: row.TimeGenerated,
    Id: row.Id,
    CorrelationId: row.CorrelationId,
    AppId: row.AppId,
    AADTenantId: row.AADTenantId,
    ResultType: row.ResultType,
    IPAddress: row.IPAddress,
    UserAgent: row.UserAgent,
    UniqueTokenIdentifier: row.UniqueTokenIdentifier,
    ...groupOf(row),
  };
}

/** Sign-ins of people: with a token of its own each, so that only copies of one are the same. */
export const personRecipe = (table: 'SigninLogs' | 'AADNonInteractiveUserSignInLogs'): Recipe => ({
  table,
  columns: [
    ...SIGN_IN,
    'UserId',
    'UserPrincipalName',
    'IsInteractive',
    'AuthenticationRequirement',
    'AuthenticationDetails',
    'MfaDetail',
  ],
  steps: () => [
    eventTime('CreatedDateTime'),
    '| extend mfaMethod=tostring(parse_json(MfaDetail).authMethod)',
    `| extend AuthenticationDetails=iff(AuthenticationRequirement !~ "multiFactorAuthentication" and AuthenticationDetails matches regex ${STRONG}, AuthenticationDetails, "")`,
    `| extend AppId=iff(${HAS_NO_ID}, AppId, ""), CorrelationId=iff(${HAS_NO_ID}, CorrelationId, "")`,
  ],
  key: RECORD_KEY,
  alone: SIGN_IN_ALONE,
  exact: ['IPAddress', 'UserAgent', 'UniqueTokenIdentifier', 'mfaMethod', 'AuthenticationDetails'],
  folded: ['UserId', 'UserPrincipalName', 'AADTenantId', 'ResultType', 'IsInteractive', 'AuthenticationRequirement'],
  shown: ['Id', 'CorrelationId', 'AppId'],
  hasTokens: false,
});

/** A row in the shape that the table has. */
export const personRecord =
  (table: string) =>
  (row: JsonObject): JsonObject => ({
    ...signInRecord(table, row),
    UserId: row.UserId,
    UserPrincipalName: row.UserPrincipalName,
    IsInteractive: row.IsInteractive,
    AuthenticationRequirement: row.AuthenticationRequirement,
    AuthenticationDetails: row.AuthenticationDetails,
    MfaDetail: { authMethod: row.mfaMethod },
  });

/** Sign-ins of applications; those with a secret or a certificate are one and the same for the keys that they name. */
export const applicationRecipe = (table: 'AADServicePrincipalSignInLogs' | 'AADManagedIdentitySignInLogs'): Recipe => ({
  table,
  columns: [
    ...SIGN_IN,
    'ServicePrincipalId',
    'ServicePrincipalName',
    'ServicePrincipalCredentialKeyId',
    'ServicePrincipalCredentialThumbprint',
    'ClientCredentialType',
    'FederatedCredentialId',
    'ManagedServiceIdentity',
  ],
  steps: () => [
    eventTime('CreatedDateTime'),
    `| extend m=parse_json(ManagedServiceIdentity), type=tolower(ClientCredentialType), hasKey=not(${hasNoId('ServicePrincipalCredentialKeyId')}), isLent=not(${hasNoId('FederatedCredentialId')})`,
    `| extend msiType=tostring(m.msiType), managedId=tostring(m.associatedResourceId), thumbprint=iff(isempty(ServicePrincipalCredentialThumbprint), "", "some")`,
    `| extend isStatic=${STATIC[table]}`,
    '| extend UniqueTokenIdentifier=iff(isStatic, "", UniqueTokenIdentifier)',
    `| extend ServicePrincipalId=iff(${hasNoId('AppId')}, ServicePrincipalId, ""), ServicePrincipalName=iff(${hasNoId('AppId')}, ServicePrincipalName, ""), CorrelationId=iff(${HAS_NO_ID}, CorrelationId, "")`,
  ],
  key: RECORD_KEY,
  alone: SIGN_IN_ALONE,
  exact: ['IPAddress', 'UserAgent', 'UniqueTokenIdentifier', 'thumbprint'],
  folded: [
    'AppId',
    'AADTenantId',
    'ResultType',
    'ServicePrincipalId',
    'ServicePrincipalName',
    'ServicePrincipalCredentialKeyId',
    'ClientCredentialType',
    'FederatedCredentialId',
    'msiType',
    'managedId',
  ],
  shown: ['Id', 'CorrelationId'],
  hasTokens: false,
});

/** Whoever holds a static key can ask for any number of tokens with it, so that these are not told apart. */
const STATIC = {
  AADServicePrincipalSignInLogs: `not(isLent) and type !in ${words('managedidentity', 'federatedidentitycredential')} and (hasKey or isnotempty(thumbprint) or type in ${words('clientsecret', 'certificate', 'clientassertion')})`,
  AADManagedIdentitySignInLogs: 'false',
};

/** A row in the shape that the table has. */
export const applicationRecord =
  (table: string) =>
  (row: JsonObject): JsonObject => ({
    ...signInRecord(table, row),
    ServicePrincipalId: row.ServicePrincipalId,
    ServicePrincipalName: row.ServicePrincipalName,
    ServicePrincipalCredentialKeyId: row.ServicePrincipalCredentialKeyId,
    ServicePrincipalCredentialThumbprint: row.thumbprint,
    ClientCredentialType: row.ClientCredentialType,
    FederatedCredentialId: row.FederatedCredentialId,
    ManagedServiceIdentity: { msiType: row.msiType, associatedResourceId: row.managedId },
  });
