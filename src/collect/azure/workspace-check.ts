import type { Views } from '../../model/coverage.ts';
import { withSeparators } from '../../wording.ts';
import type { Check, Task } from '../collector.ts';
import { blindViews } from '../service/views.ts';
import { checkSignIn } from './check.ts';
import { absenceText } from './holdings.ts';
import { openQueries } from './query-client.ts';
import type { SignIn } from './sign-in.ts';
import type { Stretch } from './slices.ts';
import { readTableOf, surveyTables, type Table } from './survey.ts';

/** What of a workspace is tried. */
export interface Trial {
  readonly names: readonly string[];
  readonly stretch: Stretch;
  readonly task: Task;
  readonly signIn: SignIn;
}

/** Tries what reading a workspace takes, table by table. */
export async function* checkWorkspace(
  workspace: string,
  { names, stretch, task, signIn }: Trial,
): AsyncGenerator<Check, Views | null, void> {
  const access = yield* checkSignIn(task, signIn, ({ cloud }) => cloud.audience);
  if (access === null) return null;
  const survey = await surveyTables(names, stretch, openQueries(access, workspace, task));
  if (survey.tables !== null) {
    yield* survey.tables.map(checkOf);
    return null;
  }
  yield { what: `the workspace ${workspace}`, state: 'failed', detail: survey.what };
  return blindViews(survey.what);
}

function checkOf(table: Table): Check {
  const { name, state, rows, why } = table;
  const what = readTableOf(name);
  if (state === 'filled') return { what, state: 'ok', detail: `${withSeparators(rows)} rows` };
  if (state === 'refused') return { what, state: 'refused', detail: why };
  return { what, state: 'unknown', detail: state === 'unknown' ? why : absenceText(table) };
}
