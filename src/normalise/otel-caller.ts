import type { Credential, Provider } from '../model/credential.ts';
import { type Identity, identityOf } from './identity.ts';
import type { Ask } from './otel-names.ts';
import { tidy } from './redact.ts';

/** Who made a call, as its span tells it, and what is seen of them. */
export interface SpanCaller {
  readonly identity: Identity;
  readonly sighting: Credential;
}

/** Whose models a name of the convention stands for, old names and new. */
const PROVIDERS: readonly (readonly [provider: Provider, name: RegExp])[] = [
  ['anthropic', /^anthropic$/],
  ['openai', /^openai$/],
  ['google', /^(?:gcp\b|google|vertex|gemini)/],
  ['aws', /^(?:aws\b|bedrock|amazon)/],
  ['azure', /^(?:az\b|azure)/],
];

/** Claude's own spans come under this name. */
const CLAUDE = 'claude-platform';

/**
 * Who made a call. The convention has no attribute for a key: so it is the user whom the span names, else the workspace
 * of Claude's own spans, else the service, as somebody unknown who holds a key of that provider.
 */
export function spanCaller(ask: Ask): SpanCaller {
  const service = serviceOf(ask);
  const system = tidy(ask('provider'), 64).toLowerCase() || (service === CLAUDE ? 'anthropic' : '');
  const provider = PROVIDERS.find(([, name]) => name.test(system))?.[0] ?? 'proxy';
  const account = tidy(ask('organization'), 128) || provider;
  return (
    userCaller(ask, { provider, account, service }) ??
    workspaceCaller(ask, { provider, account }) ??
    callerOf({
      id: system === '' ? service : `${service} (${system})`,
      kind: 'unknown',
      owner: service,
      provider,
      account,
    })
  );
}

type Known = Pick<Credential, 'provider' | 'account'>;

/** Ids that no application gave, and that mean the same wherever they are seen. */
const WORLDWIDE = /@|^user[-_]/;

/** An application's own numbers for its users mean nothing outside of it. */
function userCaller(ask: Ask, { service, ...known }: Known & { readonly service: string }): SpanCaller | null {
  const email = tidy(ask('email'), 128);
  const user = tidy(ask('user'), 128) || email;
  if (user === '') return null;
  const id = WORLDWIDE.test(user) ? user : `${service}/user/${user}`;
  const owner = email || (user.includes('@') ? user : '');
  return callerOf({ id, kind: 'member', owner, name: tidy(ask('userName'), 128), ...known });
}

function workspaceCaller(ask: Ask, known: Known): SpanCaller | null {
  const workspace = tidy(ask('workspace'), 128);
  return workspace === '' ? null : callerOf({ id: workspace, kind: 'unknown', owner: '', scope: workspace, ...known });
}

function callerOf({ name = '', ...seen }: Omit<Credential, 'observedAt'>): SpanCaller {
  const { id, kind, owner, account } = seen;
  const sighting = { ...seen, observedAt: 0, ...(name !== '' && { name }) };
  return { identity: identityOf({ credential: id, kind, owner, account }), sighting };
}

/** A service by its name and what it belongs to; SDKs call one that was given no name `unknown_service`. */
function serviceOf(ask: Ask): string {
  const parts = [ask('namespace'), ask('service') || 'unknown_service'].map(part => tidy(part, 96));
  return parts.filter(part => part !== '').join('/');
}
