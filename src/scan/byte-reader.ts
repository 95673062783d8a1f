/** Reads a stream of chunks by the byte, however they were cut. */
export interface ByteReader {
  /** Bytes taken so far. */
  at(): number;
  /** The bytes at hand, at least one; null at the end. They stay until skipped. */
  rest(): Promise<Uint8Array | null>;
  skip(count: number): void;
  /** The next so many bytes, or fewer at the end, left in place. */
  peek(count: number): Promise<Uint8Array>;
  /** Exactly so many bytes, or null when fewer are left: then all are used up. */
  take(count: number): Promise<Uint8Array | null>;
  close(): Promise<void>;
}

/** Reads chunks by the byte. */
export function createByteReader(chunks: AsyncIterator<Uint8Array, unknown, undefined>): ByteReader {
  let current: Uint8Array = new Uint8Array(0);
  let used = 0;
  let at = 0;
  const skip = (count: number): void => {
    used += count;
    at += count;
  };
  const rest = async (): Promise<Uint8Array | null> => {
    while (used === current.length) {
      const next = await chunks.next();
      if (next.done) return null;
      current = next.value;
      used = 0;
    }
    return current.subarray(used);
  };
  const take = async (count: number): Promise<Uint8Array | null> => {
    const taken = new Uint8Array(count);
    for (let filled = 0; filled < count;) {
      const part = (await rest())?.subarray(0, count - filled);
      if (part === undefined) return null;
      taken.set(part, filled);
      filled += part.length;
      skip(part.length);
    }
    return taken;
  };
  const peek = async (count: number): Promise<Uint8Array> => {
    while (current.length - used < count) {
      const next = await chunks.next();
      if (next.done) break;
      current = Buffer.concat([current.subarray(used), next.value]);
      used = 0;
    }
    return current.subarray(used, used + count);
  };
  return { at: () => at, rest, skip, peek, take, close: async () => void (await chunks.return?.()) };
}
