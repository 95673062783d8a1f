import { access, constants } from 'node:fs/promises';
import { formatsFor, notAuditLogs, type ReadingOptions } from '../normalise/formats.ts';
import { openBytes } from '../scan/inflate.ts';
import { errorCode } from '../scan/read-chunks.ts';
import { countText } from '../wording.ts';
import { type Check, defineCollector, type OpenSource, type Shard } from './collector.ts';
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
    'Log files on disk or on standard input, recognised by what is in them: CloudTrail in every shape and the logs of ' +
    'Bedrock; Azure, Entra ID and Google Cloud audit logs; what the APIs of Anthropic and OpenAI answer; LiteLLM, Kong, ' +
    'Envoy, nginx and Apache; OpenTelemetry spans; exports of Cloudflare, Portkey, Helicone and Langfuse; credential ' +
    'reports and lists of keys; any other log by a field map in the configuration. Plain, gzip or zstd.',
  forms: ['./logs', './logs/trail.json.gz', "'logs/**/*.json.gz'", '-'],
  needs: [{ permission: 'leave to read the files', sees: 'all of it' }],
  unit: 'file',
  accepts: source => source !== '' && !hasScheme(source),
  open: (source, { signal, reading }) => openFiles(source, signal, reading),
});

/** The files that a path, folder or glob names, or standard input. */
export function openFiles(source: string, signal: AbortSignal, reading?: ReadingOptions): OpenSource {
  const known = { formats: formatsFor(reading), others: notAuditLogs };
  return {
    isLocal: true,
    isMixed: true,
    async *shards() {
      if (isStdin(source)) yield { key: source, size: 0, isNamed: true };
      else yield* findFiles(source, signal);
    },
    read: shard => readBytes(bytesOf(shard, signal), isLog(shard), known),
    check: () => checkFiles(source, signal),
  };
}

const bytesOf = ({ key }: Shard, signal: AbortSignal) => openBytes(isStdin(key) ? null : key, { signal });

const isLog = ({ key, isNamed }: Shard): boolean => isNamed === true || isLogLike(key);

/** As many files as are named when they cannot be read; the rest is counted. */
const NAMED = 5;

async function* checkFiles(source: string, signal: AbortSignal): AsyncGenerator<Check, null, void> {
  if (isStdin(source)) {
    yield { what: source, state: 'unknown', detail: 'standard input is left for the audit' };
    return null;
  }
  let readable = 0;
  let unreadable = 0;
  for await (const { key } of findFiles(source, signal)) {
    const code = await access(key, constants.R_OK).then(() => '', errorCode);
    if (code === '') readable++;
    else if (++unreadable <= NAMED) yield unreadableFile(key, code);
  }
  const more = `${countText(unreadable - NAMED, 'more file')} cannot be read`;
  if (unreadable > NAMED) yield { what: source, state: 'failed', detail: more };
  if (readable > 0) yield { what: source, state: 'ok', detail: `${countText(readable, 'file')} can be read` };
  return null;
}

const unreadableFile = (path: string, code: string): Check => ({
  what: path,
  state: code === 'EACCES' || code === 'EPERM' ? 'refused' : 'failed',
  detail: `cannot be opened (${code}): check who may read it, and where links lead`,
});
