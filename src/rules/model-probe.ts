import { activity, activityDays } from '../facets/activity.ts';
import { browserDays, browsers } from '../facets/browsers.ts';
import type { StateOf } from '../facets/facet.ts';
import { modelDays, modelFamily, models } from '../facets/models.ts';
import { firstSeen } from '../facets/place-history.ts';
import { placeHours, places } from '../facets/places.ts';
import { handsOf, type ProbeHand, probeHands } from '../facets/probe-hands.ts';
import { isHourly, type Probe, probeRows, probes } from '../facets/probes.ts';
import { smallerExample } from '../facets/tally.ts';
import { volume, volumeHours } from '../facets/volume.ts';
import { isStatic } from '../kinds.ts';
import type { Json } from '../model/finding.ts';
import type { OptionValues } from '../model/option.ts';
import { disableCommands } from '../remedies.ts';
import { DAY, dayOf, HOUR, hourOf, MINUTE } from '../time.ts';
import { countText, isoText, timeText } from '../wording.ts';
import { defineRule } from './rule.ts';

const facets = { probes, probeHands, volume, models, activity, browsers, places };

const options = {
  windowHours: { default: 24, min: 1, max: 168, describe: 'Hours in which all steps must begin.' },
  refusedModels: { default: 2, min: 1, max: 1000, describe: 'Refused models that make a probe.' },
  refusedCalls: { default: 3, min: 1, max: 1e6, describe: 'Refused calls that make a probe, whatever the model.' },
  idleDays: { default: 9, min: 1, max: 365, describe: 'Active days without model use from which it is high.' },
} as const;

type Settings = OptionValues<typeof options>;
type States = { readonly [K in keyof typeof facets]: StateOf<(typeof facets)[K]> };

/** An answered call that starts an hour or, when named, a model's day. */
interface Success {
  readonly at: number;
  /** Empty when the model is not known. */
  readonly model: string;
  /** Calls in that hour or, when named, to that model on that day. */
  readonly count: number;
  readonly example: string;
}

/** Looks, then refusals, then success, each starting no earlier than the one before. */
interface Chain {
  readonly looks: readonly Probe[];
  readonly refusals: readonly Probe[];
  readonly success: Success;
}

export const modelProbe = defineRule({
  id: 'model-probe',
  family: 'platform',
  title: 'Models probed until one answered',
  severity: 'medium',
  severities:
    'High when the key had been in use on 9 days or more and never for models, when a browser spoke with a static key, or when the key came from a country new to it.',
  kind: 'signal',
  description:
    'Within 24 hours a credential looked at what models there are, was refused by two models or three times, and then got an answer. That is how a stolen key is tried out before it is used or sold: the thief does not know what it may do. Looking means enumerating models, of a cloud or through a proxy, or calling what only a console calls; refused means denied or invalid, never throttled, and invalid not where the model had answered the credential on an earlier day: then the request was wrong, not the model. The steps are ordered by when each began, and of a role that many share one session, or one person, must have taken them all.',
  remediation:
    'Ask the holder whether they were trying out models. If not, disable the credential at once: the probing succeeded. Then read which models answered since, and from where it was called.',
  references: [
    'https://sysdig.com/blog/llmjacking-stolen-cloud-credentials-used-in-new-ai-attack/',
    'https://docs.aws.amazon.com/bedrock/latest/userguide/logging-using-cloudtrail.html',
    'https://stratus-red-team.cloud/attack-techniques/AWS/aws.impact.bedrock-invoke-model/',
  ],
  falsePositives: [
    'A developer who sets up model access: looks around, is refused until access is granted, then succeeds.',
    'A gateway that lists models on every start and passes on malformed requests of its users, on the first day of a model.',
  ],
  lookbackDays: 90,
  needs: ['calls'],
  facets,
  options,
  messages: {
    named: '{refused} after looking at what models there are, then {model} answered from {time} on.',
    unnamed: '{refused} after looking at what models there are, then calls succeeded from {time} on.',
  },
  abstentions: {
    crowded: 'so many refused calls in so many hours that their order is no longer known',
  },
  examples: () => [
    {
      title: 'seven refused models, then one that answers',
      events: [
        { ...LOOK, at: -22 * HOUR },
        ...refusals(7, -22 * HOUR + MINUTE),
        { ...CALL, at: -22 * HOUR + 31 * MINUTE, count: 40 },
      ],
      expect: ['named:medium'],
    },
    {
      title: 'three refused calls whose model is not logged, then success with a model used earlier that day',
      events: [
        { ...CALL, at: -23 * HOUR, until: -12 * HOUR, every: HOUR },
        { ...LOOK, at: -20 * HOUR + MINUTE },
        { ...CALL, at: -20 * HOUR + 2 * MINUTE, count: 3, outcome: 'denied', model: '' },
      ],
      expect: ['unnamed:medium'],
    },
    {
      title: 'by a key that was in use for weeks, and never for models',
      events: [
        { at: -30 * DAY, until: -2 * DAY, every: DAY },
        { ...LOOK, at: -10 * HOUR },
        ...refusals(2, -9 * HOUR),
        { ...CALL, at: -8 * HOUR },
      ],
      expect: ['named:high'],
    },
    {
      title: 'by a browser with a static key',
      events: [{ ...LOOK, at: -10 * HOUR, agent: 'browser' }, ...refusals(2, -9 * HOUR), { ...CALL, at: -8 * HOUR }],
      expect: ['named:high'],
    },
    {
      title: 'by a key that a browser spoke with the day before and the day after',
      events: [
        { at: -4 * DAY, until: -2 * DAY, every: 2 * DAY, agent: 'browser' },
        { ...LOOK, at: -3 * DAY },
        ...refusals(2, -3 * DAY + HOUR),
        { ...CALL, at: -3 * DAY + 2 * HOUR },
      ],
      expect: ['named:medium'],
    },
    {
      title: 'a gateway whose users send prompts too long for a model it has used for weeks',
      events: [
        { ...CALL, at: -20 * DAY, until: -HOUR, every: HOUR },
        { ...LOOK, at: -12 * DAY, until: -HOUR, every: DAY },
        { ...CALL, at: -12 * DAY + HOUR, until: -HOUR, every: DAY, count: 4, outcome: 'invalid' },
      ],
      expect: [],
    },
    {
      title: 'by a virtual key whose holder lists the models of a proxy',
      credential: { id: 'a0'.repeat(32), provider: 'proxy', kind: 'virtual-key', owner: 'ci' },
      events: [
        { action: 'list-models', at: -10 * HOUR },
        ...refusals(2, -9 * HOUR).map(event => ({ ...event, action: 'messages' })),
        { ...CALL, at: -8 * HOUR, action: 'messages' },
      ],
      expect: ['named:medium'],
    },
    {
      title: 'three calls to a model that it used before and may use no longer',
      events: [
        { ...CALL, at: -20 * DAY, until: -HOUR, every: HOUR },
        { ...LOOK, at: -12 * HOUR },
        { ...CALL, at: -12 * HOUR, count: 3, outcome: 'denied' },
      ],
      expect: ['unnamed:medium'],
    },
    {
      title: 'from a country new to the key',
      events: [
        { ...CALL, at: -20 * DAY, until: -2 * DAY, every: DAY, country: 'DE' },
        { ...LOOK, at: -10 * HOUR, country: 'SG' },
        ...refusals(2, -9 * HOUR),
        { ...CALL, at: -8 * HOUR, country: 'SG' },
      ],
      expect: ['named:high'],
    },
    {
      title: 'by a browser with the session of a console user',
      credential: { kind: 'user-session' },
      events: [{ ...LOOK, at: -10 * HOUR, agent: 'browser' }, ...refusals(2, -9 * HOUR), { ...CALL, at: -8 * HOUR }],
      expect: ['named:medium'],
    },
    {
      title: 'by one session of a role',
      credential: ROLE,
      events: [
        { ...LOOK, at: -22 * HOUR, session: 'ASIAIOSFODNN7EXAMPLE' },
        ...refusals(2, -21 * HOUR).map(event => ({ ...event, session: 'ASIAIOSFODNN7EXAMPLE' })),
        { ...CALL, at: -20 * HOUR, session: 'ASIAIOSFODNN7EXAMPLE' },
      ].map(event => ({ ...event, principal: ROLE_ARN })),
      expect: ['named:medium'],
    },
    {
      title: 'by three people who share a role: one looks, one is refused, one succeeds',
      credential: ROLE,
      events: [
        { ...LOOK, at: -22 * HOUR, session: 'ASIAIOSFODNN7EXAMPLE' },
        ...refusals(2, -21 * HOUR).map(event => ({ ...event, session: 'ASIAI44QH8DHBEXAMPLE' })),
        { ...CALL, at: -20 * HOUR, session: 'ASIA111111111EXAMPLE' },
      ].map(event => ({ ...event, principal: ROLE_ARN })),
      expect: [],
    },
    {
      title: 'by one person in two sessions of a role',
      credential: ROLE,
      events: [
        { ...LOOK, at: -22 * HOUR, session: 'ASIAIOSFODNN7EXAMPLE' },
        ...refusals(2, -21 * HOUR).map(event => ({ ...event, session: 'ASIAI44QH8DHBEXAMPLE' })),
        { ...CALL, at: -20 * HOUR, session: 'ASIAI44QH8DHBEXAMPLE' },
      ].map(event => ({ ...event, principal: 'arn:aws:sts::123456789012:assumed-role/app/jane@example.com' })),
      expect: ['named:medium'],
    },
    {
      title: 'refused until the end',
      events: [{ ...CALL, at: -23 * HOUR }, { ...LOOK, at: -22 * HOUR }, ...refusals(7, -21 * HOUR)],
      expect: [],
    },
    {
      title: 'refused before it looked, not after',
      events: [...refusals(7, -22 * HOUR), { ...LOOK, at: -20 * HOUR }, { ...CALL, at: -19 * HOUR }],
      expect: [],
    },
    {
      title: 'two refused calls to one model',
      events: [
        { ...LOOK, at: -22 * HOUR },
        { ...CALL, at: -21 * HOUR, count: 2, outcome: 'denied' },
        { ...CALL, at: -20 * HOUR },
      ],
      expect: [],
    },
    {
      title: 'throttled calls after looking',
      events: [
        { ...LOOK, at: -22 * HOUR },
        { ...CALL, at: -21 * HOUR, count: 50, outcome: 'throttled' },
        { ...CALL, at: -20 * HOUR },
      ],
      expect: [],
    },
    {
      title: 'success only on the second day',
      events: [{ ...LOOK, at: -3 * DAY }, ...refusals(3, -3 * DAY + HOUR), { ...CALL, at: -2 * DAY }],
      expect: [],
    },
  ],
  commands: disableCommands,
  *judge({ credential, facets }, { options }) {
    if (!isHourly(facets.probes)) yield { abstain: 'crowded' };
    const hands = credential.kind === 'role' ? handsOf(facets.probeHands) : null;
    for (const chain of chainsOf(facets, options, chain => hands?.some(hand => canHaveMade(hand, chain)) ?? true)) {
      const reasons = reasonsOf(facets, chain, isStatic(credential.kind), options.idleDays);
      yield {
        ...sayChain(chain),
        severity: reasons.length > 0 ? 'high' : 'medium',
        subject: [credential.id],
        episodes: [{ from: startOf(chain), until: chain.success.at }],
        evidence: {
          first: isoText(startOf(chain)),
          last: isoText(chain.success.at),
          links: linksOf(chain),
          refusedModels: [...refusedModels(chain)],
          reasons,
        },
      };
    }
  },
});

const ROLE_ARN = 'arn:aws:iam::123456789012:role/app';
const ROLE = { id: ROLE_ARN, kind: 'role', owner: ROLE_ARN } as const;
const LOOK = { action: 'bedrock:ListFoundationModels' } as const;
const CALL = { deed: 'infer', action: 'bedrock:InvokeModel', model: 'anthropic.claude-opus-4-5' } as const;

/** One refused call to each of so many models, a minute apart. */
function refusals(count: number, at: number) {
  return Array.from({ length: count }, (_, i) => {
    return { ...CALL, at: at + i * MINUTE, outcome: 'denied', model: `example.model-${i + 1}` } as const;
  });
}

/** The chains of a credential, one after the other; looks within a chain belong to it. */
function* chainsOf(facets: States, settings: Settings, isOneHand: (chain: Chain) => boolean): Generator<Chain> {
  const rows = probeRows(facets.probes);
  const looks = rows.filter(({ kind }) => kind === 'look');
  const isMistake = mistakesOf(facets);
  const refusals = rows.filter(row => row.kind !== 'look' && !isMistake(row));
  if (looks.length === 0 || refusals.length === 0) return;
  const successes = successesOf(facets);
  let done = Number.NEGATIVE_INFINITY;
  for (const look of looks) {
    if (look.first <= done) continue;
    const chain = chainFrom(look.first, looks, refusals, successes, settings);
    if (chain === undefined || !isOneHand(chain)) continue;
    yield chain;
    done = chain.success.at;
  }
}

/** Tells an invalid call to a model that had answered on an earlier day: too long a prompt, say. */
function mistakesOf({ models }: States): (refusal: Probe) => boolean {
  const since = new Map<string, number>();
  for (const { model, okFirst } of modelDays(models)) {
    const family = modelFamily(model);
    since.set(family, Math.min(since.get(family) ?? okFirst, okFirst));
  }
  return ({ kind, name, first }) => {
    const answered = since.get(modelFamily(name));
    return kind === 'invalid' && name !== '' && answered !== undefined && dayOf(answered) < dayOf(first);
  };
}

function chainFrom(
  from: number,
  looks: readonly Probe[],
  refusals: readonly Probe[],
  successes: readonly Success[],
  settings: Settings,
): Chain | undefined {
  const until = from + settings.windowHours * HOUR;
  const refusedAt = refusedEnoughAt(
    refusals.filter(({ first }) => first >= from && first < until),
    settings,
  );
  const success = successes.find(({ at }) => at >= refusedAt && at < until);
  if (success === undefined) return undefined;
  const within = ({ first }: Probe) => first >= from && first <= success.at;
  return { looks: looks.filter(within), refusals: refusals.filter(within), success };
}

/** When the refusals that make a probe had all begun. */
function refusedEnoughAt(refusals: readonly Probe[], { refusedModels, refusedCalls }: Settings): number {
  const refused = new Set<string>();
  let calls = 0;
  for (const { name, count, first } of refusals) {
    if (name !== '') refused.add(name);
    calls += count;
    if (refused.size >= refusedModels || calls >= refusedCalls) return first;
  }
  return Number.POSITIVE_INFINITY;
}

/** First answered calls of every hour and of every model's day, in order; of two at once, the named one first. */
function successesOf({ volume, models }: States): Success[] {
  const named = modelDays(models).map(({ okFirst, model, calls, example }) => ({
    at: okFirst,
    model,
    count: calls,
    example,
  }));
  const hourly = Array.from(volumeHours(volume), ({ okFirst, calls }) => ({
    at: okFirst,
    model: '',
    count: calls,
    example: '',
  }));
  return [...named, ...hourly].filter(({ at }) => Number.isFinite(at)).sort((a, b) => a.at - b.at);
}

const startOf = ({ looks }: Chain): number => looks[0]!.first;

/** Why the chain needs no second opinion; none when it does. */
function reasonsOf(facets: States, chain: Chain, isStaticKey: boolean, idleDays: number): string[] {
  const reasons: string[] = [];
  const idle = idleDaysBefore(facets, startOf(chain));
  if (idle >= idleDays) reasons.push(`first model use after ${idle} active days`);
  if (isStaticKey && browserSpoke(facets, chain)) reasons.push('a browser spoke with a static key');
  const countries = newCountries(facets, chain);
  if (countries.length > 0) reasons.push(`first seen from ${countries.join(', ')}`);
  return reasons;
}

/** Active days before, when none of them saw a model call; else 0. */
function idleDaysBefore({ volume, activity }: States, at: number): number {
  for (const { hour, calls, refused } of volumeHours(volume)) {
    if (hour >= hourOf(at)) break;
    if (calls + refused > 0) return 0;
  }
  return [...activityDays(activity)].filter(({ day }) => day < dayOf(at)).length;
}

/** On the days of the chain. */
function browserSpoke({ browsers }: States, chain: Chain): boolean {
  return [...browserDays(browsers)].some(({ first, last }) => first <= chain.success.at && last >= startOf(chain));
}

/** Countries first seen in the day up to the success, by a key seen elsewhere before. */
function newCountries({ places }: States, chain: Chain): string[] {
  const since = startOf(chain) - DAY;
  const firsts = [...firstSeen([...placeHours(places)].filter(({ egress }) => !egress))];
  const isKnown = firsts.some(([, at]) => at < since);
  const fresh = firsts.filter(([, at]) => at >= since && at <= chain.success.at);
  return isKnown ? fresh.map(([country]) => country).sort() : [];
}

/** Whether one hand can have taken all steps: of many who share a role, one looks and others are refused. */
function canHaveMade(hand: ProbeHand, chain: Chain): boolean {
  const { lookFirst, lookLast, refused, refusedFirst, refusedLast, okLast } = hand;
  const [from, until] = [startOf(chain), chain.success.at];
  const isInTime = lookFirst <= until && lookLast >= from && refusedFirst <= until && refusedLast >= from;
  return isInTime && refused > 1 && lookFirst <= refusedLast && okLast >= refusedFirst;
}

const refusedModels = ({ refusals }: Chain): Set<string> =>
  new Set(refusals.map(({ name }) => name).filter(name => name !== ''));

const totalOf = (rows: readonly Probe[]): number => rows.reduce((sum, { count }) => sum + count, 0);

function sayChain(chain: Chain) {
  const { success, refusals } = chain;
  const time = timeText(success.at);
  const many = refusedModels(chain).size;
  const refused = many > 1 ? countText(many, 'refused model') : countText(totalOf(refusals), 'refused call');
  return success.model === ''
    ? ({ message: 'unnamed', data: { refused, time } } as const)
    : ({ message: 'named', data: { refused, time, model: success.model } } as const);
}

/** The steps, each with when it began, how often it was taken and where to find one. */
function linksOf({ looks, refusals, success }: Chain): Json[] {
  const exampleOf = (rows: readonly Probe[]) => rows.reduce((least, row) => smallerExample(least, row.example), '');
  const step = (what: string, rows: readonly Probe[]) => {
    const names = [...new Set(rows.map(({ name }) => name))].filter(name => name !== '').sort();
    return { what, at: isoText(rows[0]!.first), count: totalOf(rows), example: exampleOf(rows), names };
  };
  const { at, model, count, example } = success;
  return [
    step('looked', looks),
    step('refused', refusals),
    { what: 'succeeded', at: isoText(at), count, example, names: model === '' ? [] : [model] },
  ];
}
