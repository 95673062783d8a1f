import type { JsonObject } from '../../scan/wanted.ts';
import { activityRecipe, activityRecord } from './logs/activity.ts';
import {
  applicationRecipe,
  applicationRecord,
  auditRecipe,
  auditRecord,
  personRecipe,
  personRecord,
} from './logs/entra.ts';
import { gatewayRecipe, gatewayRecord, modelRecipe, modelRecord } from './logs/gateway.ts';
import { aiRecipe, aiRecord, ownVaultRecipe, vaultRecipe, vaultRecord } from './logs/resources.ts';
import { type Manner, type QueryPart, type QueryStretch, type Recipe, writeQuery } from './queries.ts';

/** A log in a workspace, how it is asked for and what its rows are. */
export interface LogTable {
  readonly name: string;
  /** The query for a stretch, or for a part of its rows; 'groups' gives like rows as one, with how many they are. */
  query(stretch: QueryStretch, manner: Manner, part?: QueryPart): string;
  /** The record that a format knows, of a row that the query gave. */
  record(row: JsonObject): JsonObject;
}

const logTable = (recipe: Recipe, record: LogTable['record'], name: string = recipe.table): LogTable => ({
  name,
  query: (stretch, manner, part) => writeQuery(recipe, stretch, manner, part),
  record,
});

/** The logs that are asked for; those that a workspace does not have give no rows. */
export const logTables: readonly LogTable[] = [
  logTable(activityRecipe, activityRecord),
  logTable(auditRecipe, auditRecord),
  ...(['SigninLogs', 'AADNonInteractiveUserSignInLogs'] as const).map(table =>
    logTable(personRecipe(table), personRecord(table)),
  ),
  ...(['AADServicePrincipalSignInLogs', 'AADManagedIdentitySignInLogs'] as const).map(table =>
    logTable(applicationRecipe(table), applicationRecord(table)),
  ),
  logTable(aiRecipe, aiRecord, 'AzureDiagnostics (Azure AI)'),
  logTable(vaultRecipe, vaultRecord, 'AzureDiagnostics (Key Vault)'),
  logTable(ownVaultRecipe, vaultRecord),
  logTable(gatewayRecipe, gatewayRecord),
  logTable(modelRecipe, modelRecord),
];
