import type { DecodeFlags } from './decode.ts';
import type { DiffFlags } from './diff.ts';
import type { DoctorFlags } from './doctor.ts';
import type { ExplainFlags } from './explain.ts';
import type { InitFlags } from './init.ts';
import type { KeysFlags } from './keys.ts';
import type { ListFlags, SourcesFlags } from './list.ts';
import type { AuditFlags, ReportFlags } from './settings.ts';
import { Command } from 'commander';
import { UserError } from '../errors.ts';
import { plainLines, tell } from './failures.ts';
import type { Io } from './io.ts';

/** Runs one command line and returns its exit status; whatever goes wrong is told on stderr. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  let status = 0;
  const program = programFor(io, code => {
    status = code;
  });
  try {
    await program.parseAsync(args.length === 0 ? ['--help'] : args, { from: 'user' });
    return status;
  } catch (error) {
    return tell(error, io);
  }
}

/** The command line, with what each command does; `finish` is told the exit status. */
export function programFor(io: Io, finish: (status: number) => void): Command {
  const program = new Command('keyward')
    .description('Audits the keys to AI models. Nothing it reads leaves the machine.')
    .version(io.version)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: text => io.stdout.write(text),
      writeErr: text => io.stderr.write(text),
      outputError: (text, write) => write(plainLines(withoutValue(text).replace(/^error: /, 'keyward: '))),
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stderr.columns ?? 80,
    })
    .addHelpText('after', EXAMPLES);
  addAudit(program, io, finish);
  addKeys(program, io, finish);
  addDemo(program, io, finish);
  addDoctor(program, io, finish);
  addDiff(program, io, finish);
  addExplain(program, io, finish);
  addDecode(program, io, finish);
  addLists(program, io, finish);
  addInit(program, io, finish);
  addCompletion(program, io, finish);
  return program;
}

type Finish = (status: number) => void;

function addAudit(program: Command, io: Io, finish: Finish): void {
  const command = program
    .command('audit')
    .description('read logs, judge the keys in them, report')
    .argument('[source...]', 'files, folders, globs, - for stdin, aws:, s3://…; see `keyward sources`')
    .optionsGroup('What is judged:')
    .option(
      '--since <time>',
      'judge from here on: 12h, 30d, 2w, 2026-06-01 or an instant (default: all of files, 90 days of aws: and s3://)',
    )
    .option('--until <time>', 'leave out events from here on')
    .option('--lookback <span>', 'history to read before --since (default: what the rules ask for; 0 for none)')
    .option('--now <time>', 'the instant to judge from (default: the clock)')
    .option('--rule <ids>', 'judge by these rules only (repeatable, comma lists)', collectRules)
    .option('--skip-rule <ids>', 'leave these rules out (repeatable, comma lists)', collectNames)
    .option('--geo-db <file>', 'a country or city database in MMDB format')
    .option('--asn-db <file>', 'an ASN database in MMDB format')
    .option('--config <file>', 'configuration (default: keyward.yaml here or above)')
    .option('--checkpoint <file>', 'keep what was read from afar, so that an interrupted run goes on there')
    .option('--state <folder>', 'remember what was read, so that the next run reads what is new and tells what changed')
    .optionsGroup('How AWS is reached:');
  addAwsOptions(command)
    .option('--all-events', 'pull every event of aws:, not only those that rules look at')
    .optionsGroup('What fails the run:')
    .option('--fail-on <severity>', 'exit 1 from this severity on: none, low, medium, high, critical (default: high)')
    .option('--fail-on-blind', 'exit 3 when a rule could not see a source')
    .option('--baseline <file>', 'a JSON report to compare with: what is new, known or gone since')
    .option('--gate <scope>', 'with a baseline or a state: new or all findings fail the run (default: new)');
  addReportOptions(command)
    .addHelpText('after', AUDIT_EXAMPLES)
    .action(async (sources: string[], flags: AuditFlags) => {
      const { auditCommand } = await import('./audit.ts');
      finish(await auditCommand(sources, flags, io));
    });
}

function addKeys(program: Command, io: Io, finish: Finish): void {
  const command = program
    .command('keys')
    .description('read logs and lists of keys, and say who holds what')
    .argument('[source...]', 'sources as for audit (default: those of the configuration)')
    .optionsGroup('What is listed:')
    .option('--where <conditions>', 'only keys that meet them all: provider=aws,age>90 (repeatable)', collect)
    .option('--sort <field>', 'holder, age, provider, last-seen, calls, tokens or id (default: holder)')
    .option('--all', 'also people, roles and sessions that are no keys and use no models')
    .option('--since <time>', 'read distant sources from here on: 30d, 2026-06-01 (default: 90 days)')
    .option('--until <time>', 'leave out events from here on')
    .option('--now <time>', 'the instant that ages are told at (default: the clock)')
    .option('--state <folder>', 'what `keyward audit --state` remembers is listed too; nothing is added to it')
    .option('--geo-db <file>', 'a country or city database in MMDB format')
    .option('--config <file>', 'configuration (default: keyward.yaml here or above)')
    .optionsGroup('How AWS is reached:');
  addAwsOptions(command)
    .option('--all-events', 'pull every event of aws:, not only those that rules look at')
    .optionsGroup('How it is written:')
    .option('--format <format>', 'format on stdout: table, json, csv or markdown (default: table)')
    .option('--out <format=file>', 'also write it to a file (repeatable)', collect)
    .option('--quiet', 'nothing on stderr but errors')
    .option('--verbose', 'more on stderr')
    .option('--no-color', 'no colour')
    .option('--no-progress', 'no progress')
    .addHelpText('after', KEYS_HELP)
    .action(async (sources: string[], flags: KeysFlags) => {
      const { keysCommand } = await import('./keys.ts');
      finish(await keysCommand(sources, flags, io));
    });
}

function addDemo(program: Command, io: Io, finish: Finish): void {
  const command = program.command('demo').description('audit bundled logs with planted trouble');
  addReportOptions(command).action(async (flags: ReportFlags) => {
    const { demoCommand } = await import('./demo.ts');
    finish(await demoCommand(flags, io));
  });
}

function addDoctor(program: Command, io: Io, finish: Finish): void {
  const command = program
    .command('doctor')
    .description('try what an audit of the sources would need, and say which rules would be blind')
    .argument('[source...]', 'sources as for audit (default: those of the configuration)')
    .option('--config <file>', 'configuration (default: keyward.yaml here or above)')
    .option('--geo-db <file>', 'a country or city database in MMDB format')
    .option('--asn-db <file>', 'an ASN database in MMDB format')
    .option('--json', 'as JSON')
    .option('--no-color', 'no colour')
    .optionsGroup('How AWS is reached:');
  addAwsOptions(command)
    .addHelpText('after', DOCTOR_STATUS)
    .action(async (sources: string[], flags: DoctorFlags) => {
      const { doctorCommand } = await import('./doctor.ts');
      finish(await doctorCommand(sources, flags, io));
    });
}

function addDiff(program: Command, io: Io, finish: Finish): void {
  program
    .command('diff')
    .description('what a later JSON report has and an earlier one had not')
    .argument('<before>', 'a report that was written with --out json=FILE')
    .argument('<after>', 'a later one')
    .option('--json', 'as JSON')
    .option('--no-color', 'no colour')
    .action(async (before: string, after: string, flags: DiffFlags) => {
      const { diffCommand } = await import('./diff.ts');
      finish(await diffCommand(before, after, flags, io));
    });
}

function addExplain(program: Command, io: Io, finish: Finish): void {
  program
    .command('explain')
    .description('what a rule means and when it errs, or all there is to a finding')
    .argument('<id>', 'a rule, as listed by `keyward rules`, or the fingerprint of a finding')
    .option('--from <report>', 'the JSON report that holds the finding')
    .option('--state <folder>', 'the memory of `keyward audit --state`, whose last run told the finding')
    .option('--no-color', 'no colour')
    .action(async (id: string, flags: ExplainFlags) => {
      const { explainCommand } = await import('./explain.ts');
      finish(await explainCommand(id, flags, io));
    });
}

function addDecode(program: Command, io: Io, finish: Finish): void {
  program
    .command('decode')
    .description('say what a key on stdin is, by its form alone and without showing it')
    .option('--json', 'as JSON')
    .addHelpText('after', DECODE_HELP)
    .action(async (flags: DecodeFlags) => {
      const { decodeCommand } = await import('./decode.ts');
      finish(await decodeCommand(flags, io));
    });
}

function addLists(program: Command, io: Io, finish: Finish): void {
  addList(program, 'rules', 'list what is judged').action(async (flags: ListFlags) => {
    const { rulesCommand } = await import('./list.ts');
    finish(await rulesCommand(flags, io));
  });
  addList(program, 'sources', 'list where events can come from')
    .option('--try <file>', 'show what the first records of a file are taken for, - for stdin')
    .option('--config <file>', 'configuration with the maps to try (default: keyward.yaml here or above)')
    .addHelpText('after', TRY_STATUS)
    .action(async (flags: SourcesFlags) => {
      const { sourcesCommand } = await import('./list.ts');
      finish(await sourcesCommand(flags, io));
    });
  addList(program, 'formats', 'list how a report can be written').action(async (flags: ListFlags) => {
    const { formatsCommand } = await import('./list.ts');
    finish(await formatsCommand(flags, io));
  });
}

const addList = (program: Command, name: string, description: string): Command =>
  program.command(name).description(description).option('--json', 'as JSON');

function addInit(program: Command, io: Io, finish: Finish): void {
  program
    .command('init')
    .description('write a configuration, or what a build server, a cloud or cron needs')
    .argument('[piece...]', 'config, github, gitlab, aws, azure, cron (default: config, and a list of the others)')
    .option('--force', 'overwrite files that are there')
    .option('--dry-run', 'print what would be written')
    .action(async (pieces: string[], flags: InitFlags) => {
      const { initCommand } = await import('./init.ts');
      finish(await initCommand(pieces, flags, io));
    });
}

function addCompletion(program: Command, io: Io, finish: Finish): void {
  program
    .command('completion')
    .description('print a script that completes commands, options and values in a shell')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText('after', COMPLETION_EXAMPLES)
    .action(async (shell: string) => {
      const { completionCommand } = await import('./completion.ts');
      finish(await completionCommand(shell, program, io));
    });
}

function addAwsOptions(command: Command): Command {
  return command
    .option('--profile <name>', 'profile of the AWS configuration')
    .option('--region <region>', 'Region to sign in with (default: AWS_REGION, AWS_DEFAULT_REGION, the profile)')
    .option('--role-arn <arn>', 'role to assume before reading')
    .option('--external-id <id>', 'external id that the role asks for')
    .option(
      '--accounts <ids>',
      'accounts to read through --role-name, or org for all of the organisation',
      collectNames,
    )
    .option('--role-name <name>', 'role to assume in each of --accounts');
}

function addReportOptions(command: Command): Command {
  return command
    .optionsGroup('How it is reported:')
    .option('--format <format>', 'format of the report on stdout, see `keyward formats` (default: text)')
    .option('--out <format=file>', 'also write a report to a file (repeatable)', collect)
    .option('--min-severity <severity>', 'show findings from this severity on; the gate sees all (default: info)')
    .option('--quiet', 'nothing on stderr but errors')
    .option('--verbose', 'more on stderr')
    .option('--no-color', 'no colour')
    .option('--no-progress', 'no progress');
}

/** What was given to an option that does not exist may be a secret. */
const withoutValue = (error: string): string =>
  error.replace(/^(error: unknown option '[^'=]*=)[^]*?'(?=\n|$)/, "$1…'");

const collect = (value: string, known: readonly string[] = []): string[] => [...known, value];

const collectNames = (value: string, known: readonly string[] = []): string[] => [
  ...known,
  ...value
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== ''),
];

/** An empty variable of a build server must not mean every rule. */
function collectRules(value: string, known?: readonly string[]): string[] {
  const names = collectNames(value);
  if (names.length === 0) throw new UserError('--rule names no rule', 'List them with `keyward rules`.');
  return [...(known ?? []), ...names];
}

const DECODE_HELP = `
Examples:
  keyward decode                      asks for the key, and shows nothing of it
  cat .env | keyward decode           every key in a file
  cat .env | keyward decode --json

A key does not belong on the command line: shells keep what is typed there.

Exit status: 0 something was recognised, 2 wrong usage, 3 nothing was.`;

const DOCTOR_STATUS = `
Exit status: 0 all that was asked can be read, 2 wrong usage, 3 something cannot
be read.`;

const TRY_STATUS = `
Exit status of --try: 0 a record was recognised, 2 wrong usage or no such file,
3 none was recognised.`;

const KEYS_HELP = `
Listed are static keys, and roles and other identities that use models; people,
sessions and roles that use none come with --all. Sources are joined: a key that
a proxy shows masked is the vendor's own where only one fits.

--where takes =, != and ~ (holds the text) for id, name, hint, provider, kind,
holder, account, scope, active (yes, no, unknown), places, models, sources and
remarks; and =, !=, >, <, >= and <= for age, expires and last-seen (in days),
networks, uses, calls, tokens, tokens-in, tokens-out and cost (in dollars).

Examples:
  keyward keys ./logs
  keyward keys aws: --where 'age>90,active!=no' --sort age
  keyward keys ./logs --where remarks=unknown-to-provider
  keyward keys ./logs --out csv=keys.csv

Exit status: 0 done, 2 wrong usage: nothing was read, 3 incomplete or a file
could not be written, 130 interrupted.`;

const COMPLETION_EXAMPLES = `
Examples:
  source <(keyward completion bash)         in ~/.bashrc
  source <(keyward completion zsh)          in ~/.zshrc, after compinit
  keyward completion fish | source          in ~/.config/fish/config.fish`;

const EXAMPLES = `
Examples:
  keyward demo                        see it at work, without an account
  keyward audit ./logs                audit a folder of logs
  keyward audit aws:                  audit an AWS account
  keyward doctor aws:                 what of it can be seen
  keyward explain unusual-geography   what a rule means`;

const AUDIT_EXAMPLES = `
Examples:
  keyward audit ./logs --since 30d
  keyward audit aws: --profile audit        an account as it is
  keyward audit s3://my-trail --since 7d    a trail, straight from its bucket
  zcat trail.json.gz | keyward audit -
  keyward audit ./logs --out json=report.json --fail-on medium
  keyward audit aws: --state ./memory       every week; alone: judge it anew

Exit status: 0 clean, 1 a finding reached --fail-on, 2 wrong usage: nothing
was judged, 3 incomplete or a report could not be written, 130 interrupted.`;
