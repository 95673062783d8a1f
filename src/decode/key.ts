import type { CredentialKind, Provider } from '../model/credential.ts';

/** What a key, or the name of one, says of itself; whatever its form does not carry is absent. */
export interface DecodedKey {
  readonly what: string;
  /** Null for what opens no models. */
  readonly provider: Provider | null;
  /** Null where a report has no such kind. */
  readonly kind: CredentialKind | null;
  /** Whether it opens something, or merely names what does. */
  readonly isSecret: boolean;
  /** What may be shown of it: of a secret its type and at most its last four characters. */
  readonly shown: string;
  /** Under which a report knows it. */
  readonly id?: string;
  readonly owner?: string;
  readonly account?: string;
  readonly region?: string;
  readonly createdAt?: number;
  readonly expiresAt?: number;
  readonly notes: readonly string[];
  /** Commands that go on from here. */
  readonly next: readonly string[];
}

/** Keys of one form: where they are in a text, and what each says; null for what only looks like one. */
export interface KeyForm {
  readonly pattern: RegExp;
  read(key: string, behind: string): DecodedKey | null;
}

const SHOWN = 4;
const ENOUGH = 20;

/** A secret by its type and its last four characters, or by its type alone where little else is secret. */
export function masked(type: string, key: string): string {
  const isLong = key.length - type.length >= ENOUGH;
  return `${type}…${isLong ? key.slice(-SHOWN) : ''}`;
}

/** Text inside base64 of either alphabet. */
export const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString('latin1');
