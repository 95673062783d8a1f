// Times `keyward audit s3://…` against `keyward audit FOLDER` on the same files, in interleaved pairs, each a process of
// its own, as is the server that streams the files.
//   node test/bench/s3.mjs FOLDER [PAIRS]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const [folder, pairs = '5'] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node test/bench/s3.mjs FOLDER [PAIRS]');

const at = path => fileURLToPath(new URL(path, import.meta.url));
const bin = at('../../bin/keyward.js');
const server = spawn(process.execPath, [at('./s3-server.mjs'), folder], { stdio: ['ignore', 'pipe', 'inherit'] });
const [port] = await once(server.stdout, 'data');
const env = {
  ...process.env,
  AWS_ENDPOINT_URL: `http://127.0.0.1:${String(port).trim()}`,
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'example',
  AWS_REGION: 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CA_BUNDLE: '',
};

const sources = { local: folder, s3: 's3://trail-logs/' };
const options = ['--format', 'json', '--now', '2026-11-20', '--fail-on', 'none'];

/** Seconds of the clock that one run takes, and how many events it counted. */
async function measure(source) {
  const started = process.hrtime.bigint();
  const child = spawn(process.execPath, [bin, 'audit', source, ...options], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = [];
  child.stdout.on('data', chunk => output.push(chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`keyward audit ${source} ended with ${code}`);
  const { events } = JSON.parse(Buffer.concat(output).toString()).summary;
  return { seconds: Number(process.hrtime.bigint() - started) / 1e9, events };
}

const median = numbers => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const seconds = { local: [], s3: [] };
const counts = new Set();
try {
  for (let pair = 0; pair < Number(pairs); pair++) {
    for (const [name, source] of Object.entries(sources)) {
      const run = await measure(source);
      seconds[name].push(run.seconds);
      counts.add(run.events);
    }
  }
} finally {
  server.kill();
}
if (counts.size !== 1) throw new Error(`the runs differ: ${[...counts].join(', ')} events`);
const ratios = seconds.s3.map((s3, i) => s3 / seconds.local[i]);
console.log(`${[...counts][0]} events`);
for (const [name, runs] of Object.entries(seconds)) {
  console.log(`${name}: median ${median(runs).toFixed(2)} s (${runs.map(s => s.toFixed(2)).join(', ')})`);
}
console.log(`s3 / local: median ${median(ratios).toFixed(2)} (${ratios.map(r => r.toFixed(2)).join(', ')})`);
