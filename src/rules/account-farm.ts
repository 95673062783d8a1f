import { incidentsOf } from '../episodes.ts';
import { type DeedRow, deedRows, deeds, isInviting } from '../facets/deeds.ts';
import { prefixOf } from '../facets/footprints.ts';
import { addsKey } from '../facets/issuance.ts';
import { timeBetween } from '../facets/stretch.ts';
import { principalOf } from '../facets/visits.ts';
import { groupBy } from '../group.ts';
import { hasOneLog, holderName, holderText, isHolder, isStatic, kindText } from '../kinds.ts';
import type { Credential, CredentialKind } from '../model/credential.ts';
import type { Episode } from '../model/finding.ts';
import type { OptionValues } from '../model/option.ts';
import { disableCommands } from '../remedies.ts';
import { DAY, dayOf, HOUR } from '../time.ts';
import { compareText, countText, dayText, isoText, withSeparators } from '../wording.ts';
import { defineRule, type Example, type ExampleEvent, type RuleContext } from './rule.ts';

/** As many events as a finding shows. */
const SHOWN = 5;

/** So many other days like it make a way of working. */
const USUAL_DAYS = 3;

const facets = { deeds };

const options = {
  minMade: { default: 10, min: 2, max: 100_000, describe: 'Keys made together that are reported.' },
  withinHours: { default: 24, min: 1, max: 168, describe: 'Hours within which they must be made.' },
  times: { default: 3, min: 1, max: 1000, describe: 'How many times the record of their maker they must be.' },
  highMade: { default: 30, min: 2, max: 100_000, describe: 'More keys than this are high.' },
  lookbackDays: { default: 90, min: 1, max: 365, describe: 'Days of history that the record is taken from.' },
  rotationDays: {
    default: 7,
    min: 1,
    max: 90,
    describe: 'Within how many days an older key of the holder must end for a new one to have replaced it.',
  },
  rotationShare: { default: 0.8, min: 0.1, max: 1, describe: 'Share of replaced keys that makes a rotation.' },
} as const;

type Settings = OptionValues<typeof options>;
type Context = RuleContext<typeof facets, typeof options, undefined>;

/** One key or account that was made, or several of which no more is known than how many. */
interface Making extends Episode {
  readonly maker: Credential;
  /** The key or account; empty when it was not told. */
  readonly made: string;
  /** What it is called: 'access key'. */
  readonly noun: string;
  readonly amount: number;
  readonly network: string;
  readonly country: string;
  readonly example: string;
}

/** The most that was made within a day, and the most within any day before it. */
interface Peak {
  readonly makings: readonly Making[];
  readonly amount: number;
  readonly record: number;
}

export const accountFarm = defineRule({
  id: 'account-farm',
  family: 'campaign',
  title: 'Many keys or accounts made at once',
  severity: 'medium',
  severities:
    'High when more than 30 keys or accounts were made; invitations alone are medium, since people must take them up.',
  kind: 'signal',
  description:
    'Ten keys or accounts, or more, are made within 24 hours by one principal or from one network, and at least three times as many as it ever made in a day before: keys in store, so that each may stay below every limit or take over when another is disabled. Service accounts count, and so do members who are invited to an organisation of a vendor or added to a proxy. ' +
    'A rotation is exempt, and counted in the coverage: four of five holders had an older key that ended within a week. So is what is done on three other days as well. New secrets for keys that exist, keys that their proxy rotates, and passwords do not count.',
  remediation:
    'Ask the maker what the keys are for. If nobody knows, disable the maker first and then all the keys that are named here, whether they were used or not.',
  references: [
    'https://attack.mitre.org/techniques/T1136/003/',
    'https://attack.mitre.org/techniques/T1098/001/',
    'https://www.anthropic.com/news/detecting-and-preventing-distillation-attacks',
  ],
  falsePositives: [
    'A new team or a class whose accounts are made in one go.',
    'A rotation in its first week, while the older keys still work.',
    'The first day in the logs of a system that makes keys for short use; after three days it is its way of working.',
  ],
  lookbackDays: 90,
  needs: ['deeds'],
  facets,
  options,
  messages: {
    maker: '{maker} made {made} within {hours} from {day} on; {before}.',
    network: '{makers} made {made} within {hours} from {day} on, all from {network}; {before}.',
  },
  abstentions: {
    blurred: 'made so many keys, week after week, that they are no longer kept apart',
    rotation: 'makers of many keys at once that replaced others, which ended within {rotationDays} days: a rotation',
  },
  commands: disableCommands,
  examples,

  *survey(everyone, context) {
    const makings: Making[] = [];
    const endings = new Map<string, DeedRow[]>();
    for (const { credential, facets } of everyone) {
      const rows = MAKINGS.flatMap(deed => deedRows(facets.deeds, deed)).filter(isMaking);
      if (rows.some(row => isBlurred(row, context.options))) yield { abstain: 'blurred' };
      makings.push(...makingsOf(credential, rows, context));
      for (const deed of ['disable', 'delete'] as const) {
        for (const row of deedRows(facets.deeds, deed))
          endings.set(row.target, [...(endings.get(row.target) ?? []), row]);
      }
    }
    const told = new Set<Making>();
    for (const own of groupBy(makings, ({ maker }) => principalOf(maker)).values()) {
      for (const peak of peaksIn(own, context.options)) {
        for (const making of peak.makings) told.add(making);
        if (isRotation(peak, endings, context)) yield { abstain: 'rotation' };
        else yield sayMaker(peak, context);
      }
    }
    for (const [network, there] of groupBy(makings, making => making.network)) {
      if (network === '') continue;
      // What one maker does alone is told of the maker.
      const untold = there.filter(making => !told.has(making));
      for (const peak of peaksIn(untold, context.options)) {
        if (isRotation(peak, endings, context)) yield { abstain: 'rotation' };
        else yield sayNetwork(network, peak, context);
      }
    }
  },
});

const MAKINGS = ['create', 'open', 'grant'] as const;

/** A grant makes somebody a member, or is none of this. */
const isMaking = ({ deed, action }: DeedRow): boolean => (deed === 'grant' ? isInviting(action) : addsKey(action));

/** So many were made that neither their names nor when each was made is kept. */
const isBlurred = ({ target, first, last }: DeedRow, { withinHours }: Settings): boolean =>
  target === '' && last - first > withinHours * HOUR;

/** Each key once, from the first time it was made. */
function* makingsOf(maker: Credential, rows: readonly DeedRow[], { subjectOf, options }: Context): Generator<Making> {
  const seen = new Set<string>();
  for (const row of rows) {
    const { deed, target, address, country, count, first, last, example } = row;
    if (seen.has(target) || isBlurred(row, options)) continue;
    if (target !== '') seen.add(target);
    const kind = subjectOf(target)?.credential.kind ?? 'unknown';
    if (kind !== 'unknown' && !isStatic(kind) && !isHolder(kind)) continue;
    const network = address === '' ? '' : prefixOf(address);
    const amount = target === '' ? count : 1;
    const noun = nounOf(deed, kind);
    const until = target === '' ? last : first;
    yield { maker, made: target, noun, amount, network, country, example, from: first, until };
  }
}

function nounOf(deed: DeedRow['deed'], kind: CredentialKind): string {
  if (deed === 'grant') return MEMBER;
  return deed === 'open' && !isHolder(kind) ? 'account' : kindText(kind);
}

const MEMBER = 'member';

/** What holds keys of its own. */
const isAccount = (noun: string): boolean => noun === 'account' || noun === 'service account' || noun === MEMBER;

/** Of each stretch without a quiet day, the most within a day, if it is much more than ever before. */
function peaksIn(makings: readonly Making[], settings: Settings): Peak[] {
  const ordered = [...makings].sort((a, b) => a.from - b.from || compareText(a.made, b.made));
  if (amountOf(ordered) < settings.minMade) return [];
  const days = new Map<number, number>();
  for (const { from, amount } of ordered) days.set(dayOf(from), (days.get(dayOf(from)) ?? 0) + amount);
  return incidentsOf(ordered).flatMap(incident => {
    const within = mostWithin(incident, settings.withinHours * HOUR);
    const amount = amountOf(within);
    const start = within[0]!.from;
    const before = ordered.filter(({ from }) => from < start && from >= start - settings.lookbackDays * DAY);
    const record = amountOf(mostWithin(before, settings.withinHours * HOUR));
    const isMany = amount >= settings.minMade && amount >= settings.times * record;
    return isMany && !isUsual(days, start, amount / settings.times) ? [{ makings: within, amount, record }] : [];
  });
}

const amountOf = (makings: readonly Making[]): number => makings.reduce((sum, { amount }) => sum + amount, 0);

/** How many of them nobody must take up first. */
const madeIn = (makings: readonly Making[]): number => amountOf(makings.filter(({ noun }) => noun !== MEMBER));

/** The most that was made within a stretch, the earliest of equals. */
function mostWithin(ordered: readonly Making[], length: number): readonly Making[] {
  let [start, sum, best, range] = [0, 0, 0, [0, 0] as [number, number]];
  for (const [end, { from, amount }] of ordered.entries()) {
    sum += amount;
    for (; from - ordered[start]!.from > length; start++) sum -= ordered[start]!.amount;
    if (sum > best) [best, range] = [sum, [start, end + 1]];
  }
  return ordered.slice(...range);
}

/** Whether as many were made on three other days, before or after. */
function isUsual(days: ReadonlyMap<number, number>, start: number, least: number): boolean {
  const others = [...days].filter(([day, amount]) => Math.abs(day - dayOf(start)) > 1 && amount >= least);
  return others.length >= USUAL_DAYS;
}

function isRotation({ makings }: Peak, endings: ReadonlyMap<string, readonly DeedRow[]>, context: Context): boolean {
  const replaced = makings.filter(making => hasReplaced(making, endings, context));
  return replaced.length >= context.options.rotationShare * makings.length;
}

/** Whether an older key of the same holder and kind ended around the time. */
function hasReplaced(
  { made, from }: Making,
  endings: ReadonlyMap<string, readonly DeedRow[]>,
  { subjectOf, heldBy, options }: Context,
): boolean {
  const key = subjectOf(made)?.credential;
  if (key === undefined) return false;
  const older = heldBy(key.owner).filter(({ id, kind, createdAt }) => {
    return id !== key.id && kind === key.kind && (createdAt ?? Number.NEGATIVE_INFINITY) < from;
  });
  const making = { first: from, last: from };
  return older.some(({ id }) =>
    (endings.get(id) ?? []).some(row => timeBetween(row, making) <= options.rotationDays * DAY),
  );
}

function sayMaker(peak: Peak, context: Context) {
  const makers = groupBy(peak.makings, ({ maker }) => maker);
  const [maker] = [...makers.keys()].sort(
    (a, b) => amountOf(makers.get(b)!) - amountOf(makers.get(a)!) || compareText(a.id, b.id),
  );
  const principal = principalOf(maker!);
  return {
    ...aboutPeak(peak, context),
    message: 'maker',
    data: { ...dataOf(peak, context), maker: makerText(maker!, context) },
    subject: [principal],
    credential: maker!.id,
  } as const;
}

/** A key whose holder nobody named stands for itself. */
const makerText = (maker: Credential, { subjectOf }: Context): string => {
  const principal = principalOf(maker);
  const isKey = principal === maker.id && isStatic(maker.kind) && !hasOneLog(maker.provider);
  return isKey ? `${kindText(maker.kind)} ${principal}` : holderText(principal, subjectOf);
};

function sayNetwork(network: string, peak: Peak, context: Context) {
  const makers = new Set(peak.makings.map(({ maker }) => principalOf(maker))).size;
  return {
    ...aboutPeak(peak, context),
    message: 'network',
    data: { ...dataOf(peak, context), makers: countText(makers, 'principal'), network },
    subject: [network],
  } as const;
}

function dataOf({ makings, amount, record }: Peak, { coveredDays, options }: Context) {
  const { from } = makings[0]!;
  const nouns = new Set(makings.map(({ noun }) => noun));
  const noun = nouns.size === 1 ? [...nouns][0]! : [...nouns].some(isAccount) ? 'key or account' : 'key';
  const plural = noun === 'key or account' ? 'keys and accounts' : undefined;
  const days = countText(coveredDays(from - options.lookbackDays * DAY, from), 'day');
  const before = record === 0 ? 'none' : `at most ${withSeparators(record)} at once`;
  return {
    made: countText(amount, noun, plural),
    hours: countText(Math.max(1, Math.ceil((untilOf(makings) - from) / HOUR)), 'hour'),
    day: dayText(from),
    before: `in ${days} of logs before, ${before}`,
  };
}

const untilOf = (makings: readonly Making[]): number => makings.reduce((last, { until }) => Math.max(last, until), 0);

function aboutPeak({ makings, amount, record }: Peak, { options, subjectOf, coveredDays }: Context) {
  const names = (of: (making: Making) => string) =>
    [...new Set(makings.map(of))].filter(name => name !== '').sort(compareText);
  const made = names(making => making.made);
  const [from, until] = [makings[0]!.from, untilOf(makings)];
  return {
    severity: madeIn(makings) > options.highMade ? ('high' as const) : ('medium' as const),
    members: made,
    episodes: [{ from, until }],
    evidence: {
      made: amount,
      record,
      coveredDays: coveredDays(from - options.lookbackDays * DAY, from),
      members: made.length,
      makers: names(({ maker }) => principalOf(maker)),
      ...holderName(principalOf(makings[0]!.maker), subjectOf),
      holders: new Set(made.map(id => subjectOf(id)?.credential.owner ?? '')).size,
      networks: names(({ network }) => network),
      countries: names(({ country }) => country),
      first: isoText(from),
      last: isoText(until),
      examples: names(({ example }) => example).slice(0, SHOWN),
    },
  };
}

function examples(): Example<{ maker: string; network: string }>[] {
  const key = (i: number) => `AKIAIOSFODNN7NEW${String(i).padStart(4, '0')}`;
  const older = (i: number) => `AKIAIOSFODNN7OLD${String(i).padStart(4, '0')}`;
  const user = (i: number) => `arn:aws:iam::123456789012:user/u${i}`;
  const keys = (count: number) => Array.from({ length: count }, (_, i) => ({ id: key(i), owner: user(i) }));
  const admin = { id: 'user-Example', provider: 'openai', kind: 'member', owner: 'a@example.com' } as const;
  const life: ExampleEvent = { at: -60 * DAY, until: -HOUR, every: DAY };
  const create = { deed: 'create', action: 'iam:CreateAccessKey' } as const;
  const farm = (count: number, more: (i: number) => Partial<ExampleEvent> = () => ({})): ExampleEvent[] =>
    Array.from({ length: count }, (_, i) => ({ ...create, at: -2 * DAY + i * 1000, target: key(i), ...more(i) }));
  const admins = Array.from({ length: 4 }, (_, i) => ({ id: `AKIAIOSFODNN7ADMIN0${i}`, owner: user(100 + i) }));
  return [
    {
      title: 'twelve keys for twelve users in one hour',
      known: keys(12),
      events: [life, ...farm(12)],
      expect: ['maker:medium'],
    },
    { title: 'forty keys in one hour', known: keys(40), events: [life, ...farm(40)], expect: ['maker:high'] },
    {
      title: 'four principals on one network that make three keys each',
      known: [...keys(12), ...admins],
      events: [life, ...farm(12, i => ({ credential: admins[i % 4]!.id }))],
      expect: ['network:medium'],
    },
    {
      title: 'twelve keys by a principal that made five in a day before',
      known: keys(17),
      events: [life, ...farm(5, i => ({ at: -30 * DAY, target: older(i) })), ...farm(12)],
      expect: [],
    },
    {
      title: 'twelve accounts of an organisation opened in one hour',
      events: [life, ...farm(12, i => ({ deed: 'open', action: 'organizations:CreateAccount', target: `car-${i}` }))],
      expect: ['maker:medium'],
    },
    {
      title: 'six keys and six accounts',
      known: keys(6),
      events: [
        life,
        ...farm(6),
        ...farm(6, i => ({ deed: 'open', action: 'organizations:CreateAccount', target: `car-${i}` })),
      ],
      expect: ['maker:medium'],
    },
    {
      title: 'forty members invited to an organisation of a vendor in one hour',
      credential: admin,
      events: [
        life,
        ...farm(40, i => ({ deed: 'grant', action: 'openai:invite.sent', target: `user${i}@example.com` })),
      ],
      expect: ['maker:medium'],
    },
    {
      title: 'forty service accounts made for projects of a vendor in one hour',
      credential: admin,
      known: Array.from({ length: 40 }, (_, i) => ({
        ...admin,
        id: `user-sa${i}`,
        kind: 'service-account' as const,
        owner: '',
      })),
      events: [
        life,
        ...farm(40, i => ({ deed: 'open', action: 'openai:service_account.created', target: `user-sa${i}` })),
      ],
      expect: ['maker:high'],
    },
    {
      title: 'roles for forty people who are members already',
      credential: admin,
      events: [
        life,
        ...farm(40, i => ({ deed: 'grant', action: 'openai:role.assignment.created', target: `user-${i}` })),
      ],
      expect: [],
    },
    {
      title: 'twelve virtual keys that their proxy rotates in one night',
      credential: { ...admin, id: 'litellm_proxy_master_key', provider: 'proxy', kind: 'admin-key', owner: '' },
      known: Array.from({ length: 12 }, (_, i) => ({
        id: key(i),
        provider: 'proxy' as const,
        kind: 'virtual-key' as const,
      })),
      events: [life, ...farm(12, () => ({ action: 'litellm:key-rotated' }))],
      expect: [],
    },
    { title: 'nine keys', known: keys(9), events: [life, ...farm(9)], expect: [] },
    {
      title: 'twelve keys within a month',
      known: keys(12),
      events: [life, ...farm(12, i => ({ at: (i - 30) * 2 * DAY }))],
      expect: [],
    },
    {
      title: 'a quarterly rotation by a program: sixty keys, of which each replaces another within the week',
      known: [...keys(60), ...keys(60).map(({ owner }, i) => ({ id: older(i), owner, createdAt: -100 * DAY }))],
      events: [
        life,
        ...farm(60),
        ...farm(60, i => ({ deed: 'delete', action: 'iam:DeleteAccessKey', target: older(i), at: -HOUR })),
      ],
      expect: [],
    },
    {
      title: 'a vault that makes fifteen keys for short use, day after day',
      known: keys(300),
      events: Array.from({ length: 20 }, (_, day) =>
        farm(15, i => ({ at: (day - 20) * DAY + i * 1000, target: key(day * 15 + i) })),
      ).flat(),
      expect: [],
    },
    {
      title: 'passwords for twelve new users',
      known: keys(12).map(({ id, owner }) => ({ id, owner, kind: 'password' as const })),
      events: [life, ...farm(12, () => ({ action: 'iam:CreateLoginProfile' }))],
      expect: [],
    },
    {
      title: 'twelve keys that were refused',
      known: keys(12),
      events: [life, ...farm(12, () => ({ outcome: 'denied' }))],
      expect: [],
    },
  ];
}
