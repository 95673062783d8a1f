import type { IAMClient } from '@aws-sdk/client-iam';
import { digList, digText } from '../../../normalise/dig.ts';
import type { Check } from '../../collector.ts';
import { untried } from '../../service/checks.ts';
import type { Access } from '../access.ts';
import { readFault } from '../fault.ts';
import { probe } from './probe.ts';

type Sdk = typeof import('@aws-sdk/client-iam');

interface Asking {
  readonly sdk: Sdk;
  readonly client: IAMClient;
  readonly options: { readonly abortSignal: AbortSignal };
}

/** Tries what the key inventory of an account takes, with one small request for each permission. */
export async function probeKeys(access: Access, signal: AbortSignal): Promise<Check[]> {
  const sdk = await import('@aws-sdk/client-iam');
  const client = new sdk.IAMClient(access.client(access.globalRegion));
  const asking: Asking = { sdk, client, options: { abortSignal: signal } };
  const { GenerateCredentialReportCommand, ListRolesCommand, ListServiceSpecificCredentialsCommand } = sdk;
  const simple = [
    probe('iam:GenerateCredentialReport', () => client.send(new GenerateCredentialReportCommand({}), asking.options)),
    probe('iam:ListServiceSpecificCredentials', () =>
      client.send(new ListServiceSpecificCredentialsCommand({ AllUsers: true, MaxItems: 1 }), asking.options),
    ),
    probe('iam:ListRoles', () => client.send(new ListRolesCommand({ MaxItems: 1 }), asking.options)),
  ];
  const [report, users, probes] = await Promise.all([probeReport(asking), probeUsers(asking), Promise.all(simple)]);
  return [...probes.map(({ check }) => check), report, ...users];
}

/** Having no report yet is no refusal. */
async function probeReport({ sdk, client, options }: Asking): Promise<Check> {
  const ask = async (): Promise<string> => {
    try {
      await client.send(new sdk.GetCredentialReportCommand({}), options);
      return '';
    } catch (error) {
      if (NO_REPORT.test(readFault(error).name)) return 'none is ready, the audit waits for one';
      throw error;
    }
  };
  const { check, answer } = await probe('iam:GetCredentialReport', ask);
  return { ...check, detail: answer ?? check.detail };
}

const NO_REPORT = /^(?:CredentialReport|Report)(?:NotPresent|NotReady|InProgress|Expired)/;

/** As many users as are looked at for one that has a key. */
const USERS = 10;

async function probeUsers({ sdk, client, options }: Asking): Promise<Check[]> {
  const [KEYS, USE] = ['iam:ListAccessKeys', 'iam:GetAccessKeyLastUsed'];
  const list = () => client.send(new sdk.ListUsersCommand({ MaxItems: USERS }), options);
  const { check: users, answer } = await probe('iam:ListUsers', list);
  const names = digList(answer, 'Users')
    .map(user => digText(user, 'UserName'))
    .filter(name => name !== '');
  const whyNot = answer === null ? 'no user is known to ask about' : 'there is no IAM user to ask about';
  let keys = untried(KEYS, whyNot);
  for (const UserName of names) {
    const asked = await probe(KEYS, () =>
      client.send(new sdk.ListAccessKeysCommand({ UserName, MaxItems: 1 }), options),
    );
    keys = asked.check;
    const AccessKeyId = digText(digList(asked.answer, 'AccessKeyMetadata')[0], 'AccessKeyId');
    if (asked.answer === null) break;
    if (AccessKeyId === '') continue;
    const use = () => client.send(new sdk.GetAccessKeyLastUsedCommand({ AccessKeyId }), options);
    return [users, keys, (await probe(USE, use)).check];
  }
  return [users, keys, untried(USE, 'no access key is known to ask about')];
}
