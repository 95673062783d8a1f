import {
  areNetworksLost,
  type Footing,
  type Footprint,
  type FootprintDay,
  footings,
  footprintRows,
  footprints,
  hoursIn,
  prefixOf,
} from '../facets/footprints.ts';
import { networkRows, networks } from '../facets/networks.ts';
import { groupBy } from '../group.ts';
import { isStatic } from '../kinds.ts';
import type { OptionValues } from '../model/option.ts';
import { rotateCommands } from '../remedies.ts';
import { DAY, HOUR } from '../time.ts';
import { compareText, countText, isoText, someText } from '../wording.ts';
import { defineRule, type Example, type ExampleEvent } from './rule.ts';

/** As many users and events as a finding shows. */
const SHOWN = 5;

const options = {
  minUsers: {
    default: 3,
    min: 2,
    max: 64,
    describe: 'Networks, each with an agent of its own, that make a key a shared one.',
  },
  minDays: { default: 3, min: 1, max: 14, describe: 'Days on which they must work in the same hour.' },
  windowDays: { default: 14, min: 1, max: 90, describe: 'Days within which those must lie.' },
  homeShare: {
    default: 0.8,
    min: 0.5,
    max: 1,
    describe: 'Share of the calls of an agent from one network that makes it the agent of that network.',
  },
} as const;

type Settings = OptionValues<typeof options>;

/** What was done on one day from one footing. */
interface Step extends Footing, FootprintDay {
  /** Where it counts as coming from: a network of its own, or one of a fleet whose networks come and go. */
  readonly site: string;
}

/** An agent and the one network that it speaks from. */
interface User {
  readonly agent: string;
  readonly site: string;
  readonly country: string;
}

/** Days on which several users were at work in the same hour. */
interface Sharing {
  readonly day: number;
  readonly users: readonly User[];
  readonly from: number;
  readonly until: number;
}

export const sharedKey = defineRule({
  id: 'shared-key',
  family: 'campaign',
  title: 'One key in several hands',
  severity: 'medium',
  kind: 'signal',
  description:
    'A static key is used from three networks or more by three kinds of program or more in the same hour, on three days or more within two weeks: several people or systems hold it. ' +
    'Each of the networks must have a program of its own, so many programs behind one network and one program on many networks are left out; networks that a key uses on fewer than three of those days count as one fleet per country and operator. ' +
    'Private addresses and declared exits are no networks of their own.',
  remediation:
    'Give each of them a key or a role of its own, so that one can be stopped without the others. If one of the networks is nobody’s you know, disable the key at once.',
  references: [
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html',
    'https://attack.mitre.org/techniques/T1078/004/',
  ],
  falsePositives: [
    'One person who leaves different programs running at home, in the office and on a server.',
    'A proxy or NAT with several exits that are not declared, each used by another team.',
  ],
  lookbackDays: 14,
  needs: ['places'],
  facets: { footprints, networks },
  options,
  messages: {
    shared: 'Used from {count} networks in the same hours, each with programs of its own, on {days}: {users}.',
  },
  abstentions: {
    lost: 'used from more networks and programs than are kept apart, so told by countries and operators alone',
  },
  commands: rotateCommands,
  examples,
  *judge({ credential, facets }, { options }) {
    if (!isStatic(credential.kind)) return;
    if (areNetworksLost(facets.footprints)) yield { abstain: 'lost' };
    if (!mayBeShared(footings(facets.footprints), options)) return;
    const rows = footprintRows(facets.footprints).filter(isTold);
    const sharings = sharingsIn(rows, options);
    if (sharings.length === 0) return;
    const users = usersOf(sharings);
    const sites = new Set(users.map(({ site }) => site));
    yield {
      message: 'shared',
      data: {
        count: sites.size,
        days: countText(sharings.length, 'day'),
        users: someText(users.map(userText), SHOWN),
      },
      subject: [credential.id],
      episodes: sharings.map(({ from, until }) => ({ from, until })),
      evidence: {
        users: users.map(({ agent, site, country }) => ({ agent, network: site, country })),
        networks: new Set(rows.map(({ network }) => network)).size,
        agents: [...new Set(rows.map(({ agent }) => agent))].sort(compareText),
        days: sharings.map(({ day }) => isoText(day * DAY).slice(0, 10)),
        first: isoText(sharings[0]!.from),
        last: isoText(sharings.at(-1)!.until),
        examples: networkRows(facets.networks)
          .filter(({ network }) => sites.has(prefixOf(network)))
          .slice(0, SHOWN)
          .map(({ network, country, example }) => ({ network, country, example })),
      },
    };
  },
});

/** What tells whose it is: a network or at least a country, and a program. */
const isTold = ({ network, country, agent }: Footing): boolean => agent !== '' && (network !== '' || country !== '');

/** A quick look before a thorough one. */
function mayBeShared(footings: readonly Footing[], { minUsers }: Settings): boolean {
  const told = footings.filter(isTold);
  const sites = new Set(told.map(({ network, country, operator }) => `${network} ${country} ${operator}`));
  return sites.size >= minUsers && new Set(told.map(({ agent }) => agent)).size >= minUsers;
}

/** The days of sharing, in order; each lies within two weeks of enough others. */
function sharingsIn(rows: readonly Footprint[], settings: Settings): Sharing[] {
  const days = groupBy(
    rows.flatMap(({ days, ...footing }) => days.map(day => ({ ...footing, ...day }))),
    ({ day }) => day,
  );
  const crowded = [...days.keys()].filter(day => isCrowded(days.get(day)!, settings)).sort((a, b) => a - b);
  const found = new Map<number, Sharing>();
  for (const day of crowded) {
    const near = Array.from({ length: settings.windowDays }, (_, i) => days.get(day - i) ?? []);
    const sharings = sharingsWithin(near, settings);
    if (sharings.length >= settings.minDays) for (const sharing of sharings) found.set(sharing.day, sharing);
  }
  return [...found.values()].sort((a, b) => a.day - b.day);
}

type Told = Omit<Step, 'site'>;

/** Whether there were enough networks and programs on a day to be worth a look. */
function isCrowded(steps: readonly Told[], { minUsers }: Settings): boolean {
  const count = (of: (step: Told) => string) => new Set(steps.map(of)).size;
  return (
    count(({ agent }) => agent) >= minUsers && count(({ network, country }) => `${network} ${country}`) >= minUsers
  );
}

/** Of some days, those on which enough users were at work in one hour. */
function sharingsWithin(days: readonly (readonly Told[])[], settings: Settings): Sharing[] {
  const steps = placed(days.flat(), settings);
  const users = homesOf(steps, settings);
  if (new Set([...users.values()].map(({ site }) => site)).size < settings.minUsers) return [];
  const atHome = steps.filter(({ agent, site }) => users.get(agent)?.site === site);
  return [...groupBy(atHome, ({ day }) => day)].flatMap(([day, today]) => {
    const busiest = busiestHour(today);
    if (new Set(busiest.map(({ site }) => site)).size < settings.minUsers) return [];
    const from = Math.min(...today.map(({ first }) => first));
    const until = Math.max(...today.map(({ last }) => last));
    return [{ day, users: [...new Set(busiest.map(({ agent }) => users.get(agent)!))], from, until }];
  });
}

/** Networks that are used again and again stand for themselves, the others for the fleet they are of. */
function placed(steps: readonly Told[], { minDays }: Settings): Step[] {
  const seen = new Map([...groupBy(steps, ({ network }) => network)].map(([name, of]) => [name, daysOf(of)]));
  return steps.map(step => {
    const { network, country, operator, egress } = step;
    const isOwn = network !== '' && !egress && seen.get(network)! >= minDays;
    const fleet = [egress ? 'declared exits' : 'other networks', country, operator].filter(name => name !== '');
    return { ...step, site: isOwn ? network : fleet.join(' ') };
  });
}

const daysOf = (steps: readonly Told[]): number => new Set(steps.map(({ day }) => day)).size;

/** The one place that each agent speaks from, of those that have one. */
function homesOf(steps: readonly Step[], { homeShare }: Settings): Map<string, User> {
  const homes = new Map<string, User>();
  for (const [agent, spoken] of groupBy(steps, step => step.agent)) {
    const total = sum(spoken);
    for (const [site, there] of groupBy(spoken, step => step.site)) {
      if (sum(there) >= homeShare * total) homes.set(agent, { agent, site, country: there[0]!.country });
    }
  }
  return homes;
}

const sum = (steps: readonly Step[]): number => steps.reduce((total, { count }) => total + count, 0);

/** What was at work in the hour of a day in which the most places were, the earliest of equals. */
function busiestHour(steps: readonly Step[]): Step[] {
  const hours = [...new Set(steps.flatMap(hoursIn))].sort((a, b) => a - b);
  const atWork = hours.map(hour => steps.filter(step => hoursIn(step).includes(hour)));
  const places = (of: readonly Step[]) => new Set(of.map(({ site }) => site)).size;
  return atWork.reduce((best, within) => (places(within) > places(best) ? within : best), []);
}

/** Everyone who ever shared, in order of agent. */
function usersOf(sharings: readonly Sharing[]): User[] {
  const users = sharings.flatMap(sharing => sharing.users);
  const byName = new Map(users.map(user => [`${user.agent} ${user.site}`, user]));
  return [...byName].sort(([a], [b]) => compareText(a, b)).map(([, user]) => user);
}

const userText = ({ agent, site, country }: User): string =>
  `${agent} on ${site}${country === '' || site.includes(country) ? '' : ` (${country})`}`;

function examples(): Example<{ shared: string }>[] {
  const daily = (agent: string, address: string, hours = 10, more: Partial<ExampleEvent> = {}): ExampleEvent => {
    return { at: -9 * DAY + hours * HOUR, until: -DAY, every: DAY, agent, address, count: 5, ...more };
  };
  const three = [
    daily('boto3', '192.0.2.1'),
    daily('litellm', '198.51.100.7', 10.2),
    daily('openai-sdk', '203.0.113.9', 10.5),
  ];
  const tools = ['boto3', 'terraform', 'aws-cli'];
  return [
    { title: 'three programs on three networks in one hour, day after day', events: three, expect: ['shared:medium'] },
    {
      title: 'an office behind one NAT, with as many programs as there are people',
      events: [...tools, 'curl', 'langchain'].map(agent => daily(agent, '192.0.2.1')),
      expect: [],
    },
    {
      title: 'one program on a fleet of hosts',
      events: Array.from({ length: 40 }, (_, i) => daily('boto3', `198.51.${i}.7`)),
      expect: [],
    },
    {
      title: 'a fleet of runners, each of which runs every tool',
      events: ['192.0.2.1', '198.51.100.7', '203.0.113.9'].flatMap(address =>
        tools.map(agent => daily(agent, address)),
      ),
      expect: [],
    },
    {
      title: 'runners in a cloud whose addresses change from job to job, one tool each',
      events: Array.from({ length: 30 }, (_, i) => ({
        ...daily(tools[i % 3]!, `198.51.${i}.7`),
        at: -Math.ceil((i + 1) / 3) * DAY + 10 * HOUR,
        until: -Math.ceil((i + 1) / 3) * DAY + 10 * HOUR,
      })),
      expect: [],
    },
    {
      title: 'one person at home in the morning, in the office by day and on the road at night',
      events: [daily('aws-cli', '192.0.2.1', 6), daily('boto3', '198.51.100.7', 10), daily('curl', '203.0.113.9', 20)],
      expect: [],
    },
    {
      title: 'one day on which three places worked together',
      events: three.map(event => ({ ...event, at: -DAY + 10 * HOUR, until: -DAY + 10 * HOUR })),
      expect: [],
    },
    {
      title: 'two holders',
      events: three.slice(0, 2),
      expect: [],
    },
    {
      title: 'three exits of a declared VPN',
      events: three.map(event => ({ ...event, egress: true })),
      expect: [],
    },
    {
      title: 'a role, which many may lend at once',
      credential: { kind: 'role' },
      events: three,
      expect: [],
    },
  ];
}
