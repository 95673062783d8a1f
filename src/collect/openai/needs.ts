import type { Need } from '../collector.ts';

/** What reading an organisation takes: an admin key that may ask for each of these. */
export const openaiNeeds: readonly Need[] = [
  { permission: 'GET /v1/organization/admin_api_keys', sees: 'admin keys, when they end and when they were last used' },
  { permission: 'GET /v1/organization/users', sees: 'the members of the organisation' },
  { permission: 'GET /v1/organization/projects', sees: 'which projects there are, archived ones too' },
  {
    permission: 'GET /v1/organization/projects/{id}/api_keys',
    sees: 'the keys of a project, who holds them and when they were last used',
  },
  { permission: 'GET /v1/organization/projects/{id}/service_accounts', sees: 'the service accounts of a project' },
  { permission: 'GET /v1/organization/projects/{id}/users', sees: 'the members of a project' },
  { permission: 'GET /v1/organization/audit_logs', sees: 'who made keys, gave rights and signed in, and from where' },
  { permission: 'GET /v1/organization/usage/{kind}', sees: 'requests and tokens of each key, hour by hour' },
  { permission: 'GET /v1/organization/costs', sees: 'what each key cost, day by day' },
];
