import { unknownName } from '../errors.ts';

/** The one of that id, or a `UserError` that names the nearest. */
export function named<T extends { readonly id: string }>(what: string, id: string, all: readonly T[]): T {
  const found = all.find(candidate => candidate.id === id);
  if (found !== undefined) return found;
  const ids = all.map(candidate => candidate.id);
  throw unknownName(what, id, ids);
}
