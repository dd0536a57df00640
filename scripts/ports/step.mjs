/**
 * Build steps. A step's folder is up to date when the key in it, a hash of everything that the step reads, is the one
 * that the inputs have now. It is built in a folder beside it, so that it is there as a whole or not at all, and by one process at a time.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { say } from '../lib/run.mjs';
import { withLock } from './lock.mjs';

/**
 * @param {readonly (string | Uint8Array)[]} parts
 * @returns {string} SHA-256 in hex
 */
export function hashOf(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(`${part.length}:`);
    hash.update(part);
  }
  return hash.digest('hex');
}

/**
 * @param {readonly string[]} places files, and folders with all that is in them
 * @returns {string} a hash of the names and contents
 */
export function hashFiles(...places) {
  return hashOf(
    ...places.flatMap((place) => listFiles(place).flatMap((file) => [path.basename(file), readFileSync(file)])),
  );
}

/**
 * @param {string} place
 * @returns {string[]} the files below a folder in a fixed order, or the file itself
 */
function listFiles(place) {
  if (!statSync(place).isDirectory()) return [place];
  return readdirSync(place)
    .sort()
    .flatMap((name) => listFiles(path.join(place, name)));
}

/**
 * @param {string} label for the progress line
 * @param {string} folder the result
 * @param {string} key
 * @param {(folder: string) => Promise<void> | void} build fills an empty folder
 * @returns {Promise<boolean>} whether there was something to do
 */
export async function step(label, folder, key, build) {
  const keyFile = path.join(folder, '.key');
  const isCurrent = () => existsSync(keyFile) && readFileSync(keyFile, 'utf8') === key;
  if (isCurrent()) return false;
  return await withLock(`${folder}.lock`, label, async () => {
    if (isCurrent()) return false;
    const started = performance.now();
    say(`ports: ${label} ...`);
    const fresh = `${folder}.new`;
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { recursive: true });
    await build(fresh);
    writeFileSync(path.join(fresh, '.key'), key);
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
    say(`ports: ${label} took ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return true;
  });
}
