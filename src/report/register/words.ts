import type { RegisterRow } from '../../model/register.ts';
import type { Report } from '../../model/report.ts';
import { DAY, HOUR, MINUTE } from '../../time.ts';
import { countText, withSeparators } from '../../wording.ts';
import { isoOf } from '../dates.ts';

/** What stands where something is not known, or cannot be seen. */
export const UNKNOWN = '–';

/** What of a key no number tells, in words. */
export const remarkTexts = ({ active, remarks }: RegisterRow): string[] => [
  ...(active === false ? ['no longer valid'] : []),
  ...remarks.map(({ text }) => text),
];

/** Whether a key was looked for in use, and not found. */
export const isUnused = ({ remarks }: RegisterRow): boolean =>
  remarks.some(({ code }) => code === 'never-used' || code === 'not-seen-in-use');

/** The kind in words, as in 'api key'. */
export const kindText = ({ kind }: RegisterRow): string => kind.replaceAll('-', ' ');

/** '212d', or '≥212d' where only its first use is known. */
export const ageText = ({ ageDays, createdAt }: RegisterRow): string =>
  ageDays === null ? UNKNOWN : `${createdAt === null ? '≥' : ''}${withSeparators(ageDays)}d`;

/** '3h' ago, 'never' where it would have been seen. */
export function lastUsedText(row: RegisterRow, now: number): string {
  if (row.lastUsedAt !== null) return spanText(Math.max(0, now - row.lastUsedAt));
  return isUnused(row) ? 'never' : UNKNOWN;
}

/** 'in 12d', or 'past'. */
export function expiryText({ expiresAt }: RegisterRow, now: number): string {
  if (expiresAt === null) return '';
  return expiresAt <= now ? 'past' : `in ${spanText(expiresAt - now)}`;
}

function spanText(span: number): string {
  if (span < HOUR) return `${Math.floor(span / MINUTE)}m`;
  return span < 2 * DAY ? `${Math.floor(span / HOUR)}h` : `${withSeparators(Math.floor(span / DAY))}d`;
}

/** A count, or a dash. */
export const countOf = (count: number | null): string => (count === null ? UNKNOWN : withSeparators(count));

/** Tokens in and out, in short: '4.1M/230k'. */
export function tokensText({ tokensIn, tokensOut }: RegisterRow): string {
  return tokensIn === null || tokensOut === null ? UNKNOWN : `${shortCount(tokensIn)}/${shortCount(tokensOut)}`;
}

const UNITS = [
  ['G', 1e9],
  ['M', 1e6],
  ['k', 1e3],
] as const;

/** '4.1M', '230k', '812': three digits at most, cut off, so that it never claims too much. */
export function shortCount(count: number): string {
  const unit = UNITS.find(([, size]) => count >= size);
  if (unit === undefined) return String(Math.floor(count));
  const [name, size] = unit;
  const amount = count / size;
  return `${amount < 10 ? Math.floor(amount * 10) / 10 : withSeparators(Math.floor(amount))}${name}`;
}

/** '$12.40'; empty where nothing was charged, for most sources do not tell. */
export const costText = ({ microUsd }: RegisterRow): string =>
  microUsd === null || microUsd === 0 ? '' : `$${(microUsd / 1e6).toFixed(2)}`;

/** '12 of 41 keys of 5 holders, as of 2026-11-20 00:00 UTC'. */
export function scopeText({ register, run }: Report): string {
  const { rows, total } = register!;
  const holders = new Set(rows.filter(({ holderId }) => holderId !== '').map(({ holderId }) => holderId)).size;
  const counted =
    rows.length === total ? countText(total, 'key') : `${withSeparators(rows.length)} of ${countText(total, 'key')}`;
  const held = holders === 0 ? '' : ` of ${countText(holders, 'holder')}`;
  return `${counted}${held}, as of ${isoOf(run.now).slice(0, 16).replace('T', ' ')} UTC`;
}
