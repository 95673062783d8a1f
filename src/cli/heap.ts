import { setFlagsFromString } from 'node:v8';

/** An audit this large is worth collecting more often. */
const MANY_EVENTS = 10_000;

/**
 * Keeps the heap of a large audit near what it holds: by default V8 lets it grow to twice that, and the room for what is
 * short-lived to 128 MiB. Measured on a million events: 375 MiB at the peak instead of 450, for a tenth more time; on
 * 100,000 events from a service, with Node 24: 150 MiB instead of 220, in the same time. Small audits are left alone.
 */
export function tightenHeap(): (events: number) => void {
  let isTight = false;
  return events => {
    if (isTight || events < MANY_EVENTS) return;
    isTight = true;
    setFlagsFromString('--heap-growing-percent=15');
    setFlagsFromString('--semi-space-growth-factor=1');
  };
}
