import { gunzipSync, gzipSync } from 'node:zlib';
import { filePath } from './cloudtrail.mjs';
import { deliveredTwice, tellLife } from './demo-life.mjs';
import { ACCOUNT, DAY, FIRST_DAY, MINUTE, NOW, Stage } from './demo-stage.mjs';
import { tellBeginnings, tellTrouble } from './demo-trouble.mjs';
import { Random } from './random.mjs';

/** @import { Told } from './demo-stage.mjs' */

const SEED = 'keyward demo';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The demo's log files: text by path, as a trail would have put them into a bucket. @returns {Map<string, string>} */
export function demoFiles() {
  const random = new Random(SEED);
  const stage = new Stage(random.fork('stage'));
  tellBeginnings(stage);
  tellLife(stage, random.fork('life'));
  tellTrouble(stage, random.fork('trouble'));
  const names = random.fork('names');
  const files = new Map();
  for (const told of [...byFile(stage.told), deliveredTwice(stage)]) {
    const [first] = told;
    const last = told.at(-1);
    if (first === undefined || last === undefined) continue;
    const path = filePath(ACCOUNT, first.region, deliveryTime(last.at), names.text(LETTERS, 16));
    files.set(path, JSON.stringify({ Records: told.map(({ record }) => record) }));
  }
  return files;
}

/** As committed: the same text gives the same bytes under one release of Node. @param {string} text */
export const compress = text => gzipSync(text, { level: 9 });

/** @param {Uint8Array} bytes */
export const inflate = bytes => gunzipSync(bytes).toString();

/** Events by Region and week, in order of time, but those from before the month by day. @param {readonly Told[]} told */
function byFile(told) {
  const ordered = [...told].sort((a, b) => a.at - b.at);
  /** @type {Map<string, Told[]>} */
  const files = new Map();
  for (const event of ordered) {
    const part =
      event.at < FIRST_DAY ? Math.floor(event.at / DAY) : `week ${Math.floor((event.at - FIRST_DAY) / (7 * DAY))}`;
    const key = `${event.region} ${part}`;
    const held = files.get(key);
    if (held === undefined) files.set(key, [event]);
    else held.push(event);
  }
  return [...files.keys()].sort().map(key => files.get(key) ?? []);
}

/** Files come five minutes late and never after the demo's end. @param {number} lastAt */
const deliveryTime = lastAt => Math.min(lastAt + 5 * MINUTE, NOW - MINUTE);
