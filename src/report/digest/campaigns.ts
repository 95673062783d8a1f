import { areNear } from '../../episodes.ts';
import type { Finding } from '../../model/finding.ts';

/** Two campaigns are of one hand when so many members of the smaller are in both. */
const SHARED = 0.5;

/** Whether a finding is about what many credentials did together. */
export const isCampaign = ({ family, members }: Finding): boolean => family === 'campaign' && members.length > 1;

/** Campaigns that are near in time and have most members in common, two and two. */
export function* kindredOf(campaigns: readonly Finding[]): Generator<readonly [Finding, Finding]> {
  const byMember = new Map<string, Finding[]>();
  for (const campaign of campaigns) {
    const shared = new Map<Finding, number>();
    for (const member of campaign.members) {
      const others = listAt(byMember, member);
      for (const other of others) shared.set(other, (shared.get(other) ?? 0) + 1);
      others.push(campaign);
    }
    for (const [other, count] of shared) {
      const isKindred = count >= SHARED * Math.min(other.members.length, campaign.members.length);
      if (isKindred && areNear(other.episodes, campaign.episodes)) yield [other, campaign];
    }
  }
}

/** The list of that name, begun where there is none. */
export function listAt<T>(lists: Map<string, T[]>, name: string): T[] {
  const held = lists.get(name) ?? [];
  if (held.length === 0) lists.set(name, held);
  return held;
}
