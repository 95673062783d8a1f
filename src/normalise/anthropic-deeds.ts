import { isStatic } from '../kinds.ts';
import type { Credential, CredentialKind } from '../model/credential.ts';
import type { Deed } from '../model/event.ts';
import type { JsonObject } from '../scan/wanted.ts';
import { digList, digText } from './dig.ts';
import type { Identity } from './identity.ts';
import { GUESSED } from './key-list.ts';
import type { Told } from './told.ts';
import { readEmail, readId } from './vendor-fields.ts';

/** An activity, with what is known of it already. */
export interface Activity {
  readonly record: JsonObject;
  /** In lower case. */
  readonly type: string;
  readonly at: number;
  readonly account: string;
  /** Null where nobody is named. */
  readonly actor: Identity | null;
  readonly succeeded: boolean;
}

/** Something that is made, changed and ended, told by activities named after it. */
interface Subject {
  /** Where its id stands. */
  readonly field: string;
  /** Null for what is no credential itself. */
  readonly kind: CredentialKind | null;
  readonly made: 'create' | 'trust';
}

const SUBJECTS: ReadonlyMap<string, Subject> = new Map<string, Subject>([
  ['platform_api_key', { field: 'api_key_id', kind: 'api-key', made: 'create' }],
  ['admin_api_key', { field: 'admin_api_key_id', kind: 'admin-key', made: 'create' }],
  // What is called so plainly is a Compliance Access Key.
  ['api_key', { field: 'api_key_id', kind: 'admin-key', made: 'create' }],
  ['scoped_api_key', { field: 'scoped_api_key_id', kind: 'admin-key', made: 'create' }],
  ['service_key', { field: 'service_key_id', kind: 'admin-key', made: 'create' }],
  ['platform_service_account', { field: 'service_account_id', kind: 'service-account', made: 'create' }],
  ['platform_signing_key', { field: 'signing_key_id', kind: null, made: 'create' }],
  ['platform_oauth_app', { field: 'oauth_app_id', kind: null, made: 'create' }],
  ['tunnel_token', { field: 'tunnel_token_id', kind: null, made: 'create' }],
  ['claude_code_runner_pool_secret', { field: 'runner_pool_id', kind: null, made: 'create' }],
  ['claude_code_credential', { field: 'credential_id', kind: null, made: 'create' }],
  ['platform_federation_issuer', { field: 'federation_issuer_id', kind: null, made: 'trust' }],
  ['platform_federation_rule', { field: 'federation_rule_id', kind: 'federated-credential', made: 'trust' }],
  ['platform_federation_rule_workspace', { field: 'federation_rule_id', kind: null, made: 'trust' }],
  ['org_sso_connection', { field: 'connection_id', kind: null, made: 'trust' }],
  ['org_directory_sync', { field: 'directory_id', kind: null, made: 'trust' }],
]);

const LIFE = /^(.+)_(created|minted|rotated|added|activated|updated|archived|deleted|revoked|removed|revealed)$/;

/** Deeds of another sort, by their type, and where it stands what they were done to. */
const OTHERS: ReadonlyMap<string, readonly [deed: Deed, ...fields: readonly string[]]> = new Map<
  string,
  readonly [Deed, ...string[]]
>([
  ['role_assignment_granted', ['grant', 'target_id']],
  ['rbac_role_assigned', ['grant', 'principal_id', 'role_id']],
  ['rbac_role_permission_added', ['grant', 'role_id']],
  ['rbac_role_grant_updated', ['grant', 'role_id']],
  ['claude_user_role_updated', ['grant', 'user_id']],
  ['primary_owner_transferred', ['grant', 'new_owner_id', 'user_id', 'target_id']],
  ['group_member_added', ['grant', 'group_id']],
  ['org_sso_group_role_mappings_updated', ['grant']],
  ['org_join_request_approved', ['grant', 'user_id']],
  ['org_user_invite_sent', ['grant', 'invited_email']],
  ['platform_workspace_member_added', ['grant', 'user_id']],
  ['platform_workspace_member_updated', ['grant', 'user_id']],
  ['platform_service_account_workspace_member_added', ['grant', 'service_account_id']],
  ['platform_service_account_workspace_member_updated', ['grant', 'service_account_id']],
  ['platform_spend_limit_deleted', ['silence', 'spend_limit_id']],
  ['workspace_spend_limit_deleted', ['silence', 'workspace_id']],
  ['workspace_member_spend_limit_deleted', ['silence', 'workspace_id']],
  ['platform_workspace_rate_limit_deleted', ['silence', 'workspace_id']],
  ['org_ip_restriction_deleted', ['silence', 'ip_restriction_id']],
  ['org_sso_connection_deactivated', ['silence', 'connection_id']],
  ['org_sso_connection_deleted', ['silence', 'connection_id']],
  ['org_directory_sync_deleted', ['silence', 'directory_id']],
  ['inference_hooks_config_deleted', ['silence']],
  ['platform_federated_authentication', ['issue', 'service_account_id']],
  ['platform_app_attest_authentication', ['issue']],
  ['lti_launch_success', ['sign-in']],
]);

/** Settings that guard or record, and the fields that say whether they are on. */
const GUARDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['org_sso_toggled', ['enabled', 'is_enabled']],
  ['org_magic_link_second_factor_toggled', ['enabled', 'is_enabled']],
  ['org_compliance_api_settings_updated', ['compliance_api_enabled', 'compliance_api_logging_enabled']],
]);

/** How members end, and where it stands who it was; the actor, where it stands nowhere. */
const LEAVINGS: ReadonlyMap<string, string> = new Map([
  ['org_user_deleted', 'deleted_user_id'],
  ['scim_user_deleted', 'user_id'],
  ['org_user_left', ''],
  ['account_deleted', ''],
]);

const SIGN_IN = /_login_(?:succeeded|failed)$/;

/** What an activity is; one of a type that is not known, and there are new ones all the time, is plain use. */
export function tellActivity(activity: Activity): Told {
  const { type, record } = activity;
  const [deed, ...fields] = OTHERS.get(type) ?? [];
  if (deed !== undefined) return { deed, target: nameIn(record, fields), seen: [] };
  const guard = GUARDS.get(type);
  if (guard !== undefined) return isOff(record, guard) ? { deed: 'silence', target: '', seen: [] } : USE;
  if (LEAVINGS.has(type)) return tellLeaving(activity, LEAVINGS.get(type)!);
  if (SIGN_IN.test(type)) return { deed: 'sign-in', target: '', seen: [] };
  const [, name = '', verb = ''] = LIFE.exec(type) ?? [];
  const subject = SUBJECTS.get(name);
  return subject === undefined ? USE : tellLife(activity, subject, verb);
}

const USE: Told = { deed: 'use', target: '', seen: [] };

const nameIn = (record: JsonObject, fields: readonly string[]): string =>
  fields.map(field => readId(record[field])).find(text => text !== '') ?? '';

const isOff = (record: JsonObject, fields: readonly string[]): boolean =>
  fields.some(field => digText(record, field).toLowerCase() === 'false');

function tellLife(activity: Activity, subject: Subject, verb: string): Told {
  const target = readId(activity.record[subject.field]);
  const told = (deed: Deed, seen: Partial<Credential> = {}): Told => ({
    deed,
    target: deed === 'use' ? '' : target,
    seen: deed === 'use' ? [] : sightings(activity, subject, target, seen),
  });
  switch (verb) {
    case 'deleted':
    case 'revoked':
      return told('delete', { active: false });
    case 'archived':
      return told('disable', { active: false });
    case 'removed':
      return USE;
    case 'revealed':
      return told('reveal');
    case 'updated':
      return tellUpdate(activity, subject, told);
    default:
      return told(subject.made, { active: true, createdAt: activity.at });
  }
}

type Tell = (deed: Deed, seen?: Partial<Credential>) => Told;

/** A change names what it changed, from what, to what. */
function tellUpdate({ record }: Activity, { made }: Subject, told: Tell): Told {
  const updates = digList(record, 'updates');
  const changed = updates.map(update => digText(update, 'type').toLowerCase());
  const active = updates.map(stateAfter).find(state => state !== undefined);
  if (active !== undefined) return told(active ? 'enable' : 'disable', { active });
  if (made === 'trust') return changed.length > 0 && changed.every(isLabel) ? USE : told('trust');
  return changed.some(name => /role|scope/.test(name)) ? told('grant') : USE;
}

/** What it is called decides nothing. */
const isLabel = (changed: string): boolean => /^(?:name|description)$/.test(changed);

/** Whether something works after a change of its state; undefined for a change of anything else. */
function stateAfter(update: unknown): boolean | undefined {
  if (!/^(?:status|state|(?:is_)?(?:active|enabled))$/i.test(digText(update, 'type'))) return undefined;
  const value = digText(update, 'current_value');
  if (/^(?:active|enabled|true)$/i.test(value)) return true;
  return /^(?:inactive|archived|expired|disabled|revoked|deleted|false)$/i.test(value) ? false : undefined;
}

/** Whoever makes a key is taken to hold it until a list says better. */
function sightings(
  { at, account, actor, succeeded }: Activity,
  { kind }: Subject,
  id: string,
  seen: Partial<Credential>,
): readonly Credential[] {
  if (!succeeded || kind === null || id === '') return [];
  const fact: Credential = { id, provider: 'anthropic', kind, owner: '', account, observedAt: at, ...seen };
  if (!isStatic(kind) || seen.createdAt === undefined || actor === null) return [fact];
  return [fact, { id, provider: 'anthropic', kind, owner: actor.credential, account, observedAt: GUESSED }];
}

function tellLeaving({ record, at, account, actor, succeeded }: Activity, field: string): Told {
  const id = field === '' ? (actor?.credential ?? '') : readId(record[field]);
  const owner = readEmail(record['deleted_user_email']);
  const gone: Credential = {
    id,
    provider: 'anthropic',
    kind: 'member',
    owner,
    account,
    observedAt: at,
    active: false,
  };
  return { deed: 'delete', target: id || owner, seen: succeeded && id !== '' ? [gone] : [] };
}
