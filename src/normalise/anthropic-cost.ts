import { SECOND } from '../time.ts';
import type { Views } from '../model/coverage.ts';
import type { JsonObject } from '../scan/wanted.ts';
import { NO_NETWORKS } from './anthropic-activity.ts';
import { canonicalJson } from './canonical-json.ts';
import { short } from './content-id.ts';
import { dig, textOf } from './dig.ts';
import { eventBy } from './event-by.ts';
import type { Sink } from './format.ts';
import type { Identity } from './identity.ts';
import { readInstant } from './instant.ts';
import { MICRO, readMicroUsd } from './measures.ts';
import { tidy } from './redact.ts';
import { blind } from './view.ts';

/** Sums are told in hundredths of a dollar. */
const CENTS = 100;

/** Tells what one holder cost within a stretch of time: no call and no token, which the report of usage has. */
export function tellCost(record: JsonObject, holder: Identity | null, sink: Sink): void {
  const [from, until] = [record['starting_at'], record['ending_at']].map(time => readInstant(textOf(time)));
  if (from === undefined || until === undefined || until <= from)
    return sink.malformed('a row of costs without a readable time');
  const isOfDollars = /^(?:usd)?$/i.test(textOf(dig(record, 'cost', 'currency')));
  const microUsd = readMicroUsd((Number(textOf(dig(record, 'cost', 'amount'))) / CENTS) * MICRO);
  if (holder === null || microUsd === 0 || !isOfDollars) return sink.ignore();
  const told = canonicalJson({ group: record['group'], principal: holder.principal });
  sink.event(
    eventBy(holder, {
      at: from,
      last: Math.max(from, until - SECOND),
      example: `cost/${new Date(from).toISOString()}/${tidy(holder.credential, 64)}/${short(told)}`,
      deed: 'infer',
      action: 'anthropic:cost',
      outcome: 'ok',
      address: '',
      count: 0,
      microUsd,
    }),
  );
}

const ELSEWHERE = 'a report of costs counts no calls and no tokens; analytics/usage has both';

/** What costs alone can show. */
export const COST_VIEWS: Views = {
  calls: blind(ELSEWHERE),
  tokens: blind(ELSEWHERE),
  places: blind(NO_NETWORKS),
  deeds: blind('a report of costs shows no deeds'),
  'sign-ins': blind('a report of costs shows no sign-ins'),
  inventory: blind('a report of costs shows keys that were used, and no others'),
};
