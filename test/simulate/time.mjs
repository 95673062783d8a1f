export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The midnight that ends every simulation. */
export const NOW = Date.UTC(2026, 10, 20);

/**
 * The stretch that is told, in whole hours and days counted from its start.
 *
 * @typedef {object} Calendar
 * @property {number} start
 * @property {number} days
 * @property {number} hours
 */

/** @param {number} weeks @returns {Calendar} */
export const calendarOf = weeks => ({ start: NOW - weeks * 7 * DAY, days: weeks * 7, hours: weeks * 7 * 24 });

/** Sunday is 0. @param {number} at */
export const weekdayOf = at => (Math.floor(at / DAY) + 4) % 7;

/** @param {number} at */
export const isWeekend = at => weekdayOf(at) % 6 === 0;

/** `2026-11-19`. @param {number} at */
export const dayName = at => new Date(at).toISOString().slice(0, 10);
