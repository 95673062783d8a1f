import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { files, isStdin } from '../collect/files.ts';
import { loadConfig } from '../config.ts';
import { UserError } from '../errors.ts';
import type { Damage } from '../model/batch.ts';
import { formatsFor, notAuditLogs } from '../normalise/formats.ts';
import { plain } from '../report/plain.ts';
import { rules } from '../rules/index.ts';
import { openBytes } from '../scan/inflate.ts';
import { errorCode } from '../scan/read-chunks.ts';
import { scan } from '../scan/scan.ts';
import type { JsonObject, Wanted } from '../scan/wanted.ts';
import { countText } from '../wording.ts';
import { type Io, notice, print, widthOf } from './io.ts';
import { table, wrap } from './layout.ts';
import type { SourcesFlags } from './list.ts';
import { type Field, fieldsOf } from './try/fields.ts';
import { asJson, isRecognised, textOf, type Tried, tryRecord } from './try/record.ts';

/** As many records tell what a file is. */
const MOST = 10;

const OK = 0;
const UNRECOGNISED = 3;

/** `keyward sources --try`: shows what the first records of a file are taken for; returns the exit status. */
export async function tryFile(file: string, flags: SourcesFlags, io: Io): Promise<number> {
  const { config } = loadConfig(flags.config, io.cwd, rules);
  const { maps = [], trustedProxies = 0 } = config;
  const formats = formatsFor({ maps, trustedProxies });
  const first = await firstRecords(await pathOf(file, io.cwd));
  const tried = first.records.map(record => tryRecord(record, formats, notAuditLogs));
  const shown = { file, ...first, tried, fields: fieldsOf(first.records) };
  await print(io.stdout, flags.json ? [jsonText(shown)] : textLines(shown, widthOf(io)).map(line => `${line}\n`));
  if (tried.some(isRecognised)) return OK;
  notice(io, 'nothing here is recognised: a map in the configuration can say what its fields mean');
  return UNRECOGNISED;
}

interface Shown extends First {
  readonly file: string;
  readonly tried: readonly Tried[];
  readonly fields: readonly Field[];
}

function jsonText({ file, isAll, tried, fields, damage }: Shown): string {
  const shown = { schema: 'keyward.try/1', file, all: isAll, records: tried.map(asJson), fields, damage };
  return `${JSON.stringify(shown, null, 2)}\n`;
}

function textLines({ file, isAll, records, tried, fields, damage }: Shown, width: number): string[] {
  const rows = tried.map((one, i) => [String(i + 1), plain(one.format || '-'), plain(textOf(one))]);
  return [
    `${plain(file)}: ${isAll ? '' : 'the first '}${countText(records.length, 'record')}`,
    ...damage.map(({ where, what }) => `  ${where === '' ? '' : `${where}: `}${what}`),
    ...(rows.length === 0 ? [] : ['', ...table(['RECORD', 'FORMAT', 'TAKEN FOR'], rows, width), '']),
    ...fieldLines(fields, records.length, width),
  ];
}

/** Null for standard input. Throws a `UserError` when there is no such file. */
async function pathOf(file: string, cwd: string): Promise<string | null> {
  if (isStdin(file)) return null;
  if (!files.accepts(file)) throw new UserError(`'${file}' is not a file`, 'Save some of its records to one first.');
  const path = resolve(cwd, file);
  try {
    if (!(await stat(path)).isDirectory()) return path;
  } catch (error) {
    throw new UserError(`cannot open '${file}' (${errorCode(error)})`, 'Check the path and who may read it.');
  }
  throw new UserError(`'${file}' is a folder`, 'Name one of its files.');
}

/** Takes every record as it stands. */
const anyRecord: Wanted = { id: 'any', paths: {}, unwrap: record => record };

interface First {
  readonly records: readonly JsonObject[];
  /** What could not be read; told only of a file that was read to its end. */
  readonly damage: readonly Damage[];
  readonly isAll: boolean;
}

async function firstRecords(path: string | null): Promise<First> {
  const abort = new AbortController();
  const scanned = scan(openBytes(path, { signal: abort.signal }), [anyRecord], []);
  const records: JsonObject[] = [];
  let step = await scanned.next();
  while (!step.done) {
    records.push(...step.value.rows.map(({ whole }) => whole()));
    if (records.length > MOST) break;
    step = await scanned.next();
  }
  const isAll = step.done === true && records.length <= MOST;
  abort.abort();
  if (!step.done) await scanned.return({ damage: [], lists: new Set() });
  return { records: records.slice(0, MOST), damage: step.done ? step.value.damage : [], isAll };
}

/** Stands where no line may break; harmless text has none. */
const JOINED = '\u0001';

function fieldLines(fields: readonly Field[], count: number, width: number): string[] {
  if (fields.length === 0) return [];
  const named = fields.map(({ path, records }) => plain(path) + (records === count ? '' : `${JOINED}(${records})`));
  const head = fields.some(({ records }) => records < count)
    ? `FIELDS, and in how many of the ${count} records where not in all`
    : 'FIELDS';
  return [head, ...wrap(named.join(', '), width, '  ').map(line => line.replaceAll(JOINED, ' '))];
}
