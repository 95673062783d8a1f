// Times `keyward audit` against inflating the same files and nothing else, in interleaved pairs, each a process of its own.
//   node test/bench/audit.mjs FOLDER [PAIRS]
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [folder, pairs = '5'] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node test/bench/audit.mjs FOLDER [PAIRS]');

const bin = fileURLToPath(new URL('../../bin/keyward.js', import.meta.url));
const gunzip = fileURLToPath(new URL('./gunzip.mjs', import.meta.url));

const cases = {
  gunzip: [gunzip, folder],
  audit: [bin, 'audit', folder, '--format', 'json', '--now', '2026-11-20', '--fail-on', 'none'],
};

/** Seconds that one run takes. */
function measure(args) {
  const started = process.hrtime.bigint();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', reject);
    child.on('exit', code => {
      if (code !== 0) reject(new Error(`${args.join(' ')} ended with ${code}`));
      else resolve(Number(process.hrtime.bigint() - started) / 1e9);
    });
  });
}

const median = numbers => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const seconds = { gunzip: [], audit: [] };
for (let pair = 0; pair < Number(pairs); pair++) {
  for (const [name, args] of Object.entries(cases)) seconds[name].push(await measure(args));
}
const ratios = seconds.audit.map((audit, i) => audit / seconds.gunzip[i]);
for (const [name, runs] of Object.entries(seconds)) {
  console.log(`${name}: median ${median(runs).toFixed(2)} s (${runs.map(s => s.toFixed(2)).join(', ')})`);
}
console.log(`audit / gunzip: median ${median(ratios).toFixed(2)} (${ratios.map(r => r.toFixed(2)).join(', ')})`);
