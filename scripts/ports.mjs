/**
 * Builds the userland: the C library, the programs of wasm/ports, the image with those that belong into it, and the
 * repository of packages with the others.
 *
 *     node scripts/ports.mjs                    the image
 *     node scripts/ports.mjs all                the image and all packages
 *     node scripts/ports.mjs NAME...            only these ports
 *     node scripts/ports.mjs ... --publish DIR  puts each package into the site DIR as soon as it is built
 *     node scripts/ports.mjs ... --tests        also the programs that tests run
 *     node scripts/ports.mjs ... --learn        runs configure scripts without what is known, and writes down what they find
 *
 * Results are in .cache/ports, downloads and a second copy of the results in the user's cache: docs/PORTS.md.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { describe, Failure, runMain, say } from './lib/run.mjs';
import { Learned, learnInto, writeLearned } from './ports/autoconf.mjs';
import { buildImage } from './ports/build-image.mjs';
import { buildLibc } from './ports/libc.mjs';
import { BUILD, SYSROOT } from './ports/places.mjs';
import { buildPort, portFolder } from './ports/port.mjs';
import { buildRecipe, loadRecipe, PREFIX, recipeFolder, recipeNames, recipesIn } from './ports/recipe.mjs';
import { publishRepository, updateRepository } from './ports/repository.mjs';
import { buildTests } from './ports/tests.mjs';

/**
 * One package after the other; one that fails does not stop the others.
 *
 * @param {string | undefined} site where they are published
 */
async function buildPackages(site) {
  const names = [...(await recipesIn('base')), ...(await recipesIn('extra'))];
  const failed = [];
  for (const name of names) {
    try {
      if (!(await buildPort(name))) continue;
      await publish(site);
    } catch (error) {
      say(`ports: ${name}: ${describe(error)}`);
      failed.push(name);
    }
  }
  await publish(site);
  if (failed.length > 0) throw new Failure(`these packages were not built: ${failed.join(' ')}`);
}

/** @param {string | undefined} site */
async function publish(site) {
  await updateRepository();
  if (site !== undefined) await publishRepository(site);
}

/** @param {readonly string[]} names */
async function buildPorts(names) {
  const unknown = names.find((name) => !recipeNames().includes(name));
  if (unknown !== undefined) throw new Failure(`there is no port ${unknown}: ${recipeNames().join(', ')}`);
  for (const name of names) await buildPort(name);
  await updateRepository();
}

/** @param {string} name */
const usesConfigure = (name) =>
  /\bconfigure\(\s*\[/.test(readFileSync(path.join(recipeFolder(name), 'recipe.mjs'), 'utf8'));

/** Every configure script, with a cache that begins empty. */
async function learn() {
  const file = path.join(BUILD, 'learned.cache');
  mkdirSync(BUILD, { recursive: true });
  rmSync(file, { force: true });
  await buildLibc();
  const names = recipeNames().filter((name) => usesConfigure(name));
  const recipes = await Promise.all(names.map(loadRecipe));
  for (const name of new Set(recipes.flatMap(({ uses = [] }) => uses))) await buildPort(name);
  learnInto(file);
  for (const name of names) {
    say(`ports: ${name}: learning`);
    const folder = path.join(BUILD, 'learning');
    rmSync(folder, { recursive: true, force: true });
    try {
      const recipe = await loadRecipe(name);
      await buildRecipe(recipe, SYSROOT, folder, (other) => path.join(portFolder(other), PREFIX));
    } catch (error) {
      if (!(error instanceof Learned)) say(`ports: ${name}: ${describe(error)}`);
    }
  }
  writeLearned(file);
}

/** @param {string[]} args */
async function main(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { publish: { type: 'string' }, tests: { type: 'boolean' }, learn: { type: 'boolean' } },
  });
  const all = positionals.includes('all');
  if (values.learn === true) await learn();
  if (positionals.length > 0 && !all) {
    await buildPorts(positionals);
  } else {
    for (const name of await recipesIn(undefined)) await buildPort(name);
    await buildImage();
    if (all) await buildPackages(values.publish);
  }
  if (values.tests === true) {
    await buildLibc();
    await buildTests();
  }
}

await runMain(() => main(process.argv.slice(2)));
