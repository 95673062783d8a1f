import type { JsonObject } from '../scan/wanted.ts';
import { createActorAnnouncer, readActor } from './anthropic-actor.ts';
import { SOME_ORGANISATION } from './anthropic-fields.ts';
import { COST_VIEWS, tellCost } from './anthropic-cost.ts';
import { createUsageTeller, readCount } from './anthropic-usage.ts';
import { dig, hasFields, isObject } from './dig.ts';
import { defineFormat, type Reader } from './format.ts';
import { type Identity, identityOf } from './identity.ts';
import { readId } from './vendor-fields.ts';

/** Rows of analytics/usage, which count calls and tokens, and of analytics/cost, which tell what those cost. */
export const anthropicAnalytics = defineFormat({
  id: 'anthropic-analytics',
  title: 'Anthropic usage analytics',
  paths: {},
  unwrap: record => (isUsage(record) || isCost(record) ? record : null),
  reader: () => createAnalyticsReader(SOME_ORGANISATION),
});

const isRow = (record: JsonObject): boolean =>
  hasFields(record, 'starting_at', 'ending_at') && isObject(record['group']);

const isUsage = (record: JsonObject): boolean => isObject(record['usage']) && isRow(record);
const isCost = (record: JsonObject): boolean => isObject(record['cost']) && isRow(record);

/** A reader of the rows of an organisation. */
export function createAnalyticsReader(account: string): Reader<Record<never, never>> {
  const teller = createUsageTeller(true);
  const announce = createActorAnnouncer();
  let isOfCosts = false;
  let isOfUsage = false;
  return {
    read(_, whole, sink) {
      const record = whole();
      const { group, usage } = record;
      if (!isObject(group)) return sink.ignore();
      const actor = asUser(readActor(group['actor'], account));
      if (actor !== null) announce(actor, sink);
      if (!isObject(usage)) {
        isOfCosts = true;
        return tellCost(record, holderIn(group, actor, account), sink);
      }
      isOfUsage = true;
      const row = {
        from: record['starting_at'],
        until: record['ending_at'],
        holder: holderIn(group, actor, account),
        scope: readId(group['workspace_id']),
        group,
        usage,
        requests: readCount(dig(usage, 'requests')),
      };
      teller.tell(row, sink);
    },
    views: () => (isOfCosts && !isOfUsage ? COST_VIEWS : teller.views()),
  };
}

/** A key that used a model is one for models. */
const asUser = (actor: Identity | null): Identity | null =>
  actor?.kind === 'unknown' && actor.credential.startsWith('apikey_') ? { ...actor, kind: 'api-key' } : actor;

/** The key, where there is one; else whoever used a model without one. */
function holderIn(group: JsonObject, actor: Identity | null, account: string): Identity | null {
  const credential = readId(group['api_key_id']);
  if (credential === '') return actor;
  const owner = actor === null || actor.credential === credential ? '' : actor.credential;
  return identityOf({ credential, kind: 'api-key', owner, account });
}
