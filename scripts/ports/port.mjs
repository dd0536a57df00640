/** Builds one port, when its recipe, the ports that it uses, the C library or the toolchain changed. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../lib/run.mjs';
import { BUILD, SYSROOT, WASM } from './places.mjs';
import { buildRecipe, loadRecipe, PREFIX, recipeFolder } from './recipe.mjs';
import { hashFiles, hashOf, step } from './step.mjs';

/** @param {string} name @returns {string} where it is built: its programs, commands.json, copyright */
export const portFolder = (name) => path.join(BUILD, 'ports', name);

/**
 * The ports that it uses are built before it.
 *
 * @param {string} name
 * @param {string} libc the key of the sysroot
 * @returns {Promise<string>} its key
 */
export async function buildPort(name, libc) {
  const recipe = await loadRecipe(name);
  const used = [];
  for (const other of recipe.uses ?? []) used.push(await buildPort(other, libc));
  const common = [path.join(ROOT, 'scripts/ports/recipe.mjs'), path.join(WASM, 'libc/config.site')];
  const key = hashOf(libc, ...used, hashFiles(recipeFolder(name), ...common));
  await step(name, portFolder(name), key, async (folder) => {
    const commands = await buildRecipe(recipe, SYSROOT, folder, (other) => path.join(portFolder(other), PREFIX));
    writeFileSync(path.join(folder, 'commands.json'), JSON.stringify(commands));
  });
  return key;
}

/** @param {string} name @returns {string[][]} the commands of each program of a built port, its file first */
export const commandsOf = (name) => JSON.parse(readFileSync(path.join(portFolder(name), 'commands.json'), 'utf8'));
