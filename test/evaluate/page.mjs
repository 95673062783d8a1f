import { BASELINES, tuned } from './baselines.mjs';
import { isAtLeast, LEVELS, STANDING } from './score.mjs';

/** @import { Result } from './score.mjs' */
/** @typedef {Awaited<ReturnType<typeof import('./run.mjs').run>>} Run */

/** Seeds from this one on are not tuned on. */
export const HELD_BACK_FROM = 100;

const WEEKS = 4;
const LOUDNESSES = /** @type {const} */ (['loud', 'medium', 'slow', 'distributed']);
const BARS = { loud: 1, medium: 0.95, slow: 0.85, distributed: 0.85 };

/** All that is said of some runs, as the page shows it. @param {readonly Run[]} runs */
export function measure(runs) {
  const results = runs.flatMap(run => run.results);
  const kiloWeeks = runs.reduce((sum, { keys }) => sum + (keys * WEEKS) / 1000, 0);
  const noise = runs.flatMap(run => run.noise);
  const alerts = noise.filter(({ rule, severity }) => !STANDING.includes(rule) && isAtLeast(severity, 'medium'));
  const allowed = alerts.reduce((sum, { weeks }) => sum + weeks, 0);
  return {
    runs,
    results,
    kiloWeeks,
    noise,
    allowed,
    baselines: BASELINES.map(baseline => compared(baseline, runs, allowed)),
  };
}

/** @typedef {ReturnType<typeof measure>} Measured */

/** What a baseline finds at its usual threshold, and at the one that makes as much noise as keyward does. @param {BASELINES[number]} baseline @param {readonly Run[]} runs @param {number} allowed */
function compared(baseline, runs, allowed) {
  const scores = runs.flatMap(run => run.baselines[baseline.id].benign);
  const at = (/** @type {number} */ threshold) => ({
    threshold,
    noise: scores.filter(score => score >= threshold).length,
    recall: Object.fromEntries(
      LOUDNESSES.map(loudness => [loudness, recallOf(baseline.id, runs, loudness, threshold)]),
    ),
  });
  return { ...baseline, asPublished: at(baseline.usual), asTuned: at(tuned(scores, allowed, baseline.usual)) };
}

/** @param {string} id @param {readonly Run[]} runs @param {string} loudness @param {number} threshold */
function recallOf(id, runs, loudness, threshold) {
  const found = runs.flatMap(({ results, baselines }) =>
    results
      .filter(({ label }) => label.loudness === loudness)
      .map(({ label }) => (baselines[id].attacks.get(label.id) ?? -1) >= threshold),
  );
  return found.length === 0 ? 0 : found.filter(Boolean).length / found.length;
}

/** @param {readonly Result[]} results @param {'medium' | 'high'} least */
const shareOf = (results, least) =>
  results.filter(({ severity }) => isAtLeast(severity, least)).length / Math.max(1, results.length);

/** The page of what was measured. @param {Measured} measured @param {{ seeds: readonly number[], command: string }} how */
export function detectionPage(measured, { seeds, command }) {
  const { runs } = measured;
  const events = runs.reduce((sum, run) => sum + run.events, 0);
  return `${[
    '<!-- Written by `npm run evaluate`; edit test/evaluate instead. -->',
    '# How well keyward detects',
    `Measured on simulated organisations (test/simulate) ${seeds.every(seed => seed >= HELD_BACK_FROM) ? 'that no rule was tuned on' : '**that rules were tuned on**'}: seeds ${seeds.join(', ')}, ${number(runs.reduce((sum, { keys }) => sum + keys, 0))} benign holders of keys and ${number(events)} events in all, eight weeks each. The first four weeks are history, the last four are judged, with every option at its default. Tuning used seeds below ${HELD_BACK_FROM} and no others. \`${command}\` writes this page again.`,
    '## Against the bars',
    barsTable(measured),
    '## What is found, and how soon',
    'Found means a finding of medium or above about the key that was attacked, or one of the keys, while the attack lasts or within a day of its end. The time runs from the first act of the attack to the start of the first such finding, so it is how far back a finding reaches and not when a weekly run would tell of it; half are found sooner. *Keys named* is the share of the attacked keys that these findings name, on average.',
    attacksTable(measured.results),
    LOUDNESS_TEXT,
    '## What is said without an attack',
    'Findings for each 1,000 benign keys and week. One that comes up again in another week counts again. An attack does not excuse findings about other keys than its own.',
    noiseTable(measured, ({ rule }) => !STANDING.includes(rule)),
    `Facts that no use of a key changes are counted apart (${STANDING.join(', ')}): keys that truly are that old, each once.`,
    noiseTable(measured, ({ rule }) => STANDING.includes(rule)),
    `Findings about services acting by themselves or on behalf of roles, of any severity: ${runs.reduce((sum, { services }) => sum + services, 0)}.`,
    '## Against three simpler ways',
    'On the same events: model calls by key and hour, and the countries of every call. Each is shown with the threshold that it is usually run with, and with the one at which it raises as many false alerts of medium or above as keyward does, so that the recalls compare like with like.',
    baselineTable(measured),
    '## Where it is blind',
    ...BLINDNESS,
    ...missesText(measured.results),
  ].join('\n\n')}\n`;
}

const LOUDNESS_TEXT = [
  '- *Loud*: 100 calls or more from a new country by a key used on 30 days or more from one; or at least 10 times the record of the victim and 500 calls an hour (or as many times its tokens); or a fact that is rated high or critical.',
  '- *Medium*: 3 to 10 times the record.',
  '- *Slow*: under 3 times the record in every hour, for a day or more, from a country, network or model new to the key.',
  '- *Distributed*: every key stays under every limit that is set for one key.',
].join('\n');

const BLINDNESS = [
  'These numbers are made with the country database that comes with the package. Two rules have nothing to judge by without others and are silent here: `unusual-network` needs an ASN database, `impossible-travel` a city database. So a thief in the country of the victim is told by volume alone (`leaked-key-neighbour`, `revived-key`, `mint-for-self`).',
  'Beside AWS and Azure the simulation writes the rows of a LiteLLM proxy, whose keys all behave. Of other vendors nothing is simulated here.',
  'Azure AI masks the last part of every caller and names no key, so keys of Azure resources have no place, and two who use one key are one. CloudTrail has token counts for streamed answers only: long prompts without streaming are seen in model invocation logs alone.',
  'A simulation is only as hard as its authors made it. Attackers here do not know the record of the key they hold; one who does, and stays below it from a network and with a model that the key is used from and with, is found by nobody who looks at logs of use alone.',
];

/** @param {Measured} measured */
const barsTable = measured =>
  table(
    ['bar', 'wanted', 'measured', 'met'],
    barsOf(measured).map(({ bar, wanted, got, isMet }) => [bar, wanted, got, isMet ? 'yes' : '**no**']),
  );

/**
 * What was promised, and what came of it.
 *
 * @param {Measured} measured @returns {{ bar: string, wanted: string, got: string, isMet: boolean }[]}
 */
export function barsOf({ results, noise, kiloWeeks, runs, baselines }) {
  const recalls = LOUDNESSES.map(loudness => shareOf(ofLoudness(results, loudness), 'medium'));
  const rate = (/** @type {(severity: any) => boolean} */ isMeant) =>
    noise
      .filter(({ rule, severity }) => !STANDING.includes(rule) && isMeant(severity))
      .reduce((sum, { weeks }) => sum + weeks, 0) / kiloWeeks;
  const high = shareOf(ofLoudness(results, 'loud'), 'high');
  const [grave, medium] = [rate(severity => isAtLeast(severity, 'high')), rate(severity => severity === 'medium')];
  const services = runs.reduce((sum, run) => sum + run.services, 0);
  const best = LOUDNESSES.map(loudness => Math.max(...baselines.map(({ asTuned }) => asTuned.recall[loudness])));
  const shares = (/** @type {readonly number[]} */ all) => all.map(share => share.toFixed(2)).join(', ');
  return [
    ...LOUDNESSES.map((loudness, i) => ({
      bar: `recall, ${loudness}`,
      wanted: `≥ ${BARS[loudness]}`,
      got: recalls[i].toFixed(2),
      isMet: recalls[i] >= BARS[loudness],
    })),
    { bar: 'loud attacks that reach high', wanted: '1', got: high.toFixed(2), isMet: high >= 1 },
    {
      bar: 'false findings of high or above, for 1,000 keys and week',
      wanted: '≤ 1',
      got: grave.toFixed(2),
      isMet: grave <= 1,
    },
    {
      bar: 'false findings of medium, for 1,000 keys and week',
      wanted: '≤ 15',
      got: medium.toFixed(2),
      isMet: medium <= 15,
    },
    { bar: 'findings about service traffic', wanted: '0', got: String(services), isMet: services === 0 },
    {
      bar: `best recall of the simpler ways below at equal noise (${LOUDNESSES.join(', ')})`,
      wanted: `below ${shares(recalls)}`,
      got: shares(best),
      isMet: best.every((share, i) => share < recalls[i]),
    },
  ];
}

/** @param {readonly Result[]} results @param {string} loudness */
const ofLoudness = (results, loudness) => results.filter(({ label }) => label.loudness === loudness);

/** @param {readonly Result[]} results */
function attacksTable(results) {
  const groups = new Map();
  for (const result of results) {
    const key = `${result.label.attack}\n${result.label.loudness}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  const rows = [...groups].map(([key, group]) => {
    const [attack, loudness] = key.split('\n');
    const rules = [...new Set(group.flatMap(({ rules }) => rules))].sort();
    const by = rule => group.filter(({ rules }) => rules.includes(rule)).length;
    return [
      attack,
      loudness,
      `${group.filter(({ severity }) => isAtLeast(severity, 'medium')).length} of ${group.length}`,
      `${group.filter(({ severity }) => isAtLeast(severity, 'high')).length}`,
      hoursText(group),
      namedText(group),
      rules.map(rule => `${rule} ${by(rule)}`).join(', '),
    ];
  });
  return table(['attack', 'loudness', 'found', 'high', 'median time', 'keys named', 'by'], rows);
}

/** @param {readonly Result[]} group */
function hoursText(group) {
  const hours = group.flatMap(({ hours }) => (hours === null ? [] : [hours])).sort((a, b) => a - b);
  const middle = hours[Math.floor((hours.length - 1) / 2)];
  if (middle === undefined) return '–';
  return middle < 1 ? `${Math.round(middle * 60)} min` : `${middle.toFixed(1)} h`;
}

/** @param {readonly Result[]} group */
function namedText(group) {
  const shares = group.map(({ named }) => named);
  return `${Math.round((shares.reduce((sum, share) => sum + share, 0) * 100) / shares.length)} %`;
}

/** @param {Measured} measured @param {(noise: import('./score.mjs').Noise) => boolean} isMeant */
function noiseTable({ noise, kiloWeeks }, isMeant) {
  const meant = noise.filter(isMeant);
  const levels = [...LEVELS].reverse();
  const row = (/** @type {string} */ title, /** @type {typeof meant} */ some) => [
    title,
    ...levels.map(level =>
      (
        some.filter(({ severity }) => severity === level).reduce((sum, { weeks }) => sum + weeks, 0) / kiloWeeks
      ).toFixed(2),
    ),
  ];
  const rules = [...new Set(meant.map(({ rule }) => rule))].sort();
  const rows = rules.map(rule =>
    row(
      rule,
      meant.filter(each => each.rule === rule),
    ),
  );
  return table(['rule', ...levels], [...rows, row('**all**', meant)]);
}

/** @param {Measured} measured */
function baselineTable({ results, allowed, kiloWeeks, baselines }) {
  const recall = LOUDNESSES.map(loudness => shareOf(ofLoudness(results, loudness), 'medium').toFixed(2));
  const rows = baselines.flatMap(({ title, unit, asPublished, asTuned }) =>
    [
      ['usual', asPublished],
      ['tuned', asTuned],
    ].map(([how, { threshold, noise, recall }]) => [
      `${title}, ${how}`,
      `${threshold < 100 ? Number(threshold.toFixed(1)) : number(Math.ceil(threshold))} ${unit}`,
      (noise / kiloWeeks).toFixed(2),
      ...LOUDNESSES.map(loudness => recall[loudness].toFixed(2)),
    ]),
  );
  return table(
    ['way', 'threshold', 'false alerts', ...LOUDNESSES],
    [['**keyward**', 'medium and above', (allowed / kiloWeeks).toFixed(2), ...recall], ...rows],
  );
}

/** @param {readonly Result[]} results */
function missesText(results) {
  const missed = new Map();
  for (const { label, severity } of results) {
    if (isAtLeast(severity, 'medium')) continue;
    const key = `${label.attack}, ${label.loudness}`;
    missed.set(key, [...(missed.get(key) ?? []), severity]);
  }
  if (missed.size === 0) return ['No attack of these seeds was missed.'];
  const lines = [...missed].map(
    ([key, severities]) =>
      `- ${key}: ${severities.length}, of which ${severities.filter(severity => severity === 'low').length} with a finding of low`,
  );
  return ['Missed of these seeds:', lines.join('\n')];
}

/** @param {readonly string[]} heads @param {readonly (readonly unknown[])[]} rows */
const table = (heads, rows) =>
  [heads, heads.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');

/** @param {number} count */
const number = count => String(count).replace(/\B(?=(\d{3})+$)/g, ',');
