import { DAY, dayName, HOUR, isWeekend, NOW, SECOND } from '../../simulate/time.mjs';

/** @import { Random } from '../random.mjs' */

/** The month that is told. */
export const DAYS = 30;
export const START = NOW - DAYS * DAY;

/** So many days before the end, to the second: nobody makes keys at midnight. @param {Random} random @param {number} days */
export const ago = (random, days) => NOW - days * DAY + random.between(7 * 3600, 17 * 3600) * SECOND;

/** Days of the month on which there is work, by their starts. @param {number} [from] @param {number} [until] */
export function* workdays(from = START, until = NOW) {
  for (let day = START; day < NOW; day += DAY) if (!isWeekend(day) && day + DAY > from && day < until) yield day;
}

/** Instants at which somebody works, in order: now and then on workdays. @param {Random} random @param {{ from?: number, until?: number, most?: number }} [when] */
export function workOf(random, { from = START, until = NOW, most = 4 } = {}) {
  return [...workdays(from, until)]
    .flatMap(day => random.instants(day + 7 * HOUR, 11 * HOUR, random.between(1, most)))
    .filter(at => at >= from && at < until);
}

/** Hours in which somebody works, each once. @param {Random} random @param {{ from?: number, until?: number, most?: number }} [when] */
export const hoursOf = (random, when) => [...new Set(workOf(random, when).map(at => at - (at % HOUR)))];

/** From four networks with three programs, each at home on one of them, in the same hours of five days. */
export const SHARED_HANDS = /** @type {const} */ ([
  ['192.0.2.81', 0, 6],
  ['198.51.100.82', 1, 6],
  ['203.0.113.83', 2, 6],
  ['2001:db8:1::84', 2, 1],
]);

/** When those hands were at work: the address, which of three programs, and the instant. @param {Random} random */
export function* sharing(random) {
  for (const day of [...workdays()].slice(-8, -3)) {
    for (const [address, program, calls] of SHARED_HANDS) {
      for (const at of random.instants(day + 10 * HOUR, HOUR, calls)) yield { address, program, at };
    }
  }
}

/** What was told, by the name of its day, in order. @template {{ readonly at: number }} T @param {readonly T[]} told @returns {[day: string, told: T[]][]} */
export function byDay(told) {
  /** @type {Map<string, T[]>} */
  const days = new Map();
  for (const each of told) {
    const day = dayName(each.at);
    days.set(day, [...(days.get(day) ?? []), each]);
  }
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1));
}
