/** The image of the system: the layout of wasm/image with the programs of all ports in it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { base, skeleton } from '../../wasm/image/layout.mjs';
import { ROOT } from '../lib/run.mjs';
import { storeFile, writeManifest } from './image.mjs';
import { IMAGE, WASM } from './places.mjs';
import { commandsOf, portFolder } from './port.mjs';
import { loadRecipe, recipeNames } from './recipe.mjs';
import { hashFiles, hashOf, step } from './step.mjs';

/** The library is part of every program: its licenses have to come along. */
const LIBC_NOTICE = path.join(WASM, 'libc/NOTICE');

export async function buildImage() {
  const names = recipeNames();
  const scripts = ['build-image.mjs', 'image.mjs'].map((name) => path.join(ROOT, 'scripts/ports', name));
  const version = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')).version;
  const built = names.map((name) => readFileSync(path.join(portFolder(name), '.key')));
  const key = hashOf(version, ...built, hashFiles(path.join(WASM, 'image'), LIBC_NOTICE, ...scripts));
  await step('image', IMAGE, key, async (folder) => {
    const ports = await Promise.all(names.map((name) => portEntries(folder, name)));
    writeManifest(folder, {
      packages: ports.map((port) => port.about),
      entries: [...base(), ...libcEntries(folder), ...ports.flatMap((port) => port.entries)],
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
  const { version, summary, license, homepage, source } = await loadRecipe(name);
  const [command = '', ...others] = commandsOf(name);
  const file = (/** @type {string} */ part) => path.join(portFolder(name), part);
  const program = storeFile(image, file(`${name}.wasm`), `usr/bin/${command}`, 0o755);
  const links = others.map((other) => ({
    path: `usr/bin/${other}`,
    type: /** @type {const} */ ('link'),
    target: command,
  }));
  const doc = docFolder(name);
  const copyright = storeFile(image, file('copyright'), `${doc.path}/copyright`, 0o644);
  return {
    about: { name, version, summary, license, homepage, source },
    entries: [program, ...links, doc, copyright],
  };
}
