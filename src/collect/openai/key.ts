import { UserError } from '../../errors.ts';
import type { Task } from '../collector.ts';
import { readBase } from '../service/base-url.ts';

/** Where the admin key is read from. */
export const KEY_VARIABLE = 'OPENAI_ADMIN_KEY';

const BASE_VARIABLE = 'OPENAI_BASE_URL';

/** Where an admin key is made. */
export const KEY_PLACE = 'https://platform.openai.com/settings/organization/admin-keys';

const HINT =
  `Set ${KEY_VARIABLE} to an admin key (sk-admin-…): an owner of the organisation makes one at ${KEY_PLACE}, and ` +
  'read-only permissions are enough.';

/** Keys that are not for this, by how they begin; the first that fits counts. */
const OTHERS: readonly (readonly [begin: string, what: string])[] = [
  ['sk-proj-', 'the key of a project, which can call models and cannot list keys'],
  ['sk-svcacct-', 'the key of a service account, which can call models and cannot list keys'],
  ['sk-ant-', 'a key of Anthropic'],
  ['sk-', 'a key that can call models and cannot list keys'],
];

/** The admin key that the environment names; throws a `UserError` for none and for any other kind of key. */
export function adminKey({ env }: Pick<Task, 'env'>): string {
  const key = (env[KEY_VARIABLE] ?? '').trim();
  if (/^sk-admin-[\x21-\x7e]+$/.test(key)) return key;
  if (key === '') throw new UserError(`there is no admin key of OpenAI: ${KEY_VARIABLE} is not set`, HINT);
  const [, what] = OTHERS.find(([begin]) => key.startsWith(begin)) ?? ['', 'no key of OpenAI'];
  throw new UserError(`what ${KEY_VARIABLE} holds is ${what}`, HINT);
}

/** Where OpenAI answers; empty for its own place. */
export function baseUrl({ env }: Pick<Task, 'env'>): string {
  const base = (env[BASE_VARIABLE] ?? '').trim().replace(/\/+$/, '');
  const { flaw } = readBase(base);
  // That a key goes out in clear is refused where it would, and said there.
  if (base === '' || flaw === '' || flaw === 'in clear') return base;
  throw new UserError(`${BASE_VARIABLE} is not the address of a service`, 'Write it as in https://api.openai.com/v1.');
}
