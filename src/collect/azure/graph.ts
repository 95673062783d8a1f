import type { Views } from '../../model/coverage.ts';
import { keyListViews } from '../../normalise/key-list.ts';
import { SECOND } from '../../time.ts';
import type { Service } from './rest.ts';
import type { AzureAccess } from './sign-in.ts';

/** What lets the keys of apps be listed. */
export const GRAPH_ROLE = "Application.Read.All of Microsoft Graph, with an administrator's consent";

/** Microsoft Graph; it allows 150 requests a minute to all who ask for certificates in a tenant. */
export const graphService = ({ cloud }: AzureAccess): Service => ({
  base: cloud.graph,
  next: '@odata.nextLink',
  gap: 500,
  timeout: 60 * SECOND,
});

/** A list of Microsoft Graph that holds keys of apps. */
export interface AppList {
  readonly name: 'applications' | 'servicePrincipals';
  readonly title: string;
  /** What of each is asked for; of its secrets more comes than is read. */
  readonly fields: readonly string[];
}

const KEYS = ['appId', 'passwordCredentials', 'keyCredentials'];

/** The lists that together hold all keys of apps. */
export const APP_LISTS: readonly AppList[] = [
  { name: 'applications', title: 'applications', fields: KEYS },
  {
    name: 'servicePrincipals',
    title: 'service principals',
    fields: [...KEYS, 'accountEnabled', 'servicePrincipalType'],
  },
];

/** The path of a list. */
export const listPath = ({ name, fields }: AppList, size = 999): string =>
  `/v1.0/${name}?$select=${fields.join(',')}&$top=${size}`;

const OTHER_KEYS = 'keys of Azure resources and of API gateways are in no list that keyward reads';

/** What the keys of apps show. */
export const appKeyViews = (): Views => keyListViews([OTHER_KEYS]);
