import { NETWORK_OPTIONS } from '../data/network-classes.ts';
import { classifier, type NetworkClass, operatorText } from '../facets/network-class.ts';
import { areTooMany, areUnnamed, type OperatorDay, operatorDays, operatorRows } from '../facets/operator-days.ts';
import { episodesOf } from '../facets/stretch.ts';
import { smallerExample } from '../facets/tally.ts';
import { groupBy } from '../group.ts';
import { isStatic } from '../kinds.ts';
import type { OptionValues } from '../model/option.ts';
import { disableCommands } from '../remedies.ts';
import { DAY } from '../time.ts';
import { countText, dayText, isoText, someText } from '../wording.ts';
import { defineRule, type Example } from './rule.ts';

const options = {
  lookbackDays: { default: 90, min: 7, max: 365, describe: 'Days that a network is compared with.' },
  minActiveDays: { default: 9, min: 1, max: 90, describe: 'Active days in them before a key has a habit.' },
  minHistory: { default: 100, min: 1, max: 1_000_000, describe: 'Calls in them before a key has a habit.' },
  usualShare: { default: 0.01, min: 0, max: 1, describe: 'Up to this share of those calls, a network is unusual.' },
  minCalls: { default: 2, min: 1, max: 1_000_000, describe: 'Calls on a day from an unusual network.' },
  ...NETWORK_OPTIONS,
} as const;

type Limits = OptionValues<typeof options>;
type Unusual = 'hosting' | 'vpn' | 'consumer';

/** A day of a key, with what its network is for. */
interface ClassDay extends OperatorDay {
  readonly class: NetworkClass;
}

/** What a key did before a day. */
interface Habit {
  readonly days: number;
  readonly calls: number;
  readonly byClass: ReadonlyMap<NetworkClass, number>;
}

const CLASSES: readonly Unusual[] = ['hosting', 'vpn', 'consumer'];

export const unusualNetwork = defineRule({
  id: 'unusual-network',
  family: 'place',
  title: 'Key used from an unusual kind of network',
  severity: 'medium',
  kind: 'signal',
  description:
    'A static key is used from rented servers, from a VPN, or from a home or a telephone, though at least 99 of 100 of its calls came from elsewhere in the 90 days before. A key that works in an office may come from a home at any time; only one that works in clouds and on servers may not. ' +
    'What a network is for is told by the name of who runs it, from an ASN database, by a list of words that you can replace; without such a database this rule sees nothing. Declared networks are left out.',
  remediation:
    'Ask the holder whether they, or a machine of theirs, made these calls. If not, disable the key, review what it did and create a new one. If so, declare the network.',
  references: [
    'https://attack.mitre.org/techniques/T1078/004/',
    'https://attack.mitre.org/techniques/T1090/',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html',
  ],
  falsePositives: [
    'A holder who begins to use a VPN, or a workload that moves to another host: its second week is quiet.',
    'A company whose network bears the name of the carrier it is rented from; declare it under networks.',
  ],
  lookbackDays: 90,
  needs: ['places'],
  needsGeo: 'operators',
  facets: { operatorDays },
  options,
  messages: {
    hosting:
      '{calls} from rented servers ({operators}) on {day}; {share} of {history} calls in the {days} before came from elsewhere.',
    vpn: '{calls} through a VPN ({operators}) on {day}; {share} of {history} calls in the {days} before came from elsewhere.',
    consumer:
      '{calls} from a consumer network ({operators}) on {day}; {share} of {history} calls in the {days} before came from clouds and servers.',
  },
  abstentions: {
    nameless: 'without an ASN database nobody knows what a network is for: give one with --asn-db',
    crowded: 'from so many networks on so many days that they are no longer kept apart',
  },
  commands: disableCommands,
  examples,
  *judge({ credential, facets }, { options }) {
    if (!isStatic(credential.kind)) return;
    if (areUnnamed(facets.operatorDays)) yield { abstain: 'nameless' };
    if (areTooMany(facets.operatorDays)) yield { abstain: 'crowded' };
    const classOf = classifier(options);
    const days = operatorRows(facets.operatorDays).map(row => ({ ...row, class: classOf(row.operator) }));
    for (const name of CLASSES) {
      const found = strangeDays(name, days, options);
      if (found.length > 0) yield verdictOn(credential.id, name, found);
    }
  },
});

type Found = { readonly rows: readonly ClassDay[]; readonly habit: Habit };

/** The days on which a key came from a kind of network that it hardly ever came from before. */
function strangeDays(name: Unusual, days: readonly ClassDay[], limits: Limits): Found[] {
  const own = days.filter(row => row.class === name && !row.declared);
  return [...groupBy(own, ({ day }) => day)].flatMap(([day, rows]) => {
    if (total(rows) < limits.minCalls) return [];
    const habit = habitBefore(day, days, limits);
    return isSettled(habit, name, limits) ? [{ rows, habit }] : [];
  });
}

function habitBefore(day: number, days: readonly ClassDay[], { lookbackDays }: Limits): Habit {
  const before = days.filter(row => row.day < day && row.day >= day - lookbackDays);
  const byClass = new Map([...groupBy(before, row => row.class)].map(([name, rows]) => [name, total(rows)]));
  return { days: new Set(before.map(row => row.day)).size, calls: total(before), byClass };
}

function isSettled({ days, calls, byClass }: Habit, name: Unusual, limits: Limits): boolean {
  if (days < limits.minActiveDays || calls < limits.minHistory) return false;
  const shareOf = (...names: readonly NetworkClass[]) =>
    names.reduce((sum, each) => sum + (byClass.get(each) ?? 0), 0) / calls;
  if (name === 'consumer') return shareOf('cloud', 'hosting') >= 1 - limits.usualShare;
  return shareOf(name) <= limits.usualShare;
}

function verdictOn(id: string, name: Unusual, found: readonly Found[]) {
  const [{ habit }] = found as [Found];
  const rows = found.flatMap(({ rows }) => rows);
  const first = Math.min(...rows.map(row => row.first));
  const operators = [...new Set(rows.map(({ operator }) => operatorText(operator)))].sort();
  const elsewhere = 1 - (habit.byClass.get(name) ?? 0) / habit.calls;
  return {
    message: name,
    data: {
      calls: countText(total(rows), 'call'),
      operators: someText(operators, 2),
      day: dayText(first),
      share: `${Math.floor(elsewhere * 1000) / 10} %`,
      history: habit.calls,
      days: countText(habit.days, 'active day'),
    },
    subject: [id, name],
    episodes: episodesOf(rows),
    evidence: {
      class: name,
      calls: total(rows),
      first: isoText(first),
      last: isoText(Math.max(...rows.map(({ last }) => last))),
      operators,
      countries: [...new Set(rows.map(({ country }) => country))].filter(country => country !== '').sort(),
      before: Object.fromEntries([...habit.byClass].sort(([a], [b]) => (a < b ? -1 : 1))),
      shareElsewhere: Math.floor(elsewhere * 1000) / 1000,
      activeDays: habit.days,
      example: rows.reduce((least, row) => smallerExample(least, row.example), ''),
    },
  };
}

const total = (rows: readonly { readonly count: number }[]): number => rows.reduce((sum, { count }) => sum + count, 0);

function examples(): Example<Record<Unusual, string>>[] {
  const cloud = 'AS64496 Amazon Example';
  const office = 'AS64497 Example Industries';
  const daily = (operator: string) => ({ at: -20 * DAY, until: -2 * DAY, country: 'DE', operator, count: 40 });
  const today = (operator: string) => ({ at: -DAY, country: 'DE', operator, count: 12 });
  const [hetzner, vpn, home] = [
    'AS64498 Hetzner Example',
    'AS64499 Mullvad Example',
    'AS64500 Vodafone Example',
  ] as const;
  return [
    {
      title: 'a key of a cloud workload from rented servers',
      events: [daily(cloud), today(hetzner)],
      expect: ['hosting:medium'],
    },
    { title: 'a key of an office through a VPN', events: [daily(office), today(vpn)], expect: ['vpn:medium'] },
    {
      title: 'a key of a cloud workload from a home',
      events: [daily(cloud), today(home)],
      expect: ['consumer:medium'],
    },
    { title: 'a key of an office from a home', events: [daily(office), today(home)], expect: [] },
    {
      title: 'a key of a cloud workload from another cloud',
      events: [daily(cloud), today('AS64501 Google Example')],
      expect: [],
    },
    {
      title: 'through a declared exit',
      events: [daily(cloud), { ...today(vpn), egress: true }],
      expect: [],
    },
    { title: 'a single call', events: [daily(cloud), { ...today(hetzner), count: 1 }], expect: [] },
    {
      title: 'a key that came from there every tenth day',
      events: [daily(cloud), { ...daily(hetzner), every: 10 * DAY }, today(hetzner)],
      expect: [],
    },
    { title: 'a key without a habit', events: [{ ...daily(cloud), at: -9 * DAY }, today(hetzner)], expect: [] },
    {
      title: 'words of your own',
      events: [daily(cloud), today(office)],
      options: { hostingNames: ['example industries'] },
      expect: ['hosting:medium'],
    },
    {
      title: 'where nobody knows who runs a network',
      events: [daily(''), today('')],
      expect: [],
    },
  ];
}
