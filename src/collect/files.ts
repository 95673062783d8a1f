import { formats, notAuditLogs } from '../normalise/formats.ts';
import { openBytes } from '../scan/inflate.ts';
import { defineCollector } from './collector.ts';
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
  needs: ['Leave to read the files.'],
  accepts: source => source !== '' && !hasScheme(source),
  async *shards(source, signal) {
    if (isStdin(source)) yield { key: source, bytes: 0, isNamed: true };
    else yield* findFiles(source, signal);
  },
  async *read(shard, _grain, signal) {
    const bytes = openBytes(isStdin(shard.key) ? null : shard.key, { signal });
    const isLog = shard.isNamed === true || isLogLike(shard.key);
    return yield* readBytes(bytes, isLog, { formats, others: notAuditLogs });
  },
});
