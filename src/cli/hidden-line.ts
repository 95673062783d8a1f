import { UserError } from '../errors.ts';
import type { Input } from './io.ts';

const INTERRUPT = '\u0003';
const END = '\u0004';
const CLEAR = '\u0015';
const ERASE = /[\b\u007f]/;
const ENTER = /[\r\n]/;

/** What a terminal sends for its other keys. */
const ESCAPES = /\u001b\[[0-9;]*[A-Za-z~]|\u001b./g;

/**
 * What is typed at a terminal up to Enter, which shows none of it; null when it was interrupted. Of lines that were
 * pasted at once, all count.
 */
export async function readHiddenLine(terminal: Input): Promise<string | null> {
  if (terminal.setRawMode === undefined)
    throw new UserError('this terminal cannot hide what is typed', 'Give the key in a pipe: cat FILE | keyward decode');
  const chunks: AsyncIterator<unknown> = terminal[Symbol.asyncIterator]();
  terminal.setRawMode(true);
  try {
    let text = '';
    for (;;) {
      const next = await chunks.next();
      if (next.done === true) return text;
      const chunk = String(next.value).replace(ESCAPES, '');
      for (const character of chunk) {
        if (character === INTERRUPT) return null;
        if (character === END) return text;
        text = withKey(text, character);
      }
      if (ENTER.test(chunk)) return text;
    }
  } finally {
    terminal.setRawMode(false);
    terminal.destroy();
  }
}

function withKey(text: string, character: string): string {
  if (character === CLEAR) return '';
  if (ERASE.test(character)) return text.slice(0, -1);
  if (ENTER.test(character)) return `${text}\n`;
  return character < ' ' ? text : text + character;
}
