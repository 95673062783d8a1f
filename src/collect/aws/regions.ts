import { AWS_REGIONS } from '../../data/aws-regions.ts';
import { nearest, UserError } from '../../errors.ts';
import { compareText } from '../../wording.ts';
import type { Task } from '../collector.ts';
import type { Access } from './access.ts';
import { explain } from './trouble.ts';

/** Where something lies and a number, as all Regions are named so far. */
const REGION = /^[a-z]{2,5}(?:-[a-z]{2,5})?-(?:central|east|west|(?:north|south)(?:east|west)?)-\d{1,2}$/;

/** Whether a text is written like the name of a Region, so that it may become part of a host name. */
export const isRegion = (name: string): boolean => REGION.test(name);

/** A `UserError` for what is no Region, naming the one that may be meant, or else what to write. */
export function notRegion(name: string, hint: string): UserError {
  const known = Object.values(AWS_REGIONS.partitions).flatMap(({ onByDefault }) => onByDefault);
  const near = nearest(name, known);
  return new UserError(`not an AWS Region: '${name}'`, near === undefined ? hint : `Did you mean '${near}'?`);
}

/** The Region that the task or the environment names; empty for none. */
export const namedRegion = ({ aws, env }: Pick<Task, 'aws' | 'env'>): string =>
  aws.region || env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || '';

/** The Regions of an account. */
export interface Regions {
  readonly regions: readonly string[];
  /** Why they may not be all of them; empty when the account itself named them. */
  readonly trouble: string;
}

/** The Regions that are switched on in an account; those that are on in every account when it does not tell. */
export async function enabledRegions(access: Access): Promise<Regions> {
  try {
    const regions = await listRegions(access);
    return regions.length > 0 ? { regions, trouble: '' } : assumed(access, 'the account named no Region');
  } catch (error) {
    return assumed(access, explain(error, 'account:ListRegions', access.client(access.globalRegion).profile).what);
  }
}

async function listRegions(access: Access): Promise<string[]> {
  const { AccountClient, paginateListRegions } = await import('@aws-sdk/client-account');
  const client = new AccountClient(access.client(access.globalRegion));
  const found = new Set<string>();
  const pages = paginateListRegions(
    { client, stopOnSameToken: true },
    { RegionOptStatusContains: ['ENABLED', 'ENABLED_BY_DEFAULT'] },
  );
  for await (const { Regions = [] } of pages)
    for (const { RegionName = '' } of Regions) if (/^[a-z0-9-]{1,40}$/.test(RegionName)) found.add(RegionName);
  return [...found].sort(compareText);
}

function assumed({ partition, globalRegion }: Access, why: string): Regions {
  const { onByDefault = [globalRegion] } = AWS_REGIONS.partitions[partition] ?? {};
  const trouble =
    `the Regions of the account could not be listed (${why}): only the ${onByDefault.length} that are on in every account ` +
    `are read, and none that was switched on by hand`;
  return { regions: onByDefault, trouble };
}
