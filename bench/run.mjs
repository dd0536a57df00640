/**
 * `npm run bench [-- name ...]`: runs the benchmarks (bench/*.bench.ts, or those named) on the built site and prints
 * medians beside their goals and, where a benchmark has one, the same thing done by the native system.
 *
 *   --browser firefox   instead of chromium
 *   --json              all samples, instead of a table
 *   --site FOLDER       of a site that is built already, instead of building it
 *
 * Node runs no TypeScript, so Vite loads the rest.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';
import { build, SITE } from '../scripts/build.mjs';
import { Failure, ROOT, runMain } from '../scripts/lib/run.mjs';

/** @typedef {import('./runner.ts').RunOptions} RunOptions */

/**
 * @param {string} name
 * @returns {RunOptions['browserName']}
 */
function browserName(name) {
  if (name === 'chromium' || name === 'firefox') return name;
  throw new Failure(`--browser takes chromium or firefox, not '${name}'`);
}

await runMain(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      browser: { type: 'string', default: 'chromium' },
      json: { type: 'boolean', default: false },
      site: { type: 'string' },
    },
  });
  /** @type {RunOptions} */
  const options = {
    names: positionals,
    browserName: browserName(values.browser),
    json: values.json,
    site: values.site ?? SITE,
  };
  if (values.site === undefined) await build();
  /** @type {{ module: { runBenchmarks(options: RunOptions): Promise<void> } }} */
  const { module } = await runnerImport(path.join(ROOT, 'bench/runner.ts'), {
    root: ROOT,
    configFile: false,
    logLevel: 'error',
  });
  await module.runBenchmarks(options);
});
