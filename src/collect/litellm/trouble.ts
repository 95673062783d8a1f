import { UserError } from '../../errors.ts';
import { AnswerError } from '../service/answer-error.ts';
import { tame } from '../service/tame.ts';
import { readThrown, type Thrown } from '../service/thrown.ts';
import { NO_WORD, type Trouble, troubleOf } from '../service/trouble.ts';
import { type ServiceWords, strangerText, unreachedText, wayOf } from '../service/unreached.ts';
import { isMissing } from './api.ts';
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
  is(error: AnswerError): boolean;
  say(error: AnswerError, place: Place): string;
}

/** The first that fits counts. */
const CASES: readonly Case[] = [
  { kind: 'missing', is: ({ message }) => DATABASE.test(message), say: () => NO_DATABASE },
  { kind: 'missing', is: isUnlicensed, say: () => 'it takes an Enterprise licence, which the proxy does not have' },
  {
    kind: 'denied',
    is: ({ statusCode: status, message }) => status === 403 || (status === 401 && ROLE.test(message)),
    say: ({ statusCode }, { variable }) => `the key in ${variable} may not read this (HTTP ${statusCode}): ${ADMIN}`,
  },
  {
    kind: 'credentials',
    is: ({ statusCode }) => statusCode === 401,
    say: (_, { variable }) =>
      `the proxy does not take the key in ${variable} (HTTP 401): it may be wrong, expired or blocked`,
  },
  { kind: 'throttled', is: ({ statusCode }) => statusCode === 429, say: () => CROWDED },
  {
    kind: 'missing',
    is: isMissing,
    say: ({ statusCode }) =>
      `the proxy has no such endpoint (HTTP ${statusCode}): update LiteLLM, or add the path it is served under to the source`,
  },
];

/** Whether the licence of the proxy does not cover what was asked for. */
export function isUnlicensed({ statusCode, message }: AnswerError): boolean {
  return statusCode >= 400 && LICENCE.test(message);
}

/** Explains in one sentence why a request to a proxy failed. */
export function explainLitellm(error: unknown, place: Place): Trouble {
  if (error instanceof UserError) return troubleOf(error);
  const answer = error instanceof AnswerError ? error : undefined;
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
function networkText(answer: AnswerError | undefined, thrown: Thrown, { host }: Place): string {
  const { code, isLate, isGarbled } = thrown;
  if (answer?.isStrange === true || isGarbled)
    return `${strangerText(host, 'LiteLLM')}: check the address, and what stands before the proxy`;
  return unreachedText(wayOf({ host, code, status: answer?.statusCode ?? 0, isLate }), LITELLM);
}

function otherText(answer: AnswerError | undefined, { message }: Thrown): string {
  const status = answer === undefined || answer.statusCode === 0 ? '' : `HTTP ${answer.statusCode}`;
  return [status, tame(message)].filter(part => part !== '').join(': ') || NO_WORD;
}
