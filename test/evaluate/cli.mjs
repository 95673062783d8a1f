import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { barsOf, detectionPage, HELD_BACK_FROM, measure } from './page.mjs';
import { run } from './run.mjs';
import { isAtLeast, STANDING } from './score.mjs';

const USAGE = `usage: npm run evaluate -- [--seeds 101,102] [--keys N] [--out FILE] [--check] [--verbose]
Seeds from ${HELD_BACK_FROM} on are held back: rules are never tuned on them. Other seeds need --out, to keep the page honest.
--check writes nothing: it fails where the page is not what it would be, or a bar is not met.`;
const HELD_BACK = '101,102,103';
const PAGE = new URL('../../docs/detection.md', import.meta.url);

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: HELD_BACK },
    keys: { type: 'string', default: '1000' },
    out: { type: 'string' },
    check: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

const seeds = values.seeds.split(',').map(Number);
const keys = Number(values.keys);
const isSound = [...seeds, keys].every(each => Number.isSafeInteger(each) && each > 0);
const isTraining = seeds.some(seed => seed < HELD_BACK_FROM);
if (!isSound || (isTraining && values.out === undefined)) {
  console.error(USAGE);
  process.exitCode = 2;
} else await evaluate();

async function evaluate() {
  const runs = [];
  for (const seed of seeds) {
    const done = await run({ seed, keys });
    console.error(
      `seed ${seed}: ${done.events} events, ${done.results.filter(({ severity }) => isAtLeast(severity, 'medium')).length} of ${done.results.length} found`,
    );
    if (values.verbose) tellAll(done);
    runs.push(done);
  }
  const command = `npm run evaluate${values.seeds === HELD_BACK ? '' : ` -- --seeds ${values.seeds}`}`;
  const measured = measure(runs);
  const page = detectionPage(measured, { seeds, command });
  if (values.check) await check(page, barsOf(measured));
  else {
    await writeFile(values.out ?? PAGE, page);
    console.log(page);
  }
}

/** @param {string} page @param {ReturnType<typeof barsOf>} bars */
async function check(page, bars) {
  const unmet = bars.filter(({ isMet }) => !isMet);
  for (const { bar, wanted, got } of bars) console.log(`${bar}: ${got} (${wanted})`);
  const isCurrent = (await readFile(values.out ?? PAGE, 'utf8').catch(() => '')) === page;
  if (!isCurrent) console.error('docs/detection.md is not current: run `npm run evaluate`');
  if (unmet.length > 0) console.error(`not met: ${unmet.map(({ bar }) => bar).join('; ')}`);
  if (!isCurrent || unmet.length > 0) process.exitCode = 1;
}

/** Every miss and every false finding, for those who tune. @param {Awaited<ReturnType<typeof run>>} done */
function tellAll({ seed, results, noise, lives }) {
  const lifeOf = (/** @type {string | undefined} */ id) => lives.get(id ?? '') ?? 'no holder';
  for (const { label, severity, rules } of results) {
    const [first] = label.credentials;
    const isLow = label.loudness === 'loud' && !isAtLeast(severity, 'high');
    if (isAtLeast(severity, 'medium') && !isLow) continue;
    console.error(
      `  ${isLow ? 'not high' : 'missed'} ${seed}/${label.id} ${severity || 'nothing'} [${rules}] ${first} (${lifeOf(first)}) from ${label.from}`,
    );
  }
  for (const { rule, severity, weeks, credential, message } of noise) {
    if (isAtLeast(severity, 'medium') && !STANDING.includes(rule))
      console.error(`  false ${rule} ${severity} ×${weeks} ${credential} (${lifeOf(credential)}): ${message}`);
  }
}
