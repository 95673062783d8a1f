import type { JsonObject } from '../scan/wanted.ts';
import { holderKind, SOME_ORGANISATION } from './anthropic-fields.ts';
import { createUsageTeller, type UsageRow } from './anthropic-usage.ts';
import { digList, hasFields, isObject } from './dig.ts';
import { defineFormat, type Reader } from './format.ts';
import { type Identity, identityOf } from './identity.ts';
import { readId } from './vendor-fields.ts';

/** Buckets of usage_report/messages, which count tokens, and of cost_report, whose sums are by the day and of no key. */
export const anthropicUsageReport = defineFormat({
  id: 'anthropic-usage-report',
  title: 'Anthropic usage report',
  paths: {},
  unwrap: record => (Array.isArray(record['results']) && hasFields(record, 'starting_at', 'ending_at') ? record : null),
  reader: () => createReportReader(SOME_ORGANISATION),
});

/** A reader of the buckets of an organisation. */
export function createReportReader(account: string): Reader<Record<never, never>> {
  const teller = createUsageTeller(false);
  return {
    read(_, whole, sink) {
      const bucket = whole();
      const results = digList(bucket, 'results');
      if (results.length === 0) sink.ignore();
      for (const group of results) {
        if (!isObject(group)) sink.malformed('a row of usage that is no object');
        else if (hasFields(group, 'amount')) sink.ignore();
        else teller.tell(rowOf(bucket, group, account), sink);
      }
    },
    views: () => teller.views(),
  };
}

const rowOf = (bucket: JsonObject, group: JsonObject, account: string): UsageRow => ({
  from: bucket['starting_at'],
  until: bucket['ending_at'],
  holder: holderIn(group, account),
  scope: readId(group['workspace_id']),
  group: namesIn(group),
  usage: group,
  requests: null,
});

/** A row has its counts beside what it is told apart by. */
const namesIn = (group: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(group).filter(([, value]) => typeof value === 'string'));

/** The key, where there is one; else the service account or the person who used a model without one. */
function holderIn(group: JsonObject, account: string): Identity | null {
  const key = readId(group['api_key_id']);
  const user = readId(group['service_account_id']) || readId(group['account_id']);
  if (key !== '') return identityOf({ credential: key, kind: 'api-key', owner: user, account });
  const kind = holderKind(user) ?? 'unknown';
  return user === '' ? null : identityOf({ credential: user, kind, owner: '', account });
}
