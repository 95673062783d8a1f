import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { AWS_REGIONS } from '../../../data/aws-regions.ts';
import { withoutPath } from '../../../normalise/cloudtrail-identity.ts';
import type { Access, ClientSettings } from '../access.ts';
import type { Shared } from './settings.ts';

/** Nobody should wait long to be told that there is no way in. */
const ATTEMPTS = 3;

/** Asks AWS whose the credentials are. They are got and renewed once for all clients of the account. */
export async function identify(
  credentials: AwsCredentialIdentityProvider,
  shared: Shared,
  abortSignal: AbortSignal,
): Promise<Access> {
  const { STSClient, GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
  const client = new STSClient({ ...shared.settings(shared.region), credentials, maxAttempts: ATTEMPTS });
  const { Account = '', Arn = '' } = await client.send(new GetCallerIdentityCommand({}), { abortSignal });
  const [, partition] = /^arn:(aws[a-z-]{0,20}):(?:iam|sts)::\d{12}:./.exec(Arn) ?? [];
  if (partition === undefined || !Arn.includes(`::${Account}:`)) throw new Error('AWS did not say who is asking');
  return {
    account: Account,
    principal: principalOf(Arn),
    partition,
    globalRegion: AWS_REGIONS.partitions[partition]?.globalRegion ?? shared.region,
    client: clientSettings(shared, client.config.credentials),
  };
}

/** The principal that events name for one who is signed in with this ARN. */
export function principalOf(arn: string): string {
  const [, partition, account, role] = /^arn:([\w-]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn) ?? [];
  if (role === undefined) return withoutPath(arn);
  return role.startsWith('AWSReservedSSO_') ? arn : `arn:${partition}:iam::${account}:role/${role}`;
}

function clientSettings(shared: Shared, credentials: AwsCredentialIdentityProvider) {
  const known = new Map<string, ClientSettings>();
  return (region: string): ClientSettings => {
    const settings = known.get(region) ?? { ...shared.settings(region), credentials };
    known.set(region, settings);
    return settings;
  };
}
