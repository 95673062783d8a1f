import { UserError } from '../../errors.ts';
import type { Task } from '../collector.ts';
import { ADMIN_NEED, FEED_NEED, IDENTITY_NEED } from './needs.ts';
import { SOME_ORGANISATION } from '../../normalise/anthropic-fields.ts';
import {
  type Access,
  chooseReport,
  type Failure,
  findOrganisation,
  tryFeed,
  tryFeedOff,
  type UsageChoice,
} from './survey.ts';
import { explainAnthropic } from './trouble.ts';
import type { Readable } from './views.ts';

/** An organisation, and what of it can be read. */
export interface Organisation {
  readonly access: Access;
  readonly account: string;
  /** Null where nobody may ask for it. */
  readonly usage: UsageChoice | Failure | null;
  readonly feed: Failure | null;
  readonly isFeedOff: boolean;
}

/** Asks whose the secrets are and what they may read; throws a `UserError` when that is nothing. */
export async function meetOrganisation(access: Access, task: Task): Promise<Organisation> {
  const { admin } = access;
  const account = admin === null ? SOME_ORGANISATION : nameOf(await findOrganisation(admin), ADMIN_NEED);
  const feed = access.feed === null ? null : await tryFeed(access.feed);
  if (admin === null && feed !== null) nameOf(feed, FEED_NEED);
  const usage = admin === null ? null : await chooseReport(admin, task.clock.now());
  const isFeedOff = admin !== null && (await tryFeedOff(admin));
  return { access, account, usage, feed, isFeedOff };
}

/** Which organisation it is may be kept from a key that may read other things; a key that is not taken reads nothing. */
function nameOf(found: string | Failure, wanted: string): string {
  if (typeof found === 'string') return found;
  const { kind, what } = explainAnthropic(found.error, wanted);
  if (kind === 'denied' || kind === 'missing') return SOME_ORGANISATION;
  throw new UserError(`cannot read the organisation at Anthropic: ${what}`);
}

const NO_ADMIN = `there is no admin key: set ANTHROPIC_ADMIN_KEY`;

/** What of an organisation can be seen, before it is read. */
export function readableOf({ access, usage, feed, isFeedOff }: Organisation): Readable {
  const isChosen = usage !== null && 'report' in usage;
  const unusable = usage === null ? NO_ADMIN : isChosen ? '' : explainAnthropic(usage.error, ADMIN_NEED).what;
  return {
    keys: access.admin === null ? NO_ADMIN : '',
    members: access.admin === null ? NO_ADMIN : '',
    identities: access.identities === null ? `that takes ${IDENTITY_NEED}, in ANTHROPIC_AUTH_TOKEN` : '',
    feed: feed === null ? '' : explainAnthropic(feed.error, FEED_NEED).what,
    isFeedOff,
    report: isChosen ? usage.report : null,
    usage: unusable,
    gaps: { calls: new Set(), tokens: new Set() },
  };
}
