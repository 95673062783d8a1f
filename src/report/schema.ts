import type { CoverageState } from '../model/coverage.ts';
import type { CredentialKind, Provider } from '../model/credential.ts';
import type { Family, Finding, Severity } from '../model/finding.ts';
import type { RemarkCode } from '../model/register.ts';
import { REPORT_SCHEMA } from './json.ts';
import { REGISTER_SCHEMA } from './register/json.ts';

export type JsonSchema = { readonly [keyword: string]: unknown };

/** The members of a union; the compiler sees to it that none is missing. */
const membersOf = <T extends string>(members: Readonly<Record<T, true>>): readonly string[] => Object.keys(members);

/** The members of a union as an enumeration. */
const oneOf = <T extends string>(members: Readonly<Record<T, true>>): JsonSchema => ({ enum: membersOf(members) });

const text: JsonSchema = { type: 'string' };
const name: JsonSchema = { type: 'string', minLength: 1 };
const flag: JsonSchema = { type: 'boolean' };
const count: JsonSchema = { type: 'integer', minimum: 0 };
const instant: JsonSchema = {
  type: 'string',
  format: 'date-time',
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$',
};

const list = (items: JsonSchema, description?: string): JsonSchema => described({ type: 'array', items }, description);
const orNull = (schema: JsonSchema, description?: string): JsonSchema =>
  described({ anyOf: [schema, { type: 'null' }] }, description);
const described = (schema: JsonSchema, description?: string): JsonSchema =>
  description === undefined ? schema : { ...schema, description };

/** An object in which every field is required: none may vanish. An open one may gain others, a closed one may not. */
function object(
  properties: Readonly<Record<string, JsonSchema>>,
  additionalProperties: boolean,
  description?: string,
): JsonSchema {
  const shape = { type: 'object', properties, required: Object.keys(properties), additionalProperties };
  return described(shape, description);
}

const open = (properties: Readonly<Record<string, JsonSchema>>, description?: string) =>
  object(properties, true, description);
const closed = (properties: Readonly<Record<string, JsonSchema>>, description?: string) =>
  object(properties, false, description);

const severity = oneOf<Severity>({ critical: true, high: true, medium: true, low: true, info: true });
const family = oneOf<Family>({
  lifetime: true,
  place: true,
  volume: true,
  campaign: true,
  platform: true,
  register: true,
});
const factOrSignal = oneOf<Finding['kind']>({ fact: true, signal: true });
const status = oneOf<Finding['status']>({ new: true, recurred: true, known: true });
const state = oneOf<CoverageState>({ evaluated: true, partial: true, blind: true });
/** Every provider there is. */
export const PROVIDERS = membersOf<Provider>({
  aws: true,
  azure: true,
  google: true,
  anthropic: true,
  openai: true,
  proxy: true,
});

/** Every kind of credential there is. */
export const KINDS = membersOf<CredentialKind>({
  'access-key': true,
  'root-key': true,
  'bedrock-key': true,
  'claude-platform-key': true,
  password: true,
  'user-session': true,
  'root-session': true,
  role: true,
  'federated-user': true,
  'identity-center-user': true,
  'external-account': true,
  'client-secret': true,
  'client-certificate': true,
  'federated-credential': true,
  'managed-identity': true,
  'service-principal': true,
  'entra-user': true,
  'resource-key': true,
  'gateway-subscription': true,
  'api-key': true,
  'admin-key': true,
  'service-account-key': true,
  'virtual-key': true,
  'service-account': true,
  member: true,
  unknown: true,
});

const provider: JsonSchema = { enum: PROVIDERS };
const kind: JsonSchema = { enum: KINDS };

const source = open({
  id: described(name, 'The source as it was asked for.'),
  accounts: list(name, 'The accounts that were signed in to, where the name of the source does not tell.'),
  kind: described(text, 'The record formats found in it; empty when none was recognised.'),
  from: orNull(instant, 'The earliest event.'),
  until: orNull(instant, 'The latest event.'),
  complete: described(flag, 'Whether all of it was read.'),
  note: orNull(text, 'What is missing or damaged, a line each.'),
  remarks: list(text, 'Worth knowing, and nothing missing.'),
  files: count,
  skipped: described(count, 'Files that are not audit logs.'),
  events: count,
  ignored: described(count, 'Records left out on purpose.'),
  duplicates: count,
  conflicts: described(count, 'Event ids that came with more than one body.'),
  malformed: count,
});

const coverage = closed({
  rule: name,
  source: name,
  state,
  reason: described(text, 'Why it could not be judged, or not fully.'),
});

const summary = open({
  events: described(count, 'Events judged, each once.'),
  credentials: count,
  findings: closed({ critical: count, high: count, medium: count, low: count, info: count }),
  new: count,
  known: count,
  resolved: count,
  suppressed: count,
});

const resolved = closed({ fingerprint: name, rule: name, subject: text, lastSeen: instant });

const suppressed = closed({ fingerprint: name, rule: name, owner: text, reason: text, expires: text });

const credential = open({
  id: text,
  provider,
  kind,
  owner: described(text, 'The principal that holds it, as the provider names it.'),
  account: text,
  createdAt: orNull(instant, 'Known only from an inventory or its creation event.'),
});

const finding = open({
  fingerprint: described(name, 'The rule and its subject; never a time, a count or a position.'),
  rule: name,
  family,
  kind: { ...factOrSignal, description: 'A fact is simply so; a signal is unusual.' },
  severity,
  status,
  subject: described(text, 'What the fingerprint is about.'),
  members: list(text, 'The credentials of a group.'),
  episodes: list(closed({ from: instant, until: instant }), 'When it was so.'),
  title: text,
  message: described(text, 'One sentence with its numbers.'),
  credential: orNull(credential, 'Null for findings about a source, a network, a group or an organisation.'),
  firstSeen: instant,
  lastSeen: instant,
  evidence: { type: 'object', description: 'Numbers, places, operations and event ids, by rule.' },
  examples: {
    ...list(closed({ event: name, file: orNull(text, 'The file, or the part of a distant source, that holds it.') })),
    maxItems: 5,
    description: 'A few of the events that it rests on.',
  },
  corroboratedBy: list(name, 'Rules of other families that agree.'),
  remediation: closed({ summary: text, commands: list(text, 'To be read before they are run.') }),
  references: list(text),
});

/** Every remark there is. */
export const REMARKS = membersOf<RemarkCode>({
  'unknown-to-provider': true,
  'holder-gone': true,
  'never-used': true,
  'not-seen-in-use': true,
  'use-not-visible': true,
  'use-of-several': true,
  'joined-by-hint': true,
  'joined-by-holder': true,
  'hint-fits-several': true,
  replaces: true,
  'replaced-by': true,
});

const key = open({
  id: name,
  provider,
  kind,
  name: described(text, 'What its holders call it; empty, as all text here, when it is not known.'),
  hint: described(text, 'Its first and last characters, as the provider shows them.'),
  holder: described(text, 'Who holds it in the end: an e-mail address in lower case, a name, or a principal.'),
  holderId: described(text, 'The same for all keys of one holder.'),
  holderKeys: described(count, 'How many keys of this holder there are.'),
  owner: described(text, 'The principal that holds it, as the provider names it.'),
  account: text,
  scope: described(text, 'What it is limited to within its account: a workspace, a project, a team.'),
  createdAt: orNull(instant),
  ageDays: orNull(count, 'Since its creation or, where that is null, its first use: then it is at least so old.'),
  expiresAt: orNull(instant),
  active: orNull(flag, 'False also once it expired; null when nothing says.'),
  firstUsedAt: orNull(instant),
  lastUsedAt: orNull(instant),
  uses: orNull(count, 'Anything it was used for; null, as all counts here, where that cannot be seen.'),
  calls: orNull(count, 'Model calls that were taken on.'),
  tokensIn: orNull(count),
  tokensOut: orNull(count),
  costUsd: orNull({ type: 'number', minimum: 0 }),
  places: orNull(list(closed({ country: name, uses: count })), 'Most used first.'),
  networks: orNull(count, 'Addresses, or prefixes of them where there were too many to keep apart.'),
  models: orNull(list(name), 'In order of name; of very many, the first.'),
  sources: list(name, 'Those that told of it.'),
  alsoSeenAs: list(name, 'Other names that its use came under.'),
  replaces: orNull(name, 'The key that it took the place of.'),
  replacedBy: orNull(name, 'The key that took its place.'),
  remarks: list(open({ code: { enum: REMARKS }, text }), 'What no other field tells.'),
});

const tool = closed({ name, version: name });

const run = open({
  now: described(instant, 'The moment the judgement speaks of.'),
  geography: described(text, 'The geography database and the day it was built.'),
  since: orNull(instant, 'Start of what is judged.'),
  until: orNull(instant, 'End of what is judged.'),
  complete: described(flag, 'Whether every source was read to its end.'),
  config: orNull(text, 'The configuration file, as seen from where keyward was called.'),
  remarks: list(text, 'Worth knowing of the run as a whole.'),
});

/** What a report has that another program may have written none of. */
const withRegister = ({ properties, ...schema }: JsonSchema): JsonSchema => ({
  ...schema,
  properties: {
    ...(properties as JsonSchema),
    register: list(key, 'Who holds what, from all sources together; of very many keys, the first.'),
    registerTotal: described(count, 'How many keys there are in all.'),
  },
});

/** JSON Schema (2020-12) of the JSON report. */
export const reportSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'keyward report',
  ...withRegister(
    open({
      schema: { const: REPORT_SCHEMA },
      tool,
      run,
      span: orNull(closed({ from: instant, until: instant }), 'First and last event that was judged.'),
      sources: list(source),
      coverage: list(coverage, 'What each rule could see of each source.'),
      summary,
      resolved: list(resolved, 'Findings of the baseline or state that are gone.'),
      suppressed: list(suppressed),
      findings: list(finding, 'By severity, then rule, then subject.'),
    }),
  ),
};

/** JSON Schema (2020-12) of what `keyward keys --format json` writes. */
export const registerSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'keyward register of keys',
  ...open({
    schema: { const: REGISTER_SCHEMA },
    tool,
    run,
    sources: list(source),
    total: described(count, 'How many keys there are, shown or not.'),
    keys: list(key, 'In the order that was asked for.'),
  }),
};
