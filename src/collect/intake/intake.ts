import { betterViews } from '../../coverage.ts';
import type { Batch, Damage } from '../../model/batch.ts';
import type { Views } from '../../model/coverage.ts';
import type { Census, Credential } from '../../model/credential.ts';
import type { AuditEvent } from '../../model/event.ts';
import type { Format, Reader, Sink } from '../../normalise/format.ts';
import { createDamageLog } from '../../scan/damage-log.ts';
import type { Paths } from '../../scan/wanted.ts';

/** Gathers what the readers of one file, or of one stream of records, make of what they are given. */
interface Intake {
  readonly sink: Sink;
  readerOf(format: Format): Reader<Paths>;
  take(): Omit<Batch, 'size'>;
  kinds(): readonly string[];
  views(): Views | null;
  damage(): readonly Damage[];
}

/** An empty intake. */
export function createIntake(): Intake {
  const readers = new Map<Format, Reader<Paths>>();
  const damage = createDamageLog();
  let events: AuditEvent[] = [];
  let credentials: Credential[] = [];
  let censuses: Census[] = [];
  let ignored = 0;
  return {
    sink: {
      event: event => events.push(event),
      credential: credential => credentials.push(credential),
      census: census => censuses.push(census),
      ignore: () => ignored++,
      malformed: what => damage.add('', what),
    },
    readerOf(format) {
      const reader = readers.get(format) ?? format.reader();
      readers.set(format, reader);
      return reader;
    },
    take() {
      const taken = { events, credentials, censuses, ignored };
      events = [];
      credentials = [];
      censuses = [];
      ignored = 0;
      return taken;
    },
    kinds: () => Array.from(readers.keys(), ({ id }) => id).sort(),
    views: () => Array.from(readers.values(), reader => reader.views()).reduce(betterViews, null),
    damage: damage.list,
  };
}
