import { betterViews } from '../../coverage.ts';
import type { Views } from '../../model/coverage.ts';
import { digText } from '../../normalise/dig.ts';
import { keyListViews } from '../../normalise/key-list.ts';
import { openaiAudit } from '../../normalise/openai-audit.ts';
import { MEMBERS_ALONE, NO_ADMIN_KEYS, NO_PROJECT_KEYS } from '../../normalise/openai-listing.ts';
import { readId } from '../../normalise/vendor-fields.ts';
import { openaiUsage } from '../../normalise/openai-usage.ts';
import { HOUR } from '../../time.ts';
import type { Check, Task } from '../collector.ts';
import { checkCredentials, tryOn, untried } from '../service/checks.ts';
import { blindViews } from '../service/views.ts';
import { openReader, type Reader } from './client.ts';
import { KEY_VARIABLE } from './key.ts';
import {
  adminKeys,
  auditLog,
  costReport,
  members,
  type NeededList,
  projectKeys,
  projectMembers,
  projects,
  serviceAccounts,
  usageReport,
} from './lists.ts';
import { explainOpenai } from './trouble.ts';

type Checks = AsyncGenerator<Check, Views | null, void>;

/** A list and what is seen when it can be read; null where that is nothing by itself. */
type Tried = readonly [list: NeededList, views: Views | null];

const MEMBERS: Views = { ...keyListViews([]), inventory: MEMBERS_ALONE };

/** Tries what reading an organisation takes. */
export async function* checkOpenai(task: Task): Checks {
  const reader = yield* checkCredentials(async () => ({
    way: await openReader(task),
    detail: `an admin key, from ${KEY_VARIABLE}`,
  }));
  if (reader === null) return null;
  const now = task.clock.now();
  const hour = { from: now - HOUR, until: now };
  let seen: Views | null = null;
  let refused = '';
  const attempt = async function* ([list, views]: Tried): AsyncGenerator<Check, readonly unknown[] | null, void> {
    const [check, rows] = await tried(reader, list);
    if (rows === null) refused ||= check.detail;
    else seen = betterViews(seen, views);
    yield check;
    return rows;
  };
  yield* attempt([adminKeys, keyListViews([NO_PROJECT_KEYS])]);
  yield* attempt([members, MEMBERS]);
  const found = yield* attempt([projects, null]);
  const project = readId(digText(found?.[0], 'id'));
  for (const [list, views] of OF_PROJECT) {
    if (project !== '') yield* attempt([list(project), views]);
    else yield untried(list('').permission, 'there is no project to try it on');
  }
  yield* attempt([auditLog(hour), openaiAudit.reader().views()]);
  yield* attempt([usageReport('completions', hour), openaiUsage.reader().views()]);
  yield* attempt([costReport(hour), null]);
  return seen ?? blindViews(refused);
}

const OF_PROJECT = [
  [projectKeys, keyListViews([NO_ADMIN_KEYS])],
  [serviceAccounts, null],
  [projectMembers, null],
] as const;

async function tried(reader: Reader, list: NeededList): Promise<[check: Check, rows: readonly unknown[] | null]> {
  let rows: readonly unknown[] | null = null;
  const ask = async (): Promise<string> => {
    rows = await reader.peek(list);
    return list.title;
  };
  const check = await tryOn(list.permission, ask, error => explainOpenai(error, list.title));
  return [check, rows];
}
