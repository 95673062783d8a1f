import { run } from './run.mjs';
import { isAtLeast, STANDING } from './score.mjs';
const seeds = (process.argv[2] ?? '1').split(',').map(Number);
const cells = new Map();
const noise = new Map();
const misses = [];
const quiet = [];
let keyWeeks = 0;
const ex = new Map();
for (const seed of seeds) {
  const t = Date.now();
  const r = await run({ seed, keys: Number(process.argv[3] ?? 1000) });
  console.log(
    'seed',
    seed,
    'events',
    r.events,
    's',
    (Date.now() - t) / 1000,
    'rss',
    Math.round(process.memoryUsage().rss / 1e6),
    'services',
    r.services,
    JSON.stringify(r.sources).slice(0, 600),
  );
  keyWeeks += (r.keys * 4) / 1000;
  for (const x of r.results) {
    const k = `${x.label.attack} ${x.label.loudness}`;
    const c = cells.get(k) ?? { n: 0, found: 0, high: 0, h: [], rules: {} };
    cells.set(k, c);
    c.n++;
    if (isAtLeast(x.severity, 'medium')) c.found++;
    else
      misses.push(
        `${seed} ${x.label.id} ${x.severity} ${x.label.credentials[0]} ${r.lives.get(x.label.credentials[0])}`,
      );
    if (isAtLeast(x.severity, 'high')) c.high++;
    else if (x.label.loudness === 'loud') quiet.push(`${seed} ${x.label.id} ${x.severity} [${x.rules}]`);
    if (x.hours !== null) c.h.push(x.hours);
    for (const rule of x.rules) c.rules[rule] = (c.rules[rule] ?? 0) + 1;
  }
  for (const n of r.noise) {
    const k = `${STANDING.includes(n.rule) ? '(standing) ' : ''}${n.rule} ${n.severity}`;
    noise.set(k, (noise.get(k) ?? 0) + n.weeks);
    const life = r.lives.get(n.credential) ?? '?';
    const e = ex.get(k) ?? { lives: {}, m: [] };
    ex.set(k, e);
    e.lives[life] = (e.lives[life] ?? 0) + 1;
    if (e.m.length < 4) e.m.push(`${n.credential} (${life}): ${n.message}`);
  }
}
for (const [k, c] of cells)
  console.log(
    k.padEnd(42),
    `${c.found}/${c.n}`,
    `high ${c.high}`,
    `hours ${c.h.sort((a, b) => a - b)[c.h.length >> 1] ?? '-'}`,
    JSON.stringify(c.rules),
  );
console.log('\nmisses');
for (const m of misses) console.log(' ', m);
console.log('\nloud but not high');
for (const m of quiet) console.log(' ', m);
console.log('\nnoise per 1000 keys per week');
for (const [k, n] of [...noise].sort()) {
  console.log(k.padEnd(40), (n / keyWeeks).toFixed(2), JSON.stringify(ex.get(k).lives));
  if (process.argv[4]) for (const m of ex.get(k).m) console.log('      ', m.slice(0, 260));
}
