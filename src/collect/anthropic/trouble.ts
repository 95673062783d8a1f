import { UserError } from '../../errors.ts';
import { tame } from '../service/tame.ts';
import { readThrown } from '../service/thrown.ts';
import type { Trouble } from '../service/trouble.ts';
import { type ServiceWords, unreachedText } from '../service/unreached.ts';
import { AnswerError } from './answer-error.ts';

/** Explains in one sentence why a request failed that takes `wanted`, as in 'an admin key'. */
export function explainAnthropic(error: unknown, wanted: string): Trouble {
  if (error instanceof UserError)
    return { kind: 'other', what: [error.message, error.hint].filter(Boolean).join('; ') };
  return error instanceof AnswerError ? explainAnswer(error, wanted) : explainUnreached(error);
}

function explainAnswer(error: AnswerError, wanted: string): Trouble {
  const { status, type, message } = error;
  const said = message === '' ? '' : `: ${tame(message)}`;
  if (status === 401 && type !== '')
    return { kind: 'credentials', what: `Anthropic does not take the key (HTTP 401)${said}; this takes ${wanted}` };
  if (status === 403 && type !== '')
    return { kind: 'denied', what: `the key may not read this (HTTP 403)${said}; this takes ${wanted}` };
  if (status === 404 && type !== '')
    return { kind: 'missing', what: `there is none of this for the organisation (HTTP 404)${said}` };
  if (status === 429) return { kind: 'throttled', what: CROWDED };
  const way = wayOf(error, '', status);
  const unreached = unreachedText(way, ANTHROPIC);
  if (unreached !== '') return { kind: 'network', what: unreached };
  if (error.isStrange || (status >= 400 && type === '')) return { kind: 'network', what: strangeText(error) };
  return {
    kind: 'other',
    what: status === 0 ? tame(message) : `Anthropic refuses the request (HTTP ${status})${said}`,
  };
}

const CROWDED =
  'Anthropic refuses requests as too many: other tools share the allowance, so run this again when they are done';

const strangeText = ({ host, message, status }: AnswerError): string => {
  const answer = status >= 400 ? ` (HTTP ${status})` : message === '' ? '' : ` (${tame(message)})`;
  return `what answered at ${host || 'the service'} is not Anthropic${answer}: check ANTHROPIC_BASE_URL if it is set; a proxy or a sign-in page may stand in between`;
};

const ANTHROPIC: ServiceWords = {
  name: 'Anthropic',
  whereabouts: 'the network, ANTHROPIC_BASE_URL if it is set',
  certificates: 'NODE_EXTRA_CA_CERTS',
};

const wayOf = ({ host, type }: Pick<AnswerError, 'host' | 'type'>, code: string, status: number) => ({
  host,
  code,
  status,
  isLate: false,
  // What Anthropic itself refuses bears a type.
  isBarred: status === 403 && type === '',
  isBroken: status >= 500 || status === 408,
  attempts: 0,
});

function explainUnreached(error: unknown): Trouble {
  const { layers, code, host, message } = readThrown(error);
  const isLate = layers[0]?.['name'] === 'APIConnectionTimeoutError';
  const deepest = layers.at(-1)?.['message'];
  const what = unreachedText({ ...wayOf({ host, type: '' }, code, 0), isLate }, ANTHROPIC);
  if (what !== '') return { kind: 'network', what };
  return { kind: 'other', what: tame(typeof deepest === 'string' ? deepest : message) || 'it failed without a word' };
}
