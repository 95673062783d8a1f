import type { Views } from '../../model/coverage.ts';
import { FEED_OFF } from '../../normalise/anthropic-listing.ts';
import type { Check, Task } from '../collector.ts';
import { checkCredentials, troubled, tryOn, untried } from '../service/checks.ts';
import { ADMIN_LISTS, IDENTITY_LISTS } from './lists.ts';
import { ADMIN_NEED, FEED_NEED, IDENTITY_NEED } from './needs.ts';
import { meetOrganisation, type Organisation, readableOf } from './organisation.ts';
import { type Access, openAccess } from './survey.ts';
import { explainAnthropic } from './trouble.ts';
import { anthropicViews, type Readable } from './views.ts';

type Checks<T> = AsyncGenerator<Check, T, void>;

/** Tries what reading an organisation takes. */
export async function* checkAnthropic(task: Task): Checks<Views | null> {
  const organisation = yield* checkCredentials(async () => {
    const met = await meetOrganisation(openAccess(task), task);
    return { way: met, detail: `organisation ${met.account}` };
  });
  if (organisation === null) return null;
  const readable = readableOf(organisation);
  yield* checkLists(organisation.access, readable);
  yield* checkUsage(organisation, readable);
  yield* checkFeed(organisation);
  return anthropicViews(readable);
}

async function* checkLists({ admin, identities }: Access, readable: Readable): Checks<void> {
  if (identities === null) yield untried(IDENTITY_NEED, 'ANTHROPIC_AUTH_TOKEN is not set');
  for (const list of [...ADMIN_LISTS, ...IDENTITY_LISTS]) {
    const rest = ADMIN_LISTS.includes(list) ? admin : identities;
    if (rest === null) continue;
    const { title, wanted, note } = list;
    const ask = () => rest.get(list.ask).then(() => title);
    const check = await tryOn(wanted, ask, error => explainAnthropic(error, wanted));
    if (check.state === 'ok') yield check;
    else {
      readable[note] = check.detail;
      yield { ...check, detail: `${title}: ${check.detail}` };
    }
  }
}

function* checkUsage({ usage }: Organisation, readable: Readable): Generator<Check> {
  if (usage === null) yield untried(ADMIN_NEED, readable.usage);
  else if (!('report' in usage)) yield troubled(ADMIN_NEED, explainAnthropic(usage.error, ADMIN_NEED));
  else yield { what: ADMIN_NEED, state: 'ok', detail: usage.remark || `usage, from ${usage.report.name}` };
}

function* checkFeed({ feed, isFeedOff }: Organisation): Generator<Check> {
  if (feed !== null) yield troubled(FEED_NEED, explainAnthropic(feed.error, FEED_NEED));
  else yield { what: FEED_NEED, state: 'ok', detail: isFeedOff ? FEED_OFF : 'the activity feed' };
}
