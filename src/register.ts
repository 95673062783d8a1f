import { Everyone } from './everyone.ts';
import { groupBy } from './group.ts';
import { isStatic } from './kinds.ts';
import type { Ledger } from './ledger.ts';
import type { Credential, CredentialKind } from './model/credential.ts';
import type { Register, RegisterRow } from './model/register.ts';
import { type Holder, holderOf, withAccounts } from './register/holders.ts';
import { joinsIn, type Joins } from './register/joins.ts';
import { type Lineage, lineageOf } from './register/lineage.ts';
import { type Listings, listingsOf } from './register/census.ts';
import { remarksOn } from './register/remarks.ts';
import { type Sight, sightOf } from './register/sight.ts';
import { isInUse, overlaid, together, type Usage, usageIn, usesModels, type Work } from './register/usage.ts';
import { hasEnded } from './standing.ts';
import { DAY } from './time.ts';
import { compareText } from './wording.ts';

/** What the register is asked for. */
export interface RegisterRequest {
  readonly now: number;
  /** Everything with a name, sessions, members and roles too, and not only keys and what uses models. */
  readonly isWhole: boolean;
  /** As many rows as are shown; the others are counted. */
  readonly most: number;
  /** Positions of the sources that told of a credential. */
  sourcesOf(id: string): readonly number[];
}

/** As many models are named in a row. */
const MOST_MODELS = 20;

/** A credential that has a row, before that is made: there may be far more than are shown. */
interface Entry {
  readonly credential: Credential;
  readonly holder: Holder;
}

/** What all rows are made from. */
interface Ground {
  readonly request: RegisterRequest;
  readonly joins: Joins;
  readonly lineage: Lineage;
  readonly listings: Listings;
  readonly sight: Sight;
  readonly keysOfHolder: ReadonlyMap<string, readonly Entry[]>;
  usageOf(id: string): Usage;
}

/** Who holds what, from all sources together: by holder, then provider, kind and id, whatever order they were read in. */
export function registerOf(ledger: Ledger, request: RegisterRequest): Register {
  const everyone = new Everyone(ledger);
  const { work, usage } = usageIn(ledger);
  const joins = joinsIn(everyone, work);
  const entries = entriesOf(everyone, joins, request, work).sort(byHolder);
  const held = entries.map(({ credential, holder }) => {
    const lastUsedAt = Math.max(work(credential.id).last, credential.lastUsedAt ?? Number.NEGATIVE_INFINITY);
    return { credential, holderId: holder.id, lastUsedAt };
  });
  const ground: Ground = {
    request,
    joins,
    lineage: lineageOf(held, request.now),
    listings: listingsOf(ledger, everyone),
    sight: sightOf(usersIn(everyone, work)),
    keysOfHolder: groupBy(entries, ({ holder }) => holder.id),
    usageOf: usage,
  };
  return { rows: entries.slice(0, request.most).map(entry => rowOf(entry, ground)), total: entries.length };
}

/** Who was seen at work, as far as it is known what they are. */
const usersIn = (everyone: Everyone, workOf: (id: string) => Work): Credential[] =>
  everyone.ids.map(id => everyone.credential(id)!).filter(({ id, kind }) => kind !== 'unknown' && isInUse(workOf(id)));

function entriesOf(
  everyone: Everyone,
  joins: Joins,
  { isWhole }: RegisterRequest,
  workOf: (id: string) => Work,
): Entry[] {
  const entries = everyone.ids.flatMap(id => {
    const credential = everyone.credential(id)!;
    if (joins.byName.has(id) || !(isWhole || isKey(credential, workOf))) return [];
    return [{ credential, holder: holderOf(credential, other => everyone.credential(other)) }];
  });
  const settle = withAccounts(entries.map(({ holder }) => holder));
  return entries.map(({ credential, holder }) => ({ credential, holder: settle(holder) }));
}

/** What was only lent for some hours is told with whom it was lent to. */
const SESSIONS: ReadonlySet<CredentialKind> = new Set(['user-session', 'root-session']);

/** Whether it lasts, or stands for somebody who lasts and uses models. */
const isKey = ({ id, kind }: Credential, workOf: (id: string) => Work): boolean =>
  isStatic(kind) || (!SESSIONS.has(kind) && usesModels(workOf(id)));

function byHolder(a: Entry, b: Entry): number {
  const isUnknown = ({ holder }: Entry): number => (holder.id === '' ? 1 : 0);
  return (
    isUnknown(a) - isUnknown(b) ||
    compareText(a.holder.text, b.holder.text) ||
    compareText(a.holder.id, b.holder.id) ||
    compareText(a.credential.provider, b.credential.provider) ||
    compareText(a.credential.kind, b.credential.kind) ||
    compareText(a.credential.id, b.credential.id)
  );
}

function rowOf({ credential, holder }: Entry, ground: Ground): RegisterRow {
  const { request, joins, lineage, listings, sight, keysOfHolder } = ground;
  const { id, provider, kind, owner, account, name = '', hint = '', scope = '' } = credential;
  const usage = wholeUsage(id, ground);
  const names = joins.byKey.get(id) ?? [];
  const known = {
    isInUse: isInUse(usage),
    isHolderGone: holder.isGone || listings.isHolderMissed(credential),
    joins: names,
    doubts: joins.doubts.get(id) ?? [],
    replaces: lineage.replaces.get(id) ?? null,
    replacedBy: lineage.replacedBy.get(id) ?? null,
  };
  const remarks = remarksOn(credential, known, listings, sight);
  const isVisible = !remarks.some(({ code }) => code === 'use-not-visible');
  const times = timesOf(credential, usage, request.now);
  const counts = isVisible ? countsOf(usage) : UNSEEN;
  // Field by field: there may be thousands, and spreading takes several times as long.
  return {
    id,
    provider,
    kind,
    name,
    hint,
    holder: holder.text,
    holderId: holder.id,
    holderKeys: holder.id === '' ? 1 : keysOfHolder.get(holder.id)!.length,
    owner,
    account,
    scope,
    createdAt: times.createdAt,
    ageDays: times.ageDays,
    expiresAt: times.expiresAt,
    active: times.active,
    firstUsedAt: times.firstUsedAt,
    lastUsedAt: times.lastUsedAt,
    uses: counts.uses,
    calls: counts.calls,
    tokensIn: counts.tokensIn,
    tokensOut: counts.tokensOut,
    microUsd: counts.microUsd,
    places: counts.places,
    networks: counts.networks,
    models: counts.models,
    sources: [...new Set([id, ...names.map(join => join.id)].flatMap(request.sourcesOf))].sort((a, b) => a - b),
    alsoSeenAs: names.map(join => join.id),
    replaces: known.replaces,
    replacedBy: known.replacedBy,
    remarks,
  };
}

/** A key's own use and that under its other names. What a proxy saw of a vendor's key the vendor may have counted too. */
function wholeUsage(id: string, { joins, usageOf }: Ground): Usage {
  const own = usageOf(id);
  const others = joins.byKey.get(id) ?? [];
  const under = (how: 'hint' | 'holder'): Usage[] =>
    others.filter(join => join.how === how).map(join => usageOf(join.id));
  const held = under('holder').reduce(together, own);
  const [first, ...rest] = under('hint');
  return first === undefined ? held : overlaid(held, rest.reduce(together, first));
}

type Times = Pick<RegisterRow, 'createdAt' | 'ageDays' | 'expiresAt' | 'active' | 'firstUsedAt' | 'lastUsedAt'>;

function timesOf(credential: Credential, { first, last }: Usage, now: number): Times {
  const { createdAt = null, expiresAt = null, lastUsedAt = Number.NEGATIVE_INFINITY } = credential;
  const since = createdAt ?? finite(first);
  return {
    createdAt,
    ageDays: since === null ? null : Math.max(0, Math.floor((now - since) / DAY)),
    expiresAt,
    active: hasEnded(credential, now) ? false : (credential.active ?? null),
    firstUsedAt: finite(first),
    lastUsedAt: finite(Math.max(last, lastUsedAt)),
  };
}

const finite = (at: number): number | null => (Number.isFinite(at) ? at : null);

type Counts = Pick<
  RegisterRow,
  'uses' | 'calls' | 'tokensIn' | 'tokensOut' | 'microUsd' | 'places' | 'networks' | 'models'
>;

const UNSEEN: Counts = {
  uses: null,
  calls: null,
  tokensIn: null,
  tokensOut: null,
  microUsd: null,
  places: null,
  networks: null,
  models: null,
};

function countsOf({ places, networks, models, uses, calls, tokensIn, tokensOut, microUsd }: Usage): Counts {
  const counted = [...(places ?? [])].map(([country, uses]) => ({ country, uses }));
  counted.sort((a, b) => b.uses - a.uses || compareText(a.country, b.country));
  const hasTokens = (tokensIn ?? 0) + (tokensOut ?? 0) > 0;
  // A call takes tokens and comes from somewhere: where there are the ones without the others, nobody told of those.
  const unless = <T>(isUntold: boolean, told: T): T | null => (isUntold ? null : told);
  const told = (count: number | null): number | null => unless(count === 0 && (calls ?? 0) > 0, count);
  const isUnplaced = networks?.size === 0 && ((uses ?? 0) > 0 || hasTokens);
  return {
    uses: unless(uses === 0 && hasTokens, uses),
    calls: unless(calls === 0 && hasTokens, calls),
    microUsd: unless(microUsd === 0 && hasTokens, told(microUsd)),
    tokensIn: hasTokens ? tokensIn : told(tokensIn),
    tokensOut: hasTokens ? tokensOut : told(tokensOut),
    places: unless(isUnplaced, places && counted),
    networks: unless(isUnplaced, networks?.size ?? null),
    models: models && [...models].sort().slice(0, MOST_MODELS),
  };
}
