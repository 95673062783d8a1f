/** A JSON array at a depth of indentation, made item by item as it is written; the text in it is harmless already. */
export function* jsonList(items: Iterable<unknown>, depth: number): Generator<string> {
  let opening = '[';
  for (const item of items) {
    yield `${opening}\n${indent(depth + 1)}${jsonText(item, depth + 1)}`;
    opening = ',';
  }
  yield opening === '[' ? '[]' : `\n${indent(depth)}]`;
}

/** JSON of a value at a depth of indentation: raw line breaks stand between tokens only. */
export const jsonText = (value: unknown, depth: number): string =>
  JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent(depth)}`);

const indent = (depth: number): string => '  '.repeat(depth);
