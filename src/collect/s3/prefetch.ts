import type { Fetch, Part, Span } from './fetch-part.ts';
import type { ListedObject } from './pages.ts';

const MIB = 1024 * 1024;

/** Larger objects are fetched in parts of this size, several at once. */
const PART = 8 * MIB;

/** So many parts are fetched before they are asked for, and so many bytes. */
const PARTS_AHEAD = 16;
const BYTES_AHEAD = 32 * MIB;

/** Objects fetched ahead of their reader. */
export interface Prefetch {
  /** The parts of one object, in order. Fast as long as the objects are read in order, one at a time. */
  parts(index: number): AsyncGenerator<Part, void, void>;
}

/** Fetches objects in their order, a bounded stretch ahead of the one that is read; what is dropped is aborted. */
export function createPrefetch(objects: readonly ListedObject[], fetch: Fetch, signal: AbortSignal): Prefetch {
  const ahead = createAhead(objects, span => start(span, fetch, signal));
  return {
    async *parts(index) {
      const { size } = objects[index]!;
      if (size === 0) return;
      ahead.goTo(index);
      try {
        for (let at = 0; at < size;) {
          const part = ahead.take();
          yield await part.bytes;
          at = part.until;
        }
      } finally {
        ahead.leave(index);
      }
    },
  };
}

/** A part that is being fetched. */
interface Started {
  readonly bytes: Promise<Part>;
  drop(): void;
}

function start(span: Span, fetch: Fetch, signal: AbortSignal): Started {
  const controller = new AbortController();
  const drop = (): void => controller.abort();
  if (signal.aborted) drop();
  signal.addEventListener('abort', drop, { once: true });
  return { bytes: fetch(span, controller.signal).finally(() => signal.removeEventListener('abort', drop)), drop };
}

interface Held extends Span, Started {
  readonly index: number;
}

/** The parts that are fetched before they are asked for. */
interface Ahead {
  /** Lets go of what lies before an object, and of all when it is not the next one. */
  goTo(index: number): void;
  /** The next part; fetching goes on behind it. */
  take(): Held;
  /** Lets go of what is left of an object. */
  leave(index: number): void;
}

function createAhead(objects: readonly ListedObject[], startPart: (span: Span) => Started): Ahead {
  let held: Held[] = [];
  let next = { index: 0, from: 0 };
  const fill = (): void => {
    let bytes = held.reduce((sum, { from, until }) => sum + until - from, 0);
    while (held.length < PARTS_AHEAD && next.index < objects.length) {
      const { index, from } = next;
      const object = objects[index]!;
      const span = { object, from, until: Math.min(object.size, from + PART) };
      bytes += span.until - from;
      if (held.length > 0 && bytes > BYTES_AHEAD) return;
      if (span.until > from) held.push({ ...span, index, ...startPart(span) });
      next = span.until < object.size ? { index, from: span.until } : { index: index + 1, from: 0 };
    }
  };
  const keep = (isKept: (part: Held) => boolean): void => {
    for (const part of held) if (!isKept(part)) part.drop();
    held = held.filter(isKept);
  };
  return {
    goTo(index) {
      keep(part => part.index >= index);
      const first = held[0] ?? next;
      if (first.index === index && first.from === 0) return;
      keep(() => false);
      next = { index, from: 0 };
    },
    take() {
      fill();
      const first = held.shift()!;
      fill();
      return first;
    },
    leave(index) {
      keep(part => part.index !== index);
      if (next.index === index) next = { index: index + 1, from: 0 };
    },
  };
}
