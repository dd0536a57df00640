/**
 * `npm run check`: everything that needs no browser. Each check runs, whatever the others say; the last line counts
 * them, and the exit code is 1 when one failed. Imports only Node, as scripts/test.mjs uses the table.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { isMain } from './lib/main.mjs';
import { ROOT, run, runMain, say } from './lib/run.mjs';

/** @typedef {{ passed: number, failed: number }} Counts */

/** Far longer than a run takes; a browser that hangs must not hold up the report. */
const VITEST_TIMEOUT_MS = 10 * 60_000;

/** A check that counts as one: its name, and the arguments of Node. */
const CHECKS = /** @type {const} */ ([
  ['format and lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings']],
  ['lint with types', ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings']],
  ['types', ['node_modules/typescript/bin/tsc', '-b']],
  ['layers', ['scripts/check-layers.mjs']],
  ['nothing unused', ['node_modules/knip/bin/knip.js', '--no-progress']],
  ['generated docs', ['scripts/docs.mjs', '--check']],
]);

/**
 * @param {string} name
 * @param {() => Promise<Counts | boolean>} act
 * @returns {Promise<Counts>}
 */
export async function step(name, act) {
  const start = performance.now();
  say(`\n== ${name}`);
  const outcome = await act();
  const counts = typeof outcome === 'boolean' ? { passed: outcome ? 1 : 0, failed: outcome ? 0 : 1 } : outcome;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  say(`== ${name}: ${counts.failed === 0 ? 'passed' : 'FAILED'} (${seconds} s)`);
  return counts;
}

/** @returns {Promise<Counts>} every check and the unit tests */
export async function check() {
  /** @type {Counts[]} */
  const results = [];
  for (const [name, args] of CHECKS) {
    results.push(await step(name, async () => (await run(process.execPath, args)) === 0));
  }
  results.push(await step('unit tests', () => runVitest('unit', ['--config', 'vitest.config.ts'])));
  return sum(results);
}

/**
 * @param {string} name of the report in .cache/test/
 * @param {readonly string[]} args
 * @returns {Promise<Counts>} a file that does not load counts as a failure, skipped tests do not count
 */
export async function runVitest(name, args) {
  const report = path.join(ROOT, `.cache/test/${name}.json`);
  await mkdir(path.dirname(report), { recursive: true });
  await rm(report, { force: true });
  const reporters = ['--reporter', 'default', '--reporter', 'json', '--outputFile.json', report];
  const command = ['node_modules/vitest/vitest.mjs', 'run', ...args, ...reporters];
  const code = await run(process.execPath, command, { timeoutMs: VITEST_TIMEOUT_MS });
  const text = await readFile(report, 'utf8').catch(() => undefined);
  const counts = text === undefined ? { passed: 0, failed: 1 } : countReport(/** @type {Report} */ (JSON.parse(text)));
  // An error outside of every test, or a run that was ended.
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/**
 * @typedef {object} Report the part of Vitest's JSON that is used here
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {{ status: string, assertionResults: { status: string }[] }[]} testResults
 */

/**
 * @param {Report} report
 * @returns {Counts}
 */
export function countReport(report) {
  const broken = report.testResults.filter(
    (result) => result.status === 'failed' && result.assertionResults.every((test) => test.status !== 'failed'),
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length };
}

/**
 * @param {readonly Counts[]} results
 * @returns {Counts}
 */
export function sum(results) {
  const total = { passed: 0, failed: 0 };
  for (const { passed, failed } of results) {
    total.passed += passed;
    total.failed += failed;
  }
  return total;
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    const { passed, failed } = await check();
    console.log(`${passed} passed, ${failed} failed`);
    if (failed > 0) process.exitCode = 1;
  });
}
