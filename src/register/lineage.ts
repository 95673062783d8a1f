import { groupBy } from '../group.ts';
import { isStatic } from '../kinds.ts';
import type { Credential } from '../model/credential.ts';
import { isDated } from '../standing.ts';
import { DAY } from '../time.ts';
import { compareText } from '../wording.ts';

/** A key and who holds it in the end. */
export interface HeldKey {
  readonly credential: Credential;
  readonly holderId: string;
  /** When it was last used; not a finite number when nobody saw it in use. */
  readonly lastUsedAt: number;
}

/** Which key took the place of which. */
export interface Lineage {
  readonly replaces: ReadonlyMap<string, string>;
  readonly replacedBy: ReadonlyMap<string, string>;
}

/** So near to the end of one key, another of the same holder and name takes its place. */
const ROTATION = 7 * DAY;

/** Finds the rotations: what the provider says, and failing that a key made when another of its holder and name ended, or was used no more. */
export function lineageOf(keys: readonly HeldKey[], now: number): Lineage {
  const statics = keys.filter(({ credential }) => isStatic(credential.kind));
  const ids = new Set(statics.map(({ credential }) => credential.id));
  const replaces = new Map<string, string>();
  for (const alike of groupBy(statics, likenessOf).values()) {
    for (const [key, before] of successions(alike, now)) replaces.set(key, before);
  }
  for (const { credential } of statics) {
    const { id, parent } = credential;
    if (parent !== undefined && parent !== id && ids.has(parent)) replaces.set(id, parent);
  }
  // Where a provider names one parent for two keys, the one of the smaller id is told.
  const pairs = [...replaces].sort(([a], [b]) => compareText(b, a));
  return { replaces, replacedBy: new Map(pairs.map(([key, before]) => [before, key])) };
}

const likenessOf = ({ credential: { id, provider, kind, name = '' }, holderId }: HeldKey): string =>
  // Without a holder nobody can say that two keys are of one.
  JSON.stringify(holderId === '' ? [id] : [provider, kind, holderId, name]);

interface Succession {
  readonly key: string;
  readonly before: string;
  readonly distance: number;
}

/** Among more keys than this nobody can say which took whose place. */
const MOST_ALIKE = 50;

/** Pairs each new key with the ended one nearest to its creation; no key takes part in two successions on one side. */
function successions(keys: readonly HeldKey[], now: number): [key: string, before: string][] {
  if (keys.length > MOST_ALIKE) return [];
  const possible = keys.flatMap(key => keys.flatMap(before => succession(key, before, now)));
  possible.sort((a, b) => a.distance - b.distance || compareText(a.key, b.key) || compareText(a.before, b.before));
  const [successors, ended] = [new Set<string>(), new Set<string>()];
  return possible.flatMap(({ key, before }): [string, string][] => {
    if (successors.has(key) || ended.has(before)) return [];
    successors.add(key);
    ended.add(before);
    return [[key, before]];
  });
}

function succession({ credential: key }: HeldKey, before: HeldKey, now: number): Succession[] {
  const { id, createdAt = Number.NEGATIVE_INFINITY } = before.credential;
  if (key.createdAt === undefined || key.createdAt <= createdAt || key.id === id) return [];
  const distance = Math.min(...endsOf(before, now).map(at => Math.abs(key.createdAt! - at)));
  return distance > ROTATION ? [] : [{ key: key.id, before: id, distance }];
}

/** When a key may have ended: a list tells that it has, and not when, so its last use counts as well. None while it lasts. */
function endsOf({ credential, lastUsedAt }: HeldKey, now: number): number[] {
  const { active, observedAt, expiresAt = Number.POSITIVE_INFINITY } = credential;
  const isEnded = active === false && isDated(credential);
  const endedAt = Math.min(isEnded ? observedAt : Number.POSITIVE_INFINITY, expiresAt);
  if (endedAt > now) return [];
  return Number.isFinite(lastUsedAt) ? [endedAt, lastUsedAt] : [endedAt];
}
