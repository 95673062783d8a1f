import type { Everyone } from '../everyone.ts';
import { groupBy } from '../group.ts';
import { aliasOf, isStatic } from '../kinds.ts';
import type { Credential } from '../model/credential.ts';
import { isAlike, type Mask, maskIn, SHORTEST_TAIL } from './masks.ts';
import type { Work } from './usage.ts';

/** Another name for a key, and how that is known. */
export interface Join {
  readonly id: string;
  readonly into: string;
  readonly how: 'hint' | 'holder';
}

/** Which names are of one key, and which could be of several. */
export interface Joins {
  /** By the name that is given up. */
  readonly byName: ReadonlyMap<string, Join>;
  /** The names that came to each key, in order. */
  readonly byKey: ReadonlyMap<string, readonly Join[]>;
  /** Names that fit more than one key, with those keys. */
  readonly doubts: ReadonlyMap<string, readonly string[]>;
}

/** Finds the names under which keys were used that have others in their provider's list. */
export function joinsIn(everyone: Everyone, workOf: (id: string) => Work): Joins {
  const all = everyone.ids.map(id => everyone.credential(id)!);
  const hinted = groupBy(all.flatMap(hintedKey), ({ mask }) => endOf(mask));
  const doubts = new Map<string, readonly string[]>();
  const found: Join[] = [];
  for (const credential of all) {
    const { id } = credential;
    const mask = maskIn(id);
    const keys =
      mask === null
        ? keysUnder(credential, everyone, workOf)
        : keysBehind(credential, mask, hinted.get(endOf(mask)) ?? [], workOf(id));
    if (keys.length === 1) found.push({ id, into: keys[0]!.id, how: mask === null ? 'holder' : 'hint' });
    else if (keys.length > 1) doubts.set(id, keys.map(key => key.id).sort());
  }
  return { byName: new Map(found.map(join => [join.id, join])), byKey: groupBy(found, ({ into }) => into), doubts };
}

interface HintedKey {
  readonly key: Credential;
  readonly mask: Mask;
}

/** A key with the ends that its provider shows of it. */
function hintedKey(key: Credential): HintedKey[] {
  const mask = maskIn(key.hint ?? '');
  return mask === null || !isStatic(key.kind) || maskIn(key.id) !== null ? [] : [{ key, mask }];
}

const endOf = ({ tail }: Mask): string => tail.slice(-SHORTEST_TAIL);

/** The keys that a masked one may be: not those that were made after its last use. */
function keysBehind(
  { provider, kind }: Credential,
  mask: Mask,
  hinted: readonly HintedKey[],
  { last }: Work,
): Credential[] {
  // A proxy's log says whose key it passed on only where it knows.
  const isAnyones = kind === 'unknown' || provider === 'proxy';
  return hinted
    .filter(({ key, mask: shown }) => (isAnyones || key.provider === provider) && isAlike(mask, shown))
    .map(({ key }) => key)
    .filter(({ createdAt }) => createdAt === undefined || !Number.isFinite(last) || createdAt <= last);
}

/** The keys that were used under the name of their user, because their own is not recorded. */
function keysUnder(credential: Credential, everyone: Everyone, workOf: (id: string) => Work): readonly Credential[] {
  const { id, kind, owner } = credential;
  if (id !== aliasOf(kind, owner)) return [];
  const keys = everyone.heldBy(owner).filter(key => key.kind === kind && key.id !== id);
  const isTooNew = keys.length === 1 && (keys[0]!.createdAt ?? Number.NEGATIVE_INFINITY) > workOf(id).first;
  return isTooNew ? [] : keys;
}
