import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    // Nothing outlasts its file, so the modules are loaded once for all of them: a tenth of the time.
    isolate: false,
    // By default one core is left to the runner, which has little to do.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/summary.ts'],
  },
});
