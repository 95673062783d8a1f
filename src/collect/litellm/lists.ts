import type { Batch, Completion, Damage } from '../../model/batch.ts';
import type { Census, Credential, CredentialKind } from '../../model/credential.ts';
import { digText } from '../../normalise/dig.ts';
import { LITELLM } from '../../normalise/litellm-identity.ts';
import { litellmKeys, readLitellmRow } from '../../normalise/litellm-keys.ts';
import { createDamageLog, type DamageLog } from '../../scan/damage-log.ts';
import type { Task } from '../collector.ts';
import { bornBefore, interrupted, isLate, lateText } from '../service/listing.ts';
import { type Api, isMissing } from './api.ts';
import { KEYS, TEAMS, USERS } from './needs.ts';
import { type NumberedList, type Page, pagesOf } from './pages.ts';
import type { Place } from './place.ts';
import { explainLitellm } from './trouble.ts';

/** A list of who and what there is. */
export interface Listing extends NumberedList {
  readonly what: string;
  readonly permission: string;
  /** Where versions without the path have it, all at once. */
  readonly older?: string;
  /** What is known whole once the list was read to its end. */
  readonly kind?: CredentialKind;
}

const KEY_LIST = { path: 'key/list', rows: 'keys', size: 'size', total: 'total_count' } as const;

/** Versions before 2026 know no deleted keys: they do not look at `status`, and list the others once more. */
export const LISTINGS: readonly Listing[] = [
  { ...KEY_LIST, what: 'keys', permission: KEYS, query: { return_full_object: 'true' }, kind: 'virtual-key' },
  { ...KEY_LIST, what: 'deleted keys', permission: KEYS, query: { return_full_object: 'true', status: 'deleted' } },
  {
    what: 'users',
    permission: USERS,
    path: 'user/list',
    rows: 'users',
    size: 'page_size',
    total: 'total',
    kind: 'member',
  },
  {
    what: 'teams',
    permission: TEAMS,
    path: 'v2/team/list',
    older: 'team/list',
    rows: 'teams',
    size: 'page_size',
    total: 'total',
  },
];

/** Why the keys cannot be seen, or may not be all. */
interface KeyState {
  readonly lacks: { keys: string };
  readonly doubts: { keys: string };
}

/** What is gathered while the lists are read. */
interface Gathering {
  readonly log: DamageLog;
  readonly faults: Damage[];
  /** The kinds that were listed to their end, and could be read. */
  readonly whole: Set<CredentialKind>;
}

/** Who and what there is, list by list: one that cannot be read leaves the others alone. */
export async function* readListings(
  api: Api,
  place: Place,
  task: Task,
  { lacks, doubts }: KeyState,
): AsyncGenerator<Batch, Completion, void> {
  const { signal, window } = task;
  const gathering: Gathering = { log: createDamageLog(), faults: [], whole: new Set() };
  for (const listing of LISTINGS) {
    try {
      yield* readListing(api, listing, window.until, gathering);
    } catch (error) {
      if (signal.aborted) break;
      const { what } = explainLitellm(error, place);
      if (listing === LISTINGS[0]) lacks.keys = what;
      gathering.faults.push({ where: listing.what, what, count: 1 });
    }
  }
  const { faults, log, whole } = gathering;
  const isPast = isLate(task);
  // A user who is no admin is given their own keys as if there were no others, and is not given the users.
  const isOfAdmin = whole.has('member');
  if (!isOfAdmin) doubts.keys = OWN_KEYS;
  const isWhole = isOfAdmin && !isPast && !signal.aborted;
  yield { events: [], credentials: [], ignored: 0, size: 0, censuses: isWhole ? censusesOf(whole, window.until) : [] };
  const damage = [...(signal.aborted ? [interrupted('the keys')] : faults), ...log.list()];
  const remarks = isPast ? [lateText(`the keys of ${place.host}`, window.until)] : [];
  return { complete: damage.length === 0, kind: litellmKeys.id, views: null, damage, remarks, skipped: false };
}

/** A batch for each page. */
async function* readListing(
  api: Api,
  listing: Listing,
  until: number,
  { log, whole }: Gathering,
): AsyncGenerator<Batch, void, void> {
  let isReadable = true;
  for await (const { rows } of pagesIn(api, listing)) {
    const credentials: Credential[] = [];
    let ignored = 0;
    const sink = {
      credential: (credential: Credential) => void credentials.push(credential),
      ignore: () => void ignored++,
      malformed(what: string) {
        isReadable = false;
        log.add(listing.what, what);
      },
    };
    for (const row of rows.filter(each => isMeant(each, listing))) readLitellmRow(row, until - 1, sink);
    yield { events: [], credentials: bornBefore(credentials, until), ignored, size: 0 };
  }
  if (listing.kind !== undefined && isReadable) whole.add(listing.kind);
}

/** The pages of a list, where this version of LiteLLM has it. */
async function* pagesIn(api: Api, listing: Listing): AsyncGenerator<Page, void, void> {
  try {
    yield* pagesOf(api, listing);
  } catch (error) {
    if (listing.older === undefined || !isMissing(error)) throw error;
    yield* pagesOf(api, { ...listing, path: listing.older });
  }
}

const OWN_KEYS = 'the key that keyward was given may not list users, so the keys it lists may be only its own';

/** In the list of deleted keys, only those that say that they are. */
const isMeant = (row: unknown, { query }: Listing): boolean =>
  query?.['status'] !== 'deleted' || digText(row, 'deleted_at') !== '';

const censusesOf = (kinds: ReadonlySet<CredentialKind>, until: number): Census[] =>
  [...kinds].map(kind => ({ account: LITELLM, kind, observedAt: until - 1 }));
