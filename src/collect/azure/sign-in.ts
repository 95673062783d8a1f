import type { AccessToken, TokenCredential } from '@azure/identity';
import { UserError } from '../../errors.ts';
import { type Claims, identityOfClaims, readClaims } from '../../normalise/azure-identity.ts';
import { parseJson } from '../../normalise/dig.ts';
import { MINUTE } from '../../time.ts';
import type { Clock, Task } from '../collector.ts';
import { type Cloud, cloudOf } from './cloud.ts';
import { explainAzure } from './trouble.ts';

/** How keyward is let in to Azure. */
export interface AzureAccess {
  readonly credential: TokenCredential;
  readonly cloud: Cloud;
  /** Who is signed in, as far as a token told, and by what means. */
  describe(): string;
  /** What is unwise in how keyward itself signs in. */
  readonly warnings: readonly string[];
}

/** Signs in to Azure, for a task. */
export type SignIn = (task: Task) => Promise<AzureAccess>;

/** Whom a token was made out to. */
export interface Signed {
  /** The tenant's id; empty where the token does not say. */
  readonly tenant: string;
  /** The principal as events name it; empty where the token does not say. */
  readonly principal: string;
}

type Env = Task['env'];

/** The credentials that the Azure SDK finds; they are tried only when a token is asked for. */
export async function signInToAzure(task: Task): Promise<AzureAccess> {
  const { DefaultAzureCredential } = await import('@azure/identity');
  const cloud = cloudOf(task);
  try {
    return accessWith(new DefaultAzureCredential({ authorityHost: cloud.authority }), cloud, task);
  } catch (error) {
    throw cannotSignIn(error, task.env);
  }
}

/** Access with a credential; its tokens are kept, since the Azure CLI would be started for each. */
export function accessWith(
  credential: TokenCredential,
  cloud: Cloud,
  { clock, env }: Pick<Task, 'clock' | 'env'>,
): AzureAccess {
  let who = '';
  const kept = keepTokens(credential, clock, token => (who = identityIn(claimsIn(token))?.principal || who));
  const describe = (): string => [who, meansText(env)].filter(text => text !== '').join(', ');
  return { credential: kept, cloud, describe, warnings: warningsFor(env) };
}

/** Gets a token for a service and says whose it is; throws a `UserError` when there is none to be had. */
export async function identify({ credential }: AzureAccess, service: string, { env, signal }: Task): Promise<Signed> {
  const claims = claimsIn(
    await tokenFor(credential, service, signal).catch(error => Promise.reject(cannotSignIn(error, env))),
  );
  return { tenant: claims.tenant, principal: identityIn(claims)?.principal ?? '' };
}

/** A token for a service. */
export async function tokenFor(
  credential: TokenCredential,
  service: string,
  abortSignal: AbortSignal,
): Promise<string> {
  const got = await credential.getToken(`${service}/.default`, { abortSignal });
  if (got === null) throw new UserError('no Azure credential gives a token', 'Run `az login`.');
  return got.token;
}

function cannotSignIn(error: unknown, env: Env): UserError {
  if (error instanceof UserError) return error;
  const { what } = explainAzure(error, '');
  return new UserError(`cannot sign in to Azure: ${what}`, missingText(env));
}

const APP = ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID'];
const PROOFS = ['AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PATH', 'AZURE_FEDERATED_TOKEN_FILE'];

/** The SDK passes over an app of which something is not said. */
function missingText(env: Env): string {
  const proof = PROOFS.find(name => isSet(env, name));
  const missing = APP.filter(name => !isSet(env, name));
  const halves =
    proof === undefined || missing.length === 0 ? [] : [`${proof} is set, but not ${missing.join(' and ')}.`];
  const chain = env['AZURE_TOKEN_CREDENTIALS'] ?? '';
  const narrow = /^\w{1,40}$/.test(chain) ? [`AZURE_TOKEN_CREDENTIALS lets nothing be tried but ${chain}.`] : [];
  return [...halves, ...narrow].join(' ');
}

const isSet = (env: Env, name: string): boolean => (env[name] ?? '') !== '';

/** Whether the SDK would try a credential of this name, one of those for machines. */
function isTried(env: Env, name: string): boolean {
  const chain = (env['AZURE_TOKEN_CREDENTIALS'] ?? '').trim().toLowerCase();
  return chain === '' || chain === 'prod' || chain === name;
}

/** What of the environment signs keyward in; the SDK looks at it before all else. */
function appMeans(env: Env): string | undefined {
  if (APP.some(name => !isSet(env, name))) return undefined;
  const inEnvironment = ['AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PATH'].find(name => isSet(env, name));
  if (inEnvironment !== undefined && isTried(env, 'environmentcredential')) return inEnvironment;
  if (isSet(env, 'AZURE_USERNAME') && isSet(env, 'AZURE_PASSWORD') && isTried(env, 'environmentcredential'))
    return 'AZURE_PASSWORD';
  const isFederated = isSet(env, 'AZURE_FEDERATED_TOKEN_FILE') && isTried(env, 'workloadidentitycredential');
  return isFederated ? 'AZURE_FEDERATED_TOKEN_FILE' : undefined;
}

function meansText(env: Env): string {
  const means = appMeans(env);
  if (means !== undefined) return `by ${means}`;
  const chain = (env['AZURE_TOKEN_CREDENTIALS'] ?? '').trim().toLowerCase();
  if (chain === 'azureclicredential') return 'by the Azure CLI';
  return chain === 'managedidentitycredential'
    ? 'by the managed identity of this machine'
    : 'by the managed identity of this machine, the Azure CLI or another tool that is signed in';
}

function warningsFor(env: Env): readonly string[] {
  const means = appMeans(env);
  if (means === 'AZURE_CLIENT_SECRET')
    return [
      'keyward itself signs in to Azure with a client secret (AZURE_CLIENT_SECRET), the kind of key that it looks for: use a workload identity or `az login`',
    ];
  if (means !== 'AZURE_PASSWORD') return [];
  return [
    'keyward itself signs in to Azure with a password (AZURE_PASSWORD) and no MFA: use a workload identity or `az login`',
  ];
}

/** Of a token only its claims are looked at; a token that is none says nothing. */
function claimsIn(token: string): Claims {
  const [, body = ''] = token.split('.');
  return readClaims(parseJson(Buffer.from(body, 'base64url').toString('utf8')) ?? {});
}

const identityIn = (claims: Claims) => identityOfClaims(claims, claims.tenant);

const EARLY = 5 * MINUTE;

/** Keeps each token until shortly before its end, and lets those who ask at once share one request. */
function keepTokens(credential: TokenCredential, clock: Clock, onToken: (token: string) => void): TokenCredential {
  const kept = new Map<string, Promise<AccessToken | null>>();
  const ends = new Map<string, number>();
  const ask: TokenCredential['getToken'] = async (scopes, options) => {
    const token = await credential.getToken(scopes, options);
    if (token !== null) onToken(token.token);
    return token;
  };
  return {
    getToken(scopes, options = {}) {
      // What a service asks for beyond the usual is not what was kept.
      if (options.claims !== undefined) return ask(scopes, options);
      const key = JSON.stringify([scopes, options.tenantId ?? '', options.enableCae === true]);
      const known = kept.get(key);
      if (known !== undefined && clock.now() < (ends.get(key) ?? Number.POSITIVE_INFINITY)) return known;
      const asked = ask(scopes, options);
      kept.set(key, asked);
      ends.delete(key);
      asked.then(
        token => (token === null ? kept.delete(key) : ends.set(key, token.expiresOnTimestamp - EARLY)),
        () => kept.delete(key),
      );
      return asked;
    },
  };
}
