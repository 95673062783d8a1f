import { isoText } from '../../wording.ts';
import type { AskPage } from './rest.ts';
import type { Stretch } from '../service/stretches.ts';
import { documented } from './usage.ts';

/** The most activities that one page is asked for. */
export const FEED_LIMIT = 1000;

/** Activities of a stretch, the newest first; the SDK does not know the activity feed. */
export const askFeed =
  (stretch?: Stretch): AskPage =>
  (client, query, sent) =>
    client.get('/v1/compliance/activities', {
      query: { ...query, ...(stretch !== undefined && boundsOf(stretch)) },
      ...documented(client.apiKey, sent),
    });

const boundsOf = ({ from, until }: Stretch) => ({
  'created_at.gte': isoText(from),
  'created_at.lt': isoText(until),
});
