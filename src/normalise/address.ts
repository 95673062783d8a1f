import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { memoised } from './memo.ts';

const LONGEST = 80;
const SERVICE = /^(?:AWS Internal(?:\/#?)?|[a-z0-9][a-z0-9.-]{0,100}\.amazonaws\.(?:com|com\.cn|eu))$/i;
const WITH_PORT = /^(?:\[([^\]]+)\]|([^:]+))(?::\d{1,5})?$/;

/**
 * A network address in its one canonical form: dotted IPv4, or IPv6 as eight lower-case groups. Ports and zone ids are
 * dropped and IPv4 inside IPv6 is taken out. Service names, `AWS Internal` and invalid addresses are no place: empty.
 */
export const readAddress: (text: string) => string = memoised(16_384, canonical);

/** Whether a source is a service of AWS instead of an address: by its DNS name, or `AWS Internal`. */
export const isServiceSource = (text: string): boolean => SERVICE.test(text);

function canonical(text: string): string {
  if (text === '' || text.length > LONGEST) return '';
  if (isIP(text) === 4) return text;
  const bare = isIP(text) === 6 ? text : withoutPort(text);
  if (isIP(bare) === 4) return bare;
  const [address = ''] = bare.split('%', 1);
  if (isIP(address) !== 6) return '';
  const parsed = ipaddr.IPv6.parse(address);
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address().toString() : parsed.toNormalizedString();
}

function withoutPort(text: string): string {
  const found = WITH_PORT.exec(text);
  return found?.[1] ?? found?.[2] ?? '';
}
