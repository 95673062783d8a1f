import { entraApplications } from '../src/normalise/entra-applications.ts';
import { entraAudit } from '../src/normalise/entra-audit.ts';
import { entraSignIn } from '../src/normalise/entra-sign-in.ts';
import { notAuditLogs } from '../src/normalise/formats.ts';
import { readText, type Taken } from './read-text.ts';

const KNOWN = { formats: [entraAudit, entraSignIn, entraApplications], others: notAuditLogs };

/** Reads a text as a file that ought to hold records of Entra ID. */
export const readEntra = (value: unknown): Promise<Taken> =>
  readText(typeof value === 'string' ? value : JSON.stringify(value), KNOWN);
