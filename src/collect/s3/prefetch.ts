import type { Fetch, Part, Span } from './fetch-part.ts';
import type { Listing } from './pages.ts';

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

interface Held extends Span {
  readonly index: number;
  readonly part: Promise<Part>;
  drop(): void;
}

/** Fetches objects in their order, a bounded stretch ahead of the one that is read; what is dropped is aborted. */
export function createPrefetch(objects: readonly Listing[], fetch: Fetch, signal: AbortSignal): Prefetch {
  let held: Held[] = [];
  let next = { index: 0, from: 0 };
  const start = (index: number, span: Span): Held => {
    const controller = new AbortController();
    const drop = (): void => controller.abort();
    if (signal.aborted) drop();
    signal.addEventListener('abort', drop, { once: true });
    const part = fetch(span, controller.signal).finally(() => signal.removeEventListener('abort', drop));
    return { ...span, index, part, drop };
  };
  const fill = (): void => {
    let bytes = held.reduce((sum, { from, until }) => sum + until - from, 0);
    while (held.length < PARTS_AHEAD && next.index < objects.length) {
      const object = objects[next.index]!;
      const until = Math.min(object.size, next.from + PART);
      bytes += until - next.from;
      if (held.length > 0 && bytes > BYTES_AHEAD) return;
      if (until > next.from) held.push(start(next.index, { object, from: next.from, until }));
      next = until < object.size ? { ...next, from: until } : { index: next.index + 1, from: 0 };
    }
  };
  const keep = (isKept: (part: Held) => boolean): void => {
    for (const part of held) if (!isKept(part)) part.drop();
    held = held.filter(isKept);
  };
  /** Lets go of what lies before an object, and of all when it is not the next one. */
  const goTo = (index: number): void => {
    keep(part => part.index >= index);
    const [first] = held;
    const isNext =
      first === undefined ? next.index === index && next.from === 0 : first.index === index && first.from === 0;
    if (isNext) return;
    keep(() => false);
    next = { index, from: 0 };
  };
  return {
    async *parts(index) {
      const { size } = objects[index]!;
      if (size === 0) return;
      goTo(index);
      try {
        for (let at = 0; at < size;) {
          fill();
          const first = held.shift()!;
          fill();
          yield await first.part;
          at = first.until;
        }
      } finally {
        keep(part => part.index !== index);
        if (next.index === index) next = { index: index + 1, from: 0 };
      }
    },
  };
}
