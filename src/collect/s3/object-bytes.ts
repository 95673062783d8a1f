import { type Bytes, inflate } from '../../scan/inflate.ts';
import type { Part } from './fetch-part.ts';

/** The bytes of an object from its parts, decompressed; what kept a part away is their fault. */
export function objectBytes(parts: AsyncIterable<Part>, signal: AbortSignal): Bytes {
  let failure = '';
  const chunks = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const part of parts) {
      if (signal.aborted) return;
      if (part.bytes.length > 0) yield part.bytes;
      if (part.failure === '') continue;
      failure = part.failure;
      throw new Error(failure);
    }
  };
  const bytes = inflate(chunks(), { signal });
  const fault = () => {
    const found = bytes.fault();
    return found === null || failure === '' ? found : { ...found, what: failure };
  };
  return { ...bytes, fault };
}
