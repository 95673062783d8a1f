import { incidentsOf } from '../episodes.ts';
import { type DeedRow, deedEvidence, deedRows, deeds, sumDeeds } from '../facets/deeds.ts';
import { lifetime } from '../facets/lifetime.ts';
import { isPhantom, type PhantomAct, phantomActs, phantomRows } from '../facets/phantom-acts.ts';
import { episodesOf } from '../facets/stretch.ts';
import { smallerExample } from '../facets/tally.ts';
import { groupBy } from '../group.ts';
import { kindText, principalText } from '../kinds.ts';
import type { Credential, CredentialKind } from '../model/credential.ts';
import { disableCommands } from '../remedies.ts';
import { DAY, HOUR } from '../time.ts';
import { dayText, isoText, oftenText, someText } from '../wording.ts';
import { defineRule, type Example } from './rule.ts';

const facets = { phantomActs, deeds, lifetime };

/** What a user that was made for one API key has no use for. */
const STRANGE: ReadonlySet<CredentialKind> = new Set(['access-key', 'password']);

export const phantomUser = defineRule({
  id: 'phantom-user',
  family: 'platform',
  title: 'User of one API key does more',
  severity: 'high',
  kind: 'signal',
  description:
    'When a console makes a long-term API key for Bedrock or Claude Platform, it makes a user to hold it, named BedrockAPIKey-… or AeaApiKey-…. That user has one job: its API key calls models. Nobody looks at it, so it is a good place to hide. Told is what its credentials are used for beside models; that it has an access key or a password; and that it is given privileges. ' +
    'What the console does when it makes the user, which is to attach one policy of AWS and to make one key, is not told.',
  remediation:
    'Delete the access key and the password of the user and take back what it was granted. Then look at what was done with them and at who made them: an intruder keeps a way back here. If nobody needs the API key, delete the user.',
  references: [
    'https://www.elastic.co/guide/en/security/current/prebuilt-rules.html',
    'https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html',
    'https://attack.mitre.org/techniques/T1098/001/',
  ],
  falsePositives: [
    'Policies of your own that someone chose in the console while the key was made.',
    'A user that was given such a name by hand and is used for other things.',
  ],
  lookbackDays: 90,
  needs: ['deeds'],
  helps: ['inventory'],
  facets,
  options: {},
  messages: {
    acted: '{user} is there for one API key to call models, and called {actions} {often}, last on {day}.',
    holds: '{user} is there for one API key to call models, and has {what} too, {since}.',
    granted: '{who} gave privileges to {user}, which is there for one API key to call models, {often}, last on {day}.',
  },
  commands: disableCommands,
  examples,
  *judge({ credential, facets }, { now, heldBy }) {
    if (isPhantom(credential.owner)) {
      for (const acts of actsIn(phantomRows(facets.phantomActs))) yield sayActs(credential, acts);
      if (STRANGE.has(credential.kind) && credential.active !== false) yield sayHeld(credential, facets.lifetime, now);
    }
    const grants = deedRows(facets.deeds, 'grant').filter(({ target }) => isPhantom(target));
    for (const [user, rows] of groupBy(grants, ({ target }) => target)) {
      const held = heldBy(user)[0]?.id;
      yield { ...sayGrants(credential, user, rows), ...(held !== undefined && { credential: held }) };
    }
  },
});

const actsIn = (rows: readonly PhantomAct[]): PhantomAct[][] =>
  incidentsOf(rows.map(row => ({ ...row, from: row.first, until: row.last })));

function sayActs({ id, owner }: Credential, acts: readonly PhantomAct[]) {
  const count = acts.reduce((sum, act) => sum + act.count, 0);
  const actions = [...new Set(acts.map(({ action }) => action))].filter(action => action !== '').sort();
  const last = Math.max(...acts.map(act => act.last));
  return {
    message: 'acted' as const,
    data: {
      user: principalText(owner),
      actions: actions.length === 0 ? 'very many operations' : someText(actions, 3),
      often: oftenText(count),
      day: dayText(last),
    },
    subject: [owner, 'acts'],
    episodes: episodesOf(acts),
    evidence: {
      calls: count,
      first: isoText(Math.min(...acts.map(({ first }) => first))),
      last: isoText(last),
      actions,
      countries: [...new Set(acts.map(({ country }) => country))].filter(country => country !== '').sort(),
      by: id,
      example: acts.reduce((least, { example }) => smallerExample(least, example), ''),
    },
  };
}

function sayHeld(
  { id, kind, owner, createdAt, observedAt }: Credential,
  used: { first: number; last: number },
  now: number,
) {
  const isUsed = used.first <= used.last;
  const from = createdAt ?? (isUsed ? used.first : observedAt > 0 ? observedAt : now);
  const since = createdAt === undefined ? 'made on a day that is not known' : `made on ${dayText(createdAt)}`;
  return {
    message: 'holds' as const,
    data: {
      user: principalText(owner),
      what: kind === 'password' ? 'a password' : `an ${kindText(kind)} (${id})`,
      since: isUsed ? `${since} and last used on ${dayText(used.last)}` : since,
    },
    subject: [owner, id],
    episodes: [{ from, until: Math.max(from, isUsed ? used.last : from) }],
    evidence: {
      credential: id,
      createdAt: createdAt === undefined ? null : isoText(createdAt),
      lastUsed: isUsed ? isoText(used.last) : null,
    },
  };
}

function sayGrants({ id, owner }: Credential, user: string, rows: readonly DeedRow[]) {
  const sum = sumDeeds(rows);
  return {
    message: 'granted' as const,
    data: {
      who: principalText(owner || id),
      user: principalText(user),
      often: oftenText(sum.count),
      day: dayText(sum.last),
    },
    subject: [user, 'granted'],
    episodes: episodesOf(rows),
    evidence: { ...deedEvidence(sum), actions: [...new Set(rows.map(({ action }) => action))].sort(), by: id },
  };
}

function examples(): Example<Record<'acted' | 'holds' | 'granted', string>>[] {
  const owner = 'arn:aws:iam::123456789012:user/BedrockAPIKey-x1y2';
  const apiKey = { id: `${owner}/bedrock`, kind: 'bedrock-key', owner } as const;
  const accessKey = { id: 'AKIAI44QH8DHBEXAMPLE', kind: 'access-key', owner } as const;
  const call = { at: -20 * DAY, until: 0, deed: 'infer', action: 'bedrock:InvokeModel', principal: owner } as const;
  return [
    {
      title: 'it lists buckets',
      credential: apiKey,
      events: [call, { at: -DAY, action: 's3:ListBuckets', principal: owner, outcome: 'denied' }],
      expect: ['acted:high'],
    },
    {
      title: 'it has an access key, and uses it for more than models',
      credential: { ...accessKey, createdAt: -2 * DAY },
      events: [{ at: -DAY, action: 'iam:ListUsers', principal: owner }],
      expect: ['acted:high', 'holds:high'],
    },
    {
      title: 'it has a password',
      credential: { id: `${owner}/password`, kind: 'password', owner },
      events: [],
      expect: ['holds:high'],
    },
    {
      title: 'it is given privileges',
      known: [apiKey],
      events: [{ at: -DAY, deed: 'grant', action: 'iam:AttachUserPolicy', target: owner }],
      expect: ['granted:high'],
    },
    {
      title: 'its access key was taken away again',
      credential: { ...accessKey, active: false },
      events: [],
      expect: [],
    },
    {
      title: 'its API key calls models, looks at them and accepts the agreement for one',
      credential: apiKey,
      events: [
        call,
        { at: -DAY, action: 'bedrock:ListFoundationModels', principal: owner },
        { at: -DAY + HOUR, action: 'aws-marketplace:Subscribe', principal: owner },
      ],
      expect: [],
    },
    {
      title: 'the console makes the user and its key',
      known: [{ id: 'ACCAIOSFODNN7EXAMPLE', kind: 'bedrock-key', owner }],
      events: [
        { at: -DAY, action: 'iam:CreateUser' },
        { at: -DAY, action: 'iam:AttachUserPolicy' },
        { at: -DAY, deed: 'create', action: 'iam:CreateServiceSpecificCredential', target: 'ACCAIOSFODNN7EXAMPLE' },
      ],
      expect: [],
    },
    {
      title: 'privileges for a user of another name',
      events: [
        { at: -DAY, deed: 'grant', action: 'iam:AttachUserPolicy', target: 'arn:aws:iam::123456789012:user/bob' },
      ],
      expect: [],
    },
  ];
}
