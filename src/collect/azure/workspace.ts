import { UserError } from '../../errors.ts';
import type { Completion } from '../../model/batch.ts';
import type { Views } from '../../model/coverage.ts';
import { DAY, MINUTE } from '../../time.ts';
import { isoText, withSeparators } from '../../wording.ts';
import type { OpenSource, Task } from '../collector.ts';
import { absenceText, workspaceViews } from './holdings.ts';
import type { Manner } from './queries.ts';
import { openQueries } from './query-client.ts';
import { identify, type SignIn, signInToAzure } from './sign-in.ts';
import { type Stretch, weeksOf, wholeMinutes } from './slices.ts';
import { roleFor, type Survey, surveyTables, type Table } from './survey.ts';
import { readTable, type TablePull } from './table-reader.ts';
import { type LogTable, logTables } from './tables.ts';
import { checkWorkspace } from './workspace-check.ts';

/** How a workspace is read; what is not said is as usual, and the manner is chosen by what is in it. */
export interface Wish {
  readonly tables?: readonly LogTable[];
  readonly manner?: Manner;
  readonly signIn?: SignIn;
}

/** Five queries of a user run at once; one is left to them. */
const LANES = 4;

/** How far back a window reaches that has no beginning. */
const UNSAID = 90 * DAY;

/** With more rows than that, rows that are alike are counted by the service, and only the counts are sent. */
const MANY_ROWS = 300_000;

/** How many rows a query is meant to look at. */
const ROWS_OF_QUERY = { rows: 50_000, groups: 1_000_000 };

/** The shard that says what tables there are. */
const TABLES = 'tables';

/** The logs of one Log Analytics workspace. */
export function openWorkspace(source: string, task: Task, wish: Wish = {}): OpenSource {
  const { tables: logs = logTables, signIn = signInToAzure } = wish;
  const stretch = stretchOf(task);
  let opened: Opened | null = null;
  return {
    lanes: LANES,
    async *shards() {
      opened = await openTables(workspaceIn(source), { logs, stretch, task, signIn, manner: wish.manner });
      if (opened === null) return;
      yield { key: TABLES, size: 0 };
      for (const [key, { stretch: part }] of opened.pulls) yield { key, size: part.until - part.from };
    },
    read: (shard, _grain, after) => {
      const { pulls, completion } = opened!;
      const pull = pulls.get(shard.key);
      return pull === undefined ? ended(completion) : readTable(pull, after);
    },
    self: () => (opened === null || opened.principal === '' ? [] : [opened.principal]),
    views: (seen: Views | null = null) => (opened === null ? null : workspaceViews(seen, opened.tables)),
    check: () => checkWorkspace(workspaceIn(source), { names: logs.map(({ name }) => name), stretch, task, signIn }),
  };
}

function stretchOf({ window: { from, until } }: Task): Stretch {
  const end = wholeMinutes({ from: until, until }).until;
  return wholeMinutes({ from: Math.min(from ?? until - UNSAID, end - MINUTE), until: end });
}

const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const RESOURCE_ID = /\/providers\/microsoft\.operationalinsights\/workspaces\//i;
const WHICH = '`az monitor log-analytics workspace list` shows it as customerId';

/** The id of the workspace that a source names. */
function workspaceIn(source: string): string {
  const place = source.slice(source.indexOf(':') + 1).trim();
  if (GUID.test(place)) return place.toLowerCase();
  if (RESOURCE_ID.test(place))
    throw new UserError('that is the resource id of a workspace', `Write its workspace id instead, a GUID: ${WHICH}.`);
  throw new UserError(
    `'${place}' is neither a workspace nor a subscription`,
    `Write azure:<workspace-id>, with a GUID (${WHICH}), or azure:/subscriptions/<id>.`,
  );
}

interface Opened {
  readonly principal: string;
  readonly tables: readonly Table[];
  readonly pulls: ReadonlyMap<string, TablePull>;
  readonly completion: Completion;
}

interface Opening {
  readonly logs: readonly LogTable[];
  readonly stretch: Stretch;
  readonly task: Task;
  readonly signIn: SignIn;
  readonly manner: Manner | undefined;
}

/** What there is to read; null when it was interrupted before that was known. */
async function openTables(
  workspace: string,
  { logs, stretch, task, signIn, manner: asked }: Opening,
): Promise<Opened | null> {
  try {
    const access = await signIn(task);
    const { principal } = await identify(access, access.cloud.audience, task);
    for (const warning of access.warnings) task.tell(warning);
    const ask = openQueries(access, workspace, task);
    const survey = await surveyTables(
      logs.map(({ name }) => name),
      stretch,
      ask,
    );
    if (task.signal.aborted) return null;
    if (survey.tables === null) throw new UserError(`cannot query the workspace ${workspace}: ${survey.what}`);
    const manner = asked ?? mannerOf(survey.tables);
    const pulls = pullsOf(logs, survey.tables, { manner, stretch, ask, signal: task.signal });
    return { principal, tables: survey.tables, pulls, completion: tablesCompletion({ ...survey, manner, stretch }) };
  } catch (error) {
    if (task.signal.aborted) return null;
    throw error;
  }
}

/** What cannot be counted may be a lot. */
function mannerOf(tables: readonly Table[]): Manner {
  return rowsIn(tables) > MANY_ROWS || tables.some(({ state }) => state === 'unknown') ? 'groups' : 'rows';
}

const rowsIn = (tables: readonly Table[]): number => tables.reduce((sum, { rows }) => sum + rows, 0);

/** Tables that have rows, or may have them, week by week under names that stay the same from run to run. */
function pullsOf(
  logs: readonly LogTable[],
  tables: readonly Table[],
  { stretch, ...rest }: Pick<TablePull, 'manner' | 'stretch' | 'ask' | 'signal'>,
): Map<string, TablePull> {
  const pulls = new Map<string, TablePull>();
  for (const [i, table] of logs.entries()) {
    const { state, rows } = tables[i]!;
    if (state !== 'filled' && state !== 'unknown') continue;
    const sliceLength = rows === 0 ? DAY : ((stretch.until - stretch.from) * ROWS_OF_QUERY[rest.manner]) / rows;
    const role = roleFor(table.name);
    for (const week of weeksOf(stretch))
      pulls.set(`${table.name} ${isoText(week.from).slice(0, 10)}`, {
        ...rest,
        table,
        stretch: week,
        sliceLength,
        role,
      });
  }
  return pulls;
}

interface Found extends Extract<Survey, { readonly isSilent: boolean }> {
  readonly manner: Manner;
  readonly stretch: Stretch;
}

const SILENT =
  'the workspace answered nothing, as one does that holds no data: check its id, and that logs are exported to it';

/** What is known of the tables, told in the turn of a shard of its own. */
function tablesCompletion({ tables, isSilent, manner, stretch }: Found): Completion {
  const damage = tables
    .filter(({ state }) => state === 'refused')
    .map(({ name, why }) => ({ where: name, what: `may not be read: ${why}`, count: 1 }));
  const absent = tables.filter(({ state }) => state === 'missing' || state === 'empty').map(absenceText);
  const uncounted = tables.filter(({ state }) => state === 'unknown').map(({ name, why }) => `${name}: ${why}`);
  const late = tables.flatMap(table => lateText(table, stretch));
  const many = uncounted.length === 0 ? `${withSeparators(rowsIn(tables))} rows` : 'all rows';
  const summed = `of ${many}, those alike in all that the rules look at were counted by the service`;
  const remarks = [
    ...(isSilent ? [SILENT] : absent),
    ...uncounted.map(text => `it was not told beforehand how much there is in ${text}`),
    ...late,
    ...(manner === 'groups' ? [summed] : []),
  ];
  return { complete: damage.length === 0, kind: '', views: null, damage, remarks, skipped: false };
}

/** A table may keep less than is asked for. */
function lateText({ name, firstAt }: Table, { from }: Stretch): string[] {
  if (firstAt === null || firstAt < from + DAY) return [];
  return [`${name} has no rows before ${isoText(firstAt)}: it may keep no older ones, or its export began then`];
}

/** A shard that holds no events. */
async function* ended(completion: Completion): ReturnType<OpenSource['read']> {
  yield* [];
  return await Promise.resolve(completion);
}
