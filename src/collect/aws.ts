import type { Completion } from '../model/batch.ts';
import type { Reach, Views } from '../model/coverage.ts';
import { eachOf } from '../pool.ts';
import { DAY, SECOND } from '../time.ts';
import type { Access } from './aws/access.ts';
import { checkAws } from './aws/check.ts';
import { createEstimate, type Estimate } from './aws/lookup/estimate.ts';
import { type Inventory, type KeyUse, openInventory } from './aws/inventory.ts';
import { readRegion } from './aws/lookup.ts';
import type { Stretch } from './aws/lookup/pages.ts';
import type { Scope } from './aws/lookup/plan.ts';
import { lookupViews, unitedViews } from './aws/lookup/views.ts';
import { awsNeeds, ownActions } from './aws/needs.ts';
import { type Posture, readPosture } from './aws/posture.ts';
import { enabledRegions, isRegion, notRegion } from './aws/regions.ts';
import { signIn } from './aws/session.ts';
import { defineCollector, type OpenSource, type Shard, type Task, type Window } from './collector.ts';
import { blindViews } from './service/views.ts';

/** How far LookupEvents looks back. */
const KEPT_DAYS = 90;

/** Regions wait for their turns most of the time. */
const LANES = 96;

const ACCOUNT_LANES = 4;

export const aws = defineCollector({
  id: 'aws',
  title: 'AWS account',
  description:
    'An AWS account as it is: the events of the last 90 days from CloudTrail LookupEvents, in all Regions that are ' +
    'enabled or in those named, and the keys that IAM knows. It pulls what the rules look at; --all-events pulls all.',
  forms: ['aws:', 'aws:eu-west-1,us-east-1'],
  needs: awsNeeds,
  ownActions,
  unit: 'part',
  accepts: source => /^aws:/i.test(source),
  open: openAws,
});

type Read = OpenSource['read'];

/** One account that is signed in to. */
interface Account {
  readonly access: Access;
  readonly regions: ReadonlyMap<string, Scope>;
  readonly posture: Posture;
  /** Why the Regions may not be all; empty when they are. */
  readonly trouble: string;
  readonly inventory: Inventory;
  /** Whether the access keys could be listed, once that was asked. */
  areKeysKnown: boolean;
  /** Why there is not one page of some Regions, by their names. */
  readonly refused: Map<string, string>;
}

/** The account or accounts that the credentials lead to; each fails alone. */
function openAws(source: string, task: Task): OpenSource {
  const reads = new Map<string, Read>();
  const accounts: Account[] = [];
  const failures: { readonly account: string; readonly what: string }[] = [];
  const stretch = stretchOf(task.window, task.clock.now());
  return {
    isOverlapping: true,
    lanes: LANES,
    async *shards() {
      const asked = regionsIn(source);
      const signedIn = await signIn(task);
      failures.push(...signedIn.failures);
      const opened = new Map<Access, Account>();
      await eachOf(signedIn.accounts, ACCOUNT_LANES, async access => {
        opened.set(access, await openAccount(access, asked, task));
      });
      accounts.push(...signedIn.accounts.map(access => opened.get(access)!));
      const regions = accounts.flatMap(account => [...account.regions.keys()].map(region => nameOf(account, region)));
      const estimate = createEstimate(regions, LANES, text => task.tell(text));
      for (const { read, ...shard } of [
        ...failures.map(failedPart),
        ...accounts.flatMap(account => partsOf(account, stretch, estimate, task)),
      ]) {
        reads.set(shard.key, read);
        yield shard;
      }
    },
    read: (shard, grain, after) => reads.get(shard.key)!(shard, grain, after),
    self: () => accounts.map(({ access }) => access.principal),
    accounts: () => accounts.map(({ access }) => access.account),
    reach: () => reachOf(task.window, stretch),
    views: () => (reads.size === 0 ? null : viewsOf(accounts, failures, stretch, task)),
    check: () => checkAws(regionsIn(source), task),
  };
}

/** The Regions that a source names, in order; none stands for all of them. */
export function regionsIn(source: string): string[] {
  const names = source
    .slice(source.indexOf(':') + 1)
    .split(',')
    .map(name => name.trim().toLowerCase())
    .filter(name => name !== '');
  const strange = names.find(name => !isRegion(name));
  if (strange !== undefined)
    throw notRegion(strange, 'Write `aws:` for all of them, or as in aws:eu-west-1,us-east-1.');
  return [...new Set(names)].sort();
}

/** What of a window LookupEvents still has, in whole seconds; its end lies before its start when that is nothing. */
export function stretchOf({ from, until }: Window, now: number): Stretch {
  const oldest = now - KEPT_DAYS * DAY;
  const whole = (at: number): number => Math.floor(at / SECOND) * SECOND;
  return { from: whole(Math.max(from ?? oldest, oldest)), until: whole(Math.min(until, now)) };
}

function reachOf({ from }: Window, stretch: Stretch): Reach {
  const isCut = from !== null && stretch.from > from;
  return { from: stretch.from, why: isCut ? `LookupEvents keeps ${KEPT_DAYS} days` : '' };
}

async function openAccount(access: Access, asked: readonly string[], task: Task): Promise<Account> {
  const { regions, trouble } = asked.length > 0 ? { regions: asked, trouble: '' } : await enabledRegions(access);
  const scope: Scope = task.aws.allEvents === true ? 'all' : 'usual';
  const scopes = new Map<string, Scope>(regions.map(region => [region, scope]));
  // Keys are made in IAM, and its events lie in this Region alone.
  if (!scopes.has(access.globalRegion)) scopes.set(access.globalRegion, 'global');
  return {
    access,
    regions: scopes,
    posture: await readPosture(access, [...scopes.keys()], task.signal),
    trouble,
    inventory: openInventory(access, task),
    areKeysKnown: true,
    refused: new Map(),
  };
}

interface Part extends Shard {
  readonly read: Read;
}

function partsOf(account: Account, stretch: Stretch, estimate: Estimate, task: Task): Part[] {
  const { access, regions, inventory } = account;
  const keys = (): Promise<readonly KeyUse[] | null> => keysOf(account);
  const pulled = [...regions].map(([region, scope]): Part => {
    const name = nameOf(account, region);
    const refuse = (why: string): void => void account.refused.set(region, why);
    const pull = { access, region, name, scope, stretch, keys, refuse, estimate, task };
    return {
      key: name,
      within: access.account,
      size: stretch.until - stretch.from,
      read: (_shard, _grain, after) => readRegion(pull, after),
    };
  });
  return [
    { key: `${access.account} keys`, size: 0, read: () => inventory.read() },
    { key: `${access.account} trails`, size: 0, read: () => ended(trailsOf(account)) },
    ...(stretch.from <= stretch.until ? pulled : [tooOldPart(access.account)]),
  ];
}

/** What a Region is called to the user. */
const nameOf = ({ access }: Account, region: string): string => `${access.account} ${region}`;

async function keysOf(account: Account): Promise<readonly KeyUse[] | null> {
  const keys = await account.inventory.keys();
  account.areKeysKnown = keys !== null;
  return keys;
}

const failedPart = ({ account, what }: { account: string; what: string }): Part => failingPart(account, what);

const tooOldPart = (account: string): Part =>
  failingPart(
    `${account} events`,
    `LookupEvents keeps ${KEPT_DAYS} days, and all that was asked for is older: name the bucket of a trail, as in s3://bucket/prefix`,
  );

const failingPart = (key: string, what: string): Part => ({
  key,
  size: 0,
  read: () => ended(nothing({ damage: [{ where: '', what, count: 1 }] })),
});

/** What is known of an account's trails: read when it was opened, told in its turn. */
function trailsOf({ posture, trouble }: Account): Completion {
  const regions = trouble === '' ? [] : [{ where: 'Regions', what: trouble, count: 1 }];
  return nothing({ damage: [...regions, ...posture.damage], remarks: posture.remarks });
}

const nothing = ({ damage, remarks = [] }: Pick<Completion, 'damage' | 'remarks'>): Completion => ({
  complete: damage.length === 0,
  kind: '',
  views: null,
  damage,
  remarks,
  skipped: false,
});

/** A part that holds no events. */
async function* ended(completion: Completion): ReturnType<Read> {
  yield* [];
  return await Promise.resolve(completion);
}

function viewsOf(
  accounts: readonly Account[],
  failures: readonly { readonly account: string; readonly what: string }[],
  { from, until }: Stretch,
  { aws: { allEvents = false } }: Task,
): Views {
  return unitedViews([
    ...failures.map(({ account, what }) => ({ account, views: blindViews(what) })),
    ...accounts.map(({ access: { account }, regions, posture, areKeysKnown, refused }) => ({
      account,
      views: lookupViews(posture.views, {
        allEvents,
        areKeysKnown,
        refused,
        isRefused: refused.size === regions.size,
        isEmpty: from > until,
      }),
    })),
  ]);
}
