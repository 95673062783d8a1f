/** A part of a report that can be told in full, or on one line where there is no room. */
export interface Block {
  /** How many findings it tells of. */
  readonly count: number;
  full(isOpen: boolean): string;
  brief(): string;
}

/** What found room, each in order, and what did not. */
export interface Packed {
  readonly full: readonly string[];
  readonly brief: readonly string[];
  readonly left: readonly Block[];
}

/** So much of the room is for blocks in full; the rest is for lines. */
const FULL_SHARE = 0.8;

/** How many bytes a text takes in a file. */
export const sizeOf = (text: string): number => Buffer.byteLength(text);

/** The first texts that fit so many bytes together. */
export function fitting(texts: readonly string[], room: number): readonly string[] {
  let used = 0;
  const end = texts.findIndex(text => (used += sizeOf(text)) > room);
  return end === -1 ? texts : texts.slice(0, end);
}

/** The first blocks in full, as many as fit; the next on a line each, as many as fit; and the rest. */
export function packed(blocks: readonly Block[], room: number): Packed {
  const full = take(blocks, (block, i) => block.full(i === 0), room * FULL_SHARE);
  const others = blocks.slice(full.texts.length);
  const brief = take(others, block => block.brief(), room - full.size);
  return { full: full.texts, brief: brief.texts, left: others.slice(brief.texts.length) };
}

/** Texts of the first blocks, until one finds no room; the others are not even written. */
function take(blocks: readonly Block[], write: (block: Block, i: number) => string, room: number) {
  const texts: string[] = [];
  let size = 0;
  for (const [i, block] of blocks.entries()) {
    const text = write(block, i);
    if (size + sizeOf(text) > room) break;
    texts.push(text);
    size += sizeOf(text);
  }
  return { texts, size };
}
