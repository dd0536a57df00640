/**
 * Unit tests: `x.test.ts` beside `x.ts`, in plain Node, for sources and for the scripts of the repository.
 * Browser tests have a configuration of their own, vitest.e2e.config.ts.
 */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'scripts/**/*.test.{ts,mjs}', 'e2e/harness/**/*.test.{ts,mjs}'],
    environment: 'node',
    // Two cores are the machine to plan for; a fork a file keeps worker_threads tests apart from each other.
    pool: 'forks',
    maxWorkers: 2,
    // Some boot the whole system and run programs on it; a machine that does something else meanwhile is no failure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Said in the report: a case of another shell's suite may lose a race that it also loses natively.
    retry: 1,
    passWithNoTests: true,
  },
});
