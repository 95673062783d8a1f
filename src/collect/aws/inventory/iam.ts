import type { Access } from '../access.ts';
import { readFault } from '../fault.ts';

/** What the inventory asks of IAM. Answers are taken for what they are: anything. */
export interface Iam {
  generateReport(): Promise<unknown>;
  report(): Promise<unknown>;
  users(marker: Marker): Promise<unknown>;
  /** Of a user who is gone by now there are none. */
  accessKeys(user: string, marker: Marker): Promise<unknown>;
  /** Of a key that is gone by now nothing is told. */
  lastUse(key: string): Promise<unknown>;
  /** Of a service that is not known where the account is there are none. */
  serviceKeys(service: string, marker: Marker): Promise<unknown>;
  roles(marker: Marker): Promise<unknown>;
}

/** Where a list goes on; undefined for its beginning. */
export type Marker = string | undefined;

const PAGE = 1_000;

/** A client of IAM whose requests end with the run. */
export async function openIam(access: Access, signal: AbortSignal): Promise<Iam> {
  const sdk = await import('@aws-sdk/client-iam');
  const client = new sdk.IAMClient(access.client(access.globalRegion));
  const options = { abortSignal: signal };
  return {
    generateReport: () => client.send(new sdk.GenerateCredentialReportCommand({}), options),
    report: () => client.send(new sdk.GetCredentialReportCommand({}), options),
    users: marker => client.send(new sdk.ListUsersCommand(paged(marker)), options),
    accessKeys: (UserName, marker) =>
      client.send(new sdk.ListAccessKeysCommand({ UserName, ...paged(marker) }), options).catch(nothingFor(GONE)),
    lastUse: AccessKeyId =>
      client.send(new sdk.GetAccessKeyLastUsedCommand({ AccessKeyId }), options).catch(nothingFor(GONE)),
    serviceKeys: (ServiceName, marker) =>
      client
        .send(new sdk.ListServiceSpecificCredentialsCommand({ AllUsers: true, ServiceName, ...paged(marker) }), options)
        .catch(nothingFor(UNKNOWN_SERVICE)),
    roles: marker => client.send(new sdk.ListRolesCommand(paged(marker)), options),
  };
}

const paged = (marker: Marker) => ({ MaxItems: PAGE, ...(marker !== undefined && { Marker: marker }) });

const GONE = /^NoSuchEntity(?:Exception)?$/;
const UNKNOWN_SERVICE = /^(?:ServiceNotSupported|NotSupportedService)(?:Exception)?$/;

/** An empty answer in place of an error that says as much. */
function nothingFor(name: RegExp): (error: unknown) => unknown {
  return error => {
    if (name.test(readFault(error).name)) return { IsTruncated: false };
    throw error;
  };
}
