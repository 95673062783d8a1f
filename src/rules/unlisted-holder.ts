import { loggedTokens } from '../facets/logged-tokens.ts';
import { type SpendingDay, spending, spendingDays } from '../facets/spending.ts';
import { principalText } from '../kinds.ts';
import { disableCommands } from '../remedies.ts';
import { DAY } from '../time.ts';
import { countText, dayText, isoText, listText } from '../wording.ts';
import { defineRule, type Example } from './rule.ts';

const OTHER = 'AKIAI44QH8DHBEXAMPLE';
const ROLE = 'arn:aws:iam::123456789012:role/deploy';

const messages = {
  unlisted: 'Used models ({work}), the last on {day}, and the register names neither it nor its holder, {who}.',
  nameless: 'Used models ({work}), the last on {day}; the register does not name it, and nothing tells who holds it.',
} as const;

export const unlistedHolder = defineRule({
  id: 'unlisted-holder',
  family: 'register',
  title: 'Holder that is not in the register',
  severity: 'high',
  kind: 'fact',
  description:
    'A key or a principal uses models and the register that you declared names neither it nor whoever holds it. ' +
    'Sessions count for the role that lent them, a derived credential for the one it was derived from, and another name of a key for that key. ' +
    'Only calls that were taken on count: whoever is refused uses nothing.',
  remediation:
    'Find out who it is. Add them to the register with what they may use, or disable the credential where nobody answers for it.',
  references: [],
  falsePositives: [
    'A holder that is new and not yet declared.',
    'A source that names people in another way than the register does: add that name to `principals`.',
    'It stays silent of a key that somebody gave a declared name: declare ids where you can.',
  ],
  needs: [],
  needsOneOf: ['calls', 'tokens'],
  needsDeclared: ['keys', 'principals'],
  facets: { spending, loggedTokens },
  options: {},
  messages,
  abstentions: { unidentified: 'the logs name nobody who made these calls' },
  commands: disableCommands,
  examples,
  *judge({ credential, facets }, { declared, horizon, subjectOf }) {
    const days = spendingDays(facets.spending, facets.loggedTokens);
    if (declared === null || days.length === 0 || declared.holderOf(credential.id) !== null) return;
    if (credential.id.startsWith('unidentified:')) {
      yield { abstain: 'unidentified' };
      return;
    }
    const key = declared.otherNameOf(credential.id)?.into ?? credential.id;
    const { owner, account, name = '' } = subjectOf(key)?.credential ?? credential;
    const { calls, tokens, first, last } = sumOf(days);
    const until = Math.max(first, Math.min(last, horizon));
    const data = { work: workText(calls, tokens), day: dayText(until) };
    const about = {
      subject: [key],
      credential: key,
      episodes: days.map(day => ({ from: day.first, until: Math.max(day.first, Math.min(day.last, horizon)) })),
      evidence: {
        calls,
        tokens,
        days: days.length,
        first: isoText(first),
        last: isoText(until),
        owner,
        name,
        account,
        ...(key === credential.id ? {} : { seenAs: credential.id }),
        examples: days.map(({ example }) => example).slice(-3),
      },
    };
    const who = owner === '' ? name : principalText(owner);
    yield who === ''
      ? { ...about, message: 'nameless', data }
      : { ...about, message: 'unlisted', data: { ...data, who }, evidence: { ...about.evidence, who } };
  },
});

function sumOf(days: readonly SpendingDay[]) {
  return {
    calls: days.reduce((sum, { calls }) => sum + calls, 0),
    tokens: days.reduce((sum, { tokens }) => sum + tokens, 0),
    first: Math.min(...days.map(({ first }) => first)),
    last: Math.max(...days.map(({ last }) => last)),
  };
}

const workText = (calls: number, tokens: number): string =>
  listText([...(calls > 0 ? [countText(calls, 'call')] : []), ...(tokens > 0 ? [countText(tokens, 'token')] : [])]);

function examples(): Example<typeof messages>[] {
  const infer = { at: -3 * DAY, until: -DAY, every: DAY, deed: 'infer', action: 'bedrock:InvokeModel' } as const;
  const register = [{ holder: 'ci', keys: [OTHER], principals: [`${ROLE.slice(0, -6)}ci-*`] }];
  return [
    {
      title: 'a key that calls models, of a user that nobody declared',
      events: [{ ...infer, count: 20, tokensIn: 900 }],
      register,
      expect: ['unlisted:high'],
    },
    {
      title: 'a key of whom nothing is known',
      credential: { id: 'sha256:5f2a', provider: 'proxy', kind: 'virtual-key', owner: '' },
      events: [infer],
      register,
      expect: ['nameless:high'],
    },
    {
      title: 'a role that nobody declared, through its sessions',
      credential: { id: ROLE, kind: 'role', owner: ROLE },
      events: [
        { ...infer, session: 'ASIAIOSFODNN7EXAMPLE' },
        { ...infer, session: 'ASIAI44QH8DHBEXAMPLE' },
      ],
      register,
      expect: ['unlisted:high'],
    },
    {
      title: 'a role that a pattern names',
      credential: { id: ROLE.replace('deploy', 'ci-eval'), kind: 'role', owner: ROLE.replace('deploy', 'ci-eval') },
      events: [{ ...infer, session: 'ASIAIOSFODNN7EXAMPLE' }],
      register,
      expect: [],
    },
    { title: 'a key that is declared', credential: { id: OTHER }, events: [infer], register, expect: [] },
    {
      title: 'a user’s session derived from a key that is declared',
      credential: {
        id: 'arn:aws:iam::123456789012:federated-user/x',
        kind: 'federated-user',
        owner: '',
        parent: OTHER,
      },
      known: [{ id: OTHER }],
      events: [infer],
      register,
      expect: [],
    },
    {
      title: 'a key of a member whose address is declared, in another case',
      credential: { id: 'apikey_01A', provider: 'anthropic', kind: 'api-key', owner: 'user_01A' },
      known: [{ id: 'user_01A', provider: 'anthropic', kind: 'member', owner: 'eval@example.com' }],
      events: [infer],
      register: [{ holder: 'evaluation', principals: ['Eval@example.com'] }],
      expect: [],
    },
    {
      title: 'a key that does something else',
      events: [{ at: -DAY }],
      register,
      expect: [],
    },
    {
      title: 'a key whose calls were all refused',
      events: [{ ...infer, outcome: 'denied' }],
      register,
      expect: [],
    },
    {
      title: 'calls that the log says nobody made',
      credential: { id: 'unidentified:openai', provider: 'openai', kind: 'unknown', owner: '' },
      events: [infer],
      register,
      expect: [],
    },
    { title: 'a key, and no register', events: [infer], expect: [] },
  ];
}
