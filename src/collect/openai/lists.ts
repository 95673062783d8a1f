import { DAY, HOUR, SECOND } from '../../time.ts';
import type { Stretch } from '../service/stretches.ts';
import type { List, PageOptions } from './client.ts';

/** A list and the permission that it takes, as `openaiNeeds` names it. */
export interface NeededList extends List {
  readonly permission: string;
}

const PAGE = 100;
/** A week of hours, which is all that a page may have. */
const BUCKETS = 168;
/** As many days as a page of costs may have. */
const COST_BUCKETS = 180;

const ROOT = 'GET /v1/organization';

const after = ({ cursor, limit }: PageOptions) => ({ limit, ...(cursor !== '' && { after: cursor }) });

export const adminKeys: NeededList = {
  title: 'the admin keys',
  permission: `${ROOT}/admin_api_keys`,
  limit: PAGE,
  ask: (organization, page, options) => organization.adminAPIKeys.list(after(page), options),
};

export const members: NeededList = {
  title: 'the members',
  permission: `${ROOT}/users`,
  limit: PAGE,
  ask: (organization, page, options) => organization.users.list(after(page), options),
};

export const projects: NeededList = {
  title: 'the projects',
  permission: `${ROOT}/projects`,
  limit: PAGE,
  ask: (organization, page, options) => organization.projects.list({ ...after(page), include_archived: true }, options),
};

/** Asked for plainly, the service leaves out keys whose holders lost their access. */
export const projectKeys = (project: string): NeededList => ({
  title: `the keys of project ${project}`,
  permission: `${ROOT}/projects/{id}/api_keys`,
  limit: PAGE,
  ask: (organization, page, options) =>
    organization.projects.apiKeys.list(project, { ...after(page), owner_project_access: 'any' }, options),
});

export const serviceAccounts = (project: string): NeededList => ({
  title: `the service accounts of project ${project}`,
  permission: `${ROOT}/projects/{id}/service_accounts`,
  limit: PAGE,
  ask: (organization, page, options) => organization.projects.serviceAccounts.list(project, after(page), options),
});

export const projectMembers = (project: string): NeededList => ({
  title: `the members of project ${project}`,
  permission: `${ROOT}/projects/{id}/users`,
  limit: PAGE,
  ask: (organization, page, options) => organization.projects.users.list(project, after(page), options),
});

/** The seconds that a stretch touches. */
const secondsOf = ({ from, until }: Stretch) => ({
  from: Math.floor(from / SECOND),
  until: Math.ceil(until / SECOND),
});

export const auditLog = (stretch: Stretch): NeededList => {
  const { from, until } = secondsOf(stretch);
  return {
    title: 'the audit log',
    permission: `${ROOT}/audit_logs`,
    limit: PAGE,
    ask: (organization, page, options) =>
      organization.auditLogs.list({ ...after(page), effective_at: { gte: from, lt: until } }, options),
  };
};

/** The days that a stretch touches, and what each key cost on them. */
export const costReport = ({ from, until }: Stretch): NeededList => ({
  title: 'the costs',
  permission: `${ROOT}/costs`,
  limit: COST_BUCKETS,
  ask: (organization, { cursor, limit }, options) =>
    organization.usage.costs(
      {
        start_time: (Math.floor(from / DAY) * DAY) / SECOND,
        end_time: Math.ceil(until / SECOND),
        bucket_width: '1d',
        group_by: ['project_id', 'api_key_id'],
        limit,
        ...(cursor !== '' && { page: cursor }),
      },
      options,
    ),
});

/** Usage reports that count calls of models. */
export const USAGES = [
  'completions',
  'embeddings',
  'moderations',
  'images',
  'audioSpeeches',
  'audioTranscriptions',
] as const;

export type Usage = (typeof USAGES)[number];

/** A usage report as its service names it: 'audio_speeches'. */
export const usageName = (usage: Usage): string => usage.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);

/** The hours that a stretch touches, by all that tells whose calls they were. */
export const usageReport = (usage: Usage, { from, until }: Stretch): NeededList => ({
  title: `the usage of ${usageName(usage).replace('_', ' ')}`,
  permission: `${ROOT}/usage/{kind}`,
  limit: BUCKETS,
  ask: (organization, { cursor, limit }, options) =>
    organization.usage[usage](
      {
        start_time: (Math.floor(from / HOUR) * HOUR) / SECOND,
        end_time: Math.ceil(until / SECOND),
        bucket_width: '1h',
        group_by: ['project_id', 'user_id', 'api_key_id', 'model'],
        limit,
        ...(cursor !== '' && { page: cursor }),
      },
      options,
    ),
});
