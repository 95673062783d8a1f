import { Random } from '../make/random.mjs';
import { ATTACKS } from './attacks.mjs';
import { BYSTANDERS, tellTurnover } from './deeds.mjs';
import { NETWORKS } from './places.mjs';
import { populate } from './population.mjs';
import { tellProxy } from './proxy.mjs';
import { tellServices } from './services.mjs';
import { Stage } from './stage.mjs';
import { ownStint, tellStint } from './telling.mjs';
import { calendarOf, DAY, HOUR } from './time.mjs';

/** @import { Label, Loudness, Plot, Scene } from './attacks.mjs' */
/** @import { Act } from './deeds.mjs' */
/** @import { Holder } from './population.mjs' */
/** @import { LogFile } from './stage.mjs' */
/** @import { Stint } from './telling.mjs' */
/** @import { Calendar } from './time.mjs' */

/**
 * @typedef {object} Wish
 * @property {number} seed
 * @property {number} [keys] How many hold one and mean well.
 * @property {number} [weeks]
 *
 * @typedef {object} Simulation
 * @property {Calendar} calendar
 * @property {readonly Label[]} labels
 * @property {readonly Holder[]} holders
 * @property {typeof NETWORKS} networks What the organisation declares.
 * @property {(day: number) => LogFile[]} filesOf What is delivered on a day; the days must be asked for in order, once.
 * @property {Stage['counts']} counts
 */

/** Plans an organisation's weeks; what it writes is made day by day as it is asked for. @param {Wish} wish @returns {Simulation} */
export function simulate({ seed, keys = 1000, weeks = 8 }) {
  const random = new Random(`keyward simulation ${seed}`);
  const calendar = calendarOf(weeks);
  const holders = populate(random.fork('population'), calendar, keys);
  const turnover = tellTurnover(random.fork('turnover'), calendar, holders);
  const plots = plotAttacks(random.fork('attacks'), calendar, holders, keys);
  const acts = [...turnover, ...plots.flatMap(([, plot]) => plot.acts ?? [])];
  const stints = plots.flatMap(([, plot]) => plot.stints ?? []);
  const stage = new Stage(random.fork('stage'));
  const tell = teller({ random, calendar, holders, keys, stage, acts: byDay(acts), stints: byDay(stints) });
  return {
    calendar,
    labels: plots.map(([label]) => label),
    holders,
    networks: NETWORKS,
    filesOf(day) {
      tell(day);
      const files = stage.takeDay(calendar.start / DAY + day);
      return day === calendar.days - 1 ? [...files, inventoryOf(holders)] : files;
    },
    counts: stage.counts,
  };
}

/** What `aws iam list-access-keys` answers at the end, for every user. @param {readonly Holder[]} holders @returns {LogFile} */
function inventoryOf(holders) {
  const keyed = holders.filter(({ kind }) => kind === 'key');
  const AccessKeyMetadata = keyed.map(({ name, keys, createdAt, leftAt }) => ({
    UserName: name,
    AccessKeyId: keys.at(-1)?.id,
    Status: leftAt === undefined ? 'Active' : 'Inactive',
    CreateDate: `${new Date(createdAt).toISOString().slice(0, 19)}+00:00`,
  }));
  return { path: 'inventory/access-keys.json', text: `${JSON.stringify({ AccessKeyMetadata }, null, 2)}\n` };
}

/** @template {{ at: number }} T @param {readonly T[]} told */
function byDay(told) {
  /** @type {Map<number, T[]>} */
  const days = new Map();
  for (const each of told) {
    const day = Math.floor(each.at / DAY);
    const held = days.get(day);
    if (held === undefined) days.set(day, [each]);
    else held.push(each);
  }
  return days;
}

/** @param {{ random: Random, calendar: Calendar, holders: readonly Holder[], keys: number, stage: Stage, acts: Map<number, Act[]>, stints: Map<number, Stint[]> }} world */
function teller({ random, calendar, holders, keys, stage, acts, stints }) {
  return (/** @type {number} */ day) => {
    const at = calendar.start + day * DAY;
    const today = random.fork(`day ${day}`);
    for (const holder of holders) tellDay(stage, today.fork(holder.credential), holder, day, at);
    const date = at / DAY;
    (stints.get(date) ?? []).forEach((stint, i) => tellStint(stage, today.fork(`attack ${i}`), stint));
    for (const act of acts.get(date) ?? []) act.tell(stage);
    tellServices(stage, today.fork('services'), at, keys * SERVICE_EVENTS);
    tellProxy(stage, today.fork('proxy'), at, Math.ceil(keys / 25));
  };
}

/** Events of services by themselves, a day, for each key. */
const SERVICE_EVENTS = 6;

/** @param {Stage} stage @param {Random} random @param {Holder} holder @param {number} day @param {number} at */
function tellDay(stage, random, holder, day, at) {
  for (let hour = 0; hour < 24; hour++) {
    const calls = holder.plan[day * 24 + hour] ?? 0;
    if (calls > 0) tellStint(stage, random, ownStint(holder, at + hour * HOUR, calls));
  }
}

/** @param {Random} random @param {Calendar} calendar @param {readonly Holder[]} holders @param {number} keys @returns {(readonly [Label, Plot])[]} */
function plotAttacks(random, calendar, holders, keys) {
  const taken = new Set();
  /** @type {(readonly [Label, Plot])[]} */
  const plots = [];
  for (const [attack, plan, wanted] of ATTACKS) {
    for (const [loudness, count] of /** @type {[Loudness, number][]} */ (Object.entries(wanted))) {
      for (let i = 1; i <= Math.ceil((count * Math.min(keys, 1000)) / 1000); i++) {
        const id = `${attack}-${loudness}-${i}`;
        const take = taker(random.fork(`take ${id}`), holders, taken);
        const takeInsider = taker(random.fork(`insider ${id}`), BYSTANDERS, taken);
        const plot = plan({ random: random.fork(id), calendar, keys, take, takeInsider }, loudness);
        if (plot !== null) plots.push([labelOf(id, attack, loudness, plot), plot]);
      }
    }
  }
  return plots;
}

/** @template T @param {Random} random @param {readonly T[]} all @param {Set<unknown>} taken @returns {(isFit: (each: T) => boolean, count?: number) => T[]} */
function taker(random, all, taken) {
  return (isFit, count = 1) => {
    const fit = all.filter(each => !taken.has(each) && isFit(each));
    if (fit.length < count) return [];
    const chosen = Array.from({ length: count }, () => /** @type {T} */ (fit.splice(random.below(fit.length), 1)[0]));
    for (const each of chosen) taken.add(each);
    return chosen;
  };
}

/** @param {string} id @param {string} attack @param {Loudness} loudness @param {Plot} plot @returns {Label} */
function labelOf(id, attack, loudness, { credentials, from, until, families, bystanders = [] }) {
  const [start, end] = [from, until].map(at => new Date(at).toISOString());
  return { id, attack, loudness, credentials, from: start ?? '', until: end ?? '', families, bystanders };
}
