/**
 * Browser tests: `x.e2e.ts`, each file run in Chromium and in Firefox (`--project firefox` for one of them).
 * One file at a time: the machine to plan for has two cores. A test that fails is tried once more, and the report says
 * so: some wait for what a browser does when it likes.
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
        retry: 1,
        hookTimeout: 60_000,
      },
    })),
    maxWorkers: 1,
  },
});
