import type { Credential, Provider } from '../model/credential.ts';
import type { Identity } from './identity.ts';
import type { RowSink } from './key-list.ts';

/** What a record tells of a credential in passing. */
export type Met = Pick<
  Credential,
  'id' | 'provider' | 'kind' | 'owner' | 'account' | 'name' | 'scope' | 'parent' | 'observedAt' | 'createdAt'
>;

/** That somebody acted with a credential; where no time is given, any list that tells of it outranks that. */
export const metAs = (provider: Provider, { credential: id, kind, owner, account }: Identity, observedAt = 0): Met => ({
  id,
  provider,
  kind,
  owner,
  account,
  observedAt,
});

/** Says once of each credential what is told of it in passing, and again what is told otherwise. */
export function announceOnce(): (met: Met, sink: Pick<RowSink, 'credential'>) => void {
  const announced = new Set<string>();
  return (met, sink) => {
    const { id, provider, kind, owner, account, name, scope, parent, observedAt, createdAt } = met;
    const key = [id, provider, kind, owner, account, name, scope, parent, observedAt, createdAt].join('\n');
    if (announced.has(key)) return;
    announced.add(key);
    sink.credential(met);
  };
}
