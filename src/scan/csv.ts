import type { DamageLog } from './damage-log.ts';
import type { JsonObject } from './wanted.ts';

const MAX_RECORD = 8 * 1024 * 1024;
const OPTIONS = {
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
  skip_records_with_error: true,
  max_record_size: MAX_RECORD,
} as const;
const HEADER = /^"?[\p{L}_@$#](?:[^"]{0,200}[\p{L}\p{N}_)\]])?"?$/u;

/** True when text begins like a table: not like JSON, and a first line of three or more names. */
export function looksLikeCsv(head: string): boolean {
  if (/^\s*[{[]/.test(head)) return false;
  const names = firstLine(head).split(',');
  return names.length >= 3 && names.every(name => name === '' || HEADER.test(name.trim())) && names[0] !== '';
}

const firstLine = (head: string): string => head.trimStart().split(/\r?\n/, 1)[0]!;

/** Rows of a table as flat objects by column name, some at a time; rows that do not fit the header are damage. */
export async function* readCsv(
  chunks: AsyncIterable<Uint8Array>,
  damage: DamageLog,
): AsyncGenerator<readonly JsonObject[], void, void> {
  const table = createTable(damage);
  const parser = await openParser(table);
  for await (const chunk of chunks) {
    if (parser.failed()) break;
    await parser.write(chunk);
    yield table.take();
  }
  await parser.end();
  yield table.take();
}

/** A CSV parser that puts its rows in a table; one that has failed takes no more. */
interface Parser {
  write(chunk: Uint8Array): Promise<void>;
  end(): Promise<void>;
  failed(): boolean;
}

async function openParser(table: Table): Promise<Parser> {
  const { parse } = await import('csv-parse');
  const parser = parse(OPTIONS);
  let failed = false;
  const settled = new Promise<void>(resolve => {
    parser.on('data', table.add);
    parser.on('skip', table.skip);
    parser.on('end', resolve);
    parser.on('error', () => {
      failed = true;
      table.skip();
      resolve();
    });
  });
  const write = async (chunk: Uint8Array): Promise<void> => {
    const written = new Promise<void>(resolve => parser.write(chunk, () => resolve()));
    await Promise.race([written, settled]);
  };
  const end = async (): Promise<void> => {
    if (!failed) parser.end();
    await settled;
  };
  return { write, end, failed: () => failed };
}

interface Table {
  add(row: readonly string[]): void;
  skip(): void;
  take(): readonly JsonObject[];
}

function createTable(damage: DamageLog): Table {
  let header: readonly string[] | null = null;
  let rows: JsonObject[] = [];
  let number = 0;
  const add = (row: readonly string[]): void => {
    number++;
    if (header === null) header = row.map(name => name.trim());
    else if (fits(row, header)) rows.push(toObject(header, row));
    else damage.add(`row ${number}`, 'not as many fields as the header has');
  };
  const skip = (): void => {
    number++;
    damage.add(`row ${number}`, 'not a valid CSV row');
  };
  const take = (): readonly JsonObject[] => {
    const taken = rows;
    rows = [];
    return taken;
  };
  return { add, skip, take };
}

/** As many fields as the header; some exports end each row with a comma more. */
function fits(row: readonly string[], header: readonly string[]): boolean {
  return row.length === header.length || (row.length === header.length + 1 && row.at(-1) === '');
}

function toObject(header: readonly string[], row: readonly string[]): JsonObject {
  const record = Object.create(null) as Record<string, string>;
  for (const [index, name] of header.entries()) if (name !== '') record[name] = row[index]!;
  return record;
}
