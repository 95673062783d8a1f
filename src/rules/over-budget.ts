import { loggedTokens } from '../facets/logged-tokens.ts';
import { type SpendingDay, spending, spendingDays } from '../facets/spending.ts';
import { groupBy } from '../group.ts';
import type { Budget, Declared, HolderTerms } from '../model/declared.ts';
import { DAY, dayOf } from '../time.ts';
import { compareText, countText, isoText, withSeparators } from '../wording.ts';
import { defineRule, type Example, type GroupVerdict, type RuleContext, type Subject as SubjectWith } from './rule.ts';

const facets = { spending, loggedTokens };

type Subject = SubjectWith<typeof facets>;
type Context = RuleContext<typeof facets, Record<never, never>, undefined>;

const messages = {
  over: '{holder} used {used} {period}, with {keys}; the register declares {limit} a {per}.',
} as const;

/** As many keys and events as a finding shows. */
const SHOWN = 5;

export const overBudget = defineRule({
  id: 'over-budget',
  family: 'register',
  title: 'Over the declared budget',
  severity: 'medium',
  kind: 'fact',
  description:
    'All keys of a holder together used more calls, tokens or money in a UTC day, an ISO week or a calendar month than the register declares for that holder. ' +
    'Tokens are those that went in and those that came out; money is what the logs say that calls cost. ' +
    'Where a proxy and the provider tell of the same key, the greater of the two counts. What has gone on for a part of its period counts as it stands.',
  remediation:
    'Look which key spent it, and whether it should have. Then set a limit where the provider or the proxy has one, or declare a larger budget.',
  references: [],
  falsePositives: [
    'A proxy’s own key, declared for the holder of the virtual keys that it serves: their calls count for both; declare it for the proxy alone.',
    'Where a source is missing or partial the sums are too small, never too large.',
  ],
  needs: [],
  needsOneOf: ['calls', 'tokens'],
  needsDeclared: ['budget'],
  facets,
  options: {},
  messages,
  abstentions: {
    calls: 'its calls are not counted in the logs, so that a budget of calls cannot be judged',
    tokens: 'its tokens are not counted in the logs, so that a budget of tokens cannot be judged',
    usd: 'the logs do not tell what its calls cost, so that a budget of money cannot be judged',
  },
  examples,
  *survey(everyone, context) {
    const { declared } = context;
    if (declared === null) return;
    const users = [...everyone].flatMap(subject => userOf(subject, declared));
    for (const [holder, used] of groupBy(users, user => user.holder)) {
      for (const measure of MEASURES) {
        const declaredLimit = holder.budget?.[measure];
        if (declaredLimit === undefined) continue;
        const limit = measure === 'usd' ? Math.round(declaredLimit * 1e6) : declaredLimit;
        for (const { days } of used)
          if (!days.some(day => amountOf(day, measure) > 0)) yield { abstain: measure } as const;
        yield* periodsOver({ holder, measure, limit, per: holder.budget!.per }, used, context);
      }
    }
  },
});

type Measure = keyof Omit<Budget, 'per'>;

const MEASURES = ['calls', 'tokens', 'usd'] as const satisfies readonly Measure[];

/** A credential that used models, under one of its names. */
interface User {
  readonly holder: HolderTerms;
  readonly id: string;
  /** The key that this is but another name for; itself otherwise. */
  readonly key: string;
  /** The provider may have counted the same calls under the key. */
  readonly isTwice: boolean;
  readonly days: readonly SpendingDay[];
}

function userOf({ credential: { id }, facets }: Subject, declared: Declared): User[] {
  const days = spendingDays(facets.spending, facets.loggedTokens);
  const holder = days.length === 0 ? null : declared.holderOf(id);
  if (holder?.budget === undefined) return [];
  const other = declared.otherNameOf(id);
  return [{ holder, id, key: other?.into ?? id, isTwice: other?.how === 'hint', days }];
}

interface Limit {
  readonly holder: HolderTerms;
  readonly measure: Measure;
  readonly limit: number;
  readonly per: Budget['per'];
}

/** What one key used of a measure on one day. */
interface Share {
  readonly key: string;
  readonly day: number;
  readonly amount: number;
  readonly example: string;
}

function* periodsOver(
  { holder, measure, limit, per }: Limit,
  users: readonly User[],
  { horizon }: Context,
): Generator<GroupVerdict<typeof messages>> {
  const shares = [...groupBy(users, ({ key }) => key)].flatMap(([key, names]) => sharesOf(key, names, measure));
  for (const [from, within] of groupBy(shares, ({ day }) => startOf(day, per))) {
    const used = within.reduce((sum, { amount }) => sum + amount, 0);
    if (used <= limit) continue;
    const keys = keysOf(within);
    const until = Math.max(from * DAY, Math.min(horizon, endOf(from, per) * DAY - 1));
    const period = isoText(from * DAY).slice(0, per === 'month' ? 7 : 10);
    yield {
      message: 'over',
      data: {
        holder: holder.holder,
        used: amountText(used, measure),
        period: `${PERIODS[per]} ${period}`,
        keys: countText(keys.length, 'key'),
        limit: amountText(limit, measure),
        per,
      },
      subject: [holder.holder, measure],
      members: keys.map(({ id }) => id).sort(),
      episodes: [{ from: from * DAY, until }],
      evidence: {
        holder: holder.holder,
        contract: holder.contract ?? '',
        measure,
        used: numberOf(used, measure),
        limit: numberOf(limit, measure),
        per,
        period,
        first: isoText(from * DAY),
        last: isoText(until),
        keys: keys.slice(0, SHOWN).map(({ id, amount }) => ({ id, used: numberOf(amount, measure) })),
        examples: [...new Set(within.map(({ example }) => example))]
          .filter(text => text !== '')
          .sort()
          .slice(0, SHOWN),
      },
    };
  }
}

/** Day by day what a key used under all its names; of calls that two may have told of, the greater count. */
function sharesOf(key: string, names: readonly User[], measure: Measure): Share[] {
  const told = names.flatMap(({ isTwice, days }) => days.map(day => ({ ...day, isTwice })));
  return [...groupBy(told, ({ day }) => day)].map(([day, rows]) => {
    const sumOf = (isTwice: boolean): number =>
      rows.reduce((sum, row) => (row.isTwice === isTwice ? sum + amountOf(row, measure) : sum), 0);
    const example =
      rows
        .map(row => row.example)
        .sort(compareText)
        .find(text => text !== '') ?? '';
    return { key, day, amount: Math.max(sumOf(false), sumOf(true)), example };
  });
}

/** The keys with what they used, the greatest first. */
function keysOf(shares: readonly Share[]): { readonly id: string; readonly amount: number }[] {
  const sums = [...groupBy(shares, ({ key }) => key)].map(([id, own]) => ({
    id,
    amount: own.reduce((sum, { amount }) => sum + amount, 0),
  }));
  return sums.filter(({ amount }) => amount > 0).sort((a, b) => b.amount - a.amount || compareText(a.id, b.id));
}

/** Money in millionths, of which any number add up to the same. */
const amountOf = ({ calls, tokens, microUsd }: SpendingDay, measure: Measure): number =>
  ({ calls, tokens, usd: microUsd })[measure];

const PERIODS = { day: 'on', week: 'in the week from', month: 'in' } as const;

/** The day that the period begins with in which a day lies. */
function startOf(day: number, per: Budget['per']): number {
  if (per === 'day') return day;
  // The first day of 1970 was a Thursday, and weeks begin with Monday.
  if (per === 'week') return day - ((day + 3) % 7);
  const date = new Date(day * DAY);
  return dayOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1));
}

/** The day that follows the period. */
function endOf(start: number, per: Budget['per']): number {
  if (per !== 'month') return start + (per === 'day' ? 1 : 7);
  const date = new Date(start * DAY);
  return dayOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1));
}

function amountText(amount: number, measure: Measure): string {
  if (measure === 'usd') return `${moneyText(amount)} dollars`;
  return countText(amount, measure === 'calls' ? 'call' : 'token');
}

const numberOf = (amount: number, measure: Measure): number | string =>
  measure === 'usd' ? moneyText(amount) : amount;

/** To the cent, so that what is over a budget never reads as if it were not. */
function moneyText(microUsd: number): string {
  const cents = Math.ceil(microUsd / 1e4);
  return `${withSeparators(Math.floor(cents / 100))}.${String(cents % 100).padStart(2, '0')}`;
}

function examples(): Example<typeof messages>[] {
  const OTHER = 'AKIAI44QH8DHBEXAMPLE';
  const infer = { deed: 'infer', action: 'bedrock:InvokeModel', every: DAY } as const;
  const of = (budget: Budget) => [{ holder: 'ci team', principals: ['*:user/ci'], budget }];
  const two = [
    { ...infer, at: -3 * DAY, until: -DAY, count: 60 },
    { ...infer, at: -3 * DAY, until: -DAY, count: 60, credential: OTHER },
  ];
  return [
    {
      title: 'two keys of a holder, over a budget of calls together',
      known: [{ id: OTHER }],
      events: two,
      register: of({ calls: 100, per: 'day' }),
      expect: ['over:medium'],
    },
    {
      title: 'the same keys, within a budget',
      known: [{ id: OTHER }],
      events: two,
      register: of({ calls: 120, per: 'day' }),
      expect: [],
    },
    {
      title: 'the same keys, over a budget for a week',
      known: [{ id: OTHER }],
      events: two,
      register: of({ calls: 120, per: 'week' }),
      expect: ['over:medium'],
    },
    {
      title: 'keys of two holders, each within their budget',
      known: [{ id: OTHER, owner: 'arn:aws:iam::123456789012:user/other' }],
      events: two,
      register: of({ calls: 100, per: 'day' }),
      expect: [],
    },
    {
      title: 'too many tokens in a month',
      events: [{ ...infer, at: -9 * DAY, until: -DAY, tokensIn: 900, tokensOut: 300 }],
      register: of({ tokens: 10_000, per: 'month' }),
      expect: ['over:medium'],
    },
    {
      title: 'two budgets, both passed',
      events: [{ ...infer, at: -DAY, count: 200, tokensIn: 9_000 }],
      register: of({ calls: 100, tokens: 1_000, per: 'day' }),
      expect: ['over:medium', 'over:medium'],
    },
    {
      title: 'a cent too much',
      credential: { id: 'sha256:5f2a', provider: 'proxy', kind: 'virtual-key', owner: 'eval' },
      events: [{ ...infer, at: -DAY, action: 'chat', microUsd: 500_010_000 }],
      register: [{ holder: 'evaluation', principals: ['eval'], budget: { usd: 500, per: 'month' } }],
      expect: ['over:medium'],
    },
    {
      title: 'calls of which nobody tells the cost',
      events: [{ ...infer, at: -DAY, count: 10_000 }],
      register: of({ usd: 1, per: 'day' }),
      expect: [],
    },
    {
      title: 'calls that were refused',
      events: [{ ...infer, at: -DAY, count: 10_000, outcome: 'denied' }],
      register: of({ calls: 1, per: 'day' }),
      expect: [],
    },
  ];
}
