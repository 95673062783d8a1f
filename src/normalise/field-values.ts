import type { Outcome } from '../model/event.ts';
import { readInstant } from './instant.ts';
import { MICRO, readMicroUsd, readTokens } from './measures.ts';
import { memoised } from './memo.ts';
import { outcomeOf } from './outcome.ts';

/** Units that times are counted in since 1970. */
export const TIME_UNITS = ['auto', 's', 'ms', 'us', 'ns'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

/** What one unit of a cost is. */
export const COST_UNITS = ['usd', 'cent', 'micro-usd'] as const;
export type CostUnit = (typeof COST_UNITS)[number];

type Unit = Exclude<TimeUnit, 'auto'>;

/** Digits are cut off as text: so many are more than a number holds. */
const AS_MS: Readonly<Record<Unit, (text: string) => number>> = {
  s: text => Number(text) * 1e3,
  ms: Number,
  us: text => Number(text.split('.', 1)[0]!.slice(0, -3)),
  ns: text => Number(text.split('.', 1)[0]!.slice(0, -6)),
};
const NUMBER = /^\d{1,20}(?:\.\d+)?$/;

/** An instant from a number of that unit or a date as text; undefined for neither. `auto` tells the unit by size. */
export function readTime(text: string, unit: TimeUnit): number | undefined {
  if (!NUMBER.test(text)) return readInstant(text);
  const ms = AS_MS[unit === 'auto' ? unitOf(Number(text)) : unit](text);
  return readInstant(String(Math.floor(ms)));
}

/** Of the years that are read, each unit has its own numbers of digits. */
function unitOf(count: number): Unit {
  if (count < 1e11) return 's';
  if (count < 1e14) return 'ms';
  return count < 1e17 ? 'us' : 'ns';
}

/** A sum of tokens; what is no count of any adds none. */
export const readTokenSum = (texts: readonly string[]): number =>
  texts.reduce((sum, text) => sum + readTokens(text), 0);

const MICRO_USD: Readonly<Record<CostUnit, number>> = { usd: MICRO, cent: MICRO / 100, 'micro-usd': 1 };

/** A cost in millionths of a dollar; 0 for what is none. */
export function readCost(texts: readonly string[], unit: CostUnit): number {
  return readMicroUsd(texts.reduce((sum, text) => sum + Number(text), 0) * MICRO_USD[unit]);
}

const MOST_CALLS = 1e9;

/** How many calls a record stands for; undefined for what is no count. */
export function readCount(text: string): number | undefined {
  const count = text === '' ? 1 : Number(text);
  return Number.isInteger(count) && count >= 0 && count <= MOST_CALLS ? count : undefined;
}

/** How a call ended: by its status of HTTP where there is one, or else by the word for it. Without either it went well. */
export function readOutcome(status: string, word: string): Outcome {
  const code = /^-?\d{1,3}\b/.exec(status)?.[0];
  if (code === undefined) return outcomeOfWord(word || status);
  return Number(code) >= 100 && Number(code) < 400 ? 'ok' : outcomeOf(code);
}

const OK =
  /^(?:|ok|true|1|success(?:ful)?|succeeded|complete[d]?|done|finished|passed|allowed|hit|miss|none|null|default|debug|info|warning|stop)$/i;

const outcomeOfWord = memoised<Outcome>(500, word => {
  if (OK.test(word)) return 'ok';
  if (/rate.?limit|quota/i.test(word)) return 'throttled';
  if (/denied|blocked|authentication|permission/i.test(word)) return 'denied';
  return outcomeOf(word.replace(/[\s_.-]/g, ''));
});
