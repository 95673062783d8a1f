import { UserError } from '../../errors.ts';
import type { Views } from '../../model/coverage.ts';
import { countText } from '../../wording.ts';
import type { Check, Task } from '../collector.ts';
import { troubled, unbegun } from '../service/checks.ts';
import { blindViews } from '../service/views.ts';
import { ACTIVITY_ROLE, activityService, activityViews, countRecent, subscriptionIn } from './activity.ts';
import { APP_LISTS, appKeyViews, GRAPH_ROLE, graphService, listPath } from './graph.ts';
import { ACTIVITY_PERMISSION, GRAPH_PERMISSION } from './needs.ts';
import { openRest } from './rest.ts';
import { type AzureAccess, identify, type SignIn, signInToAzure } from './sign-in.ts';
import { explainAzure } from './trouble.ts';

type Checks = AsyncGenerator<Check, Views | null, void>;

/** Tries what reading the Activity Log of a subscription takes. */
export async function* checkAzure(source: string, task: Task, signIn: SignIn = signInToAzure): Checks {
  const subscription = subscriptionIn(source);
  const access = yield* checkSignIn(task, signIn, ({ cloud }) => cloud.arm);
  if (access === null) return null;
  const rest = openRest(access, activityService(access), task);
  try {
    const count = await countRecent(rest, subscription, task.clock.now());
    yield { what: ACTIVITY_PERMISSION, state: 'ok', detail: `${countText(count, 'event')} in the last hour` };
    return activityViews(task.window);
  } catch (error) {
    const check = troubled(ACTIVITY_PERMISSION, explainAzure(error, ACTIVITY_ROLE));
    yield check;
    return blindViews(check.detail);
  }
}

/** Tries what listing the keys of apps takes. */
export async function* checkEntra(task: Task, signIn: SignIn = signInToAzure): Checks {
  const access = yield* checkSignIn(task, signIn, ({ cloud }) => cloud.graph);
  if (access === null) return null;
  const rest = openRest(access, graphService(access), task);
  const refused: string[] = [];
  for (const list of APP_LISTS) {
    try {
      await rest.get(listPath(list, 1));
      yield { what: GRAPH_PERMISSION, state: 'ok', detail: list.title };
    } catch (error) {
      const check = troubled(GRAPH_PERMISSION, explainAzure(error, GRAPH_ROLE));
      refused.push(check.detail);
      yield { ...check, detail: `${list.title}: ${check.detail}` };
    }
  }
  return refused.length === APP_LISTS.length ? blindViews(refused[0]!) : appKeyViews();
}

/** Gets a token for a service of the cloud and says whose it is; null when there is none to be had. */
export async function* checkSignIn(
  task: Task,
  signIn: SignIn,
  service: (access: AzureAccess) => string,
): AsyncGenerator<Check, AzureAccess | null, void> {
  let warnings: readonly string[] = [];
  try {
    const access = await signIn(task);
    warnings = access.warnings;
    const { tenant } = await identify(access, service(access), task);
    const where = tenant === '' ? '' : `, tenant ${tenant}`;
    yield { what: 'credentials', state: 'ok', detail: `${access.describe()}${where}` };
    yield* warningChecks(warnings);
    return access;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    yield unbegun('credentials', error);
    yield* warningChecks(warnings);
    return null;
  }
}

const warningChecks = (warnings: readonly string[]): readonly Check[] =>
  warnings.map(detail => ({ what: 'credentials', state: 'unknown', detail }));
