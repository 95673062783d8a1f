import type { CredentialKind } from './model/credential.ts';
import { HOUR, MONTHS } from './time.ts';

/** 1234567 as 1,234,567; at most one decimal. */
export function withSeparators(value: number): string {
  const [whole, decimal] = String(Math.round(value * 10) / 10).split('.');
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, ',');
  return decimal === undefined ? grouped : `${grouped}.${decimal}`;
}

/** The UTC day of an instant, as in '19 Nov'. */
export function dayText(at: number): string {
  const date = new Date(at);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

/** An instant to the minute in UTC, as in '19 Nov 02:31'. */
export function timeText(at: number): string {
  return `${dayText(at)} ${isoText(at).slice(-13, -8)}`;
}

/** A UTC hour since the epoch, as in '19 Nov 02:00'. */
export const hourText = (hour: number): string => timeText(hour * HOUR);

/** An instant for evidence, as in '2026-11-19T02:31:00.000Z'. */
export const isoText = (at: number): string => new Date(at).toISOString();

/** How many times as much: whole from 5 on, below with one decimal; cut off, so that it never claims too much. */
export function timesText(ratio: number): string {
  return ratio < 5 ? String(Math.floor(ratio * 10 + 1e-9) / 10) : withSeparators(Math.floor(ratio + 1e-9));
}

/** A number with its noun: '1 call', '1,204 calls'. */
export function countText(count: number, singular: string, plural = `${singular}s`): string {
  return `${withSeparators(count)} ${count === 1 ? singular : plural}`;
}

/** How often: 'once', 'twice', '3 times'. */
export function oftenText(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : countText(count, 'time');
}

/** 'a, b and c'. */
export function listText(items: readonly string[]): string {
  return items.length <= 1 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** 'a, b and 12 more'; nothing is left out without being counted. */
export function someText(items: readonly string[], shown: number): string {
  // Naming one more takes no more room than counting it.
  if (items.length <= shown + 1) return listText(items);
  return `${items.slice(0, shown).join(', ')} and ${withSeparators(items.length - shown)} more`;
}

/** The order of two texts by their code units, the same in every place and language. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** One of those: 'a key', 'an account'. */
export const oneText = (noun: string): string => (/^[aeio]/.test(noun) ? `an ${noun}` : `a ${noun}`);

const NOUNS: Partial<Record<CredentialKind, string>> = {
  password: 'user',
  'user-session': 'session',
  'root-session': 'session',
  role: 'role',
  'federated-user': 'user',
  'identity-center-user': 'user',
  'external-account': 'account',
  'entra-user': 'user',
  'service-principal': 'app',
  'managed-identity': 'identity',
  'federated-credential': 'identity',
  'service-account': 'account',
  member: 'member',
};

/** What to call a credential in a sentence: 'key', 'role', 'session' … */
export const credentialNoun = (kind: CredentialKind): string => NOUNS[kind] ?? 'key';
