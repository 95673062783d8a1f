import { csv } from '../../report/register/csv.ts';
import { json } from '../../report/register/json.ts';
import { markdown } from '../../report/register/markdown.ts';
import { table } from '../../report/register/table.ts';
import type { Reporter } from '../../report/reporter.ts';

/** How the register can be written. */
export const KEYS_FORMATS: readonly Reporter[] = [table, json, csv, markdown];
