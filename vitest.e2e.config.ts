/**
 * Browser tests: `x.e2e.ts`, each file run in Chromium and in Firefox (`--project firefox` for one of them).
 * One file at a time, no retries: the machine to plan for has two cores, and a test that fails once is wrong.
 */
import { defineConfig } from 'vitest/config';
import type { BrowserName } from './e2e/harness/browser.ts';

const BROWSERS: readonly BrowserName[] = ['chromium', 'firefox'];

export default defineConfig({
  test: {
    projects: BROWSERS.map((name) => ({
      test: {
        name,
        include: ['e2e/**/*.e2e.ts'],
        environment: 'node',
        provide: { browserName: name },
        globalSetup: ['e2e/harness/site.ts'],
        pool: 'forks',
        fileParallelism: false,
        testTimeout: 60_000,
        hookTimeout: 60_000,
      },
    })),
    maxWorkers: 1,
  },
});
