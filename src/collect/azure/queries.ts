import { HOUR } from '../../time.ts';
import { type ColumnType, schemas, type TableName } from './schema.ts';

/** Half-open: `from` belongs to it and `until` does not. */
export interface QueryStretch {
  readonly from: number;
  readonly until: number;
}

/** One of `of` parts that the rows fall into by their id. */
export interface QueryPart {
  readonly index: number;
  readonly of: number;
}

/** Row by row, or like rows as one. */
export type Manner = 'rows' | 'groups';

/** What one kind of log is asked for. Nothing in it comes from a user. */
export interface Recipe {
  readonly table: TableName;
  readonly columns: readonly string[];
  /** Lines that leave out and work out, over the columns as they are lifted. */
  readonly steps: (stretch: QueryStretch) => readonly string[];
  /** An expression that, with the time behind it, is smaller exactly where the id is that the format gives an event. */
  readonly key: string;
  /** An expression that is not empty for rows that must stay alone. */
  readonly alone: string;
  /** What a row is made of, beside its time: values that tell events apart … */
  readonly exact: readonly string[];
  /** … values that tell them apart in any case of letters … */
  readonly folded: readonly string[];
  /** … and values of which a group shows those of its example. */
  readonly shown: readonly string[];
  /** Whether a row has PromptTokens and CompletionTokens, to be summed. */
  readonly hasTokens: boolean;
}

const TOKENS = ['PromptTokens', 'CompletionTokens'];

/** The query for a stretch of one kind of log. */
export function writeQuery(recipe: Recipe, stretch: QueryStretch, manner: Manner, part?: QueryPart): string {
  const { exact, folded, shown, hasTokens } = recipe;
  const row = [...exact, ...folded, ...shown, ...(hasTokens ? TOKENS : [])];
  return [
    ...tableLines(recipe.table, recipe.columns, stretch),
    ...recipe.steps(stretch),
    `| extend KeywardKey=${recipe.key}, KeywardAlone=${recipe.alone}`,
    ...(part === undefined ? [] : [`| where hash(KeywardKey, ${count(part.of)}) == ${count(part.index)}`]),
    '| extend KeywardId=strcat(KeywardKey, tostring(TimeGenerated))',
    ...(manner === 'groups' ? groupRows(recipe) : [`| project TimeGenerated, ${row.join(', ')}`]),
  ].join('\n');
}

/** A table over a stretch with its columns in one type each; a table or a column that a workspace lacks is empty. */
export function tableLines(table: TableName, columns: readonly string[], stretch: QueryStretch): readonly string[] {
  const types: Readonly<Record<string, ColumnType>> = schemas[table];
  const lifted = columns.map(name => `${name}=${liftColumn(name, types[name] ?? 'string')}`);
  return [
    `union isfuzzy=true (datatable(TimeGenerated:datetime)[]), ${table}`,
    `| where TimeGenerated >= ${instant(stretch.from)} and TimeGenerated < ${instant(stretch.until)}`,
    `| project TimeGenerated=bin(TimeGenerated, 1ms), ${lifted.join(', ')}`,
  ];
}

/** A stretch with so much on either side that the two records of one call lie in it together. */
export const widen = ({ from, until }: QueryStretch): QueryStretch => ({ from: from - HOUR, until: until + HOUR });

/** Types of a column differ between workspaces and over time, so each is turned into the one that is meant. */
function liftColumn(name: string, type: ColumnType): string {
  switch (type) {
    case 'datetime':
      return `todatetime(column_ifexists("${name}", datetime(null)))`;
    case 'long':
    case 'int':
    case 'real':
      return `tolong(column_ifexists("${name}", long(null)))`;
    case 'dynamic':
      return `parse_json(column_ifexists("${name}", dynamic(null)))`;
    case 'string':
    case 'guid':
    case 'bool':
      return `tostring(column_ifexists("${name}", ""))`;
  }
}

/**
 * Like rows as one: first every event once, since some are exported at two levels, then all of an hour that no column
 * of an event tells apart. What is shown beside the sums is of the event whose id is the least.
 */
function groupRows({ exact, folded, shown, hasTokens }: Recipe): readonly string[] {
  const marks = folded.map(name => `Keyward${name}`);
  const by = ['KeywardHour', 'KeywardAlone', ...exact, ...marks];
  const sums = hasTokens ? TOKENS : [];
  const own = ['TimeGenerated', ...folded, ...shown];
  const totals = hasTokens ? ['KeywardTokensIn=sum(PromptTokens)', 'KeywardTokensOut=sum(CompletionTokens)'] : [];
  const aggregates = [
    'KeywardCount=count()',
    'KeywardFirst=min(TimeGenerated)',
    'KeywardLast=max(TimeGenerated)',
    ...totals,
    `arg_min(KeywardId, ${[...own, ...sums].join(', ')})`,
  ];
  const marking = folded.map(name => `Keyward${name}=tolower(${name})`);
  return [
    `| extend ${['KeywardHour=bin(TimeGenerated, 1h)', ...marking].join(', ')}`,
    `| summarize take_any(${own.join(', ')}) by ${['KeywardId', ...by, ...sums].join(', ')}`,
    `| summarize ${aggregates.join(', ')} by ${by.join(', ')}`,
    `| project-away KeywardId, KeywardHour, KeywardAlone${marks.map(mark => `, ${mark}`).join('')}`,
  ];
}

/** An instant as it is written in a query. */
function instant(at: number): string {
  return `datetime(${new Date(at).toISOString()})`;
}

function count(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('not a number of parts');
  return String(value);
}
