import type { Credential, CredentialKind } from '../model/credential.ts';
import type { Deed } from '../model/event.ts';
import { dig, digList, digText, textOf } from './dig.ts';
import { OPENAI } from './openai-records.ts';
import { tidy } from './redact.ts';
import type { Told } from './told.ts';
import { readEmail, readId } from './vendor-fields.ts';

/** A record of the audit log, with what is known of it already. */
export interface Act {
  readonly type: string;
  readonly at: number;
  /** What the record says of the deed; nothing about it is trusted. */
  readonly detail: unknown;
  readonly project: string;
}

/** What a record turns out to tell. */
export interface OpenaiTold extends Told {
  /** A key that was made, whose holder the record does not name. */
  readonly made?: { readonly id: string; readonly kind: CredentialKind };
}

type Tell = (act: Act) => OpenaiTold;

const plain =
  (deed: Deed): Tell =>
  act => ({ deed, target: idIn(act), seen: [] });

const use: Tell = () => ({ deed: 'use', target: '', seen: [] });

/** Rights are given to a principal where one is named. */
const grant: Tell = ({ detail }) => {
  const named = readId(dig(detail, 'principal_id')) || readId(dig(detail, 'id'));
  return { deed: 'grant', target: named || readEmail(dig(detail, 'data', 'email')), seen: [] };
};

/** An invitation is known by whom it went to. */
const invite: Tell = act => {
  const email = readEmail(dig(act.detail, 'data', 'email')) || readEmail(dig(act.detail, 'email'));
  return email === '' ? grant(act) : { deed: 'grant', target: email, seen: [] };
};

const when =
  (isSo: (act: Act) => boolean, tell: Tell): Tell =>
  act =>
    isSo(act) ? tell(act) : use(act);

const make =
  (deed: 'create' | 'open', kind: CredentialKind): Tell =>
  act => {
    const id = idIn(act);
    if (id === '') return { deed, target: '', seen: [] };
    const name = tidy(digText(act.detail, 'data', 'name'), 128);
    const named = name === '' ? {} : { name };
    const seen = [{ ...credentialIn(act, id, kind), ...named, active: true, createdAt: act.at }];
    return { deed, target: id, seen, ...(deed === 'create' && { made: { id, kind } }) };
  };

const end =
  (kind: CredentialKind): Tell =>
  act => {
    const id = idIn(act);
    return { deed: 'delete', target: id, seen: id === '' ? [] : [{ ...credentialIn(act, id, kind), active: false }] };
  };

const join: Tell = act => {
  const id = idIn(act);
  if (id === '') return invite(act);
  return { deed: 'grant', target: id, seen: [{ ...credentialIn(act, id, 'member'), active: true }] };
};

/** The provider, and for whom it speaks where that is told. */
const trust: Tell = act => {
  const { detail } = act;
  const told = (name: string) => ['data', 'changes_requested'].map(part => digText(detail, part, name)).find(Boolean);
  const issuer = tidy((told('issuer') ?? told('issuer_url') ?? '').replace(/,\s+/g, ','), 200);
  const id = readId(dig(detail, 'identity_provider_id')) || idIn(act) || tidy(digText(detail, 'name'), 128);
  return { deed: 'trust', target: issuer === '' ? id : `${id || OPENAI} trusts ${issuer}`, seen: [] };
};

/** Some settings are switched several at once; the first names them. */
const idIn = ({ detail }: Act): string =>
  readId(dig(detail, 'id')) ||
  ['configs', 'certificates'].map(list => readId(dig(digList(detail, list)[0], 'id'))).find(id => id !== '') ||
  '';

function credentialIn({ at, project }: Act, id: string, kind: CredentialKind): Credential {
  const scope = kind === 'member' || kind === 'admin-key' || project === '' ? {} : { scope: project };
  return { id, provider: 'openai', kind, owner: '', account: OPENAI, ...scope, observedAt: at };
}

const changed = (detail: unknown, name: string): unknown =>
  dig(detail, 'changes_requested', name) ?? dig(detail, 'data', name);

const changes =
  (name: string) =>
  ({ detail }: Act): boolean =>
    changed(detail, name) !== undefined;

const ANYWHERE = /^(?:0\.0\.0\.0|::)(?:\/0)?$/;

/** An allow-list that lets everyone in is none. */
const isForAll = ({ detail }: Act): boolean =>
  digList(detail, 'allowed_ips').some(range => ANYWHERE.test(textOf(range)));

const isUnlogged = ({ detail }: Act): boolean => textOf(changed(detail, 'api_call_logging')) === 'disabled';

const DEEDS: ReadonlyMap<string, Tell> = new Map<string, Tell>([
  ['api_key.created', make('create', 'api-key')],
  ['api_key.updated', when(changes('scopes'), plain('grant'))],
  ['api_key.deleted', end('api-key')],
  ['tenant.project_api_key.created', make('create', 'api-key')],
  ['tenant.admin_api_key.created', make('create', 'admin-key')],
  ['tenant.admin_api_key.updated', when(changes('scopes'), plain('grant'))],
  ['tenant.admin_api_key.deleted', end('admin-key')],
  ['tenant.chatgpt_access_token.revoked', plain('delete')],
  ['service_account.created', make('open', 'service-account')],
  ['service_account.updated', when(changes('role'), plain('grant'))],
  ['service_account.deleted', end('service-account')],
  ['tenant.service_account.updated', when(changes('role'), plain('grant'))],
  ['tenant.service_account.deleted', end('service-account')],
  ['tenant.service_account.token.revoked', plain('delete')],
  ['user.added', join],
  ['user.updated', when(changes('role'), plain('grant'))],
  ['user.deleted', end('member')],
  ['tenant.user.added', join],
  ['tenant.user.updated', when(changes('role'), plain('grant'))],
  ['tenant.user.removed', end('member')],
  ['tenant.membership.revoked', plain('delete')],
  ['invite.sent', invite],
  ['tenant.user.invited', invite],
  ['tenant.api_organization_invite.upserted', invite],
  ['tenant.chatgpt_workspace_invite.upserted', invite],
  ['role.assignment.created', grant],
  ['role.bound_to_resource', grant],
  ['role.updated', when(changes('permissions_added'), grant)],
  ['checkpoint.permission.created', grant],
  ['tenant.role_assignment.created', grant],
  ['tenant.resource_role_assignment.created', grant],
  ['tenant.resource_access.updated', grant],
  ['tenant.resource_share_grant.created', grant],
  ['tenant.custom_role.updated', grant],
  ['tenant.group.member.added', grant],
  ['workload_identity_provider.created', trust],
  ['workload_identity_provider.updated', trust],
  ['workload_identity_provider_mapping.created', trust],
  ['workload_identity_provider_mapping.updated', trust],
  ['tenant.workload_identity.provider.created', trust],
  ['tenant.workload_identity.provider.updated', trust],
  ['tenant.workload_identity.mapping.created', trust],
  ['tenant.workload_identity.mapping.updated', trust],
  ['tenant.workload_identity.binding.created', trust],
  ['tenant.microsoft_entra_mapping.upserted', trust],
  ['tenant.sso_connection.created', trust],
  ['tenant.sso_connection.updated', trust],
  ['certificates.activated', trust],
  ['ip_allowlist.deleted', plain('silence')],
  ['ip_allowlist.config.deactivated', plain('silence')],
  ['ip_allowlist.updated', when(isForAll, plain('silence'))],
  ['organization.updated', when(isUnlogged, plain('silence'))],
  ['rate_limit.deleted', plain('silence')],
  ['scim.disabled', plain('silence')],
  ['tenant.sso_connection.deleted', plain('silence')],
  ['tenant.policy.deleted', plain('silence')],
  ['tenant.policy.detached', plain('silence')],
  ['tenant.session_policy.deleted', plain('silence')],
  ['login.succeeded', plain('sign-in')],
  ['login.failed', plain('sign-in')],
]);

/** What a record tells: keys that came and went, rights given, trust opened, guards taken away, or plain use. */
export const tellOpenai = (act: Act): OpenaiTold => (DEEDS.get(act.type) ?? use)(act);
