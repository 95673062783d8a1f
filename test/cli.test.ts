import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Io, isColored, widthOf } from '../src/cli/io.ts';
import { isWatched, Meter } from '../src/cli/meter.ts';
import { configureRules } from '../src/cli/settings.ts';
import { UserError } from '../src/errors.ts';
import { reporters } from '../src/report/index.ts';
import { rules } from '../src/rules/index.ts';

const BIN = fileURLToPath(new URL('../bin/keyward.js', import.meta.url));
const DIST = new URL('../dist/', import.meta.url).href;
const MANIFEST = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const NOW = '2026-11-20T00:00:00Z';

let home = '';

interface Run {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Spawns the real binary in an environment that says nothing about colours, width or build servers. */
function keyward(args: readonly string[], { cwd = home, env = {}, input = '' }: Run = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    cwd,
    input,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: home, ...env },
  });
  return { status, stdout, stderr };
}

/** The modules of ours that a command loads, as paths under dist/. */
function loadedBy(args: readonly string[]): string[] {
  const folder = mkdtempSync(join(home, 'loaded-'));
  keyward(args, { env: { NODE_V8_COVERAGE: folder } });
  const { result } = JSON.parse(readFileSync(join(folder, readdirSync(folder)[0]!), 'utf8'));
  const urls = (result as { url: string }[]).map(({ url }) => url).filter(url => url.startsWith(DIST));
  return urls.map(url => url.slice(DIST.length)).sort();
}

/** One CloudTrail record of a key. */
function record(at: string, serial: number, key = 'AKIAIOSFODNN7EXAMPLE'): unknown {
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAEXAMPLE',
      arn: 'arn:aws:iam::123456789012:user/ci',
      accountId: '123456789012',
      accessKeyId: key,
      userName: 'ci',
    },
    eventTime: at,
    eventSource: 'bedrock.amazonaws.com',
    eventName: 'InvokeModel',
    awsRegion: 'eu-central-1',
    sourceIPAddress: '203.0.113.7',
    userAgent: 'Boto3/1.35.0',
    requestParameters: { modelId: 'anthropic.claude-sonnet-4-20250514-v1:0' },
    responseElements: null,
    eventID: `00000000-0000-4000-8000-${String(serial).padStart(12, '0')}`,
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '123456789012',
    eventCategory: 'Management',
  };
}

const trail = (...times: readonly string[]): string => JSON.stringify({ Records: times.map((at, i) => record(at, i)) });

/** A key in use for more than a year: one high finding of long-lived-key. */
const OLD = trail('2025-09-01T10:00:00Z', '2026-11-19T10:00:00Z');
const YOUNG = trail('2026-11-18T10:00:00Z', '2026-11-19T10:00:00Z');
const AUDIT = ['audit', '--now', NOW, '--rule', 'long-lived-key'];

beforeAll(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'keyward-cli-')));
  writeFileSync(join(home, 'old.json'), OLD);
  writeFileSync(join(home, 'young.json'), YOUNG);
  writeFileSync(join(home, 'damaged.json'), YOUNG.slice(0, -40));
  mkdirSync(join(home, 'empty'));
  mkdirSync(join(home, 'configured/inner'), { recursive: true });
  writeFileSync(join(home, 'configured/old.json'), OLD);
  const config = {
    sources: ['old.json'],
    failOn: 'critical',
    format: 'json',
    rules: { 'long-lived-key': { maxAgeDays: 30 } },
  };
  writeFileSync(join(home, 'configured/keyward.json'), JSON.stringify(config));
  writeFileSync(join(home, 'wrong.yaml'), 'failOn: low\nnetwroks: []\n');
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('help', () => {
  test('is what a bare keyward says', () => {
    const bare = keyward([]);
    expect(bare).toEqual(keyward(['--help']));
    expect(bare).toMatchObject({ status: 0, stderr: '' });
    expect(bare.stdout).toMatchInlineSnapshot(`
      "Usage: keyward [options] [command]

      Audits the keys to AI models. Nothing it reads leaves the machine.

      Options:
        -V, --version                    output the version number
        -h, --help                       display help for command

      Commands:
        audit [options] [source...]      read logs, judge the keys in them, report
        keys [options] [source...]       read logs and lists of keys, and say who
                                         holds what
        demo [options]                   audit bundled logs with planted trouble
        doctor [options] [source...]     try what an audit of the sources would need,
                                         and say which rules would be blind
        diff [options] <before> <after>  what a later JSON report has and an earlier
                                         one had not
        explain [options] <id>           what a rule means and when it errs, or all
                                         there is to a finding
        decode [options]                 say what a key on stdin is, by its form alone
                                         and without showing it
        rules [options]                  list what is judged
        sources [options]                list where events can come from
        formats [options]                list how a report can be written
        init [options] [piece...]        write a configuration, or what a build
                                         server, a cloud or cron needs
        completion <shell>               print a script that completes commands,
                                         options and values in a shell
        help [command]                   display help for command

      Examples:
        keyward demo                        see it at work, without an account
        keyward audit ./logs                audit a folder of logs
        keyward audit aws:                  audit an AWS account
        keyward doctor aws:                 what of it can be seen
        keyward explain unusual-geography   what a rule means
      "
    `);
  });

  test('of audit', () => {
    const { status, stdout, stderr } = keyward(['audit', '--help']);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatchInlineSnapshot(`
      "Usage: keyward audit [options] [source...]

      read logs, judge the keys in them, report

      Arguments:
        source                     files, folders, globs, - for stdin, aws:, s3://…;
                                   see \`keyward sources\`

      What is judged:
        --since <time>             judge from here on: 12h, 30d, 2w, 2026-06-01 or an
                                   instant (default: all of files, 90 days of aws: and
                                   s3://)
        --until <time>             leave out events from here on
        --lookback <span>          history to read before --since (default: what the
                                   rules ask for; 0 for none)
        --now <time>               the instant to judge from (default: the clock)
        --rule <ids>               judge by these rules only (repeatable, comma lists)
        --skip-rule <ids>          leave these rules out (repeatable, comma lists)
        --geo-db <file>            a country or city database in MMDB format
        --asn-db <file>            an ASN database in MMDB format
        --config <file>            configuration (default: keyward.yaml here or above)
        --checkpoint <file>        keep what was read from afar, so that an
                                   interrupted run goes on there
        --state <folder>           remember what was read, so that the next run reads
                                   what is new and tells what changed

      How AWS is reached:
        --profile <name>           profile of the AWS configuration
        --region <region>          Region to sign in with (default: AWS_REGION,
                                   AWS_DEFAULT_REGION, the profile)
        --role-arn <arn>           role to assume before reading
        --external-id <id>         external id that the role asks for
        --accounts <ids>           accounts to read through --role-name, or org for
                                   all of the organisation
        --role-name <name>         role to assume in each of --accounts
        --all-events               pull every event of aws:, not only those that rules
                                   look at

      What fails the run:
        --fail-on <severity>       exit 1 from this severity on: none, low, medium,
                                   high, critical (default: high)
        --fail-on-blind            exit 3 when a rule could not see a source
        --baseline <file>          a JSON report to compare with: what is new, known
                                   or gone since
        --gate <scope>             with a baseline or a state: new or all findings
                                   fail the run (default: new)

      How it is reported:
        --format <format>          format of the report on stdout, see \`keyward
                                   formats\` (default: text)
        --out <format=file>        also write a report to a file (repeatable)
        --min-severity <severity>  show findings from this severity on; the gate sees
                                   all (default: info)
        --quiet                    nothing on stderr but errors
        --verbose                  more on stderr
        --no-color                 no colour
        --no-progress              no progress

      Options:
        -h, --help                 display help for command

      Examples:
        keyward audit ./logs --since 30d
        keyward audit aws: --profile audit        an account as it is
        keyward audit s3://my-trail --since 7d    a trail, straight from its bucket
        zcat trail.json.gz | keyward audit -
        keyward audit ./logs --out json=report.json --fail-on medium
        keyward audit aws: --state ./memory       every week; alone: judge it anew

      Exit status: 0 clean, 1 a finding reached --fail-on, 2 wrong usage: nothing
      was judged, 3 incomplete or a report could not be written, 130 interrupted.
      "
    `);
  });

  test.each(['audit', 'keys', 'demo', 'doctor', 'diff', 'explain', 'decode', 'rules', 'sources', 'formats', 'init'])(
    'of %s fits a terminal',
    command => {
      const { status, stdout } = keyward([command, '--help']);
      expect(status).toBe(0);
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    },
  );

  test('version', () => {
    expect(keyward(['--version'])).toEqual({ status: 0, stdout: `${MANIFEST.version}\n`, stderr: '' });
  });

  test('loads neither the engine nor a database', () => {
    expect(loadedBy(['--help'])).toEqual([
      'cli.js',
      'cli/failures.js',
      'cli/program.js',
      'errors.js',
      'hash.js',
      'normalise/redact.js',
      'report/plain.js',
    ]);
    expect(loadedBy(['rules'])).not.toContain('audit.js');
  });
});

describe('wrong usage is status 2 and says what would be right', () => {
  test.each<readonly [string, readonly string[], string]>([
    [
      'an unknown option',
      ['audit', '--formt', 'json'],
      "keyward: unknown option '--formt'\n(Did you mean --format?)\n",
    ],
    ['an unknown command', ['adit'], "keyward: unknown command 'adit'\n(Did you mean audit?)\n"],
    ['a missing argument', ['explain'], "keyward: missing required argument 'id'\n"],
    ['a missing value', ['audit', '--format'], "keyward: option '--format <format>' argument missing\n"],
    [
      'one argument too many',
      ['rules', 'x'],
      "keyward: too many arguments for 'rules'. Expected 0 arguments but got 1.\n",
    ],
    [
      'an unknown rule',
      ['audit', 'x', '--rule', 'long-live-key'],
      "keyward: unknown rule 'long-live-key'\nDid you mean 'long-lived-key'?\n",
    ],
    [
      'an unknown rule among many',
      ['audit', 'x', '--skip-rule', 'long-lived-key,token-brust'],
      "keyward: unknown rule 'token-brust'\nDid you mean 'token-burst'?\n",
    ],
    [
      'an unknown rule to explain',
      ['explain', 'token-brust'],
      "keyward: unknown rule 'token-brust'\nDid you mean 'token-burst'?\n",
    ],
    [
      'no rule left',
      ['audit', 'x', '--rule', 'token-burst', '--skip-rule', 'token-burst'],
      'keyward: no rule is left to judge by\nList them with `keyward rules`.\n',
    ],
    [
      'an empty --rule',
      ['audit', 'x', '--rule', ''],
      'keyward: --rule names no rule\nList them with `keyward rules`.\n',
    ],
    [
      'a --rule of commas beside another',
      ['audit', 'x', '--rule', 'token-burst', '--rule', ' ,'],
      'keyward: --rule names no rule\nList them with `keyward rules`.\n',
    ],
    ...['ftp://host/logs', 'awz:', ''].map(
      source =>
        [
          `an unknown source ${source}`,
          ['audit', source],
          `keyward: unknown source '${source}'\n` +
            'Write it like ./logs, anthropic:, aws:, azure:<workspace-id>, entra:, litellm:https://proxy.example.com, openai:, s3://bucket; see `keyward sources`.\n',
        ] as const,
    ),
    ['an unknown format', ['audit', 'x', '--format', 'jsno'], "keyward: unknown format 'jsno'\nDid you mean 'json'?\n"],
    [
      'an unknown format of a file',
      ['audit', 'x', '--out', 'jsno=x'],
      "keyward: unknown format 'jsno'\nDid you mean 'json'?\n",
    ],
    [
      'a file without a format',
      ['audit', 'x', '--out', 'report.json'],
      "keyward: --out 'report.json' names no file\nWrite it as FORMAT=FILE, as in --out json=report.json.\n",
    ],
    [
      'a format without a file',
      ['audit', 'x', '--out', 'json='],
      "keyward: --out 'json=' names no file\nWrite it as FORMAT=FILE, as in --out json=report.json.\n",
    ],
    [
      'stdout as a file',
      ['audit', 'x', '--out', 'json=-'],
      "keyward: --out 'json=-' is not a file\nThe report on stdout is chosen by --format.\n",
    ],
    [
      'stdout by its other name',
      ['audit', 'x', '--out', 'json=/dev/stdout'],
      "keyward: --out 'json=/dev/stdout' is not a file\nThe report on stdout is chosen by --format.\n",
    ],
    [
      'an unknown severity',
      ['audit', 'x', '--min-severity', 'hihg'],
      "keyward: unknown value of --min-severity 'hihg'\nDid you mean 'high'?\n",
    ],
    [
      'a role that is not an ARN',
      ['audit', 'aws:', '--role-arn', 'audit'],
      "keyward: 'audit' is not the ARN of a role\nWrite it as in arn:aws:iam::123456789012:role/audit.\n",
    ],
    [
      'an unknown gate',
      ['audit', 'x', '--fail-on', 'info'],
      "keyward: unknown value of --fail-on 'info'\nValid: none, low, medium, high, critical.\n",
    ],
    [
      'a time that is none',
      ['audit', 'x', '--since', 'last week'],
      "keyward: --since 'last week' is not a time\nWrite it as 12h, 30d, 2w (hours, days, weeks), 2026-06-01 or 2026-06-01T12:00:00Z.\n",
    ],
    [
      'a now that is a span',
      ['audit', 'x', '--now', '30d'],
      "keyward: --now '30d' is not a time\nWrite it as 2026-06-01 or 2026-06-01T12:00:00Z.\n",
    ],
    [
      'a window that is empty',
      ['audit', 'x', '--now', NOW, '--since', '7d', '--until', '2026-11-13'],
      'keyward: --since (2026-11-13T00:00:00.000Z) is not before --until (2026-11-13T00:00:00.000Z)\n',
    ],
    [
      'a window that lies ahead',
      ['audit', 'x', '--now', NOW, '--since', '2027-01-01'],
      'keyward: --since (2027-01-01T00:00:00.000Z) is not before now (2026-11-20T00:00:00.000Z)\n',
    ],
    [
      'no source',
      ['audit'],
      'keyward: no source to audit\nName one, as in `keyward audit ./logs`, or see it at work first: `keyward demo`.\n',
    ],
    [
      'a config that is not there',
      ['audit', 'x', '--config', 'no.yaml'],
      'keyward: cannot read the config no.yaml: there is no such file\n',
    ],
    [
      'a malformed config',
      ['audit', 'x', '--config', 'wrong.yaml'],
      "keyward: wrong.yaml:2:1: unknown key 'netwroks'; did you mean 'networks'?\n",
    ],
    ['a folder as output', ['audit', 'x', '--out', 'json=empty'], 'keyward: cannot write empty: it is a folder\n'],
    [
      'two reports in one file',
      ['audit', 'x', '--out', 'json=r', '--out', 'text=./r'],
      'keyward: two reports are to be written to ./r\n',
    ],
  ])('%s', (_, args, stderr) => {
    expect(keyward(args)).toEqual({ status: 2, stdout: '', stderr });
  });

  test('an output in a folder that is not there', () => {
    expect(keyward(['audit', 'x', '--out', 'json=no/report.json'])).toEqual({
      status: 2,
      stdout: '',
      stderr: `keyward: cannot write no/report.json: the folder ${join(home, 'no')} does not exist\n`,
    });
  });

  test.each<[string, readonly string[], RegExp]>([
    ['a rule', ['audit', 'x', '--rule', '\x1b[31mred\x07'], /^keyward: unknown rule '\\x1b\[31mred\\x07'\n/],
    ['a command', ['\x1b[31mred\x07'], /^keyward: unknown command '\\x1b\[31mred\\x07'\n/],
    ['an option', ['audit', '--\x1b]0;red\x07'], /^keyward: unknown option '--\\x1b\]0;red\\x07'\n/],
    ['a source', ['audit', 'ftp://\x1b[31mred'], /^keyward: unknown source 'ftp:\/\/\\x1b\[31mred'\n/],
    ['an output', ['audit', 'x', '--out', 'json=\x1b[31mred/x'], /^keyward: cannot write \\x1b\[31mred\/x: /],
  ])('control characters reach no terminal: %s', (_, args, expected) => {
    const { status, stderr } = keyward(args);
    expect(status).toBe(2);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(/[\x1b\x07]/);
  });
});

describe('the lists', () => {
  test.each(['rules', 'sources', 'formats'])('%s as a table and as JSON', command => {
    const text = keyward([command]);
    const json = keyward([command, '--json']);
    expect([text.status, text.stderr, json.status, json.stderr]).toEqual([0, '', 0, '']);
    const ids = (JSON.parse(json.stdout) as { id: string }[]).map(({ id }) => id);
    const first = text.stdout
      .split('\n')
      .slice(1, -1)
      .filter(line => !line.startsWith(' '))
      .map(line => line.split(' ')[0]);
    expect(first).toEqual(ids);
    expect(ids.length).toBeGreaterThan(0);
    for (const line of text.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('rules say what can be set', () => {
    const listed = JSON.parse(keyward(['rules', '--json']).stdout) as { id: string; options: unknown }[];
    expect(listed.map(({ id }) => id)).toEqual(rules.map(({ id }) => id));
    expect(listed.find(({ id }) => id === 'long-lived-key')?.options).toMatchObject({
      maxAgeDays: { default: 90, min: 1, max: 3650 },
    });
  });
});

describe('explain', () => {
  test('tells all there is to say about a rule', () => {
    const { status, stdout, stderr } = keyward(['explain', 'long-lived-key']);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatchInlineSnapshot(`
      "Long-lived key  long-lived-key
      lifetime, fact, medium. High once the key is older than \`highAgeDays\`.

      A static key has been valid for longer than your rotation period. The longer a
      key lives, the more copies of it there are and the less anyone knows who holds
      them. The age counts from the creation that an inventory or the log tells of;
      without one it is the time between the first and the last use in the logs, which
      is the least it can be. The use of a Bedrock or Claude Platform key is often
      recorded under its user alone; it has no age of its own where the making of such
      a key of that user is known. Nor has a key in the logs that may be one of its
      user’s keys of which a report tells without their ids. A key of a vendor or of a
      proxy has its age from the list that they give. A key of the root user is left
      to root-credential. A holder for whom the register declares \`maxAgeDays\` has
      that limit instead.

      What it says
        a key older than the limit:
          medium: Created 91 days ago; the limit is 90.
        a key older than a year, still in use:
          high: Created 400 days ago; the limit is 90.
        a key in use for months, created where no log reaches:
          medium: In use for at least 120 days; the limit is 90. Its creation lies
            before the logs begin.
        a Bedrock API key in use for more than a year:
          high: In use for at least 380 days; the limit is 90. Its creation lies
            before the logs begin.
        Bedrock API keys of a user, none of whose making is in the logs:
          medium: In use for at least 149 days; the limit is 90. Its creation lies
            before the logs begin.
        a key in logs that end half a year ago:
          medium: Was 200 days old when the logs end; the limit is 90.
        a key in an inventory made three months ago, after the logs end:
          medium: Was 310 days old when last known to be active, on 2026-08-22; the
            limit is 90.
        a key in an inventory of today, long after the logs end:
          high: Created 399 days ago; the limit is 90.
        a key that a report tells of without its id:
          medium: Created 120 days ago; the limit is 90.
        an API key of Anthropic, by the list of the Admin API:
          medium: Created 120 days ago; the limit is 90.
        a key of a service account of Google Cloud, as old as its project:
          high: Created 700 days ago; the limit is 90.
        a limit of one month:
          medium: Created 45 days ago; the limit is 30.
        a key older than the register allows its holder:
          medium: Created 45 days ago; the limit is 30.

      When it errs
        - A key that only an inventory or an old log knows and that was deleted where
          no log reaches counts as alive.
        - A key that cannot be rotated for a while: suppress the finding, with an
          owner and a date.

      Options, under rules.long-lived-key in keyward.yaml
        maxAgeDays  default 90, from 1 to 3,650
          Oldest a key may grow, in days.
        highAgeDays  default 365, from 1 to 3,650
          Age past which the finding is high, in days.

      What to do
        Create a second key, move its users over, see that nothing uses the old one,
        disable it, and delete it after a few quiet days. Where you can, use a role or
        another identity that needs no key.

      See also
        - https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html
        - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_api_keys_for_aws_services.html
        - https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html
        - https://platform.claude.com/docs/en/manage-claude/workload-identity-federation
        - https://docs.cloud.google.com/iam/docs/best-practices-for-managing-service-account-keys
      "
    `);
  });

  test.each(rules.map(({ id }) => id))('%s in 80 columns without colour', id => {
    const { status, stdout, stderr } = keyward(['explain', id]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).not.toMatch(/\x1b|undefined|NaN/);
    for (const line of stdout.split('\n')) if (!line.includes('https://')) expect(line.length).toBeLessThanOrEqual(80);
  });

  /** What a rule's page says of one option. */
  const optionOf = (rule: string, name: string, COLUMNS = '80'): string => {
    const { stdout } = keyward(['explain', rule], { env: { COLUMNS } });
    return new RegExp(`^  ${name}.*\\n(?:    .*\\n)+`, 'm').exec(stdout)?.[0] ?? '';
  };

  test('a limit of a million and more is none, and a fraction is not rounded', () => {
    expect(optionOf('unusual-geography', 'highCalls').split('\n')[0]).toBe('  highCalls  default 100');
    expect(optionOf('unusual-geography', 'noveltyLimit').split('\n')[0]).toBe(
      '  noveltyLimit  default 0.05, from 0 to 1',
    );
  });

  test('a default that does not fit the line has its own', () => {
    const [head, ...rest] = optionOf('denied-geography', 'vendorCountries', '40').split('\n');
    expect(head).toBe('  vendorCountries');
    expect(rest.slice(-3)).toEqual(['    Default: BY, CN, CU, HK, IR, KP, MO,', '    RU, SY, VE.', '']);
  });

  test('in colour when asked', () => {
    expect(keyward(['explain', 'long-lived-key'], { env: { FORCE_COLOR: '1' } }).stdout).toContain('\x1b[1m');
    expect(keyward(['explain', 'long-lived-key', '--no-color'], { env: { FORCE_COLOR: '1' } }).stdout).not.toContain(
      '\x1b',
    );
  });
});

describe('the exit status of an audit', () => {
  const brief = (args: readonly string[], run?: Run) => {
    const { status, stdout, stderr } = keyward([...AUDIT, '--format', 'json', ...args], run);
    const report = stdout === '' ? null : JSON.parse(stdout);
    return { status, stderr, findings: report?.findings.length, complete: report?.run.complete };
  };
  const GATED = 'keyward: 1 finding at or above high (--fail-on)\n';

  test.each<[string, readonly string[], ReturnType<typeof brief>]>([
    ['clean', ['young.json'], { status: 0, stderr: '', findings: 0, complete: true }],
    ['a finding at the gate', ['old.json'], { status: 1, stderr: GATED, findings: 1, complete: true }],
    [
      'a finding below the gate',
      ['old.json', '--fail-on', 'critical'],
      { status: 0, stderr: '', findings: 1, complete: true },
    ],
    [
      'a finding and no gate',
      ['old.json', '--fail-on', 'none'],
      { status: 0, stderr: '', findings: 1, complete: true },
    ],
    [
      'what is not shown still gates',
      ['old.json', '--min-severity', 'critical'],
      { status: 1, stderr: GATED, findings: 0, complete: true },
    ],
    [
      'what is shown need not gate',
      ['old.json', '--min-severity', 'low', '--fail-on', 'critical'],
      { status: 0, stderr: '', findings: 1, complete: true },
    ],
    ['quietly', ['old.json', '--quiet'], { status: 1, stderr: '', findings: 1, complete: true }],
  ])('%s', (_, args, expected) => {
    expect(brief(args)).toEqual(expected);
  });

  test('the summary counts what is not shown', () => {
    const { stdout } = keyward([...AUDIT, '--format', 'json', 'old.json', '--min-severity', 'critical']);
    expect(JSON.parse(stdout).summary.findings).toEqual({ critical: 0, high: 1, medium: 0, low: 0, info: 0 });
  });

  test('2 when the only path is missing', () => {
    const { status, stdout, stderr } = keyward([...AUDIT, 'nowhere']);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^keyward: .*nowhere/);
  });

  test('2 when the folder is empty', () => {
    const { status, stdout, stderr } = keyward([...AUDIT, 'empty']);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^keyward: .*empty/);
  });

  test('3 when one of several paths is missing', () => {
    const { stderr, ...rest } = brief(['young.json', 'nowhere']);
    expect(rest).toEqual({ status: 3, findings: 0, complete: false });
    expect(stderr).toBe("keyward: incomplete: no such file or folder: 'nowhere'\n");
  });

  test('3 when a file is damaged', () => {
    const { stderr, ...rest } = brief(['damaged.json']);
    expect(rest).toEqual({ status: 3, findings: 0, complete: false });
    expect(stderr).toBe('keyward: incomplete: damaged.json, byte 681: the JSON ends inside a record\n');
  });

  test('1 when a finding gates and a path is missing: both are said', () => {
    const { stderr, ...rest } = brief(['old.json', 'nowhere']);
    expect(rest).toEqual({ status: 1, findings: 1, complete: false });
    expect(stderr).toBe(`${GATED}keyward: incomplete: no such file or folder: 'nowhere'\n`);
  });

  test('3 when there is nothing in a file or in standard input', () => {
    writeFileSync(join(home, 'zero.json'), '');
    const nothing = (name: string) => ({
      status: 3,
      stderr: `keyward: incomplete: ${name}: the file is empty\n`,
      findings: 0,
      complete: false,
    });
    expect(brief(['zero.json'])).toEqual(nothing('zero.json'));
    expect(brief(['young.json', 'zero.json'])).toEqual(nothing('zero.json'));
    expect(brief(['-'])).toEqual(nothing('-'));
  });

  test('3 when a file that is named is no log', () => {
    writeFileSync(join(home, 'notes.txt'), 'buy milk\n');
    expect(brief(['notes.txt'])).toEqual({
      status: 3,
      stderr: 'keyward: incomplete: notes.txt: not recognised as an audit log (and 1 more like it, see the report)\n',
      findings: 0,
      complete: false,
    });
    expect(brief(['young.json', 'notes.tx*'])).toMatchObject({ status: 0, complete: true });
  });

  test('what is missing names its path once, however the source is written, and counts the rest', () => {
    mkdirSync(join(home, 'many'));
    for (let i = 0; i < 25; i++) writeFileSync(join(home, `many/${String(i).padStart(2, '0')}.json`), 'x');
    const stderr =
      'keyward: incomplete: many/00.json: not recognised as an audit log (and 49 more like it, see the report)\n';
    for (const source of ['many', 'many/', './many', '../many/']) {
      const cwd = source.startsWith('..') ? join(home, 'many') : home;
      const path = source.startsWith('..') ? '../many' : 'many';
      expect(brief([source], { cwd })).toMatchObject({ status: 3, stderr: stderr.replace('many', path) });
    }
  });
});

describe('a rule that cannot see', () => {
  test('makes the run incomplete under --fail-on-blind only', () => {
    writeFileSync(join(home, 'nothing.json'), '[]');
    const args = [...AUDIT, 'young.json', 'nothing.json', '--format', 'json'];
    const stderr = 'keyward: 1 rule blind (--fail-on-blind): long-lived-key\n';
    expect(keyward([...args, '--fail-on-blind'])).toMatchObject({ status: 3, stderr });
    expect(keyward(args)).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('a bug', () => {
  test('is status 70, with the stack and a request to report it', () => {
    writeFileSync(join(home, 'fault.mjs'), 'Date.now = () => { throw new Error("boom\\x1b[31m"); };');
    const { status, stdout, stderr } = keyward(['audit', 'old.json'], {
      env: { NODE_OPTIONS: `--import=${pathToFileURL(join(home, 'fault.mjs')).href}` },
    });
    expect([status, stdout]).toEqual([70, '']);
    expect(stderr).toMatch(
      /^Error: boom\\x1b\[31m\n +at .*\n(.*\n)*keyward: this is a bug in keyward .*; please report it/,
    );
  });
});

describe('the demo', () => {
  test('finds what was planted, does its job, and says the same from everywhere', () => {
    const here = keyward(['demo']);
    expect([here.status, here.stderr]).toEqual([0, '']);
    expect(here.stdout).toMatch(/^keyward {2}demo logs {3}/);
    expect(here.stdout).toMatch(/^CRITICAL/m);
    expect(keyward(['demo'], { cwd: join(home, 'configured/inner') })).toEqual(here);
  });

  test('takes the options of a report', () => {
    const args = ['demo', '--format', 'json', '--min-severity', 'critical', '--out', 'text=demo.txt'];
    const { status, stdout } = keyward(args);
    expect(status).toBe(0);
    const severities = JSON.parse(stdout).findings.map(({ severity }: { severity: string }) => severity);
    expect([...new Set(severities)]).toEqual(['critical']);
    expect(readFileSync(join(home, 'demo.txt'), 'utf8')).toMatch(/^keyward {2}demo logs {3}/);
  });
});

describe('stdin', () => {
  test('is read for -', () => {
    const piped = keyward([...AUDIT, '--format', 'json', '-'], { input: OLD });
    expect(piped.status).toBe(1);
    expect(JSON.parse(piped.stdout).findings).toEqual(
      JSON.parse(keyward([...AUDIT, '--format', 'json', 'old.json']).stdout).findings,
    );
  });
});

describe.skipIf(process.platform !== 'linux')('stdin at a terminal', () => {
  test.each<[string, readonly string[], boolean]>([
    ['is asked for', ['-'], true],
    ['is not, quietly', ['-', '--quiet'], false],
    ['is not when it is not read', ['young.json'], false],
  ])('%s', (_, args, expected) => {
    const command = [process.execPath, BIN, ...AUDIT, ...args].map(word => `'${word}'`).join(' ');
    const { stdout, error } = spawnSync('script', ['-qec', command, '/dev/null'], {
      cwd: home,
      input: '\x04',
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(error).toBeUndefined();
    expect(stdout.includes('keyward: reading standard input; end it with Ctrl-D')).toBe(expected);
  });
});

describe('the config', () => {
  test('is found from below and gives sources, gate, format and options', () => {
    const { status, stdout, stderr } = keyward(['audit', '--now', NOW, '--rule', 'long-lived-key'], {
      cwd: join(home, 'configured/inner'),
    });
    expect([status, stderr]).toEqual([0, '']);
    const report = JSON.parse(stdout);
    expect(report.sources.map(({ id }: { id: string }) => id)).toEqual(['../old.json']);
    expect(report.findings[0].message).toContain('the limit is 30');
  });

  test('yields to the command line', () => {
    const cwd = join(home, 'configured');
    const { status, stdout } = keyward([...AUDIT, '../young.json', '--fail-on', 'low', '--format', 'text'], { cwd });
    expect(status).toBe(0);
    expect(stdout).not.toMatch(/^\{/);
    expect(keyward([...AUDIT, '--fail-on', 'high'], { cwd }).status).toBe(1);
  });

  test('is named under --verbose', () => {
    const cwd = join(home, 'configured');
    expect(keyward([...AUDIT, '--verbose'], { cwd }).stderr).toContain(
      `keyward: config ${join(cwd, 'keyward.json')}\n`,
    );
  });
});

describe('outputs', () => {
  test('are all written, whatever the status, for their owner alone', () => {
    const outs = reporters.flatMap(({ id }) => ['--out', `${id}=report.${id}`]);
    const { status, stdout } = keyward([...AUDIT, 'old.json', '--format', 'json', ...outs]);
    expect(status).toBe(1);
    expect(readFileSync(join(home, 'report.json'), 'utf8')).toBe(stdout);
    for (const { id } of reporters) {
      const file = join(home, `report.${id}`);
      expect(statSync(file).size).toBeGreaterThan(0);
      expect(readFileSync(file, 'utf8')).not.toContain('\x1b');
      if (process.platform !== 'win32') expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
    }
    expect(readdirSync(home).filter(name => name.endsWith('.tmp'))).toEqual([]);
  });

  test('replace what was there and keep a link a link', () => {
    writeFileSync(join(home, 'target.json'), 'x'.repeat(1_000_000), { mode: 0o644 });
    symlinkSync('target.json', join(home, 'link.json'));
    const { stdout } = keyward([...AUDIT, 'old.json', '--format', 'json', '--out', 'json=link.json']);
    expect(readFileSync(join(home, 'target.json'), 'utf8')).toBe(stdout);
    expect(readFileSync(join(home, 'link.json'), 'utf8')).toBe(stdout);
    expect(statSync(join(home, 'target.json')).mode & 0o777).toBe(0o600);
  });

  test.skipIf(process.platform === 'win32')('to a pipe or a device go through it', () => {
    spawnSync('mkfifo', [join(home, 'pipe')]);
    const script = 'cat pipe > piped.json & "$@"; status=$?; wait; exit $status';
    const outs = ['--out', 'json=pipe', '--out', 'text=/dev/null'];
    const args = ['-c', script, 'sh', process.execPath, BIN, ...AUDIT, 'young.json', ...outs];
    const { status } = spawnSync('sh', args, { cwd: home, env: { PATH: process.env.PATH, HOME: home } });
    expect(status).toBe(0);
    expect(JSON.parse(readFileSync(join(home, 'piped.json'), 'utf8')).findings).toEqual([]);
    expect(statSync(join(home, 'pipe')).isFIFO()).toBe(true);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  test.skipIf(process.platform !== 'linux')('that cannot be written are told', () => {
    const { status, stderr } = keyward([...AUDIT, 'young.json', '--out', 'json=/dev/full', '--out', 'text=after.txt']);
    expect(status).toBe(3);
    expect(stderr).toMatch(/^keyward: cannot write \/dev\/full: ENOSPC.*\n$/);
    expect(statSync(join(home, 'after.txt')).size).toBeGreaterThan(0);
    expect(keyward([...AUDIT, 'old.json', '--out', 'json=/dev/full'])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^keyward: cannot write .*\nkeyward: 1 finding at or above high/),
    });
    expect(keyward(['demo', '--out', 'json=/dev/full']).status).toBe(3);
    const full = openSync('/dev/full', 'w');
    const { status: printed } = spawnSync(process.execPath, [BIN, ...AUDIT, 'young.json'], {
      cwd: home,
      stdio: ['ignore', full, 'ignore'],
    });
    closeSync(full);
    expect(printed).toBe(3);
  });

  test.skipIf(process.platform !== 'linux')('in a folder of devices are files all the same', () => {
    const folder = mkdtempSync('/dev/shm/keyward-');
    const file = join(folder, 'report.json');
    for (let i = 0; i < 2; i++) keyward([...AUDIT, 'young.json', '--out', `json=${file}`]);
    expect(JSON.parse(readFileSync(file, 'utf8')).findings).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  test('never overwrite what is read', () => {
    mkdirSync(join(home, 'precious/in'), { recursive: true });
    const at = (path: string): string => join(home, 'precious', path);
    for (const path of ['in/log.json', 'other.json']) writeFileSync(at(path), YOUNG);
    writeFileSync(at('keyward.json'), '{}');
    symlinkSync('in/log.json', at('link'));
    linkSync(at('in/log.json'), at('hard'));
    const cwd = join(home, 'precious');
    const cases: readonly [readonly string[], string][] = [
      [['in/log.json'], 'in/log.json'],
      [['in'], './in/../in/log.json'],
      [['in'], at('in/log.json')],
      [['in/*.json'], 'link'],
      [['in', 'nowhere'], 'hard'],
      [['in/../link'], 'in/log.json'],
      [['in'], 'keyward.json'],
    ];
    for (const [sources, file] of cases) {
      expect(keyward([...AUDIT, ...sources, '--out', `text=${file}`], { cwd })).toEqual({
        status: 2,
        stdout: '',
        stderr: `keyward: cannot write ${file}: it is a file to be read\nWrite the report somewhere else.\n`,
      });
    }
    const input = openSync(at('in/log.json'), 'r');
    const args = [BIN, ...AUDIT, '-', '--out', 'text=in/log.json'];
    const { status } = spawnSync(process.execPath, args, { cwd, stdio: [input, 'ignore', 'ignore'] });
    closeSync(input);
    expect(status).toBe(process.platform === 'win32' ? 0 : 2);
    expect(keyward([...AUDIT, 'in', '--out', 'text=other.json'], { cwd }).status).toBe(0);
    expect(readFileSync(at('in/log.json'), 'utf8')).toBe(YOUNG);
  });

  test('that are links to one file are one too many, and a link to none yet stays one', () => {
    for (const name of ['first', 'second']) symlinkSync('yet-to-be', join(home, name));
    expect(keyward([...AUDIT, 'young.json', '--out', 'json=first', '--out', 'text=second'])).toEqual({
      status: 2,
      stdout: '',
      stderr: 'keyward: two reports are to be written to second\n',
    });
    expect(keyward([...AUDIT, 'young.json', '--out', 'json=first']).status).toBe(0);
    expect(lstatSync(join(home, 'first')).isSymbolicLink()).toBe(true);
    expect(statSync(join(home, 'yet-to-be')).size).toBeGreaterThan(0);
  });
});

describe('text on stdout', () => {
  test.each<[string, Readonly<Record<string, string>>, readonly string[], boolean]>([
    ['through a pipe', {}, [], false],
    ['forced', { FORCE_COLOR: '1' }, [], true],
    ['forced against NO_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, [], true],
    ['forced off', { FORCE_COLOR: '0' }, [], false],
    ['forced, but refused by the option', { FORCE_COLOR: '1' }, ['--no-color'], false],
  ])('in colour: %s', (_, env, args, expected) => {
    const { stdout, stderr } = keyward([...AUDIT, 'old.json', ...args], { env });
    expect(stdout.includes('\x1b')).toBe(expected);
    expect(stderr).not.toContain('\x1b');
  });

  test.each([60, 80, 120])('fills %d columns', COLUMNS => {
    const { stdout } = keyward([...AUDIT, 'old.json'], { env: { COLUMNS: String(COLUMNS) } });
    const lines = stdout.split('\n').filter(line => !/^ +aws /.test(line));
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(COLUMNS);
    expect(Math.max(...lines.map(line => line.length))).toBeGreaterThan(COLUMNS - 20);
  });

  test('is the same twice', () => {
    expect(keyward([...AUDIT, 'old.json'])).toEqual(keyward([...AUDIT, 'old.json']));
  });
});

describe.skipIf(process.platform === 'win32')('a reader that hangs up', () => {
  test.each([
    ['while a long report is printed', [...AUDIT, 'old.json', '--format', 'json'], 1],
    ['while a list is printed', ['rules', '--json'], 0],
  ])('ends it quietly with the right status: %s', async (_, args, expected) => {
    const child = spawn(process.execPath, [BIN, ...args], { cwd: home, env: { PATH: process.env.PATH, HOME: home } });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', text => {
      stderr += text;
    });
    const [status] = await once(child, 'close');
    expect(status).toBe(expected);
    expect(stderr).not.toMatch(/EPIPE|^ +at /m);
  });
});

describe.skipIf(process.platform === 'win32')('an interrupt', () => {
  /** Audits a stdin that is left open, and gives the child once it has had time to read what was written. */
  async function waiting(args: readonly string[]) {
    const child = spawn(process.execPath, [BIN, ...args, '-'], {
      cwd: home,
      env: { PATH: process.env.PATH, HOME: home },
    });
    const streams = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', text => {
      streams.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', text => {
      streams.stderr += text;
    });
    const lines = ['2025-09-01T10:00:00Z', '2026-11-19T10:00:00Z'].map((at, i) => JSON.stringify(record(at, i)));
    child.stdin.write(`${lines.join('\n')}\n`);
    await new Promise(resolve => setTimeout(resolve, 1500));
    return { child, streams };
  }

  test('ends the reading, and what was read is reported as incomplete', async () => {
    const { child, streams } = await waiting([...AUDIT, '--format', 'json', '--out', 'text=interrupted.txt']);
    child.kill('SIGINT');
    const [status, signal] = await once(child, 'close');
    expect([status, signal]).toEqual([130, null]);
    const report = JSON.parse(streams.stdout);
    expect(report.run.complete).toBe(false);
    expect(report.sources[0].events).toBe(2);
    expect(streams.stderr).toBe(
      'keyward: interrupted: the report holds what was read until then\n' +
        'keyward: 1 finding at or above high (--fail-on)\n',
    );
    expect(statSync(join(home, 'interrupted.txt')).size).toBeGreaterThan(0);
  });

  test('says how to go on from a checkpoint', async () => {
    const { child, streams } = await waiting([...AUDIT, '--checkpoint', 'kept', '--fail-on', 'none']);
    child.kill('SIGINT');
    await once(child, 'close');
    expect(streams.stderr).toBe(
      'keyward: interrupted: the report holds what was read until then\n' +
        'keyward: the same command goes on from kept within a day\n',
    );
  });

  test('ends a pipe that nobody writes to', async () => {
    spawnSync('mkfifo', [join(home, 'nobody-writes')]);
    const child = spawn(process.execPath, [BIN, ...AUDIT, 'nobody-writes'], {
      cwd: home,
      env: { PATH: process.env.PATH, HOME: home },
      stdio: 'ignore',
    });
    await new Promise(resolve => setTimeout(resolve, 1500));
    child.kill('SIGINT');
    const overdue = setTimeout(() => child.kill('SIGKILL'), 5000);
    const ended = await once(child, 'close');
    clearTimeout(overdue);
    expect(ended).toEqual([130, null]);
  });

  test('a second one ends it at once, whatever it waits for', async () => {
    spawnSync('mkfifo', [join(home, 'nobody-reads')]);
    const { child } = await waiting([...AUDIT, '--out', 'json=nobody-reads']);
    child.kill('SIGINT');
    await new Promise(resolve => setTimeout(resolve, 1000));
    expect(child.exitCode).toBeNull();
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([null, 'SIGINT']);
  });
});

describe('which rules judge', () => {
  const two = rules.slice(0, 2);
  const [first, second] = two.map(({ id }) => id) as [string, string];
  const chosen = (settings: Parameters<typeof configureRules>[1], rule: string[], skipRule: string[]) =>
    configureRules(two, settings, { rule, skipRule }).map(configured => configured.rule.id);

  test.each<[string, Parameters<typeof chosen>, readonly string[]]>([
    ['all, if nothing is said', [{}, [], []], [first, second]],
    ['all but the disabled', [{ [first]: { enabled: false } }, [], []], [second]],
    ['the named', [{}, [second], []], [second]],
    ['the named, though disabled', [{ [second]: { enabled: false } }, [second], []], [second]],
    ['all but the skipped', [{}, [], [second]], [first]],
    ['the named but the skipped', [{}, [first, second], [second]], [first]],
  ])('%s', (_, args, expected) => {
    expect(chosen(...args)).toEqual(expected);
  });

  test('none is an error', () => {
    expect(() => chosen({}, [first], [first])).toThrow(UserError);
  });

  test('with the options of the config over their defaults', () => {
    const rule = rules.find(({ id }) => id === 'long-lived-key')!;
    const [configured] = configureRules(
      [rule],
      { 'long-lived-key': { enabled: true, maxAgeDays: 7 } },
      { rule: [], skipRule: [] },
    );
    const defaults = Object.fromEntries(Object.entries(rule.options).map(([name, option]) => [name, option.default]));
    expect(configured?.options).toEqual({ ...defaults, maxAgeDays: 7 });
  });
});

interface Place {
  readonly tty?: boolean;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A world whose clock is set by hand and whose streams are remembered. */
function world({ tty = false, columns, env = {} }: Place) {
  const written: string[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY: tty, ...(columns !== undefined && { columns }) });
  stream.on('data', chunk => written.push(String(chunk)));
  const clock = { now: 0 };
  const io: Io = {
    stdout: stream,
    stderr: stream,
    env,
    cwd: '/',
    version: '0.0.0',
    setVariable: () => {},
    now: () => clock.now,
    onInterrupt: () => () => {},
  };
  return { io, clock, written };
}

describe('at a terminal', () => {
  test.each<[string, Place, { color: boolean; width: number; watched: boolean }]>([
    ['a terminal', { tty: true, columns: 132 }, { color: true, width: 132, watched: true }],
    ['a terminal without a size', { tty: true }, { color: true, width: 80, watched: true }],
    ['a pipe', { columns: 132 }, { color: false, width: 80, watched: false }],
    ['COLUMNS', { tty: true, columns: 132, env: { COLUMNS: '100' } }, { color: true, width: 100, watched: true }],
    [
      'a useless COLUMNS',
      { tty: true, columns: 132, env: { COLUMNS: 'wide' } },
      { color: true, width: 132, watched: true },
    ],
    ['hardly a column', { tty: true, columns: 5 }, { color: true, width: 40, watched: true }],
    ['NO_COLOR', { tty: true, env: { NO_COLOR: '1' } }, { color: false, width: 80, watched: true }],
    ['an empty NO_COLOR', { tty: true, env: { NO_COLOR: '' } }, { color: true, width: 80, watched: true }],
    ['a dumb terminal', { tty: true, env: { TERM: 'dumb' } }, { color: false, width: 80, watched: false }],
    ['a build server', { tty: true, env: { CI: 'true' } }, { color: true, width: 80, watched: false }],
    [
      'a build server that forces colour',
      { env: { CI: 'true', FORCE_COLOR: '1' } },
      { color: true, width: 80, watched: false },
    ],
  ])('%s', (_, place, expected) => {
    const { io } = world(place);
    expect({ color: isColored(io, true), width: widthOf(io), watched: isWatched(io) }).toEqual(expected);
    expect(isColored(io, false)).toBe(false);
  });

  const fresh = { doneBefore: 0, eventsBefore: 0 };

  test('progress waits a second, is drawn ten times a second at most, and leaves nothing behind', () => {
    const { io, clock, written } = world({ tty: true, columns: 60 });
    const meter = new Meter(io);
    for (clock.now = 0; clock.now < 3000; clock.now += 10) {
      meter.update({
        ...fresh,
        shards: 1,
        shardsTotal: 2,
        unit: 'file',
        done: clock.now,
        total: 3000,
        events: clock.now,
      });
    }
    meter.erase();
    expect(written).toHaveLength(21);
    expect(written[0]).toBe('\r\x1b[K1 of 2 files · 33 % · 2 s left · 1,000 events');
    expect(written.at(-1)).toBe('\r\x1b[K');
  });

  test('what takes long to open is said to be opened, until there is progress', () => {
    vi.useFakeTimers();
    try {
      const { io, clock, written } = world({ tty: true });
      const meter = new Meter(io);
      const stopWaiting = meter.wait();
      vi.advanceTimersByTime(999);
      expect(written).toEqual([]);
      clock.now = 1000;
      vi.advanceTimersByTime(1);
      clock.now = 1100;
      meter.update({ ...fresh, shards: 0, shardsTotal: 6, unit: 'part', done: 0, total: 100, events: 0 });
      stopWaiting();
      expect(written).toEqual(['\r\x1b[Kopening the sources …', '\r\x1b[K0 of 6 parts · 0 % · 0 events · 0 events/s']);
      new Meter(io).wait()();
      vi.advanceTimersByTime(5000);
      expect(written).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
  });

  test('a short run shows no progress at all', () => {
    const { io, clock, written } = world({ tty: true });
    const meter = new Meter(io);
    for (clock.now = 0; clock.now < 1000; clock.now += 100) {
      meter.update({ ...fresh, shards: 0, shardsTotal: 1, unit: 'file', done: 0, total: 0, events: 0 });
    }
    meter.erase();
    expect(written).toEqual([]);
  });
});
