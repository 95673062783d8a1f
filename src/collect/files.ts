import { formats, notAuditLogs } from '../normalise/formats.ts';
import { openBytes } from '../scan/inflate.ts';
import { defineCollector, type OpenSource, type Shard } from './collector.ts';
import { isLogLike, readBytes } from './intake/read-bytes.ts';
import { findFiles } from './paths.ts';

/** Standard input by its names; a socket cannot be opened by the second. */
const STDIN: ReadonlySet<string> = new Set(['-', '/dev/stdin']);

/** Whether a source is standard input. */
export const isStdin = (source: string): boolean => STDIN.has(source);

/** Anything with a scheme belongs to another collector; one letter before the colon is a Windows drive. */
const hasScheme = (source: string): boolean => /^[a-z][a-z0-9+.-]+:/i.test(source);

export const files = defineCollector({
  id: 'files',
  title: 'Files',
  description:
    'Log files on disk or on standard input, recognised by what is in them: CloudTrail as JSON, JSON Lines or CSV, ' +
    'what LookupEvents answers, and EventBridge messages; plain, gzip or zstd.',
  forms: ['./logs', './logs/trail.json.gz', "'logs/**/*.json.gz'", '-'],
  needs: [{ permission: 'leave to read the files', sees: 'all of it' }],
  unit: 'file',
  accepts: source => source !== '' && !hasScheme(source),
  open: (source, { signal }) => openFiles(source, signal),
});

/** The files that a path, folder or glob names, or standard input. */
export function openFiles(source: string, signal: AbortSignal): OpenSource {
  return {
    isLocal: true,
    async *shards() {
      if (isStdin(source)) yield { key: source, size: 0, isNamed: true };
      else yield* findFiles(source, signal);
    },
    read: shard => readBytes(bytesOf(shard, signal), isLog(shard), { formats, others: notAuditLogs }),
  };
}

const bytesOf = ({ key }: Shard, signal: AbortSignal) => openBytes(isStdin(key) ? null : key, { signal });

const isLog = ({ key, isNamed }: Shard): boolean => isNamed === true || isLogLike(key);
