import { audit } from '../../dist/audit.js';
import { configureRules } from '../../dist/cli/settings.js';
import { openGeo } from '../../dist/geo.js';
import { rules } from '../../dist/rules/index.js';
import { simulate } from '../simulate/simulate.mjs';
import { DAY, NOW } from '../simulate/time.mjs';
import { scoresOf, Tally } from './baselines.mjs';
import { simulated } from './reading.mjs';
import { noiseOf, resultsOf } from './score.mjs';

/** The last four weeks are judged, the ones before are history. */
export const JUDGED_DAYS = 28;

/** Simulates a seed, audits it with the settings that keyward comes with and compares. @param {{ seed: number, keys: number }} wish */
export async function run({ seed, keys }) {
  const simulation = simulate({ seed, keys });
  const since = NOW - JUDGED_DAYS * DAY;
  const geo = openGeo({ networks: simulation.networks });
  const tally = new Tally(address => geo.locate(address).country);
  const report = await audit(
    {
      sources: ['simulation'],
      rules: configureRules(rules, {}, {}),
      collectors: [simulated(simulation, events => tally.add(events))],
      geo,
      self: [],
      now: NOW,
      since,
      until: null,
      lookbackDays: null,
      world: { aws: {}, azure: {}, env: {}, clock: { now: () => NOW, sleep: () => Promise.resolve() } },
      version: '0.0.0',
    },
    { signal: new globalThis.AbortController().signal, onProgress: () => {}, tell: () => {} },
  );
  const { findings, sources, summary, coverage } = report;
  const { labels, holders } = simulation;
  return {
    seed,
    keys: holders.length,
    events: summary.events,
    sources,
    coverage,
    results: resultsOf(findings, labels),
    noise: noiseOf(findings, labels, since),
    lives: new Map(
      holders.flatMap(holder => [holder.credential, ...holder.keys.map(({ id }) => id)].map(id => [id, holder.life])),
    ),
    services: findings.filter(({ credential }) => /amazonaws\.com$|-service$/.test(credential?.id ?? '')).length,
    baselines: scoresOf(tally, labels, since),
  };
}
