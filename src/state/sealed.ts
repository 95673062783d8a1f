import { gunzipSync, gzipSync } from 'node:zlib';
import { decode, encode, type Ledger } from '../ledger.ts';
import type { Plan } from '../plan.ts';

/** A ledger as it is kept on disk. */
export const seal = (ledger: Ledger): Buffer => gzipSync(JSON.stringify(encode(ledger)), { level: 4 });

/** The ledger that was sealed. */
export const unseal = (plan: Plan, sealed: Uint8Array): Ledger =>
  decode(plan, JSON.parse(gunzipSync(sealed).toString('utf8')));
