import { xmlText } from '../plain.ts';

/** What came of a test that did not simply pass. */
export interface Outcome {
  readonly tag: 'failure' | 'error' | 'skipped';
  readonly type: string;
  /** One line. */
  readonly message: string;
  readonly lines: readonly string[];
}

/** One test; null when it passed. */
export interface Case {
  readonly name: string;
  readonly outcome: Outcome | null;
}

/** Tests of one rule, or of the run itself. */
export interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
  /** What is to be said beside the tests. */
  readonly lines: readonly string[];
}

const LONGEST = 20_000;

/** How many tests there are, and how many failed, erred and were skipped, as attributes. */
export function totalsOf(cases: readonly Case[]): string {
  const count = (tag: Outcome['tag']) => cases.filter(({ outcome }) => outcome?.tag === tag).length;
  return `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}" time="0"`;
}

/** The suite as XML, test by test. */
export function* suiteText({ name, cases, lines }: Suite, at: string): Generator<string> {
  yield `  <testsuite name="${escaped(name)}" ${totalsOf(cases)} timestamp="${at}">\n`;
  for (const test of cases) yield caseText(name, test);
  if (lines.length > 0) yield `    <system-out>${lines.map(escaped).join('\n')}</system-out>\n`;
  yield '  </testsuite>\n';
}

function caseText(suite: string, { name, outcome }: Case): string {
  const opening = `    <testcase classname="keyward.${escaped(suite)}" name="${escaped(name)}" time="0"`;
  if (outcome === null) return `${opening}/>\n`;
  const { tag, type, message, lines } = outcome;
  // A schema allows no type where a test was skipped.
  const kind = tag === 'skipped' ? '' : ` type="${escaped(type)}"`;
  const body = lines.length === 0 ? '/>' : `>${lines.map(escaped).join('\n')}</${tag}>`;
  return `${opening}>\n      <${tag}${kind} message="${escaped(message)}"${body}\n    </testcase>\n`;
}

const escaped = (text: string): string => xmlText(text, LONGEST);
