/**
 * Builds ports, each when its recipe, the C library or the toolchain changed. What has been built is kept by its key in
 * the user's cache as well, for the user's other working copies and for the way back to an older state.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../lib/run.mjs';
import { buildLibc, libcKey } from './libc.mjs';
import { BUILD, PRODUCTS, SYSROOT, WASM } from './places.mjs';
import { buildRecipe, loadRecipe, PREFIX, recipeFolder } from './recipe.mjs';
import { hashFiles, hashOf, step } from './step.mjs';
import { ensureToolchain } from './toolchain.mjs';

/** @typedef {import('./recipe.mjs').Built} Built */

/** Where a port is when it is built: its programs, `copyright`, port.json. @param {string} name */
export const portFolder = (name) => path.join(BUILD, 'ports', name);

/** What is part of the key of every port besides its own folder. */
const COMMON = ['scripts/ports/recipe.mjs', 'scripts/ports/autoconf.mjs'].map((name) => path.join(ROOT, name));

/**
 * @param {string} name
 * @returns {Promise<string>} a hash of all that the result depends on
 */
async function portKey(name) {
  const { uses = [] } = await loadRecipe(name);
  const used = await Promise.all(uses.map(portKey));
  return hashOf(
    libcKey('programs'),
    hashFiles(recipeFolder(name), path.join(WASM, 'libc/config.site'), ...COMMON),
    ...used,
  );
}

/** @param {string} name @returns {Promise<boolean>} whether there was something to do */
export async function buildPort(name) {
  const key = await portKey(name);
  const { uses = [] } = await loadRecipe(name);
  return await step(name, portFolder(name), key, async (folder) => {
    const kept = path.join(PRODUCTS, `${name}-${key.slice(0, 16)}`);
    if (existsSync(kept)) {
      cpSync(kept, folder, { recursive: true, verbatimSymlinks: true });
      return;
    }
    await ensureToolchain();
    await buildLibc();
    for (const other of uses) await buildPort(other);
    const built = await buildRecipe(await loadRecipe(name), SYSROOT, folder, (other) =>
      path.join(portFolder(other), PREFIX),
    );
    writeFileSync(path.join(folder, 'port.json'), `${JSON.stringify(built)}\n`);
    keep(folder, kept);
  });
}

/**
 * @param {string} folder
 * @param {string} kept the copy appears there as a whole
 */
function keep(folder, kept) {
  const partial = `${kept}.${process.pid}`;
  mkdirSync(PRODUCTS, { recursive: true });
  cpSync(folder, partial, { recursive: true, verbatimSymlinks: true });
  if (existsSync(kept)) rmSync(partial, { recursive: true });
  else renameSync(partial, kept);
}

/** @param {string} name @returns {boolean} */
export const isBuilt = (name) => existsSync(path.join(portFolder(name), 'port.json'));

/** @param {string} name @returns {Built} what the port consists of */
export const readPort = (name) => JSON.parse(readFileSync(path.join(portFolder(name), 'port.json'), 'utf8'));
