import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import type { AwsSettings, AzureSettings } from './collect/collector.ts';
import { configShape, type Shape } from './config-schema.ts';
import { nearest, UserError } from './errors.ts';
import type { FailOn, GateScope } from './gate.ts';
import type { DeclaredNetwork } from './geo/networks.ts';
import type { DeclaredHolder } from './model/declared.ts';
import type { Severity } from './model/finding.ts';
import type { FieldMap } from './normalise/field-map.ts';
import { looksSecret } from './normalise/field-secret.ts';
import { redact, secretsIn } from './normalise/redact.ts';
import { withSeparators } from './wording.ts';
import { plain } from './report/plain.ts';
import type { Rule } from './rules/rule.ts';
import type { Suppression } from './suppress.ts';

/** A declared network as it is written: country and kind may be left out. */
export type ConfiguredNetwork = Pick<DeclaredNetwork, 'cidr' | 'name'> & Partial<DeclaredNetwork>;

export type RuleSettings = { readonly enabled?: boolean } & Readonly<
  Record<string, number | boolean | readonly string[] | undefined>
>;

/** What a config file says; what it leaves out is undefined. */
export interface Config {
  readonly sources?: readonly string[];
  readonly since?: string;
  readonly until?: string;
  readonly minSeverity?: Severity;
  readonly failOn?: FailOn;
  readonly failOnBlind?: boolean;
  readonly gate?: GateScope;
  readonly baseline?: string;
  readonly suppressions?: readonly Suppression[];
  readonly geoDb?: string;
  readonly asnDb?: string;
  readonly self?: readonly string[];
  readonly lookback?: number;
  readonly checkpoint?: string;
  readonly state?: string;
  readonly aws?: AwsSettings;
  readonly azure?: AzureSettings;
  readonly networks?: readonly ConfiguredNetwork[];
  readonly trustedProxies?: number;
  readonly register?: readonly DeclaredHolder[];
  readonly maps?: readonly FieldMap[];
  readonly format?: string;
  readonly out?: Readonly<Record<string, string>>;
  readonly rules?: Readonly<Record<string, RuleSettings>>;
}

export interface LoadedConfig {
  /** Null when there is no file. */
  readonly file: string | null;
  readonly config: Config;
}

const NAMES: readonly string[] = ['keyward.yaml', 'keyward.yml', 'keyward.json'];
const MAX_BYTES = 1 << 20;
const MAX_ERRORS = 20;

/** Loads the named config or, without a name, the nearest one at or above `cwd`. Paths in it come back resolved. */
export function loadConfig(explicit: string | undefined, cwd: string, rules: readonly Rule[]): LoadedConfig {
  const file = explicit === undefined ? findConfig(cwd) : resolve(cwd, explicit);
  if (file === null) return { file, config: {} };
  const name = explicit ?? relative(cwd, file);
  const config = parseConfig(readConfig(file, name), name, rules);
  return { file, config: resolvePaths(config, dirname(file), cwd) };
}

/** The config file in `folder` or the nearest folder above it. */
export function findConfig(folder: string): string | null {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const present = namesIn(at);
    if (present.length > 1) {
      throw new UserError(`${at} holds ${present.join(' and ')}`, 'Keep one of them, or choose with --config FILE.');
    }
    if (present[0] !== undefined) return join(at, present[0]);
    if (dirname(at) === at) return null;
  }
}

/** Reads the text of a config. Throws one `UserError` that lists everything wrong with it. */
export function parseConfig(text: string, name: string, rules: readonly Rule[]): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const check = new Check(node => (isAlias(node) ? (node.resolve(document) as ParsedNode | undefined) : node));
  const secrets = [...text.matchAll(SECRET)].map(({ index }) => index);
  for (const index of new Set([...secrets, ...secretsIn(text)]))
    check.refuse(index, 'this looks like a secret; no secret belongs here');
  for (const { pos, code, message } of [...document.errors, ...document.warnings]) {
    check.refuse(pos[0], SYNTAX[code] ?? `${message.charAt(0).toLowerCase()}${message.slice(1)}`);
  }
  let config: unknown = {};
  if (document.errors.length === 0 && check.accepts(() => document.toJS({ mapAsMap: true, maxAliasCount: 100 }))) {
    config = check.read(document.contents, configShape(rules)) ?? {};
  }
  if (check.errors.length > 0) throw refusal(check.errors, name, lines);
  return config as Config;
}

const SECRET =
  /\bsk-(?:ant|proj|svcacct|admin)-[\w-]{6,}|\bABSK[\w+/=]{12,}|\bbedrock-api-key-[\w+/=]{6,}|-----BEGIN\b/g;

const SYNTAX: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'this key stands here twice',
  MULTIPLE_DOCS: 'a config is one document; a second one begins here',
  RESOURCE_EXHAUSTION: 'this is nested too deeply',
  TAG_RESOLVE_FAILED: 'tags such as !name are not supported',
};

interface Mistake {
  readonly offset: number;
  readonly message: string;
}

type Value = number | string | boolean | Value[] | { [key: string]: Value };

/** Walks a document along its shape, noting every mistake with its place in the text. */
class Check {
  readonly errors: Mistake[] = [];
  readonly #resolve: (node: ParsedNode) => ParsedNode | undefined;

  constructor(resolveAlias: (node: ParsedNode) => ParsedNode | undefined) {
    this.#resolve = resolveAlias;
  }

  refuse(offset: number, message: string): undefined {
    this.errors.push({ offset, message });
  }

  /** Runs what the library itself refuses, such as an alias that multiplies without end. */
  accepts(expand: () => unknown): boolean {
    try {
      expand();
      return true;
    } catch (error) {
      this.refuse(0, error instanceof Error ? plain(error.message) : 'this cannot be read');
      return false;
    }
  }

  /** The value of the whole document; an empty one says nothing. */
  read(root: ParsedNode | null, shape: Shape): Value | undefined {
    return this.#field(root, shape, '');
  }

  /** The value at a node, or undefined when it is absent or wrong. */
  #take(given: ParsedNode | null, shape: Shape, path: string): Value | undefined {
    const offset = given?.range[0] ?? 0;
    const node = given === null ? undefined : this.#resolve(given);
    if (node === undefined) return undefined;
    switch (shape.type) {
      case 'object':
        return this.#object(node, shape, path, offset);
      case 'list':
        return this.#list(node, shape, path, offset);
      case 'entries':
        return this.#entries(node, shape, path, offset);
      case 'texts':
        return this.#texts(node, shape, path, offset);
      default:
        return this.#scalar(node, shape, path, offset);
    }
  }

  #object(node: ParsedNode, shape: Shape & { type: 'object' }, path: string, offset: number): Value | undefined {
    if (!isMap(node)) return this.refuse(offset, `${nameOf(path)} must be keys with values, not ${kindOf(node)}`);
    const before = this.errors.length;
    const taken: { [key: string]: Value } = {};
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : '';
      const field = Object.hasOwn(shape.fields, name) ? shape.fields[name]! : undefined;
      if (field === undefined) this.refuse(key.range[0], unknown('key', name, Object.keys(shape.fields), path));
      else {
        const inner = this.#field(value as ParsedNode | null, field, path === '' ? name : `${path}.${name}`);
        if (inner !== undefined) taken[name] = inner;
      }
    }
    const alternatives = shape.alternatives ?? [];
    if (alternatives.length > 0 && !alternatives.some(names => names.every(name => node.has(name)))) {
      const ways = alternatives.map(names => names.map(name => `'${name}'`).join(' and '));
      this.refuse(offset, `${nameOf(path)} lacks ${ways.join(', or ')}`);
    }
    for (const name of shape.required ?? []) {
      if (!node.has(name)) this.refuse(offset, `${nameOf(path)} lacks '${name}'`);
    }
    // Only once each of its fields is right is there something to say of all together.
    const complaint = this.errors.length === before ? shape.complaint?.(taken) : undefined;
    if (complaint !== undefined) this.refuse(offset, `${nameOf(path)} ${complaint}`);
    return taken;
  }

  #entries(node: ParsedNode, shape: Shape & { type: 'entries' }, path: string, offset: number): Value | undefined {
    if (!isMap(node)) return this.refuse(offset, `${nameOf(path)} must be keys with values, not ${kindOf(node)}`);
    const taken = new Map<string, Value>();
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : '';
      const complaint = complaintAboutText(name, shape.name);
      if (complaint !== undefined) {
        this.refuse(key.range[0], `a key of ${nameOf(path)} must be ${complaint}, not '${shown(name)}'`);
        continue;
      }
      const inner = `${path}.${shown(name)}`;
      if (value === null || isEmpty(value as ParsedNode))
        this.refuse(key.range[0], `${inner} must be text, not nothing`);
      const texts = this.#take(value as ParsedNode | null, shape.value, inner);
      if (texts !== undefined) taken.set(name, texts);
    }
    return Object.fromEntries(taken);
  }

  #texts(node: ParsedNode, { item }: Shape & { type: 'texts' }, path: string, offset: number): Value | undefined {
    if (!isSeq(node)) {
      const text = this.#scalar(node, item, path, offset);
      return text === undefined ? undefined : [text];
    }
    if (node.items.length === 0) return this.refuse(offset, `${nameOf(path)} must not be an empty list`);
    const texts = node.items.map((each, i) => this.#take(each as ParsedNode | null, item, `${path}[${i}]`));
    return texts.filter(text => text !== undefined);
  }

  /** A section may be left empty: `rules:` with every line under it commented out. */
  #field(node: ParsedNode | null, shape: Shape, path: string): Value | undefined {
    const isSection = shape.type === 'object' || shape.type === 'list';
    return isSection && isEmpty(node) ? undefined : this.#take(node, shape, path);
  }

  #list(node: ParsedNode, shape: Shape & { type: 'list' }, path: string, offset: number): Value | undefined {
    if (!isSeq(node)) return this.refuse(offset, `${nameOf(path)} must be a list, not ${kindOf(node)}`);
    const before = this.errors.length;
    const taken: Value[] = [];
    node.items.forEach((item, i) => {
      const value = this.#take(item as ParsedNode | null, shape.item, `${path}[${i}]`);
      if (value === undefined) return;
      const complaint = this.errors.length === before ? shape.complaintAbout?.(value, taken) : undefined;
      taken.push(value);
      if (complaint !== undefined) this.refuse((item as ParsedNode).range[0], `${path}[${i}] ${complaint}`);
    });
    return taken;
  }

  #scalar(node: ParsedNode, shape: ScalarShape, path: string, offset: number): Value | undefined {
    const value = isScalar(node) ? node.value : undefined;
    const complaint = complaintAbout(value, shape);
    if (complaint === undefined) return value as Value;
    const source = (isScalar(node) && node.source) || '';
    const written = looksSecret(source, '') ? 'what looks like a secret' : `'${shown(source)}'`;
    const given = isScalar(node) && value !== null && value !== '' ? written : kindOf(node);
    return this.refuse(offset, `${nameOf(path)} must be ${complaint}, not ${given}${near(value, shape)}`);
  }
}

type ScalarShape = Exclude<Shape, { type: 'object' | 'list' | 'entries' | 'texts' }>;

/** Finishes the sentence '… must be', or undefined when the value fits. */
function complaintAbout(value: unknown, shape: ScalarShape): string | undefined {
  switch (shape.type) {
    case 'text':
      return complaintAboutText(value, shape);
    case 'choice':
      return shape.choices.some(choice => choice === value) ? undefined : `one of ${shape.choices.join(', ')}`;
    case 'switch':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'number': {
      const { min, max } = shape;
      if (typeof value === 'number' && value >= min && value <= max) return undefined;
      return `a number from ${withSeparators(min)} to ${withSeparators(max)}`;
    }
  }
}

function complaintAboutText(value: unknown, shape: Shape & { type: 'text' }): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return shape.wants ?? 'text (put it in quotes)';
  if (typeof value !== 'string' || value === '') return shape.wants ?? 'text';
  const fits = (shape.pattern?.test(value) ?? true) && (shape.accepts?.(value) ?? true);
  return fits ? undefined : shape.wants;
}

function near(value: unknown, shape: ScalarShape): string {
  if (shape.type !== 'choice' || typeof value !== 'string') return '';
  const suggestion = nearest(value, shape.choices);
  return suggestion === undefined ? '' : `; did you mean '${suggestion}'?`;
}

function unknown(what: string, name: string, valid: readonly string[], path: string): string {
  const where = path === '' ? '' : ` in ${path}`;
  const suggestion = nearest(name.slice(0, 64), valid);
  if (suggestion !== undefined) return `unknown ${what} '${shown(name)}'${where}; did you mean '${suggestion}'?`;
  const list = valid.length > 12 ? '' : `; valid: ${valid.join(', ')}`;
  return `unknown ${what} '${shown(name)}'${where}${list}`;
}

const nameOf = (path: string): string => (path === '' ? 'the config' : path);

const isEmpty = (node: ParsedNode | null): boolean => node === null || (isScalar(node) && node.value === null);

function kindOf(node: ParsedNode): string {
  if (isMap(node)) return 'keys with values';
  if (isSeq(node)) return 'a list';
  if (!isScalar(node) || node.value === null) return 'nothing';
  if (typeof node.value === 'string') return node.value === '' ? 'empty text' : 'text';
  return `a ${typeof node.value}`;
}

function refusal(errors: readonly Mistake[], name: string, lines: LineCounter): UserError {
  const sorted = [...errors].sort((a, b) => a.offset - b.offset);
  const told = sorted.slice(0, MAX_ERRORS).map(({ offset, message }) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${Math.max(1, line)}:${Math.max(1, col)}: ${redact(message.replace(SECRET, '[secret]'))}`;
  });
  if (sorted.length === 1) return new UserError(told[0]!);
  const rest = sorted.length > MAX_ERRORS ? [`… and ${sorted.length - MAX_ERRORS} more`] : [];
  return new UserError([`${name} has ${withSeparators(sorted.length)} errors`, ...told, ...rest].join('\n'));
}

const shown = (text: string): string => plain(redact(text), 60);

function namesIn(folder: string): string[] {
  try {
    const present = new Set(readdirSync(folder));
    return NAMES.filter(name => present.has(name));
  } catch {
    return [];
  }
}

function readConfig(file: string, name: string): string {
  try {
    if (statSync(file).size > MAX_BYTES) throw new UserError(`${name} is larger than a config can be (1 MiB)`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof UserError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code;
    throw new UserError(`cannot read the config ${name}: ${why}`);
  }
}

/** Paths in a config start from its own folder, wherever keyward is started. */
function resolvePaths(config: Config, home: string, cwd: string): Config {
  const from = (path: string): string =>
    home === cwd || isAbsolute(path) ? path : relative(cwd, join(home, path)) || '.';
  return {
    ...config,
    ...(config.sources && { sources: config.sources.map(source => (isPath(source) ? from(source) : source)) }),
    ...(config.geoDb && { geoDb: from(config.geoDb) }),
    ...(config.asnDb && { asnDb: from(config.asnDb) }),
    ...(config.checkpoint && { checkpoint: from(config.checkpoint) }),
    ...(config.state && { state: from(config.state) }),
    ...(config.baseline && { baseline: from(config.baseline) }),
    ...(config.out && { out: Object.fromEntries(Object.entries(config.out).map(([id, file]) => [id, from(file)])) }),
  };
}

/** A scheme has two letters or more, so that `C:\logs` stays a path; `-` is standard input. */
const isPath = (source: string): boolean => source !== '-' && !/^[a-z][a-z0-9+.-]+:/i.test(source);
