import { type DeedRow, deedEvidence, deedRows, deeds, sumDeeds } from '../facets/deeds.ts';
import { type Lifetime, lifetime } from '../facets/lifetime.ts';
import { type Network, networkEvidence, networkRows, networks } from '../facets/networks.ts';
import { episodesOf } from '../facets/stretch.ts';
import { isRoot, isUnnamed, principalText } from '../kinds.ts';
import type { Credential, CredentialKind } from '../model/credential.ts';
import { disableCommands } from '../remedies.ts';
import { DAY } from '../time.ts';
import { countText, dayText, isoText, oftenText } from '../wording.ts';
import { defineRule } from './rule.ts';

const ROOT = 'arn:aws:iam::123456789012:root';
const SIGN_IN = { deed: 'sign-in', action: 'signin:ConsoleLogin' } as const;

const ENTRA_USER = {
  id: 'user/22222222-3333-4444-5555-666666666666',
  provider: 'azure',
  kind: 'entra-user',
  owner: 'user/alice@example.com',
} as const;

/** Whoever these belong to signed in somewhere else, and only there is it known how. */
const FEDERATED: ReadonlySet<CredentialKind> = new Set([
  'role',
  'federated-user',
  'identity-center-user',
  'external-account',
]);

export const rootCredential = defineRule({
  id: 'root-credential',
  family: 'lifetime',
  title: 'Root credential or sign-in without MFA',
  severity: 'critical',
  severities: 'Medium for users of IAM and of Entra ID who sign in without MFA.',
  kind: 'fact',
  description:
    'The root user of an account can do everything in it, no policy of the account holds it back, and its access key is not tied to a person or a place. ' +
    'This tells of an access key of the root user that exists or was used, of root signing in to the console without a second factor, and of users of IAM or Entra ID who did so. ' +
    'The session of an AssumeRoot call is not a root credential, and sign-ins through an identity provider say nothing about MFA: both are left alone. So is root signing in with MFA.',
  remediation:
    'An access key of the root user: delete it and do its work with a role. A root sign-in without MFA: add an MFA device today and see that it was you who signed in. A user without MFA: ask whether it was them who signed in, add a device, and refuse what is done without one (in Entra ID by a Conditional Access policy); if it was not them, delete or change the password and read what was done since.',
  references: [
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html',
    'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html',
    'https://learn.microsoft.com/en-us/entra/identity/authentication/concept-mandatory-multifactor-authentication',
    'https://stratus-red-team.cloud/attack-techniques/AWS/aws.initial-access.console-login-without-mfa/',
  ],
  falsePositives: [
    'An IAM user whose second factor is asked for by a single sign-on in front of AWS.',
    'A guest of Entra ID, or a user of a federated domain, whose second factor was asked for elsewhere.',
    'A root sign-in that recovers a locked account: note who did it and suppress it until a date.',
  ],
  needs: ['inventory'],
  helps: ['deeds', 'sign-ins'],
  facets: { deeds, lifetime, networks },
  options: {},
  messages: {
    keyUsed: 'Root access key {id} was used: {calls}, last on {day}.',
    keyExists: 'The root user of account {account} has an access key, {key}.',
    rootSignIn: 'Root of account {account} signed in to the console without MFA: {times}, last on {day}.',
    userSignIn: '{user} signed in without MFA: {times}, last on {day}.',
  },
  examples: () => [
    {
      title: 'a root access key in use',
      credential: { kind: 'root-key', owner: ROOT },
      events: [{ at: -3 * DAY, until: 0 }],
      expect: ['keyUsed:critical'],
    },
    {
      title: 'a root access key that nobody uses',
      credential: { kind: 'root-key', owner: ROOT, createdAt: -700 * DAY, active: true },
      events: [],
      expect: ['keyExists:critical'],
    },
    {
      title: 'a root access key that a report tells of without its id',
      credential: { id: `${ROOT}/access-key-1`, kind: 'root-key', owner: ROOT, active: true },
      events: [],
      expect: ['keyExists:critical'],
    },
    {
      title: 'root signs in without MFA',
      credential: { id: ROOT, kind: 'root-session', owner: ROOT },
      events: [{ ...SIGN_IN, at: -2 * DAY, mfa: 'no', country: 'DE' }],
      expect: ['rootSignIn:critical'],
    },
    {
      title: 'root signs in without MFA, by its password',
      credential: { id: `${ROOT}/password`, kind: 'password', owner: ROOT },
      events: [{ ...SIGN_IN, at: -2 * DAY, until: -DAY, mfa: 'no' }],
      expect: ['rootSignIn:critical'],
    },
    {
      title: 'an IAM user signs in without MFA',
      credential: {
        id: 'arn:aws:iam::123456789012:user/alice/password',
        kind: 'password',
        owner: 'arn:aws:iam::123456789012:user/alice',
      },
      events: [{ ...SIGN_IN, at: -5 * DAY, until: -DAY, mfa: 'no' }],
      expect: ['userSignIn:medium'],
    },
    {
      title: 'an Entra user signs in with a password alone',
      credential: ENTRA_USER,
      events: [{ ...SIGN_IN, action: 'entra:sign-in', at: -5 * DAY, until: -DAY, mfa: 'no' }],
      expect: ['userSignIn:medium'],
    },
    {
      title: 'an Entra user signs in, with MFA or where the log does not say',
      credential: ENTRA_USER,
      events: [
        { ...SIGN_IN, action: 'entra:sign-in', at: -5 * DAY, mfa: 'yes' },
        { ...SIGN_IN, action: 'entra:non-interactive sign-in', at: -4 * DAY, mfa: '' },
      ],
      expect: [],
    },
    {
      title: 'a root access key that was disabled and not used',
      credential: { kind: 'root-key', owner: ROOT, observedAt: -DAY, active: false },
      events: [],
      expect: [],
    },
    {
      title: 'root signs in with MFA',
      credential: { id: ROOT, kind: 'root-session', owner: ROOT },
      events: [{ ...SIGN_IN, at: -2 * DAY, mfa: 'yes' }],
      expect: [],
    },
    {
      title: 'root fails to sign in',
      credential: { id: ROOT, kind: 'root-session', owner: ROOT },
      events: [{ ...SIGN_IN, at: -2 * DAY, mfa: 'no', outcome: 'failed' }],
      expect: [],
    },
    {
      title: 'a session that AssumeRoot lent',
      credential: { id: `${ROOT}/assumed`, kind: 'role', owner: ROOT },
      events: [{ at: -DAY }, { ...SIGN_IN, at: -DAY, mfa: 'no' }],
      expect: [],
    },
    {
      title: 'a sign-in through an identity provider, which does not say',
      credential: {
        id: 'arn:aws:iam::123456789012:role/admin',
        kind: 'role',
        owner: 'arn:aws:iam::123456789012:role/admin',
      },
      events: [{ ...SIGN_IN, at: -DAY, mfa: '' }],
      expect: [],
    },
  ],
  commands: credential => (credential.kind === 'root-key' ? disableCommands(credential) : []),
  *judge({ credential, facets }, { horizon }) {
    if (credential.kind === 'root-key')
      yield* tellKey(credential, facets.lifetime, networkRows(facets.networks), horizon);
    if (!FEDERATED.has(credential.kind)) {
      yield* tellSignIns(
        credential,
        deedRows(facets.deeds, 'sign-in').filter(({ mfa }) => mfa === 'no'),
      );
    }
  },
});

function* tellKey(credential: Credential, seen: Lifetime, used: readonly Network[], horizon: number) {
  const { id, account, active, createdAt = horizon } = credential;
  const evidence = { ...keyEvidence(credential, seen), networks: networkEvidence(used, seen) };
  const rest = { subject: [id], evidence };
  if (seen.count > 0) {
    const data = { id, calls: countText(seen.count, 'call'), day: dayText(seen.last) };
    const until = active === false ? seen.last : horizon;
    yield { message: 'keyUsed' as const, data, episodes: [{ from: seen.first, until }], ...rest };
  } else if (active !== false) {
    const from = Math.min(createdAt, horizon);
    const key = isUnnamed(id) ? 'whose id the report does not give' : id;
    yield { message: 'keyExists' as const, data: { account, key }, episodes: [{ from, until: horizon }], ...rest };
  }
}

function* tellSignIns(credential: Credential, rows: readonly DeedRow[]) {
  if (rows.length === 0) return;
  const { id, account, owner } = credential;
  const sum = sumDeeds(rows);
  const told = { times: oftenText(sum.count), day: dayText(sum.last) };
  const rest = {
    subject: [id, 'sign-in'],
    episodes: episodesOf(rows),
    evidence: deedEvidence(sum),
  };
  if (isOfRoot(credential)) yield { message: 'rootSignIn' as const, data: { account, ...told }, ...rest };
  else {
    const data = { user: principalText(owner), ...told };
    yield { message: 'userSignIn' as const, data, severity: 'medium' as const, ...rest };
  }
}

const isOfRoot = ({ kind, owner }: Credential): boolean => isRoot(kind) || principalText(owner) === 'root';

function keyEvidence({ active, createdAt, owner }: Credential, { count, first, last }: Lifetime) {
  return {
    calls: count,
    firstSeen: count === 0 ? null : isoText(first),
    lastSeen: count === 0 ? null : isoText(last),
    createdAt: createdAt === undefined ? null : isoText(createdAt),
    active: active ?? null,
    owner,
  };
}
