/**
 * The generated part of docs/: what a table in the sources says, as a page for people.
 *
 *   node scripts/docs.mjs           writes the pages
 *   node scripts/docs.mjs --check   fails when a page is not what its table says
 *
 * A page is one module in scripts/docs/ that exports `file` and `render(load)`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';
import * as syscalls from './docs/syscalls.mjs';
import * as thirdParty from './docs/third-party.mjs';
import { Failure, ROOT, runMain } from './lib/run.mjs';

/**
 * @typedef {object} Page
 * @property {string} file where it goes, relative to the repository
 * @property {(load: Load) => Promise<string>} render
 */

/** @typedef {(file: string) => Promise<Record<string, unknown>>} Load imports a TypeScript module of the repository */

/** @type {readonly Page[]} */
const PAGES = [syscalls, thirdParty];

/** @type {Load} */
async function load(file) {
  /** @type {{ module: Record<string, unknown> }} */
  const loaded = await runnerImport(path.join(ROOT, file), { root: ROOT, configFile: false, logLevel: 'error' });
  return loaded.module;
}

await runMain(async () => {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  /** @type {string[]} */
  const stale = [];
  for (const page of PAGES) {
    const file = path.join(ROOT, page.file);
    const text = await page.render(load);
    if ((await readFile(file, 'utf8').catch(() => '')) === text) continue;
    if (values.check) stale.push(page.file);
    else await writeFile(file, text);
  }
  if (stale.length > 0) throw new Failure(`not what the tables say: ${stale.join(', ')}; run npm run docs`);
});
