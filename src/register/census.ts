import type { Everyone } from '../everyone.ts';
import { censusKey } from '../inventory.ts';
import { aliasOf, isStatic, isUnnamed } from '../kinds.ts';
import type { Ledger } from '../ledger.ts';
import type { Credential, CredentialKind, Provider } from '../model/credential.ts';
import { maskIn } from './masks.ts';

/** What the lists of the providers say, and do not say, of keys. */
export interface Listings {
  /** Whether a list, or the record of what was done to it, told that the key is there. */
  isTold(id: string): boolean;
  /** When the key's provider listed all keys of its kind and account without it; null where none did. */
  missedAt(credential: Credential): number | null;
  /** Whether a key's provider listed all who may hold it, and its holder is none of them. */
  isHolderMissed(credential: Credential): boolean;
}

/** A listing that was seen to its end. */
interface Whole {
  readonly account: string;
  readonly listedAt: number;
  readonly members: Credential[];
}

/** Reads a ledger's listings. */
export function listingsOf({ credentials, censuses }: Ledger, everyone: Everyone): Listings {
  const isTold = (id: string): boolean => {
    const { active, createdAt, isUseKnown } = credentials.get(id) ?? {};
    return active !== undefined || createdAt !== undefined || isUseKnown !== undefined;
  };
  const wholes = new Map<string, Whole>();
  for (const [key, listedAt] of censuses) wholes.set(key, { account: key.split('\n')[0]!, listedAt, members: [] });
  for (const id of everyone.ids) {
    const credential = everyone.credential(id)!;
    if (isTold(id)) wholes.get(censusKey(credential))?.members.push(credential);
  }
  return {
    isTold,
    missedAt: credential => (isTold(credential.id) ? null : missedAt(credential, wholes)),
    isHolderMissed({ id, kind, provider, account, owner, createdAt = 0 }) {
      if (owner === '' || !isStatic(kind) || !isTold(id) || everyone.credential(owner) !== undefined) return false;
      const listed = (HOLDERS[provider] ?? []).map(kind => everyone.listedAt(account, kind));
      return listed.length > 0 && listed.every(at => at !== null && at >= createdAt);
    },
  };
}

/** What may hold keys, by who gives them out; the clouds list nobody. */
const HOLDERS: Partial<Record<Provider, readonly CredentialKind[]>> = {
  anthropic: ['member', 'service-account'],
  openai: ['member', 'service-account'],
  proxy: ['member'],
};

function missedAt(credential: Credential, wholes: ReadonlyMap<string, Whole>): number | null {
  const { id, kind, owner, account, provider } = credential;
  if (isUnnamed(id) || id === aliasOf(kind, owner)) return null;
  const own = wholes.get(censusKey(credential));
  const asked = own !== undefined ? [own] : isAnyAccount(account, provider) ? ofProvider(credential, wholes) : [];
  const isMasked = maskIn(id) !== null;
  // A key that is listed without its ends may be the one that is masked.
  if (isMasked && asked.some(({ members }) => members.some(({ hint = '' }) => maskIn(hint) === null))) return null;
  return asked.length === 0 ? null : Math.max(...asked.map(({ listedAt }) => listedAt));
}

/** Where a log does not say which organisation a key is of, its account bears the provider's name. */
const isAnyAccount = (account: string, provider: Provider): boolean => account === '' || account === provider;

function ofProvider({ kind, provider }: Credential, wholes: ReadonlyMap<string, Whole>): Whole[] {
  return [...wholes.values()].filter(({ members }) =>
    members.some(member => member.kind === kind && member.provider === provider),
  );
}
