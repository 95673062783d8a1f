import type { Deed } from '../model/event.ts';
import { HOUR } from '../time.ts';
import { defineFacet } from './facet.ts';
import { keepTable } from './keep.ts';
import type { Fold, Table } from './table.ts';
import { isByService } from './volume.ts';

/** What was given out: temporary sessions, static keys, secrets shown to a reader, or tokens that programs ask for. */
export type Issued = 'sessions' | 'keys' | 'secrets' | 'tokens';

/** Credentials of one class given out within one UTC hour. */
export interface IssuanceHour {
  readonly hour: number;
  readonly issued: Issued;
  /** A batch read counts as several. */
  readonly amount: number;
  /** Batch reads among them. */
  readonly batches: number;
  readonly first: number;
  readonly last: number;
}

/**
 * How many secrets one batch read is taken for; the log does not say. Programs read a handful of parameters when they
 * start; few ever read secrets by the batch.
 */
const BATCHES: ReadonlyMap<string, number> = new Map([
  ['secretsmanager:BatchGetSecretValue', 10],
  ['ssm:GetParameters', 3],
  ['ssm:GetParametersByPath', 3],
]);

/** What sets a secret anew, or a password, or puts a key in the place of another: there are no more keys for it. */
const NO_NEW_KEY =
  /:(?:(?:Create|Update)LoginProfile|ResetServiceSpecificCredential)$|\/regenerate\w*\/action$|[-_](?:rotated|regenerated)$/;

/** Whether there is one key more after a credential was made in this way. */
export const addsKey = (action: string): boolean => !NO_NEW_KEY.test(action);

const FOLDS: readonly Fold[] = ['sum', 'sum', 'min', 'max'];
const CLASSES: readonly Issued[] = ['sessions', 'keys', 'secrets', 'tokens'];
const CLASS_OF: Partial<Record<Deed, number>> = { issue: 0, create: 1, reveal: 2 };
const TOKENS = 3;

const TOKEN =
  /^(?:entra:|iamcredentials:|iam:Sign(?:Blob|Jwt)$|sts:ExchangeToken$|anthropic:platform_(?:federated|app_attest)_authentication$)/;

/** A program asks for a token every hour, and each of its copies does: that is no session that someone chose to open. */
const isToken = (action: string): boolean => TOKEN.test(action);

const hourOfKey = (key: number): number => Math.floor(key / CLASSES.length);

/** Hour by hour, the credentials and secrets that a credential was used to obtain. */
export const issuance = defineFacet({
  id: 'issuance',
  version: 4,
  columns: ['hour', 'deed', 'action', 'outcome', 'agent'],
  ...keepTable(FOLDS, key => hourOfKey(key) * HOUR),
  add(state, event) {
    const issued = event.deed === 'issue' && isToken(event.action) ? TOKENS : CLASS_OF[event.deed];
    if (issued === undefined || event.outcome !== 'ok' || event.count === 0 || isByService(event.agent)) return;
    if (event.deed === 'create' && !addsKey(event.action)) return;
    const weight = event.deed === 'reveal' ? BATCHES.get(event.action) : undefined;
    const batches = weight === undefined ? 0 : event.count;
    state.fold(event.hour * CLASSES.length + issued, [event.count * (weight ?? 1), batches, event.at, event.last]);
  },
});

/** The rows of an issuance table, by hour, then class. */
export function* issuanceHours(table: Table): Generator<IssuanceHour> {
  for (const [key, values] of table.rows()) {
    const [amount, batches, first, last] = values as [number, number, number, number];
    const hour = hourOfKey(key);
    yield { hour, issued: CLASSES[key % CLASSES.length]!, amount, batches, first, last };
  }
}
