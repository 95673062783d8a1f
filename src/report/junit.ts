import type { Report } from '../model/report.ts';
import { isoOf } from './dates.ts';
import { ruleSuites } from './junit/rules.ts';
import { runSuite } from './junit/run.ts';
import { suiteText, totalsOf } from './junit/suite.ts';
import { defineReporter } from './reporter.ts';

/** The findings as test results, which every CI system shows. */
export const junit = defineReporter({
  id: 'junit',
  title: 'JUnit',
  description:
    'Test results for GitLab, Jenkins, Azure DevOps and others: `keyward audit --out junit=keyward.xml`. ' +
    'A finding is a failure, a blind rule is skipped and never passed, and a source that was not read to its end is an error.',
  file: 'keyward-junit.xml',
  render: renderJunit,
});

function* renderJunit(report: Report): Generator<string> {
  const suites = [...ruleSuites(report), runSuite(report)];
  // To the second and without a zone, as the schemas have it.
  const at = isoOf(report.run.now).slice(0, 19);
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `<testsuites name="keyward" ${totalsOf(suites.flatMap(({ cases }) => cases))}>\n`;
  for (const suite of suites) yield* suiteText(suite, at);
  yield '</testsuites>\n';
}
