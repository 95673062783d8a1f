import { type CallRegion, callRegions, regionRows } from '../facets/call-regions.ts';
import { type ModelDay, modelDays, modelFamily, models } from '../facets/models.ts';
import { arrivals, baselineBefore, type DaysByName } from '../facets/place-history.ts';
import { episodesOf } from '../facets/stretch.ts';
import { groupBy } from '../group.ts';
import { credentialNoun, countText, dayText, isoText, someText } from '../wording.ts';
import type { Credential } from '../model/credential.ts';
import type { OptionValues } from '../model/option.ts';
import { disableCommands } from '../remedies.ts';
import { DAY, dayOf } from '../time.ts';
import { defineRule } from './rule.ts';

const options = {
  lookbackDays: { default: 90, min: 7, max: 365, describe: 'Days in which a model must not have been used to be new.' },
  minActiveDays: { default: 9, min: 1, max: 90, describe: 'Days of model use before a credential has a habit.' },
  noveltyLimit: { default: 0.05, min: 0, max: 1, describe: 'Above this chance of a new one, a credential tries much.' },
} as const;

type Limits = OptionValues<typeof options>;

/** Something new, with what was usual before. */
interface Novelty {
  readonly what: 'model' | 'region' | 'geography';
  readonly name: string;
  readonly calls: number;
  readonly first: number;
  readonly last: number;
  readonly example: string;
  readonly usual: readonly string[];
  readonly activeDays: number;
}

const CALL = {
  deed: 'infer',
  action: 'bedrock:InvokeModel',
  model: 'anthropic.claude-sonnet-4-5',
  inferenceRegion: 'eu-west-1',
} as const;
const DAILY = { ...CALL, at: -20 * DAY, until: -2 * DAY } as const;
const OPUS = { ...CALL, at: -DAY, model: 'anthropic.claude-opus-4-5' } as const;

export const newModel = defineRule({
  id: 'new-model',
  family: 'platform',
  title: 'New model or Region',
  severity: 'low',
  kind: 'signal',
  description:
    'A credential that had used models on nine days or more uses one of a family that it had not used in 90 days, calls models in a Region it never called them in, or is answered from a Region that never answered it. Everyday progress, and also how stolen keys are spent: on the dearest model, and in Regions that nobody watches. Alone it is worth knowing; together with a new place it is worth a look. Credentials that often try new models are not judged.',
  remediation:
    'Ask the holder whether they changed the model or the Region. Allow a role only the models and Regions it needs, by bedrock:InvokeModel on named resources and by a service control policy on aws:RequestedRegion.',
  references: [
    'https://docs.aws.amazon.com/bedrock/latest/userguide/cross-region-inference.html',
    'https://sysdig.com/blog/llmjacking-stolen-cloud-credentials-used-in-new-ai-attack/',
  ],
  falsePositives: [
    'A move to a newer model, or a model that was retired.',
    'Cross-Region inference that is answered from a Region added to its profile.',
  ],
  lookbackDays: 90,
  needs: ['calls'],
  facets: { models, callRegions },
  options,
  messages: {
    model: '{calls} to {name} from {day} on, a model this {noun} had not used; in {activeDays} before, {usual}.',
    region:
      '{calls} of models in {name} from {day} on, a Region this {noun} had not used; in {activeDays} before, {usual}.',
    geography:
      '{calls} of models answered from {name} from {day} on, a Region that had not answered this {noun}; in {activeDays} before, {usual}.',
  },
  abstentions: {
    crowded: 'so many models on so many days that they are no longer kept apart',
  },
  examples: () => [
    { title: 'a new model after three weeks of another', events: [DAILY, OPUS], expect: ['model:low'] },
    {
      title: 'a new version of a model that is in use',
      events: [
        { ...DAILY, model: `${CALL.model}-20250929-v1:0` },
        { ...CALL, at: -DAY },
      ],
      expect: [],
    },
    {
      title: 'a new Region',
      events: [DAILY, { ...CALL, at: -DAY, region: 'us-west-2' }],
      expect: ['region:low'],
    },
    {
      title: 'answers from a new Region',
      events: [DAILY, { ...CALL, at: -DAY, inferenceRegion: 'ap-northeast-1' }],
      expect: ['geography:low'],
    },
    { title: 'a model not used for 91 days', events: [{ ...OPUS, at: -92 * DAY }, DAILY, OPUS], expect: ['model:low'] },
    { title: 'a model used two months ago', events: [{ ...OPUS, at: -60 * DAY }, DAILY, OPUS], expect: [] },
    { title: 'a model that refused', events: [DAILY, { ...OPUS, outcome: 'denied' }], expect: [] },
    { title: 'a credential with eight days of model use', events: [{ ...DAILY, at: -9 * DAY }, OPUS], expect: [] },
    {
      title: 'a credential that tries many models',
      events: [DAILY, ...[1, 2, 3].map(n => ({ ...CALL, at: (-10 + n) * DAY, model: `example.model-${n}` })), OPUS],
      options: { minActiveDays: 18 },
      expect: [],
    },
  ],
  commands: disableCommands,
  *judge({ credential, facets }, { options }) {
    const days = modelDays(facets.models).filter(({ calls }) => calls > 0);
    if (areMerged(facets.models.level)) yield { abstain: 'crowded' };
    const active = [...new Set(days.map(({ day }) => day))];
    const named = areMerged(facets.models.level) ? [] : newModels(days, active, options);
    const placed = newRegions(regionRows(facets.callRegions), active, options);
    for (const novelty of [...named, ...placed]) yield verdictOn(credential, novelty);
  },
});

/** Above this level not even families of models are kept apart. */
const FAMILY_LEVEL = 1;
const areMerged = (level: number): boolean => level > FAMILY_LEVEL;

function newModels(days: readonly ModelDay[], active: readonly number[], limits: Limits): Novelty[] {
  const byFamily = groupBy(
    days.filter(({ model }) => model !== ''),
    ({ model }) => modelFamily(model),
  );
  const names: DaysByName = new Map(
    [...byFamily].map(([name, own]) => [name, [...new Set(own.map(({ day }) => day))]]),
  );
  return [...byFamily].flatMap(([name, own]) =>
    arrivals(names.get(name)!, limits.lookbackDays).flatMap(arrival => {
      const { activeDays, novelty, known } = baselineBefore(arrival, limits.lookbackDays, names, active);
      if (activeDays < limits.minActiveDays || novelty > limits.noveltyLimit) return [];
      const today = own.filter(({ day }) => day === arrival);
      const first = Math.min(...today.map(({ okFirst }) => okFirst));
      const at = Number.isFinite(first) ? first : arrival * DAY;
      const calls = today.reduce((sum, row) => sum + row.calls, 0);
      const example = today[0]!.example;
      return [
        { what: 'model', name, calls, first: at, last: at, example, usual: [...known.keys()].sort(), activeDays },
      ];
    }),
  );
}

/** Regions are remembered without their days, so a Region is new once. */
function newRegions(rows: readonly CallRegion[], active: readonly number[], limits: Limits): Novelty[] {
  return rows.flatMap(row => {
    const day = dayOf(row.first);
    const before = rows.filter(other => other.kind === row.kind && dayOf(other.first) < day);
    const once = before.filter(other => dayOf(other.first) === dayOf(other.last)).length;
    const activeDays = active.filter(other => other < day && other >= day - limits.lookbackDays).length;
    const isSettled = activeDays >= limits.minActiveDays && (once + 0.5) / (activeDays + 1) <= limits.noveltyLimit;
    if (before.length === 0 || !isSettled) return [];
    const what = row.kind === 'called' ? ('region' as const) : ('geography' as const);
    const { region: name, calls, first, example } = row;
    const usual = before.map(({ region }) => region);
    return [{ what, name, calls, first, last: first, example, usual, activeDays }];
  });
}

/** As many usual names as a sentence holds. */
const SHOWN = 3;

function verdictOn({ id, kind }: Credential, novelty: Novelty) {
  const { what, name, calls, first, last, example, usual, activeDays } = novelty;
  return {
    message: what,
    data: {
      calls: countText(calls, 'call'),
      name,
      day: dayText(first),
      noun: credentialNoun(kind),
      activeDays: countText(activeDays, 'active day'),
      usual: usual.length === 0 ? 'none that is known' : `only ${someText(usual, SHOWN)}`,
    },
    subject: [id, what, name],
    episodes: episodesOf([novelty]),
    evidence: { what, name, calls, first: isoText(first), last: isoText(last), usual, activeDays, example },
  };
}
