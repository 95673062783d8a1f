import { isFeedOff } from '../../normalise/anthropic-listing.ts';
import { SOME_ORGANISATION } from '../../normalise/anthropic-fields.ts';
import { readId } from '../../normalise/vendor-fields.ts';
import { HOUR } from '../../time.ts';
import type { Task } from '../collector.ts';
import { AnswerError } from '../service/answer-error.ts';
import { askFeed } from './feed.ts';
import { findSecrets } from './keys.ts';
import { askOrganisation, askSettings } from './lists.ts';
import { ADMIN_NEED } from './needs.ts';
import { openRest, type Rest } from './rest.ts';
import { explainAnthropic } from './trouble.ts';
import { USAGE_REPORTS, type UsageReport } from './usage.ts';

/** Ways to ask; null where there is no secret for it. */
export interface Access {
  readonly admin: Rest | null;
  readonly identities: Rest | null;
  readonly feed: Rest | null;
}

/** The ways that the environment has secrets for; throws a `UserError` when there are none. */
export function openAccess(task: Task): Access {
  const { admin, identities, feed } = findSecrets(task);
  const rests = new Map(
    [...new Set([admin, identities, feed])].map(secret => [secret, secret && openRest(secret, task)]),
  );
  return {
    admin: rests.get(admin) ?? null,
    identities: rests.get(identities) ?? null,
    feed: rests.get(feed) ?? null,
  };
}

/** Something that was asked for and not given. */
export interface Failure {
  readonly error: unknown;
}

/** Whose key it is. */
export async function findOrganisation(rest: Rest): Promise<string | Failure> {
  try {
    return readId((await rest.get(askOrganisation))['id']) || SOME_ORGANISATION;
  } catch (error) {
    return { error };
  }
}

/** Why the activity feed cannot be read; null when it can. */
export async function tryFeed(rest: Rest): Promise<Failure | null> {
  try {
    await rest.get(askFeed());
    return null;
  } catch (error) {
    return { error };
  }
}

/** Whether the settings say that the activity feed is switched off; who may not read them does not know. */
export async function tryFeedOff(rest: Rest): Promise<boolean> {
  try {
    return isFeedOff(await rest.get(askSettings));
  } catch {
    return false;
  }
}

/** The report that usage is read from. */
export interface UsageChoice {
  readonly report: UsageReport;
  readonly groups: readonly string[];
  /** Why it is not the better one; empty when it is. */
  readonly remark: string;
}

/** Finds the best report that this organisation is given, by asking each for an hour. */
export async function chooseReport(rest: Rest, now: number): Promise<UsageChoice | Failure> {
  const end = Math.floor(now / HOUR) * HOUR;
  const hour = { from: end - HOUR, until: end };
  let first: Failure | undefined;
  for (const report of USAGE_REPORTS) {
    for (const groups of report.groupings) {
      try {
        await rest.get(report.ask(hour, groups));
        return { report, groups, remark: first === undefined ? '' : remarkOn(report, groups, first) };
      } catch (error) {
        first ??= { error };
        const status = error instanceof AnswerError ? error.statusCode : 0;
        if (status === 403 || status === 404) break;
        if (status !== 400) return { error };
      }
    }
  }
  return first!;
}

function remarkOn({ name, groupings }: UsageReport, groups: readonly string[], { error }: Failure): string {
  const { what } = explainAnthropic(error, ADMIN_NEED);
  if (name !== 'analytics/usage')
    return `usage is read from ${name}, which counts tokens and no calls, because analytics/usage is not to be had: ${what}`;
  const missing = groupings[0]!.filter(group => !groups.includes(group));
  return `usage is not told apart by ${missing.join(' and ')}: ${what}`;
}
