import { UserError } from '../../errors.ts';
import { eachOf } from '../../pool.ts';
import { compareText, countText } from '../../wording.ts';
import type { Task } from '../collector.ts';
import type { Access } from './access.ts';
import { assumeRole, findCredentials } from './session/credentials.ts';
import { identify } from './session/identity.ts';
import { checkProfile, profileOf } from './session/profiles.ts';
import { readSettings, type Shared } from './session/settings.ts';
import { explain } from './trouble.ts';

/** An account that could not be signed in to, and why. */
interface SignInFailure {
  /** Its id, or `org` when the accounts of the organisation could not be listed. */
  readonly account: string;
  readonly what: string;
}

/** Whom keyward reads as, account by account, in the order of their ids. */
export interface SignedIn {
  readonly accounts: readonly Access[];
  readonly failures: readonly SignInFailure[];
}

const AT_ONCE = 10;
const SHOWN = 5;
const ORG = 'org';
const ACCOUNT = /^\d{12}$/;

/** Signs in to every account that the task asks for; throws a `UserError` when none lets it in. */
export async function signIn(task: Task): Promise<SignedIn> {
  const { accounts: wanted = [], roleName } = task.aws;
  checkRoleName(roleName);
  await checkProfile(task);
  const shared = await readSettings(task);
  const base = await signInFirst(task, shared);
  if (wanted.length === 0) return { accounts: [base], failures: [] };
  return signInToAll(task, shared, base, await listAccounts(wanted, base, task));
}

function checkRoleName(roleName = ''): void {
  if (/^[\w+=,.@/-]*$/.test(roleName)) return;
  throw new UserError(`not the name of a role: '${roleName}'`, 'Give it as in reader or audit/reader, not as an ARN.');
}

/** With the credentials found, or as the role that they are to assume. */
async function signInFirst(task: Task, shared: Shared): Promise<Access> {
  const { roleArn = '' } = task.aws;
  try {
    const own = await findCredentials(task, shared);
    const credentials = roleArn === '' ? own : await assumeRole(roleArn, own, task, shared);
    return await identify(credentials, shared, task.signal);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const permission = roleArn === '' ? 'sts:GetCallerIdentity' : 'sts:AssumeRole';
    throw new UserError(`cannot sign in to AWS: ${explain(error, permission, profileOf(task)).what}`);
  }
}

interface Listed {
  readonly ids: ReadonlySet<string>;
  readonly failures: readonly SignInFailure[];
}

/** The ids of the accounts; `org` stands for every active one of the organisation. */
async function listAccounts(wanted: readonly string[], base: Access, task: Task): Promise<Listed> {
  const named = wanted.filter(account => account !== ORG);
  if (named.length === wanted.length) return { ids: new Set(named), failures: [] };
  try {
    return { ids: new Set([...named, ...(await activeAccounts(base, task.signal))]), failures: [] };
  } catch (error) {
    const { kind, what } = explain(error, 'organizations:ListAccounts', profileOf(task));
    const hint = kind === 'denied' ? '; only the management account and those it delegates to may list accounts' : '';
    return { ids: new Set(named), failures: [{ account: ORG, what: what + hint }] };
  }
}

async function activeAccounts(base: Access, abortSignal: AbortSignal): Promise<string[]> {
  const { OrganizationsClient, paginateListAccounts } = await import('@aws-sdk/client-organizations');
  const client = new OrganizationsClient(base.client(base.globalRegion));
  const found: string[] = [];
  for await (const { Accounts = [] } of paginateListAccounts({ client, stopOnSameToken: true }, {}, { abortSignal }))
    for (const { Id = '', State, Status } of Accounts)
      if ((State ?? Status) === 'ACTIVE' && ACCOUNT.test(Id)) found.push(Id);
  return found;
}

/** Each on its own: what one refuses does not touch the others. */
async function signInToAll(task: Task, shared: Shared, base: Access, { ids, failures }: Listed): Promise<SignedIn> {
  const accounts: Access[] = [];
  const failed = [...failures];
  await eachOf(ids, AT_ONCE, async id => {
    try {
      accounts.push(id === base.account ? base : await signInTo(id, task, shared, base));
    } catch (error) {
      failed.push({ account: id, what: explain(error, 'sts:AssumeRole', profileOf(task)).what });
    }
  });
  if (accounts.length === 0) throw nobody(failed);
  const byAccount = (a: { account: string }, b: { account: string }): number => compareText(a.account, b.account);
  return { accounts: accounts.sort(byAccount), failures: failed.sort(byAccount) };
}

async function signInTo(id: string, task: Task, shared: Shared, base: Access): Promise<Access> {
  const role = `arn:${base.partition}:iam::${id}:role/${(task.aws.roleName ?? '').replace(/^\/+/, '')}`;
  const { credentials } = base.client(shared.region);
  return identify(await assumeRole(role, credentials, task, shared), shared, task.signal);
}

function nobody(failures: readonly SignInFailure[]): UserError {
  const reasons = failures.map(({ account, what }) => `${account}: ${what}`).sort(compareText);
  const more = reasons.length > SHOWN ? [`and ${countText(reasons.length - SHOWN, 'more account')}`] : [];
  return new UserError('cannot sign in to any account', [...reasons.slice(0, SHOWN), ...more].join('\n'));
}
