import type { JsonObject } from '../../../scan/wanted.ts';
import { type QueryStretch, type Recipe, tableLines, widen } from '../queries.ts';
import { groupOf } from './claims.ts';
import { CALL_ALONE, CALL_KEY, tokensOf } from './kql.ts';

/** Paths that may tell of a model; of others only that there was a call. */
const TELLING =
  '@"(?i)(?:completions|embeddings|responses|messages|generations|edits|speech|transcriptions|translations)$|/(?:models?|deployments)/"';

const pathOf = (column: string): string => `extract(@"^[^?#]*", 0, ${column})`;
const telling = (column: string): string => `iff(${column} matches regex ${TELLING}, ${column}, "")`;
const counted = (column: string): string => `${column}=${tokensOf(column)}`;
const HAS_TOKENS = '| where (PromptTokens > 0 or CompletionTokens > 0)';

/** Calls through a gateway, each with the tokens that the log of models has for it: that log does not say who called. */
export const gatewayRecipe: Recipe = {
  table: 'ApiManagementGatewayLogs',
  columns: [
    '_ResourceId',
    'CorrelationId',
    'OperationId',
    'ApimSubscriptionId',
    'Method',
    'Url',
    'BackendUrl',
    'ResponseCode',
    'CallerIpAddress',
    'Region',
  ],
  steps: stretch => [
    `| extend Url=${pathOf('Url')}, BackendUrl=${pathOf('BackendUrl')}, key=tolower(CorrelationId)`,
    `| extend Url=${telling('Url')}, BackendUrl=${telling('BackendUrl')}`,
    `| join kind=leftouter (${tokensByCall(stretch).join('\n  ')}) on key`,
    '| extend PromptTokens=coalesce(PromptTokens, 0), CompletionTokens=coalesce(CompletionTokens, 0)',
  ],
  key: CALL_KEY,
  alone: CALL_ALONE,
  exact: ['CallerIpAddress', 'ResponseCode', 'Method', 'Url', 'BackendUrl', 'ModelName', 'DeploymentName'],
  folded: ['_ResourceId', 'OperationId', 'ApimSubscriptionId', 'Region'],
  shown: ['CorrelationId'],
  hasTokens: true,
};

/** What was said takes several rows, and a request that is told twice counts once. */
function tokensByCall(stretch: QueryStretch): readonly string[] {
  const columns = ['CorrelationId', 'RequestId', 'ModelName', 'DeploymentName', 'PromptTokens', 'CompletionTokens'];
  return [
    ...tableLines('ApiManagementGatewayLlmLog', columns, widen(stretch)),
    `| extend key=tolower(CorrelationId), ${counted('PromptTokens')}, ${counted('CompletionTokens')}`,
    `${HAS_TOKENS} and isnotempty(key)`,
    '| distinct key, RequestId, ModelName, DeploymentName, PromptTokens, CompletionTokens',
    '| summarize ModelName=max(ModelName), DeploymentName=max(DeploymentName), PromptTokens=sum(PromptTokens), CompletionTokens=sum(CompletionTokens) by key',
  ];
}

/** A row as the formats know a call that was joined to its tokens. */
export function gatewayRecord(row: JsonObject): JsonObject {
  return {
    TimeGenerated: row.TimeGenerated,
    Category: 'GatewayLogs',
    _ResourceId: row._ResourceId,
    CorrelationId: row.CorrelationId,
    OperationId: row.OperationId,
    ApimSubscriptionId: row.ApimSubscriptionId,
    Method: row.Method,
    Url: row.Url,
    BackendUrl: row.BackendUrl,
    ResponseCode: row.ResponseCode,
    CallerIpAddress: row.CallerIpAddress,
    Region: row.Region,
    ModelName: row.ModelName,
    DeploymentName: row.DeploymentName,
    PromptTokens: row.PromptTokens,
    CompletionTokens: row.CompletionTokens,
    ...groupOf(row),
  };
}

/** Tokens of calls that the log of the gateway does not have: whoever made them, they were spent. */
export const modelRecipe: Recipe = {
  table: 'ApiManagementGatewayLlmLog',
  columns: [
    '_ResourceId',
    'CorrelationId',
    'RequestId',
    'ModelName',
    'DeploymentName',
    'PromptTokens',
    'CompletionTokens',
    'Region',
  ],
  steps: stretch => [
    `| extend key=tolower(CorrelationId), ${counted('PromptTokens')}, ${counted('CompletionTokens')}`,
    HAS_TOKENS,
    `| join kind=leftanti (${tableLines('ApiManagementGatewayLogs', ['CorrelationId'], widen(stretch)).join('\n  ')}`,
    '  | where isnotempty(CorrelationId) | extend key=tolower(CorrelationId) | distinct key) on key',
  ],
  key: 'strcat(tolower(CorrelationId), "/", tolower(RequestId), "/")',
  alone: CALL_ALONE,
  exact: ['ModelName', 'DeploymentName'],
  folded: ['_ResourceId', 'Region'],
  shown: ['CorrelationId', 'RequestId'],
  hasTokens: true,
};

/** A row in the shape that the table has. */
export function modelRecord(row: JsonObject): JsonObject {
  return {
    TimeGenerated: row.TimeGenerated,
    Category: 'GatewayLlmLogs',
    _ResourceId: row._ResourceId,
    CorrelationId: row.CorrelationId,
    RequestId: row.RequestId,
    ModelName: row.ModelName,
    DeploymentName: row.DeploymentName,
    PromptTokens: row.PromptTokens,
    CompletionTokens: row.CompletionTokens,
    Region: row.Region,
    ...groupOf(row),
  };
}
