export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const WEEK = 7 * DAY;

/** Fixed names, so that no locale can change what is read or written. */
export const MONTHS: readonly string[] = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
];

/** The UTC hour and day since the epoch. */
export const hourOf = (at: number): number => Math.floor(at / HOUR);
export const dayOf = (at: number): number => Math.floor(at / DAY);
export const dayOfHour = (hour: number): number => Math.floor(hour / 24);
