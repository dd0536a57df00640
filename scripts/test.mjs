/**
 * `npm test`: everything, from a fresh clone, with nothing on standard input. Installs what it needs (npm packages;
 * as root on Debian the browsers and the toolchain), runs the checks and the unit tests, builds userland and site,
 * runs the browser tests in Chromium and in Firefox.
 *
 * The last line of standard output is `N passed, N failed` over all parts: an installation, a check, a build and a test
 * count as one each. The exit code is 1 when something failed. What cannot run because of it is not counted.
 */
import { build } from './build.mjs';
import { check, runVitest, step, sum } from './check.mjs';
import { ensurePackages } from './lib/debian.mjs';
import { checkNode, ensureModules } from './lib/install.mjs';
import { describe, runMain, say } from './lib/run.mjs';
import { ensureTestPrograms } from './lib/userland.mjs';

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

/** @returns {Promise<Counts[]>} the outcome of each part, up to the first one that the next ones need and that failed */
async function testEverything() {
  /** @type {Counts[]} */
  const results = [];
  /**
   * @param {string} name
   * @param {() => Promise<void>} act
   */
  const prepare = async (name, act) => {
    const counts = await step(name, () => succeeds(act));
    results.push(counts);
    return counts.failed === 0;
  };

  if (!(await prepare('npm packages', ensureModules))) return results;
  const hasPackages = await prepare('Debian packages', () => ensurePackages('toolchain', 'browsers'));
  // The unit tests boot the whole system in Node, with the programs of the image.
  const hasUserland = hasPackages && (await prepare('userland', ensureTestPrograms));
  results.push(await check());
  if (!hasUserland) return results;
  if (!(await prepare('site', build))) return results;
  for (const browser of BROWSERS) {
    const args = ['--config', 'vitest.e2e.config.ts', '--project', browser];
    results.push(await step(`browser tests in ${browser}`, () => runVitest(`e2e-${browser}`, args)));
  }
  return results;
}

await runMain(async () => {
  checkNode();
  const { passed, failed } = sum(await testEverything());
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
});
