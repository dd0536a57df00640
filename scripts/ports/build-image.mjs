/** The image of the system: the layout of wasm/image with the programs of all ports in it. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { base, skeleton } from '../../wasm/image/layout.mjs';
import { ROOT } from '../lib/run.mjs';
import { link, storeFile, treeEntries, withoutRepeatedFolders, writeManifest } from './image.mjs';
import { buildNode, nodeEntries, nodeKey } from './node.mjs';
import { IMAGE, WASM } from './places.mjs';
import { commandsOf, portFolder } from './port.mjs';
import { FILES, loadRecipe, recipeNames } from './recipe.mjs';
import { hashFiles, hashOf, step } from './step.mjs';

/** The library is part of every program: its licenses have to come along. */
const LIBC_NOTICE = path.join(WASM, 'libc/NOTICE');

export async function buildImage() {
  const names = recipeNames();
  await buildNode();
  const scripts = ['build-image.mjs', 'image.mjs'].map((name) => path.join(ROOT, 'scripts/ports', name));
  const version = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')).version;
  const built = names.map((name) => readFileSync(path.join(portFolder(name), '.key')));
  const key = hashOf(version, nodeKey(), ...built, hashFiles(path.join(WASM, 'image'), LIBC_NOTICE, ...scripts));
  await step('image', IMAGE, key, async (folder) => {
    const ports = await Promise.all(names.map((name) => portEntries(folder, name)));
    const taken = new Set(
      ports.filter((port) => !port.yields).flatMap((port) => port.entries.map((entry) => entry.path)),
    );
    writeManifest(folder, {
      packages: ports.map((port) => port.about),
      entries: withoutRepeatedFolders([
        ...base(),
        ...libcEntries(folder),
        ...nodeEntries(folder),
        ...ports.flatMap((port) =>
          port.yields ? port.entries.filter((entry) => !taken.has(entry.path)) : port.entries,
        ),
      ]),
      skeleton: skeleton(version),
    });
  });
}

/** @param {string} image */
function libcEntries(image) {
  const folder = docFolder('libc');
  return [folder, storeFile(image, LIBC_NOTICE, `${folder.path}/copyright`, 0o644)];
}

/** @param {string} name @returns {import('./image.mjs').Entry} */
const docFolder = (name) => ({ path: `usr/share/doc/${name}`, type: 'dir', mode: 0o755 });

/**
 * @param {string} image
 * @param {string} name
 */
async function portEntries(image, name) {
  const { version, summary, license, homepage, source, yields = false } = await loadRecipe(name);
  const doc = docFolder(name);
  const copyright = storeFile(image, path.join(portFolder(name), 'copyright'), `${doc.path}/copyright`, 0o644);
  const files = path.join(portFolder(name), FILES);
  return {
    yields,
    about: { name, version, summary, license, homepage, source },
    entries: [
      ...commandsOf(name).flatMap((commands) => programEntries(image, name, commands)),
      ...(existsSync(files) ? treeEntries(image, files) : []),
      doc,
      copyright,
    ],
  };
}

/**
 * @param {string} image
 * @param {string} name
 * @param {string[]} commands
 * @returns {import('./image.mjs').Entry[]}
 */
function programEntries(image, name, [command = '', ...others]) {
  const program = storeFile(image, path.join(portFolder(name), `${command}.wasm`), `usr/bin/${command}`, 0o755);
  return [program, ...others.map((other) => link(`usr/bin/${other}`, command))];
}
