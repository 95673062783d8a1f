import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/pack/*.test.ts'], testTimeout: 300_000, reporters: ['default', './test/summary.ts'] },
});
