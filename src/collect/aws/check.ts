import { UserError } from '../../errors.ts';
import { groupBy } from '../../group.ts';
import type { Views } from '../../model/coverage.ts';
import { eachOf } from '../../pool.ts';
import { countText, someText } from '../../wording.ts';
import type { Check, Task } from '../collector.ts';
import { unbegun } from '../service/checks.ts';
import { blindViews } from '../service/views.ts';
import { describeAccess } from './access.ts';
import { type Examined, examine } from './check/examine.ts';
import { unitedViews } from './lookup/views.ts';
import { namedRegion } from './regions.ts';
import { type SignedIn, signIn } from './session.ts';

/** Accounts that are examined at once. */
const LANES = 4;
/** As many accounts as a line names; the rest is counted. */
const SHOWN = 3;

/**
 * Tries every permission that reading the accounts takes, with the cheapest call for each, in these Regions or else in
 * all that are enabled; returns what would be seen.
 */
export async function* checkAws(regions: readonly string[], task: Task): AsyncGenerator<Check, Views | null, void> {
  const signedIn = await signInOr(task);
  if ('what' in signedIn) {
    yield signedIn;
    return null;
  }
  yield* signInChecks(signedIn, task);
  const examined = new Map<string, Examined>();
  await eachOf(signedIn.accounts, LANES, async access => {
    if (!task.signal.aborted) examined.set(access.account, await examine(access, regions, task));
  });
  yield* joined(examined);
  return unitedViews([
    ...signedIn.failures.map(({ account, what }) => ({ account, views: blindViews(what) })),
    ...[...examined].map(([account, { views }]) => ({ account, views })),
  ]);
}

async function signInOr(task: Task): Promise<SignedIn | Check> {
  try {
    return await signIn(task);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return unbegun('credentials', error);
  }
}

function* signInChecks({ accounts, failures }: SignedIn, task: Task): Generator<Check> {
  yield {
    what: 'credentials',
    state: 'ok',
    detail: `${someText(accounts.map(describeAccess), SHOWN)}, ${sourceText(task)}`,
  };
  for (const { account, what } of failures) yield { what: `account ${account}`, state: 'failed', detail: what };
  const { roleArn, roleName, accounts: asked = [] } = task.aws;
  if (roleArn !== undefined || roleName !== undefined)
    yield { what: 'sts:AssumeRole', state: 'ok', detail: `in ${countText(accounts.length, 'account')}` };
  if (asked.includes('org') && failures.every(({ account }) => account !== 'org'))
    yield { what: 'organizations:ListAccounts', state: 'ok', detail: '' };
}

/** Where the credentials came from, as the SDK looks for them, and the Region that was named. */
function sourceText(task: Task): string {
  const { aws, env } = task;
  const found = SOURCES.find(({ name }) => env[name] !== undefined && env[name] !== '');
  const usual = found?.say(env[found.name]!) ?? 'the default profile or the role of this machine';
  const region = namedRegion(task);
  return [
    `from ${aws.profile ? `profile ${aws.profile}` : usual}`,
    ...(aws.roleArn === undefined ? [] : [`through ${aws.roleArn}`]),
    ...(region === '' ? [] : [`Region ${region}`]),
  ].join(', ');
}

const SOURCES: readonly { readonly name: string; say(value: string): string }[] = [
  { name: 'AWS_PROFILE', say: value => `profile ${value} (AWS_PROFILE)` },
  { name: 'AWS_ACCESS_KEY_ID', say: () => 'AWS_ACCESS_KEY_ID' },
  { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', say: () => 'AWS_WEB_IDENTITY_TOKEN_FILE' },
  { name: 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', say: () => 'the role of this container' },
  { name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', say: () => 'the role of this container' },
];

/** Of several accounts, those that fared alike are told in one line. */
function* joined(examined: ReadonlyMap<string, Examined>): Generator<Check> {
  const accounts = [...examined.keys()].sort();
  if (accounts.length === 1) return yield* examined.get(accounts[0]!)!.checks;
  const told = accounts.flatMap(account => examined.get(account)!.checks.map(check => ({ account, check })));
  for (const alike of groupBy(told, ({ check }) => likenessOf(check)).values()) {
    const { check } = alike[0]!;
    const holders = [...new Set(alike.map(({ account }) => account))];
    const where = holders.length === accounts.length ? 'in all accounts' : `in ${someText(holders, SHOWN)}`;
    yield { ...check, detail: isPlain(check) ? where : `${check.detail} (${where})` };
  }
}

const likenessOf = (check: Check): string =>
  JSON.stringify([check.what, check.state, isPlain(check) ? '' : check.detail]);

/** A permission that is there; what it found differs from account to account. */
const isPlain = ({ what, state }: Check): boolean => state === 'ok' && /^[a-z]+:[A-Z]/.test(what);
