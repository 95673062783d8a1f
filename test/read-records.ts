import type { Views } from '../src/model/coverage.ts';
import type { Credential } from '../src/model/credential.ts';
import type { AuditEvent } from '../src/model/event.ts';
import { formats, notAuditLogs } from '../src/normalise/formats.ts';
import { projector } from '../src/scan/project.ts';
import type { JsonObject } from '../src/scan/wanted.ts';

/** What became of some records. */
export interface Reading {
  readonly events: AuditEvent[];
  readonly credentials: Credential[];
  readonly malformed: string[];
  ignored: number;
  /** Known not to be audit logs, by what they are. */
  readonly other: string[];
  /** Neither a format nor known to be something else. */
  unknown: number;
  readonly views: ReadonlyMap<string, Views>;
}

/** Reads records the way a file is read: one reader per format, the first format that knows a record takes it. */
export function readRecords(records: readonly JsonObject[]): Reading {
  const readers = formats.map(format => ({ format, project: projector(format.paths), reader: format.reader() }));
  const reading: Reading = {
    events: [],
    credentials: [],
    malformed: [],
    ignored: 0,
    other: [],
    unknown: 0,
    views: new Map(),
  };
  const sink = {
    event: (event: AuditEvent) => void reading.events.push(event),
    credential: (credential: Credential) => void reading.credentials.push(credential),
    census: () => undefined,
    ignore: () => void reading.ignored++,
    malformed: (what: string) => void reading.malformed.push(what),
  };
  for (const record of records) {
    const other = notAuditLogs.find(kind => kind.recognises(record));
    if (other !== undefined) {
      reading.other.push(other.what);
      continue;
    }
    let isTaken = false;
    for (const { format, project, reader } of readers) {
      const unwrapped = format.unwrap(record);
      if (unwrapped === null) continue;
      reader.read(project(unwrapped), () => unwrapped, sink);
      isTaken = true;
      break;
    }
    if (!isTaken) reading.unknown++;
  }
  return { ...reading, views: new Map(readers.map(({ format, reader }) => [format.id, reader.views()])) };
}
