/** Longer texts are rare and not worth keeping. */
const LONGEST = 512;

/** A pure function of a text that remembers up to `limit` answers and then starts afresh. */
export function memoised<V>(limit: number, make: (text: string) => V): (text: string) => V {
  const known = new Map<string, V>();
  return text => {
    const held = known.get(text);
    if (held !== undefined) return held;
    const made = make(text);
    if (text.length <= LONGEST) {
      if (known.size >= limit) known.clear();
      known.set(text, made);
    }
    return made;
  };
}
