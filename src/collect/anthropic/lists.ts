import type { CredentialKind } from '../../model/credential.ts';
import { ADMIN_NEED, IDENTITY_NEED } from './needs.ts';
import type { AskPage } from './rest.ts';

/** A list of the Admin API whose objects are credentials. */
export interface AdminList {
  readonly title: string;
  /** Of which it is a census when it was read whole. */
  readonly kind: CredentialKind;
  /** What reading it takes. */
  readonly wanted: string;
  /** Under which name it is noted that it could not be read. */
  readonly note: 'keys' | 'members' | 'identities';
  /** Not every organisation has it. */
  readonly isOptional: boolean;
  /** The most that one page may hold. */
  readonly limit: number;
  readonly ask: AskPage;
}

/** Keys and people, which every admin key may list. */
export const ADMIN_LISTS: readonly AdminList[] = [
  {
    title: 'API keys',
    kind: 'api-key',
    wanted: ADMIN_NEED,
    note: 'keys',
    isOptional: false,
    limit: 1000,
    ask: (client, query, sent) => client.organization.apiKeys.list(query, sent),
  },
  {
    title: 'members',
    kind: 'member',
    wanted: ADMIN_NEED,
    note: 'members',
    isOptional: false,
    limit: 1000,
    ask: (client, query, sent) => client.organization.users.list(query, sent),
  },
];

/** What lets workloads in without a key; no key may list it, and what is archived is listed only when asked for. */
export const IDENTITY_LISTS: readonly AdminList[] = [
  {
    title: 'service accounts',
    kind: 'service-account',
    wanted: IDENTITY_NEED,
    note: 'identities',
    isOptional: true,
    limit: 100,
    ask: (client, query, sent) => client.organization.serviceAccounts.list({ ...query, include_archived: true }, sent),
  },
  {
    title: 'federation rules',
    kind: 'federated-credential',
    wanted: IDENTITY_NEED,
    note: 'identities',
    isOptional: true,
    limit: 100,
    ask: (client, query, sent) => client.organization.federation.rules.list({ ...query, include_archived: true }, sent),
  },
];

/** The organisation that the key is of. */
export const askOrganisation: AskPage = (client, _, sent) => client.organization.retrieve(sent);

/** Whether the activity feed is switched on. */
export const askSettings: AskPage = (client, _, sent) => client.organization.complianceSettings.retrieve(sent);
