import { isIP } from 'node:net';
import { parseInstant, parseWhen, WHEN_FORMS, WHEN_PATTERN } from './durations.ts';
import { FAIL_ON, GATES } from './gate.ts';
import { asCountry } from './geo/country.ts';
import { declareNetworks } from './geo/networks.ts';
import { isGlob } from './glob.ts';
import type { Json } from './model/finding.ts';
import type { OptionSpec } from './model/option.ts';
import { FIELDS, type FieldName, TELLING } from './normalise/field-map.ts';
import { parsePath, parseSum } from './normalise/field-path.ts';
import { isBearing, looksSecret } from './normalise/field-secret.ts';
import { COST_UNITS, TIME_UNITS } from './normalise/field-values.ts';
import { PRESETS } from './normalise/presets.ts';
import { reporters } from './report/index.ts';
import type { Rule } from './rules/rule.ts';
import { SEVERITIES } from './severity.ts';

/** What a value of the config must look like: the validator and the JSON Schema are both drawn from it. */
export type Shape =
  TextShape | TextsShape | ChoiceShape | SwitchShape | NumberShape | ListShape | EntriesShape | ObjectShape;

interface Described {
  readonly describe: string;
  readonly default?: Json;
}

export interface TextShape extends Described {
  readonly type: 'text';
  readonly pattern?: RegExp;
  /** Finishes the sentence '… must be'. */
  readonly wants?: string;
  /** Says more than a pattern can. */
  accepts?(text: string): boolean;
}

/** One text or a list of them; read as a list. */
export interface TextsShape extends Described {
  readonly type: 'texts';
  readonly item: TextShape;
}

export interface ChoiceShape extends Described {
  readonly type: 'choice';
  readonly choices: readonly string[];
}

export interface SwitchShape extends Described {
  readonly type: 'switch';
}

export interface NumberShape extends Described {
  readonly type: 'number';
  readonly min: number;
  readonly max: number;
}

export interface ListShape extends Described {
  readonly type: 'list';
  readonly item: Shape;
  /** What is wrong with an item beside those that stand before it, to finish the sentence that begins with its name. */
  complaintAbout?(item: unknown, before: readonly unknown[]): string | undefined;
}

/** Values under names that the user chooses. */
export interface EntriesShape extends Described {
  readonly type: 'entries';
  readonly name: TextShape;
  readonly value: TextsShape;
}

export interface ObjectShape extends Described {
  readonly type: 'object';
  readonly fields: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  /** Of these sets of fields, one must be there whole. */
  readonly alternatives?: readonly (readonly string[])[];
  /** What is wrong with it although each of its fields is right, to finish the sentence that begins with its name; else undefined. */
  complaint?(value: { readonly [name: string]: unknown }): string | undefined;
}

const when = (describe: string): TextShape => ({
  type: 'text',
  describe,
  pattern: WHEN_PATTERN,
  wants: `a time, as in ${WHEN_FORMS}`,
  accepts: text => parseWhen(text, 0) !== undefined,
});

const texts = (describe: string, item: string): ListShape => ({
  type: 'list',
  describe,
  item: { type: 'text', describe: item },
});

/** One wording for every country, wherever it stands. */
const COUNTRY = {
  pattern: /^[A-Z]{2}$/,
  wants: 'a two-letter country code such as DE',
  accepts: (text: string) => asCountry(text) !== '',
} as const;

const ASN = {
  pattern: /^AS\d{1,10}$/,
  wants: 'the number of an autonomous system such as AS64496',
} as const;

const NETWORK: ObjectShape = {
  type: 'object',
  describe: 'One range of addresses that you know.',
  required: ['cidr', 'name'],
  fields: {
    cidr: {
      type: 'text',
      describe: 'An address or a prefix of either family.',
      pattern: /^[0-9A-Fa-f.:]+(\/\d{1,3})?$/,
      wants: 'an address or a prefix, as in 203.0.113.0/24 or 2001:db8::/32',
      accepts: isPrefix,
    },
    name: { type: 'text', describe: 'What the report calls it.' },
    country: { type: 'text', describe: 'Where it is: an ISO 3166 two-letter code.', ...COUNTRY },
    kind: {
      type: 'choice',
      describe: 'What uses it. Exits shared by many (`vpn`, `egress`) never surprise by themselves.',
      choices: ['office', 'vpn', 'ci', 'egress'],
      default: 'office',
    },
  },
};

const AWS: ObjectShape = {
  type: 'object',
  describe: 'How AWS is reached.',
  fields: {
    profile: { type: 'text', describe: 'Profile of the AWS configuration.' },
    region: { type: 'text', describe: 'Region to sign in with.' },
    roleArn: { type: 'text', describe: 'Role to assume before anything is read.' },
    externalId: { type: 'text', describe: 'External id that the role asks for.' },
    accounts: {
      type: 'list',
      describe: 'Accounts to read, each through its role of the name `roleName`.',
      item: {
        type: 'text',
        describe: 'An account, or `org` for all of the organisation.',
        pattern: /^(?:\d{12}|org)$/,
        wants: 'twelve digits, or org',
      },
    },
    roleName: { type: 'text', describe: 'Role to assume in each of the accounts.' },
    allEvents: { type: 'switch', describe: 'Pull every event, not only those that rules look at.', default: false },
  },
};

const AZURE: ObjectShape = {
  type: 'object',
  describe: 'How Azure is reached.',
  fields: {
    cloud: {
      type: 'choice',
      describe: "Which of Microsoft's clouds.",
      choices: ['public', 'us-government', 'china'],
      default: 'public',
    },
  },
};

const PATH = {
  wants: 'a path into a record, as in key.id or "gen_ai.request.model"',
  accepts: (text: string) => parsePath(text) !== null,
} as const;

const SUMMED: ReadonlySet<FieldName> = new Set(['tokensIn', 'tokensOut', 'cost']);

const SUM = {
  wants: 'a path into a record, or several to add up, as in usage.input_tokens + usage.cache_read_input_tokens',
  accepts: (text: string) => parseSum(text) !== null,
} as const;

/** Nothing that bears a key itself may be read, whatever for. */
const NAMING = {
  wants: 'a path to a name, an id or a hash of the key, and not to a header that bears the key itself',
  accepts: (text: string) => parsePath(text)?.names.every(name => !isBearing(name)) ?? false,
} as const;

const FIELD_TEXTS: Readonly<Record<FieldName, string>> = {
  time: 'When it was.',
  credential: 'Which key called: its name, its id or a hash of it, and never the key itself.',
  owner: 'Who holds the key.',
  name: 'What the key is called.',
  scope: 'The team, project or workspace of the key.',
  address: 'Where the call came from.',
  agent: 'The user agent.',
  model: 'The model that was asked for.',
  tokensIn: 'All tokens that went in, those of a cache as well.',
  tokensOut: 'The tokens that came out.',
  cost: 'What it cost.',
  status: 'The status of HTTP.',
  outcome: 'How it ended, in a word, where there is no status.',
  region: 'The region that answered.',
  id: 'What tells the record from all others.',
  count: 'How many calls the record stands for; one where it does not say.',
};

const fieldShape = (field: FieldName): TextsShape => {
  const kind = field === 'credential' || field === 'owner' ? NAMING : SUMMED.has(field) ? SUM : PATH;
  return {
    type: 'texts',
    describe: FIELD_TEXTS[field],
    item: { type: 'text', describe: 'A path into a record.', ...kind },
  };
};

const conditions = (describe: string): EntriesShape => ({
  type: 'entries',
  describe,
  name: { type: 'text', describe: 'A path into a record.', ...PATH },
  value: {
    type: 'texts',
    describe: 'The text that stands there, a list of those that may, or * for any.',
    item: { type: 'text', describe: 'A text.' },
  },
});

const MAP: ObjectShape = {
  type: 'object',
  describe: 'One log, as JSON Lines, JSON or CSV, whose records tell of calls.',
  required: ['name'],
  alternatives: [['preset'], ['fields']],
  complaint: complaintAboutMap,
  fields: {
    name: {
      type: 'text',
      describe: 'What the report calls it.',
      pattern: /^[a-z][a-z0-9-]{0,39}$/,
      wants: 'a short name of lower-case letters, digits and hyphens, as in my-gateway',
    },
    preset: {
      type: 'choice',
      describe: 'A log whose fields are known; what stands under `fields` counts before it.',
      choices: PRESETS,
    },
    when: conditions('Which records are of this log: what stands at some paths in all of them, and in no other log.'),
    calls: conditions('Which of its records tell of a call, where not all do; the others are left out.'),
    fields: {
      type: 'object',
      describe:
        'Where in a record each thing stands: a path of names with dots between them, or a list of which the first counts.',
      fields: Object.fromEntries(FIELDS.map(field => [field, fieldShape(field)])),
    },
    timeUnit: {
      type: 'choice',
      describe: 'What a time that is a number counts; told by its size if not said.',
      choices: TIME_UNITS,
      default: 'auto',
    },
    costUnit: { type: 'choice', describe: 'What a cost counts.', choices: COST_UNITS, default: 'usd' },
    provider: {
      type: 'choice',
      describe: 'Whose the credentials are.',
      choices: ['proxy', 'anthropic', 'openai', 'google', 'aws', 'azure'],
      default: 'proxy',
    },
    kind: {
      type: 'choice',
      describe: 'What the credentials are; keys that the gateway lends if not said.',
      choices: ['virtual-key', 'api-key', 'service-account', 'service-account-key', 'member', 'access-key', 'unknown'],
      default: 'virtual-key',
    },
    deed: {
      type: 'choice',
      describe: 'What its records tell of: model calls, other use, or sign-ins.',
      choices: ['infer', 'use', 'sign-in'],
      default: 'infer',
    },
    action: { type: 'text', describe: 'What the report calls such a call.' },
  },
};

/** As in `networks`, with what a prefix cannot be that a pattern does not tell. */
const CIDR = {
  ...(NETWORK.fields['cidr'] as TextShape),
  accepts: (text: string) => isPrefix(text) && isRange(text),
};

const GLOB = { type: 'text', wants: 'at most 512 characters and not the secret of a key' } as const;

const glob = (describe: string): TextShape => ({
  ...GLOB,
  describe,
  accepts: text => text.length <= 512 && !looksSecret(text, ''),
});

const most = (describe: string, max: number): NumberShape => ({ type: 'number', describe, min: 0, max });

const BUDGET: ObjectShape = {
  type: 'object',
  describe: 'How much all its keys together may use models; what is over it is told.',
  required: ['per'],
  alternatives: [['calls'], ['tokens'], ['usd']],
  fields: {
    calls: most('Model calls.', 1e12),
    tokens: most('Tokens, in and out together.', 1e15),
    usd: most('US dollars, as far as the logs tell what calls cost.', 1e9),
    per: {
      type: 'choice',
      describe: 'The days, ISO weeks or calendar months, in UTC, that it is for.',
      choices: ['day', 'week', 'month'],
    },
  },
};

const HOLDER: ObjectShape = {
  type: 'object',
  describe: 'One holder, with what they hold and may use it for.',
  required: ['holder'],
  complaint: complaintAboutHolder,
  fields: {
    holder: { type: 'text', describe: 'Who it is, as the report is to name them.' },
    keys: {
      type: 'list',
      describe: 'The keys that they hold.',
      item: glob('An id, a name, or a pattern with * and ?. A name is chosen by whoever makes a key: ids tell more.'),
    },
    principals: {
      type: 'list',
      describe: 'The principals that they are: every key of theirs is meant.',
      item: glob('An ARN, an e-mail address, the id of an app or of a service account, or a pattern with * and ?.'),
    },
    countries: {
      type: 'list',
      describe: 'Where their keys may be used from; a place that is in any of `countries`, `asns` or `cidrs` will do.',
      item: { type: 'text', describe: 'An ISO 3166 two-letter code.', ...COUNTRY },
    },
    asns: {
      type: 'list',
      describe: 'Who may run the networks that they are used from; needs an ASN database.',
      item: { type: 'text', describe: 'The number of an autonomous system.', ...ASN },
    },
    cidrs: { type: 'list', describe: 'The ranges that they may be used from.', item: CIDR },
    models: {
      type: 'list',
      describe: 'The models that they may use.',
      item: glob('A name as the logs have it, or a pattern with * and ?, as in *claude-sonnet*.'),
    },
    providers: {
      type: 'list',
      describe: 'The providers that they may reach models through.',
      item: {
        type: 'choice',
        describe: 'A provider; `proxy` is a gateway of your own.',
        choices: ['aws', 'azure', 'google', 'anthropic', 'openai', 'proxy'],
      },
    },
    endpoints: {
      type: 'list',
      describe: 'The endpoints that they may reach models through.',
      item: glob('A service, account, resource or proxy, service/account/region, or a pattern with * and ?.'),
    },
    maxAgeDays: {
      type: 'number',
      describe: 'Oldest that a key of theirs may grow, in days, in place of the limit of `long-lived-key`.',
      min: 1,
      max: 3650,
    },
    budget: BUDGET,
    contract: { type: 'text', describe: 'The contract or licence that this is under, for whoever reads a finding.' },
  },
};

const isFilled = (value: unknown): value is readonly unknown[] => Array.isArray(value) && value.length > 0;

/** An empty list would be taken for one that allows nothing, or for one that is not there. */
function complaintAboutHolder(value: { readonly [name: string]: unknown }): string | undefined {
  const empty = Object.keys(value).find(name => Array.isArray(value[name]) && !isFilled(value[name]));
  if (empty !== undefined) return `has an empty list of '${empty}': fill it, or leave it out`;
  return isFilled(value['keys']) || isFilled(value['principals']) ? undefined : "lacks 'keys' or 'principals'";
}

type Named = Readonly<Record<'holder' | 'keys' | 'principals', unknown>>;

/** A holder stands there once, and nothing that is written out is two holders'. */
function complaintAboutTwo(item: unknown, before: readonly unknown[]): string | undefined {
  const { holder, keys, principals } = item as Named;
  const others = before as readonly Named[];
  if (others.some(other => other.holder === holder)) return `is the second for '${String(holder)}': make them one`;
  for (const [field, own] of [['keys', keys] as const, ['principals', principals] as const]) {
    const twice = plainTexts(own).find(text => others.some(other => plainTexts(other[field]).includes(text)));
    const first = others.find(other => twice !== undefined && plainTexts(other[field]).includes(twice));
    if (first !== undefined) return `names '${twice}', which is also of '${String(first.holder)}'`;
  }
  return undefined;
}

const plainTexts = (value: unknown): string[] =>
  isFilled(value) ? value.map(text => String(text).toLowerCase()).filter(text => !isGlob(text)) : [];

/** Without a preset, a map must tell by itself what a call is. */
function complaintAboutMap(value: { readonly [name: string]: unknown }): string | undefined {
  if (value['preset'] !== undefined) return undefined;
  const mapped = Object.keys(value['fields'] ?? {});
  if (!mapped.includes('time')) return "lacks 'fields.time', the path to when a call was";
  if (value['when'] !== undefined || TELLING.some(field => mapped.includes(field))) return undefined;
  return `must say what its records have: 'when', or one of ${TELLING.join(', ')} under 'fields'`;
}

const SETTINGS: Readonly<Record<string, Shape>> = {
  $schema: { type: 'text', describe: 'The JSON Schema of this file, for editors.' },
  sources: texts('What to audit when the command line names nothing.', 'A path, a glob or a URI.'),
  since: when('Judge events from here on; earlier ones are history to compare with.'),
  until: when('Leave out events from here on.'),
  minSeverity: { type: 'choice', describe: 'The least severity that is shown.', choices: SEVERITIES },
  failOn: { type: 'choice', describe: 'The least severity that fails the run.', choices: FAIL_ON, default: 'high' },
  gate: {
    type: 'choice',
    describe: 'With a baseline: whether findings that it knows fail the run too.',
    choices: GATES,
    default: 'new',
  },
  baseline: { type: 'text', describe: 'A JSON report to compare with.' },
  failOnBlind: {
    type: 'switch',
    describe: 'Count a rule that could not see a source as an incomplete run.',
    default: false,
  },
  geoDb: { type: 'text', describe: 'A country or city database in MMDB format, instead of the one that is bundled.' },
  asnDb: { type: 'text', describe: 'An ASN database in MMDB format: names who runs a network.' },
  self: texts('Principals that keyward itself runs as; what they merely read is left out.', 'A principal, as an ARN.'),
  lookback: {
    type: 'number',
    describe: 'Days of history to read before `since`, from sources that can be asked for less than everything.',
    min: 0,
    max: 3650,
  },
  checkpoint: { type: 'text', describe: 'Where what was read is kept, so that an interrupted run can go on.' },
  state: { type: 'text', describe: 'The folder where runs keep what they remember from one to the next.' },
  aws: AWS,
  azure: AZURE,
  networks: { type: 'list', describe: 'Known networks; they come before any database.', item: NETWORK },
  trustedProxies: {
    type: 'number',
    describe: 'How many proxies of yours a call passes; each adds to `X-Forwarded-For`, which is believed no further.',
    min: 0,
    max: 20,
    default: 0,
  },
  register: {
    type: 'list',
    describe: 'Who may hold which keys, and what for; rules tell of what is seen beside it.',
    item: HOLDER,
    complaintAbout: complaintAboutTwo,
  },
  maps: {
    type: 'list',
    describe: 'Logs that keyward does not know by itself; `keyward sources --try FILE` shows what a file is taken for.',
    item: MAP,
  },
};

/** What a config may hold, given the rules there are. */
export function configShape(rules: readonly Rule[]): ObjectShape {
  const formats = reporters.map(({ id }) => id);
  return {
    type: 'object',
    describe: 'Configuration of keyward. No secret belongs in it.',
    fields: {
      ...SETTINGS,
      format: { type: 'choice', describe: 'The format on stdout.', choices: formats, default: 'text' },
      out: {
        type: 'object',
        describe: 'Files to write beside the report on stdout, by format.',
        fields: Object.fromEntries(formats.map(id => [id, { type: 'text', describe: `Where the ${id} report goes.` }])),
      },
      suppressions: {
        type: 'list',
        describe: 'Findings that somebody answers for: they are listed apart and fail no run.',
        item: suppressionShape(rules),
      },
      rules: {
        type: 'object',
        describe: 'Options of the rules, by id.',
        fields: Object.fromEntries(rules.map(rule => [rule.id, ruleShape(rule)])),
      },
    },
  };
}

/** The JSON Schema (draft 2020-12) of the config. */
export function configSchema(rules: readonly Rule[]): Json {
  const schema = schemaOf(configShape(rules)) as { readonly [key: string]: Json };
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'keyward.yaml', ...schema };
}

const DATE = {
  pattern: /^\d{4}-\d{2}-\d{2}$/,
  wants: 'a date such as 2027-01-31',
  accepts: (text: string) => parseInstant(text) !== undefined,
} as const;

const suppressionShape = (rules: readonly Rule[]): ObjectShape => ({
  type: 'object',
  describe: 'One finding, by its fingerprint or by its rule and subject.',
  required: ['owner', 'reason', 'expires'],
  alternatives: [['fingerprint'], ['rule', 'subject']],
  fields: {
    fingerprint: {
      type: 'text',
      describe: 'As the report gives it.',
      pattern: /^[0-9a-f]{16}$/,
      wants: 'the 16 characters of a fingerprint, in quotes',
    },
    rule: { type: 'choice', describe: 'Its rule.', choices: rules.map(({ id }) => id) },
    subject: { type: 'text', describe: 'What it is about, as the report gives it.' },
    owner: { type: 'text', describe: 'Who answers for it.' },
    reason: { type: 'text', describe: 'Why it is well as it is.' },
    expires: { type: 'text', describe: 'The last day on which this holds, in UTC; then the finding returns.', ...DATE },
    until: { type: 'text', describe: 'What a signal shows after this day is told all the same.', ...DATE },
  },
});

function ruleShape({ title, options }: Rule): ObjectShape {
  const fields = Object.entries(options).map(([name, option]) => [name, optionShape(option)] as const);
  const enabled: Shape = { type: 'switch', describe: 'Whether the rule judges at all.', default: true };
  return { type: 'object', describe: `${title}.`, fields: { enabled, ...Object.fromEntries(fields) } };
}

function optionShape(option: OptionSpec): Shape {
  if ('min' in option) return { type: 'number', ...option };
  if (!('item' in option)) return { type: 'switch', ...option };
  const { describe, default: usual, item: pattern, wants = `text that fits ${pattern.source}` } = option;
  const texts = pattern.source === COUNTRY.pattern.source ? COUNTRY : { pattern, wants };
  return { type: 'list', describe, default: usual, item: { type: 'text', describe: 'One of the list.', ...texts } };
}

/** A section may be left empty: `rules:` with every line under it commented out. */
const sectionOf = (shape: Shape): Json => {
  const schema = schemaOf(shape) as { readonly [key: string]: Json };
  const { type } = schema;
  return type === 'array' || type === 'object' ? { ...schema, type: [type, 'null'] } : schema;
};

function schemaOf(shape: Shape): Json {
  const { describe: description } = shape;
  const usual = shape.default === undefined ? {} : { default: shape.default };
  switch (shape.type) {
    case 'text':
      return { description, ...usual, type: 'string', ...patternOf(shape) };
    case 'texts': {
      const item = schemaOf(shape.item);
      return { description, ...usual, anyOf: [item, { type: 'array', items: item, minItems: 1 }] };
    }
    case 'choice':
      return { description, ...usual, enum: shape.choices };
    case 'switch':
      return { description, ...usual, type: 'boolean' };
    case 'number':
      return { description, ...usual, type: 'number', minimum: shape.min, maximum: shape.max };
    case 'list':
      return { description, ...usual, type: 'array', items: schemaOf(shape.item) };
    case 'entries':
      return { description, type: 'object', additionalProperties: schemaOf(shape.value) };
    case 'object':
      return {
        description,
        type: 'object',
        properties: Object.fromEntries(Object.entries(shape.fields).map(([name, field]) => [name, sectionOf(field)])),
        ...(shape.required !== undefined && { required: shape.required }),
        ...(shape.alternatives !== undefined && { anyOf: shape.alternatives.map(requiring) }),
        additionalProperties: false,
      };
  }
}

/** Strict validators want each name that is required beside its properties. */
const requiring = (required: readonly string[]): Json => ({
  properties: Object.fromEntries(required.map(name => [name, {}])),
  required,
});

/** A JSON Schema pattern has no flags; one that needs them is left to the validator. */
function patternOf({ pattern }: TextShape): { readonly pattern?: string } {
  return pattern === undefined || pattern.flags !== '' ? {} : { pattern: pattern.source };
}

/** A mapped prefix may be too short for the IPv4 that it carries. */
function isRange(cidr: string): boolean {
  try {
    declareNetworks([{ cidr, name: cidr, country: '', kind: 'office' }]);
    return true;
  } catch {
    return false;
  }
}

function isPrefix(text: string): boolean {
  const [address, length] = text.split('/');
  const version = isIP(address ?? '');
  return version !== 0 && Number(length ?? 0) <= (version === 4 ? 32 : 128);
}
