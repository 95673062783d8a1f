import type { RegisterRow } from '../../model/register.ts';
import { KINDS, PROVIDERS, REMARKS } from '../../report/schema.ts';
import { isUnused } from '../../report/register/words.ts';
import { DAY } from '../../time.ts';

/** What rows are looked at from. */
export interface Viewpoint {
  readonly now: number;
  /** The names of the sources, by their positions. */
  readonly sources: readonly string[];
}

/** A number of a row; null where it is not known. */
export interface NumberField {
  number(row: RegisterRow, viewpoint: Viewpoint): number | null;
}

/** Texts of a row, any of which may be meant; `values` are all that there can be, where those are few. */
export interface TextField {
  texts(row: RegisterRow, viewpoint: Viewpoint): readonly string[];
  readonly values?: readonly string[];
}

const number = (get: NumberField['number']): NumberField => ({ number: get });
const text = (texts: TextField['texts'], values?: readonly string[]): TextField => ({
  texts,
  ...(values && { values }),
});

/** What was looked for in use and not found was used longer ago than any number of days. */
const lastSeen: NumberField['number'] = (row, { now }) => {
  if (row.lastUsedAt !== null) return Math.max(0, (now - row.lastUsedAt) / DAY);
  return isUnused(row) ? Number.POSITIVE_INFINITY : null;
};

const ACTIVE = ['yes', 'no', 'unknown'] as const;

/** What `--where` can ask of a key, by name. */
export const FIELDS: Readonly<Record<string, NumberField | TextField>> = {
  id: text(({ id, alsoSeenAs }) => [id, ...alsoSeenAs]),
  name: text(({ name }) => [name]),
  hint: text(({ hint }) => [hint]),
  provider: text(({ provider }) => [provider], PROVIDERS),
  kind: text(({ kind }) => [kind], KINDS),
  holder: text(({ holder, holderId, owner }) => [...new Set([holder, holderId, owner])]),
  account: text(({ account }) => [account]),
  scope: text(({ scope }) => [scope]),
  active: text(({ active }) => [active === null ? 'unknown' : active ? 'yes' : 'no'], ACTIVE),
  age: number(({ ageDays }) => ageDays),
  expires: number(({ expiresAt }, { now }) => (expiresAt === null ? null : (expiresAt - now) / DAY)),
  'last-seen': number(lastSeen),
  places: text(({ places }) => (places ?? []).map(({ country }) => country)),
  networks: number(({ networks }) => networks),
  uses: number(({ uses }) => uses),
  calls: number(({ calls }) => calls),
  tokens: number(({ tokensIn, tokensOut }) => (tokensIn === null || tokensOut === null ? null : tokensIn + tokensOut)),
  'tokens-in': number(({ tokensIn }) => tokensIn),
  'tokens-out': number(({ tokensOut }) => tokensOut),
  cost: number(({ microUsd }) => (microUsd === null ? null : microUsd / 1e6)),
  models: text(({ models }) => models ?? []),
  sources: text(({ sources }, viewpoint) => sources.map(position => viewpoint.sources[position]!)),
  remarks: text(({ remarks }) => remarks.map(({ code }) => code), REMARKS),
};
