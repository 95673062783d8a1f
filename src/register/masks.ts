/** The two ends of a key, as a text shows them that leaves out its middle. */
export interface Mask {
  readonly head: string;
  readonly tail: string;
}

/** A shorter end fits too many keys to say anything. */
export const SHORTEST_TAIL = 3;

const MASKED = /^([\w-]*)(?:…|[.*•]{2,})+([\w-]+)$/;

/** The ends that a masked key shows, as in `sk-ant-api03-R2D...igAA`; null for any other text. */
export function maskIn(text: string): Mask | null {
  const [, head, tail] = MASKED.exec(text.slice(text.search(/[^\s:/]*$/))) ?? [];
  return head === undefined || tail === undefined || tail.length < SHORTEST_TAIL ? null : { head, tail };
}

/** Whether two masked keys may be one: what both show is the same. */
export const isAlike = (a: Mask, b: Mask): boolean =>
  (a.head.startsWith(b.head) || b.head.startsWith(a.head)) && (a.tail.endsWith(b.tail) || b.tail.endsWith(a.tail));
