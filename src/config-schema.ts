import { isIP } from 'node:net';
import { parseInstant, parseWhen, WHEN_FORMS, WHEN_PATTERN } from './durations.ts';
import { FAIL_ON, GATES } from './gate.ts';
import { asCountry } from './geo/country.ts';
import type { Json } from './model/finding.ts';
import type { OptionSpec } from './model/option.ts';
import { reporters } from './report/index.ts';
import type { Rule } from './rules/rule.ts';
import { SEVERITIES } from './severity.ts';

/** What a value of the config must look like: the validator and the JSON Schema are both drawn from it. */
export type Shape = TextShape | ChoiceShape | SwitchShape | NumberShape | ListShape | ObjectShape;

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
}

export interface ObjectShape extends Described {
  readonly type: 'object';
  readonly fields: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  /** Of these sets of fields, one must be there whole. */
  readonly alternatives?: readonly (readonly string[])[];
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

const FIELDS: Readonly<Record<string, Shape>> = {
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
  aws: AWS,
  azure: AZURE,
  networks: { type: 'list', describe: 'Known networks; they come before any database.', item: NETWORK },
};

/** What a config may hold, given the rules there are. */
export function configShape(rules: readonly Rule[]): ObjectShape {
  const formats = reporters.map(({ id }) => id);
  return {
    type: 'object',
    describe: 'Configuration of keyward. No secret belongs in it.',
    fields: {
      ...FIELDS,
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
    case 'choice':
      return { description, ...usual, enum: shape.choices };
    case 'switch':
      return { description, ...usual, type: 'boolean' };
    case 'number':
      return { description, ...usual, type: 'number', minimum: shape.min, maximum: shape.max };
    case 'list':
      return { description, ...usual, type: 'array', items: schemaOf(shape.item) };
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

function isPrefix(text: string): boolean {
  const [address, length] = text.split('/');
  const version = isIP(address ?? '');
  return version !== 0 && Number(length ?? 0) <= (version === 4 ? 32 : 128);
}
