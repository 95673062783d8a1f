import { type DeedRow, deedEvidence, deedRows, deeds, sumDeeds } from '../facets/deeds.ts';
import { episodesOf } from '../facets/stretch.ts';
import { groupBy } from '../group.ts';
import { actorOf, actorText, holderName, resourceText } from '../kinds.ts';
import type { OptionValues } from '../model/option.ts';
import { DAY } from '../time.ts';
import { countText, dayText, oftenText, someText } from '../wording.ts';
import { defineRule, type RuleContext, type Subject as SubjectWith } from './rule.ts';

const facets = { deeds };

const options = {
  historyDays: {
    default: 90,
    min: 1,
    max: 365,
    describe: 'Days in which a principal must have read no such key for a reading to be medium.',
  },
  coveredDays: {
    default: 28,
    min: 1,
    max: 365,
    describe: 'Of those days, how many the logs must cover before nothing seen means nothing read.',
  },
  vendors: {
    default: [
      'anthropic',
      'bedrock',
      'claude',
      'cohere',
      'deepseek',
      'gemini',
      'gpt',
      'groq',
      'huggingface',
      'litellm',
      'llm',
      'mistral',
      'openai',
      'openrouter',
      'perplexity',
      'vertex',
    ],
    item: /^[a-z0-9][a-z0-9._-]*$/,
    wants: 'a name in lower case',
    describe: 'Names that tell a secret to be the key of a model vendor; those of up to four letters must stand alone.',
  },
  services: {
    default: ['microsoft.apimanagement', 'microsoft.cognitiveservices', 'microsoft.machinelearningservices'],
    item: /^[a-z0-9]+(?:\.[a-z0-9]+)*$/,
    wants: 'a resource provider in lower case, as in microsoft.cognitiveservices',
    describe: 'Resource providers of Azure whose keys open models, whatever the resource is called.',
  },
} as const;

type Settings = OptionValues<typeof options>;
type Subject = SubjectWith<typeof facets>;
type Context = RuleContext<typeof facets, typeof options, undefined>;

/** A secret and a row of the deeds that read it. */
interface Reading extends DeedRow {
  readonly secret: string;
}

/** As many secrets of one reader are told one by one. */
const MANY = 3;

const RESOURCE =
  '/subscriptions/00000000-1111-2222-3333-444444444444/resourcegroups/ai/providers/microsoft.cognitiveservices/accounts/prod-ai';
const STORAGE =
  '/subscriptions/00000000-1111-2222-3333-444444444444/resourcegroups/openai/providers/microsoft.storage/storageaccounts/logs';
const LIST_KEYS = {
  deed: 'reveal',
  action: 'microsoft.cognitiveservices/accounts/listkeys/action',
  target: RESOURCE,
} as const;
const GET_SECRET = { deed: 'reveal', action: 'secretsmanager:GetSecretValue', target: 'prod/openai-key' } as const;
const ENGINEER = { id: 'a@example.com', provider: 'google', kind: 'member', owner: 'a@example.com' } as const;
const PERSON = {
  id: 'user/22222222-3333-4444-5555-666666666666',
  provider: 'azure',
  kind: 'entra-user',
  owner: 'user/alice@example.com',
} as const;

export const keyRevealed = defineRule({
  id: 'key-revealed',
  family: 'platform',
  title: 'Key to models read',
  severity: 'low',
  severities:
    'Medium by a principal that had read no such key in 90 days, of which the logs must cover 28; the readings of its first day are one.',
  kind: 'fact',
  description:
    'Someone was shown a key that opens models: the keys of an Azure AI resource, of Machine Learning or of an API Management gateway were listed, the string of an API key of Google Cloud was asked for, a vendor showed a key once more, or a secret whose name tells a model vendor was read from a Key Vault, from a Secret Manager or from the Parameter Store. ' +
    'Whoever was shown a key may hold it from then on, and later use of it tells nothing of who that is: the reader is a potential holder. ' +
    'Readings are told once for each reader and secret, or once for a reader of more than three; an application that reads its own key every day is told as well. Readings that were refused are not told, and neither are secrets whose names say nothing: list your own names under vendors.',
  remediation:
    'Ask whether the reader needs the key. If not, make it anew (az cognitiveservices account keys regenerate, or the console of the vendor or of the cloud) and take the right to read it away: Cognitive Services User may list keys, Cognitive Services OpenAI User may not. Where identities can call models, switch keys off.',
  references: [
    'https://learn.microsoft.com/en-us/azure/role-based-access-control/built-in-roles/ai-machine-learning',
    'https://docs.cloud.google.com/docs/authentication/api-keys',
    'https://attack.mitre.org/techniques/T1555/006/',
    'https://attack.mitre.org/techniques/T1552/',
    'https://stratus-red-team.cloud/attack-techniques/AWS/aws.credential-access.secretsmanager-retrieve-secrets/',
  ],
  falsePositives: [
    'An application that reads its own key when it starts: low, and medium on the day it first does so.',
    'The portal, which lists the keys of an Azure AI resource when certain of its pages are opened.',
    'A secret that is named after a vendor and is no key.',
    'An API key of Google Cloud that opens maps and no models.',
  ],
  lookbackDays: 90,
  needs: ['deeds'],
  facets,
  options,
  messages: {
    revealed: '{who} read {what} {when}{why}, and may hold {it} since.',
  },
  abstentions: {
    crowded: 'so many secrets read that which ones is no longer known',
  },
  examples: () => [
    {
      title: 'a person lists the keys of an AI resource, the first in 90 days of logs',
      credential: PERSON,
      events: [
        { at: -100 * DAY, until: 0 },
        { ...LIST_KEYS, at: -2 * DAY },
      ],
      expect: ['revealed:medium'],
    },
    {
      title: 'a person lists the keys of an AI resource, in logs of three days',
      credential: PERSON,
      events: [
        { at: -3 * DAY, until: 0 },
        { ...LIST_KEYS, at: -2 * DAY },
      ],
      expect: ['revealed:low'],
    },
    {
      title: 'an application that reads its own key every day',
      events: [{ ...GET_SECRET, at: -100 * DAY, until: 0 }],
      expect: ['revealed:low'],
    },
    {
      title: 'a key read again after 91 days',
      events: [
        { at: -100 * DAY, until: 0 },
        { ...GET_SECRET, at: -93 * DAY },
        { ...GET_SECRET, at: -2 * DAY },
      ],
      expect: ['revealed:medium'],
    },
    {
      title: 'a key read again after 90 days',
      events: [
        { at: -100 * DAY, until: 0 },
        { ...GET_SECRET, at: -92 * DAY },
        { ...GET_SECRET, at: -2 * DAY },
      ],
      expect: ['revealed:low'],
    },
    {
      title: 'a second key, by a principal that reads another every week',
      events: [
        { ...GET_SECRET, at: -100 * DAY, until: 0, every: 7 * DAY },
        { ...GET_SECRET, at: -2 * DAY, target: 'prod/anthropic' },
      ],
      expect: ['revealed:low', 'revealed:low'],
    },
    {
      title: 'a key read through another session of a principal that reads it every week',
      known: [{ id: 'AKIAI44QH8DHBEXAMPLE' }],
      events: [
        { ...GET_SECRET, at: -100 * DAY, until: 0, every: 7 * DAY },
        { ...GET_SECRET, at: -2 * DAY, credential: 'AKIAI44QH8DHBEXAMPLE' },
      ],
      expect: ['revealed:low'],
    },
    {
      title: 'three keys in one hour, the first in 90 days',
      events: [
        { at: -100 * DAY, until: 0 },
        ...[
          'prod/openai',
          '/prod/LLM_KEY',
          'arn:aws:secretsmanager:eu-central-1:123456789012:secret:claude-AbCdEf',
        ].map(target => ({ ...GET_SECRET, at: -2 * DAY, target })),
      ],
      expect: ['revealed:medium', 'revealed:medium', 'revealed:medium'],
    },
    {
      title: 'five keys in a row, the first in 90 days',
      events: [
        { at: -100 * DAY, until: 0 },
        ...[1, 2, 3, 4, 5].map(n => ({ ...GET_SECRET, at: -2 * DAY, target: `prod/openai/${n}` })),
      ],
      expect: ['revealed:medium'],
    },
    {
      title: 'one secret of a vault and of a batch that names a vendor',
      events: [
        { ...GET_SECRET, at: -DAY, action: 'keyvault:secretget', target: 'https://kv.example.net/secrets/openai-key' },
        { ...GET_SECRET, at: -DAY, action: 'secretsmanager:BatchGetSecretValue', target: 'db/password app/mistral' },
      ],
      expect: ['revealed:low', 'revealed:low'],
    },
    {
      title: 'the string of an API key of Google Cloud',
      credential: ENGINEER,
      events: [
        { ...GET_SECRET, at: -DAY, action: 'apikeys:GetKeyString', target: '0f4c1c0e-0000-4000-8000-000000000001' },
      ],
      expect: ['revealed:low'],
    },
    {
      title: 'secrets of Google Cloud, of which one names a vendor',
      credential: ENGINEER,
      events: ['anthropic-api-key', 'database'].map(target => ({
        ...GET_SECRET,
        at: -DAY,
        action: 'secretmanager:AccessSecretVersion',
        target,
      })),
      expect: ['revealed:low'],
    },
    {
      title: 'a key that Anthropic showed once more',
      credential: { ...ENGINEER, id: 'user_01Example', provider: 'anthropic' },
      events: [{ ...GET_SECRET, at: -DAY, action: 'anthropic:platform_api_key_revealed', target: 'apikey_01Example' }],
      expect: ['revealed:low'],
    },
    {
      title: 'a name of your own',
      events: [{ ...GET_SECRET, at: -DAY, target: 'prod/acme-inference' }],
      options: { vendors: ['acme'] },
      expect: ['revealed:low'],
    },
    {
      title: 'secrets that name no vendor, and names that only hold the letters of one',
      events: ['prod/database', 'fullmoon', 'prod/egptian', ''].map(target => ({ ...GET_SECRET, at: -DAY, target })),
      expect: [],
    },
    {
      title: 'the keys of a storage account in a group named after a vendor',
      credential: PERSON,
      events: [
        { ...LIST_KEYS, at: -DAY, action: 'microsoft.storage/storageaccounts/listkeys/action', target: STORAGE },
      ],
      expect: [],
    },
    {
      title: 'keys that someone was not shown',
      credential: PERSON,
      events: [{ ...LIST_KEYS, at: -DAY, outcome: 'denied' }],
      expect: [],
    },
    { title: 'everyday use', events: [{ at: -9 * DAY, until: 0 }], expect: [] },
  ],
  *judge(reader, context) {
    const own = readingsOf(reader, context.options);
    if (own.some(({ isCoarse }) => isCoarse)) yield { abstain: 'crowded' };
    const named = own.filter(({ isCoarse }) => !isCoarse);
    if (named.length === 0) return;
    const all = readingsByPrincipal(reader, context);
    const first = named.filter(reading => isFirst(reading, all, context));
    const usual = named.filter(reading => !first.includes(reading));
    for (const readings of bySecret(first)) yield tell(reader, readings, coveredBefore(readings[0]!, context), context);
    for (const readings of bySecret(usual)) yield tell(reader, readings, 0, context);
  },
});

/** Secret by secret, or all at once where there are so many that nobody would read a line about each. */
function bySecret(readings: readonly Reading[]): readonly (readonly Reading[])[] {
  const groups = [...groupBy(readings, ({ secret }) => secret).values()];
  return groups.length > MANY ? [readings] : groups;
}

/** What a credential read that is a key to models, or was given up for there being so many. */
function readingsOf({ facets }: Subject, settings: Settings): Reading[] {
  return deedRows(facets.deeds, 'reveal').flatMap(row =>
    row.isCoarse
      ? [{ ...row, secret: '' }]
      : secretsIn(row)
          .filter(secret => isVendorKey(row) || opensModels(secret, settings))
          .map(secret => ({ ...row, secret })),
  );
}

function readingsByPrincipal(reader: Subject, { heldBy, subjectOf, options }: Context): readonly Reading[] {
  const held = heldBy(actorOf(reader.credential)).map(({ id }) => subjectOf(id)!);
  const hands = held.some(({ credential }) => credential.id === reader.credential.id) ? held : [reader, ...held];
  return hands.flatMap(subject => readingsOf(subject, options));
}

/** AWS reads several at once; what Azure calls a thing may hold a space. */
const secretsIn = ({ action, target }: DeedRow): readonly string[] =>
  /^(?:secretsmanager|ssm):/.test(action) ? target.split(' ') : [target];

/** A vendor shows keys to models, and Google's API keys open them unless they are restricted. */
const isVendorKey = ({ action, target }: DeedRow): boolean =>
  target !== '' && /^(?:apikeys:GetKeyString$|anthropic:|openai:|litellm:)/.test(action);

const PROVIDER = /\/providers\/([^/]+)\/(.*)$/is;

function opensModels(secret: string, { vendors, services }: Settings): boolean {
  const [, provider, name] = PROVIDER.exec(secret) ?? [];
  if (provider !== undefined && services.includes(provider.toLowerCase())) return true;
  return vendors.some(vendor => isNamed(name ?? secret, vendor));
}

const LONGEST_ALONE = 4;

function isNamed(text: string, vendor: string): boolean {
  const lower = text.toLowerCase();
  if (vendor.length > LONGEST_ALONE) return lower.includes(vendor);
  return new RegExp(`(?<![a-z])${vendor.replaceAll('.', String.raw`\.`)}(?![a-z])`).test(lower);
}

/** Whether the principal had read no key to models in the days before. A day's readings count as one. */
function isFirst(reading: Reading, all: readonly Reading[], context: Context): boolean {
  if (coveredBefore(reading, context) === 0) return false;
  const start = reading.first - context.options.historyDays * DAY;
  return !all.some(({ first, last }) => first <= reading.first - DAY && last >= start);
}

/** How many of the days before the logs cover; 0 when too few to say what was not done in them. */
function coveredBefore({ first }: Reading, { options, coveredDays }: Context): number {
  const covered = coveredDays(first - options.historyDays * DAY, first);
  return covered >= options.coveredDays ? covered : 0;
}

function tell({ credential }: Subject, readings: readonly Reading[], covered: number, { subjectOf }: Context) {
  const { id, owner } = credential;
  const actor = actorOf(credential);
  const secrets = [...new Set(readings.map(({ secret }) => secret))].sort();
  const sum = sumDeeds(readings);
  const why = covered === 0 ? '' : `, the first such reading in ${countText(covered, 'day')} of logs`;
  return {
    message: 'revealed' as const,
    data: {
      who: actorText(credential, subjectOf),
      what: readings.every(isVendorKey) && secrets.length === 1 ? `the key ${secrets[0]!}` : secretsText(secrets),
      when: sum.count === 1 ? `on ${dayText(sum.last)}` : `${oftenText(sum.count)}, last on ${dayText(sum.last)}`,
      why,
      it: secrets.length === 1 && !PROVIDER.test(secrets[0]!) ? 'it' : 'them',
    },
    severity: covered === 0 ? ('low' as const) : ('medium' as const),
    subject: [actor || id, secrets.length === 1 ? secrets[0]! : 'many secrets'],
    members: secrets.length === 1 ? [] : secrets,
    episodes: episodesOf(readings),
    evidence: {
      ...deedEvidence(sum),
      actions: [...new Set(readings.map(({ action }) => action))].sort(),
      secrets,
      coveredDays: covered,
      potentialHolder: actor || id,
      by: id,
      ...(owner !== actor && holderName(actor, subjectOf)),
    },
  };
}

function secretsText(secrets: readonly string[]): string {
  const names = secrets.map(secretText);
  return names.length === 1 ? names[0]! : `${names.length} keys to models (${someText(names, 2)})`;
}

/** What was read, in short. */
function secretText(secret: string): string {
  const [, host, name] = /^https:\/\/([^/]+)\/secrets\/(.+)$/s.exec(secret) ?? [];
  if (host !== undefined && name !== undefined) return `the secret ${name} of ${host}`;
  if (PROVIDER.test(secret)) return `the keys of ${resourceText(secret)}`;
  return `the secret ${/^arn:[^:]*:[^:]*:[^:]*:[^:]*:(?:secret:|parameter)?(.+)$/s.exec(secret)?.[1] ?? secret}`;
}
