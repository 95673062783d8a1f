import { readBytes } from '../src/collect/intake/read-bytes.ts';
import type { Completion } from '../src/model/batch.ts';
import type { Credential } from '../src/model/credential.ts';
import type { AuditEvent } from '../src/model/event.ts';
import { entraApplications } from '../src/normalise/entra-applications.ts';
import { entraAudit } from '../src/normalise/entra-audit.ts';
import { entraSignIn } from '../src/normalise/entra-sign-in.ts';
import { notAuditLogs } from '../src/normalise/formats.ts';
import { inflate } from '../src/scan/inflate.ts';

/** All that a text gave. */
export interface Taken {
  readonly events: readonly AuditEvent[];
  readonly credentials: readonly Credential[];
  readonly ignored: number;
  readonly completion: Completion;
}

/** Reads a text as a file that ought to hold records of Entra ID. */
export async function readEntra(value: unknown): Promise<Taken> {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const bytes = inflate(
    (async function* () {
      yield Buffer.from(text);
    })(),
    { signal: new AbortController().signal },
  );
  const known = { formats: [entraAudit, entraSignIn, entraApplications], others: notAuditLogs };
  const reading = readBytes(bytes, true, known);
  const events: AuditEvent[] = [];
  const credentials: Credential[] = [];
  let ignored = 0;
  for (;;) {
    const step = await reading.next();
    if (step.done) return { events, credentials, ignored, completion: step.value };
    events.push(...step.value.events);
    credentials.push(...step.value.credentials);
    ignored += step.value.ignored;
  }
}
