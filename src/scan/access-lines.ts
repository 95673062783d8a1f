import { isRequestLike, isServerMessage, readAccessLine } from './access-line.ts';
import type { DamageLog } from './damage-log.ts';
import type { JsonObject } from './wanted.ts';

/** As many lines decide what a text is. */
export const LINES_LOOKED_AT = 64;

const MAX_LINE = 256 * 1024;
const NEWLINE = 0x0a;

/** What stands for a line in which a server speaks of itself. */
const MESSAGE: JsonObject = { server_message: true };

/** Whether most of the first lines of a text are those of an access log, or of the server that writes it. */
export function looksLikeAccessLines(head: string): boolean {
  const pieces = head.split('\n');
  const whole = pieces.length > 1 ? pieces.slice(0, -1) : pieces;
  const lines = whole.slice(0, LINES_LOOKED_AT).filter(line => line.trim() !== '');
  const readLine = createReader();
  const known = lines.filter(line => readLine(line) !== null);
  return known.length > 0 && known.length * 2 >= lines.length;
}

/** Records of an access log's lines, some at a time; lines that are none are damage. */
export async function* readAccessLines(
  chunks: AsyncIterable<Uint8Array>,
  damage: DamageLog,
  isUnread: () => boolean,
): AsyncGenerator<readonly JsonObject[], void, void> {
  const readLine = createReader();
  let found: JsonObject[] = [];
  const lines = createLines({
    line(text, number) {
      const record = text.trim() === '' ? undefined : readLine(text);
      if (record === null) damage.add(`line ${number}`, 'not a line of an access log');
      else if (record !== undefined) found.push(record);
    },
    long: number => damage.add(`line ${number}`, `longer than ${MAX_LINE / 1024} KiB`),
  });
  for await (const chunk of chunks) {
    lines.feed(chunk);
    const some = found;
    found = [];
    yield some;
  }
  // Where reading stopped, the last line may be half of one.
  if (!isUnread()) lines.end();
  yield found;
}

/** Reads line after line; null for one that is not known. What a server says may go on in the lines that follow. */
function createReader(): (line: string) => JsonObject | null {
  let isMessage = false;
  return text => {
    const line = text.trimEnd();
    const record = readAccessLine(line);
    isMessage = record === null && (isServerMessage(line) || (isMessage && !isRequestLike(line)));
    return isMessage ? MESSAGE : record;
  };
}

interface LineSink {
  line(text: string, number: number): void;
  /** A line too long to be kept. */
  long(number: number): void;
}

/** Cuts bytes into lines, wherever a chunk happens to end; no more than one line is ever held. */
function createLines(sink: LineSink) {
  let pieces: Uint8Array[] = [];
  let size = 0;
  let number = 1;
  const add = (piece: Uint8Array): void => {
    size += piece.length;
    if (size > MAX_LINE) pieces = [];
    else pieces.push(piece);
  };
  const end = (): void => {
    if (size > MAX_LINE) sink.long(number);
    else if (size > 0) sink.line(Buffer.concat(pieces).toString('utf8'), number);
    pieces = [];
    size = 0;
  };
  const feed = (chunk: Uint8Array): void => {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, at));
      end();
      number++;
      from = at + 1;
    }
    // A copy: whoever gave the chunk may use it again.
    if (from < chunk.length) add(Buffer.from(chunk.subarray(from)));
  };
  return { feed, end };
}
