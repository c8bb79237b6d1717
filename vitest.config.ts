import { defineConfig } from 'vitest/config';

/** Two kinds of tests: `pure` need nothing, `real` need root and the data plane's programs (`npm test` installs them). */
export default defineConfig({
  test: {
    projects: [
      {
        test: { name: 'pure', include: ['src/**/*.test.ts', 'test/pure/**/*.test.ts'], exclude: ['**/*.real.test.ts'] },
      },
      {
        test: {
          name: 'real',
          include: ['src/**/*.real.test.ts', 'test/real/**/*.real.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
