import { formats, notAuditLogs } from '../normalise/formats.ts';
import { openBytes } from '../scan/inflate.ts';
import { defineCollector } from './collector.ts';
import { isLogLike, readBytes } from './intake/read-bytes.ts';
import { findFiles } from './paths.ts';

const STDIN = '-';

/** Anything with a scheme belongs to another collector; one letter before the colon is a Windows drive. */
const hasScheme = (source: string): boolean => /^[a-z][a-z0-9+.-]+:/i.test(source);

export const files = defineCollector({
  id: 'files',
  title: 'Files',
  description: 'Log files on disk or on standard input, plain, gzip or zstd, recognised by what is in them.',
  forms: ['a file', 'a folder', "a glob ('logs/**/*.json.gz')", '-'],
  needs: ['Leave to read the files.'],
  accepts: source => source !== '' && !hasScheme(source),
  async *shards(source, signal) {
    if (source === STDIN) yield { key: STDIN, bytes: 0 };
    else yield* findFiles(source, signal);
  },
  async *read(shard, _grain, signal) {
    const isStdin = shard.key === STDIN;
    const bytes = openBytes(isStdin ? null : shard.key, { signal });
    return yield* readBytes(bytes, isStdin || isLogLike(shard.key), { formats, others: notAuditLogs });
  },
});
