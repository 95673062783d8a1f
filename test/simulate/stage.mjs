import { filePath } from '../make/cloudtrail.mjs';
import { DAY, dayName, HOUR, MINUTE, NOW } from './time.mjs';

/** @import { Json } from '../make/cloudtrail.mjs' */
/** @import { Random } from '../make/random.mjs' */

/**
 * A file as its service would have written it.
 *
 * @typedef {object} LogFile
 * @property {string} path
 * @property {string} text
 */

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Of a thousand events, so many come hours late, days late, and twice. */
const LATE = { hours: 6, days: 1, twice: 4 };

/** Collects what is told and puts it into the files of the day on which it is delivered. */
export class Stage {
  #random;
  /** @type {Map<number, Map<string, { at: number, text: string }[]>>} */
  #days = new Map();
  counts = { events: 0, late: 0, repeated: 0 };

  /** @param {Random} random */
  constructor(random) {
    this.#random = random;
  }

  ids() {
    return { requestID: this.#random.guid(), eventID: this.#random.guid() };
  }

  /** One record of a trail. @param {string} account @param {string} region @param {number} at @param {Json} record */
  trail(account, region, at, record) {
    const text = JSON.stringify(record);
    this.trailText(account, region, at, text);
  }

  /** @param {string} account @param {string} region @param {number} at @param {string} text */
  trailText(account, region, at, text) {
    const key = `trail ${account} ${region}`;
    const roll = this.#random.below(1000);
    const delivered = at + 5 * MINUTE + this.#delay(roll);
    this.#put(delivered, key, at, text);
    if (roll >= 1000 - LATE.twice) {
      this.counts.repeated++;
      this.#put(delivered + DAY, key, at, text);
    }
  }

  /** A record of a log that Azure exports; it is in the file of its own hour, however late it came. @param {string} container @param {string} resource @param {number} at @param {Json} record */
  azure(container, resource, at, record) {
    this.#put(at, `azure ${container} ${resource.toUpperCase()}`, at, JSON.stringify(record));
  }

  /** A row of LiteLLM. @param {number} at @param {Json} row */
  litellm(at, row) {
    this.#put(at, 'litellm', at, JSON.stringify(row));
  }

  /** The files of one day of delivery; nothing more may be told that is delivered before its end. @param {number} day @returns {LogFile[]} */
  takeDay(day) {
    const parts = this.#days.get(day) ?? new Map();
    this.#days.delete(day);
    const files = [];
    for (const key of [...parts.keys()].sort()) {
      const told = /** @type {{ at: number, text: string }[]} */ (parts.get(key)).sort((a, b) => a.at - b.at);
      const texts = told.map(({ text }) => text);
      files.push({ path: this.#pathOf(key, day), text: textOf(key, texts) });
    }
    return files;
  }

  /** @param {number} roll */
  #delay(roll) {
    if (roll >= LATE.hours + LATE.days) return 0;
    this.counts.late++;
    if (roll < LATE.days) return this.#random.between(24, 72) * HOUR;
    return this.#random.between(1, 12) * HOUR;
  }

  /** What has not come by the end of the simulation is not there. @param {number} delivered @param {string} key @param {number} at @param {string} text */
  #put(delivered, key, at, text) {
    if (delivered >= NOW) return;
    const day = Math.floor(delivered / DAY);
    const parts = this.#days.get(day) ?? new Map();
    if (parts.size === 0) this.#days.set(day, parts);
    const told = parts.get(key);
    if (told === undefined) parts.set(key, [{ at, text }]);
    else told.push({ at, text });
    this.counts.events++;
  }

  /** @param {string} key @param {number} day */
  #pathOf(key, day) {
    const [service = '', first = '', second = ''] = key.split(' ');
    const [year, month, date] = dayName(day * DAY).split('-');
    if (service === 'litellm') return `litellm/spend-logs-${year}-${month}-${date}.jsonl`;
    if (service === 'azure') {
      return `azure/${first}/resourceId=${second}/y=${year}/m=${month}/d=${date}/h=00/m=00/PT1H.json`;
    }
    return filePath(first, second, (day + 1) * DAY - MINUTE, this.#random.text(LETTERS, 16));
  }
}

/** @param {string} key @param {readonly string[]} texts */
const textOf = (key, texts) => (key.startsWith('trail') ? `{"Records":[${texts.join(',')}]}` : `${texts.join('\n')}\n`);
