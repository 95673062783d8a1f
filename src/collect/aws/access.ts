import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { principalText } from '../../kinds.ts';

/** What any AWS client is made with. */
export interface ClientSettings {
  readonly region: string;
  /** Whose settings in the AWS config files apply, such as FIPS endpoints, where one is named. */
  readonly profile?: string;
  readonly credentials: AwsCredentialIdentityProvider;
  readonly requestHandler: NodeHttpHandler;
  readonly customUserAgent: string;
  readonly maxAttempts: number;
  readonly retryMode: 'adaptive';
  /** Signed requests only: a bearer token meant for model calls must not take their place. */
  readonly authSchemePreference: string[];
}

/** One account, signed in to. */
export interface Access {
  readonly account: string;
  /** The principal that reads, as events name it. */
  readonly principal: string;
  readonly partition: string;
  /** Where the partition keeps IAM and the events of global services, as in us-east-1. */
  readonly globalRegion: string;
  client(region: string): ClientSettings;
}

/** Who reads an account, as in '123456789012 as user/audit'. */
export const describeAccess = ({ account, principal }: Access): string => `${account} as ${principalText(principal)}`;
