import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { awsNeeds, s3Needs } from '../src/collect/aws/needs.ts';
import { leastPrivilege } from '../src/collect/aws/policy.ts';
import { collectors } from '../src/collect/index.ts';
import { configSchema } from '../src/config-schema.ts';
import { formats } from '../src/normalise/formats.ts';
import { reporters } from '../src/report/index.ts';
import { reportSchema } from '../src/report/schema.ts';
import { rules } from '../src/rules/index.ts';
import { formatPage, indexModule, rulePage, rulesIndex, sourcePage } from './pages.ts';
import { findingsReport } from './report-fixtures.ts';
import { screenshot } from './screenshot.ts';

// Everything written from the code. `npm run generate` rewrites what is stale; this test only compares.

const run = promisify(execFile);
const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The modules of a plugin folder that define a plugin: those that call its `defineX`. */
function modules(folder: string, helpers: readonly string[]): string[] {
  return readdirSync(at(folder))
    .filter(name => name.endsWith('.ts') && !helpers.includes(name))
    .sort();
}

describe('the indexes', () => {
  test('of rules', async () => {
    const files = modules('src/rules', ['index.ts', 'rule.ts']);
    const index = indexModule(files, { type: 'Rule', from: './rule.ts', list: 'rules' });
    await expect(index).toMatchFileSnapshot(at('src/rules/index.ts'));
  });

  test('of sources', async () => {
    const files = modules('src/collect', ['index.ts', 'collector.ts', 'paths.ts']);
    const index = indexModule(files, { type: 'Collector', from: './collector.ts', list: 'collectors' });
    await expect(index).toMatchFileSnapshot(at('src/collect/index.ts'));
  });

  test('of formats', async () => {
    const files = modules('src/report', ['index.ts', 'reporter.ts', 'plain.ts', 'schema.ts', 'dates.ts']);
    const index = indexModule(files, { type: 'Reporter', from: './reporter.ts', list: 'reporters' });
    await expect(index).toMatchFileSnapshot(at('src/report/index.ts'));
  });
});

describe('the pages', () => {
  test.each(rules)('of the rule $id', async rule => {
    await expect(rulePage(rule)).toMatchFileSnapshot(at(`docs/rules/${rule.id}.md`));
  });

  test('of all rules', async () => {
    await expect(rulesIndex(rules)).toMatchFileSnapshot(at('docs/rules/README.md'));
  });

  test.each(collectors)('of the source $id', async collector => {
    await expect(sourcePage(collector, formats)).toMatchFileSnapshot(at(`docs/sources/${collector.id}.md`));
  });

  test.each(reporters)('of the format $id', async reporter => {
    const sample = [...reporter.render(findingsReport, { width: 80, color: false })].join('');
    await expect(formatPage(reporter, sample)).toMatchFileSnapshot(at(`docs/formats/${reporter.id}.md`));
  });

  test.each([
    ['docs/rules', ['README', ...rules.map(({ id }) => id)], []],
    ['docs/sources', collectors.map(({ id }) => id), ['aws-policy.json', 'azure-role.json']],
    ['docs/formats', reporters.map(({ id }) => id), []],
  ])('in %s are no pages of things that are gone', (folder, ids, others) => {
    expect(readdirSync(at(folder)).sort()).toEqual([...ids.map(id => `${id}.md`), ...others].sort());
  });
});

test('the policy that AWS sources need', async () => {
  const policy = json(leastPrivilege([...awsNeeds, ...s3Needs]));
  await expect(policy).toMatchFileSnapshot(at('docs/sources/aws-policy.json'));
});

describe('the screenshot', () => {
  test('of the demo', async () => {
    const demo = await run(process.execPath, [at('bin/keyward.js'), 'demo'], {
      env: { ...process.env, FORCE_COLOR: '1', COLUMNS: '100' },
    });
    const lines = demo.stdout.split('\n').slice(0, 34);
    await expect(screenshot('npx keyward demo', `${lines.join('\n')}\n\u001b[2m  …\u001b[22m\n`)).toMatchFileSnapshot(
      at('docs/demo.svg'),
    );
  });
});

describe('the schemas', () => {
  test('of the report', async () => {
    await expect(json(reportSchema)).toMatchFileSnapshot(at('docs/schema/report.schema.json'));
  });

  test('of the configuration', async () => {
    await expect(json(configSchema(rules))).toMatchFileSnapshot(at('docs/schema/config.schema.json'));
  });
});

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
