import { DAY, HOUR, MINUTE, MONTHS, SECOND } from '../time.ts';

const EARLIEST = Date.UTC(2006, 0, 1);
const LATEST = Date.UTC(2101, 0, 1);
const LONGEST = 48;

const ISO = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|z|UTC|GMT|[+-]\d\d:?\d\d)?$/;
const BASIC = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/;
const SLASHED =
  /^(\d{1,2})\/(\d{1,2})\/(\d{4}),?\s(\d{1,2}):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:\s(AM|PM))?(?:\s?(Z|UTC|[+-]\d\d:?\d\d))?$/i;
const WORDED = /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4}),? (\d{1,2}):(\d\d):(\d\d)\s(AM|PM)$/;
const LOGGED =
  /^(\d{1,2})\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(Z|UTC|GMT|[+-]\d\d:?\d\d)?$/;
const EPOCH = /^(\d{9,10}|\d{12,13})(\.\d+)?$/;

/**
 * An instant in epoch milliseconds, from any form seen in audit logs: ISO 8601 with or without an offset, epoch seconds
 * or milliseconds, `1/9/2007 10:41:00 AM +01:00` (month first), `Nov 30, 2024, 8:43:17 PM` and, as web servers write it,
 * `30/Nov/2024:20:43:17 +0000`. Without a zone it is UTC. Undefined for anything else, for dates that do not exist and
 * for years outside 2006 to 2100.
 */
export function readInstant(text: string): number | undefined {
  if (text.length < 9 || text.length > LONGEST) return undefined;
  const at = readPlain(text) ?? readOther(text);
  return at !== undefined && at >= EARLIEST && at < LATEST ? at : undefined;
}

/** `YYYY-MM-DDTHH:MM:SS(.f…)Z`, digit by digit: nearly every record has this form. */
function readPlain(text: string): number | undefined {
  const { length } = text;
  if (length < 20 || text.charCodeAt(length - 1) !== 0x5a || text.charCodeAt(10) !== 0x54) return undefined;
  if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d) return undefined;
  if (text.charCodeAt(13) !== 0x3a || text.charCodeAt(16) !== 0x3a) return undefined;
  let ms = 0;
  if (length > 20) {
    if (text.charCodeAt(19) !== 0x2e || length > 30) return undefined;
    for (let i = 20, unit = 100; i < length - 1; i++, unit /= 10) {
      const digit = digitAt(text, i);
      if (Number.isNaN(digit)) return undefined;
      if (unit >= 1) ms += digit * unit;
    }
  }
  const year = pairAt(text, 0) * 100 + pairAt(text, 2);
  return instant(year, pairAt(text, 5), pairAt(text, 8), pairAt(text, 11), pairAt(text, 14), pairAt(text, 17), ms);
}

function readOther(text: string): number | undefined {
  const iso = ISO.exec(text) ?? BASIC.exec(text);
  if (iso !== null) {
    const [, year, month, day, hour, minute, second = '0', fraction, zone] = iso;
    return shifted(instant(+year!, +month!, +day!, +hour!, +minute!, +second, milliseconds(fraction)), zone);
  }
  const slashed = SLASHED.exec(text);
  if (slashed !== null) {
    const [, month, day, year, hour, minute, second, fraction, half, zone] = slashed;
    return shifted(
      instant(+year!, +month!, +day!, hourOf(+hour!, half), +minute!, +second!, milliseconds(fraction)),
      zone,
    );
  }
  const worded = WORDED.exec(text);
  if (worded !== null) {
    const [, month, day, year, hour, minute, second, half] = worded;
    return instant(+year!, MONTHS.indexOf(month!) + 1, +day!, hourOf(+hour!, half), +minute!, +second!, 0);
  }
  const logged = LOGGED.exec(text);
  if (logged !== null) {
    const [, day, month, year, hour, minute, second, fraction, zone] = logged;
    const monthNumber = MONTHS.indexOf(month!) + 1;
    return shifted(instant(+year!, monthNumber, +day!, +hour!, +minute!, +second!, milliseconds(fraction)), zone);
  }
  const epoch = EPOCH.exec(text);
  if (epoch === null) return undefined;
  return Math.floor(epoch[1]!.length > 10 ? Number(text) : Number(text) * SECOND);
}

/** Not a number when any part is none; undefined when there is no such date or time of day. */
function instant(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  ms: number,
): number | undefined {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return undefined;
  if (!(hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60)) return undefined;
  return daysBefore(year, month, day) * DAY + hour * HOUR + minute * MINUTE + second * SECOND + ms;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days from the epoch, counting years from March so that the leap day comes last. */
function daysBefore(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const monthFromMarch = (month + 9) % 12;
  const leaps = Math.floor(shiftedYear / 4) - Math.floor(shiftedYear / 100) + Math.floor(shiftedYear / 400);
  return shiftedYear * 365 + leaps + Math.floor((monthFromMarch * 153 + 2) / 5) + day - 719469;
}

/** An hour of the twelve-hour clock; outside 1 to 12 it is no hour. */
function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return Number.NaN;
  return (hour % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
}

function shifted(at: number | undefined, zone: string | undefined): number | undefined {
  const sign = zone?.[0];
  if (at === undefined || zone === undefined || (sign !== '+' && sign !== '-')) return at;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 14 || minutes > 59) return undefined;
  const offset = hours * HOUR + minutes * MINUTE;
  return sign === '+' ? at - offset : at + offset;
}

const milliseconds = (fraction = ''): number => Number(fraction.slice(0, 3).padEnd(3, '0'));

const pairAt = (text: string, at: number): number => digitAt(text, at) * 10 + digitAt(text, at + 1);

function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - 0x30;
  return digit >= 0 && digit <= 9 ? digit : Number.NaN;
}
