import { resolve } from 'node:path';
import type { AwsSettings } from '../collect/collector.ts';
import { collectors } from '../collect/index.ts';
import { type Config, loadConfig, type RuleSettings } from '../config.ts';
import { parseSpan, readInstant, readWhen } from '../durations.ts';
import { UserError, unknownName } from '../errors.ts';
import { FAIL_ON, type FailOn, type GateScope, GATES } from '../gate.ts';
import type { ConfiguredRule } from '../judge.ts';
import type { DeclaredHolder } from '../model/declared.ts';
import type { Severity } from '../model/finding.ts';
import type { Reporter } from '../report/reporter.ts';
import { rules } from '../rules/index.ts';
import type { Rule } from '../rules/rule.ts';
import { SEVERITIES } from '../severity.ts';
import { DAY } from '../time.ts';
import type { Io } from './io.ts';
import { type Output, parseOutput, reporterFor } from './outputs.ts';

/** Options that every command with a report takes, as the command line gives them. */
export interface ReportFlags {
  readonly format?: string;
  readonly out?: readonly string[];
  readonly minSeverity?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color: boolean;
  readonly progress: boolean;
}

/** Options of `keyward audit`, as the command line gives them. */
export interface AuditFlags extends ReportFlags, AwsSettings {
  readonly since?: string;
  readonly until?: string;
  readonly now?: string;
  readonly lookback?: string;
  readonly checkpoint?: string;
  readonly config?: string;
  readonly failOn?: string;
  readonly failOnBlind?: boolean;
  readonly gate?: string;
  readonly baseline?: string;
  readonly state?: string;
  readonly rule?: readonly string[];
  readonly skipRule?: readonly string[];
  readonly geoDb?: string;
  readonly asnDb?: string;
}

/** How a report is shown: command line over config over defaults, every name checked. */
export interface Showing {
  readonly reporter: Reporter;
  readonly outputs: readonly Output[];
  readonly minSeverity: Severity;
}

/** All that an audit is told. */
export interface Settings extends Showing {
  readonly configFile: string | null;
  readonly config: Config;
  readonly sources: readonly string[];
  readonly rules: readonly ConfiguredRule[];
  readonly now: number;
  readonly since: number | null;
  readonly until: number | null;
  readonly lookbackDays: number | null;
  readonly checkpoint: string | null;
  readonly aws: AwsSettings;
  readonly failOn: FailOn;
  readonly failOnBlind: boolean;
  readonly gate: GateScope;
  readonly baseline: string | null;
  /** The folder where runs keep what they remember. */
  readonly state: string | null;
  readonly geoDb: string | undefined;
  readonly asnDb: string | undefined;
}

/** Settles an audit's settings; the command line wins over the config. */
export function settle(sources: readonly string[], flags: AuditFlags, io: Io): Settings {
  const { file, config } = loadConfig(flags.config, io.cwd, rules);
  const state = settleFile(flags.state ?? config.state, io);
  return {
    ...settleShowing(flags, config, io),
    ...settleWindow(flags, config, io),
    configFile: file,
    config,
    sources: settleSources(sources, config, state !== null),
    lookbackDays: settleLookback(flags, config),
    checkpoint: settleFile(flags.checkpoint ?? config.checkpoint, io),
    aws: settleAws(flags, config),
    rules: configureRules(rules, config.rules ?? {}, flags, config.register),
    failOn: oneOf('--fail-on', flags.failOn, FAIL_ON) ?? config.failOn ?? 'high',
    failOnBlind: flags.failOnBlind ?? config.failOnBlind ?? false,
    gate: oneOf('--gate', flags.gate, GATES) ?? config.gate ?? 'new',
    baseline: flags.baseline ?? config.baseline ?? null,
    state,
    geoDb: flags.geoDb ?? config.geoDb,
    asnDb: flags.asnDb ?? config.asnDb,
  };
}

function settleShowing(flags: ReportFlags, config: Config, io: Io): Showing {
  const configured = Object.entries(config.out ?? {}).map(([format, file]) => `${format}=${file}`);
  return {
    reporter: reporterFor(flags.format ?? config.format ?? 'text'),
    outputs: (flags.out ?? configured).map(text => parseOutput(text, io.cwd)),
    minSeverity: oneOf('--min-severity', flags.minSeverity, SEVERITIES) ?? config.minSeverity ?? 'info',
  };
}

/**
 * The rules that judge, with the option values in force. A rule that is named runs whatever the config says, but for one
 * that judges by what no holder of the register declares: that is left out or, by name, an error.
 */
export function configureRules(
  all: readonly Rule[],
  settings: Readonly<Record<string, RuleSettings>>,
  { rule: wanted = [], skipRule: unwanted = [] }: Pick<AuditFlags, 'rule' | 'skipRule'>,
  register: readonly DeclaredHolder[] = [],
): ConfiguredRule[] {
  const ids = all.map(({ id }) => id);
  for (const id of [...wanted, ...unwanted]) if (!ids.includes(id)) throw unknownName('rule', id, ids);
  const chosen = all.filter(rule => {
    const { id } = rule;
    if (unwanted.includes(id)) return false;
    if (wanted.length > 0 && !wanted.includes(id)) return false;
    if (wanted.length === 0) return (settings[id]?.enabled ?? true) && isDeclared(rule, register);
    if (!isDeclared(rule, register)) throw undeclared(rule);
    return true;
  });
  if (chosen.length === 0) throw new UserError('no rule is left to judge by', 'List them with `keyward rules`.');
  return chosen.map(rule => ({ rule, options: optionsOf(rule, settings[rule.id] ?? {}) }));
}

const isDeclared = ({ needsDeclared }: Rule, register: readonly DeclaredHolder[]): boolean =>
  needsDeclared === undefined || register.some(holder => needsDeclared.some(field => holder[field] !== undefined));

const undeclared = ({ id, needsDeclared = [] }: Rule): UserError =>
  new UserError(
    `the rule '${id}' judges by the register, and no holder in it declares ${needsDeclared.join(' or ')}`,
    'Declare them in keyward.yaml under `register`; docs/register.md shows how.',
  );

function optionsOf({ options }: Rule, { enabled: _, ...given }: RuleSettings): ConfiguredRule['options'] {
  return Object.fromEntries(Object.entries(options).map(([name, option]) => [name, given[name] ?? option.default]));
}

/** With a state there need be none: then what it remembers is judged anew. */
function settleSources(given: readonly string[], config: Config, isStateful: boolean): readonly string[] {
  const sources = given.length > 0 ? given : (config.sources ?? []);
  if (sources.length === 0 && !isStateful) {
    throw new UserError(
      'no source to audit',
      'Name one, as in `keyward audit ./logs`, or see it at work first: `keyward demo`.',
    );
  }
  const strange = sources.find(source => !collectors.some(({ accepts }) => accepts(source)));
  if (strange === undefined) return sources;
  const forms = collectors.map(collector => collector.forms[0]).sort();
  throw new UserError(`unknown source '${strange}'`, `Write it like ${forms.join(', ')}; see \`keyward sources\`.`);
}

/** Days of history to read before what is judged; null for as many as the rules look back on. */
function settleLookback(flags: Pick<AuditFlags, 'lookback'>, config: Config): number | null {
  if (flags.lookback === undefined) return config.lookback ?? null;
  if (flags.lookback === '0') return 0;
  const span = parseSpan(flags.lookback);
  if (span !== undefined) return Math.ceil(span / DAY);
  throw new UserError(`--lookback '${flags.lookback}' is not a span of time`, 'Write it as 30d, 8w or 0.');
}

const settleFile = (file: string | undefined, io: Io): string | null =>
  file === undefined ? null : resolve(io.cwd, file);

const AWS_SETTINGS = ['profile', 'region', 'roleArn', 'externalId', 'accounts', 'roleName', 'allEvents'] as const;

/** How AWS is reached; the command line wins over the config, setting by setting. */
export function settleAws(flags: AwsSettings, { aws = {} }: Config): AwsSettings {
  const settings: { -readonly [Name in keyof AwsSettings]: AwsSettings[Name] } = {};
  const take = <Name extends keyof AwsSettings>(name: Name): void => {
    const value = flags[name] ?? aws[name];
    if (value !== undefined) settings[name] = value;
  };
  for (const name of AWS_SETTINGS) take(name);
  if (settings.roleArn !== undefined && !/^arn:aws[a-z-]*:iam::\d{12}:role\/./.test(settings.roleArn)) {
    throw new UserError(
      `'${settings.roleArn}' is not the ARN of a role`,
      'Write it as in arn:aws:iam::123456789012:role/audit.',
    );
  }
  if (settings.accounts !== undefined && settings.roleName === undefined) {
    throw new UserError('--accounts needs --role-name', 'Name the role that each of the accounts lends you.');
  }
  if (settings.roleName !== undefined && settings.accounts === undefined) {
    throw new UserError('--role-name needs --accounts', 'List the accounts, or write `--accounts org` for all.');
  }
  const strange = settings.accounts?.find(account => !/^(?:\d{12}|org)$/.test(account));
  if (strange === undefined) return settings;
  throw new UserError(`'${strange}' is not an AWS account`, 'An account has twelve digits; `org` means all of them.');
}

function settleWindow(flags: AuditFlags, config: Config, io: Io): Pick<Settings, 'now' | 'since' | 'until'> {
  const now = flags.now === undefined ? io.now() : readInstant('--now', flags.now);
  const [sinceText, untilText] = [flags.since ?? config.since, flags.until ?? config.until];
  const since = sinceText === undefined ? null : readWhen('--since', sinceText, now);
  const until = untilText === undefined ? null : readWhen('--until', untilText, now);
  const [end, name] = until === null ? [now, 'now'] : [until, '--until'];
  if (since !== null && since >= end) {
    const [from, to] = [since, end].map(at => new Date(at).toISOString());
    throw new UserError(`--since (${from}) is not before ${name} (${to})`);
  }
  return { now, since, until };
}

function oneOf<T extends string>(option: string, given: string | undefined, valid: readonly T[]): T | undefined {
  const found = valid.find(candidate => candidate === given);
  if (given !== undefined && found === undefined) throw unknownName(`value of ${option}`, given, valid);
  return found;
}
