import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { Task } from '../../collector.ts';
import { profileOf } from './profiles.ts';
import type { Shared } from './settings.ts';

/** The name that our sessions of roles go by in the logs. */
const SESSION = 'keyward';

const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** The SDK's own search for credentials: environment, SSO, config files, web identity, containers and instances. */
export async function findCredentials(task: Task, shared: Shared): Promise<AwsCredentialIdentityProvider> {
  const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
  const profile = profileOf(task);
  warnOfTwo(task, profile);
  const { requestHandler } = shared.settings(shared.region);
  return fromNodeProviderChain({
    ...(profile === '' ? {} : { profile }),
    clientConfig: { requestHandler },
    parentClientConfig: { region: shared.region },
    logger: SILENT,
  });
}

/** Credentials of a role, assumed with others. */
export async function assumeRole(
  roleArn: string,
  masterCredentials: AwsCredentialIdentityProvider,
  { aws: { externalId = '' } }: Task,
  shared: Shared,
): Promise<AwsCredentialIdentityProvider> {
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  return fromTemporaryCredentials({
    masterCredentials,
    params: {
      RoleArn: roleArn,
      RoleSessionName: SESSION,
      ...(externalId === '' ? {} : { ExternalId: externalId }),
    },
    clientConfig: shared.settings(shared.region),
  });
}

function warnOfTwo({ aws, env, tell }: Task, profile: string): void {
  if (aws.profile || profile === '' || !env['AWS_ACCESS_KEY_ID'] || !env['AWS_SECRET_ACCESS_KEY']) return;
  tell(
    `AWS_PROFILE and AWS_ACCESS_KEY_ID are both set: keyward reads as the profile '${profile}', the AWS CLI would as the key`,
  );
}

function ignore(): void {}
