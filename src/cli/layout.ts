/** Breaks text at spaces into lines of at most `width` columns, indented; a longer word stands alone. */
export function wrap(text: string, width: number, indent = '', hanging = indent): string[] {
  const lines: string[] = [];
  let line = indent;
  let isStarted = false;
  for (const word of text.split(/\s+/).filter(part => part !== '')) {
    if (isStarted && line.length + 1 + word.length > width) {
      lines.push(line);
      line = hanging;
      isStarted = false;
    }
    line += isStarted ? ` ${word}` : word;
    isStarted = true;
  }
  return isStarted ? [...lines, line] : lines;
}

/** Rows in columns as wide as their widest cell; the last column is wrapped to fit. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], width: number): string[] {
  const last = head.length - 1;
  const widths = head.slice(0, last).map((cell, i) => Math.max(cell.length, ...rows.map(row => row[i]!.length)) + 2);
  const margin = ' '.repeat(widths.reduce((sum, each) => sum + each, 0));
  const lineOf = (row: readonly string[]): string[] => {
    const start = widths.map((each, i) => row[i]!.padEnd(each)).join('');
    const [first = '', ...rest] = wrap(row[last]!, Math.max(width, margin.length + 20) - margin.length);
    return [`${start}${first}`.trimEnd(), ...rest.map(line => margin + line)];
  };
  return [head, ...rows].flatMap(lineOf);
}
