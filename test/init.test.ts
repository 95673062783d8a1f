import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { sampleConfig } from '../src/cli/init/config.ts';
import { cronLines } from '../src/cli/init/cron.ts';
import { pieces } from '../src/cli/init/pieces.ts';
import { main } from '../src/cli/program.ts';
import { parseConfig } from '../src/config.ts';
import { configShape, type ObjectShape } from '../src/config-schema.ts';
import { rules } from '../src/rules/index.ts';
import { rawRecord } from './raw-record.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const FILES = {
  config: 'keyward.yaml',
  github: '.github/workflows/keyward.yml',
  gitlab: 'keyward.gitlab-ci.yml',
  aws: 'keyward-aws-policy.json',
  azure: 'keyward-azure-role.json',
};

let home = '';
const at = (name: string): string => join(home, name);
const read = (name: string): string => readFileSync(at(name), 'utf8');
const textOf = (id: string): string => pieces.find(piece => piece.id === id)!.text(home);

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyward-init-'));
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Runs `keyward init` in the folder of the test. */
async function init(...args: readonly string[]) {
  const streams = [new PassThrough(), new PassThrough()] as const;
  const status = await main(['init', ...args], {
    stdout: streams[0],
    stderr: streams[1],
    env: {},
    cwd: home,
    version: '0.0.0',
    setVariable: () => {},
    now: () => 0,
    onInterrupt: () => () => {},
  });
  const [stdout, stderr] = streams.map(stream => String(stream.read() ?? ''));
  return { status, stdout: stdout!, stderr: stderr! };
}

describe('the configuration', () => {
  const sample = sampleConfig(rules);
  /** Settings are commented out without a space, or with their indentation; prose has one space. */
  const uncommented = sample.replace(/^#(?! \S)/gm, '');

  test('says as it stands only what a first audit needs', () => {
    expect(parseConfig(sample, 'keyward.yaml', rules)).toEqual({ sources: ['./logs'], failOn: 'high' });
  });

  test('is valid with everything uncommented, and then has everything that can be set, at its default', () => {
    const config: unknown = parseConfig(uncommented, 'keyward.yaml', rules);
    expect(missingIn(config, configShape(rules), '')).toEqual([]);
    const defaults = rules.map(({ id, options }) => [
      id,
      { enabled: true, ...Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default])) },
    ]);
    expect(config).toMatchObject({ failOn: 'high', gate: 'new', rules: Object.fromEntries(defaults) });
  });

  test('has no line that an editor must scroll for', () => {
    expect(sample.split('\n').filter(line => line.length > 120)).toEqual([]);
  });

  test('begins so', () => {
    expect(sample.split('\n').slice(0, 12).join('\n')).toMatchInlineSnapshot(`
      "# What keyward reads and how it judges. Every line is optional; no secret belongs in here.
      # What is commented out shows its default, or an example where it has none: take away the first # to set it.
      # \`keyward sources\` lists what can be read, \`keyward explain RULE\` tells what a rule means.

      # The JSON Schema of this file, for editors. Not set; an example:
      #$schema: node_modules/keyward/docs/schema/config.schema.json

      # What to audit when the command line names nothing. A path, a glob or a URI.
      sources:
        - ./logs

      # Judge events from here on; earlier ones are history to compare with. Not set; an example:"
    `);
  });
});

/** Paths of what a shape has and a config lacks, or holds at another value than its default. */
function missingIn(config: unknown, { fields, alternatives = [] }: ObjectShape, path: string): string[] {
  const apart = alternatives.flat();
  return Object.entries(fields).flatMap(([name, shape]) => {
    const inner = `${path}${name}`;
    const value = (config as { readonly [key: string]: unknown } | undefined)?.[name];
    if (value === undefined) return apart.includes(name) ? [] : [inner];
    if (shape.type === 'object') return missingIn(value, shape, `${inner}.`);
    if (shape.type === 'list' && shape.item.type === 'object') {
      const { item } = shape;
      return (value as unknown[]).flatMap((each, i) => missingIn(each, item, `${inner}[${i}].`));
    }
    const isUsual = shape.default === undefined || JSON.stringify(value) === JSON.stringify(shape.default);
    return isUsual ? [] : [`${inner} is not its default`];
  });
}

describe('keyward init', () => {
  test('writes the configuration, and says what else there is', async () => {
    expect(await init()).toMatchInlineSnapshot(`
      {
        "status": 0,
        "stderr": "",
        "stdout": "wrote keyward.yaml: a commented configuration
            Name your sources in it, then run \`keyward audit\`.

      There is more:
        keyward init github  a weekly workflow for GitHub: code scanning and step summary
        keyward init gitlab  a job for GitLab: Code Quality, JUnit and an HTML page
        keyward init aws     the least-privilege IAM policy for aws: and s3://
        keyward init azure   the least-privilege custom role for azure: and entra:
        keyward init cron    the lines of a weekly cron job that is silent unless something is new
      ",
      }
    `);
    expect(readdirSync(home)).toEqual(['keyward.yaml']);
  });

  test('writes what is named, once, in its folder', async () => {
    const { status, stdout } = await init('github', 'gitlab', 'aws', 'azure', 'github');
    expect(status).toBe(0);
    expect(stdout.match(/^wrote \S+(?=:)/gm)).toEqual(
      [FILES.github, FILES.gitlab, FILES.aws, FILES.azure].map(file => `wrote ${file}`),
    );
    for (const [id, file] of Object.entries(FILES).slice(1)) expect(read(file)).toBe(textOf(id));
  });

  test('never writes over a file, and goes on', async () => {
    writeFileSync(at('keyward.yaml'), 'failOn: low\n');
    const { status, stdout } = await init('config', 'aws');
    expect(status).toBe(0);
    expect(stdout).toContain(
      'kept  keyward.yaml: it is there already; --force overwrites it\nwrote keyward-aws-policy.json',
    );
    expect(read('keyward.yaml')).toBe('failOn: low\n');
  });

  test('overwrites when it is told to', async () => {
    writeFileSync(at('keyward.yaml'), 'failOn: low\n');
    await init('config', '--force');
    expect(read('keyward.yaml')).toBe(textOf('config'));
  });

  test.each(['keyward.yml', 'keyward.json'])(
    'puts no second configuration beside %s, even when told to',
    async name => {
      writeFileSync(at(name), '{}');
      const { stdout } = await init('config', '--force');
      expect(stdout).toBe(`kept  ${name}: it does what keyward.yaml would\n`);
      expect(readdirSync(home)).toEqual([name]);
    },
  );

  test('prints and writes nothing on a dry run', async () => {
    const { stdout } = await init('gitlab', 'cron', '--dry-run');
    expect(stdout).toBe(`==> ${FILES.gitlab} <==\n${textOf('gitlab')}\n==> cron <==\n${textOf('cron')}\n`);
    expect(readdirSync(home)).toEqual([]);
  });

  test('writes nothing when one of the names is wrong', async () => {
    expect(await init('aws', 'gihtub')).toEqual({
      status: 2,
      stdout: '',
      stderr: "keyward: unknown piece 'gihtub'\nDid you mean 'github'?\n",
    });
    expect(readdirSync(home)).toEqual([]);
  });

  test('says where it cannot write', async () => {
    writeFileSync(at('.github'), '');
    const { status, stderr } = await init('github');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^keyward: cannot write \.github\/workflows\/keyward\.yml: E/);
  });

  test.each([
    ['aws', 'aws-policy.json'],
    ['azure', 'azure-role.json'],
  ])('%s is what docs/sources/%s shows', (id, page) => {
    expect(textOf(id)).toBe(readFileSync(join(root, 'docs/sources', page), 'utf8'));
  });
});

describe('the workflow for GitHub', () => {
  const workflow = parse(textOf('github'));

  test('runs weekly and by hand, with the least permissions', () => {
    expect(workflow.on).toEqual({ schedule: [{ cron: '23 5 * * 1' }], workflow_dispatch: null });
    expect(workflow.permissions).toEqual({});
    expect(workflow.jobs.audit.permissions).toEqual({ contents: 'read', 'security-events': 'write', actions: 'read' });
    expect(workflow.jobs.audit.steps[0].with).toEqual({ 'persist-credentials': false });
  });

  test('reads and uploads what the audit writes', () => {
    const steps: { name?: string; run?: string; with?: Record<string, string> }[] = workflow.jobs.audit.steps;
    const step = (name: string) => steps.find(each => each.name === name)!;
    expect(step('Audit').run).toBe('npx keyward audit --out sarif=keyward.sarif --out markdown=keyward.md');
    expect(step('Step summary').run).toBe('cat keyward.md >> "$GITHUB_STEP_SUMMARY"');
    expect(step('Code scanning').with).toEqual({ sarif_file: 'keyward.sarif', category: 'keyward' });
  });

  test('is a workflow with the steps for a cloud uncommented too', () => {
    const { jobs } = parse(textOf('github').replace(/^( +)# (?=(?:- uses| {2,}|id-token))/gm, '$1'));
    const used = (jobs.audit.steps as { uses?: string }[]).map(({ uses }) => uses?.replace(/@.*/, ''));
    expect(used).toEqual(expect.arrayContaining(['aws-actions/configure-aws-credentials', 'azure/login']));
    expect(jobs.audit.permissions['id-token']).toBe('write');
  });
});

test('the job for GitLab runs on a schedule and by hand, and keeps what it writes', () => {
  const { keyward: job, ...rest } = parse(textOf('gitlab'));
  expect(rest).toEqual({});
  expect(job.rules.map((rule: { if: string }) => rule.if)).toEqual([
    '$CI_PIPELINE_SOURCE == "schedule"',
    '$CI_PIPELINE_SOURCE == "web"',
  ]);
  const { reports, paths } = job.artifacts;
  for (const file of [reports.codequality, reports.junit, ...paths]) expect(job.script.at(-1)).toContain(`=${file}`);
});

/** Somebody's key that was in use for far more than a year: a high finding of long-lived-key, whatever the day. */
const record = (eventTime: string, serial: number) => ({ ...rawRecord(serial), eventTime });

/** Puts logs with an old key into the folder, and an npx that runs this very checkout. */
function furnish(): NodeJS.ProcessEnv {
  mkdirSync(at('logs'));
  mkdirSync(at('bin'));
  const Records = ['2024-01-10T10:00:00Z', '2025-11-19T10:00:00Z'].map(record);
  writeFileSync(at('logs/trail.json'), JSON.stringify({ Records }));
  writeFileSync(at('keyward.yaml'), 'sources: [logs]\nrules: { dormant-key: { enabled: false } }\n');
  const bin = join(root, 'bin/keyward.js');
  writeFileSync(
    at('bin/npx'),
    `#!/bin/sh\n[ "$1" = --yes ] && shift\nshift\nexec '${process.execPath}' '${bin}' "$@"\n`,
  );
  chmodSync(at('bin/npx'), 0o755);
  return { PATH: [at('bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':'), HOME: home };
}

/** Calls of another key, too old as well. */
function olderKey() {
  const [serials, key] = [[3, 4], 'AKIAI44QH8DHBEXAMPLE'];
  const times = ['2024-02-10T10:00:00Z', '2025-11-19T11:00:00Z'];
  return serials.map((serial, i) => {
    const { userIdentity, ...rest } = record(times[i]!, serial) as { userIdentity: object };
    return { ...rest, userIdentity: { ...userIdentity, accessKeyId: key } };
  });
}

describe.skipIf(process.platform === 'win32')('the cron line', () => {
  const lineOf = (folder: string): string => /^23 5 \* \* 1 (.*)$/m.exec(cronLines(folder))![1]!;
  const first = () => /^#.*: {2}(npx keyward .*)$/m.exec(cronLines(home))![1]!;

  test('is silent when nothing is new, and tells all when something is', () => {
    const env = furnish();
    const run = (line: string) => spawnSync('/bin/sh', ['-c', line], { cwd: home, encoding: 'utf8', env }).stdout;
    run(first());
    expect(run(lineOf(home))).toBe('');
    expect(read('keyward.log')).toContain('0 new, 1 known');
    writeFileSync(at('logs/more.json'), JSON.stringify({ Records: olderKey() }));
    const told = run(lineOf(home));
    expect(told).toContain('1 new, 1 known');
    expect(told).toBe(read('keyward.log'));
    expect(run(lineOf(home))).toBe('');
    expect(statSync(at('keyward.log')).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['/srv/keyward', 'cd /srv/keyward &&'],
    ['/srv/key ward', "cd '/srv/key ward' &&"],
    ["/srv/it's", "cd '/srv/it'\\''s' &&"],
    ['/srv/100%', 'cd /srv/100\\% &&'],
    ['/srv/$(id)', "cd '/srv/$(id)' &&"],
  ])('goes to %s', (folder, expected) => {
    expect(lineOf(folder)).toContain(expected);
  });
});

describe.skipIf(process.platform === 'win32')('the composite action', () => {
  const action = parse(readFileSync(join(root, '.github/actions/keyward/action.yml'), 'utf8'));
  const [step] = action.runs.steps;

  /** Runs its step as a runner would. */
  function act(inputs: Readonly<Record<string, string>>) {
    const env = furnish();
    for (const name of ['output', 'summary']) writeFileSync(at(name), '');
    const given = Object.entries<string>(step.env).map(([name, value]) => {
      const input = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value)![1]!;
      return [name, inputs[input] ?? action.inputs[input].default];
    });
    const { status } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run], {
      cwd: home,
      env: {
        ...env,
        ...Object.fromEntries(given),
        RUNNER_TEMP: home,
        GITHUB_OUTPUT: at('output'),
        GITHUB_STEP_SUMMARY: at('summary'),
      },
    });
    const outputs = Object.fromEntries(
      read('output')
        .split('\n')
        .filter(Boolean)
        .map(line => line.split('=')),
    );
    return { status, outputs, summary: read('summary') };
  }

  test('fails at the gate, with all written', () => {
    const { status, outputs, summary } = act({});
    expect([status, outputs]).toEqual([1, { status: '1', complete: 'true', sarif: at('keyward.sarif') }]);
    expect(summary).toContain('long-lived-key');
    expect(JSON.parse(read('keyward.sarif')).version).toBe('2.1.0');
  });

  test('takes its inputs as they are, and tells what was incomplete', () => {
    const sources = 'logs\n$(touch owned)\n--force\n';
    expect(act({ sources, 'fail-on': 'none' })).toMatchObject({
      status: 3,
      outputs: { status: '3', complete: 'false' },
    });
    expect(readdirSync(home)).not.toContain('owned');
  });

  test('names no report where nothing was judged', () => {
    expect(act({ baseline: 'nowhere.json' })).toEqual({ status: 2, outputs: { status: '2' }, summary: '' });
  });

  test('has every output that its step has', () => {
    expect(Object.keys(action.outputs)).toEqual(['status', 'complete', 'sarif']);
    expect(step.run).not.toContain('${{');
  });
});
