import type { Check } from '../collector.ts';
import { explain } from './trouble.ts';

/** How a permission fared, and the answer that the call got. */
export interface Probe<T> {
  readonly check: Check;
  /** Null where there was none. */
  readonly answer: T | null;
}

/** Makes a call that needs the permission; one that fails is told, not thrown. */
export async function probe<T>(permission: string, call: () => Promise<T>): Promise<Probe<T>> {
  try {
    return { check: { what: permission, state: 'ok', detail: '' }, answer: await call() };
  } catch (error) {
    const { kind, what } = explain(error, permission);
    return { check: { what: permission, state: kind === 'denied' ? 'refused' : 'failed', detail: what }, answer: null };
  }
}

/** A permission that there is nothing to try on. */
export const untried = (permission: string, detail: string): Check => ({ what: permission, state: 'unknown', detail });
