import type {
  CloudTrailClient,
  LookupEventsCommandInput,
  ServiceInputTypes,
  ServiceOutputTypes,
} from '@aws-sdk/client-cloudtrail';
import type { FinalizeRequestMiddleware } from '@smithy/types';
import { MINUTE, SECOND } from '../../../time.ts';
import type { Task } from '../../collector.ts';
import { createLimiter, type Limiter } from '../../service/limiter.ts';
import type { Trouble } from '../../service/trouble.ts';
import type { Access } from '../access.ts';
import { readFault } from '../fault.ts';
import type { Query } from './plan.ts';
import { explain } from '../trouble.ts';

/** One request for a page: both ends of the stretch count, to the second. */
interface PageRequest {
  readonly query: Query;
  readonly from: number;
  readonly until: number;
  readonly token: string | undefined;
}

/** One page as it was answered; nothing in it is trusted. */
interface Answer {
  readonly items: readonly unknown[];
  readonly token: string | undefined;
}

/** Gets a page, or says why there is none. */
export type Ask = (request: PageRequest) => Promise<Answer | Trouble>;

const PERMISSION = 'cloudtrail:LookupEvents';

/** Two requests a second are allowed for each account and Region; others want some of them too. */
export const REQUEST_GAP = 550;

const PATIENCE = 5 * MINUTE;
const PAUSES = [5 * SECOND, 10 * SECOND, 20 * SECOND, 30 * SECOND];

/** Asks LookupEvents of one Region: never faster than allowed, and with patience for what passes. */
export function openLookup(access: Access, region: string, { clock, signal }: Task): Ask {
  let opened: Promise<CloudTrailClient> | undefined;
  const send = async (request: PageRequest): Promise<Answer> => {
    const { LookupEventsCommand } = await import('@aws-sdk/client-cloudtrail');
    opened ??= connect(access, region, createLimiter(clock, REQUEST_GAP), signal);
    const client = await opened;
    const { Events, NextToken } = await client.send(new LookupEventsCommand(inputOf(request)), { abortSignal: signal });
    return { items: Array.isArray(Events) ? Events : [], token: NextToken || undefined };
  };
  return async request => {
    const since = clock.now();
    for (let pauses = 0; ; pauses++) {
      try {
        return await send(request);
      } catch (error) {
        const trouble = explain(error, PERMISSION, access.client(region).profile);
        if (signal.aborted || !isPassing(error, trouble)) return trouble;
        if (clock.now() - since >= PATIENCE) return worn(trouble);
        await clock.sleep(PAUSES[Math.min(pauses, PAUSES.length - 1)]!, signal);
      }
    }
  };
}

/** A client of which every attempt, also those that the SDK repeats by itself, waits for its turn before it is signed. */
async function connect(
  access: Access,
  region: string,
  limiter: Limiter,
  signal: AbortSignal,
): Promise<CloudTrailClient> {
  const { CloudTrailClient } = await import('@aws-sdk/client-cloudtrail');
  const client = new CloudTrailClient(access.client(region));
  const inTurn: FinalizeRequestMiddleware<ServiceInputTypes, ServiceOutputTypes> = next => async args => {
    await limiter.turn(signal);
    signal.throwIfAborted();
    return next(args);
  };
  const before = { relation: 'before', toMiddleware: 'httpSigningMiddleware' } as const;
  client.middlewareStack.addRelativeTo(inTurn, { name: 'turnMiddleware', ...before });
  return client;
}

const inputOf = ({ query, from, until, token }: PageRequest): LookupEventsCommandInput => ({
  StartTime: new Date(from),
  EndTime: new Date(until),
  MaxResults: 50,
  ...(query.by !== 'All' && { LookupAttributes: [{ AttributeKey: query.by, AttributeValue: query.value }] }),
  ...(token !== undefined && { NextToken: token }),
});

/** Whether the same request may be answered later: anything but a refusal. */
function isPassing(error: unknown, { kind }: Trouble): boolean {
  if (kind === 'throttled' || kind === 'network') return true;
  const { status } = readFault(error);
  return kind === 'other' && (status < 400 || status >= 500);
}

const worn = ({ kind, what }: Trouble): Trouble =>
  kind === 'throttled' ? { kind, what: CROWDED } : { kind: 'network', what: `no answer for 5 minutes: ${what}` };

const CROWDED =
  'LookupEvents refused every request for 5 minutes: two a second are allowed in an account and Region, and the console ' +
  'and all tools share them; run this again when they are done';
