/** How a text is put into a field: in place of what stands there, amid other text, or in place of one word of it. */
export type Put = (held: string) => readonly string[];

/** A text alone, and amid others: in a sentence, and in a path with a query. */
export const whole = (text: string): Put => {
  const puts = [text, `the key ${text} was refused`, `/v1/x/${text}/y?key=${text}&z=1`];
  return () => puts;
};

const MOST_WORDS = 12;

/** A text in place of each word of what is there, where there are several. */
export const wordwise =
  (text: string): Put =>
  held => {
    const words = [...held.matchAll(/[\w-]+/g)].slice(0, MOST_WORDS);
    if (words.length < 2) return [];
    return words.map(({ index, 0: word }) => held.slice(0, index) + text + held.slice(index + word.length));
  };

/** A record with something put in one place of it, and where. */
export interface Planted {
  readonly where: string;
  readonly record: unknown;
}

/**
 * A record once for each text in it and each way to put another there, and once for each object in it, with a field of
 * such a name more. Texts that are JSON are gone into too.
 */
export function* plantings(record: unknown, put: Put, where = ''): Generator<Planted> {
  if (typeof record === 'string') {
    const inner = parsed(record);
    for (const text of put(record)) yield { where, record: text };
    if (inner !== null)
      for (const planted of plantings(inner, put, `${where}{}`))
        yield { where: planted.where, record: JSON.stringify(planted.record) };
  } else if (Array.isArray(record)) {
    for (const [i, item] of record.entries())
      for (const planted of plantings(item, put, `${where}[${i}]`))
        yield { where: planted.where, record: record.map((other: unknown, j) => (j === i ? planted.record : other)) };
  } else if (typeof record === 'object' && record !== null) {
    for (const text of put('')) yield { where: `${where}.(name)`, record: { ...record, [text]: text } };
    for (const [name, item] of Object.entries(record))
      for (const planted of plantings(item, put, `${where}.${name}`))
        yield { where: planted.where, record: { ...record, [name]: planted.record } };
  }
}

function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
