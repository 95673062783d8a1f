import { stringify } from 'yaml';
import { configShape, type ListShape, type ObjectShape, type Shape } from '../../config-schema.ts';
import type { Json } from '../../model/finding.ts';
import { reporters } from '../../report/index.ts';
import type { Rule } from '../../rules/rule.ts';
import { withSeparators } from '../../wording.ts';
import { wrap } from '../layout.ts';

const WIDTH = 110;

/** What a first audit needs; all else is commented out. */
const ACTIVE: ReadonlySet<string> = new Set(['sources', 'failOn']);

/** What to show where there is no default. */
const EXAMPLES: Readonly<Record<string, Json>> = {
  $schema: 'node_modules/keyward/docs/schema/config.schema.json',
  sources: './logs',
  since: '30d',
  until: '2026-12-01',
  baseline: 'report.json',
  minSeverity: 'low',
  geoDb: 'GeoLite2-City.mmdb',
  asnDb: 'GeoLite2-ASN.mmdb',
  self: 'arn:aws:iam::123456789012:role/keyward',
  lookback: 90,
  checkpoint: 'keyward.checkpoint',
  state: 'keyward-state',
  'aws.profile': 'audit',
  'aws.region': 'eu-west-1',
  'aws.roleArn': 'arn:aws:iam::123456789012:role/keyward',
  'aws.externalId': 'keyward',
  'aws.accounts': 'org',
  'aws.roleName': 'keyward',
  'networks.cidr': '203.0.113.0/24',
  'networks.name': 'Frankfurt office',
  'networks.country': 'DE',
  'register.holder': 'platform team',
  'register.keys': 'AKIAIOSFODNN7EXAMPLE',
  'register.principals': 'arn:aws:iam::123456789012:role/ci-*',
  'register.countries': 'DE',
  'register.asns': 'AS64496',
  'register.cidrs': '203.0.113.0/24',
  'register.models': '*claude-sonnet*',
  'register.endpoints': 'bedrock/*/eu-*',
  'register.maxAgeDays': 90,
  'register.budget.calls': 100_000,
  'register.budget.tokens': 50_000_000,
  'register.budget.usd': 500,
  'register.contract': 'order 4711',
  'maps.name': 'my-gateway',
  'maps.when': { app: 'gateway' },
  'maps.calls': { msg: 'request' },
  'maps.fields.time': 'ts',
  'maps.fields.credential': 'key.id',
  'maps.fields.owner': 'key.owner',
  'maps.fields.name': 'key.name',
  'maps.fields.scope': 'key.team',
  'maps.fields.address': 'client_ip',
  'maps.fields.agent': 'user_agent',
  'maps.fields.model': ['response.model', 'request.model'],
  'maps.fields.tokensIn': 'usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens',
  'maps.fields.tokensOut': 'usage.output_tokens',
  'maps.fields.cost': 'cost_usd',
  'maps.fields.status': 'status',
  'maps.fields.outcome': 'error_type',
  'maps.fields.region': 'region',
  'maps.fields.id': 'request_id',
  'maps.fields.count': 'calls',
  'maps.action': 'my-gateway:call',
  'suppressions.fingerprint': '0123456789abcdef',
  'suppressions.subject': 'AKIAIOSFODNN7EXAMPLE',
  'suppressions.owner': 'platform@example.com',
  'suppressions.reason': 'replaced with the next release of the batch job',
  'suppressions.expires': '2027-01-31',
  'suppressions.until': '2026-12-31',
};

const HEAD = `# What keyward reads and how it judges. Every line is optional; no secret belongs in here.
# What is commented out shows its default, or an example where it has none: take away the first # to set it.
# \`keyward sources\` lists what can be read, \`keyward explain RULE\` tells what a rule means.
`;

/** A configuration with everything that can be set, commented out but for a start, each with what it does. */
export function sampleConfig(rules: readonly Rule[]): string {
  const { fields } = configShape(rules);
  const sections = Object.entries(fields).map(([name, shape]) => sectionOf(name, shape));
  return [HEAD, ...sections].join('\n');
}

function sectionOf(name: string, shape: Shape): string {
  const mark = ACTIVE.has(name) ? '' : '#';
  const body = settingLines(name, shape, name).map(line => mark + line);
  return [...proseLines(noteOn(shape, name)), ...body, ''].join('\n');
}

const proseLines = (text: string): string[] => wrap(text, WIDTH, '# ');

/** A setting without what is said of it: its name and value, or its name and all that can stand below it. */
function settingLines(name: string, shape: Shape, path: string): string[] {
  if (shape.type === 'object') return [`${name}:`, ...indented(fieldLines(shape, path))];
  if (shape.type === 'list' && shape.item.type === 'object')
    return [`${name}:`, ...indented(itemLines(shape.item, path))];
  if (shape.type === 'list' && shape.default === undefined)
    return [`${name}:`, `  - ${written(exampleOf(shape.item, path))}`];
  const line = `${name}: ${written(shape.default ?? exampleOf(shape, path))}`;
  return shape.type === 'list' ? wrap(line, WIDTH, '', '  ') : [line];
}

/** Every field under a name, each with its prose; what was said once is not said again. */
function fieldLines({ fields }: Pick<ObjectShape, 'fields'>, path: string): string[] {
  const said = new Set<string>();
  return Object.entries(fields).flatMap(([name, shape]) => {
    const inner = `${path}.${name}`;
    const note = noteOn(shape, inner);
    const prose = said.has(note) || note === ENABLED ? [] : proseLines(note);
    said.add(note);
    return [...prose, ...settingLines(name, shape, inner)];
  });
}

/** Stands under every rule and speaks for itself. */
const ENABLED = 'Whether the rule judges at all.';

/** One item of a list, or one for each way to write it. */
function itemLines({ fields, alternatives = [[]] }: ObjectShape, path: string): string[] {
  const apart = new Set(alternatives.flat());
  return alternatives.flatMap(names => {
    const chosen = Object.entries(fields).filter(([name]) => names.includes(name) || !apart.has(name));
    const lines = fieldLines({ fields: Object.fromEntries(chosen) }, path);
    const first = lines.findIndex(line => !line.startsWith('#'));
    return lines.map((line, i) => (i === first ? `- ${line}` : `  ${line}`));
  });
}

/** What a setting does, what it takes, and whether what is shown is in force without it. */
function noteOn(shape: Shape, path: string): string {
  const { describe } = shape;
  switch (shape.type) {
    case 'number':
      return `${describe} From ${withSeparators(shape.min)} to ${withSeparators(shape.max)}.${exampleNote(shape, path)}`;
    case 'choice':
      return `${describe}${choicesNote(shape.choices)}${exampleNote(shape, path)}`;
    case 'list':
      return `${describe}${itemNote(shape)}`;
    case 'text':
      return `${describe}${exampleNote(shape, path)}`;
    default:
      return describe;
  }
}

const isTopLevel = (path: string): boolean => !path.includes('.');

const exampleNote = (shape: Shape, path: string): string =>
  shape.default === undefined && isTopLevel(path) ? ' Not set; an example:' : '';

const choicesNote = (choices: readonly string[]): string =>
  choices.length > 12 ? '' : ` One of ${choices.join(', ')}.`;

const itemNote = ({ item, default: usual }: ListShape): string =>
  item.type === 'object' || usual !== undefined ? '' : ` ${item.describe}`;

function exampleOf(shape: Shape, path: string): Json {
  const example = EXAMPLES[path];
  if (example !== undefined) return example;
  const reporter = reporters.find(({ id }) => path === `out.${id}`);
  if (reporter !== undefined) return reporter.file;
  if (shape.type === 'choice') return shape.choices[0]!;
  if (shape.type === 'number') return shape.min;
  return shape.type === 'switch' ? false : path.slice(path.lastIndexOf('.') + 1).toUpperCase();
}

/** A value as YAML, on one line. */
const written = (value: Json): string =>
  stringify(value, {
    collectionStyle: 'flow',
    flowCollectionPadding: false,
    lineWidth: 0,
    singleQuote: true,
  }).trimEnd();

const indented = (lines: readonly string[]): string[] => lines.map(line => `  ${line}`);
