/**
 * A recipe, wasm/ports/NAME/recipe.mjs, says where a program's source comes from and how it is built; it exports the
 * object as `recipe`. Files beside it (a patch, a configuration) belong to it and are part of the key of its build.
 */
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { WASM } from './places.mjs';
import { fetchSource } from './source.mjs';
import { AR, compiler, optimize, parallel, RANLIB, tool } from './toolchain.mjs';

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
 * @property {string[]} [uses] ports whose libraries this one links
 * @property {boolean} [yields] where another port has a command of the same name, that one is the command
 * @property {boolean} [forks] the program calls fork, so it is asyncified
 * @property {boolean} [castsFunctions] it calls functions through pointers of other types, which costs a bit of speed
 * @property {(context: Context) => Promise<Product>} build
 */

/**
 * @typedef {object} Program
 * @property {string} wasm the linked program, before optimization
 * @property {string[]} commands names in /usr/bin: the first is the file, the others are links to it
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
 * @property {(args: string[]) => Promise<unknown>} configure runs the source's script with what all of them need
 * @property {(args: string[]) => Promise<unknown>} make runs make in the source, on all processors
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

/** Where a port's libraries are, in the folder of its build. */
export const PREFIX = 'prefix';

/** Where a port's other files for the image are. */
export const FILES = 'root';

/**
 * What is known of the target is not asked again: the facts of wasm/libc, and those of a `config.site` in the recipe.
 *
 * @param {Recipe} recipe
 * @param {string} source
 * @param {string[]} cc
 * @param {string[]} args
 */
function configure(recipe, source, cc, args) {
  const sites = [path.join(WASM, 'libc/config.site'), path.join(recipeFolder(recipe.name), 'config.site')];
  const env = { ...process.env, CONFIG_SITE: sites.filter((file) => existsSync(file)).join(' ') };
  const common = [
    '--host=i686-pc-linux-musl',
    '--build=x86_64-pc-linux-gnu',
    '--disable-nls',
    `CC=${cc.join(' ')} -std=gnu17`,
    'CFLAGS=-Os -w',
    `AR=${AR}`,
    `RANLIB=${RANLIB}`,
  ];
  return tool('./configure', [...common, ...args], { cwd: source, env });
}

/**
 * Builds a port into `folder`: COMMAND.wasm for each program, `copyright`, and `prefix` and `root` where it has them.
 *
 * @param {Recipe} recipe
 * @param {string} sysroot
 * @param {string} folder
 * @param {(port: string) => string} prefix
 * @returns {Promise<string[][]>} the commands of each program
 */
export async function buildRecipe(recipe, sysroot, folder, prefix) {
  const tarball = await fetchSource(recipe.source);
  const source = path.join(folder, 'source');
  await tool('mkdir', [source]);
  await tool('tar', ['xf', tarball, '-C', source, '--strip-components=1', '--no-same-owner']);
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
    configure: (args) => configure(recipe, source, cc, args),
    make: (args) => tool('make', ['-s', `-j${availableParallelism()}`, ...args], { cwd: source }),
  });
  const options = { fork: recipe.forks ?? false, castsFunctions: recipe.castsFunctions ?? false };
  await parallel(product.programs, ({ wasm, commands }) =>
    optimize(wasm, path.join(folder, `${commands[0]}.wasm`), options),
  );
  for (const [from, name] of /** @type {const} */ ([
    [product.prefix, PREFIX],
    [product.root, FILES],
  ])) {
    if (from !== undefined) await tool('cp', ['-a', from, path.join(folder, name)]);
  }
  await tool('cp', [path.join(source, recipe.licenseFile), path.join(folder, 'copyright')]);
  await tool('rm', ['-rf', source]);
  return product.programs.map(({ commands }) => commands);
}
