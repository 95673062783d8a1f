import { compareText } from '../../wording.ts';
import type { Need } from '../collector.ts';

/** A custom role, as `az role definition create --role-definition` takes it. */
export interface CustomRole {
  readonly Name: string;
  readonly IsCustom: true;
  readonly Description: string;
  readonly Actions: readonly string[];
  readonly NotActions: readonly string[];
  readonly DataActions: readonly string[];
  readonly NotDataActions: readonly string[];
  readonly AssignableScopes: readonly string[];
}

const DESCRIPTION =
  'What keyward reads: the Activity Log and the log tables that it judges. It reads no keys and changes nothing. ' +
  'The keys of apps need Application.Read.All of Microsoft Graph beside it.';

/** Whether a permission is an action of Azure Resource Manager. */
export const isAzureAction = (permission: string): boolean =>
  /^Microsoft\.[A-Za-z]+(?:\/[A-Za-z]+)+\/(?:read|write|delete|action)$/.test(permission);

/** The role that allows these needs and nothing else; what is no action of Azure is granted elsewhere. */
export function customRole(needs: readonly Need[]): CustomRole {
  const actions = needs.map(({ permission }) => permission).filter(isAzureAction);
  return {
    Name: 'keyward reader',
    IsCustom: true,
    Description: DESCRIPTION,
    Actions: [...new Set(actions)].sort(compareText),
    NotActions: [],
    DataActions: [],
    NotDataActions: [],
    AssignableScopes: ['/subscriptions/SUBSCRIPTION'],
  };
}
