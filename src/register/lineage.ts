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
}

/** Which key took the place of which. */
export interface Lineage {
  readonly replaces: ReadonlyMap<string, string>;
  readonly replacedBy: ReadonlyMap<string, string>;
}

/** So near to the end of one key, another of the same holder and name takes its place. */
const ROTATION = 7 * DAY;

/** Finds the rotations: what the provider says, and failing that a key made when another of its holder and name ended. */
export function lineageOf(keys: readonly HeldKey[], now: number): Lineage {
  const statics = keys.filter(({ credential }) => isStatic(credential.kind));
  const ids = new Set(statics.map(({ credential }) => credential.id));
  const replaces = new Map<string, string>();
  for (const alike of groupBy(statics, likenessOf).values()) {
    const credentials = alike.map(({ credential }) => credential);
    for (const [key, before] of successions(credentials, now)) replaces.set(key, before);
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
function successions(keys: readonly Credential[], now: number): [key: string, before: string][] {
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

function succession(key: Credential, before: Credential, now: number): Succession[] {
  const { createdAt } = key;
  const endedAt = endOf(before, now);
  if (createdAt === undefined || endedAt === null || createdAt <= (before.createdAt ?? Number.NEGATIVE_INFINITY))
    return [];
  const distance = Math.abs(createdAt - endedAt);
  return distance > ROTATION || key.id === before.id ? [] : [{ key: key.id, before: before.id, distance }];
}

/** When a key ended; null while it lasts, or when nobody knows. */
function endOf(credential: Credential, now: number): number | null {
  const { active, observedAt, expiresAt = Number.POSITIVE_INFINITY } = credential;
  const endedAt = Math.min(active === false && isDated(credential) ? observedAt : Number.POSITIVE_INFINITY, expiresAt);
  return endedAt <= now ? endedAt : null;
}
