import type { Need } from '../collector.ts';

export const KEYS = 'GET /key/list';
export const USERS = 'GET /user/list';
export const TEAMS = 'GET /v2/team/list';
export const SPEND = 'GET /spend/logs/v2';
export const AUDIT = 'GET /audit';

/** What reading a proxy takes: endpoints, which the roles proxy_admin and proxy_admin_viewer may ask. */
export const litellmNeeds: readonly Need[] = [
  { permission: KEYS, sees: 'the virtual keys that there are, and those that were deleted' },
  { permission: USERS, sees: 'the people who hold keys' },
  { permission: TEAMS, sees: 'who belongs to which team' },
  { permission: SPEND, sees: 'the calls: by which key, of which model, from where, with how many tokens' },
  { permission: AUDIT, sees: 'who made, changed and deleted keys and users; needs an Enterprise licence' },
];
