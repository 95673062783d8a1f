import { UserError } from '../../errors.ts';
import { tame } from '../service/tame.ts';
import { readThrown, type Thrown } from '../service/thrown.ts';
import type { Trouble } from '../service/trouble.ts';
import { type ServiceWords, unreachedText } from '../service/unreached.ts';
import { LitellmAnswerError } from './answer.ts';
import type { Place } from './place.ts';

const ADMIN = 'use the master key, or a key of a user with the role proxy_admin or proxy_admin_viewer';
const NO_DATABASE =
  'the proxy has no database, so it keeps neither keys nor spend logs: it must be given a DATABASE_URL';
const CROWDED = 'the proxy refuses requests as too many: run this again when it is less busy';

const DATABASE = /database not connected|no db connected|prisma client is not|not connected to (?:a )?(?:db|database)/i;
const LICENCE = /enterprise|premium/i;
const ROLE =
  /only proxy admin|proxy[ _]admin|not allowed|not authori[sz]ed|your role|user_role|only be (?:accessed|used) by/i;

/** One way to fail. */
interface Case {
  readonly kind: Trouble['kind'];
  is(error: LitellmAnswerError): boolean;
  say(error: LitellmAnswerError, place: Place): string;
}

/** The first that fits counts. */
const CASES: readonly Case[] = [
  { kind: 'missing', is: ({ message }) => DATABASE.test(message), say: () => NO_DATABASE },
  { kind: 'missing', is: isUnlicensed, say: () => 'it takes an Enterprise licence, which the proxy does not have' },
  {
    kind: 'denied',
    is: ({ status, message }) => status === 403 || (status === 401 && ROLE.test(message)),
    say: ({ status }, { variable }) => `the key in ${variable} may not read this (HTTP ${status}): ${ADMIN}`,
  },
  {
    kind: 'credentials',
    is: ({ status }) => status === 401,
    say: (_, { variable }) =>
      `the proxy does not take the key in ${variable} (HTTP 401): it may be wrong, expired or blocked`,
  },
  { kind: 'throttled', is: ({ status }) => status === 429, say: () => CROWDED },
  {
    kind: 'missing',
    is: ({ status }) => status === 404 || status === 405,
    say: ({ status }) =>
      `the proxy has no such endpoint (HTTP ${status}): update LiteLLM, or add the path it is served under to the source`,
  },
];

/** Whether the licence of the proxy does not cover what was asked for. */
export function isUnlicensed({ status, message }: LitellmAnswerError): boolean {
  return status >= 400 && LICENCE.test(message);
}

/** Explains in one sentence why a request to a proxy failed. */
export function explainLitellm(error: unknown, place: Place): Trouble {
  if (error instanceof UserError)
    return { kind: 'other', what: [error.message, error.hint].filter(Boolean).join('; ') };
  const answer = error instanceof LitellmAnswerError ? error : undefined;
  const found = answer === undefined ? undefined : CASES.find(({ is }) => is(answer));
  if (found !== undefined && answer !== undefined) return { kind: found.kind, what: tame(found.say(answer, place)) };
  const thrown = readThrown(error);
  const what = networkText(answer, thrown, place);
  return what === '' ? { kind: 'other', what: otherText(answer, thrown) } : { kind: 'network', what };
}

const LITELLM: ServiceWords = {
  name: 'LiteLLM',
  whereabouts: 'the address of the source',
  certificates: 'NODE_EXTRA_CA_CERTS',
};

/** Empty when it is not about reaching the proxy. */
function networkText(answer: LitellmAnswerError | undefined, { code, layers }: Thrown, { host }: Place): string {
  if (answer?.isStrange === true || /^Z_[A-Z_]+$/.test(code))
    return `what answered at ${host} is not LiteLLM: check the address, and what stands before the proxy`;
  const status = answer?.status ?? 0;
  const way = {
    host,
    code,
    status,
    isLate: layers[0]?.['name'] === 'TimeoutError',
    isBarred: false,
    isBroken: status >= 500 || status === 408,
    attempts: 0,
  };
  return unreachedText(way, LITELLM);
}

function otherText(answer: LitellmAnswerError | undefined, { message }: Thrown): string {
  const status = answer === undefined || answer.status === 0 ? '' : `HTTP ${answer.status}`;
  return [status, tame(message)].filter(part => part !== '').join(': ') || 'it failed without a word';
}
