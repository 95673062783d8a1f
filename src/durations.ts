import { parseISO } from 'date-fns/parseISO';
import { UserError } from './errors.ts';
import { DAY, HOUR, WEEK } from './time.ts';

const UNITS: Readonly<Record<string, number>> = { h: HOUR, d: DAY, w: WEEK };
const SPAN = '(\\d{1,5})([hdw])';
const DATE = '\\d{4}-\\d{2}-\\d{2}';
const CLOCK = '\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?';
const OFFSET = 'Z|[+-]\\d{2}:\\d{2}';
const INSTANT = `${DATE}(T${CLOCK}(${OFFSET})?)?`;

/** What a moment looks like: a span before now, a date, or an instant. */
export const WHEN_PATTERN = new RegExp(`^(?:${SPAN}|${INSTANT})$`);

export const WHEN_FORMS = '12h, 30d, 2w (hours, days, weeks), 2026-06-01 or 2026-06-01T12:00:00Z';
const INSTANT_FORMS = '2026-06-01 or 2026-06-01T12:00:00Z';

/** Epoch milliseconds of an ISO date or instant, in UTC unless it says otherwise; undefined if it is neither. */
export function parseInstant(text: string): number | undefined {
  const parts = new RegExp(`^${INSTANT}$`).exec(text);
  if (parts === null) return undefined;
  const [, clock, offset] = parts;
  const at = parseISO(clock === undefined ? `${text}T00:00Z` : offset === undefined ? `${text}Z` : text).getTime();
  return Number.isNaN(at) ? undefined : at;
}

/** Milliseconds of a span such as `30d`; undefined if it is not one. */
export function parseSpan(text: string): number | undefined {
  const parts = new RegExp(`^${SPAN}$`).exec(text);
  return parts === null ? undefined : Number(parts[1]) * UNITS[parts[2]!]!;
}

/** A moment as `--since` takes it: a span before now, a date or an instant; undefined if it is none. */
export function parseWhen(text: string, now: number): number | undefined {
  const span = parseSpan(text);
  return span === undefined ? parseInstant(text) : now - span;
}

/** An instant from the command line, or a `UserError` that names the option. */
export function readInstant(option: string, text: string): number {
  return parseInstant(text) ?? refuse(option, text, INSTANT_FORMS);
}

/** A moment from the command line, or a `UserError` that names the option. */
export function readWhen(option: string, text: string, now: number): number {
  return parseWhen(text, now) ?? refuse(option, text, WHEN_FORMS);
}

function refuse(option: string, text: string, forms: string): never {
  throw new UserError(`${option} '${text}' is not a time`, `Write it as ${forms}.`);
}
