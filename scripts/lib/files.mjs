/** Files below a folder, and one hash over many of them: what the scripts decide staleness by. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * @param {unknown} error
 * @returns {unknown} the `code` of a system error, `ENOENT` and the like
 */
export function errorCode(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/**
 * @param {string} folder
 * @returns {Promise<string[]>} names relative to the folder, sorted; none when the folder does not exist
 */
export async function listFiles(folder) {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
      .sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/**
 * @param {string} root
 * @param {readonly string[]} sources files and folders relative to the root; what is missing counts as empty
 * @param {(name: string) => boolean} [wanted] by the name relative to the root
 * @returns {Promise<string>} a hash that changes when a name or a byte does
 */
export async function hashFiles(root, sources, wanted = () => true) {
  const hash = createHash('sha256');
  for (const source of sources) {
    const status = await stat(path.join(root, source)).catch(() => undefined);
    const names = status?.isFile()
      ? [source]
      : (await listFiles(path.join(root, source))).map((name) => path.join(source, name));
    for (const name of names.filter(wanted)) {
      const content = createHash('sha256').update(await readFile(path.join(root, name)));
      hash.update(`${name}\0${content.digest('hex')}\n`);
    }
  }
  return hash.digest('hex');
}
