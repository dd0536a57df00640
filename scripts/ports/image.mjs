/**
 * Writes an image: the files of a machine under content-hashed names, and manifest.json, which says what is where.
 *
 *     { "version": 1, "packages": [{ name, version, license, homepage, source }],
 *       "entries": [...], "skeleton": [...] }
 *
 * `entries` is the read-only base: { path, type: 'dir', mode }, { path, type: 'link', target },
 * { path, type: 'file', mode, size, sha256, url } for a file of the image (with `offset`: for a part of one), and { path, type: 'file', mode, text } for a
 * small one. `skeleton` has the same kinds, for what a new writable root begins with; what has no uid and gid there
 * belongs to the machine's user. A folder comes before what is in it.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** @typedef {import('../../wasm/image/layout.mjs').Entry} LayoutEntry */
/**
 * With an offset it is a part of the file behind `url`, and that file's hash.
 *
 * @typedef {{ path: string, type: 'file', mode: number, size: number, sha256: string, url: string, offset?: number }} StoredFile
 */
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
 * Many files as one, because they are wanted together.
 *
 * @param {string} folder the image
 * @param {string} name of the one
 * @param {string} root a folder whose content goes into the image under the same paths
 * @returns {Entry[]}
 */
export function storeTree(folder, name, root) {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  const parts = names.map((place) => ({ place, status: lstatSync(path.join(root, place)) }));
  const files = parts.filter(({ status }) => status.isFile());
  const contents = files.map(({ place }) => readFileSync(path.join(root, place)));
  const whole = Buffer.concat(contents);
  const sha256 = createHash('sha256').update(whole).digest('hex');
  const url = `${name}-${sha256.slice(0, 8)}.data`;
  if (files.length > 0) writeFileSync(path.join(folder, url), whole);
  let offset = 0;
  const stored = files.map(({ place, status }, at) => {
    const size = contents[at]?.length ?? 0;
    offset += size;
    const mode = status.mode & 0o111 ? 0o755 : 0o644;
    return /** @type {const} */ ({ path: place, type: 'file', mode, size, sha256, url, offset: offset - size });
  });
  const folders = parts.filter(({ status }) => status.isDirectory());
  const links = parts.filter(({ status }) => status.isSymbolicLink());
  return [
    ...folders.map(({ place }) => /** @type {const} */ ({ path: place, type: 'dir', mode: 0o755 })),
    ...stored,
    ...links.map(({ place }) => link(place, readlinkSync(path.join(root, place)))),
  ];
}

/**
 * Several ports may bring the same folder.
 *
 * @param {readonly Entry[]} entries
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
