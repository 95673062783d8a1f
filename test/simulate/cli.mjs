import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { simulate } from './simulate.mjs';

const USAGE = 'usage: npm run simulate -- --out DIR [--seed N] [--keys N] [--weeks N]';
const PARTS = ['AWSLogs', 'azure', 'inventory', 'litellm', 'labels.json', 'keyward.yaml'];

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    seed: { type: 'string', default: '1' },
    keys: { type: 'string', default: '1000' },
    weeks: { type: 'string', default: '8' },
  },
});

const compress = promisify(gzip);
const [seed, keys, weeks] = [values.seed, values.keys, values.weeks].map(Number);
const isSound = [seed, keys, weeks].every(number => Number.isSafeInteger(number) && Number(number) > 0);
if (values.out === undefined || !isSound || Number(weeks) < 8) {
  console.error(`${USAGE}\nA simulation takes 8 weeks or more.`);
  process.exitCode = 2;
} else await write(values.out, { seed: Number(seed), keys: Number(keys), weeks: Number(weeks) });

/** @param {string} out @param {{ seed: number, keys: number, weeks: number }} wish */
async function write(out, wish) {
  for (const part of PARTS) await rm(join(out, part), { recursive: true, force: true });
  const simulation = simulate(wish);
  let files = 0;
  for (let day = 0; day < simulation.calendar.days; day++) {
    const today = simulation.filesOf(day);
    files += today.length;
    await Promise.all(today.map(file => writeLog(out, file)));
  }
  await writeFile(join(out, 'labels.json'), `${JSON.stringify(simulation.labels, null, 2)}\n`);
  await writeFile(join(out, 'keyward.yaml'), configText(simulation.networks));
  console.log(JSON.stringify({ ...wish, files, ...simulation.counts, labels: simulation.labels.length }));
}

/** @param {string} out @param {import('./stage.mjs').LogFile} file */
async function writeLog(out, { path, text }) {
  await mkdir(dirname(join(out, path)), { recursive: true });
  await writeFile(join(out, path), path.endsWith('.gz') ? await compress(text, { level: 1 }) : text);
}

/** @param {import('./simulate.mjs').Simulation['networks']} networks */
function configText(networks) {
  return `networks:\n${networks.map(({ cidr, name, country, kind }) => `  - { cidr: ${cidr}, name: ${name}, country: ${country}, kind: ${kind} }\n`).join('')}`;
}
