export type Provider = 'aws' | 'azure' | 'google' | 'anthropic' | 'openai' | 'proxy';

/** What sort of credential it is; rules about static keys and rules about sessions part here. */
export type CredentialKind =
  | 'access-key'
  | 'root-key'
  | 'bedrock-key'
  | 'claude-platform-key'
  | 'password'
  | 'user-session'
  | 'root-session'
  | 'role'
  | 'federated-user'
  | 'identity-center-user'
  | 'external-account'
  | 'client-secret'
  | 'client-certificate'
  | 'federated-credential'
  | 'managed-identity'
  | 'service-principal'
  | 'entra-user'
  | 'resource-key'
  | 'gateway-subscription'
  | 'api-key'
  | 'admin-key'
  | 'service-account-key'
  | 'virtual-key'
  | 'service-account'
  | 'member'
  | 'unknown';

/**
 * What is known of a credential, from inventories and from deeds done to it. A lifecycle deed is an
 * observation of its target, not of the doer.
 */
export interface Credential {
  readonly id: string;
  readonly provider: Provider;
  readonly kind: CredentialKind;
  /** The principal that holds it, as the provider names it: of a member of an organisation, the e-mail address. */
  readonly owner: string;
  readonly account: string;
  /** What its holders call it. */
  readonly name?: string;
  /** What it is limited to within its account: a workspace, a project, a team. */
  readonly scope?: string;
  /** Its first and last characters, as the provider shows them. */
  readonly hint?: string;
  /** When this was seen to be so, in epoch milliseconds. */
  readonly observedAt: number;
  /** Undefined when nothing said so either way. */
  readonly active?: boolean;
  readonly createdAt?: number;
  readonly expiresAt?: number;
  readonly lastUsedAt?: number;
  /** True when an inventory would have told of any use: without `lastUsedAt` it was then never used. */
  readonly isUseKnown?: boolean;
  /** The credential it was derived from. */
  readonly parent?: string;
}

/** All credentials of a kind in an account, as they were listed at one time: what is not among them is gone. */
export interface Census {
  readonly account: string;
  readonly kind: CredentialKind;
  /** As stamped on what was listed. */
  readonly observedAt: number;
}
