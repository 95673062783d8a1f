import { TextDecoder } from 'node:util';

/** The chunks as UTF-8 without a byte order mark; UTF-16 is recognised by its mark and converted. */
export async function* toUtf8(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  let head: Uint8Array | null = new Uint8Array(0);
  let decoder: TextDecoder | null = null;
  for await (const chunk of source) {
    if (head === null) {
      yield decoder === null ? chunk : encode(decoder.decode(chunk, { stream: true }));
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < 3) continue;
    decoder = decoderOf(head);
    yield decoder === null ? withoutMark(head) : encode(decoder.decode(head, { stream: true }));
    head = null;
  }
  if (head !== null && head.length > 0) yield head;
  if (decoder !== null) yield encode(decoder.decode());
}

const encode = (text: string): Uint8Array => Buffer.from(text, 'utf8');

function decoderOf(head: Uint8Array): TextDecoder | null {
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder('utf-16le');
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder('utf-16be');
  return null;
}

function withoutMark(head: Uint8Array): Uint8Array {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head.subarray(3) : head;
}
