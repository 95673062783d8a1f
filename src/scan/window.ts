const EMPTY = Buffer.alloc(0);

/**
 * A stretch of a byte stream held in one piece: `keep` is the first byte still wanted, `pos` the next to look at.
 * A chunk given to `append` must not change before the next one.
 */
export class Window {
  buffer: Buffer = EMPTY;
  pos = 0;
  keep = 0;
  end = 0;
  #base = 0;
  #store: Buffer = EMPTY;

  /** Where an index into the buffer lies in the stream. */
  offset(index: number): number {
    return this.#base + index;
  }

  append(chunk: Uint8Array): void {
    const held = this.end - this.keep;
    const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.buffer = held === 0 ? piece : this.#join(held, piece);
    this.#base += this.keep;
    this.pos -= this.keep;
    this.keep = 0;
    this.end = held + piece.length;
  }

  #join(held: number, piece: Buffer): Buffer {
    const needed = held + piece.length;
    const store = needed <= this.#store.length ? this.#store : Buffer.allocUnsafeSlow(needed * 2);
    this.buffer.copy(store, 0, this.keep, this.end);
    piece.copy(store, held);
    this.#store = store;
    return store;
  }
}
