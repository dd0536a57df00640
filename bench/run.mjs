/**
 * `npm run bench [-- name ...]`: runs the benchmarks (bench/*.bench.ts, or those named) on the built site in Chromium and
 * prints medians beside their goals and, where a benchmark has one, the same thing done by the native system.
 * Node runs no TypeScript, so Vite loads the rest.
 */
import path from 'node:path';
import { runnerImport } from 'vite';
import { build } from '../scripts/build.mjs';
import { ROOT, runMain } from '../scripts/lib/run.mjs';

await runMain(async () => {
  await build();
  /** @type {{ module: { runBenchmarks(names: readonly string[]): Promise<void> } }} */
  const { module } = await runnerImport(path.join(ROOT, 'bench/runner.ts'), {
    root: ROOT,
    configFile: false,
    logLevel: 'error',
  });
  await module.runBenchmarks(process.argv.slice(2));
});
