import type { LogsQueryClient } from '@azure/monitor-query';
import { MINUTE, SECOND } from '../../time.ts';
import { countText } from '../../wording.ts';
import type { Clock, Task } from '../collector.ts';
import { createLimiter } from '../service/limiter.ts';
import { type Answer, NOTHING, readAnswer } from './answer.ts';
import { createKeeper } from './answer-keeper.ts';
import { type Fault, readQueryFault } from './query-fault.ts';
import type { AzureAccess } from './sign-in.ts';
import type { Stretch } from './slices.ts';
import { explainAzure } from './trouble.ts';

/** One query over a stretch of time, and what it takes to be allowed. */
export interface Question {
  readonly query: string;
  readonly stretch: Stretch;
  readonly role: string;
}

/** What came of it: an answer, the news that it was too much to ask, or why there is none. */
export type Reply =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'too much'; readonly what: string }
  | { readonly kind: 'refused' | 'worn'; readonly what: string };

export type Ask = (question: Question) => Promise<Reply>;

/** The longest that the service works on one query. */
const SERVER_SECONDS = 600;

/** 200 requests in 30 seconds are allowed to a user, who may want some too. */
const REQUEST_GAP = 200;

const LEAST_PAUSE = SECOND;
const PATIENCE = 5 * MINUTE;
const PAUSES = [5 * SECOND, 10 * SECOND, 20 * SECOND, 30 * SECOND];

/** A crowded workspace is waited for longer: its queue alone holds queries for three minutes. */
const CROWDED_PATIENCE = 15 * MINUTE;
const CROWDED_PAUSES = [30 * SECOND, MINUTE, 2 * MINUTE];

/** Asks one workspace through one client: never faster than allowed, and with patience for what passes. */
export function openQueries(access: AzureAccess, workspace: string, { clock, signal, version }: Task): Ask {
  let opened: Promise<Client> | undefined;
  const gate = createGate(clock, signal);
  let isWorn = false;
  const send = async (question: Question): Promise<Answer> => {
    opened ??= connect(access, version);
    return (await opened)(workspace, question, signal);
  };
  return async question => {
    await gate.pass();
    const since = clock.now();
    for (let tries = 0; !signal.aborted; tries++) {
      try {
        const answer = await send(question);
        isWorn = false;
        return { kind: 'answer', answer };
      } catch (error) {
        const fault = readQueryFault(error);
        const last = signal.aborted ? INTERRUPTED : lastReply(fault, error, question);
        if (last !== null) return last;
        const now = clock.now();
        const { pause, patience } = waitFor(fault, tries, now);
        // What one query waited for in vain, the others do not wait for again.
        if (isWorn || now + pause - since > patience) {
          isWorn = true;
          return worn(fault, { waited: now - since, pause }, error, question);
        }
        if (fault.kind === 'crowded') gate.close(pause);
        else await clock.sleep(pause, signal);
      }
      await gate.pass();
    }
    return INTERRUPTED;
  };
}

const INTERRUPTED: Reply = { kind: 'refused', what: 'interrupted' };

/** What a fault comes to that another try would not mend; null when one may. */
function lastReply({ kind, what }: Fault, error: unknown, { role }: Question): Reply | null {
  if (kind === 'empty') return { kind: 'answer', answer: NOTHING };
  if (kind === 'too much') return { kind: 'too much', what };
  return kind === 'refused' ? { kind: 'refused', what: explainAzure(error, role).what } : null;
}

function waitFor(fault: Fault, tries: number, now: number): { readonly pause: number; readonly patience: number } {
  const isCrowded = fault.kind === 'crowded';
  const pauses = isCrowded ? CROWDED_PAUSES : PAUSES;
  const own = pauses[Math.min(tries, pauses.length - 1)]!;
  const pause = Math.max(LEAST_PAUSE, fault.retryAfter(now) ?? own);
  return { pause, patience: isCrowded ? CROWDED_PATIENCE : PATIENCE };
}

/** Says how long it was tried; a service may also ask for a wait that is longer than anyone's patience. */
function worn(
  fault: Fault,
  { waited, pause }: { readonly waited: number; readonly pause: number },
  error: unknown,
  { role }: Question,
): Reply {
  const why = explainAzure(error, role).what;
  const tried = waited < MINUTE ? '' : ` for ${countText(Math.floor(waited / MINUTE), 'minute')}`;
  const asked =
    pause > CROWDED_PATIENCE ? `; it asks to wait for ${countText(Math.ceil(pause / MINUTE), 'minute')}` : '';
  const what =
    fault.kind === 'crowded'
      ? `the workspace refused every query${tried}, as too many ask it${asked}: run this again later (${why})`
      : `no answer${tried}: ${why}${asked}`;
  return { kind: 'worn', what };
}

interface Gate {
  /** Waits for a turn; ends early once aborted. */
  pass(): Promise<void>;
  /** Lets nobody pass for a while. */
  close(milliseconds: number): void;
}

/** What one query is told to wait for, all of them wait for. */
function createGate(clock: Clock, signal: AbortSignal): Gate {
  const limiter = createLimiter(clock, REQUEST_GAP);
  let closed = { at: 0, until: 0 };
  const rest = (): number => {
    const now = clock.now();
    // A clock that was set back must not keep anyone waiting for longer than was asked.
    return Math.min(closed.until - closed.at, closed.until - now);
  };
  return {
    async pass() {
      await limiter.turn(signal);
      for (let left = rest(); left > 0 && !signal.aborted; left = rest()) await clock.sleep(left, signal);
    },
    close(milliseconds) {
      const at = clock.now();
      if (at + milliseconds > closed.until) closed = { at, until: at + milliseconds };
    },
  };
}

type Client = (workspace: string, question: Question, signal: AbortSignal) => Promise<Answer>;

/** The client of Azure, of which the answers are taken as they came. */
async function connect({ credential, cloud }: AzureAccess, version: string): Promise<Client> {
  const { LogsQueryClient } = await import('@azure/monitor-query');
  const { policy, take } = createKeeper();
  const client = new LogsQueryClient(credential, {
    endpoint: cloud.logs,
    audience: cloud.audience,
    retryOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: `keyward/${version}` },
    additionalPolicies: [{ position: 'perRetry', policy }],
  });
  return async (workspace, question, signal) => {
    const text = take(await responseOf(client, workspace, question, signal));
    const answer = readAnswer(text);
    if (answer === null) throw new NotAnAnswer();
    return answer;
  };
}

/** What a response holds that is no answer to a query. */
class NotAnAnswer extends Error {
  override readonly name = 'NotAnAnswer';
  readonly isStrange = true;
}

async function responseOf(
  client: LogsQueryClient,
  workspace: string,
  { query, stretch: { from, until } }: Question,
  abortSignal: AbortSignal,
): Promise<unknown> {
  let response: unknown;
  await client.queryWorkspace(
    workspace,
    query,
    { startTime: new Date(from), endTime: new Date(until) },
    {
      abortSignal,
      serverTimeoutInSeconds: SERVER_SECONDS,
      requestOptions: { timeout: (SERVER_SECONDS + 30) * SECOND },
      onResponse: raw => (response = raw),
    },
  );
  return response;
}
