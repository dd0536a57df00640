/**
 * Makes the manifest of a folder that `os.mountFetch` can show from a static host: `tree.json` in the folder, with the
 * names, modes, times, sizes and SHA-256 of all that is in it. Print its own SHA-256, with which a page can pin the tree.
 * From the command line: node scripts/tree-manifest.mjs FOLDER [--dot-files]
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { isMain } from './lib/main.mjs';
import { Failure, runMain } from './lib/run.mjs';

const MANIFEST = 'tree.json';

/** @param {string} file @returns {Promise<string>} */
async function sha256Of(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(/** @type {Buffer} */ (chunk));
  return hash.digest('hex');
}

/**
 * @param {string} folder
 * @param {{ dotFiles?: boolean }} [options] static hosts often do not serve names that start with a dot
 * @returns {Promise<{ count: number, sha256: string }>} of the manifest that was written
 */
export async function writeTreeManifest(folder, { dotFiles = false } = {}) {
  /** @type {Record<string, unknown>[]} */
  const entries = [];
  /** @param {string} at */
  const visit = async (at) => {
    for (const name of (await readdir(path.join(folder, at))).sort()) {
      const inner = at === '' ? name : `${at}/${name}`;
      if (inner === MANIFEST || (name.startsWith('.') && !dotFiles)) continue;
      const file = path.join(folder, inner);
      const found = await lstat(file);
      const common = { path: inner, mtime: Math.floor(found.mtimeMs / 1000) };
      const mode = found.mode & 0o777;
      if (found.isSymbolicLink()) entries.push({ ...common, type: 'link', target: await readlink(file) });
      else if (found.isDirectory()) {
        entries.push({ ...common, type: 'dir', mode });
        await visit(inner);
      } else if (found.isFile()) {
        entries.push({ ...common, type: 'file', mode, size: found.size, sha256: await sha256Of(file) });
      } else throw new Failure(`${file} is no file, directory or symbolic link: a static host cannot have it`);
    }
  };
  const top = await lstat(folder).catch(() => undefined);
  if (!top?.isDirectory()) throw new Failure(`${folder} is no folder`);
  await visit('');
  const lines = entries.map((entry) => JSON.stringify(entry)).join(',\n');
  const text = `{"version":1,"entries":[\n${lines}\n]}\n`;
  const target = path.join(folder, MANIFEST);
  await writeFile(`${target}.new`, text);
  await rename(`${target}.new`, target);
  return { count: entries.length, sha256: createHash('sha256').update(text).digest('hex') };
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    const { values, positionals } = parseArgs({
      options: { 'dot-files': { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const [folder, ...rest] = positionals;
    if (folder === undefined || rest.length > 0)
      throw new Failure('usage: node scripts/tree-manifest.mjs FOLDER [--dot-files]');
    const { count, sha256 } = await writeTreeManifest(folder, { dotFiles: values['dot-files'] });
    console.log(`${path.join(folder, MANIFEST)}: ${count} entries, sha256 ${sha256}`);
  });
}
