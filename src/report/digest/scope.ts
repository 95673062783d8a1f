import type { Report } from '../../model/report.ts';
import { DAY } from '../../time.ts';
import { countText, someText } from '../../wording.ts';
import { daysText, dayText, momentText, stretchText, yearOf } from '../dates.ts';
import { sourceNames } from './sources.ts';
import { tameName } from './tame.ts';

const SHOWN_SOURCES = 3;
const SHOWN_ACCOUNTS = 1;

/** What a report is about, in harmless words; empty where there is nothing to say. */
export interface Scope {
  readonly sources: string;
  readonly days: string;
  readonly amounts: readonly string[];
  /** The judged window, when it is less than all that was read. */
  readonly window: string;
}

/** What was read, over which time, and how much it was; names of sources take `room` columns. */
export function scopeOf({ run, sources, span, summary }: Report, room: number): Scope {
  const ids = sources.map(({ id }) => id);
  const nameOf = sourceNames(ids, room);
  const names = sources.map(({ id, accounts }) =>
    [nameOf(id), someText(accounts.map(tameName), SHOWN_ACCOUNTS)].join(' ').trim(),
  );
  return {
    sources: someText(names, SHOWN_SOURCES),
    days: span === null ? '' : daysText(span.from, span.until, Number.NaN),
    amounts: [countText(summary.events, 'event'), countText(summary.credentials, 'credential')],
    window: windowText(run),
  };
}

function windowText({ since, until, now }: Report['run']): string {
  const year = yearOf(now);
  if (since !== null)
    return `judged ${stretchText(since, until ?? now, year)}; what came before is history to compare with`;
  return until === null ? '' : `judged up to ${limitText(until, year)}`;
}

/** A day that begins, or the minute. */
const limitText = (at: number, year: number): string =>
  at % DAY === 0 ? dayText(at, year) : `${momentText(at, year)} UTC`;
