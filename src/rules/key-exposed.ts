import { type DeedRow, deedEvidence, deedRows, deeds, sumDeeds } from '../facets/deeds.ts';
import { groupBy } from '../group.ts';
import { episodesOf } from '../facets/stretch.ts';
import { hasOneLog, holderName, holderText, isStatic, type Look, principalText } from '../kinds.ts';
import type { Credential, Provider } from '../model/credential.ts';
import { disableCommands } from '../remedies.ts';
import { DAY } from '../time.ts';
import { dayText } from '../wording.ts';
import { defineRule } from './rule.ts';

const USER = 'arn:aws:iam::123456789012:user/leaky';
const QUARANTINE = {
  deed: 'expose',
  action: 'iam:AttachUserPolicy',
  target: USER,
  credential: 'AKIAI44QH8DHBEXAMPLE',
} as const;
const NOTICE = { id: 'health.amazonaws.com', kind: 'unknown', owner: 'health.amazonaws.com' } as const;
const HEALTH = { deed: 'expose', action: 'health:AWS_RISK_CREDENTIALS_EXPOSED', credential: NOTICE.id } as const;
const DOER = { id: 'AKIAI44QH8DHBEXAMPLE', owner: 'arn:aws:iam::123456789012:user/security' };

export const keyExposed = defineRule({
  id: 'key-exposed',
  family: 'lifetime',
  title: 'Exposed key',
  severity: 'critical',
  kind: 'fact',
  description:
    'The provider says that a key is public: AWS reports it in a health notice, or attaches the policy AWSCompromisedKeyQuarantine, in one of its versions, to the user whose key it found in the open; another vendor says so of its own, or Google of the password of somebody. ' +
    'The policy refuses some calls and not all: the key still works, for model calls too, until someone disables it. Whoever attached the policy, the finding is about the user it was attached to.',
  remediation:
    'Disable every key of the user now, then read what they did since they were made public. Replace the key, delete the old one, and remove it from where it was found, history included. Leave the quarantine policy in place until that is done.',
  references: [
    'https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html',
  ],
  falsePositives: ['An exercise in which someone attaches the policy by hand.'],
  needs: ['deeds'],
  facets: { deeds },
  options: {},
  messages: {
    reported: '{provider} reported the key {key} of {user} as exposed on {day}; {state}.',
    password:
      '{provider} reported the password of {user} as known to others on {day}: change it, and end the sessions it opened.',
    exposed: 'The quarantine policy for leaked keys was attached to {user} on {day} by {who}; {keys}.',
  },
  examples: () => [
    {
      title: 'a user with one key is put in quarantine',
      credential: { owner: USER },
      known: [DOER],
      events: [
        { at: -9 * DAY, until: 0 },
        { ...QUARANTINE, at: -DAY },
      ],
      expect: ['exposed:critical'],
    },
    {
      title: 'a user with two keys, one of them disabled since, and a password',
      credential: { owner: USER, active: false, observedAt: -DAY / 2 },
      known: [
        DOER,
        { id: 'AKIA222222222EXAMPLE', owner: USER, active: true },
        { id: `${USER}/password`, kind: 'password', owner: USER, active: true },
      ],
      events: [{ ...QUARANTINE, at: -DAY }],
      expect: ['exposed:critical'],
    },
    {
      title: 'a user whose only key was disabled since',
      credential: { owner: USER, active: false, observedAt: -DAY / 2 },
      known: [DOER],
      events: [{ ...QUARANTINE, at: -DAY }],
      expect: ['exposed:critical'],
    },
    {
      title: 'a user none of whose keys is known',
      credential: DOER,
      events: [{ ...QUARANTINE, at: -DAY }],
      expect: ['exposed:critical'],
    },
    {
      title: 'a health notice names a key that is still active',
      credential: { owner: USER, active: true },
      known: [NOTICE],
      events: [{ ...HEALTH, at: -DAY, target: 'AKIAIOSFODNN7EXAMPLE' }],
      expect: ['reported:critical'],
    },
    {
      title: 'a health notice names a key that was disabled and one that no log knows',
      credential: { owner: USER, active: false, observedAt: -DAY / 2 },
      known: [NOTICE],
      events: [
        { ...HEALTH, at: -DAY, target: 'AKIAIOSFODNN7EXAMPLE' },
        { ...HEALTH, at: -DAY, target: 'AKIAUNKNOWNXXEXAMPLE' },
      ],
      expect: ['reported:critical', 'reported:critical'],
    },
    {
      title: 'a vendor says of one of its keys that it leaked',
      credential: { id: 'anthropic', provider: 'anthropic', kind: 'unknown', owner: '', account: 'org' },
      known: [
        {
          id: 'apikey_01Example',
          provider: 'anthropic',
          kind: 'api-key',
          owner: 'user_01Example',
          account: 'org',
          active: true,
        },
        { id: 'user_01Example', provider: 'anthropic', kind: 'member', owner: 'a@example.com', account: 'org' },
      ],
      events: [{ at: -DAY, deed: 'expose', action: 'anthropic:platform_api_key_exposed', target: 'apikey_01Example' }],
      expect: ['reported:critical'],
    },
    {
      title: 'Google finds the password of a person in the hands of others',
      credential: { id: 'a@example.com', provider: 'google', kind: 'member', owner: 'a@example.com' },
      events: [{ at: -DAY, deed: 'expose', action: 'login:accountDisabledPasswordLeak', target: 'a@example.com' }],
      expect: ['password:critical'],
    },
    {
      title: 'an attachment that was refused',
      credential: { owner: USER },
      known: [DOER],
      events: [{ ...QUARANTINE, at: -DAY, outcome: 'denied' }],
      expect: [],
    },
    { title: 'everyday use', events: [{ at: -9 * DAY, until: 0 }], expect: [] },
  ],
  commands: disableCommands,
  *judge({ credential, facets }, { heldBy, subjectOf }) {
    const byTarget = groupBy(deedRows(facets.deeds, 'expose'), ({ target }) => target);
    for (const [target, exposures] of byTarget) {
      if (target === '' || target.startsWith('arn:'))
        yield tellQuarantine(credential, exposures, target === '' ? [] : heldBy(target));
      else if (subjectOf(target)?.credential.kind === 'member' || target.includes('@'))
        yield tellPassword(credential, exposures, subjectOf);
      else yield tellNotice(credential, exposures, subjectOf);
    }
  },
});

/** The one who raised the alarm is not the one it is about, even where no key of the user is known. */
function tellQuarantine(doer: Credential, rows: readonly DeedRow[], held: readonly Credential[]) {
  const { target } = rows[0]!;
  const keys = held.filter(({ kind }) => isStatic(kind));
  const active = keys.filter(key => key.active !== false);
  const day = dayText(sumDeeds(rows).first);
  return {
    message: 'exposed' as const,
    data: { user: principalText(target), day, who: principalText(doer.owner), keys: keysText(keys, active) },
    subject: [target || doer.id],
    ...(target !== '' && { credential: (active[0] ?? keys[0])?.id ?? target }),
    members: keys.map(({ id }) => id),
    episodes: episodesOf(rows),
    evidence: {
      ...deedEvidence(sumDeeds(rows)),
      user: target,
      activeKeys: active.map(({ id }) => id),
      attachedBy: doer.id,
    },
  };
}

function tellNotice(doer: Credential, rows: readonly DeedRow[], look: Look) {
  const { target, action } = rows[0]!;
  const key = look(target)?.credential;
  const owner = key?.owner ?? '';
  const day = dayText(sumDeeds(rows).first);
  return {
    message: 'reported' as const,
    data: {
      provider: PROVIDERS[doer.provider],
      key: target,
      user: holderText(owner, look),
      day,
      state: stateText(key),
    },
    subject: [target],
    credential: target,
    members: [target],
    episodes: episodesOf(rows),
    evidence: {
      ...deedEvidence(sumDeeds(rows)),
      user: owner,
      action,
      reportedBy: doer.id,
      ...(hasOneLog(doer.provider) ? {} : { provider: PROVIDERS[doer.provider] }),
      ...holderName(owner, look),
    },
  };
}

/** What was found in the hands of others is what a person signs in with. */
function tellPassword(doer: Credential, rows: readonly DeedRow[], look: Look) {
  const { target, action } = rows[0]!;
  return {
    message: 'password' as const,
    data: { provider: PROVIDERS[doer.provider], user: holderText(target, look), day: dayText(sumDeeds(rows).first) },
    subject: [target],
    credential: target,
    members: [target],
    episodes: episodesOf(rows),
    evidence: {
      ...deedEvidence(sumDeeds(rows)),
      user: target,
      action,
      reportedBy: doer.id,
      provider: PROVIDERS[doer.provider],
      ...holderName(target, look),
    },
  };
}

const PROVIDERS: Readonly<Record<Provider, string>> = {
  aws: 'AWS',
  azure: 'Azure',
  google: 'Google',
  anthropic: 'Anthropic',
  openai: 'OpenAI',
  proxy: 'The proxy',
};

function stateText(key: Credential | undefined): string {
  if (key?.active === false) return 'it is disabled now';
  return key?.active === true ? 'it is still active' : 'nothing says that it was disabled';
}

function keysText(keys: readonly Credential[], active: readonly Credential[]): string {
  if (keys.length === 0) return 'none of its keys is known here';
  if (active.length === 0) return 'the keys known of it are disabled';
  return `active keys: ${active.map(({ id }) => id).join(', ')}`;
}
