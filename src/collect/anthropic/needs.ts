import type { Need } from '../collector.ts';

/** What lets the Admin API be asked. */
export const ADMIN_NEED = 'an admin key, or an OAuth token with the scope org:admin';

/** What lets service accounts and federation be listed. */
export const IDENTITY_NEED = 'an OAuth token with the scope org:admin';

/** What lets the activity feed be read. */
export const FEED_NEED = 'the scope read:compliance_activities, which an admin key of the Console may have too';

/** What reading an organisation takes, each by its name. */
export const anthropicNeeds: readonly Need[] = [
  {
    permission: ADMIN_NEED,
    sees: 'API keys and members, and the usage of each key by the hour',
  },
  {
    permission: IDENTITY_NEED,
    sees: 'service accounts, and the federation rules by which tokens of others stand for them',
  },
  {
    permission: FEED_NEED,
    sees: 'the activity feed: who made, changed and ended keys, who signed in, and from where',
  },
];
