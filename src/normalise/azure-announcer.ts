import type { Identity } from './cloudtrail-identity.ts';
import type { Sink } from './format.ts';

/** Says once of each credential that it was met, and whose it is. */
export function createAnnouncer(): (identity: Identity, observedAt: number, sink: Sink) => void {
  const announced = new Set<string>();
  return ({ credential, kind, owner, account }, observedAt, sink) => {
    const key = `${credential}\n${kind}\n${owner}\n${account}\n${observedAt}`;
    if (announced.has(key)) return;
    announced.add(key);
    sink.credential({ id: credential, provider: 'azure', kind, owner, account, observedAt });
  };
}
