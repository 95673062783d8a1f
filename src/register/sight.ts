import type { Credential } from '../model/credential.ts';
import { aliasOf } from '../kinds.ts';

/** Whether the logs would have shown a key at work. */
export interface Sight {
  sees(credential: Credential): boolean;
  /** The name under which the keys of its user are seen at work together; empty where each has its own. */
  sharedName(credential: Credential): string;
}

/** Judges by who was seen at work: where one key of an account was, another would have been. */
export function sightOf(used: readonly Credential[]): Sight {
  const places = new Set(used.map(placeOf));
  const names = new Set(used.map(({ id }) => id));
  return {
    sees: credential => places.has(placeOf(credential)),
    sharedName({ id, kind, owner }) {
      const alias = aliasOf(kind, owner);
      return alias !== id && names.has(alias) ? alias : '';
    },
  };
}

/** The clouds log account by account; of a model vendor or a proxy there is one log. */
const placeOf = ({ provider, account }: Credential): string =>
  provider === 'aws' || provider === 'azure' ? `${provider}\n${account}` : provider;
