import { AWS_REGIONS } from '../../../data/aws-regions.ts';
import type { Task } from '../../collector.ts';
import type { ClientSettings } from '../access.ts';
import { isRegion, namedRegion, notRegion } from '../regions.ts';
import { requestHandler } from './http.ts';
import { profileOf } from './profiles.ts';

/** What the clients of every account share. */
export interface Shared {
  /** The Region to sign in at. */
  readonly region: string;
  settings(region: string): Omit<ClientSettings, 'credentials'>;
}

/** A long reading outlives many faults; a user who asks for even more attempts gets them. */
const ATTEMPTS = 10;

/** Reads from the task and its environment how AWS is reached. */
export async function readSettings(task: Task): Promise<Shared> {
  const profile = profileOf(task);
  const common = {
    ...(profile === '' ? {} : { profile }),
    requestHandler: await requestHandler(task.env),
    customUserAgent: `keyward/${task.version}`,
    maxAttempts: Math.max(ATTEMPTS, Number(task.env['AWS_MAX_ATTEMPTS']) || 0),
    retryMode: 'adaptive' as const,
    authSchemePreference: ['sigv4'],
  };
  return { region: await homeRegion(task, profile), settings: region => ({ ...common, region }) };
}

/** The SDK does not read AWS_DEFAULT_REGION, which the AWS CLI and its users do. */
async function homeRegion(task: Task, profile: string): Promise<string> {
  const named = namedRegion(task) || (await profileRegion(profile));
  if (isRegion(named)) return named;
  throw notRegion(named, `Write it as in ${FALLBACK}.`);
}

async function profileRegion(profile: string): Promise<string> {
  const { STSClient } = await import('@aws-sdk/client-sts');
  const client = new STSClient(profile === '' ? {} : { profile });
  return client.config.region().catch(() => FALLBACK);
}

const FALLBACK = AWS_REGIONS.partitions['aws']!.globalRegion;
