/** A built port as it is listed: what it is, and its files as entries of an image or of the repository of packages. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { link, storeFile, storeTree } from './image.mjs';
import { portFolder, readPort } from './port.mjs';
import { FILES, loadRecipe } from './recipe.mjs';

/** @typedef {import('./image.mjs').Entry} Entry */

/** @param {string} name @returns {Entry} */
export const docFolder = (name) => ({ path: `usr/share/doc/${name}`, type: 'dir', mode: 0o755 });

/**
 * @param {string} name of a port that is built
 * @param {string} folder where its files are put
 */
export async function packageOf(name, folder) {
  const { version, summary, license, homepage, source, yields = false } = await loadRecipe(name);
  const { programs } = readPort(name);
  const doc = docFolder(name);
  const copyright = storeFile(folder, path.join(portFolder(name), 'copyright'), `${doc.path}/copyright`, 0o644);
  const files = path.join(portFolder(name), FILES);
  const entries = [
    ...programs.flatMap(({ file, commands }) => programEntries(folder, path.join(portFolder(name), file), commands)),
    ...(existsSync(files) ? storeTree(folder, name, files) : []),
    doc,
    copyright,
  ];
  return { yields, about: { name, version, summary, license, homepage, source }, entries };
}

/**
 * @param {string} folder
 * @param {string} file
 * @param {string[]} commands
 * @returns {Entry[]}
 */
function programEntries(folder, file, [command = '', ...others]) {
  const program = storeFile(folder, file, `usr/bin/${command}`, 0o755);
  return [program, ...others.map((other) => link(`usr/bin/${other}`, command))];
}
