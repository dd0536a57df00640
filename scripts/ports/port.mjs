/** Builds one port, when its recipe, the C library or the toolchain changed. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../lib/run.mjs';
import { BUILD, SYSROOT } from './places.mjs';
import { buildRecipe, loadRecipe, recipeFolder } from './recipe.mjs';
import { hashFiles, hashOf, step } from './step.mjs';

/** @param {string} name @returns {string} where it is built: NAME.wasm, commands.json, copyright */
export const portFolder = (name) => path.join(BUILD, 'ports', name);

/**
 * @param {string} name
 * @param {string} libc the key of the sysroot
 */
export async function buildPort(name, libc) {
  const key = hashOf(libc, hashFiles(recipeFolder(name), path.join(ROOT, 'scripts/ports/recipe.mjs')));
  await step(name, portFolder(name), key, async (folder) => {
    const { commands } = await buildRecipe(await loadRecipe(name), SYSROOT, folder);
    writeFileSync(path.join(folder, 'commands.json'), JSON.stringify(commands));
  });
}

/** @param {string} name @returns {string[]} the commands of a built port, its file first */
export const commandsOf = (name) => JSON.parse(readFileSync(path.join(portFolder(name), 'commands.json'), 'utf8'));
