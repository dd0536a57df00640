/** The image of the system: the layout of wasm/image with the ports in it that are no packages. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { base, skeleton } from '../../wasm/image/layout.mjs';
import { ROOT } from '../lib/run.mjs';
import { storeFile, withoutRepeatedFolders, writeManifest } from './image.mjs';
import { buildNode, nodeEntries, nodeKey } from './node.mjs';
import { docFolder, packageOf } from './package.mjs';
import { IMAGE, WASM } from './places.mjs';
import { portFolder } from './port.mjs';
import { recipesIn } from './recipe.mjs';
import { hashFiles, hashOf, step } from './step.mjs';

/** The library is part of every program: its licenses have to come along. */
const LIBC_NOTICE = path.join(WASM, 'libc/NOTICE');

export async function buildImage() {
  const names = await recipesIn(undefined);
  await buildNode();
  const scripts = ['build-image.mjs', 'image.mjs', 'package.mjs'].map((name) => path.join(ROOT, 'scripts/ports', name));
  const version = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')).version;
  const built = names.map((name) => readFileSync(path.join(portFolder(name), '.key')));
  const key = hashOf(version, nodeKey(), ...built, hashFiles(path.join(WASM, 'image'), LIBC_NOTICE, ...scripts));
  await step('image', IMAGE, key, async (folder) => {
    const ports = await Promise.all(names.map((name) => packageOf(name, folder)));
    const taken = new Set(ports.flatMap((port) => (port.yields ? [] : port.entries.map((entry) => entry.path))));
    const left = ports.flatMap((port) => port.entries.filter((entry) => !port.yields || !taken.has(entry.path)));
    writeManifest(folder, {
      packages: ports.map((port) => port.about),
      entries: withoutRepeatedFolders([...base(), ...libcEntries(folder), ...nodeEntries(folder), ...left]),
      skeleton: skeleton(version),
    });
  });
}

/** @param {string} image */
function libcEntries(image) {
  const folder = docFolder('libc');
  return [folder, storeFile(image, LIBC_NOTICE, `${folder.path}/copyright`, 0o644)];
}
