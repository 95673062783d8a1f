/** Colours of the eight terminal colours on a dark screen. */
const COLORS: Readonly<Record<number, string>> = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#76e3ea',
  90: '#8b949e',
};

const CHAR_WIDTH = 8.43;
const LINE_HEIGHT = 19;
const MARGIN = 20;

interface Look {
  readonly color: string;
  readonly bold: boolean;
  readonly dim: boolean;
}

const PLAIN: Look = { color: '#e6edf3', bold: false, dim: false };

/** A terminal's text, with its colours, as a picture that any browser shows. */
export function screenshot(command: string, text: string): string {
  const lines = [`\u001b[90m$\u001b[39m ${command}`, '', ...text.trimEnd().split('\n')];
  const columns = Math.max(...lines.map(line => [...line.replace(/\u001b\[[\d;]*m/g, '')].length));
  const width = Math.ceil(columns * CHAR_WIDTH + 2 * MARGIN);
  const height = lines.length * LINE_HEIGHT + 2 * MARGIN;
  const font = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
  const rows = lines.map((line, i) => row(line, MARGIN + (i + 0.75) * LINE_HEIGHT));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(command)}">`,
    `<rect width="100%" height="100%" rx="10" fill="#0d1117"/>`,
    `<g font-family="${font}" font-size="14" xml:space="preserve">`,
    ...rows.filter(line => line !== ''),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function row(line: string, y: number): string {
  let column = 0;
  let look = PLAIN;
  const spans: string[] = [];
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    const code = /^\u001b\[([\d;]*)m$/.exec(part);
    if (code !== null) {
      look = code[1]!.split(';').reduce((held, number) => restyled(held, Number(number)), look);
    } else if (part !== '') {
      if (part.trim() !== '') spans.push(span(part, column, look));
      column += [...part].length;
    }
  }
  return spans.length === 0 ? '' : `<text y="${y.toFixed(1)}">${spans.join('')}</text>`;
}

function span(text: string, column: number, { color, bold, dim }: Look): string {
  const x = (MARGIN + column * CHAR_WIDTH).toFixed(1);
  const length = ([...text].length * CHAR_WIDTH).toFixed(1);
  const weight = bold ? ' font-weight="bold"' : '';
  const opacity = dim ? ' fill-opacity="0.62"' : '';
  return `<tspan x="${x}" textLength="${length}" fill="${color}"${weight}${opacity}>${escapeXml(text)}</tspan>`;
}

function restyled(look: Look, code: number): Look {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...look, bold: true };
  if (code === 2) return { ...look, dim: true };
  if (code === 22) return { ...look, bold: false, dim: false };
  if (code === 39) return { ...look, color: PLAIN.color };
  return { ...look, color: COLORS[code] ?? look.color };
}

const escapeXml = (text: string): string =>
  // Browsers fold plain spaces.
  text
    .replaceAll(' ', '\u00a0')
    .replace(/[&<>"]/g, letter => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[letter]!);
