import { anthropicAnalytics, createAnalyticsReader } from '../../normalise/anthropic-analytics.ts';
import { anthropicUsageReport, createReportReader } from '../../normalise/anthropic-usage-report.ts';
import type { Format, Reader } from '../../normalise/format.ts';
import type { AskPage, Sent } from './rest.ts';
import { isoText } from '../../wording.ts';
import type { Stretch } from '../service/stretches.ts';

/** A report that tells usage by the hour. */
export interface UsageReport {
  readonly name: 'analytics/usage' | 'usage_report/messages';
  readonly format: Format;
  /** The most that one page may hold. */
  readonly limit: number;
  /** By what it may be told apart, the most telling first: not every organisation is given all. */
  readonly groupings: readonly (readonly string[])[];
  ask(stretch: Stretch, groups: readonly string[]): AskPage;
  reader(account: string): Reader<Record<never, never>>;
}

const BASIC = ['api_key_id', 'model', 'workspace_id'] as const;

/** The newer report, which counts calls. */
const analytics: UsageReport = {
  name: 'analytics/usage',
  format: anthropicAnalytics,
  limit: 1000,
  groupings: [[...BASIC, 'inference_geo', 'actor'], [...BASIC, 'actor'], BASIC],
  ask: (stretch, groups) => (client, query, sent) =>
    client.beta.organization.analytics.usage.list(
      {
        ...timesOf(stretch),
        time_bucket_width: '1h',
        group_by: groups as (typeof BASIC)[number][],
        order_by: 'time',
        order: 'asc',
        ...query,
      },
      sent,
    ),
  reader: createAnalyticsReader,
};

/** The older report, which counts tokens only; the SDK does not know it. */
const report: UsageReport = {
  name: 'usage_report/messages',
  format: anthropicUsageReport,
  limit: 168,
  groupings: [[...BASIC, 'inference_geo', 'service_account_id', 'account_id'], BASIC],
  ask: (stretch, groups) => (client, query, sent) =>
    client.get('/v1/organizations/usage_report/messages', {
      query: { ...timesOf(stretch), bucket_width: '1h', group_by: groups, ...query },
      ...documented(client.apiKey, sent),
    }),
  reader: createReportReader,
};

const COST_LIMIT = 1000;

/** What each key cost, hour by hour: a report of its own, for whoever is given the newer one of usage. */
export const COSTS = {
  limit: COST_LIMIT,
  ask:
    (stretch: Stretch): AskPage =>
    (client, query, sent) =>
      client.beta.organization.analytics.cost.list(
        {
          ...timesOf(stretch),
          time_bucket_width: '1h',
          group_by: ['api_key_id', 'workspace_id', 'actor'],
          order_by: 'time',
          order: 'asc',
          ...query,
        },
        sent,
      ),
} as const;

/** The reports in the order they are tried. */
export const USAGE_REPORTS: readonly UsageReport[] = [analytics, report];

const timesOf = ({ from, until }: Stretch) => ({ starting_at: isoText(from), ending_at: isoText(until) });

/** What is not in the SDK is asked for as its page in the documentation says. */
export const documented = (key: string | null, sent: Sent) => ({
  ...sent,
  headers: {
    'anthropic-version': '2023-06-01',
    ...(key !== null && { 'x-api-key': key, authorization: null }),
  },
});
