import { NETWORK_OPTIONS } from '../data/network-classes.ts';
import type { StateOf } from '../facets/facet.ts';
import { classText, classifier, type NetworkClass, operatorText } from '../facets/network-class.ts';
import { areDualStack, networkEvidence, networkRows, networks } from '../facets/networks.ts';
import {
  activeDays,
  arrivals,
  baselineBefore,
  countryDays,
  daysOf,
  habitEvidence,
  newcomerDays,
  usualText,
} from '../facets/place-history.ts';
import { placeHours, places } from '../facets/places.ts';
import {
  areSampled,
  instanceOf,
  type SessionNetwork,
  sessionNetworkRows,
  sessionNetworks,
} from '../facets/session-networks.ts';
import { isSampled, type SessionHour, sessionHours, sessions } from '../facets/sessions.ts';
import { episodesOf, type Stretch } from '../facets/stretch.ts';
import { smallerExample } from '../facets/tally.ts';
import { groupBy } from '../group.ts';
import { isStatic, principalText } from '../kinds.ts';
import type { Credential, CredentialKind } from '../model/credential.ts';
import type { OptionValues } from '../model/option.ts';
import { disableCommands } from '../remedies.ts';
import { DAY, dayOf, HOUR } from '../time.ts';
import { compareText, countText, isoText, timeText } from '../wording.ts';
import { defineRule, type Example, type Subject, type Verdict } from './rule.ts';

const facets = { sessions, sessionNetworks, networks, places };

const options = {
  minCalls: { default: 2, min: 1, max: 1_000_000, describe: 'Calls by a session from where it was taken to.' },
  minActiveDays: {
    default: 9,
    min: 1,
    max: 90,
    describe: 'Active days before a role has a habit, and until a way that its sessions go is usual.',
  },
  lookbackDays: {
    default: 90,
    min: 7,
    max: 365,
    describe: 'Days no session must have gone that way for it to be new.',
  },
  noveltyLimit: { default: 0.05, min: 0, max: 1, describe: 'Above this chance of a new way, sessions often move.' },
  personCalls: { default: 100, min: 1, max: 1_000_000, describe: 'Calls that make the move of a person high.' },
  usualDays: {
    default: 3,
    min: 1,
    max: 90,
    describe: 'Other days on which instances did the same that make it usual.',
  },
  sharedBy: { default: 3, min: 1, max: 1000, describe: 'Principals on an address above which it is an exit of many.' },
  fleetAddresses: {
    default: 10,
    min: 1,
    max: 1000,
    describe:
      'Addresses above which instances that never come back to one are a fleet, of which no address says anything.',
  },
  ...NETWORK_OPTIONS,
} as const;

const messages = {
  moved: '{sessions} first used from {home} and then from {away}: {calls} from {time} on.',
  movedGrave:
    '{sessions} first used from {home} and then from {away}: {calls} from {time} on, {grave} of them minting, revealing, granting, trusting or silencing.',
  leftCloud: '{sessions} taken out of the cloud, from {home} to {away}: {calls} from {time} on.',
  outside: '{sessions} used from outside the cloud: {calls} from {away} from {time} on.',
  astray:
    '{sessions} of instances came from {away}: {calls} from {time} on; in {before} before, instances of this role were in {home} only.',
  shared:
    'The session of instance {instance} was used from {address}, where {others} worked the same day and no other instance does: {calls} from {time} on.',
} as const;

type Limits = OptionValues<typeof options>;
type Said = Verdict<typeof messages>;
type States = { readonly [K in keyof typeof facets]: StateOf<(typeof facets)[K]> };
type Doubt = { readonly abstain: 'sampled' | 'nameless' | 'habit' };

/** A session that went from one country to another. */
interface Move extends Stretch {
  readonly session: string;
  readonly home: string;
  readonly away: string;
  readonly day: number;
  readonly count: number;
  readonly grave: number;
}

/** Who works at an address: people and static keys by name, and whether machines of the cloud do. */
interface Neighbours {
  readonly people: readonly (Stretch & { readonly owner: string })[];
  readonly instances: ReadonlySet<string>;
  /** Roles that are lent to neither people nor instances. */
  readonly machines: ReadonlySet<string>;
}

export const stolenSession = defineRule({
  id: 'stolen-session',
  family: 'place',
  title: 'Session used where it does not belong',
  severity: 'high',
  severities:
    'Medium while the role has fewer than nine active days or its sessions often move; for sessions lent to people, unless 100 calls were made or something was minted, revealed, granted, trusted or silenced; for an instance that was seen nowhere else, and for one in a new country where the role has instances in several.',
  kind: 'signal',
  description:
    'A temporary credential stays where it was made: in one machine, one function, one browser. Told is a session that was first used from one country and later from another; one that was first used from a cloud and later from a home, rented servers or a VPN; and the session of an EC2 instance that is used from outside AWS, from a country where the role had no instance, or from an address where a person or a static key works and no other machine. ' +
    'Who runs a network is known with an ASN database alone. Declared exits are left out. Sessions that Identity Center lends to people may change their network within a country, since people do. ' +
    'What the sessions of a role do day after day is its way of working: a pair of countries that met in the 90 days before, an address or an operator on three other days.',
  remediation:
    'Revoke the sessions of the role, then find out how the credentials got out: from the metadata service of the instance, from an environment, a log or a browser. Review what was done with them. Require IMDSv2, and bind the role to its network with aws:SourceVpc or aws:Ec2InstanceSourceVPC.',
  references: [
    'https://stratus-red-team.cloud/attack-techniques/AWS/aws.credential-access.ec2-steal-instance-credentials/',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html',
    'https://attack.mitre.org/techniques/T1552/005/',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html',
  ],
  falsePositives: [
    'A person who turns a VPN on or off, or crosses a border, while a session lasts; declare the VPN as vpn or egress.',
    'A workload that hands its session to machines elsewhere: give each a role of its own.',
    'An instance whose traffic leaves through your own network; declare that network as egress.',
    'An application on the only instance behind an address that uses a static key beside the role, on its first days.',
  ],
  lookbackDays: 90,
  needs: ['places'],
  facets,
  options,
  messages,
  abstentions: {
    sampled: 'more than 2,048 sessions, of which only a fixed sample was judged',
    nameless: 'without an ASN database nothing tells a cloud from a home: give one with --asn-db',
    habit: 'sessions went the same way from the start, for {minActiveDays} days or more: taken for a habit',
  },
  commands: disableCommands,
  examples,
  overview: everyone => neighboursOf([...everyone]),

  *judge({ credential, facets }, { options, overview }) {
    if (isStatic(credential.kind) || credential.kind === 'password') return;
    if (isSampled(facets.sessions) || areSampled(facets.sessionNetworks)) yield { abstain: 'sampled' };
    yield* judgeMoves(credential, facets, options);
    const rows = [...sessionNetworkRows(facets.sessionNetworks)];
    if (rows.length === 0) {
      if (facets.sessions.numbers.size > 0) yield { abstain: 'nameless' };
      return;
    }
    const classOf = classifier(options);
    if (!isPersonal(credential)) yield* judgeClasses(credential, rows, classOf, options);
    yield* judgeOutside(credential, rows, classOf, options);
    yield* judgeAstray(credential, rows, options);
    yield* judgeShared(credential, rows, overview, options);
  },
});

const PERSONAL: ReadonlySet<CredentialKind> = new Set([
  'user-session',
  'root-session',
  'federated-user',
  'identity-center-user',
  'member',
]);

/** Lent to people, who move about. */
const isPersonal = ({ kind, id }: Credential): boolean => PERSONAL.has(kind) || id.includes('/AWSReservedSSO_');

function* judgeMoves(credential: Credential, states: States, limits: Limits): Generator<Said | Doubt> {
  const moves = movesIn(sessionHours(states.sessions), limits.minCalls);
  if (moves.length === 0) return;
  const known = networkRows(states.networks);
  const byWay = groupBy(moves, ({ home, away }) => `${home}>${away}`);
  const ways = new Map([...byWay].map(([way, own]) => [way, daysIn(own)]));
  const active = activeDays(daysOf(countryDays(placeHours(states.places))));
  for (const [way, days] of ways) {
    const [first] = byWay.get(way)!;
    if (areDualStack(known, first!.home, first!.away)) continue;
    for (const arrival of arrivals(days, limits.lookbackDays)) {
      const { lookbackDays, minActiveDays } = limits;
      const stay = newcomerDays(days, arrival, { lookbackDays, limit: minActiveDays });
      const { activeDays: before, novelty } = baselineBefore(arrival, lookbackDays, ways, active);
      const isYoung = before < minActiveDays;
      if (isYoung && stay.length === minActiveDays) yield { abstain: 'habit' };
      else {
        const own = byWay.get(way)!.filter(({ day }) => stay.includes(day));
        const said = sayMoves(credential, own, !isYoung && novelty <= limits.noveltyLimit, limits);
        const there = known.filter(({ country }) => country === first!.away);
        yield { ...said, evidence: { ...said.evidence, networks: networkEvidence(there, stretchOf(own)) } };
      }
    }
  }
}

/** Each session's first country and every other that it went to; hours come by session, then time. */
function movesIn(hours: Iterable<SessionHour>, minCalls: number): Move[] {
  const moves: Move[] = [];
  for (const [session, own] of groupBy(hours, ({ session }) => session)) {
    const stays = [
      ...groupBy(
        own.filter(({ egress }) => !egress),
        ({ country }) => country,
      ),
    ].map(sumHours);
    stays.sort((a, b) => a.first - b.first || compareText(a.country, b.country));
    const home = stays[0]?.country ?? '';
    for (const { country: away, first, last, count, grave } of stays.slice(1)) {
      if (count >= minCalls) moves.push({ session, home, away, day: dayOf(first), first, last, count, grave });
    }
  }
  return moves;
}

function sumHours([country, hours]: [string, readonly SessionHour[]]) {
  return {
    country,
    first: Math.min(...hours.map(({ first }) => first)),
    last: Math.max(...hours.map(({ last }) => last)),
    count: total(hours),
    grave: hours.reduce((sum, { grave }) => sum + grave, 0),
  };
}

function sayMoves(credential: Credential, moves: readonly Move[], isMature: boolean, limits: Limits): Said {
  const { home, away } = moves[0]!;
  const calls = total(moves);
  const grave = moves.reduce((sum, move) => sum + move.grave, 0);
  const isSerious = !isPersonal(credential) || calls >= limits.personCalls || grave > 0;
  const said = {
    subject: [credential.id, home, away],
    severity: isMature && isSerious ? ('high' as const) : ('medium' as const),
    episodes: episodesOf(moves),
    evidence: { ...spanOf(moves), home, away, grave, ...namesOf(moves) },
  };
  const data = { sessions: sessionsText(moves), home, away, calls: countText(calls, 'call'), time: timeOf(moves) };
  if (grave > 0) return { ...said, message: 'movedGrave', data: { ...data, grave } };
  return { ...said, message: 'moved', data };
}

type ClassOf = (operator: string) => NetworkClass;

/** Those rows that are not, or not yet, how the role works: it had other ways before, or this one is not kept up. */
function unusualIn(own: readonly SessionNetwork[], rows: readonly SessionNetwork[], limits: Limits): SessionNetwork[] {
  const { lookbackDays, minActiveDays, usualDays } = limits;
  const [days, active] = [daysIn(own.map(toDay)), daysIn(rows.map(toDay))];
  const fresh = arrivals(days, lookbackDays).flatMap(arrival => {
    const before = active.filter(day => day < arrival && day >= arrival - lookbackDays).length;
    const stay = newcomerDays(days, arrival, { lookbackDays, limit: minActiveDays });
    return before < minActiveDays && stay.length > usualDays ? [] : stay;
  });
  return own.filter(row => fresh.includes(toDay(row).day));
}

/** Where no workload of a cloud goes by itself. */
const STRANGE: ReadonlySet<NetworkClass> = new Set(['hosting', 'vpn', 'consumer']);

/** Sessions that began in a cloud and were used from elsewhere in the same country: other countries are moves. */
function* judgeClasses(
  { id }: Credential,
  rows: readonly SessionNetwork[],
  classOf: ClassOf,
  limits: Limits,
): Generator<Said> {
  const strays: (SessionNetwork & { readonly home: string })[] = [];
  for (const own of groupBy(rows, ({ session }) => session).values()) {
    const home = own.find(({ egress, operator }) => !egress && operator !== '');
    if (home === undefined || classOf(home.operator) !== 'cloud') continue;
    for (const row of own) {
      const isStrange = !row.declared && STRANGE.has(classOf(row.operator)) && row.first >= home.first;
      if (isStrange && row.country === home.country && row.count >= limits.minCalls)
        strays.push({ ...row, home: home.operator });
    }
  }
  for (const [operator, all] of groupBy(strays, row => row.operator)) {
    const own = unusualIn(all, rows, limits);
    if (own.length === 0) continue;
    const home = operatorText(all[0]!.home);
    yield { ...aboutStrays(id, operator, own), message: 'leftCloud', data: { ...sayStrays(own, classOf), home } };
  }
}

/** The one cloud whose instances these are. */
const isAmazon = (operator: string): boolean => /(?<![a-z])(?:amazon|aws)(?![a-z])/i.test(operator);

/** Sessions of instances that were never in their cloud at all; those that left it are told by their class. */
function* judgeOutside(
  { id }: Credential,
  rows: readonly SessionNetwork[],
  classOf: ClassOf,
  limits: Limits,
): Generator<Said> {
  const strays = [...groupBy(rows, ({ session }) => session)].flatMap(([session, own]) => {
    const named = own.filter(({ egress, operator }) => !egress && operator !== '');
    const isLost = instanceOf(session) !== '' && !named.some(({ operator }) => isAmazon(operator));
    return isLost ? named.filter(({ count }) => count >= limits.minCalls) : [];
  });
  for (const [operator, all] of groupBy(strays, row => row.operator)) {
    const own = unusualIn(all, rows, limits);
    if (own.length === 0) continue;
    yield { ...aboutStrays(id, operator, own), message: 'outside', data: sayStrays(own, classOf) };
  }
}

/** Instances in a country where the role had none: an instance does not travel, and its role seldom does. */
function* judgeAstray({ id }: Credential, rows: readonly SessionNetwork[], limits: Limits): Generator<Said> {
  const { lookbackDays, minActiveDays, noveltyLimit, minCalls } = limits;
  const homes = [...groupBy(rows, ({ session }) => session).values()].flatMap(own => {
    const home = own.find(({ address, egress, country }) => address !== '' && !egress && country !== '');
    return home === undefined ? [] : own.filter(({ country }) => country === home.country);
  });
  const byCountry = groupBy(homes, ({ country }) => country);
  const days = new Map([...byCountry].map(([country, own]) => [country, daysIn(own.map(toDay))]));
  for (const [away, own] of byCountry) {
    for (const arrival of arrivals(days.get(away)!, lookbackDays)) {
      const { activeDays: before, novelty, known } = baselineBefore(arrival, lookbackDays, days, activeDays(days));
      const stay = newcomerDays(days.get(away)!, arrival, { lookbackDays, limit: minActiveDays });
      const fresh = own.filter(row => stay.includes(toDay(row).day));
      if (before < minActiveDays || novelty > noveltyLimit || total(fresh) < minCalls) continue;
      yield {
        message: 'astray',
        // A role whose instances are in several countries may be given another.
        severity: known.size > 1 ? 'medium' : 'high',
        data: {
          sessions: sessionsText(fresh).replace(/ (?:was|were)$/, ''),
          away,
          calls: countText(total(fresh), 'call'),
          time: timeOf(fresh),
          before: countText(before, 'active day'),
          home: usualText(known),
        },
        subject: [id, 'instances', away],
        episodes: episodesOf(fresh),
        evidence: {
          ...spanOf(fresh),
          away,
          activeDays: before,
          usual: habitEvidence(known),
          ...namesOf(fresh),
          example: exampleOf(fresh),
        },
      };
    }
  }
}

const aboutStrays = (id: string, operator: string, own: readonly SessionNetwork[]) => ({
  subject: [id, operator],
  episodes: episodesOf(own),
  evidence: { ...spanOf(own), operator, ...namesOf(own), networks: networksOf(own), example: exampleOf(own) },
});

function sayStrays(own: readonly SessionNetwork[], classOf: ClassOf) {
  const { operator } = own[0]!;
  const away = `${operatorText(operator)} (${classText(classOf(operator))})`;
  return { sessions: sessionsText(own), away, calls: countText(total(own), 'call'), time: timeOf(own) };
}

/** Instances at an address of people: from there someone uses what the instance was given. */
function* judgeShared(
  { id, owner }: Credential,
  rows: readonly SessionNetwork[],
  everyone: ReadonlyMap<string, Neighbours>,
  limits: Limits,
): Generator<Said> {
  const { minCalls, sharedBy } = limits;
  const ofInstances = rows.filter(({ address, egress, count }) => address !== '' && !egress && count >= minCalls);
  for (const [address, all] of groupBy(ofInstances, row => row.address)) {
    const there = everyone.get(address);
    if (there === undefined || there.machines.size > 0 || there.instances.size > 1) continue;
    const own = unusualIn(all, rows, limits);
    const met = there.people.filter(other => other.owner !== owner && own.some(row => areNear(row, other)));
    const names = [...new Set(met.map(other => principalText(other.owner)))].sort();
    if (names.length === 0 || names.length > sharedBy) continue;
    const instance = instanceOf(all[0]!.session);
    const elsewhere = rows.filter(row => row.address !== '' && row.address !== address);
    const hasMoved = elsewhere.some(row => instanceOf(row.session) === instance);
    const isSettled = areKeptUp(elsewhere, limits);
    if (!hasMoved && !isSettled && new Set(elsewhere.map(row => row.address)).size > limits.fleetAddresses) continue;
    yield {
      message: 'shared',
      severity: hasMoved || isSettled ? 'high' : 'medium',
      data: {
        instance,
        address,
        others: names.length === 1 ? names[0]! : `${names[0]!} and ${countText(names.length - 1, 'other')}`,
        calls: countText(total(own), 'call'),
        time: timeOf(own),
      },
      subject: [id, address],
      episodes: episodesOf(own),
      evidence: { ...spanOf(own), instance, address, others: names, ...namesOf(own), example: exampleOf(own) },
    };
  }
}

/** Whether instances came back to an address; those of a fleet get another each time, and some of those were others' before. */
const areKeptUp = (rows: readonly SessionNetwork[], { usualDays }: Limits): boolean =>
  [...groupBy(rows, ({ address }) => address).values()].some(own => daysIn(own.map(toDay)).length > usualDays);

/** Within a day of each other. */
const areNear = (a: Stretch, b: Stretch): boolean => a.first - b.last <= DAY && b.first - a.last <= DAY;

/** Who else works at the addresses of instances. Coarse addresses say nothing of one. */
function neighboursOf(everyone: readonly Subject<typeof facets>[]): ReadonlyMap<string, Neighbours> {
  type Open = { people: (Stretch & { owner: string })[]; instances: Set<string>; machines: Set<string> };
  const found = new Map<string, Open>();
  const placed = new Map<Subject<typeof facets>, Set<string>>();
  for (const subject of everyone) {
    for (const { session, address } of sessionNetworkRows(subject.facets.sessionNetworks)) {
      if (address === '') continue;
      const open = found.get(address) ?? { people: [], instances: new Set(), machines: new Set() };
      open.instances.add(instanceOf(session));
      found.set(address, open);
      placed.set(subject, (placed.get(subject) ?? new Set()).add(address));
    }
  }
  if (found.size === 0) return found;
  for (const subject of everyone) {
    const { id, owner, kind } = subject.credential;
    // Whoever exchanges a provider's word for a session may be a person or the machine itself.
    if (kind === 'federated-user') continue;
    for (const { network, first, last } of networkRows(subject.facets.networks)) {
      const open = found.get(network);
      if (open === undefined || placed.get(subject)?.has(network) === true) continue;
      if (isStatic(kind) || kind === 'password' || isPersonal(subject.credential)) {
        open.people.push({ owner: owner || id, first, last });
      } else open.machines.add(id);
    }
  }
  return found;
}

type Counted = Stretch & { readonly count: number };

const total = (rows: readonly { readonly count: number }[]): number => rows.reduce((sum, { count }) => sum + count, 0);

const toDay = ({ first }: Stretch) => ({ day: dayOf(first) });

const daysIn = (rows: readonly { readonly day: number }[]): number[] =>
  [...new Set(rows.map(({ day }) => day))].sort((a, b) => a - b);

const startOf = (rows: readonly Stretch[]): number => Math.min(...rows.map(({ first }) => first));

const stretchOf = (rows: readonly Stretch[]): Stretch => ({
  first: startOf(rows),
  last: Math.max(...rows.map(({ last }) => last)),
});

const timeOf = (rows: readonly Stretch[]): string => timeText(startOf(rows));

function sessionsText(rows: readonly { readonly session: string }[]): string {
  const many = new Set(rows.map(({ session }) => session)).size;
  return many === 1 ? 'One session was' : `${countText(many, 'session')} were`;
}

const spanOf = (rows: readonly Counted[]) => ({
  calls: total(rows),
  first: isoText(startOf(rows)),
  last: isoText(Math.max(...rows.map(({ last }) => last))),
});

/** As many sessions and networks as a finding shows. */
const SHOWN = 5;

function namesOf(rows: readonly { readonly session: string }[]) {
  const names = [...new Set(rows.map(({ session }) => session))].sort();
  return { sessions: names.slice(0, SHOWN), sessionsInAll: names.length };
}

const networksOf = (rows: readonly SessionNetwork[]) =>
  rows.slice(0, SHOWN).map(({ address, country, count }) => ({ address, country, calls: count }));

const exampleOf = (rows: readonly SessionNetwork[]): string =>
  rows.reduce((least, { example }) => smallerExample(least, example), '');

function examples(): Example<typeof messages>[] {
  const role = {
    id: 'arn:aws:iam::123456789012:role/app',
    kind: 'role',
    owner: 'arn:aws:iam::123456789012:role/app',
  } as const;
  const person = {
    ...role,
    id: 'arn:aws:iam::123456789012:role/AWSReservedSSO_Admin_0123456789abcdef',
    owner: 'arn:aws:iam::123456789012:role/AWSReservedSSO_Admin_0123456789abcdef',
  } as const;
  const session = 'ASIAIOSFODNN7EXAMPLE';
  const instance = 'i-0123456789abcdef0';
  const own = `${session} (${instance})`;
  const daily = { at: -20 * DAY, until: -2 * DAY, every: DAY, country: 'DE', session: 'ASIAI44QH8DHBEXAMPLE' };
  const home = { at: -DAY, country: 'DE', session, count: 9 };
  const away = { ...home, at: -DAY + 3 * HOUR, country: 'SG' };
  const AMAZON = 'AS64496 Amazon Example';
  const inCloud = { ...home, operator: AMAZON };
  const atHome = { ...inCloud, at: -DAY + 3 * HOUR, operator: 'AS64497 Vodafone Example' };
  const thief = { id: 'AKIAI44QH8DHBEXAMPLE', owner: 'arn:aws:iam::123456789012:user/operator' };
  const desk = { at: -DAY, credential: thief.id, address: '203.0.113.9' };
  const taken = { at: -DAY + HOUR, session: own, address: '203.0.113.9', count: 2 };
  const exit = { ...taken, address: '198.51.100.1' };
  return [
    {
      title: 'a session of a settled role goes to another country',
      credential: role,
      events: [daily, home, away],
      expect: ['moved:high'],
    },
    {
      title: 'it creates a key there',
      credential: role,
      events: [daily, home, away, { ...away, deed: 'create', action: 'iam:CreateAccessKey', count: 1 }],
      expect: ['movedGrave:high'],
    },
    { title: 'a session of a role not seen before', credential: role, events: [home, away], expect: ['moved:medium'] },
    {
      title: 'a person goes abroad while a session lasts',
      credential: person,
      events: [daily, home, away],
      expect: ['moved:medium'],
    },
    {
      title: 'a hundred calls with the session of a person from another country',
      credential: person,
      events: [daily, home, { ...away, count: 100 }],
      expect: ['moved:high'],
    },
    {
      title: 'a single call from elsewhere',
      credential: role,
      events: [daily, home, { ...away, count: 1 }],
      expect: [],
    },
    {
      title: 'one side is a declared exit',
      credential: role,
      events: [daily, home, { ...away, egress: true }],
      expect: [],
    },
    {
      title: 'two sessions, each in its own country',
      credential: role,
      events: [daily, home, { ...away, session: `${session}2` }],
      expect: [],
    },
    {
      title: 'sessions that go the same way every day, from the start',
      credential: role,
      events: [-12, -11, -10, -9, -8, -7, -6, -5, -4].flatMap(day => [
        { ...home, at: day * DAY, session: `${session}${-day}` },
        { ...away, at: day * DAY + HOUR, session: `${session}${-day}` },
      ]),
      expect: [],
    },
    {
      title: 'IPv4 and IPv6 of one operator that a database puts in two countries',
      credential: role,
      events: [
        daily,
        { ...home, operator: 'AS64496 Example Net' },
        { ...away, operator: 'AS64496 Example Net', address: '2001:db8:0:0:0:0:0:1' },
      ].map(event => ({ operator: 'AS64496 Example Net', ...event })),
      expect: [],
    },
    {
      title: 'a session leaves its cloud for a home in the same country',
      credential: role,
      events: [daily, inCloud, atHome],
      expect: ['leftCloud:high'],
    },
    {
      title: 'a person who works in a cloud desktop and at home',
      credential: person,
      events: [daily, inCloud, atHome],
      expect: [],
    },
    {
      title: 'a session that begins at home and goes on in a cloud',
      credential: role,
      events: [daily, { ...atHome, at: -2 * DAY }, { ...inCloud, at: -2 * DAY + HOUR }],
      expect: [],
    },
    {
      title: 'the session of an instance that was never in its cloud',
      credential: role,
      events: [daily, { ...atHome, session: own }],
      expect: ['outside:high'],
    },
    {
      title: 'the session of an instance from a country where the role had none',
      credential: role,
      events: [
        ...Array.from({ length: 20 }, (_, i) => ({
          ...home,
          at: (i - 22) * DAY,
          session: `${session}${i} (${instance})`,
        })),
        { ...away, session: own },
      ],
      expect: ['astray:high'],
    },
    {
      title: 'the same, of a role that has instances in two others',
      credential: role,
      events: [
        ...Array.from({ length: 20 }, (_, i) => ({
          ...home,
          ...(i % 2 === 0 && { country: 'FR' }),
          at: (i - 22) * DAY,
          session: `${session}${i} (${instance})`,
        })),
        { ...away, session: own },
      ],
      expect: ['astray:medium'],
    },
    {
      title: 'the first instances in another country, of a role that is young',
      credential: role,
      events: [
        ...Array.from({ length: 8 }, (_, i) => ({
          ...home,
          at: (i - 12) * DAY,
          session: `${session}${i} (${instance})`,
        })),
        { ...away, session: own },
      ],
      expect: [],
    },
    {
      title: 'instances whose traffic leaves through an office, day after day',
      credential: role,
      events: [-9, -7, -5, -3].map(day => ({ ...atHome, at: day * DAY, session: `${session}${-day} (${instance})` })),
      expect: [],
    },
    {
      title: 'the session of an instance where an operator works',
      credential: role,
      known: [thief],
      events: [desk, taken],
      expect: ['shared:medium'],
    },
    {
      title: 'the session of an instance where an operator works, after it was in its own network',
      credential: role,
      known: [thief],
      events: [desk, { ...exit, at: -2 * DAY }, taken],
      expect: ['shared:high'],
    },
    {
      title: 'an exit that two instances and a static key share',
      credential: role,
      known: [thief],
      events: [desk, taken, { ...taken, session: `${session}2 (i-0fedcba9876543210)` }],
      expect: [],
    },
    {
      title: 'an exit that an instance, a function and a static key share',
      credential: role,
      known: [
        thief,
        { id: 'arn:aws:iam::123456789012:role/job', kind: 'role', owner: 'arn:aws:iam::123456789012:role/job' },
      ],
      events: [desk, taken, { ...desk, credential: 'arn:aws:iam::123456789012:role/job', session: `${session}3` }],
      expect: [],
    },
    {
      title: 'one of a fleet that gets another address each day',
      credential: role,
      known: [thief],
      events: [
        desk,
        taken,
        ...Array.from({ length: 11 }, (_, i) => ({
          ...exit,
          at: (i - 14) * DAY,
          address: `198.51.100.${i}`,
          session: `${session}${i} (i-0123456789abcde${10 + i})`,
        })),
      ],
      expect: [],
    },
    {
      title: 'a machine that exchanges a token of its provider for the session',
      credential: role,
      known: [{ ...thief, kind: 'federated-user' }],
      events: [desk, taken],
      expect: [],
    },
    {
      title: 'a static key beside the role of its instance, day after day',
      credential: role,
      known: [thief],
      events: [
        { ...desk, at: -9 * DAY, until: -DAY },
        ...[-9, -7, -5, -3].map(day => ({ ...taken, at: day * DAY, session: `${session}${-day} (${instance})` })),
      ],
      expect: [],
    },
    {
      title: 'a static key, which unusual-geography judges',
      events: [daily, home, away].map(event => ({ ...event, session: '' })),
      expect: [],
    },
  ];
}
