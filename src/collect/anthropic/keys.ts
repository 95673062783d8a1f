import { UserError } from '../../errors.ts';
import type { Task } from '../collector.ts';

/** What lets a request in. */
export interface Secret {
  readonly sort: 'key' | 'token';
  readonly text: string;
  /** The variable that it stands in. */
  readonly name: string;
}

/** Who may ask for what; null where there is nothing to ask with. */
export interface Secrets {
  /** For what the Admin API lists and counts. */
  readonly admin: Secret | null;
  /** For service accounts and federation, which no key is let in to. */
  readonly identities: Secret | null;
  /** For the activity feed. */
  readonly feed: Secret | null;
}

const ADMIN = 'ANTHROPIC_ADMIN_KEY';
const COMPLIANCE = 'ANTHROPIC_COMPLIANCE_KEY';
const TOKEN = 'ANTHROPIC_AUTH_TOKEN';

const MAKE_ADMIN =
  `Make an admin key (sk-ant-admin01-…) in the Claude Console under Settings > Admin keys, as an admin of the organisation, and put it into ${ADMIN}; ` +
  `or sign in with \`ant auth login --scope org:admin\` and put that token into ${TOKEN}.`;
const MAKE_COMPLIANCE = `The activity feed takes an admin key too; a Compliance Access Key (sk-ant-api01-…) is made in claude.ai under Organization settings > API.`;

/** Finds what the environment has to ask with; throws a `UserError` when it is nothing, or of the wrong sort. */
export function findSecrets({ env }: Task): Secrets {
  const key = secretIn(env, ADMIN, 'key');
  const token = secretIn(env, TOKEN, 'token');
  const compliance = secretIn(env, COMPLIANCE, 'key');
  if (key !== null && isOf(key, 'api01')) throw misplaced(key, 'a Compliance Access Key', COMPLIANCE);
  if (key !== null && isOf(key, 'oat')) throw misplaced(key, 'an OAuth token', TOKEN);
  if (token !== null && isOf(token, 'admin')) throw misplaced(token, 'an admin key', ADMIN);
  if (key === null && token === null && compliance === null) throw noKey(env);
  const admin = key ?? token;
  return { admin, identities: token, feed: compliance ?? admin };
}

function noKey(env: Task['env']): UserError {
  const other =
    (env['ANTHROPIC_API_KEY'] ?? '') === '' ? '' : '; ANTHROPIC_API_KEY is for calling models and is not used';
  return new UserError(`no key to read the organisation at Anthropic with${other}`, MAKE_ADMIN);
}

function secretIn(env: Task['env'], name: string, sort: Secret['sort']): Secret | null {
  const text = (env[name] ?? '').trim();
  if (text === '') return null;
  if (!/^[\x21-\x7e]+$/.test(text))
    throw new UserError(`${name} holds characters that no key has`, 'Copy it again, without spaces or line breaks.');
  const secret = { sort, text, name };
  if (isOf(secret, 'api') && !isOf(secret, 'api01'))
    throw new UserError(
      `${name} holds a key for calling models (sk-ant-api03-…), which may not read the organisation`,
      name === COMPLIANCE ? MAKE_COMPLIANCE : MAKE_ADMIN,
    );
  return secret;
}

const isOf = ({ text }: Secret, sort: string): boolean => text.startsWith(`sk-ant-${sort}`);

const misplaced = ({ name }: Secret, what: string, right: string): UserError =>
  new UserError(`${name} holds ${what}`, `Put it into ${right} instead.`);
