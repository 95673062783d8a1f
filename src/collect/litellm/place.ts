import { UserError } from '../../errors.ts';
import type { Task } from '../collector.ts';
import { readBase } from '../service/base-url.ts';
import { tame } from '../service/tame.ts';

/** Where a proxy answers, and the key that lets a reader in. */
export interface Place {
  /** Ends in a slash. */
  readonly base: string;
  readonly host: string;
  readonly key: string;
  /** The variable that the key is in. */
  readonly variable: string;
}

const FORM = 'Write it as in litellm:https://proxy.example.com.';
const VARIABLES = ['LITELLM_MASTER_KEY', 'LITELLM_API_KEY'];

/** Reads where a source is; throws a `UserError` when that is no place, or when there is no key to it. */
export function placeOf(source: string, { env }: Pick<Task, 'env'>): Place {
  const url = urlIn(source);
  const variable = VARIABLES.find(name => (env[name] ?? '').trim() !== '');
  if (variable === undefined)
    throw new UserError(
      'no key to the LiteLLM proxy: LITELLM_MASTER_KEY is not set',
      'Set it to the master key or, better, set LITELLM_API_KEY to a key of a user with the role proxy_admin_viewer.',
    );
  const key = env[variable]!.trim();
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new UserError(
      `the value of ${variable} is no key: it has spaces, line breaks or letters that no header can bear`,
    );
  return { base: `${url.origin}${url.pathname.replace(/\/*$/, '/')}`, host: url.host, key, variable };
}

function urlIn(source: string): URL {
  const text = source.replace(/^litellm:/i, '').trim();
  const { url, flaw } = readBase(text);
  if (url === null) throw new UserError(`not the address of a LiteLLM proxy: '${tame(text)}'`, FORM);
  if (flaw === 'login')
    throw new UserError(
      'the address of a LiteLLM proxy must hold no user name and no password',
      'The key belongs into LITELLM_MASTER_KEY or LITELLM_API_KEY.',
    );
  if (flaw === 'query') throw new UserError('the address of a LiteLLM proxy must end with its path', FORM);
  if (flaw === 'in clear') throw new UserError(`a key goes out over https only, and not to http://${url.host}`, FORM);
  return url;
}
