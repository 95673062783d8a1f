import { readBytes } from '../src/collect/intake/read-bytes.ts';
import type { Completion } from '../src/model/batch.ts';
import type { Census, Credential } from '../src/model/credential.ts';
import type { AuditEvent } from '../src/model/event.ts';
import { formats, notAuditLogs } from '../src/normalise/formats.ts';
import { inflate } from '../src/scan/inflate.ts';

type Known = Parameters<typeof readBytes>[2];

/** All that a text gave, read as the file that it might be. */
export interface Taken {
  readonly events: readonly AuditEvent[];
  readonly credentials: readonly Credential[];
  readonly censuses: readonly Census[];
  readonly ignored: number;
  readonly completion: Completion;
}

/** Reads a text as a file that ought to be a log, of these kinds or of any. */
export async function readText(text: string, known: Known = { formats, others: notAuditLogs }): Promise<Taken> {
  const bytes = inflate(
    (async function* () {
      yield Buffer.from(text);
    })(),
    { signal: new AbortController().signal },
  );
  const reading = readBytes(bytes, true, known);
  const events: AuditEvent[] = [];
  const credentials: Credential[] = [];
  const censuses: Census[] = [];
  let ignored = 0;
  for (;;) {
    const step = await reading.next();
    if (step.done) return { events, credentials, censuses, ignored, completion: step.value };
    events.push(...step.value.events);
    credentials.push(...step.value.credentials);
    censuses.push(...(step.value.censuses ?? []));
    ignored += step.value.ignored;
  }
}
