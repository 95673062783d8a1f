import type { Credential } from '../model/credential.ts';
import type { Deed } from '../model/event.ts';
import type { JsonObject } from '../scan/wanted.ts';
import { canonicalJson } from './canonical-json.ts';
import { digText } from './dig.ts';
import { readTime } from './litellm-call.ts';
import { keyIdOf, LITELLM, memberOf, named, nameIn } from './litellm-identity.ts';
import { isTrue } from './litellm-keys.ts';
import { isMasked } from './redact.ts';
import type { Told } from './told.ts';

/** A change that the audit log tells of. */
export interface Change {
  readonly at: number;
  /** The table it was made in, without the prefix that all have. */
  readonly table: string;
  readonly action: string;
  /** What was changed, by its id. */
  readonly object: string;
  /** The row before it, and what was written; empty where that is not told. */
  readonly before: JsonObject;
  readonly after: JsonObject;
}

/** Reads a change; of tables that hold no credential it is a use. */
export function tellChange(change: Change): Told {
  if (change.table === 'VerificationToken') return keyChange(change);
  if (change.table === 'UserTable') return userChange(change);
  const target = nameIn(change.object);
  if (change.table === 'TeamTable' && isUpdate(change) && givesMore(change)) return { deed: 'grant', target, seen: [] };
  return { deed: 'use', target: '', seen: [] };
}

function keyChange(change: Change): Told {
  const { action, before } = change;
  const id = keyIdOf(change.object);
  if (action === 'created') return created(change, newKeyIn(change) || id);
  if (action === 'rotated' || action === 'regenerated') return rotated(change, id);
  if (id === '') return { deed: 'use', target: '', seen: [] };
  const told = (deed: Deed, seen: Partial<Credential> = {}): Told => ({
    deed,
    target: id,
    seen: [{ ...keyAt(change, id), ...labelsIn(before), ...labelsIn(change.after), ...seen }],
  });
  if (action === 'deleted') return told('delete', { active: false });
  const block = blockIn(change);
  if (block !== undefined) return told(block ? 'disable' : 'enable', { active: !block });
  return told(isUpdate(change) && givesMore(change) ? 'grant' : 'use');
}

const isUpdate = ({ action }: Change): boolean => action === 'updated';

/** Who lifts a block is logged as blocking once more: the row before it tells them apart. */
function blockIn({ action, before, after }: Change): boolean | undefined {
  const wasBlocked = isTrue(before['blocked']);
  if (action === 'blocked') return !wasBlocked;
  if (action === 'unblocked') return false;
  if (action !== 'updated' || !Object.hasOwn(after, 'blocked')) return undefined;
  const isBlocked = isTrue(after['blocked']);
  return isBlocked === wasBlocked ? undefined : isBlocked;
}

const newKeyIn = ({ after }: Change): string => keyIdOf(digText(after, 'token_id')) || keyIdOf(digText(after, 'token'));

function created(change: Change, id: string): Told {
  if (id === '') return { deed: 'create', target: '', seen: [] };
  const key = { ...keyAt(change, id), ...labelsIn(change.after), createdAt: change.at, active: true };
  return { deed: 'create', target: id, seen: [key] };
}

/** A key that is rotated ends, and another takes its place with all that it had. */
function rotated(change: Change, old: string): Told {
  const id = newKeyIn(change);
  if (id === '' || id === old) return { deed: 'create', target: '', seen: [] };
  const labels = { ...labelsIn(change.before), ...labelsIn(change.after) };
  const key = { ...keyAt(change, id), ...labels, createdAt: change.at, active: true, ...named('parent', old) };
  const ended = old === '' ? [] : [{ ...keyAt(change, old), ...labels, active: false }];
  return { deed: 'create', target: id, seen: [key, ...ended] };
}

const keyAt = ({ at }: Change, id: string): Credential => ({
  id,
  provider: 'proxy',
  kind: 'virtual-key',
  owner: '',
  account: LITELLM,
  observedAt: at,
});

/** What a row says of a key that is not masked, which the log does to whatever is called a key. */
function labelsIn(row: JsonObject): Partial<Credential> {
  const text = (name: string): string => {
    const value = nameIn(digText(row, name));
    return isMasked(value) ? '' : value;
  };
  const expiresAt = readTime(text('expires'));
  return {
    ...named('owner', text('user_id')),
    ...named('name', text('key_alias')),
    ...named('scope', text('team_id')),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

/** A person who is added can make keys and use what there is: that is a grant, and no key yet. */
function userChange(change: Change): Told {
  const { action, before, after, at } = change;
  const id = nameIn(change.object);
  if (id === '') return { deed: 'use', target: '', seen: [] };
  const email = nameIn(digText(after, 'user_email') || digText(before, 'user_email'));
  const person = memberOf(id, isMasked(email) ? '' : email, at);
  if (action === 'deleted') return { deed: 'delete', target: id, seen: [{ ...person, active: false }] };
  const isGrant = action === 'created' || (isUpdate(change) && givesMore(change));
  return { deed: isGrant ? 'grant' : 'use', target: id, seen: [{ ...person, active: true }] };
}

/** What somebody may do. */
const RIGHTS = [
  'models',
  'permissions',
  'allowed_routes',
  'user_id',
  'user_role',
  'team_id',
  'teams',
  'organization_id',
  'object_permission',
  'object_permission_id',
  'members_with_roles',
  'admins',
];

/** How much they may. */
const LIMITS = ['max_budget', 'tpm_limit', 'rpm_limit', 'max_parallel_requests'];

/** Whether a change of rights or a higher limit was written; what is taken away altogether the log leaves out. */
function givesMore({ before, after }: Change): boolean {
  const isOther = (name: string): boolean =>
    Object.hasOwn(after, name) && canonicalJson(after[name]) !== canonicalJson(before[name] ?? null);
  const isHigher = (name: string): boolean =>
    typeof after[name] === 'number' && typeof before[name] === 'number' && after[name] > before[name];
  return RIGHTS.some(isOther) || LIMITS.some(isHigher);
}
