import type { CoverageState } from '../model/coverage.ts';
import type { CredentialKind, Provider } from '../model/credential.ts';
import type { Family, Finding, Severity } from '../model/finding.ts';
import { REPORT_SCHEMA } from './json.ts';

export type JsonSchema = { readonly [keyword: string]: unknown };

/** The members of a union as an enumeration; the compiler sees to it that none is missing. */
const oneOf = <T extends string>(members: Readonly<Record<T, true>>): JsonSchema => ({ enum: Object.keys(members) });

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
const provider = oneOf<Provider>({
  aws: true,
  azure: true,
  google: true,
  anthropic: true,
  openai: true,
  proxy: true,
});
const kind = oneOf<CredentialKind>({
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

/** JSON Schema (2020-12) of the JSON report. */
export const reportSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'keyward report',
  ...open({
    schema: { const: REPORT_SCHEMA },
    tool: closed({ name, version: name }),
    run: open({
      now: described(instant, 'The moment the judgement speaks of.'),
      geography: described(text, 'The geography database and the day it was built.'),
      since: orNull(instant, 'Start of what is judged.'),
      until: orNull(instant, 'End of what is judged.'),
      complete: described(flag, 'Whether every source was read to its end.'),
      config: orNull(text, 'The configuration file, as seen from where keyward was called.'),
      remarks: list(text, 'Worth knowing of the run as a whole.'),
    }),
    span: orNull(closed({ from: instant, until: instant }), 'First and last event that was judged.'),
    sources: list(source),
    coverage: list(coverage, 'What each rule could see of each source.'),
    summary,
    resolved: list(resolved, 'Findings of the baseline or state that are gone.'),
    suppressed: list(suppressed),
    findings: list(finding, 'By severity, then rule, then subject.'),
  }),
};
