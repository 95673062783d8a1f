import type { Sight, Views } from '../../model/coverage.ts';
import { viewsOf } from '../../coverage.ts';
import { type Table, tableOf } from './survey.ts';

/** What a table tells of, and what cannot be seen without it. */
interface Holding {
  readonly tells: string;
  readonly sights: readonly Sight[];
  /** One of several that may tell the same: it is missed only where nothing else tells it. */
  readonly isOneOfSeveral?: true;
}

const HOLDINGS: ReadonlyMap<string, Holding> = new Map<string, Holding>([
  ['AzureActivity', { tells: 'changes of resources and reads of their keys', sights: ['deeds', 'places'] }],
  ['AuditLogs', { tells: 'changes of the secrets, roles and consents of apps', sights: ['deeds'] }],
  ['SigninLogs', { tells: 'sign-ins of people', sights: ['sign-ins', 'places'] }],
  ['AADNonInteractiveUserSignInLogs', { tells: 'tokens renewed for people', sights: ['sign-ins'] }],
  ['AADServicePrincipalSignInLogs', { tells: 'sign-ins of apps, and with which key', sights: ['sign-ins', 'places'] }],
  ['AADManagedIdentitySignInLogs', { tells: 'sign-ins of managed identities', sights: ['sign-ins'] }],
  ['AzureDiagnostics (Azure AI)', { tells: 'calls of Azure AI', sights: ['calls'], isOneOfSeveral: true }],
  ['AzureDiagnostics (Key Vault)', { tells: 'reads of Key Vault secrets', sights: ['deeds'], isOneOfSeveral: true }],
  ['AZKVAuditLogs', { tells: 'reads of Key Vault secrets', sights: ['deeds'], isOneOfSeveral: true }],
  ['ApiManagementGatewayLogs', { tells: 'calls through API Management', sights: ['places'], isOneOfSeveral: true }],
  [
    'ApiManagementGatewayLlmLog',
    { tells: 'model calls through API Management', sights: ['calls', 'tokens'], isOneOfSeveral: true },
  ],
]);

const NOTHING_SHOWN = 'no table that was read shows it';
const NO_INVENTORY = 'a workspace holds no list of secrets and certificates: read `entra:` as well';

/** What a workspace shows: what its rows do, less what is in tables that it lacks. */
export function workspaceViews(seen: Views | null, tables: readonly Table[]): Views {
  return viewsOf(sight => {
    const { blind, gaps } = seen?.[sight] ?? { blind: true, gaps: [] };
    if (sight === 'inventory') return { blind, gaps: [...gaps, NO_INVENTORY] };
    const missed = tables.filter(({ name, state }) => {
      const holding = HOLDINGS.get(name);
      if (state === 'filled' || state === 'unknown' || holding === undefined) return false;
      return holding.sights.includes(sight) && (blind || holding.isOneOfSeveral !== true);
    });
    const all = [...gaps, ...missed.map(absenceText)];
    return { blind, gaps: blind && all.length === 0 ? [NOTHING_SHOWN] : all };
  });
}

/** What is not seen because of a table, as in 'the workspace has no table SigninLogs: sign-ins of people are not exported to it'. */
export function absenceText({ name: log, state, why }: Table): string {
  const name = tableOf(log);
  const tells = HOLDINGS.get(log)?.tells ?? 'what it would tell';
  if (state === 'missing') return `the workspace has no table ${name}: ${tells} are not exported to it`;
  if (state === 'refused') return `the table ${name} may not be read, which has ${tells}: ${why}`;
  return `the table ${name} has no rows in this time: no ${tells}, or they are exported to it no longer`;
}
