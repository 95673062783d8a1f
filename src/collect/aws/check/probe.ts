import type { Check } from '../../collector.ts';
import { troubled } from '../../service/checks.ts';
import { explain } from '../trouble.ts';

/** How a permission fared, and the answer that the call got. */
interface Probe<T> {
  readonly check: Check;
  /** Null where there was none. */
  readonly answer: T | null;
}

/** Makes a call that needs the permission; one that fails is told, not thrown. */
export async function probe<T>(permission: string, call: () => Promise<T>): Promise<Probe<T>> {
  try {
    return { check: { what: permission, state: 'ok', detail: '' }, answer: await call() };
  } catch (error) {
    return { check: troubled(permission, explain(error, permission)), answer: null };
  }
}
