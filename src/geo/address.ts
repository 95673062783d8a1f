import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A network address as bytes, with what its range says about it. */
export interface Address {
  readonly family: 4 | 6;
  /** The address as one number of 32 or 128 bits. */
  readonly bits: bigint;
  /** The plain form, without a zone: what a database is asked for. */
  readonly text: string;
  /** `public` addresses can have a place; the others never do. */
  readonly range: 'public' | 'private' | 'reserved';
  /** The IPv4 address that a 6to4, Teredo or NAT64 address carries. */
  readonly carried: Address | null;
}

const PRIVATE: ReadonlySet<string> = new Set([
  'private',
  'uniqueLocal',
  'loopback',
  'linkLocal',
  'deprecatedSiteLocal',
  'carrierGradeNat',
]);

/** The longest text that can be an address: IPv6 with dotted IPv4 and a zone. */
const LONGEST = 64;

/** The address, or null for anything else: host names, `AWS Internal`, octets with leading zeros. */
export function parseAddress(text: string): Address | null {
  if (text.length > LONGEST || isIP(text) === 0) return null;
  const parsed = ipaddr.parse(text.split('%', 1)[0]!);
  if (parsed.kind() === 'ipv4') return fromV4((parsed as ipaddr.IPv4).octets);
  const { parts } = parsed as ipaddr.IPv6;
  return parsed.range() === 'ipv4Mapped' ? fromV4(octetsAt(parts, 6)) : fromV6(parsed as ipaddr.IPv6);
}

function fromV4(octets: readonly number[]): Address {
  const address = new ipaddr.IPv4([...octets]);
  const bits = octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
  return { family: 4, bits, text: address.toString(), range: rangeOf(address.range()), carried: null };
}

function fromV6(address: ipaddr.IPv6): Address {
  const { parts } = address;
  const bits = parts.reduce((sum, part) => sum * 0x10000n + BigInt(part), 0n);
  const isGlobal = parts[0]! >> 13 === 1;
  const range = rangeOf(address.range());
  return {
    family: 6,
    bits,
    text: address.toNormalizedString(),
    range: range === 'public' && !isGlobal ? 'reserved' : range,
    carried: carriedBy(address),
  };
}

function carriedBy(address: ipaddr.IPv6): Address | null {
  const { parts } = address;
  switch (address.range() as string) {
    case '6to4':
      return fromV4(octetsAt(parts, 1));
    case 'teredo':
      return fromV4(octetsAt(parts, 6).map(octet => octet ^ 0xff));
    case 'rfc6145':
      return fromV4(octetsAt(parts, 6));
    case 'rfc6052':
      // 64:ff9b:1::/48 is for local use: what it carries means nothing elsewhere.
      return parts[2] === 0 ? fromV4(octetsAt(parts, 6)) : null;
    default:
      return null;
  }
}

function rangeOf(range: string): Address['range'] {
  if (range === 'unicast') return 'public';
  return PRIVATE.has(range) ? 'private' : 'reserved';
}

const octetsAt = (parts: readonly number[], index: number): number[] =>
  parts.slice(index, index + 2).flatMap(part => [part >> 8, part & 0xff]);
