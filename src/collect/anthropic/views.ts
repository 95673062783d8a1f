import type { View, Views } from '../../model/coverage.ts';
import { activityViews, NO_NETWORKS } from '../../normalise/anthropic-activity.ts';
import { FEED_OFF, NO_ADMIN_KEYS } from '../../normalise/anthropic-listing.ts';
import { blind } from '../../normalise/view.ts';
import type { UsageReport } from './usage.ts';

/** What can be read; a text says why something cannot, and is empty where it can. */
export interface Readable {
  keys: string;
  members: string;
  identities: string;
  feed: string;
  readonly isFeedOff: boolean;
  readonly report: UsageReport | null;
  usage: string;
  /** What the rows of the report that were read turned out to lack. */
  readonly gaps: Readonly<Record<'calls' | 'tokens', Set<string>>>;
}

/** What the source shows. */
export function anthropicViews(readable: Readable): Views {
  const { feed, isFeedOff } = readable;
  const shown = activityViews();
  const off = isFeedOff ? [FEED_OFF] : [];
  const ofFeed = ({ gaps }: View): View => (feed === '' ? { blind: false, gaps: [...gaps, ...off] } : blind(feed));
  return {
    calls: usageView(readable, 'calls'),
    tokens: usageView(readable, 'tokens'),
    places: feed === '' ? ofFeed(shown.places) : blind(NO_NETWORKS, feed),
    deeds: ofFeed(shown.deeds),
    'sign-ins': ofFeed(shown['sign-ins']),
    inventory: inventoryView(readable),
  };
}

function usageView({ report, usage, gaps }: Readable, sight: 'calls' | 'tokens'): View {
  if (report === null || usage !== '') return blind(usage);
  const view = report.reader('').views()[sight];
  return view.blind ? view : { blind: false, gaps: [...gaps[sight]].sort() };
}

function inventoryView({ keys, members, identities }: Readable): View {
  if (keys !== '') return blind(keys);
  const unlisted = [
    ...(members === '' ? [] : [`members are not listed: ${members}`]),
    ...(identities === '' ? [] : [`service accounts and federation rules are not listed: ${identities}`]),
  ];
  return { blind: false, gaps: [NO_ADMIN_KEYS, ...unlisted] };
}
