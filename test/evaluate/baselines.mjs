import { DAY, HOUR, NOW } from '../simulate/time.mjs';

/** @import { Label } from '../simulate/attacks.mjs' */

/**
 * What others do instead, on the same events. Each gives every hour or day of a key a score and alerts from a threshold on.
 *
 * @typedef {object} Baseline
 * @property {string} id
 * @property {string} title
 * @property {number} usual The threshold it is published with.
 * @property {string} unit
 */

/** @type {readonly Baseline[]} */
export const BASELINES = [
  { id: 'static', title: 'static limit', usual: 500, unit: 'calls an hour' },
  {
    id: 'deviation',
    title: 'mean + k standard deviations',
    usual: 3,
    unit: 'standard deviations over 28 days of hours',
  },
  { id: 'country', title: 'new country in 10 days', usual: 1, unit: 'calls from it on a day' },
];

/** Hours of history that the mean and the deviation are taken from. */
const HISTORY = 28 * 24;
const FORGOTTEN = 10;

/** Model calls by key and hour, and all calls by key, country and day, of events as they are read; duplicates count once. */
export class Tally {
  /** @type {Map<string, Map<number, number>>} */
  hours = new Map();
  /** @type {Map<string, Map<number, Map<string, number>>>} */
  countries = new Map();
  #seen = new Set();
  #locate;

  /** @param {(address: string) => string} locate */
  constructor(locate) {
    this.#locate = locate;
  }

  /** @param {readonly import('../../src/model/event.ts').AuditEvent[]} events */
  add(events) {
    for (const event of events) {
      const { credential, deed, hour, count, address, example } = event;
      if (count === 0 || event.at >= NOW || this.#isKnown(example)) continue;
      if (deed === 'infer')
        bump(
          nested(this.hours, credential, () => new Map()),
          hour,
          count,
        );
      const country = address === '' ? '' : this.#locate(address);
      if (country === '') continue;
      const days = nested(this.countries, credential, () => new Map());
      bump(
        nested(days, Math.floor(hour / 24), () => new Map()),
        country,
        count,
      );
    }
  }

  /** @param {string} id */
  #isKnown(id) {
    const isKnown = this.#seen.has(id);
    this.#seen.add(id);
    return isKnown;
  }
}

function nested(map, key, make) {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

const bump = (map, key, by) => map.set(key, (map.get(key) ?? 0) + by);

/**
 * The greatest score of every benign week of a key, and of every attack.
 *
 * @param {Tally} tally @param {readonly Label[]} labels @param {number} since
 * @returns {Record<string, { benign: number[], attacks: Map<string, number> }>}
 */
export function scoresOf(tally, labels, since) {
  const windows = windowsOf(labels);
  const scored = {
    static: scoresIn(tally.hours, hourly),
    deviation: scoresIn(tally.hours, deviations),
    country: scoresIn(tally.countries, arrivals),
  };
  return Object.fromEntries(Object.entries(scored).map(([id, scores]) => [id, split(scores, windows, since)]));
}

/** @param {readonly Label[]} labels */
function windowsOf(labels) {
  const windows = new Map();
  for (const { id, credentials, from, until } of labels) {
    for (const credential of credentials) {
      nested(windows, credential, () => []).push({ id, from: Date.parse(from), until: Date.parse(until) + DAY });
    }
  }
  return windows;
}

function* scoresIn(keys, score) {
  for (const [credential, states] of keys)
    for (const [at, length, value] of score(states)) yield { credential, at, length, value };
}

function* hourly(hours) {
  for (const [hour, count] of hours) yield [hour * HOUR, HOUR, count];
}

/** Hours without a call count as zero; without any deviation there is nothing to compare with. */
function* deviations(hours) {
  const known = [...hours].sort(([a], [b]) => a - b);
  let start = 0;
  let sum = 0;
  let squares = 0;
  for (const [i, [hour, count]] of known.entries()) {
    for (; known[start][0] < hour - HISTORY; start++) {
      sum -= known[start][1];
      squares -= known[start][1] ** 2;
    }
    const mean = sum / HISTORY;
    const deviation = Math.sqrt(Math.max(0, squares / HISTORY - mean * mean));
    if (deviation > 1e-9 && start < i) yield [hour * HOUR, HOUR, (count - mean) / deviation];
    sum += count;
    squares += count ** 2;
  }
}

function* arrivals(days) {
  const last = new Map();
  for (const [day, countries] of [...days].sort(([a], [b]) => a - b)) {
    const isNew = last.size > 0;
    for (const [country, count] of countries) {
      if (isNew && day - (last.get(country) ?? -1000) > FORGOTTEN) yield [day * DAY, DAY, count];
    }
    for (const country of countries.keys()) last.set(country, day);
  }
}

function split(scores, windows, since) {
  const weeks = new Map();
  const attacks = new Map();
  for (const { credential, at, length, value } of scores) {
    const hit = (windows.get(credential) ?? []).find(({ from, until }) => at + length > from && at < until);
    if (hit !== undefined) raise(attacks, hit.id, value);
    else if (at >= since) raise(weeks, `${credential} ${Math.floor((at - since) / (7 * DAY))}`, value);
  }
  return { benign: [...weeks.values()], attacks };
}

const raise = (map, key, value) => map.set(key, Math.max(map.get(key) ?? -1, value));

/** The least threshold that raises no more false alerts than allowed. @param {readonly number[]} scores @param {number} allowed @param {number} usual */
export function tuned(scores, allowed, usual) {
  const ordered = [...scores].sort((a, b) => b - a);
  const first = ordered[allowed];
  return first === undefined ? Math.min(usual, 1) : first * 1.0001 + 1e-9;
}
