import { UserError } from '../errors.ts';
import type { OptionSpec } from '../model/option.ts';
import { type Io, print, widthOf } from './io.ts';
import { table } from './layout.ts';

/** Options of the commands that list something, as the command line gives them. */
export interface ListFlags {
  readonly json?: boolean;
}

/** Options of `keyward sources`. */
export interface SourcesFlags extends ListFlags {
  readonly try?: string;
  readonly config?: string;
}

/** `keyward rules`: what is judged. */
export async function rulesCommand(flags: ListFlags, io: Io): Promise<number> {
  const { rules } = await import('../rules/index.ts');
  const rows = rules.map(({ id, severity, family, title }) => [id, severity, family, title]);
  const json = rules.map(
    ({
      id,
      title,
      family,
      kind,
      severity,
      severities,
      description,
      needs,
      needsOneOf = [],
      needsGeo = null,
      needsDeclared = [],
      options,
    }) => ({
      id,
      title,
      family,
      kind,
      severity,
      severities: severities ?? null,
      description,
      needs,
      needsOneOf,
      needsGeo,
      needsDeclared,
      options: Object.fromEntries(Object.entries(options).map(([name, option]) => [name, asJson(option)])),
    }),
  );
  return await list(['RULE', 'SEVERITY', 'FAMILY', 'TITLE'], rows, json, flags, io);
}

/** `keyward sources`: where audit events can come from, or what a file is taken for. */
export async function sourcesCommand(flags: SourcesFlags, io: Io): Promise<number> {
  if (flags.try !== undefined) {
    const { tryFile } = await import('./try.ts');
    return await tryFile(flags.try, flags, io);
  }
  if (flags.config !== undefined)
    throw new UserError(
      '--config says nothing without --try',
      'Name a file, as in `keyward sources --try gateway.jsonl`.',
    );
  const { collectors } = await import('../collect/index.ts');
  const rows = collectors.map(({ id, forms, title }) => [id, title, forms.join(', ')]);
  const json = collectors.map(({ id, title, description, forms, needs }) => ({ id, title, description, forms, needs }));
  return await list(['SOURCE', 'READS', 'WRITTEN AS'], rows, json, flags, io);
}

/** `keyward formats`: how a report can be written. */
export async function formatsCommand(flags: ListFlags, io: Io): Promise<number> {
  const { reporters } = await import('../report/index.ts');
  const rows = reporters.map(({ id, description }) => [id, description]);
  const json = reporters.map(({ id, title, description, file }) => ({ id, title, description, file }));
  return await list(['FORMAT', 'WHAT IT IS'], rows, json, flags, io);
}

async function list(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  json: unknown,
  flags: ListFlags,
  io: Io,
): Promise<number> {
  const text = flags.json ? JSON.stringify(json, null, 2) : table(head, rows, widthOf(io)).join('\n');
  await print(io.stdout, [`${text}\n`]);
  return 0;
}

/** A pattern is written as its source. */
const asJson = (option: OptionSpec): unknown => ('item' in option ? { ...option, item: option.item.source } : option);
