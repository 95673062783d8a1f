import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Says last what passed, what failed and what was skipped, and why. */
export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap(module => [...module.children.allTests()]);
    const states = tests.map(test => test.result().state);
    const count = (state: string): number => states.filter(each => each === state).length;
    const broken = modules.filter(module => module.errors().length > 0).length;
    for (const line of skippedLines(tests)) console.log(line);
    console.log(`${count('passed')} passed, ${count('failed') + broken} failed, ${count('skipped')} skipped`);
  }
}

/** One line a reason, with how many tests it kept from running. */
function skippedLines(tests: readonly TestCase[]): string[] {
  const reasons = new Map<string, number>();
  for (const test of tests) {
    const result = test.result();
    if (result.state !== 'skipped') continue;
    const reason = result.note ?? `no reason given: ${test.fullName}`;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return [...reasons].sort().map(([reason, count]) => `skipped ${count}: ${reason}`);
}
