import type { Credential } from '../model/credential.ts';
import { dig, digText, isObject } from './dig.ts';
import { readInstant } from './instant.ts';
import { tidy } from './redact.ts';
import { readEmail, readId } from './vendor-fields.ts';

/** The account of everything: OpenAI's answers do not name the organisation they are of. */
export const OPENAI = 'openai';

/** When something is taken to be seen that is only mentioned in passing: any list that tells of it outranks it. */
export const IN_PASSING = 0;

/** A person or a service account of an organisation, as it stands beside keys and in the audit log. */
export interface Holder {
  readonly id: string;
  readonly kind: 'member' | 'service-account';
  readonly email: string;
  readonly name: string;
  readonly createdAt: number | undefined;
}

/** OpenAI's times are seconds since 1970; undefined for none. */
export const readSeconds = (value: unknown): number | undefined =>
  typeof value === 'number' || typeof value === 'string' ? readInstant(String(value)) : undefined;

/** A number of tokens, requests or characters; 0 for what is none. */
export function readCount(value: unknown): number {
  const count = typeof value === 'number' ? value : 0;
  return count > 0 && count <= MOST ? Math.floor(count) : 0;
}

const MOST = 1e12;

/** Who holds a key, or acts in a session: the person or service account that stands in an object under its own name. */
export function holderIn(owner: unknown): Holder | null {
  const account = dig(owner, 'service_account');
  if (isObject(account)) return holderOf(account, 'service-account');
  const user = dig(owner, 'user');
  return isObject(user) ? holderOf(user, 'member') : null;
}

/** A person or service account as an object of its own; null when nothing names it. */
export function holderOf(object: unknown, kind: Holder['kind']): Holder | null {
  const email = readEmail(dig(object, 'email'));
  const id = readId(dig(object, 'id')) || email;
  const name = tidy(digText(object, 'name'), 128);
  return id === '' ? null : { id, kind, email, name, createdAt: createdIn(object) };
}

/** Members are added to an organisation, everything else is created. */
function createdIn(object: unknown): number | undefined {
  const value = ['added_at', 'created_at', 'created']
    .map(field => dig(object, field))
    .find(found => found !== undefined);
  return readSeconds(value);
}

/** What is seen of a holder; `more` says the rest of it. */
export const sightingOf = (
  { id, kind, email, name, createdAt }: Holder,
  more: Pick<Credential, 'observedAt' | 'active' | 'scope'>,
): Credential => ({
  id,
  provider: 'openai',
  kind,
  owner: email,
  account: OPENAI,
  ...(name !== '' && { name }),
  ...more,
  ...(createdAt !== undefined && { createdAt }),
});
