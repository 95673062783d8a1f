import { groupBy } from '../../group.ts';
import type { Batch, Completion, Damage } from '../../model/batch.ts';
import type { Census, Credential } from '../../model/credential.ts';
import { REPORTED } from '../../normalise/credential-report.ts';
import type { Listing } from '../../normalise/iam-listing.ts';
import { isSameAge } from '../../standing.ts';
import { DAY } from '../../time.ts';
import { compareText, dayText } from '../../wording.ts';
import type { Task } from '../collector.ts';
import type { Access } from './access.ts';
import { openInquiry } from './inventory/inquiry.ts';
import {
  type AccessKeys,
  askAccessKeys,
  askServiceKeys,
  askUsers,
  type ListedKey,
  type ServiceKeys,
} from './inventory/keys.ts';
import { askReport, type Reported } from './inventory/report.ts';
import { askRoles } from './inventory/roles.ts';

/** An access key of a user, as far as it matters to who looks for its calls. */
export interface KeyUse {
  readonly id: string;
  readonly active: boolean;
  /** As early as can be where it is not known. */
  readonly createdAt: number;
  /** It was not used after this: its creation where it never was used. Undefined when its use is not known. */
  readonly lastUsedAt?: number;
}

/** The keys of an account as IAM lists them; they are asked for once, whoever wants them first. */
export interface Inventory {
  read(): AsyncGenerator<Batch, Completion, void>;
  /** The access keys of all users; null when they could not be listed whole. Those of root have no ids here. */
  keys(): Promise<readonly KeyUse[] | null>;
}

interface Stock {
  readonly batch: Batch;
  readonly completion: Completion;
  readonly keys: readonly KeyUse[] | null;
}

/** Opens the inventory of an account; nothing is asked before it is read. */
export function openInventory(access: Access, task: Task): Inventory {
  let loading: Promise<Stock> | undefined;
  const load = (): Promise<Stock> => (loading ??= takeStock(access, task));
  return {
    async *read() {
      const { batch, completion } = await load();
      yield batch;
      return completion;
    },
    keys: async () => (await load()).keys,
  };
}

async function takeStock(access: Access, task: Task): Promise<Stock> {
  const { account, partition } = access;
  const { until } = task.window;
  const inquiry = await openInquiry(access, task.signal);
  const listing: Listing = { account, partition, observedAt: until - 1 };
  const [reported, users, services, outside] = await Promise.all([
    askReport(inquiry, task),
    askUsers(inquiry),
    askServiceKeys(inquiry, listing),
    askRoles(inquiry, account),
  ]);
  const listed = await askAccessKeys(inquiry, users, reported, listing);
  const found: Found = { reported, listed, services };
  const isLate = task.clock.now() - until > DAY;
  const censuses = isLate ? [] : censusesOf(found, listing);
  const remarks = [...(isLate ? [lateText(account, until)] : []), ...outside];
  return {
    batch: { events: [], credentials: credentialsOf(found, until), ignored: 0, size: 0, censuses },
    completion: ending(inquiry.damage(), remarks),
    keys: listed.isWhole ? keyUses(found, until) : null,
  };
}

const ending = (damage: readonly Damage[], remarks: readonly string[]): Completion => ({
  complete: damage.length === 0,
  kind: 'IAM inventory',
  views: null,
  damage,
  remarks,
  skipped: false,
});

/** All that was found out. */
interface Found {
  readonly reported: Reported | null;
  readonly listed: AccessKeys;
  readonly services: ServiceKeys;
}

/** IAM tells only of now: what was deleted since is missing, and that says nothing of then. */
const lateText = (account: string, until: number): string =>
  `the keys of account ${account} are listed as they are now: what was deleted after ${dayText(until - 1)} is not among them`;

/** The report tells of access keys only where they could not be listed by their ids. */
function credentialsOf({ reported, listed, services }: Found, until: number): Credential[] {
  const rows = rowsByHolder(reported);
  const unlisted = (reported?.credentials ?? [])
    .filter(({ kind, owner }) => kind !== 'access-key' || !listed.holders.has(owner))
    .map(row => usedBefore(until, row, [row.lastUsedAt]));
  return [...listed.keys.map(key => withUse(key, rows, until)), ...unlisted, ...services.credentials]
    .filter(({ createdAt = 0 }) => createdAt < until)
    .sort((a, b) => compareText(a.id, b.id));
}

function rowsByHolder(reported: Reported | null): ReadonlyMap<string, readonly Credential[]> {
  const rows = (reported?.credentials ?? []).filter(({ kind }) => kind === 'access-key');
  return groupBy(rows, ({ owner }) => owner);
}

/** What is known of its use from IAM or, failing that, from the report, which names no ids. */
function withUse(
  { key, use }: ListedKey,
  rows: ReadonlyMap<string, readonly Credential[]>,
  until = Number.POSITIVE_INFINITY,
): Credential {
  const row = rows.get(key.owner)?.find(other => isSameAge(key, other));
  return use === null && row === undefined ? key : usedBefore(until, key, [use?.lastUsedAt, row?.lastUsedAt]);
}

/** With its last use before an instant; of a key that was used only since, the last use before is not known. */
function usedBefore(until: number, credential: Credential, told: readonly (number | undefined)[]): Credential {
  const { lastUsedAt: _last, isUseKnown: _isKnown, ...rest } = credential;
  const uses = told.filter(at => at !== undefined);
  const before = uses.filter(at => at < until);
  if (before.length === 0) return uses.length === 0 ? { ...rest, isUseKnown: true } : rest;
  return { ...rest, isUseKnown: true, lastUsedAt: Math.max(...before) };
}

function censusesOf({ reported, listed, services }: Found, { account, observedAt }: Listing): Census[] {
  const inReport = REPORTED.filter(kind => kind !== 'access-key' && reported?.isWhole === true);
  return [
    ...(listed.isWhole ? [{ account, kind: 'access-key' as const, observedAt }] : []),
    ...services.censuses,
    ...inReport.map(kind => ({ account, kind, observedAt: reported!.observedAt })),
  ];
}

function keyUses({ reported, listed }: Found, until: number): KeyUse[] {
  const rows = rowsByHolder(reported);
  const keys = new Map(listed.keys.map(key => [key.key.id, withUse(key, rows)]));
  return [...keys.values()]
    .filter(({ createdAt = 0 }) => createdAt < until)
    .sort((a, b) => compareText(a.id, b.id))
    .map(({ id, active, createdAt = 0, lastUsedAt, isUseKnown }) => ({
      id,
      active: active !== false,
      createdAt,
      ...(isUseKnown === true && { lastUsedAt: lastUsedAt ?? createdAt }),
    }));
}
