import { decode, type FoundKey } from '../decode.ts';
import { UserError } from '../errors.ts';
import { kindText } from '../kinds.ts';
import type { Provider } from '../model/credential.ts';
import { durationText } from '../report/dates.ts';
import { escapeHidden } from '../report/json.ts';
import { plain } from '../report/plain.ts';
import { isoText } from '../wording.ts';
import { readHiddenLine } from './hidden-line.ts';
import { type Input, type Io, notice, print, widthOf } from './io.ts';
import { wrap } from './layout.ts';

/** Options of `keyward decode`, as the command line gives them. */
export interface DecodeFlags {
  readonly json?: boolean;
}

const NOTHING = 3;
const INTERRUPTED = 130;

/** `keyward decode`: what the keys on standard input are, told from their form alone and without showing them. */
export async function decodeCommand(flags: DecodeFlags, io: Io): Promise<number> {
  const text = await textOf(io);
  if (text === null) return INTERRUPTED;
  const found = decode(text);
  const shown = flags.json
    ? [`${escapeHidden(JSON.stringify({ schema: 'keyward.decode/1', keys: found.map(asJson) }, null, 2))}\n`]
    : found.map((key, i) => `${i === 0 ? '' : '\n'}${linesOf(key, found.length > 1, io).join('\n')}\n`);
  await print(io.stdout, shown);
  if (found.length === 0) notice(io, 'nothing in this is a key, or the id of one, that keyward knows by its form');
  return found.length === 0 ? NOTHING : 0;
}

async function textOf(io: Io): Promise<string | null> {
  if (io.stdin === undefined) return '';
  if (io.isTyped !== true) return await readAll(io.stdin());
  io.stderr.write('Key (it will not be shown): ');
  const text = await readHiddenLine(io.stdin());
  io.stderr.write('\n');
  return text;
}

const MIB = 1024 * 1024;
const MOST = 16 * MIB;

async function readAll(input: Input): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk as Uint8Array | string);
    size += bytes.length;
    if (size > MOST)
      throw new UserError(
        `standard input holds more than ${MOST / MIB} MiB`,
        'Give it keys, or a file with some in it; `keyward audit` reads logs.',
      );
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const PROVIDERS: Readonly<Record<Provider, string>> = {
  aws: 'AWS',
  azure: 'Azure',
  google: 'Google',
  anthropic: 'Anthropic',
  openai: 'OpenAI',
  proxy: 'a proxy, or another vendor',
};

const LABEL = 12;
const INDENT = ' '.repeat(LABEL);

function linesOf(key: FoundKey, isOneOfMany: boolean, io: Io): string[] {
  const { shown, what, line, notes, next } = key;
  const rows = [...rowsOf(key, io.now()), ...notes.map(note => ['note', note] as const)];
  return [
    `${plain(shown)}  ${what}${isOneOfMany ? `  (line ${line})` : ''}`,
    ...rows.flatMap(([label, text]) => {
      const [first = '', ...rest] = wrap(plain(text), widthOf(io), INDENT);
      return [labelled(label, first.slice(LABEL)), ...rest];
    }),
    // Whole, so that they can be taken from here as they are.
    ...next.map(command => labelled('next', command)),
  ];
}

const labelled = (label: string, text: string): string => `  ${label}`.padEnd(LABEL) + text;

type Row = readonly [label: string, text: string];

/** Labels with what a key says of itself; what it does not say has no row. */
function rowsOf({ isSecret, provider, kind, shown, id, ...key }: FoundKey, now: number): Row[] {
  const { owner = '', account = '', region = '', createdAt, expiresAt } = key;
  const rows: readonly Row[] = [
    ['secret', isSecret ? 'yes: it opens something for whoever has it' : 'no: it is a name'],
    ['provider', provider === null ? '' : PROVIDERS[provider]],
    ['kind', kind === null || kind === 'unknown' ? '' : kindText(kind)],
    ['id', id === undefined || id === shown ? '' : id],
    ['owner', owner],
    ['account', account],
    ['region', region],
    ['created', createdAt === undefined ? '' : isoText(createdAt)],
    ['expires', expiresAt === undefined ? '' : `${isoText(expiresAt)}, ${whenText(expiresAt, now)}`],
  ];
  return rows.filter(([, text]) => text !== '');
}

const whenText = (at: number, now: number): string =>
  at > now ? `in ${durationText(at - now)}` : `${durationText(now - at)} ago`;

const asJson = ({ line, what, provider, kind, isSecret, shown, notes, next, ...carried }: FoundKey) => ({
  line,
  what,
  provider,
  kind,
  secret: isSecret,
  shown,
  id: carried.id ?? null,
  owner: carried.owner ?? null,
  account: carried.account ?? null,
  region: carried.region ?? null,
  createdAt: timeOf(carried.createdAt),
  expiresAt: timeOf(carried.expiresAt),
  notes,
  next,
});

const timeOf = (at: number | undefined): string | null => (at === undefined ? null : isoText(at));
