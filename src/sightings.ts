import type { Book } from './book.ts';

/** A book that also remembers which sources told of a credential. */
export interface SightedBook {
  readonly book: Book;
  /** The names of the sources. */
  sourcesOf(id: string): readonly string[];
}

/** As many sources as one number has bits to mark. */
const BITS = 31;

/** Remembers source by source of whom is told; where there is only one, and never was another, it is that one. */
export function sighted(book: Book, sources: readonly string[], isAlone: boolean): SightedBook {
  if (isAlone) return { book, sourcesOf: () => sources };
  const marks = new Map<string, number[]>();
  const positions = new Map(sources.map((id, i) => [id, i]));
  const mark = (source: string, id: string): void => {
    const position = positions.get(source);
    if (position === undefined) return;
    let words = marks.get(id);
    if (words === undefined) marks.set(id, (words = []));
    const word = Math.floor(position / BITS);
    words[word] = (words[word] ?? 0) | (1 << (position % BITS));
  };
  const isMarked = (words: readonly number[], i: number): boolean =>
    ((words[Math.floor(i / BITS)] ?? 0) & (1 << (i % BITS))) !== 0;
  return {
    book: {
      ...book,
      note(source, credential) {
        mark(source, credential.id);
        book.note(source, credential);
      },
    },
    sourcesOf: id => sources.filter((_, i) => isMarked(marks.get(id) ?? [], i)),
  };
}
