import { UserError } from '../errors.ts';
import type { Address } from './address.ts';
import { parseAddress } from './address.ts';
import { asCountry } from './country.ts';

/** A network that the user knows better than any database. */
export interface DeclaredNetwork {
  /** An address or a prefix of either family, as in `203.0.113.0/24`. */
  readonly cidr: string;
  readonly name: string;
  /** ISO 3166 two-letter code; empty leaves the country to the database. */
  readonly country: string;
  /** `vpn` and `egress` are exits shared by many; `office` and `ci` are places. */
  readonly kind: 'office' | 'vpn' | 'ci' | 'egress';
}

/** Finds the narrowest declared network that holds an address. */
export type FindNetwork = (address: Address) => DeclaredNetwork | undefined;

interface Prefix {
  readonly family: 4 | 6;
  readonly length: number;
  readonly bits: bigint;
}

/** Checks the declarations; what cannot be meant is a `UserError`. */
export function declareNetworks(networks: readonly DeclaredNetwork[]): FindNetwork {
  const byPrefix = new Map<string, DeclaredNetwork>();
  const lengths = { 4: new Set<number>(), 6: new Set<number>() };
  for (const network of networks) {
    const prefix = parsePrefix(network.cidr);
    const key = keyOf(prefix);
    if (byPrefix.has(key)) throw new UserError(`the network '${network.cidr}' is declared twice`, 'Keep one of them.');
    byPrefix.set(key, { ...network, country: checkedCountry(network) });
    lengths[prefix.family].add(prefix.length);
  }
  const narrowestFirst = { 4: descending(lengths[4]), 6: descending(lengths[6]) };
  return ({ family, bits }) => {
    for (const length of narrowestFirst[family]) {
      const found = byPrefix.get(keyOf({ family, length, bits }));
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function parsePrefix(cidr: string): Prefix {
  const [text = '', suffix, ...rest] = cidr.split('/');
  const address = parseAddress(text);
  const size = address?.family === 4 ? 32 : 128;
  // A mapped prefix counts from the IPv6 address it was written as.
  const extra = address?.family === 4 && text.includes(':') ? 96 : 0;
  const length = suffix === undefined ? size : /^\d{1,3}$/.test(suffix) ? Number(suffix) - extra : -1;
  if (address === null || rest.length > 0 || length < 0 || length > size) {
    throw new UserError(`'${cidr}' is not a network`, "Write a prefix, as in '203.0.113.0/24' or '2001:db8::/32'.");
  }
  return { family: address.family, length, bits: address.bits };
}

function checkedCountry({ cidr, country }: DeclaredNetwork): string {
  const code = asCountry(country);
  if (code === '' && country !== '') {
    throw new UserError(
      `the network '${cidr}' has no country '${country}'`,
      "Give two letters of ISO 3166, as in 'DE'.",
    );
  }
  return code;
}

function keyOf({ family, length, bits }: Prefix): string {
  const size = family === 4 ? 32 : 128;
  return `${family}/${length}/${bits >> BigInt(size - length)}`;
}

const descending = (lengths: ReadonlySet<number>): number[] => [...lengths].sort((a, b) => b - a);
