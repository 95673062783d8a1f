import { progressLine } from '../progress.ts';
import type { Progress } from '../reading.ts';
import { SECOND } from '../time.ts';
import type { Io } from './io.ts';

const PATIENCE = SECOND;
const PAUSE = SECOND / 10;
const ERASED = '\r\x1b[K';

/** A line of progress on stderr: shown after a second, redrawn ten times a second at most, gone at the end. */
export class Meter {
  readonly #io: Io;
  readonly #startedAt: number;
  #drawnAt: number | null = null;

  constructor(io: Io) {
    this.#io = io;
    this.#startedAt = io.now();
  }

  /** Says that the sources are being opened, if that takes long; returns what stops it. */
  wait(): () => void {
    const timer = setTimeout(() => {
      if (this.#drawnAt !== null) return;
      this.#drawnAt = this.#io.now();
      this.#io.stderr.write(`${ERASED}opening the sources …`);
    }, PATIENCE);
    return () => clearTimeout(timer);
  }

  update(progress: Progress): void {
    const now = this.#io.now();
    const elapsed = now - this.#startedAt;
    if (elapsed < PATIENCE || (this.#drawnAt !== null && now - this.#drawnAt < PAUSE)) return;
    this.#drawnAt = now;
    const { stderr } = this.#io;
    stderr.write(ERASED + progressLine(progress, elapsed, (stderr.columns || 80) - 1));
  }

  erase(): void {
    if (this.#drawnAt !== null) this.#io.stderr.write(ERASED);
    this.#drawnAt = null;
  }
}

/** Whether somebody is there to watch: a terminal, and no build server. */
export const isWatched = ({ stderr, env }: Io): boolean => stderr.isTTY === true && !env.CI && env.TERM !== 'dumb';
