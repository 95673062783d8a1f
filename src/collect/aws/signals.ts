import { setMaxListeners } from 'node:events';

/** A signal that aborts with another, for many requests at once: Node would warn of a leak where so many listen. */
export function roomy(signal: AbortSignal): AbortSignal {
  const end = AbortSignal.any([signal]);
  setMaxListeners(0, end);
  return end;
}
