import type { Need } from '../collector.ts';

const QUERY = 'Microsoft.OperationalInsights/workspaces/query';

/** The tables of a workspace that are looked at, and what each shows. */
const TABLES: Readonly<Record<string, string>> = {
  AzureActivity: 'changes, and reading of keys, in the subscriptions that export their Activity Log',
  AuditLogs: 'keys, trust and roles given to apps in Entra ID',
  SigninLogs: 'sign-ins of people',
  AADNonInteractiveUserSignInLogs: 'tokens issued to people who had signed in before',
  AADServicePrincipalSignInLogs: 'which secret or certificate of an app is used, and from where',
  AADManagedIdentitySignInLogs: 'tokens issued to managed identities',
  AzureDiagnostics: 'model calls and reading of secrets, where resource logs go to this table',
  AZKVAuditLogs: 'reading of secrets in key vaults',
  ApiManagementGatewayLogs: 'calls through an API gateway, and by which subscription',
  ApiManagementGatewayLlmLog: 'the tokens of model calls through an API gateway',
};

/** What reading a workspace takes, on that workspace. */
export const workspaceNeeds: readonly Need[] = [
  { permission: 'Microsoft.OperationalInsights/workspaces/read', sees: 'that the workspace is there' },
  { permission: `${QUERY}/read`, sees: 'anything in the workspace; which tables, the next ones say' },
  ...Object.entries(TABLES).map(([table, sees]) => ({ permission: `${QUERY}/${table}/read`, sees })),
];

/** What reading the Activity Log of a subscription takes, by name. */
export const ACTIVITY_PERMISSION = 'Microsoft.Insights/eventtypes/values/read';

/** What listing the keys of apps takes, by name. */
export const GRAPH_PERMISSION = 'Application.Read.All';

/** What reading the Activity Log without a workspace takes, on the subscription. */
export const subscriptionNeeds: readonly Need[] = [
  {
    permission: ACTIVITY_PERMISSION,
    sees: 'the Activity Log of a subscription, without a workspace',
  },
];

/** What reading the keys of apps takes: a permission of Microsoft Graph, which no role of Azure gives. */
export const entraNeeds: readonly Need[] = [
  { permission: GRAPH_PERMISSION, sees: 'secrets and certificates of applications and service principals' },
];
