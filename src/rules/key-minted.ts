import { type DeedRow, deedEvidence, deedRows, deeds, groupDeeds, isJoining, sumDeeds } from '../facets/deeds.ts';
import { groupBy } from '../group.ts';
import { lifetime } from '../facets/lifetime.ts';
import { firstSeen } from '../facets/place-history.ts';
import { type PlaceHour, placeHours, places } from '../facets/places.ts';
import { episodesOf, type Stretch, timeBetween } from '../facets/stretch.ts';
import type { Table } from '../facets/table.ts';
import {
  actorOf,
  actorText,
  aliasOf,
  holderName,
  holderText,
  isHolder,
  isRoot,
  isStatic,
  kindText,
  userNameOf,
} from '../kinds.ts';
import type { Credential, CredentialKind, Provider } from '../model/credential.ts';
import type { Severity } from '../model/finding.ts';
import { disableCommands } from '../remedies.ts';
import { DAY, HOUR, MINUTE } from '../time.ts';
import { compareText, countText, dayText, isoText, oftenText } from '../wording.ts';
import { defineRule, type RuleContext, type Subject as SubjectWith } from './rule.ts';

const facets = { deeds, lifetime, places };

const options = {
  historyDays: {
    default: 90,
    min: 1,
    max: 365,
    describe: 'Days without a new credential after which one is unusual for its maker.',
  },
  coveredDays: {
    default: 28,
    min: 1,
    max: 365,
    describe: 'Of those days, how many the logs must cover before nothing seen means nothing made.',
  },
  grantMinutes: {
    default: 10,
    min: 1,
    max: 1440,
    describe: 'How near, in minutes, a grant of privileges to the holder must be to count.',
  },
  rotationDays: {
    default: 7,
    min: 1,
    max: 90,
    describe: 'Within how many days the older key must be disabled to call it a rotation.',
  },
  placeHours: {
    default: 24,
    min: 1,
    max: 168,
    describe: 'How near, in hours, maker or key must be seen in a new country to count.',
  },
  placeDays: {
    default: 14,
    min: 1,
    max: 90,
    describe: 'Days that the logs cover before a country can be new to the organisation.',
  },
  placeCredentials: {
    default: 5,
    min: 1,
    max: 1000,
    describe: 'Located credentials before a country can be new to the organisation.',
  },
} as const;

type Subject = SubjectWith<typeof facets>;
type Context = RuleContext<typeof facets, typeof options, Overview>;
type Outline = Omit<Context, 'overview'>;

/** What others did that bears on a new credential. */
interface Overview {
  /** When privileges were granted, by principal. */
  readonly grants: ReadonlyMap<string, readonly Stretch[]>;
  /** When a credential was disabled or deleted, by its id. */
  readonly endings: ReadonlyMap<string, readonly DeedRow[]>;
  /** The older key that a new one replaced, by the id of the new one. */
  readonly replaced: ReadonlyMap<string, Credential>;
  /** When a country was first seen, of those the organisation was not seen in from the start. */
  readonly newCountries: ReadonlyMap<string, number>;
}

/** Users that a console makes for one API key each, and what they may hold. */
const PHANTOM_USER = /^(BedrockAPIKey|AeaApiKey)-/;
const SERVICE_KEYS: ReadonlySet<CredentialKind> = new Set(['bedrock-key', 'claude-platform-key']);

/** Keys that belong to what they open and to nobody. */
const OPENS_RESOURCE: ReadonlySet<CredentialKind> = new Set(['resource-key', 'gateway-subscription']);

const BOB = 'arn:aws:iam::123456789012:user/bob';
const PHANTOM = 'arn:aws:iam::123456789012:user/BedrockAPIKey-x1y2';
const NEW_KEY = 'AKIAI44QH8DHBEXAMPLE';
const CREATE = { deed: 'create', action: 'iam:CreateAccessKey', target: NEW_KEY } as const;
const BOBS_KEY = { id: NEW_KEY, owner: BOB } as const;
const BOBS_OTHER_KEY = { id: 'AKIA111111111EXAMPLE', owner: BOB } as const;

const ADMIN = {
  id: 'user/22222222-3333-4444-5555-666666666666',
  provider: 'azure',
  kind: 'entra-user',
  owner: 'user/alice@example.com',
} as const;
const SECRET = {
  id: '33333333-4444-5555-6666-777777777777',
  provider: 'azure',
  kind: 'client-secret',
  owner: 'app/11111111-2222-3333-4444-555555555555',
} as const;
const RESOURCE =
  '/subscriptions/00000000-1111-2222-3333-444444444444/resourcegroups/ai/providers/microsoft.cognitiveservices/accounts/prod-ai';
const GATEWAY =
  '/subscriptions/00000000-1111-2222-3333-444444444444/resourcegroups/ai/providers/microsoft.apimanagement/service/gateway/subscriptions/team-a';
const ADD_SECRET = {
  deed: 'create',
  action: 'entra:add service principal credentials',
  target: SECRET.id,
} as const;
const REMOVE_SECRET = 'entra:remove service principal credentials';
const REGENERATE = {
  deed: 'create',
  action: 'microsoft.cognitiveservices/accounts/regeneratekey/action',
  target: `${RESOURCE}/key1`,
} as const;

const MEMBER = {
  id: 'user_01Example',
  provider: 'anthropic',
  kind: 'member',
  owner: 'a@example.com',
  account: 'org',
} as const;
const VENDOR_KEY = {
  id: 'apikey_01Example',
  provider: 'anthropic',
  kind: 'api-key',
  owner: MEMBER.id,
  account: 'org',
} as const;
const MAKE_KEY = { deed: 'create', action: 'anthropic:platform_api_key_created', target: VENDOR_KEY.id } as const;
const MASTER = {
  id: 'litellm_proxy_master_key',
  provider: 'proxy',
  kind: 'admin-key',
  owner: 'default_user_id',
  account: 'litellm',
} as const;
const VIRTUAL = {
  id: 'a0'.repeat(32),
  provider: 'proxy',
  kind: 'virtual-key',
  owner: 'team-lead',
  account: 'litellm',
} as const;
const ACCOUNT = 'ci@example.iam.gserviceaccount.com';

/** A maker known for making keys, so that only what a story is about is unusual. */
const EARLIER = { ...CREATE, at: -40 * DAY, target: BOBS_OTHER_KEY.id } as const;

const OFFICE = ['A', 'B', 'C', 'D', 'E'].map(letter => ({
  at: -60 * DAY,
  until: 0,
  credential: `AKIA${letter}FFICEXXEXAMPLE`,
  country: 'DE',
}));

export const keyMinted = defineRule({
  id: 'key-minted',
  family: 'lifetime',
  title: 'New credential',
  severity: 'low',
  severities:
    'Medium by a principal that made none in 90 days, of which the logs must cover 28. High by root, close to a grant of privileges to the holder, on a user made for one API key, or when maker or key is seen in a country new to the organisation. One more for an admin key of a vendor, which can make and end all others. Info when the one who made it also disabled the key it replaces within a week, and had made others before.',
  kind: 'fact',
  description:
    'A static credential was created, or its secret was made anew: an access key, an API key for models, a password, a secret or a certificate of an Entra application, a key of an Azure resource, a key of a service account of Google Cloud, an API or admin key of Anthropic or OpenAI, a virtual key of a proxy. Everyday work, and also how an intruder comes to stay; so it is told for whom, whether the credential was used since and from where, and whether it was revoked. ' +
    'Users named BedrockAPIKey-… and AeaApiKey-… exist to hold one API key: that key is their one job, and the grants that come with it are part of it, but an access key or a password is not. ' +
    'A new key is a rotation when its maker disables or deletes an older one of the same user within a week before or after, one for one, and the new key is not unusual for its maker. ' +
    'Use of a Bedrock or Claude Platform key is often recorded under its user alone, and use of the keys of an Azure resource under the resource: it is told as possibly of the new key. Sign-ins with a secret of an Entra application name the secret. Whoever joins an organisation of a vendor, or a proxy, is not taken to have been granted privileges by that, and a virtual key that its proxy rotates replaces the one it comes from.',
  remediation:
    'Ask the maker and the holder whether they know of it. If not, disable the new credential (or, where very many were made, the one that made them), and look at what both did since.',
  references: [
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_api_keys_for_aws_services.html',
    'https://learn.microsoft.com/en-us/entra/identity-platform/how-to-add-credentials',
    'https://learn.microsoft.com/en-us/azure/ai-services/rotate-keys',
    'https://platform.claude.com/docs/en/manage-claude/compliance-activity-feed',
    'https://docs.cloud.google.com/iam/docs/best-practices-for-managing-service-account-keys',
    'https://attack.mitre.org/techniques/T1098/001/',
    'https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.iam-backdoor-user/',
    'https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.iam-create-user-login-profile/',
  ],
  falsePositives: [
    'Onboarding: a new user or application is given privileges and a key within minutes, which is high by the letter.',
    'An administrator whose last new key lies more than 90 days back.',
    'A schedule that renews the keys of Azure resources: low, each time.',
    'A machine that makes keys for others (a secrets engine): low, and many.',
  ],
  lookbackDays: 90,
  needs: ['deeds'],
  facets,
  options,
  messages: {
    rotated: '{who} replaced {old} by {made} for {holder} on {day}; {use}.',
    unnamed: '{who} called {action} {times}, last on {day}{why}; which credentials came of it is not recorded.',
    minted: '{who} {made} for {holder} on {day}{why}; {use}.',
  },
  examples: () => [
    {
      title: 'a user who often makes keys makes one for another',
      known: [BOBS_KEY, BOBS_OTHER_KEY],
      events: [EARLIER, { ...CREATE, at: -2 * DAY }],
      expect: ['minted:low', 'minted:low'],
    },
    {
      title: 'a user makes a key for themselves and uses it',
      known: [{ id: NEW_KEY }, BOBS_OTHER_KEY],
      events: [EARLIER, { ...CREATE, at: -2 * DAY }, { at: -DAY, credential: NEW_KEY, country: 'DE' }],
      expect: ['minted:low', 'minted:low'],
    },
    {
      title: 'the first key that a user makes in 90 days of logs',
      known: [BOBS_KEY],
      events: [
        { at: -100 * DAY, until: 0 },
        { ...CREATE, at: -2 * DAY },
      ],
      expect: ['minted:medium'],
    },
    {
      title: 'two keys in one hour, the first in 90 days',
      known: [BOBS_KEY, BOBS_OTHER_KEY],
      events: [
        { at: -100 * DAY, until: 0 },
        { ...CREATE, at: -DAY },
        { ...CREATE, at: -DAY + HOUR, target: BOBS_OTHER_KEY.id },
      ],
      expect: ['minted:medium', 'minted:medium'],
    },
    {
      title: 'a key made through another session of a user who made one a month ago',
      credential: { owner: BOB },
      known: [{ id: `${BOB}/session`, kind: 'user-session', owner: BOB }, BOBS_KEY, BOBS_OTHER_KEY],
      events: [{ at: -60 * DAY, until: 0 }, EARLIER, { ...CREATE, at: -2 * DAY, credential: `${BOB}/session` }],
      expect: ['minted:low', 'minted:low'],
    },
    {
      title: 'root makes a key',
      credential: { id: 'AKIAROOTKEYXXEXAMPLE', kind: 'root-key', owner: 'arn:aws:iam::123456789012:root' },
      known: [{ ...BOBS_KEY, active: true }],
      events: [{ ...CREATE, at: -2 * DAY }],
      expect: ['minted:high'],
    },
    {
      title: 'a key minutes after its holder was granted privileges, by another',
      known: [BOBS_KEY],
      events: [
        {
          at: -2 * DAY - 5 * MINUTE,
          deed: 'grant',
          action: 'iam:AttachUserPolicy',
          target: BOB,
          credential: 'AKIAOTHERXXXXEXAMPLE',
        },
        { ...CREATE, at: -2 * DAY },
      ],
      expect: ['minted:high'],
    },
    {
      title: 'a key an hour after its holder was granted privileges',
      known: [BOBS_KEY],
      events: [
        { at: -2 * DAY - HOUR, deed: 'grant', action: 'iam:AttachUserPolicy', target: BOB },
        { ...CREATE, at: -2 * DAY },
      ],
      expect: ['minted:low'],
    },
    {
      title: 'an access key on a user made for one Bedrock API key',
      known: [{ id: NEW_KEY, owner: PHANTOM }],
      events: [{ ...CREATE, at: -2 * DAY }],
      expect: ['minted:high'],
    },
    {
      title: 'the one API key of such a user, with the grant that comes with it',
      known: [{ id: 'ACCAIOSFODNN7EXAMPLE', kind: 'bedrock-key', owner: PHANTOM }],
      events: [
        { at: -2 * DAY, deed: 'grant', action: 'iam:AttachUserPolicy', target: PHANTOM },
        { at: -2 * DAY, deed: 'create', action: 'iam:CreateServiceSpecificCredential', target: 'ACCAIOSFODNN7EXAMPLE' },
      ],
      expect: ['minted:low'],
    },
    {
      title: 'the new key is used from a country new to the organisation',
      known: [BOBS_KEY],
      events: [
        ...OFFICE,
        { ...CREATE, at: -2 * DAY },
        { at: -2 * DAY + HOUR, credential: NEW_KEY, country: 'SG', until: -2 * DAY + 5 * HOUR, every: HOUR },
      ],
      expect: ['minted:high'],
    },
    {
      title: 'its maker is seen in a country new to the organisation',
      known: [BOBS_KEY],
      events: [...OFFICE, { ...CREATE, at: -2 * DAY, country: 'SG' }],
      expect: ['minted:high'],
    },
    {
      title: 'a new country through a declared exit',
      known: [BOBS_KEY, BOBS_OTHER_KEY],
      events: [...OFFICE, EARLIER, { ...CREATE, at: -2 * DAY, country: 'SG', egress: true }],
      expect: ['minted:low', 'minted:low'],
    },
    {
      title: 'a country that the organisation was seen in before',
      known: [BOBS_KEY, BOBS_OTHER_KEY],
      events: [
        ...OFFICE,
        EARLIER,
        { at: -20 * DAY, credential: 'AKIAAFFICEXXEXAMPLE', country: 'SG' },
        { ...CREATE, at: -2 * DAY, country: 'SG' },
      ],
      expect: ['minted:low', 'minted:low'],
    },
    {
      title: 'a new password, deleted a minute later',
      known: [{ id: `${BOB}/password`, kind: 'password', owner: BOB, active: false, observedAt: -DAY + MINUTE }],
      events: [
        { at: -DAY, deed: 'create', action: 'iam:CreateLoginProfile', target: `${BOB}/password` },
        { at: -DAY + MINUTE, deed: 'delete', action: 'iam:DeleteLoginProfile', target: `${BOB}/password` },
      ],
      expect: ['minted:low'],
    },
    {
      title: 'a password is changed for another, who signed in before and since',
      known: [{ id: `${BOB}/password`, kind: 'password', owner: BOB }],
      events: [
        { at: -9 * DAY, until: 0, credential: `${BOB}/password`, deed: 'sign-in', action: 'signin:ConsoleLogin' },
        { at: -DAY - HOUR, deed: 'create', action: 'iam:UpdateLoginProfile', target: `${BOB}/password` },
      ],
      expect: ['minted:low'],
    },
    {
      title: 'the secret of a Bedrock API key is made anew',
      known: [{ id: 'ACCAIOSFODNN7EXAMPLE', kind: 'bedrock-key', owner: BOB, active: false, observedAt: 0 }],
      events: [
        { at: -DAY, deed: 'create', action: 'iam:ResetServiceSpecificCredential', target: 'ACCAIOSFODNN7EXAMPLE' },
      ],
      expect: ['minted:low'],
    },
    {
      title: 'a rotation: the older key is disabled within a week',
      known: [BOBS_KEY, { id: 'AKIAOLDERXXXXEXAMPLE', owner: BOB, createdAt: -200 * DAY }],
      events: [
        { ...CREATE, at: -9 * DAY },
        { at: -4 * DAY, deed: 'disable', action: 'iam:UpdateAccessKey', target: 'AKIAOLDERXXXXEXAMPLE' },
      ],
      expect: ['rotated:info'],
    },
    {
      title: 'the same, and the first key that its maker makes in 90 days of logs',
      known: [BOBS_KEY, { id: 'AKIAOLDERXXXXEXAMPLE', owner: BOB, createdAt: -200 * DAY }],
      events: [
        { at: -100 * DAY, until: 0 },
        { ...CREATE, at: -9 * DAY },
        { at: -4 * DAY, deed: 'disable', action: 'iam:UpdateAccessKey', target: 'AKIAOLDERXXXXEXAMPLE' },
      ],
      expect: ['rotated:info'],
    },
    {
      title: 'the same, where the new key is used from a country that the older one was not',
      known: [BOBS_KEY, { id: 'AKIAOLDERXXXXEXAMPLE', owner: BOB, createdAt: -200 * DAY }],
      events: [
        { at: -100 * DAY, until: 0, country: 'FR' },
        { at: -30 * DAY, until: -10 * DAY, credential: 'AKIAOLDERXXXXEXAMPLE', country: 'DE' },
        { ...CREATE, at: -9 * DAY },
        { at: -8 * DAY, credential: NEW_KEY, country: 'FR' },
        { at: -4 * DAY, deed: 'disable', action: 'iam:UpdateAccessKey', target: 'AKIAOLDERXXXXEXAMPLE' },
      ],
      expect: ['minted:medium'],
    },
    {
      title: 'the older key is disabled by another than the one who made the new one',
      known: [BOBS_KEY, { id: 'AKIAOLDERXXXXEXAMPLE', owner: BOB, createdAt: -200 * DAY }, BOBS_OTHER_KEY],
      events: [
        { ...CREATE, at: -9 * DAY },
        {
          at: -4 * DAY,
          credential: BOBS_OTHER_KEY.id,
          deed: 'disable',
          action: 'iam:UpdateAccessKey',
          target: 'AKIAOLDERXXXXEXAMPLE',
        },
      ],
      expect: ['minted:low'],
    },
    {
      title: 'two new keys, of which one replaces the older one',
      known: [BOBS_KEY, BOBS_OTHER_KEY, { id: 'AKIAOLDERXXXXEXAMPLE', owner: BOB, createdAt: -200 * DAY }],
      events: [
        { ...CREATE, at: -9 * DAY },
        { at: -9 * DAY + HOUR, deed: 'delete', action: 'iam:DeleteAccessKey', target: 'AKIAOLDERXXXXEXAMPLE' },
        { ...CREATE, at: -6 * DAY, target: BOBS_OTHER_KEY.id },
      ],
      expect: ['minted:low', 'rotated:info'],
    },
    {
      title: 'the first key of its maker, in logs of three days and of one long ago',
      known: [BOBS_KEY],
      events: [{ at: -100 * DAY }, { at: -3 * DAY, until: 0 }, { ...CREATE, at: -2 * DAY }],
      expect: ['minted:low'],
    },
    {
      title: 'keys of nobody known, made and ended in one week',
      known: [{ id: NEW_KEY, owner: '' }],
      events: [
        { ...CREATE, at: -9 * DAY },
        { at: -8 * DAY, deed: 'delete', action: 'iam:DeleteAccessKey', target: 'AKIAUNKNOWNXXEXAMPLE' },
      ],
      expect: ['minted:low'],
    },
    {
      title: 'a country seen two days after the logs begin, but for one record of long ago',
      known: [BOBS_KEY],
      events: [
        { at: -80 * DAY },
        ...OFFICE.map(event => ({ ...event, at: -4 * DAY })),
        { ...CREATE, at: -2 * DAY, country: 'SG' },
      ],
      expect: ['minted:low'],
    },
    {
      title: 'a new country, where a password was tried in vain the week before',
      known: [BOBS_KEY],
      events: [
        ...OFFICE,
        { at: -9 * DAY, credential: 'AKIAAFFICEXXEXAMPLE', country: 'SG', deed: 'sign-in', outcome: 'failed' },
        { ...CREATE, at: -2 * DAY, country: 'SG' },
      ],
      expect: ['minted:high'],
    },
    {
      title: 'a Bedrock API key whose use is recorded under its user alone, from a country new to the organisation',
      known: [
        { id: 'ACCAIOSFODNN7EXAMPLE', kind: 'bedrock-key', owner: PHANTOM },
        { id: `${PHANTOM}/bedrock`, kind: 'bedrock-key', owner: PHANTOM },
      ],
      events: [
        ...OFFICE,
        { at: -2 * DAY, deed: 'create', action: 'iam:CreateServiceSpecificCredential', target: 'ACCAIOSFODNN7EXAMPLE' },
        { at: -2 * DAY + HOUR, credential: `${PHANTOM}/bedrock`, deed: 'infer', country: 'SG' },
      ],
      expect: ['minted:high'],
    },
    {
      title: 'the older key is disabled only a month later',
      known: [BOBS_KEY, { id: 'AKIAOLDERXXXXEXAMPLE', owner: BOB, createdAt: -200 * DAY }],
      events: [
        { ...CREATE, at: -39 * DAY },
        { at: -4 * DAY, deed: 'disable', action: 'iam:UpdateAccessKey', target: 'AKIAOLDERXXXXEXAMPLE' },
      ],
      expect: ['minted:low'],
    },
    {
      title: 'root replaces a key: high all the same',
      credential: { id: 'AKIAROOTKEYXXEXAMPLE', kind: 'root-key', owner: 'arn:aws:iam::123456789012:root' },
      known: [BOBS_KEY, { id: 'AKIAOLDERXXXXEXAMPLE', owner: BOB, createdAt: -200 * DAY }],
      events: [
        { ...CREATE, at: -9 * DAY },
        { at: -4 * DAY, deed: 'delete', action: 'iam:DeleteAccessKey', target: 'AKIAOLDERXXXXEXAMPLE' },
      ],
      expect: ['minted:high'],
    },
    {
      title: 'keys that the log does not name',
      events: [{ ...CREATE, at: -9 * DAY, until: -7 * DAY, target: '' }],
      expect: ['unnamed:low'],
    },
    {
      title: 'keys that the log does not name, the first in 90 days',
      events: [
        { at: -100 * DAY, until: 0 },
        { ...CREATE, at: -9 * DAY, target: '' },
      ],
      expect: ['unnamed:medium'],
    },
    {
      title: 'a secret is added to an application, which signs in with it',
      credential: ADMIN,
      known: [SECRET],
      events: [
        { ...ADD_SECRET, at: -2 * DAY },
        { at: -DAY, credential: SECRET.id, deed: 'issue', action: 'entra:sign-in', country: 'DE' },
      ],
      expect: ['minted:low'],
    },
    {
      title: 'the first secret that an administrator adds in 90 days of logs, and another removes',
      credential: ADMIN,
      known: [{ ...SECRET, active: false }],
      events: [
        { at: -100 * DAY, until: 0 },
        { ...ADD_SECRET, at: -2 * DAY },
        { at: -DAY, credential: 'user/other', deed: 'delete', action: REMOVE_SECRET, target: SECRET.id },
      ],
      expect: ['minted:medium'],
    },
    {
      title: 'a secret of an application replaces an older one within a week',
      credential: ADMIN,
      known: [SECRET, { ...SECRET, id: '44444444-5555-6666-7777-888888888888', createdAt: -170 * DAY }],
      events: [
        { ...ADD_SECRET, at: -9 * DAY },
        { at: -4 * DAY, deed: 'delete', action: REMOVE_SECRET, target: '44444444-5555-6666-7777-888888888888' },
      ],
      expect: ['rotated:info'],
    },
    {
      title: 'a secret is added minutes after its application was given a right',
      credential: ADMIN,
      known: [SECRET],
      events: [
        { at: -2 * DAY - 5 * MINUTE, deed: 'grant', action: 'entra:add app role assignment', target: SECRET.owner },
        { ...ADD_SECRET, at: -2 * DAY },
      ],
      expect: ['minted:high'],
    },
    {
      title: 'the new secret is used from a country new to the organisation',
      credential: ADMIN,
      known: [SECRET],
      events: [
        ...OFFICE,
        { ...ADD_SECRET, at: -2 * DAY },
        { at: -2 * DAY + HOUR, credential: SECRET.id, deed: 'issue', action: 'entra:sign-in', country: 'SG' },
      ],
      expect: ['minted:high'],
    },
    {
      title: 'a key of an AI resource is made anew, and the resource is used since',
      credential: ADMIN,
      known: [
        { id: `${RESOURCE}/key1`, provider: 'azure', kind: 'resource-key', owner: RESOURCE },
        { id: `${RESOURCE}/keys`, provider: 'azure', kind: 'resource-key', owner: RESOURCE },
      ],
      events: [
        { ...REGENERATE, at: -2 * DAY },
        { at: -DAY, credential: `${RESOURCE}/keys`, deed: 'infer', action: 'cognitiveservices:chatcompletions_create' },
      ],
      expect: ['minted:low'],
    },
    {
      title: 'a gateway subscription is made',
      credential: ADMIN,
      known: [{ id: GATEWAY, provider: 'azure', kind: 'gateway-subscription', owner: GATEWAY }],
      events: [
        { at: -DAY, deed: 'create', action: 'microsoft.apimanagement/service/subscriptions/write', target: GATEWAY },
      ],
      expect: ['minted:low'],
    },
    {
      title: 'a member of an Anthropic organisation makes an API key',
      credential: MEMBER,
      known: [VENDOR_KEY],
      events: [{ ...MAKE_KEY, at: -2 * DAY }],
      expect: ['minted:low'],
    },
    {
      title: 'the same for the first time in 90 days of logs, and a usage report that counts no calls tells of its use',
      credential: MEMBER,
      known: [{ ...VENDOR_KEY, lastUsedAt: -DAY }],
      events: [
        { at: -100 * DAY, until: 0 },
        { ...MAKE_KEY, at: -2 * DAY },
      ],
      expect: ['minted:medium'],
    },
    {
      title: 'a member makes an admin key',
      credential: MEMBER,
      known: [{ ...VENDOR_KEY, kind: 'admin-key' }],
      events: [{ ...MAKE_KEY, at: -2 * DAY, action: 'anthropic:admin_api_key_created' }],
      expect: ['minted:medium'],
    },
    {
      title: 'an admin key that nobody is known to hold makes another, the first in 90 days of logs',
      credential: { ...VENDOR_KEY, id: 'apikey_01Admin', kind: 'admin-key', owner: '' },
      known: [{ ...VENDOR_KEY, kind: 'admin-key', owner: '' }],
      events: [
        { at: -100 * DAY, until: 0 },
        { ...MAKE_KEY, at: -2 * DAY, action: 'openai:tenant.admin_api_key.created' },
      ],
      expect: ['minted:high'],
    },
    {
      title: 'an admin key, renewed within a week by the member who holds it',
      credential: MEMBER,
      known: [
        { ...VENDOR_KEY, kind: 'admin-key' },
        { ...VENDOR_KEY, id: 'apikey_01Older', kind: 'admin-key', createdAt: -200 * DAY },
      ],
      events: [
        { at: -100 * DAY, until: 0 },
        { ...MAKE_KEY, at: -9 * DAY, action: 'anthropic:admin_api_key_created' },
        { at: -4 * DAY, deed: 'delete', action: 'anthropic:admin_api_key_deleted', target: 'apikey_01Older' },
      ],
      expect: ['rotated:info'],
    },
    {
      title: 'a new user of a proxy, who gets a virtual key at once',
      credential: MASTER,
      known: [VIRTUAL],
      events: [
        { at: -2 * DAY, deed: 'grant', action: 'litellm:user-created', target: VIRTUAL.owner },
        { at: -2 * DAY, deed: 'create', action: 'litellm:key-created', target: VIRTUAL.id },
      ],
      expect: ['minted:low'],
    },
    {
      title: 'a virtual key that its proxy rotates',
      credential: MASTER,
      known: [
        { ...VIRTUAL, parent: 'b0'.repeat(32) },
        { ...VIRTUAL, id: 'b0'.repeat(32), active: false, observedAt: -2 * DAY },
      ],
      events: [{ at: -2 * DAY, deed: 'create', action: 'litellm:key-rotated', target: VIRTUAL.id }],
      expect: ['rotated:info'],
    },
    {
      title: 'a person makes a key of a service account of Google Cloud, minutes after it was given a role',
      credential: {
        id: 'a@example.com',
        provider: 'google',
        kind: 'member',
        owner: 'a@example.com',
        account: 'example',
      },
      known: [{ ...VENDOR_KEY, id: '0a1b2c', provider: 'google', kind: 'service-account-key', owner: ACCOUNT }],
      events: [
        { at: -2 * DAY, deed: 'grant', action: 'cloudresourcemanager:SetIamPolicy', target: ACCOUNT },
        { at: -2 * DAY + MINUTE, deed: 'create', action: 'iam:CreateServiceAccountKey', target: '0a1b2c' },
      ],
      expect: ['minted:high'],
    },
    {
      title: 'a service account, which is no key',
      credential: MEMBER,
      known: [{ ...VENDOR_KEY, id: 'svac_01Example', kind: 'service-account', owner: '' }],
      events: [
        { ...MAKE_KEY, at: -2 * DAY, action: 'anthropic:platform_service_account_created', target: 'svac_01Example' },
      ],
      expect: [],
    },
    {
      title: 'a secret that could not be added',
      credential: ADMIN,
      events: [{ ...ADD_SECRET, at: -2 * DAY, outcome: 'failed' }],
      expect: [],
    },
    {
      title: 'a key whose making was refused',
      events: [{ ...CREATE, at: -2 * DAY, outcome: 'denied' }],
      expect: [],
    },
    { title: 'everyday use', events: [{ at: -9 * DAY, until: 0 }], expect: [] },
  ],
  commands: disableCommands,
  overview(everyone, context): Overview {
    const grants: DeedRow[] = [];
    const endings: DoneBy[] = [];
    const makings: DoneBy[] = [];
    const located: Table[] = [];
    for (const { credential, facets } of everyone) {
      const by = actorOf(credential);
      grants.push(...deedRows(facets.deeds, 'grant').filter(({ action }) => !isJoining(action)));
      for (const deed of ['disable', 'delete'] as const) {
        endings.push(...deedRows(facets.deeds, deed).map(row => ({ ...row, by })));
      }
      makings.push(...deedRows(facets.deeds, 'create').map(row => ({ ...row, by })));
      if (facets.places.size > 0) located.push(facets.places);
    }
    const isTelling = makings.length > 0 && located.length >= context.options.placeCredentials;
    return {
      // What was given to someone unnamed was not given to this holder.
      grants: groupBy(
        grants.filter(({ target }) => target !== ''),
        ({ target }) => target,
      ),
      endings: groupBy(
        endings.filter(({ target }) => target !== ''),
        ({ target }) => target,
      ),
      replaced: replacedKeys(makings, endings, context),
      newCountries: isTelling ? newCountries(located, context) : new Map(),
    };
  },
  *judge(subject, context) {
    for (const rows of groupDeeds(deedRows(subject.facets.deeds, 'create'))) {
      const { target } = rows[0]!;
      // A service account holds keys and is none.
      if (isHolder(context.subjectOf(target)?.credential.kind ?? 'unknown')) continue;
      if (target === '') yield tellUnnamed(subject, rows, context);
      else for (const row of rows) yield tellNamed(subject, row, context);
    }
  },
});

function tellUnnamed(maker: Subject, rows: readonly DeedRow[], context: Context) {
  const { id } = maker.credential;
  const { action } = rows[0]!;
  const sum = sumDeeds(rows);
  const { severity, why } = gravest(rows.map(row => weigh(maker, undefined, row, context)));
  const times = oftenText(sum.count);
  return {
    message: 'unnamed' as const,
    data: {
      who: actorText(maker.credential, context.subjectOf),
      action,
      times,
      day: dayText(sum.last),
      why: whyText(why),
    },
    severity,
    subject: [id, action],
    episodes: episodesOf(rows),
    evidence: {
      ...deedEvidence(sum),
      action,
      by: id,
      reasons: why,
      ...holderName(actorOf(maker.credential), context.subjectOf),
    },
  };
}

function tellNamed(maker: Subject, row: DeedRow, context: Context) {
  const { action, target } = row;
  const minted = context.subjectOf(target) ?? strangerOf(target, action, maker.credential.provider);
  const { severity, why, isGrave } = weigh(maker, minted, row, context);
  const old = isGrave ? undefined : rotatedKey(minted, row, context);
  const who = actorText(maker.credential, context.subjectOf);
  const holder = keeperText(minted.credential, maker.credential, context);
  const told = { who, holder, day: dayText(row.last), use: useText(minted, row, context) };
  const rest = {
    subject: [target],
    credential: target,
    episodes: episodesOf([row]),
    evidence: {
      ...evidenceOf(maker.credential, minted, row, old, why),
      ...sinceOf(minted, row, context),
      ...namesOf(maker.credential, minted.credential, context),
    },
  };
  if (old !== undefined) {
    const data = { ...told, old: old.id, made: target };
    return { message: 'rotated' as const, data, severity: 'info' as const, ...rest };
  }
  const data = { ...told, made: madeText(minted.credential, action), why: whyText(why) };
  return { message: 'minted' as const, data, severity, ...rest };
}

/** The older key that this one merely replaced: it is used from nowhere that the older one was not. */
function rotatedKey(minted: Subject, { action, first }: DeedRow, context: Context): Credential | undefined {
  const old = isNew(action)
    ? (context.overview.replaced.get(minted.credential.id) ?? rotatedFrom(minted.credential, context))
    : undefined;
  const before = old && context.subjectOf(old.id);
  const known = new Set(before && countriesSince(before, Number.NEGATIVE_INFINITY));
  return known.size === 0 || countriesSince(minted, first).every(country => known.has(country)) ? old : undefined;
}

/** A proxy that rotates a key says which one it takes the place of. */
function rotatedFrom({ kind, parent = '' }: Credential, { subjectOf }: Context): Credential | undefined {
  const old = subjectOf(parent)?.credential;
  return kind === 'virtual-key' && old?.kind === kind && old.active === false ? old : undefined;
}

/** What its maker and its holder are called, where that is not what their ids say. */
const namesOf = (maker: Credential, minted: Credential, { subjectOf }: Context) => ({
  ...holderName(minted.owner, subjectOf),
  ...(holderName(actorOf(maker), subjectOf).holderName !== undefined && { byName: actorText(maker, subjectOf) }),
});

function evidenceOf(
  maker: Credential,
  minted: Subject,
  row: DeedRow,
  old: Credential | undefined,
  reasons: readonly string[],
) {
  return {
    ...deedEvidence(sumDeeds([row])),
    action: row.action,
    kind: minted.credential.kind,
    holder: minted.credential.owner,
    by: maker.id,
    replaces: old?.id ?? null,
    reasons,
    usedFrom: countriesSince(minted, row.first),
  };
}

/** What became of it: its calls where all were made since, and when it was last disabled or deleted. */
function sinceOf(minted: Subject, making: Stretch, context: Context) {
  const { first, count } = minted.facets.lifetime;
  const end = Math.max(...endsOf(minted, making, context).map(({ last }) => last));
  return {
    calls: count > 0 && first >= making.first ? count : null,
    endedAt: Number.isFinite(end) ? isoText(end) : null,
  };
}

/** How grave it is that something was made, and the reasons for it. */
interface Weight {
  readonly severity: Severity;
  readonly why: readonly string[];
  /** Never a mere rotation. */
  readonly isGrave: boolean;
}

function weigh(maker: Subject, minted: Subject | undefined, making: Stretch, context: Context): Weight {
  const grave = graveReasons(maker, minted, making, context);
  if (grave.length > 0) return { severity: 'high', why: grave, isGrave: true };
  const isAdmin = minted?.credential.kind === 'admin-key';
  const power = isAdmin ? ['an admin key can make and end all others'] : [];
  const covered = coveredBefore(making, context);
  if (covered === 0 || !isFirst(maker, making, context))
    return { severity: isAdmin ? 'medium' : 'low', why: power, isGrave: false };
  const why = [...power, `the first in ${countText(covered, 'day')} of logs by its maker`];
  return { severity: isAdmin ? 'high' : 'medium', why, isGrave: false };
}

const gravest = (weights: readonly Weight[]): Weight =>
  weights.find(({ severity }) => severity === 'high') ??
  weights.find(({ severity }) => severity === 'medium') ??
  weights[0]!;

function graveReasons(maker: Subject, minted: Subject | undefined, making: Stretch, context: Context): string[] {
  const why: string[] = [];
  if (isRoot(maker.credential.kind)) why.push('by the root user');
  const holder = minted?.credential.owner ?? '';
  const isPhantom = PHANTOM_USER.test(userNameOf(holder));
  const isItsOneJob = isPhantom && SERVICE_KEYS.has(minted!.credential.kind);
  if (isPhantom && !isItsOneJob) why.push('on a user made to hold one API key and nothing else');
  if (!isItsOneJob && isGrantNear(holder, making, context)) {
    why.push(`within ${countText(context.options.grantMinutes, 'minute')} of a grant of privileges to its holder`);
  }
  for (const [seen, subject] of [
    ['its maker', maker],
    ['the new credential', minted],
    ['an API key of its holder', minted && aliasFor(minted.credential, context)],
  ] as const) {
    const country = subject && newCountryNear(subject.facets.places, making, context);
    if (country) why.push(`while ${seen} was seen in ${country}, a country new to the organisation`);
  }
  return why;
}

function isGrantNear(holder: string, making: Stretch, { options, overview }: Context): boolean {
  const reach = options.grantMinutes * MINUTE;
  const grants = overview.grants.get(holder) ?? [];
  return isWithin(HOUR, making) && grants.some(grant => isWithin(HOUR, grant) && timeBetween(grant, making) <= reach);
}

/** Rows that were joined because there were very many no longer say when each deed was. */
const isWithin = (time: number, { first, last }: Stretch): boolean => last - first <= time;

/** How many of the days before the logs cover; 0 when too few to say what was not done in them. */
function coveredBefore({ first }: Stretch, { options, coveredDays }: Context): number {
  const covered = coveredDays(first - options.historyDays * DAY, first);
  return covered >= options.coveredDays ? covered : 0;
}

/** Whether the maker's principal made nothing in the days before. A day's work counts as one. */
function isFirst(maker: Subject, making: Stretch, { options, heldBy, subjectOf }: Context): boolean {
  const start = making.first - options.historyDays * DAY;
  const isEarlier = ({ first, last }: Stretch) => first <= making.first - DAY && last >= start;
  const actor = actorOf(maker.credential);
  const itself = subjectOf(actor);
  const makers = [maker, ...heldBy(actor).map(({ id }) => subjectOf(id)!)];
  if (itself !== undefined && isHolder(itself.credential.kind)) makers.push(itself);
  return !makers.some(({ facets }) => deedRows(facets.deeds, 'create').some(isEarlier));
}

/** The first country, by name, that was new to everyone when this credential was seen in it around that time. */
function newCountryNear(table: Table, making: Stretch, { options, overview }: Context): string | undefined {
  if (overview.newCountries.size === 0 || !isWithin(DAY, making)) return undefined;
  const reach = options.placeHours * HOUR;
  const near = new Set<string>();
  for (const { country, egress, first, last } of placeHours(table)) {
    const since = overview.newCountries.get(country);
    if (since === undefined || egress || since < making.first - reach) continue;
    if (timeBetween({ first, last }, making) <= reach) near.add(country);
  }
  return [...near].sort()[0];
}

/** Countries first seen when the logs had covered enough days to know better, with the instant. */
function newCountries(tables: readonly Table[], { options, coveredDays }: Outline): Map<string, number> {
  const isKnowing = (at: number) => coveredDays(at - options.historyDays * DAY, at) >= options.placeDays;
  return new Map([...firstSeen(hoursOf(tables))].filter(([, first]) => isKnowing(first)));
}

function* hoursOf(tables: readonly Table[]): Generator<PlaceHour> {
  for (const table of tables) yield* placeHours(table);
}

/** A deed and the principal that did it. */
interface DoneBy extends DeedRow {
  readonly by: string;
}

/** A new key and an older one that it may replace. */
interface Exchange {
  readonly made: string;
  readonly old: Credential;
  readonly apart: number;
}

/**
 * Which older key each new one replaced: of the same holder and kind, ended around that time by the same principal.
 * The nearest find each other first, and no key is replaced twice or replaces two.
 */
function replacedKeys(
  makings: readonly DoneBy[],
  endings: readonly DoneBy[],
  context: Outline,
): Map<string, Credential> {
  const exchanges = exchangesOf(makings, endings, context);
  exchanges.sort((a, b) => a.apart - b.apart || compareText(a.made, b.made) || compareText(a.old.id, b.old.id));
  const replaced = new Map<string, Credential>();
  const gone = new Set<string>();
  for (const { made, old } of exchanges) {
    if (replaced.has(made) || gone.has(old.id)) continue;
    replaced.set(made, old);
    gone.add(old.id);
  }
  return replaced;
}

function exchangesOf(
  makings: readonly DoneBy[],
  endings: readonly DoneBy[],
  { options, subjectOf }: Outline,
): Exchange[] {
  const reach = options.rotationDays * DAY;
  const keysOf = (deeds: readonly DoneBy[]) =>
    deeds.flatMap(deed => {
      const key = subjectOf(deed.target)?.credential;
      return key !== undefined && isStatic(key.kind) && key.owner !== '' && deed.by !== '' ? [{ deed, key }] : [];
    });
  const ended = groupBy(keysOf(endings), exchangeKey);
  return keysOf(makings.filter(({ action }) => isNew(action))).flatMap(making =>
    (ended.get(exchangeKey(making)) ?? []).flatMap(({ deed, key: old }) => {
      const apart = timeBetween(deed, making.deed);
      const isOlder = old.id !== making.key.id && (old.createdAt ?? Number.NEGATIVE_INFINITY) < making.deed.first;
      return isOlder && apart <= reach ? [{ made: making.key.id, old, apart }] : [];
    }),
  );
}

/** Keys that agree in this may be exchanged for one another. */
const exchangeKey = ({ deed, key }: { readonly deed: DoneBy; readonly key: Credential }): string =>
  [deed.by, key.owner, key.kind].join('\n');

/** Whether a credential came to be, not only its secret. */
const isNew = (action: string): boolean => !/:(?:Update|Reset)|\/regenerate\w*\/action$/.test(action);

/** What the name and the call tell of a credential that is known by nothing else. */
function strangerOf(id: string, action: string, provider: Provider): Subject {
  const kind = /LoginProfile$/.test(action) ? 'password' : 'unknown';
  const owner = kind === 'password' ? id.replace(/\/password$/, '') : '';
  return {
    credential: { id, provider, kind, owner, account: '', observedAt: 0 },
    facets: { deeds: deeds.empty(), lifetime: lifetime.empty(), places: places.empty() },
  };
}

function madeText({ id, kind, owner }: Credential, action: string): string {
  if (kind === 'password') return isNew(action) ? 'created a password' : 'set a new password';
  if (OPENS_RESOURCE.has(kind)) return isNew(action) ? `created a ${kindText(kind)}` : renewedText(id, owner);
  return `${isNew(action) ? 'created' : 'renewed the secret of'} ${kindText(kind)} ${id}`;
}

/** The two keys of a resource have names; which was renewed is not always told. */
function renewedText(id: string, owner: string): string {
  const name = id.startsWith(`${owner}/`) ? id.slice(owner.length + 1) : '';
  return name === '' || name === 'keys' ? 'renewed a key' : `renewed ${name}`;
}

function keeperText({ owner }: Credential, maker: Credential, { subjectOf }: Context): string {
  if (owner === '') return 'an unknown holder';
  return owner === actorOf(maker) ? 'themselves' : holderText(owner, subjectOf);
}

/** What the use of a key is recorded under when not under the key itself. */
function aliasText({ kind }: Credential): string {
  if (OPENS_RESOURCE.has(kind)) return 'its resource';
  return kind === 'client-secret' || kind === 'client-certificate' ? 'its application' : 'this user';
}

const whyText = (why: readonly string[]): string => (why.length === 0 ? '' : `: ${why.join(', ')}`);

/** What is recorded under the user of a service key alone, and so may be of this one. */
function aliasFor({ id, kind, owner }: Credential, { subjectOf }: Context): Subject | undefined {
  const alias = aliasOf(kind, owner);
  return alias === '' || alias === id ? undefined : subjectOf(alias);
}

/** Whether it was used since, from where, and whether it still works. */
function useText(minted: Subject, making: Stretch, context: Context): string {
  const end = endText(minted.credential, endsOf(minted, making, context));
  const { first, count } = minted.facets.lifetime;
  if (isUsedSince(minted, making)) {
    const calls = count > 0 && first >= making.first ? `: ${countText(count, 'call')}` : '';
    return `used since${calls}${fromText(minted, making)}${end}`;
  }
  const alias = aliasFor(minted.credential, context);
  if (alias === undefined || !isUsedSince(alias, making)) return `no use of it seen since${end}`;
  return `used since${fromText(alias, making)} (under ${aliasText(minted.credential)}, which of its keys is not recorded)${end}`;
}

const endsOf = ({ credential }: Subject, making: Stretch, { overview }: Context): DeedRow[] =>
  (overview.endings.get(credential.id) ?? []).filter(({ last }) => last >= making.first);

/** Reports of vendors may tell of use and count no calls. */
const isUsedSince = ({ credential, facets: { lifetime } }: Subject, making: Stretch): boolean =>
  Math.max(lifetime.last, credential.lastUsedAt ?? Number.NEGATIVE_INFINITY) >= making.first;

function fromText(used: Subject, making: Stretch): string {
  const countries = countriesSince(used, making.first);
  return countries.length === 0 ? '' : ` from ${countries.join(', ')}`;
}

function endText({ active }: Credential, ends: readonly DeedRow[]): string {
  if (active === true || (active === undefined && ends.length === 0)) return '';
  if (ends.length === 0) return ', no longer active';
  const end = ends.reduce((a, b) => (b.last > a.last ? b : a));
  return `, ${end.deed === 'delete' ? 'deleted' : 'disabled'} on ${dayText(end.last)}`;
}

function countriesSince(minted: Subject, start: number): string[] {
  const rows = [...placeHours(minted.facets.places)].filter(({ last }) => last >= start);
  return [...new Set(rows.map(({ country }) => country))].sort();
}
