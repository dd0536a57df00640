/**
 * A recipe, wasm/ports/NAME/recipe.mjs, says where a program's source comes from and how it is built; it exports the
 * object as `recipe`. Files beside it (a patch, a configuration) belong to it and are part of the key of its build.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { configure, make, makeBuiltSources } from './autoconf.mjs';
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
 * @property {Tier} [tier] in the image unless given
 * @property {string[]} [uses] ports whose libraries this one links
 * @property {Source[]} [sources] further tarballs, unpacked into `source1`, `source2`... of the first one
 * @property {string[]} [patches] files beside the recipe, applied with -p1 in order
 * @property {boolean} [yields] where another port has a command of the same name, that one is the command
 * @property {boolean} [forks] the program calls fork, so it is asyncified
 * @property {boolean} [castsFunctions] it calls functions through pointers of other types, which costs a bit of speed
 * @property {'-Os' | '-O2' | '-O3'} [optimize] of wasm-opt; -Os unless given
 * @property {(context: Context) => Promise<Product>} build
 */

/**
 * What is not in the image is a package: `base` is what people expect to be there and is built before the rest, `extra`.
 *
 * @typedef {'base' | 'extra'} Tier
 */

/** @typedef {import('./source.mjs').Source} Source */

/**
 * @typedef {object} Program
 * @property {string} wasm the linked program, before optimization
 * @property {string[]} commands names in /usr/bin: the first is the file, the others are links to it
 * @property {boolean} [forks] where one of several programs differs from what the recipe says
 */

/**
 * @typedef {object} Product
 * @property {Program[]} programs
 * @property {string} [root] a folder with what else belongs into the image, as paths from its root (usr/share/...)
 * @property {string} [prefix] a folder with `include` and `lib` for the ports that use this one
 */

/**
 * @typedef {object} Context what a recipe builds with
 * @property {string} source the folder with the unpacked and patched source; the recipe may write there
 * @property {string} recipe the recipe's own folder
 * @property {string[]} cc the compiler with its options
 * @property {(port: string) => string} prefix the folder with `include` and `lib` of a port that this one uses
 * @property {(args: readonly string[], folder?: string) => Promise<unknown>} configure runs the source's script with what all
 *   of them need; variables among the arguments take precedence
 * @property {(args: readonly string[]) => Promise<unknown>} make runs make in the source
 * @property {() => Promise<unknown>} makeBuiltSources what gnulib generates: before a single target is made
 * @property {typeof tool} tool
 * @property {typeof parallel} parallel
 */

/**
 * @typedef {object} Built what a built port consists of: files in its folder
 * @property {{ file: string, commands: string[] }[]} programs
 */

/** @returns {string[]} the names of all recipes */
export const recipeNames = () =>
  readdirSync(path.join(WASM, 'ports'))
    .filter((name) => existsSync(path.join(recipeFolder(name), 'recipe.mjs')))
    .sort();

/** @param {string} name */
export const recipeFolder = (name) => path.join(WASM, 'ports', name);

/** @param {string} name @returns {Promise<Recipe>} */
export async function loadRecipe(name) {
  return (await import(pathToFileURL(path.join(recipeFolder(name), 'recipe.mjs')).href)).recipe;
}

/** @param {Tier | undefined} tier @returns {Promise<string[]>} the recipes of that tier */
export async function recipesIn(tier) {
  const recipes = await Promise.all(recipeNames().map(loadRecipe));
  return recipes.filter((recipe) => recipe.tier === tier).map(({ name }) => name);
}

/** Where a port's libraries are, in the folder of its build. */
export const PREFIX = 'prefix';

/** Where a port's other files for the image are. */
export const FILES = 'root';

/**
 * Builds a port into `folder`: COMMAND.wasm for each program, `copyright`, and `prefix` and `root` where it has them.
 *
 * @param {Recipe} recipe
 * @param {string} sysroot
 * @param {string} folder
 * @param {(port: string) => string} prefix
 * @returns {Promise<Built>}
 */
export async function buildRecipe(recipe, sysroot, folder, prefix) {
  const source = path.join(folder, 'source');
  await unpack(recipe.source, source);
  for (const [at, extra] of (recipe.sources ?? []).entries()) await unpack(extra, `${source}/source${at + 1}`);
  for (const patch of recipe.patches ?? []) {
    await tool('patch', ['-p1', '-s', '-i', path.join(recipeFolder(recipe.name), patch)], { cwd: source });
  }
  const cc = compiler(sysroot);
  const product = await recipe.build({
    source,
    recipe: recipeFolder(recipe.name),
    cc,
    prefix,
    tool,
    parallel,
    configure: (args, below = '.') => configure(path.join(source, below), cc, args, recipeFolder(recipe.name)),
    make: (args) => make(source, args),
    makeBuiltSources: () => makeBuiltSources(source),
  });
  const { optimize: level = '-Os', castsFunctions = false } = recipe;
  await parallel(product.programs, async (program) => {
    const fork = program.forks ?? recipe.forks ?? false;
    await optimize(program.wasm, path.join(folder, fileOf(program)), { fork, castsFunctions, level });
  });
  for (const [from, name] of /** @type {const} */ ([
    [product.prefix, PREFIX],
    [product.root, FILES],
  ])) {
    if (from !== undefined) await tool('cp', ['-a', from, path.join(folder, name)]);
  }
  await tool('cp', [path.join(source, recipe.licenseFile), path.join(folder, 'copyright')]);
  await tool('rm', ['-rf', source]);
  return { programs: product.programs.map((program) => ({ file: fileOf(program), commands: program.commands })) };
}

/** @param {Program} program */
const fileOf = ({ commands: [name = ''] }) => `${name}.wasm`;

/**
 * @param {Source} source
 * @param {string} folder
 */
async function unpack(source, folder) {
  const tarball = await fetchSource(source);
  await tool('mkdir', ['-p', folder]);
  await tool('tar', ['xf', tarball, '-C', folder, '--strip-components=1', '--no-same-owner']);
}
