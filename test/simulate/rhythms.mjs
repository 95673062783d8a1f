import { pareto, poisson, uniform } from './draws.mjs';
import { DAY, HOUR, isWeekend, weekdayOf } from './time.mjs';

/** @import { Random } from '../make/random.mjs' */
/** @import { Calendar } from './time.mjs' */

/** Model calls by hour from the start of the stretch. @typedef {Uint32Array} Plan */

/** How busy a service is by the hour of its users' day, in twelfths. */
const DIURNAL = [3, 2, 2, 2, 2, 3, 5, 8, 12, 15, 17, 18, 17, 17, 18, 18, 17, 16, 15, 14, 12, 10, 7, 5];

/** Hours ahead of UTC, by country. @type {Readonly<Record<string, number>>} */
export const ZONES = { US: -5, DE: 1, IN: 5, JP: 9 };

/** Fills a plan day by day. @param {Calendar} calendar @param {(day: number, at: number, add: (hourOfDay: number, calls: number) => void) => void} live @returns {Plan} */
function fill({ days, hours, start }, live) {
  const plan = new Uint32Array(hours);
  for (let day = 0; day < days; day++) {
    live(day, start + day * DAY, (hourOfDay, calls) => {
      const hour = day * 24 + hourOfDay;
      if (hour >= 0 && hour < hours) plan[hour] = (plan[hour] ?? 0) + calls;
    });
  }
  return plan;
}

/** Some days are busier than others. @param {Random} random */
const mood = random => random.pick([0.3, 0.6, 0.8, 1, 1, 1, 1.2, 1.6, 2.2]);

/** Weekdays, office hours, days off, weeks off, a late evening now and then. @param {Random} random @param {Calendar} calendar @param {number} zone */
export function officeRhythm(random, calendar, zone) {
  const mean = random.pick([4, 6, 8, 8, 10, 12, 15, 20, 28, 40]);
  const leave = random.chance(400) ? random.below(calendar.days) : -99;
  const isSporadic = random.chance(250);
  return fill(calendar, (day, at, add) => {
    const isOff = isWeekend(at) ? !random.chance(30) : random.chance(isSporadic ? 550 : 120);
    if (isOff || (day >= leave && day < leave + 7)) return;
    const busy = mean * mood(random) * (random.chance(25) ? 3 : 1);
    for (let hour = 9; hour < 18; hour++) add(hour - zone, poisson(random, random.chance(350) ? 0 : busy / 6));
    if (random.chance(60)) add(20 - zone, poisson(random, busy / 4));
  });
}

/** Round the clock, by the day and week of its users, steadily. @param {Random} random @param {Calendar} calendar @param {number} zone @param {readonly number[]} [means] Calls an hour, one of which it has. */
export function serviceRhythm(random, calendar, zone, means = [0.2, 0.4, 0.6, 0.8, 1, 1.5, 2.5]) {
  const mean = random.pick(means);
  const quietWeekends = random.chance(500);
  return fill(calendar, (_, at, add) => {
    const level = mean * uniform(random, 0.75, 1.3) * (quietWeekends && isWeekend(at) ? 0.4 : 1);
    diurnal(random, level, zone, add);
  });
}

/** @param {Random} random @param {number} level @param {number} zone @param {(hourOfDay: number, calls: number) => void} add */
function diurnal(random, level, zone, add) {
  for (let hour = 0; hour < 24; hour++) {
    const share = /** @type {number} */ (DIURNAL[(hour + zone + 24) % 24]);
    add(hour, poisson(random, (level * share) / 11));
  }
}

/** A product whose use doubles in the stretch. @param {Random} random @param {Calendar} calendar @param {number} zone */
export function growingRhythm(random, calendar, zone) {
  const mean = random.pick([0.3, 0.5, 0.8, 1, 1.5]);
  return fill(calendar, (day, _, add) =>
    diurnal(random, mean * (1 + day / calendar.days) * uniform(random, 0.8, 1.25), zone, add),
  );
}

/** Runs for changes on working days, and every second week a release of up to 2.5 times the busiest hour so far. @param {Random} random @param {Calendar} calendar @param {number} zone */
export function pipelineRhythm(random, calendar, zone) {
  const runs = random.pick([1, 1.5, 2, 3, 4]);
  const size = random.pick([3, 5, 8, 12]);
  const releaseDay = random.between(1, 4);
  const oddWeeks = random.below(2);
  let record = 0;
  return fill(calendar, (day, at, add) => {
    if (isWeekend(at)) return;
    const today = new Map();
    for (let run = poisson(random, runs); run > 0; run--) {
      const hour = random.between(9, 18) - zone;
      today.set(hour, (today.get(hour) ?? 0) + poisson(random, size));
    }
    const isRelease = weekdayOf(at) === releaseDay && Math.floor(day / 7) % 2 === oddWeeks && day > 10;
    if (isRelease) today.set(14 - zone, Math.floor(record * uniform(random, 1.2, 2.5)));
    for (const [hour, calls] of today) {
      add(hour, calls);
      record = Math.max(record, calls);
    }
  });
}

/** A few hours every night, many on one night of the week. @param {Random} random @param {Calendar} calendar */
export function batchRhythm(random, calendar) {
  const start = random.between(0, 5);
  const length = random.between(1, 3);
  const isWeekly = random.chance(300);
  const size = isWeekly ? random.pick([60, 120, 240, 500]) : random.pick([4, 8, 15, 30]);
  const weekday = random.below(7);
  return fill(calendar, (_, at, add) => {
    if (isWeekly && weekdayOf(at) !== weekday) return;
    if (random.chance(20)) return;
    const tonight = size * uniform(random, 0.7, 1.4);
    for (let hour = start; hour < start + length; hour++) add(hour, poisson(random, tonight / length));
    if (!isWeekly && weekdayOf(at) === weekday) add(start + length, poisson(random, tonight * 2));
  });
}

/** Once or twice a month, for an hour. @param {Random} random @param {Calendar} calendar */
export function rareRhythm(random, calendar) {
  const perDay = random.pick([15, 30, 60]);
  return fill(calendar, (_, __, add) => {
    if (random.chance(perDay)) add(random.below(24), random.between(3, 15));
  });
}

/** Tries things out: most days little, some days very much. @param {Random} random @param {Calendar} calendar @param {number} zone */
export function experimentRhythm(random, calendar, zone) {
  const scale = random.pick([2, 4, 8]);
  return fill(calendar, (_, at, add) => {
    if (random.chance(isWeekend(at) ? 850 : 300)) return;
    const calls = Math.min(scale * 150, Math.round(scale * pareto(random)));
    const hours = random.between(1, 4);
    const start = random.between(9, 20) - zone;
    for (let hour = start; hour < start + hours; hour++) add(hour, Math.round(calls / hours));
  });
}

/** Nothing, then at once the use of a product with a crowd of users. @param {Random} random @param {Calendar} calendar @param {number} launchedAt Days from the start. */
export function launchRhythm(random, calendar, launchedAt) {
  return fill(calendar, (day, _, add) => {
    if (day < launchedAt) return;
    const peak = day === launchedAt ? 5000 : Math.max(150, 900 / (day - launchedAt));
    for (let hour = 8; hour < 20; hour++) {
      const share = day === launchedAt && hour !== 10 && hour !== 11 ? 0.2 : 1;
      add(hour, poisson(random, peak * share * uniform(random, 0.7, 1)));
    }
    if (day === launchedAt) add(10, 1500);
  });
}

/** The busiest hour in the 28 days up to a day before. @param {Plan} plan @param {number} hour */
export function recordBefore(plan, hour) {
  let most = 0;
  for (let i = Math.max(0, hour - 29 * 24); i < hour - 24; i++) most = Math.max(most, plan[i] ?? 0);
  return most;
}

/** Days with any use before an hour. @param {Plan} plan @param {number} hour */
export function activeDaysBefore(plan, hour) {
  const days = new Set();
  for (let i = 0; i < hour; i++) if (plan[i]) days.add(Math.floor(i / 24));
  return days.size;
}

/** Hours with any use in the 28 days up to a day before. @param {Plan} plan @param {number} hour */
export function activeHoursBefore(plan, hour) {
  let count = 0;
  for (let i = Math.max(0, hour - 29 * 24); i < hour - 24; i++) if (plan[i]) count++;
  return count;
}

/** What is planned from an hour on is not done. @param {Plan} plan @param {number} from @param {number} [until] */
export function silence(plan, from, until = plan.length) {
  plan.fill(0, Math.max(0, from), until);
}

/** @param {Calendar} calendar @param {number} at */
export const hourIn = ({ start }, at) => Math.floor((at - start) / HOUR);
