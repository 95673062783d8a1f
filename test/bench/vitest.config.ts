import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/bench/*.test.ts'], testTimeout: 600_000, reporters: ['default', './test/summary.ts'] },
});
