import type { View, Views } from '../model/coverage.ts';
import type { JsonObject } from '../scan/wanted.ts';
import { HOUR } from '../time.ts';
import { NO_NETWORKS } from './anthropic-activity.ts';
import { canonicalJson } from './canonical-json.ts';
import { short } from './content-id.ts';
import { dig, isObject, textOf } from './dig.ts';
import { eventBy } from './event-by.ts';
import type { Sink } from './format.ts';
import type { Identity } from './identity.ts';
import { readInstant } from './instant.ts';
import { readModel } from './model-name.ts';
import { tidy } from './redact.ts';
import { regionOf } from './region.ts';
import { blind } from './view.ts';

/** What one holder used of one model within a stretch of time, as a usage report of Anthropic tells it. */
export interface UsageRow {
  readonly from: unknown;
  readonly until: unknown;
  /** Null where the report names neither a key nor anyone. */
  readonly holder: Identity | null;
  readonly scope: string;
  /** What the row is told apart by. */
  readonly group: JsonObject;
  /** Where its token counts stand. */
  readonly usage: unknown;
  /** How many calls; null where the report does not count them. */
  readonly requests: number | null;
}

/** Takes in rows of usage, and says what they could show. */
export interface UsageTeller {
  tell(row: UsageRow, sink: Sink): void;
  views(): Views;
}

const MOST = 1e15;

/** A count of a report; null for what is none. */
export const readCount = (value: unknown): number | null =>
  typeof value === 'number' && value >= 0 && value <= MOST ? Math.floor(value) : null;

/** A teller of rows, of a report that does or does not count calls. */
export function createUsageTeller(isCounted: boolean): UsageTeller {
  const lastUsed = new Map<string, number>();
  const seen = { fine: false, coarse: false, uncounted: !isCounted, counted: isCounted, unnamed: false };
  return {
    tell(row, sink) {
      const span = spanOf(row);
      if (span === null) return sink.malformed('a row of usage without a readable time');
      const tokens = tokensIn(row.usage);
      const count = row.requests ?? 0;
      if (count + tokens.tokensIn + tokens.tokensOut === 0) return sink.ignore();
      if (row.holder === null) seen.unnamed = true;
      if (row.holder === null) return sink.ignore();
      tellUse(row, row.holder, span.until, lastUsed, sink);
      if (span.until - span.from > HOUR) {
        seen.coarse = true;
        return sink.ignore();
      }
      seen.fine = true;
      if (row.requests === null) seen.uncounted = true;
      sink.event(eventOf(row, row.holder, span, count, tokens));
    },
    views: () => usageViews(seen),
  };
}

interface Span {
  readonly from: number;
  readonly until: number;
}

function spanOf({ from, until }: UsageRow): Span | null {
  const [start, end] = [readInstant(textOf(from)), readInstant(textOf(until))];
  return start === undefined || end === undefined || end <= start ? null : { from: start, until: end };
}

interface Tokens {
  readonly tokensIn: number;
  readonly tokensOut: number;
}

/** Whatever went in counts, cached or not. */
function tokensIn(usage: unknown): Tokens {
  const written = dig(usage, 'cache_creation');
  const parts = [
    dig(usage, 'uncached_input_tokens'),
    dig(usage, 'cache_read_input_tokens'),
    ...(isObject(written) ? Object.values(written) : []),
  ];
  const sum = parts.reduce<number>((total, part) => total + (readCount(part) ?? 0), 0);
  return { tokensIn: Math.min(sum, MOST), tokensOut: readCount(dig(usage, 'output_tokens')) ?? 0 };
}

/** The last use is told again only when it is later. */
function tellUse(
  { scope }: UsageRow,
  { credential: id, kind, owner, account }: Identity,
  lastUsedAt: number,
  lastUsed: Map<string, number>,
  sink: Sink,
): void {
  const key = [id, owner, scope].join('\n');
  if ((lastUsed.get(key) ?? Number.NEGATIVE_INFINITY) >= lastUsedAt) return;
  lastUsed.set(key, lastUsedAt);
  const seen = { id, provider: 'anthropic', kind, owner, account, observedAt: 0, lastUsedAt } as const;
  sink.credential(kind === 'api-key' && scope !== '' ? { ...seen, scope } : seen);
}

/** Without a model and tokens it was a tool that ran, not a model. */
function eventOf(row: UsageRow, holder: Identity, { from, until }: Span, count: number, tokens: Tokens) {
  const model = readModel(textOf(row.group['model']));
  const isModel = model !== '' || tokens.tokensIn + tokens.tokensOut > 0;
  return eventBy(holder, {
    at: from,
    last: until - 1,
    example: exampleOf(row, holder, from),
    deed: isModel ? 'infer' : 'use',
    action: isModel ? 'anthropic:messages' : 'anthropic:tools',
    outcome: 'ok',
    address: '',
    count,
    ...tokens,
    model,
    inferenceRegion: geographyOf(textOf(row.group['inference_geo'])),
  });
}

const geographyOf = (geo: string): string => (geo === 'not_available' ? '' : regionOf(geo));

/** A row is known again by when it begins and by all that it is told apart by. */
function exampleOf({ group }: UsageRow, { credential, principal }: Identity, from: number): string {
  const names = Object.entries(group).filter(([, value]) => textOf(value) !== '');
  const told = canonicalJson({ ...Object.fromEntries(names), principal });
  return `usage/${new Date(from).toISOString()}/${tidy(credential, 64)}/${short(told)}`;
}

const NO_CALL_COUNT = 'this usage report counts tokens and no calls; analytics/usage of the Admin API counts both';
const ONLY_COARSE = 'usage was reported by the day, or longer, which tells no hour: ask for it with 1h';
const SOME_COARSE = `some ${ONLY_COARSE}`;
const SOME_UNCOUNTED = 'some rows of usage count no calls';
const UNNAMED = 'some usage is of no key, person or service account that the report names';

const NO_DEEDS = 'a usage report shows no deeds';

interface Seen {
  readonly fine: boolean;
  readonly coarse: boolean;
  readonly counted: boolean;
  readonly uncounted: boolean;
  readonly unnamed: boolean;
}

function usageViews({ fine, coarse, counted, uncounted, unnamed }: Seen): Views {
  const gaps = [...(coarse ? [SOME_COARSE] : []), ...(unnamed ? [UNNAMED] : [])];
  const tokens: View = coarse && !fine ? blind(ONLY_COARSE) : { blind: false, gaps };
  const calls = tokens.blind ? tokens : { blind: false, gaps: [...gaps, ...(uncounted ? [SOME_UNCOUNTED] : [])] };
  return {
    calls: counted ? calls : blind(NO_CALL_COUNT),
    tokens,
    places: blind(NO_NETWORKS),
    deeds: blind(NO_DEEDS),
    'sign-ins': blind('a usage report shows no sign-ins'),
    inventory: blind('a usage report shows keys that were used, and no others'),
  };
}
