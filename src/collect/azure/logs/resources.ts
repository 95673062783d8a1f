import type { JsonObject } from '../../../scan/wanted.ts';
import type { Recipe } from '../queries.ts';
import { type Claim, claimLines, claimsInBag, claimsOf, EXACT_CLAIMS, FOLDED_CLAIMS, groupOf } from './claims.ts';
import { CALL_ALONE, CALL_KEY, tokensOf } from './kql.ts';

/** Columns of the table that all resources share, whatever their kind. */
const DIAGNOSTICS = [
  'Category',
  'ResourceId',
  '_ResourceId',
  'OperationName',
  'CorrelationId',
  'CallerIPAddress',
  'ResultType',
  'ResultSignature',
];

/** Calls of models by Azure AI's own log: who called, what, and how it ended; never what was said. */
export const aiRecipe: Recipe = {
  table: 'AzureDiagnostics',
  columns: [
    ...DIAGNOSTICS,
    'location_s',
    'properties_s',
    'objectId_g',
    'callerObjectId_g',
    'modelName_s',
    'modelDeploymentName_s',
    'promptTokens_d',
    'completionTokens_d',
  ],
  steps: () => [
    '| extend ResourceId=coalesce(ResourceId, _ResourceId)',
    '| where Category =~ "RequestResponse" and ResourceId contains "/providers/microsoft.cognitiveservices/"',
    '| extend p=parse_json(properties_s)',
    '| extend caller=coalesce(tostring(p.objectId), tostring(p.callerObjectId), objectId_g, callerObjectId_g)',
    '| extend isTold=iff(isnotempty(caller) or properties_s contains "objectId\\"", "yes", "")',
    '| extend model=coalesce(tostring(p.modelName), modelName_s, tostring(p.modelDeploymentName), modelDeploymentName_s)',
    '| extend given=todouble(coalesce(tostring(p.promptTokens), tostring(promptTokens_d))), made=todouble(coalesce(tostring(p.completionTokens), tostring(completionTokens_d)))',
    `| extend PromptTokens=${tokensOf('given')}, CompletionTokens=${tokensOf('made')}`,
  ],
  key: CALL_KEY,
  alone: CALL_ALONE,
  exact: ['CallerIPAddress', 'ResultSignature', 'isTold', 'model'],
  folded: ['ResourceId', 'OperationName', 'ResultType', 'location_s', 'caller'],
  shown: ['CorrelationId'],
  hasTokens: true,
};

/** A row in a shape that the table may have. */
export function aiRecord(row: JsonObject): JsonObject {
  return {
    TimeGenerated: row.TimeGenerated,
    Category: 'RequestResponse',
    ResourceId: row.ResourceId,
    OperationName: row.OperationName,
    CorrelationId: row.CorrelationId,
    CallerIPAddress: row.CallerIPAddress,
    ResultType: row.ResultType,
    ResultSignature: row.ResultSignature,
    location_s: row.location_s,
    properties: {
      ...(row.isTold === 'yes' && { objectId: row.caller }),
      modelName: row.model,
      promptTokens: row.PromptTokens,
      completionTokens: row.CompletionTokens,
    },
    ...groupOf(row),
  };
}

/** What the vault tells of itself is in the Activity Log; what it tells subscribers, nobody did. */
const NOT_OURS = '| where OperationName !startswith "vault" and OperationName !endswith "eventgridnotification"';
const SECRET = '@"(?i)^https://[\\w.-]{1,253}(?::\\d{1,5})?/+secrets/+[a-z0-9-]{1,127}(?:[/?#]|$)"';

const VAULT: Omit<Recipe, 'table' | 'columns' | 'steps'> = {
  key: CALL_KEY,
  alone: CALL_ALONE,
  exact: ['address', 'httpStatusCode', 'ResultSignature', 'agent', ...EXACT_CLAIMS],
  folded: ['ResourceId', 'OperationName', 'ResultType', 'secret', 'uri', ...FOLDED_CLAIMS],
  shown: ['CorrelationId'],
  hasTokens: false,
};

/** The address of what was asked for, without what was asked of it; only where the record does not name the secret. */
const secretLines = (id: string, uri: string): readonly string[] => [
  `| extend secret=extract(@"^[^?#]*", 0, ${id})`,
  `| extend uri=iff(secret matches regex ${SECRET}, "", extract(@"^[^?#]*", 0, ${uri}))`,
];

const LONG = 'identity_claim_http_schemas_microsoft_com_identity_claims';
const SOAP = 'identity_claim_http_schemas_xmlsoap_org_ws_2005_05_identity_claims';
const CLAIM_COLUMNS: Readonly<Record<Claim, readonly string[]>> = {
  oid: ['identity_claim_oid_g', `${LONG}_objectidentifier_g`],
  upn: ['identity_claim_upn_s', `${SOAP}_upn_s`, `${SOAP}_name_s`, 'identity_claim_unique_name_s'],
  scp: ['identity_claim_scp_s', `${LONG}_scope_s`],
  appid: ['identity_claim_appid_g'],
  appidacr: ['identity_claim_appidacr_s'],
  idtyp: ['identity_claim_idtyp_s'],
  mirid: ['identity_claim_xms_mirid_s'],
  uti: ['identity_claim_uti_s'],
};

/** Who read and changed secrets, from the table that all resources share. */
export const vaultRecipe: Recipe = {
  ...VAULT,
  table: 'AzureDiagnostics',
  columns: [
    ...DIAGNOSTICS,
    'id_s',
    'requestUri_s',
    'httpStatusCode_d',
    'clientInfo_s',
    ...Object.values(CLAIM_COLUMNS).flat(),
  ],
  steps: () => [
    '| extend ResourceId=coalesce(ResourceId, _ResourceId), address=CallerIPAddress, httpStatusCode=httpStatusCode_d, agent=clientInfo_s',
    '| where Category =~ "AuditEvent" and ResourceId contains "/providers/microsoft.keyvault/"',
    NOT_OURS,
    ...claimLines(claim => CLAIM_COLUMNS[claim]),
    ...secretLines('id_s', 'requestUri_s'),
  ],
};

/** Who read and changed secrets, from the table of Key Vault alone. */
export const ownVaultRecipe: Recipe = {
  ...VAULT,
  table: 'AZKVAuditLogs',
  columns: [
    '_ResourceId',
    'OperationName',
    'CorrelationId',
    'CallerIpAddress',
    'ResultType',
    'ResultSignature',
    'Id',
    'RequestUri',
    'HttpStatusCode',
    'ClientInfo',
    'Identity',
  ],
  steps: () => [
    '| extend ResourceId=_ResourceId, address=CallerIpAddress, httpStatusCode=HttpStatusCode, agent=ClientInfo',
    NOT_OURS,
    '| extend c=iff(isempty(tostring(Identity.claim)), Identity.claims, Identity.claim)',
    ...claimsInBag('c'),
    ...secretLines('Id', 'RequestUri'),
  ],
};

/** A row in a shape that exports have. */
export function vaultRecord(row: JsonObject): JsonObject {
  return {
    TimeGenerated: row.TimeGenerated,
    Category: 'AuditEvent',
    ResourceId: row.ResourceId,
    OperationName: row.OperationName,
    CorrelationId: row.CorrelationId,
    CallerIPAddress: row.address,
    ResultType: row.ResultType,
    ResultSignature: row.ResultSignature,
    id: row.secret,
    requestUri: row.uri,
    httpStatusCode: row.httpStatusCode,
    clientInfo: row.agent,
    identity: { claim: claimsOf(row) },
    ...groupOf(row),
  };
}
