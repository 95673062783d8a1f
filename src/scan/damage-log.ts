import type { Damage } from '../model/batch.ts';

const KEPT = 20;

/** Damage as it is found: the first few places are kept, the rest is only counted, so hostile input cannot fill memory. */
export interface DamageLog {
  add(where: string, what: string): void;
  isEmpty(): boolean;
  list(): readonly Damage[];
}

/** A log without damage so far. */
export function createDamageLog(): DamageLog {
  const first: Damage[] = [];
  const more = new Map<string, number>();
  return {
    add(where, what) {
      if (first.length < KEPT) first.push({ where, what, count: 1 });
      else {
        const known = more.has(what) || more.size < KEPT ? what : 'other damage';
        more.set(known, (more.get(known) ?? 0) + 1);
      }
    },
    isEmpty: () => first.length === 0,
    list: () => [...first, ...Array.from(more, ([what, count]) => ({ where: 'further on', what, count }))],
  };
}
