/**
 * Writes an image: the files of a machine under content-hashed names, and manifest.json, which says what is where.
 *
 *     { "version": 1, "packages": [{ name, version, license, homepage, source }],
 *       "entries": [...], "skeleton": [...] }
 *
 * `entries` is the read-only base: { path, type: 'dir', mode }, { path, type: 'link', target },
 * { path, type: 'file', mode, size, sha256, url } for a file of the image, and { path, type: 'file', mode, text } for a
 * small one. `skeleton` has the same kinds, for what a new writable root begins with; what has no uid and gid there
 * belongs to the machine's user. A folder comes before what is in it.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** @typedef {import('../../wasm/image/layout.mjs').Entry} LayoutEntry */
/** @typedef {{ path: string, type: 'file', mode: number, size: number, sha256: string, url: string }} StoredFile */
/** @typedef {LayoutEntry | StoredFile} Entry */

/**
 * @param {string} folder the image
 * @param {string} from a file to copy into it
 * @param {string} place where it is on the machine
 * @param {number} mode
 * @returns {StoredFile}
 */
export function storeFile(folder, from, place, mode) {
  const bytes = readFileSync(from);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { name, ext } = path.parse(from);
  const url = `${name}-${sha256.slice(0, 8)}${ext}`;
  copyFileSync(from, path.join(folder, url));
  return { path: place, type: 'file', mode, size: bytes.length, sha256, url };
}

/** @param {string} place @param {string} target @returns {Entry} */
export const link = (place, target) => ({ path: place, type: 'link', target });

/**
 * @param {string} image
 * @param {string} root a folder whose files go into the image under the same paths
 * @param {string} [below]
 * @returns {Entry[]}
 */
export function treeEntries(image, root, below = '') {
  const names = readdirSync(path.join(root, below)).sort();
  return names.flatMap((name) => {
    const place = path.posix.join(below, name);
    const from = path.join(root, place);
    const status = lstatSync(from);
    if (status.isSymbolicLink()) return [link(place, readlinkSync(from))];
    if (!status.isDirectory()) return [storeFile(image, from, place, status.mode & 0o111 ? 0o755 : 0o644)];
    return [/** @type {Entry} */ ({ path: place, type: 'dir', mode: 0o755 }), ...treeEntries(image, root, place)];
  });
}

/**
 * Several ports may bring the same folder.
 *
 * @param {Entry[]} entries
 */
export function withoutRepeatedFolders(entries) {
  const seen = new Set();
  return entries.filter(({ path: place, type }) => {
    if (type !== 'dir') return true;
    const isNew = !seen.has(place);
    seen.add(place);
    return isNew;
  });
}

/**
 * @param {string} folder
 * @param {{ packages: object[], entries: Entry[], skeleton: LayoutEntry[] }} content
 */
export function writeManifest(folder, { packages, entries, skeleton }) {
  const paths = new Set();
  for (const entry of entries) {
    if (paths.has(entry.path)) throw new Error(`the image has /${entry.path} twice`);
    paths.add(entry.path);
  }
  writeFileSync(path.join(folder, 'manifest.json'), `${JSON.stringify({ version: 1, packages, entries, skeleton })}\n`);
}
