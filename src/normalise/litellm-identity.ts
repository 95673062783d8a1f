import { createHash } from 'node:crypto';
import type { Credential } from '../model/credential.ts';
import { announceOnce, metAs } from './announcer.ts';
import type { Sink } from './format.ts';
import { type Identity, strangerAt } from './identity.ts';
import { isMasked, tidy } from './redact.ts';

/** The account of whatever LiteLLM tells of: its records do not say which proxy wrote them. */
export const LITELLM = 'litellm';

/** The id of the master key, as newer versions write it in place of its hash. */
const MASTER_KEY = 'litellm_proxy_master_key';

/** The team of the sessions that LiteLLM's own pages open for whoever signs in to them. */
export const DASHBOARD = 'litellm-dashboard';

/** Whom the master key acts as. */
const ADMIN = 'default_user_id';

/** What LiteLLM does by itself, under names that nobody can have a key under. */
const OWN_ACCOUNTS: ReadonlySet<string> = new Set(['litellm-internal-health-check', 'litellm_internal_jobs']);

const HASH = /^[0-9a-f]{64}$/i;
const HASHED_JWT = /^hashed-jwt-([0-9a-f]{64})$/i;
const RAW = /^sk-[\w-]{1,1024}$/;
const LONGEST = 128;
const BLANK = /^(?:none|null|nan|undefined)$/i;

/** A value as text fit to keep; empty where Python or a database wrote that there is none. */
export function nameIn(text: string): string {
  const name = text.trim();
  return BLANK.test(name) ? '' : tidy(name, LONGEST);
}

/**
 * The id of a virtual key: the hash that LiteLLM names it by. A key that an older version wrote out is named by the same
 * hash, since LiteLLM makes it of the key in this way. Empty for anything else.
 */
export function keyIdOf(text: string): string {
  const key = text.trim().replace(/^bearer\s+/i, '');
  if (HASH.test(key)) return key.toLowerCase();
  return RAW.test(key) ? createHash('sha256').update(key).digest('hex') : '';
}

/** Who made a request, as a record has it. */
export interface Caller {
  readonly key: string;
  readonly user: string;
  readonly team: string;
  /** The proxy knew no such key. */
  readonly isStranger: boolean;
}

/** Whether LiteLLM itself made a request. Only the key tells: whatever else a record has may come from a caller. */
export const isOwnAccount = (key: string): boolean => OWN_ACCOUNTS.has(key.trim());

/** Somebody of whom nothing is known. */
const STRANGER = strangerAt(LITELLM);

/**
 * Who made a request: a virtual key by its hash, the master key, or a person who signed in without a key of their own.
 * Keys that the proxy does not know are nobody's: each guess at one would be another.
 */
export function identify({ key, user, team, isStranger }: Caller): Identity {
  const owner = nameIn(user);
  const name = nameIn(key);
  const id = keyIdOf(key);
  if (isStranger) return STRANGER;
  if (isMasterKey(name, owner)) return masterKey(owner);
  const jwt = HASHED_JWT.exec(name)?.[1] ?? '';
  const session = jwt === '' && team.trim() === DASHBOARD ? id : jwt.toLowerCase();
  if (id !== '' && (session === '' || owner === ''))
    return { credential: id, kind: 'virtual-key', owner, account: LITELLM, session: '', principal: owner };
  if (owner === '' || isMasked(owner)) return STRANGER;
  return { credential: owner, kind: 'member', owner: '', account: LITELLM, session, principal: owner };
}

const isMasterKey = (key: string, user: string): boolean =>
  key === MASTER_KEY || key === ADMIN || (key === '' && user === ADMIN);

const masterKey = (user: string): Identity => ({
  credential: MASTER_KEY,
  kind: 'admin-key',
  owner: user || ADMIN,
  account: LITELLM,
  session: '',
  principal: user || ADMIN,
});

/** What a record says of a credential in passing. */
export interface Passing {
  readonly identity: Identity;
  readonly alias: string;
  readonly team: string;
  readonly email: string;
}

/** Says once of each credential that it was met, whose it is and what it is called, and once of each person their address. */
export function createLitellmAnnouncer(): (passing: Passing, sink: Sink) => void {
  const announce = announceOnce();
  return ({ identity, alias, team, email }, sink) => {
    const { credential: id, kind, owner } = identity;
    const address = nameIn(email);
    const isPerson = kind === 'member';
    const person = isPerson ? id : owner;
    if (person !== '' && (address !== '' || isPerson)) announce(memberOf(person, address, 0), sink);
    if (isPerson) return;
    const labels = kind === 'virtual-key' ? { ...named('name', nameIn(alias)), ...named('scope', nameIn(team)) } : {};
    announce({ ...metAs('proxy', identity), ...labels }, sink);
  };
}

/** A person that the proxy knows, by their id and, where it is told, their e-mail address. */
export const memberOf = (id: string, email: string, observedAt: number): Credential => ({
  id,
  provider: 'proxy',
  kind: 'member',
  owner: email,
  account: LITELLM,
  observedAt,
});

/** A field of that name where there is something to put in it. */
export const named = <K extends string>(name: K, value: string): Partial<Record<K, string>> =>
  value === '' ? {} : ({ [name]: value } as Record<K, string>);
