// Times an answer of Log Analytics through the real client against `JSON.parse` of the same body, in interleaved pairs,
// each in a process of its own, as is the server; and tells how much memory the client takes. Build first.
//   node test/bench/azure.mjs [ROWS] [PAIRS]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const NOW = Date.UTC(2026, 10, 20);
const self = fileURLToPath(import.meta.url);
const at = path => fileURLToPath(new URL(path, import.meta.url));

const median = numbers => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const roles = { serve, fetch, parse };
const [role, ...rest] = process.argv.slice(2);
await (Object.hasOwn(roles, role) ? roles[role](...rest) : compare(role, ...rest));

/** Runs the pairs and prints what came of them. */
async function compare(rows = '300000', pairs = '5') {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-bench-'));
  const file = join(folder, 'answer.json');
  writeFileSync(file, bodyOf(Number(rows)));
  const server = spawn(process.execPath, [self, 'serve', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [port] = await once(server.stdout, 'data');
    const runs = { fetch: [], parse: [] };
    for (let pair = 0; pair < Number(pairs); pair++) {
      runs.fetch.push(await run('fetch', `https://localhost:${String(port).trim()}`));
      runs.parse.push(await run('parse', file));
    }
    const ratios = runs.fetch.map(({ seconds }, i) => seconds / runs.parse[i].seconds);
    const mebibytes = Math.max(...runs.fetch.map(({ peakMiB }) => peakMiB));
    const text = numbers => numbers.map(number => number.toFixed(2)).join(' ');
    console.log(`${rows} rows, ${Math.round(readFileSync(file).length / 1e6)} MB`);
    for (const name of ['fetch', 'parse']) console.log(`${name} ${text(runs[name].map(({ seconds }) => seconds))} s`);
    console.log(`ratio ${text(ratios)}, median ${text([median(ratios)])}; peak ${mebibytes} MiB`);
  } finally {
    server.kill();
    rmSync(folder, { recursive: true });
  }
}

async function run(...args) {
  const env = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1', NO_PROXY: 'localhost' };
  const child = spawn(process.execPath, [self, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const output = [];
  child.stdout.on('data', chunk => output.push(chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}`);
  return JSON.parse(Buffer.concat(output).toString());
}

/** Rows as those of a busy Activity Log: nine columns, some 340 bytes each. */
function bodyOf(rows) {
  const types = ['datetime', 'string', 'string', 'string', 'string', 'string', 'string', 'long', 'dynamic'];
  const columns = types.map((type, i) => ({ name: i === 0 ? 'TimeGenerated' : `Column${i}`, type }));
  const row = n => {
    const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    const resource = `/subscriptions/${id}/resourcegroups/ai-${n % 97}/providers/microsoft.cognitiveservices/accounts/a${n % 31}`;
    const claims = JSON.stringify({ appid: id, appidacr: '1' });
    const time = new Date(NOW - n * 1000).toISOString();
    return [
      time,
      'MICROSOFT.COGNITIVESERVICES/ACCOUNTS/LISTKEYS/ACTION',
      'Success',
      id,
      '198.51.100.7',
      resource,
      null,
      n,
      claims,
    ];
  };
  const parts = Array.from({ length: rows }, (_, n) => JSON.stringify(row(n)));
  return `{"tables":[{"name":"PrimaryResult","columns":${JSON.stringify(columns)},"rows":[${parts.join(',')}]}]}`;
}

/** Gives the file to whoever asks, packed as the service packs it. */
async function serve(file) {
  const { transpileModule, ModuleKind } = (await import('typescript')).default;
  const { outputText } = transpileModule(readFileSync(at('../servers/certificate.ts'), 'utf8'), {
    compilerOptions: { module: ModuleKind.ESNext },
  });
  const { selfSigned } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);
  const packed = gzipSync(readFileSync(file), { level: 1 });
  const server = createServer(selfSigned('localhost'), (request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(packed);
    });
  });
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
}

/** One answer through the client, the modules being there already. */
async function fetch(url) {
  await import('@azure/monitor-query');
  const { openQueries } = await import('../../dist/collect/azure/query-client.js');
  const token = { token: 'head.e30.example', expiresOnTimestamp: Date.now() + 3_600_000 };
  const access = {
    credential: { getToken: () => Promise.resolve(token) },
    cloud: { logs: url, audience: 'https://api.loganalytics.io' },
  };
  const clock = { now: () => NOW, sleep: () => Promise.resolve() };
  const task = { clock, signal: new globalThis.AbortController().signal, version: '0.0.0' };
  const ask = openQueries(access, '00000000-0000-0000-0000-000000000000', task);
  const started = process.hrtime.bigint();
  const reply = await ask({ query: 'AzureActivity', stretch: { from: NOW - 1000, until: NOW }, role: '' });
  if (reply.kind !== 'answer') throw new Error(reply.what);
  tell(started, reply.answer.rows.length);
}

function parse(file) {
  const text = readFileSync(file, 'utf8');
  const started = process.hrtime.bigint();
  tell(started, JSON.parse(text).tables[0].rows.length);
}

function tell(started, rows) {
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const peakMiB = Math.ceil(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(JSON.stringify({ seconds, rows, peakMiB }));
}
