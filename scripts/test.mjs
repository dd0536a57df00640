/**
 * `npm test`: everything, from a fresh clone, with nothing on standard input. Installs what it needs (npm packages;
 * as root on Debian the browsers and the toolchain), runs the checks and the unit tests, builds userland and site,
 * runs the browser tests in Chromium and in Firefox.
 *
 * The last line of standard output is `N passed, N failed` over all parts: a check, a build and a test count as one
 * each. The exit code is 1 when something failed. What a failed build leaves no way to run is counted as failed once.
 */
import { build } from './build.mjs';
import { check, runVitest, step, sum } from './check.mjs';
import { ensurePackages } from './lib/debian.mjs';
import { checkNode, ensureModules } from './lib/install.mjs';
import { describe, runMain, say } from './lib/run.mjs';
import { ensureUserland } from './lib/userland.mjs';

/** @typedef {import('./check.mjs').Counts} Counts */

const BROWSERS = ['chromium', 'firefox'];

/**
 * @param {() => Promise<void>} act
 * @returns {Promise<boolean>} whether it succeeded; why not is said here
 */
async function succeeds(act) {
  try {
    await act();
    return true;
  } catch (error) {
    say(describe(error));
    return false;
  }
}

await runMain(async () => {
  checkNode();
  await ensureModules();
  await ensurePackages('toolchain', 'browsers');

  /** @type {Counts[]} */
  const results = [await check()];
  const userland = await step('userland', () => succeeds(ensureUserland));
  results.push(userland);
  if (userland.failed === 0) {
    const site = await step('site', () => succeeds(build));
    results.push(site);
    for (const browser of site.failed === 0 ? BROWSERS : []) {
      const args = ['--config', 'vitest.e2e.config.ts', '--project', browser];
      results.push(await step(`browser tests in ${browser}`, () => runVitest(`e2e-${browser}`, args)));
    }
  }

  const { passed, failed } = sum(results);
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
});
