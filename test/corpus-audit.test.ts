import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SEVERITIES } from '../src/judge.ts';
import { auditPaths } from './judgement.ts';

// Real logs, read where they stand: what an audit of each must say, and that the rest stays quiet.

const corpus = process.env.KEYWARD_CORPUS ?? '';
const reason = 'the corpora: set KEYWARD_CORPUS to their folder';

/** The findings at or above medium, as `rule severity subject`, by file of the Stratus detonation logs. */
const LOUD: Readonly<Record<string, readonly string[]>> = {
};

describe('stratus-red-team', () => {
  test('every file gives what corpus/README.md says, and nothing else above low', async ctx => {
    if (corpus === '') ctx.skip(reason);
    const said = await auditFiles('stratus-red-team', '*.json');
    expect(said).toEqual(LOUD);
  });
});

async function auditFiles(folder: string, pattern: string): Promise<Record<string, readonly string[]>> {
  const { glob } = await import('tinyglobby');
  const files = (await glob(pattern, { cwd: join(corpus, folder) })).sort();
  const said: Record<string, readonly string[]> = {};
  for (const file of files) {
    const { findings } = await auditPaths([join(corpus, folder, file)]);
    const loud = findings.filter(({ severity }) => SEVERITIES.indexOf(severity) < SEVERITIES.indexOf('low'));
    if (loud.length > 0) said[file] = loud.map(({ rule, severity, subject }) => `${rule} ${severity} ${subject}`);
  }
  return said;
}
