import { UserError } from '../../errors.ts';
import { AnswerError } from '../service/answer-error.ts';
import { tame } from '../service/tame.ts';
import { readThrown } from '../service/thrown.ts';
import { NO_WORD, type Trouble, troubleOf } from '../service/trouble.ts';
import { crowdedText, type ServiceWords, strangerText, unreachedText, wayOf } from '../service/unreached.ts';

/** Explains in one sentence why a request failed that takes `wanted`, as in 'an admin key'. */
export function explainAnthropic(error: unknown, wanted: string): Trouble {
  if (error instanceof UserError) return troubleOf(error);
  return error instanceof AnswerError ? explainAnswer(error, wanted) : explainUnreached(error);
}

function explainAnswer(error: AnswerError, wanted: string): Trouble {
  const { statusCode: status, code, host, message } = error;
  const said = message === '' ? '' : `: ${tame(message)}`;
  if (status === 401 && code !== '')
    return { kind: 'credentials', what: `Anthropic does not take the key (HTTP 401)${said}; this takes ${wanted}` };
  if (status === 403 && code !== '')
    return { kind: 'denied', what: `the key may not read this (HTTP 403)${said}; this takes ${wanted}` };
  if (status === 404 && code !== '')
    return { kind: 'missing', what: `there is none of this for the organisation (HTTP 404)${said}` };
  if (status === 429) return { kind: 'throttled', what: crowdedText('Anthropic') };
  // What Anthropic itself refuses bears a code.
  const unreached = unreachedText(
    wayOf({ host, code: '', status, isBarred: status === 403 && code === '' }),
    ANTHROPIC,
  );
  if (unreached !== '') return { kind: 'network', what: unreached };
  if (error.isStrange || (status >= 400 && code === '')) return { kind: 'network', what: strangeText(error) };
  return {
    kind: 'other',
    what: status === 0 ? tame(message) : `Anthropic refuses the request (HTTP ${status})${said}`,
  };
}

function strangeText({ host, message, statusCode: status }: Pick<AnswerError, 'host' | 'message' | 'statusCode'>) {
  const answer = status >= 400 ? ` (HTTP ${status})` : message === '' ? '' : ` (${tame(message)})`;
  return `${strangerText(host, 'Anthropic')}${answer}: check ANTHROPIC_BASE_URL if it is set; a proxy or a sign-in page may stand in between`;
}

const ANTHROPIC: ServiceWords = {
  name: 'Anthropic',
  whereabouts: 'the network, ANTHROPIC_BASE_URL if it is set',
  certificates: 'NODE_EXTRA_CA_CERTS',
};

function explainUnreached(error: unknown): Trouble {
  const { layers, code, host, message, isLate, isGarbled } = readThrown(error);
  if (isGarbled) return { kind: 'network', what: strangeText({ host, message: '', statusCode: 0 }) };
  const what = unreachedText(wayOf({ host, code, status: 0, isLate }), ANTHROPIC);
  if (what !== '') return { kind: 'network', what };
  // What lies beneath says more than that the connection failed.
  const deepest = layers.at(-1)?.['message'];
  return { kind: 'other', what: tame(typeof deepest === 'string' ? deepest : message) || NO_WORD };
}
