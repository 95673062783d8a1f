import { kindText, userNameOf } from '../../../kinds.ts';
import type { Census, Credential, CredentialKind } from '../../../model/credential.ts';
import { iamArn } from '../../../normalise/cloudtrail-identity.ts';
import { dig, digText, isObject } from '../../../normalise/dig.ts';
import { type Listing, readAccessKey, readDate, readServiceKey, SERVICE_KEYS } from '../../../normalise/iam-listing.ts';
import type { RowSink } from '../../../normalise/key-list.ts';
import { tidy } from '../../../normalise/redact.ts';
import { eachOf } from '../../../pool.ts';
import type { Inquiry, Question } from './inquiry.ts';
import type { Reported } from './report.ts';

const USERS: Question = { permission: 'iam:ListUsers', thing: 'users' };
const KEYS: Question = { permission: 'iam:ListAccessKeys', thing: 'access keys' };
const USE: Question = { permission: 'iam:GetAccessKeyLastUsed', thing: 'last use' };

/** As many questions as are asked at once. */
const LANES = 10;

/** An access key as it was listed, and what was answered about its use: null when nothing was. */
export interface ListedKey {
  readonly key: Credential;
  readonly use: { readonly lastUsedAt?: number } | null;
}

/** The access keys of an account, and the users whose keys are all among them. */
export interface AccessKeys {
  readonly keys: readonly ListedKey[];
  readonly holders: ReadonlySet<string>;
  readonly isWhole: boolean;
}

/** The names of all users, as far as they were told. */
export async function askUsers(
  inquiry: Inquiry,
): Promise<{ readonly names: readonly string[]; readonly isWhole: boolean }> {
  const { rows, isWhole } = await inquiry.askAll(USERS, '', 'Users', (iam, marker) => iam.users(marker));
  const names = rows.map(row => digText(row, 'UserName')).filter(name => name !== '');
  if (names.length < rows.length) inquiry.fail(USERS, '', 'a user without a name');
  return { names: [...new Set(names)], isWhole: isWhole && names.length === rows.length };
}

/** Lists the access keys user by user; where users were not told, of those whom the report names. */
export async function askAccessKeys(
  inquiry: Inquiry,
  users: { readonly names: readonly string[]; readonly isWhole: boolean },
  reported: Reported | null,
  listing: Listing,
): Promise<AccessKeys> {
  const keys: ListedKey[] = [];
  const holders = new Set<string>();
  const names = new Set(users.isWhole ? users.names : [...users.names, ...holdersIn(reported)]);
  await eachOf(names, LANES, async name => {
    const found = await askKeysOf(name, inquiry, listing);
    if (found.isWhole) holders.add(iamArn(`arn:${listing.partition}:`, listing.account, 'user', tidy(name)));
    for (const key of found.keys) keys.push({ key, use: key.active === true ? await askUse(key, inquiry) : null });
  });
  return { keys, holders, isWhole: users.isWhole && holders.size === names.size };
}

const holdersIn = (reported: Reported | null): string[] =>
  (reported?.credentials ?? []).filter(({ kind }) => kind === 'access-key').map(({ owner }) => userNameOf(owner));

async function askKeysOf(name: string, inquiry: Inquiry, listing: Listing) {
  const subject = `user/${tidy(name)}`;
  const { rows, isWhole } = await inquiry.askAll(KEYS, subject, 'AccessKeyMetadata', (iam, marker) =>
    iam.accessKeys(name, marker),
  );
  const gathered = gather(what => inquiry.fail(KEYS, subject, what));
  for (const row of rows) readAccessKey(isObject(row) ? { ...row, UserName: name } : row, listing, gathered.sink);
  return { keys: gathered.credentials, isWhole: isWhole && gathered.isWhole() };
}

async function askUse({ id }: Credential, inquiry: Inquiry): Promise<ListedKey['use']> {
  const answer = await inquiry.ask(USE, id, iam => iam.lastUse(id));
  const told = dig(answer, 'AccessKeyLastUsed');
  if (!isObject(told)) return null;
  const lastUsedAt = readDate(told['LastUsedDate']);
  return lastUsedAt === undefined ? {} : { lastUsedAt };
}

/** The keys of one kind that are bound to a service, and their census where they were listed whole. */
export interface ServiceKeys {
  readonly credentials: readonly Credential[];
  readonly censuses: readonly Census[];
}

/** Lists the keys of all users that are bound to a service of models. */
export async function askServiceKeys(inquiry: Inquiry, listing: Listing): Promise<ServiceKeys> {
  const { account, observedAt } = listing;
  const credentials: Credential[] = [];
  const censuses: Census[] = [];
  for (const [service, kind] of SERVICE_KEYS) {
    const found = await askKeysFor(service, kind, inquiry, listing);
    credentials.push(...found.credentials);
    if (found.isWhole) censuses.push({ account, kind, observedAt });
  }
  return { credentials, censuses };
}

async function askKeysFor(service: string, kind: CredentialKind, inquiry: Inquiry, listing: Listing) {
  const question = { permission: 'iam:ListServiceSpecificCredentials', thing: `${kindText(kind)}s` };
  const { rows, isWhole } = await inquiry.askAll(question, '', 'ServiceSpecificCredentials', (iam, marker) =>
    iam.serviceKeys(service, marker),
  );
  const gathered = gather(what => inquiry.fail(question, '', what));
  for (const row of rows) readServiceKey(row, listing, gathered.sink);
  return { credentials: gathered.credentials, isWhole: isWhole && gathered.isWhole() };
}

function gather(fail: (what: string) => void) {
  const credentials: Credential[] = [];
  let isWhole = true;
  const sink: RowSink = {
    credential: credential => credentials.push(credential),
    ignore: () => {},
    malformed(what) {
      isWhole = false;
      fail(what);
    },
  };
  return { credentials, sink, isWhole: () => isWhole };
}
