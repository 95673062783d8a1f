import type { Credential } from '../model/credential.ts';
import type { Deed } from '../model/event.ts';
import type { JsonObject } from '../scan/wanted.ts';
import type { Told } from './cloudtrail-deeds.ts';
import { diveText } from './gcp-entry.ts';
import type { GcpCaller } from './gcp-identity.ts';
import { readInstant } from './instant.ts';
import { tidy } from './redact.ts';

/** An audit log entry that may be a deed, with what is known of it already. */
export interface GcpAct {
  /** As `service:Method`. */
  readonly action: string;
  readonly at: number;
  /** The project whose log it stands in. */
  readonly account: string;
  readonly caller: GcpCaller | null;
  readonly succeeded: boolean;
  /** What it was done to. */
  readonly resource: string;
  /** The e-mail address of the service account that it was done to, where the log gives it. */
  readonly holder: string;
  /** The entry as it was unwrapped: `request`, `response`, `metadata`, `delta` and `permissions` are as they came. */
  readonly entry: JsonObject;
}

/** What an entry turns out to be; one that changes a policy may be several things. */
export type Tell = (act: GcpAct) => readonly Told[];

const TARGET_LIMIT = 512;

/** A deed and what it was done to. */
export const told = (deed: Deed, target: string, seen: readonly Credential[] = []): Told => ({
  deed,
  target,
  ttl: 0,
  seen,
});

/** A text fit to be a target. */
export const fit = (text: string): string => tidy(text, TARGET_LIMIT);

/** The name that a request gives, or the resource that the log says it was about. */
export const nameAsked = ({ entry, resource }: GcpAct): string => diveText(entry, 'request', 'name') || resource;

type Sighting = Omit<Credential, 'provider' | 'account' | 'observedAt'>;

/** Only what succeeded changes a credential. */
export const observed = (act: GcpAct, seen: Sighting, account = act.account): readonly Credential[] =>
  act.succeeded && seen.id !== '' ? [{ ...seen, provider: 'google', account, observedAt: act.at }] : [];

/** An instant as the API writes it, or as the fields of its message: `{seconds, nanos}`. */
export const instantIn = (value: unknown, name: string): number | undefined =>
  readInstant(diveText(value, name) || wholeSeconds(diveText(value, name, 'seconds')));

/** A life in seconds, as in '3600s' or as the fields of its message; 0 when none is given. */
export function secondsIn(value: unknown, name: string): number {
  const [, text] = /^(\d{1,9})(?:\.\d+)?s?$/.exec(diveText(value, name) || diveText(value, name, 'seconds')) ?? [];
  return text === undefined ? 0 : Number(text);
}

/** Tables make a floating point number of what is none. */
const wholeSeconds = (text: string): string => text.replace(/\.0*$/, '');
