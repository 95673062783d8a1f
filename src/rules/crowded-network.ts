import type { StateOf } from '../facets/facet.ts';
import { areNetworksCoarse, footprintRows, footprints, prefixOf } from '../facets/footprints.ts';
import { networkRows, networks } from '../facets/networks.ts';
import { isLent, principalOf, roamingBefore, type Visit, visitsOf } from '../facets/visits.ts';
import { groupBy } from '../group.ts';
import { isStatic } from '../kinds.ts';
import type { Json } from '../model/finding.ts';
import type { OptionValues } from '../model/option.ts';
import { DAY, HOUR } from '../time.ts';
import { compareText, countText, dayText, isoText } from '../wording.ts';
import { defineRule, type Example, type ExampleEvent, type RuleContext } from './rule.ts';

/** As many events as a finding shows. */
const SHOWN = 5;

/** Who moves at the end of a week arrives at the beginning of the next. */
const MOST_AWAY = 4 * DAY;

const facets = { footprints, networks };

const options = {
  minPrincipals: { default: 5, min: 2, max: 10_000, describe: 'Principals first seen on a network together.' },
  withinHours: { default: 24, min: 1, max: 168, describe: 'Hours within which they must come.' },
  minAccounts: { default: 2, min: 1, max: 1000, describe: 'Accounts that they must be of, unless they have the keys.' },
  minKeys: { default: 5, min: 1, max: 10_000, describe: 'Static keys that they must use, unless of several accounts.' },
  newDays: { default: 7, min: 1, max: 90, describe: 'Days from its first use on in which a network is new.' },
  lookbackDays: { default: 90, min: 7, max: 365, describe: 'Days nobody may have used a network for it to be new.' },
  minCoveredDays: {
    default: 14,
    min: 1,
    max: 365,
    describe: 'Days of those that the logs must cover before a network can be new.',
  },
  moveShare: { default: 0.8, min: 0.5, max: 1, describe: 'Share that must leave a common network to make a move.' },
  moveHours: { default: 24, min: 1, max: 168, describe: 'Hours after the arrival within which they must have left.' },
  silentDays: {
    default: 3,
    min: 1,
    max: 30,
    describe: 'Days that the logs must go on before a network that is used no more has been left.',
  },
  roamLimit: {
    default: 0.3,
    min: 0,
    max: 1,
    describe: 'Above this chance of a new network on a day, a credential roams and is not counted.',
  },
} as const;

type Settings = OptionValues<typeof options>;
type Context = RuleContext<typeof facets, typeof options, undefined>;

/** Where everyone was. */
interface Atlas {
  readonly byNetwork: ReadonlyMap<string, readonly Visit[]>;
  /** When a country or an operator was first seen. */
  readonly countries: ReadonlyMap<string, number>;
  readonly operators: ReadonlyMap<string, number>;
}

/** Those who came to a new network together. */
interface Crowd {
  readonly network: string;
  readonly members: readonly Visit[];
  readonly from: number;
  readonly until: number;
}

export const crowdedNetwork = defineRule({
  id: 'crowded-network',
  family: 'campaign',
  title: 'Many principals on a new network',
  severity: 'medium',
  severities: 'High when nobody was ever seen in the country, or with the operator, of that network.',
  kind: 'signal',
  description:
    'Five principals or more come from one network within 24 hours, none of them having used it before and nobody else either: one hand may hold all their keys. A network is the first 24 bits of an IPv4 address or the first 48 of IPv6. ' +
    'They must be of two accounts or have five static keys, and the logs must cover 14 days before. Roles are not counted, since many may lend them from many places, nor are credentials that are on a new network every other day, as runners in a cloud are. ' +
    'A move is exempt: most of them, and of all who used it, left one common network within a day of arriving, with the same programs, and three days of logs show it empty; so are declared exits. Both are counted in the coverage.',
  remediation:
    'Find out whose network it is. If it is yours, declare it. If not, disable all the keys that are named here at once, one alone would warn whoever holds them, and find out what they have in common: a repository, a laptop, a pipeline.',
  references: [
    'https://attack.mitre.org/techniques/T1078/004/',
    'https://attack.mitre.org/techniques/T1552/001/',
    'https://sysdig.com/blog/llmjacking-stolen-cloud-credentials-used-in-new-ai-attack/',
  ],
  falsePositives: [
    'A new office, or one that begins to use IPv6 or a second provider; declare it under networks.',
    'A conference, or colleagues who travel together.',
    'Services with keys of their own that are set up behind a new gateway on one day.',
  ],
  lookbackDays: 90,
  needs: ['places'],
  facets,
  options,
  messages: {
    crowded:
      '{principals} first came from {network} within {hours} from {day} on, with {held}; in {days} of logs before, nobody had used it.',
    crowdedAbroad:
      '{principals} first came from {network} within {hours} from {day} on, with {held}; in {days} of logs before, nobody had used it, nor anything else in {place}.',
  },
  abstentions: {
    coarse: 'used from so many networks that they are no longer kept apart',
    exit: 'first seen together on a network that is declared as an exit',
    moved:
      'taken for a move: a share of at least {moveShare} of those who used one network left it within {moveHours} hours of coming to a new one',
  },
  examples,

  *survey(everyone, context) {
    const visits: Visit[] = [];
    for (const { credential, facets } of everyone) {
      if (!areNetworksCoarse(facets.footprints)) visits.push(...visitsOf(credential, facets.footprints));
      else if (!isLent(credential.kind)) yield { abstain: 'coarse' };
    }
    const atlas = drawAtlas(visits);
    for (const [network, there] of atlas.byNetwork) {
      const crowd = crowdOn(network, there, context);
      if (crowd === null) continue;
      const exempt = exemptionOf(crowd, atlas, context);
      if (exempt === null) yield sayCrowd(crowd, atlas, context);
      else for (const _ of crowd.members) yield { abstain: exempt };
    }
  },
});

function drawAtlas(visits: readonly Visit[]): Atlas {
  const countries = new Map<string, number>();
  const operators = new Map<string, number>();
  const lower = (firsts: Map<string, number>, name: string, at: number) => {
    if (name !== '') firsts.set(name, Math.min(firsts.get(name) ?? at, at));
  };
  for (const { country, operator, first } of visits) {
    lower(countries, country, first);
    lower(operators, operator, first);
  }
  return { byNetwork: groupBy(visits, ({ network }) => network), countries, operators };
}

/** Those who came first to a network, as many as came within a day; null when they are no crowd or it is not new. */
function crowdOn(network: string, there: readonly Visit[], context: Context): Crowd | null {
  const { options, coveredDays } = context;
  if (there.length < options.minPrincipals) return null;
  const opened = Math.min(...there.map(({ first }) => first));
  if (coveredDays(opened - options.lookbackDays * DAY, opened) < options.minCoveredDays) return null;
  const soon = there.filter(visit => visit.first < opened + options.newDays * DAY && !isLent(visit.credential.kind));
  if (countPrincipals(soon) < options.minPrincipals) return null;
  const members = mostWithin(
    soon.filter(visit => !isRoaming(visit, context)),
    options.withinHours * HOUR,
  );
  if (!isCrowd(members, options)) return null;
  const [from, until] = [members[0]!.first, members.at(-1)!.first];
  return { network, members, from, until };
}

const countPrincipals = (visits: readonly Visit[]): number =>
  new Set(visits.map(({ credential }) => principalOf(credential))).size;

const keysOf = (visits: readonly Visit[]): Visit[] => visits.filter(({ credential }) => isStatic(credential.kind));

const accountsOf = (visits: readonly Visit[]): string[] =>
  [...new Set(visits.map(({ credential }) => credential.account))].filter(account => account !== '').sort(compareText);

const isCrowd = (members: readonly Visit[], { minPrincipals, minAccounts, minKeys }: Settings): boolean =>
  countPrincipals(members) >= minPrincipals &&
  (accountsOf(members).length >= minAccounts || keysOf(members).length >= minKeys);

/** To whom every other day brings a new network, this one says nothing. */
function isRoaming({ credential, first }: Visit, { options, subjectOf }: Context): boolean {
  const { days, once } = roamingBefore(footprintRows(subjectOf(credential.id)!.facets.footprints), first);
  return days >= 3 && (once + 0.5) / (days + 1) > options.roamLimit;
}

/** The most principals that came within a stretch, the earliest of equals, in order of arrival. */
function mostWithin(visits: readonly Visit[], length: number): Visit[] {
  const ordered = [...visits].sort((a, b) => a.first - b.first || compareText(a.credential.id, b.credential.id));
  const counts = new Map<string, number>();
  let [start, best, range] = [0, 0, [0, 0] as [number, number]];
  for (const [end, visit] of ordered.entries()) {
    const name = principalOf(visit.credential);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    for (; visit.first - ordered[start]!.first > length; start++) {
      const gone = principalOf(ordered[start]!.credential);
      if (counts.get(gone) === 1) counts.delete(gone);
      else counts.set(gone, counts.get(gone)! - 1);
    }
    // A second key of the same principal belongs to it, too.
    if (counts.size > best || (counts.size === best && start === range[0])) [best, range] = [counts.size, [start, end]];
  }
  return ordered.slice(range[0], range[1] + 1);
}

/** Why a crowd is none; null when it is one. */
function exemptionOf(crowd: Crowd, { byNetwork }: Atlas, context: Context): 'exit' | 'moved' | null {
  if (crowd.members.every(({ egress }) => egress)) return 'exit';
  const { horizon, options } = context;
  // Whether they left can be told only afterwards.
  if (horizon < crowd.until + options.silentDays * DAY) return null;
  const before = new Map<string, number>();
  for (const { credential } of crowd.members) {
    for (const { network } of visitsOf(credential, footprintsOf(credential.id, context))) {
      before.set(network, (before.get(network) ?? 0) + 1);
    }
  }
  const common = [...before].filter(
    ([name, count]) => name !== crowd.network && count >= options.moveShare * crowd.members.length,
  );
  return common.some(([name]) => isLeft(byNetwork.get(name) ?? [], crowd, options)) ? 'moved' : null;
}

const footprintsOf = (id: string, { subjectOf }: Context): StateOf<typeof footprints> =>
  subjectOf(id)!.facets.footprints;

/** Whether a network was left by most of the crowd, and by most who were on it then. */
function isLeft(there: readonly Visit[], { members, from, until }: Crowd, settings: Settings): boolean {
  const population = there.filter(({ first, last }) => first < from && last >= from - MOST_AWAY);
  const leavers = population.filter(({ last }) => last <= until + settings.moveHours * HOUR);
  const gone = new Map(leavers.map(visit => [visit.credential.id, visit]));
  const movers = members.filter(({ credential, agents }) => {
    const left = gone.get(credential.id);
    return left !== undefined && agents.every(agent => left.agents.includes(agent));
  });
  return (
    leavers.length >= settings.moveShare * population.length && movers.length >= settings.moveShare * members.length
  );
}

function sayCrowd(crowd: Crowd, atlas: Atlas, context: Context) {
  const { members, network, from, until } = crowd;
  const [country, operator] = [nameIn(members, 'country'), nameIn(members, 'operator')];
  const opened = Math.min(...atlas.byNetwork.get(network)!.map(({ first }) => first));
  const isNewIn = (firsts: ReadonlyMap<string, number>, name: string) => name !== '' && firsts.get(name)! >= opened;
  const abroad = isNewIn(atlas.countries, country) ? country : isNewIn(atlas.operators, operator) ? operator : '';
  const days = context.coveredDays(opened - context.options.lookbackDays * DAY, opened);
  const data = {
    principals: countText(countPrincipals(members), 'principal'),
    network: country === '' ? network : `${network} (${country})`,
    hours: countText(Math.max(1, Math.ceil((until - from) / HOUR)), 'hour'),
    day: dayText(from),
    held: heldText(members),
    days: countText(days, 'day'),
  };
  const said = {
    subject: [network],
    members: members.map(({ credential }) => credential.id).sort(compareText),
    episodes: [{ from, until: Math.min(lastOf(members), from + context.options.newDays * DAY) }],
    evidence: evidenceOf(crowd, days, context),
  };
  if (abroad === '') return { ...said, message: 'crowded', data } as const;
  return { ...said, message: 'crowdedAbroad', severity: 'high', data: { ...data, place: abroad } } as const;
}

const lastOf = (visits: readonly Visit[]): number => visits.reduce((most, { last }) => Math.max(most, last), 0);

const nameIn = (visits: readonly Visit[], what: 'country' | 'operator'): string =>
  visits.map(visit => visit[what]).find(name => name !== '') ?? '';

/** '7 keys in 2 accounts', '5 credentials in 2 accounts'. */
function heldText(members: readonly Visit[]): string {
  const noun = keysOf(members).length === members.length ? 'key' : 'credential';
  const accounts = accountsOf(members).length;
  return `${countText(members.length, noun)}${accounts > 1 ? ` of ${countText(accounts, 'account')}` : ''}`;
}

function evidenceOf({ members, network, from }: Crowd, coveredDays: number, context: Context): Record<string, Json> {
  const examples = members.slice(0, SHOWN).flatMap(({ credential: { id } }) => {
    const rows = networkRows(context.subjectOf(id)!.facets.networks);
    const row = rows.find(other => prefixOf(other.network) === network);
    return row === undefined ? [] : [{ credential: id, address: row.network, example: row.example }];
  });
  return {
    network,
    country: nameIn(members, 'country'),
    operator: nameIn(members, 'operator'),
    members: members.length,
    principals: countPrincipals(members),
    keys: keysOf(members).length,
    accounts: accountsOf(members).length,
    agents: [...new Set(members.flatMap(({ agents }) => agents))].sort(compareText),
    calls: members.reduce((sum, { count }) => sum + count, 0),
    first: isoText(from),
    last: isoText(lastOf(members)),
    coveredDays,
    examples,
  };
}

function examples(): Example<{ crowded: string; crowdedAbroad: string }>[] {
  const key = (i: number) => `AKIAIOSFODNN7KEY${String(i).padStart(4, '0')}`;
  const holder = (i: number) => ({ id: key(i), owner: `arn:aws:iam::123456789012:user/u${i}` });
  const holders = (count: number) => Array.from({ length: count }, (_, i) => holder(i));
  const daily = (i: number, more: Partial<ExampleEvent> = {}): ExampleEvent => {
    return {
      credential: key(i),
      at: -30 * DAY,
      until: -HOUR,
      every: DAY,
      address: '192.0.2.1',
      country: 'DE',
      ...more,
    };
  };
  const office = (count: number, more: Partial<ExampleEvent> = {}) =>
    Array.from({ length: count }, (_, i) => daily(i, more));
  const thief = (i: number, more: Partial<ExampleEvent> = {}): ExampleEvent => {
    return { credential: key(i), at: -2 * DAY + i * HOUR, address: '203.0.113.9', country: 'DE', count: 40, ...more };
  };
  const thieves = (count: number, more: Partial<ExampleEvent> = {}) =>
    Array.from({ length: count }, (_, i) => thief(i, more));
  const moved = (at: number, until = -HOUR): Partial<ExampleEvent> => {
    return { at, until, address: '203.0.113.9' };
  };
  return [
    {
      title: 'seven keys of an office on one network that nobody knows',
      known: holders(20),
      events: [...office(20), ...thieves(7)],
      expect: ['crowded:medium'],
    },
    {
      title: 'the same from a country that nobody works in',
      known: holders(20),
      events: [...office(20), ...thieves(7, { country: 'SG' })],
      expect: ['crowdedAbroad:high'],
    },
    {
      title: 'keys that were never seen before',
      known: holders(9),
      events: [...office(4), ...[4, 5, 6, 7, 8].map(i => thief(i))],
      expect: ['crowded:medium'],
    },
    {
      title: 'users of two accounts without keys',
      known: holders(6).map((known, i) => ({ ...known, kind: 'password' as const, account: i < 3 ? '1' : '2' })),
      events: [...office(6), ...thieves(6)],
      expect: ['crowded:medium'],
    },
    {
      title: 'five people of one account, without keys, on a journey',
      known: holders(5).map(known => ({ ...known, kind: 'password' as const })),
      events: [...office(5), ...thieves(5)],
      expect: [],
    },
    {
      title: 'an office of sixty keys behind one NAT',
      known: holders(60),
      events: office(60),
      expect: [],
    },
    {
      title: 'an office that changes its provider',
      known: holders(60),
      events: [...office(60, { until: -5 * DAY }), ...office(60, moved(-5 * DAY + 2 * HOUR))],
      expect: [],
    },
    {
      title: 'an office that is left by six of sixty only',
      known: holders(60),
      events: [...office(60).slice(6), ...office(6, { until: -5 * DAY }), ...office(6, moved(-5 * DAY + 2 * HOUR))],
      expect: ['crowded:medium'],
    },
    {
      title: 'four keys',
      known: holders(20),
      events: [...office(20), ...thieves(4)],
      expect: [],
    },
    {
      title: 'keys that come one by one, a day and a half apart',
      known: holders(20),
      events: [...office(20), ...[0, 1, 2, 3, 4].map(i => thief(i, { at: -10 * DAY + i * 36 * HOUR }))],
      expect: [],
    },
    {
      title: 'runners on the ever changing networks of a cloud',
      known: holders(20),
      events: Array.from({ length: 30 }, (_, day) =>
        Array.from({ length: 20 }, (_, i) => ({
          ...thief(i),
          at: -30 * DAY + day * DAY,
          address: `198.51.${day}.${i}`,
        })),
      ).flat(),
      expect: [],
    },
    {
      title: 'fifty functions, each with a role of its own, behind a new gateway',
      known: holders(50).map(known => ({ ...known, kind: 'role' as const })),
      events: [...office(50), ...thieves(50, { at: -2 * DAY })],
      expect: [],
    },
    {
      title: 'a launch: one new key that calls from a new network',
      known: holders(20),
      events: [...office(20), thief(20, { count: 5000 })],
      expect: [],
    },
    {
      title: 'a declared exit',
      known: holders(20),
      events: [...office(20), ...thieves(7, { egress: true })],
      expect: [],
    },
    {
      title: 'logs that begin a week before',
      known: holders(20),
      events: [...office(20, { at: -8 * DAY }), ...thieves(7)],
      expect: [],
    },
    {
      title: 'a network that someone used before',
      known: holders(20),
      events: [...office(20), thief(19, { at: -12 * DAY }), ...thieves(7)],
      expect: [],
    },
  ];
}
