import type { AuditEvent } from '../src/model/event.ts';
import { notAuditLogs } from '../src/normalise/formats.ts';
import { gcpAudit } from '../src/normalise/gcp-audit.ts';
import { gcpKeys } from '../src/normalise/gcp-keys.ts';
import { readText, type Taken } from './read-text.ts';

const KNOWN = { formats: [gcpAudit, gcpKeys], others: notAuditLogs };

/** Reads a text, or a value as JSON, as a file that ought to hold records of Google Cloud. */
export const readGcp = (value: unknown): Promise<Taken> =>
  readText(typeof value === 'string' ? value : JSON.stringify(value), KNOWN);

/** An event in one line: deed, action, outcome, who; then to what. */
export function sayEvent({ deed, action, outcome, credential, target }: AuditEvent): string {
  const whom = target === '' ? '' : ` -> ${target}`;
  return `${deed} ${action} ${outcome} by ${credential}${whom}`;
}
