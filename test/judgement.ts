import { fileURLToPath } from 'node:url';
import { audit } from '../src/audit.ts';
import { collectors } from '../src/collect/index.ts';
import { openGeo } from '../src/geo.ts';
import type { ConfiguredRule } from '../src/judge.ts';
import type { Coverage } from '../src/model/coverage.ts';
import type { Report } from '../src/model/report.ts';
import { rules } from '../src/rules/index.ts';
import { emptyWorld, quietHooks } from './task.ts';

/** Every rule with its default options. */
export const defaultRules: readonly ConfiguredRule[] = rules.map(rule => ({
  rule,
  options: Object.fromEntries(Object.entries(rule.options).map(([name, option]) => [name, option.default])),
}));

/** The networks that the demo and the tests place documentation ranges with. */
export const TEST_NETWORKS = [
  { cidr: '192.0.2.0/24', name: 'office', country: 'DE', kind: 'office' },
  { cidr: '198.51.100.0/24', name: 'runners', country: 'US', kind: 'ci' },
  { cidr: '203.0.113.0/24', name: 'far away', country: 'SG', kind: 'office' },
] as const;

/** Audits files as the command line would, with documentation ranges placed. */
export function auditPaths(sources: readonly string[], now = Date.UTC(2026, 10, 20)): Promise<Report> {
  return audit(
    {
      sources,
      rules: defaultRules,
      collectors,
      geo: openGeo({ networks: TEST_NETWORKS }),
      self: [],
      now,
      since: null,
      until: null,
      lookbackDays: null,
      world: emptyWorld(now),
      version: '0.0.0',
    },
    quietHooks,
  );
}

/**
 * What must not depend on the road: findings without status and names of files, the number of credentials and of unique events, and the
 * coverage merged over sources.
 */
export const judgementOf = async (sources: readonly string[]): Promise<string> =>
  judgementIn(await auditPaths(sources));

/** The same of a report. */
export function judgementIn(report: Report): string {
  const findings = report.findings.map(({ status: _status, examples, ...finding }) => ({
    ...finding,
    examples: examples.map(({ event }) => event),
  }));
  const { events, credentials } = report.summary;
  return JSON.stringify({ findings, events, credentials, coverage: merged(report.coverage) }, null, 1);
}

/** By rule, the best that any source could show; with the reasons where there is one source only. */
function merged(coverage: readonly Coverage[]): unknown {
  const RANK = ['evaluated', 'partial', 'blind'];
  const best = new Map<string, Coverage>();
  for (const row of coverage) {
    const held = best.get(row.rule);
    if (held === undefined || RANK.indexOf(row.state) < RANK.indexOf(held.state)) best.set(row.rule, row);
  }
  const isOne = new Set(coverage.map(({ source }) => source)).size === 1;
  return [...best.values()].map(({ rule, state, reason }) => (isOne ? { rule, state, reason } : { rule, state }));
}

export const repository = fileURLToPath(new URL('..', import.meta.url));
