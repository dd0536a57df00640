/**
 * Builds the userland: the C library, the programs of wasm/ports and the image with all of them.
 *
 *     node scripts/ports.mjs             everything that is out of date
 *     node scripts/ports.mjs NAME...     only these ports (and the library)
 *     node scripts/ports.mjs --tests     the programs that tests run, too
 *
 * Results are in .cache/ports, downloads in the user's cache: docs/PORTS.md.
 */
import { ensurePackages } from './lib/debian.mjs';
import { Failure, runMain } from './lib/run.mjs';
import { buildImage } from './ports/build-image.mjs';
import { buildLibc } from './ports/libc.mjs';
import { buildPort } from './ports/port.mjs';
import { recipeNames } from './ports/recipe.mjs';
import { buildTests } from './ports/tests.mjs';

/** @param {string[]} args */
async function main(args) {
  const names = args.filter((arg) => !arg.startsWith('--'));
  const unknown = names.find((name) => !recipeNames().includes(name));
  if (unknown !== undefined) throw new Failure(`there is no port ${unknown}: ${recipeNames().join(', ')}`);
  await ensurePackages('toolchain');
  const libc = await buildLibc();
  for (const name of names.length > 0 ? names : recipeNames()) await buildPort(name, libc);
  if (names.length > 0) return;
  await buildImage();
  if (args.includes('--tests')) await buildTests(libc);
}

await runMain(() => main(process.argv.slice(2)));
