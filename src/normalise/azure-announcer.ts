import { announceOnce, metAs } from './announcer.ts';
import type { Sink } from './format.ts';
import type { Identity } from './identity.ts';

/** Says once of each credential that it was met, and whose it is. */
export function createAnnouncer(): (identity: Identity, observedAt: number, sink: Sink) => void {
  const announce = announceOnce();
  return (identity, observedAt, sink) => announce(metAs('azure', identity, observedAt), sink);
}
