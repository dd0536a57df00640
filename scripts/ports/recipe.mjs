/**
 * A recipe, wasm/ports/NAME/recipe.mjs, says where a program's source comes from and how it is built; it exports the
 * object as `recipe`. Files beside it (a patch, a configuration) belong to it and are part of the key of its build.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { WASM } from './places.mjs';
import { fetchSource } from './source.mjs';
import { compiler, optimize, parallel, tool } from './toolchain.mjs';

/**
 * @typedef {object} Recipe
 * @property {string} name
 * @property {string} version of the program
 * @property {string} summary one line for people
 * @property {string} license an SPDX expression
 * @property {string} licenseFile in the source
 * @property {string} homepage
 * @property {import('./source.mjs').Source} source
 * @property {string[]} [patches] files beside the recipe, applied with -p1 in order
 * @property {boolean} [forks] the program calls fork, so it is asyncified
 * @property {(context: Context) => Promise<Product>} build
 */

/**
 * @typedef {object} Product
 * @property {string} wasm the linked program, before optimization
 * @property {string[]} commands names in /usr/bin: the first is the file, the others are links to it
 */

/**
 * @typedef {object} Context what a recipe builds with
 * @property {string} source the folder with the unpacked and patched source; the recipe may write there
 * @property {string} recipe the recipe's own folder
 * @property {string[]} cc the compiler with its options
 * @property {typeof tool} tool
 * @property {typeof parallel} parallel
 */

/** @returns {string[]} the names of all recipes */
export const recipeNames = () => readdirSync(path.join(WASM, 'ports')).sort();

/** @param {string} name */
export const recipeFolder = (name) => path.join(WASM, 'ports', name);

/** @param {string} name @returns {Promise<Recipe>} */
export async function loadRecipe(name) {
  return (await import(pathToFileURL(path.join(recipeFolder(name), 'recipe.mjs')).href)).recipe;
}

/**
 * Builds a port into `folder`: NAME.wasm, product.json with the commands, and `copyright`.
 *
 * @param {Recipe} recipe
 * @param {string} sysroot
 * @param {string} folder
 * @returns {Promise<{ commands: string[] }>}
 */
export async function buildRecipe(recipe, sysroot, folder) {
  const tarball = await fetchSource(recipe.source);
  const source = path.join(folder, 'source');
  await tool('mkdir', [source]);
  await tool('tar', ['xf', tarball, '-C', source, '--strip-components=1', '--no-same-owner']);
  for (const patch of recipe.patches ?? []) {
    await tool('patch', ['-p1', '-s', '-i', path.join(recipeFolder(recipe.name), patch)], { cwd: source });
  }
  const context = { source, recipe: recipeFolder(recipe.name), cc: compiler(sysroot), tool, parallel };
  const { wasm, commands } = await recipe.build(context);
  await optimize(wasm, path.join(folder, `${recipe.name}.wasm`), { fork: recipe.forks ?? false });
  await tool('cp', [path.join(source, recipe.licenseFile), path.join(folder, 'copyright')]);
  await tool('rm', ['-rf', source]);
  return { commands };
}
