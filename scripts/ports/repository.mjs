/**
 * The repository of packages: files under content-hashed names, and index.json, which says what there is.
 *
 *     { "version": 1, "packages": [{ name, version, summary, license, homepage, source, size, commands, entries }] }
 *
 * `entries` are those of an image (image.mjs), `commands` the names that the package has in /usr/bin, `size` the bytes of
 * its files. Packages appear as they are built: files first, then the index, replaced as a whole.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile, mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { compressFiles } from '../lib/compress.mjs';
import { withLock } from './lock.mjs';
import { packageOf } from './package.mjs';
import { PACKAGES } from './places.mjs';
import { isBuilt } from './port.mjs';
import { recipesIn } from './recipe.mjs';

const INDEX = 'index.json';

/** Puts the packages that are built into the repository. @returns {Promise<string[]>} their names */
export async function updateRepository() {
  return await withLock(`${PACKAGES}.lock`, 'the repository', async () => {
    mkdirSync(PACKAGES, { recursive: true });
    const names = [...(await recipesIn('base')), ...(await recipesIn('extra'))].filter(isBuilt);
    const packages = await Promise.all(names.map(describe));
    refuseClashes(packages);
    const partial = path.join(PACKAGES, `.${INDEX}`);
    writeFileSync(partial, `${JSON.stringify({ version: 1, packages })}\n`);
    renameSync(partial, path.join(PACKAGES, INDEX));
    const wanted = new Set([INDEX, ...packages.flatMap(urlsOf)]);
    for (const name of readdirSync(PACKAGES)) if (!wanted.has(name)) rmSync(path.join(PACKAGES, name));
    return names;
  });
}

/** @param {string} name */
async function describe(name) {
  const { about, entries } = await packageOf(name, PACKAGES);
  const programs = entries.map((entry) => entry.path).filter((place) => path.dirname(place) === 'usr/bin');
  const sizes = new Map(entries.flatMap((entry) => ('size' in entry ? [[entry.path, entry.size]] : [])));
  const size = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  return { ...about, size, commands: programs.map((place) => path.basename(place)), entries };
}

/** @param {{ entries: import('./image.mjs').Entry[] }} entry */
const urlsOf = ({ entries }) => entries.flatMap((entry) => ('url' in entry ? [entry.url] : []));

/**
 * Two packages with the same command would leave it to chance which one runs.
 *
 * @param {readonly { name: string, commands: string[] }[]} packages
 */
export function refuseClashes(packages) {
  /** @type {Map<string, string>} */
  const owners = new Map();
  for (const { name, commands } of packages) {
    for (const command of commands) {
      const other = owners.get(command);
      if (other !== undefined) throw new Error(`${other} and ${name} both have the command ${command}`);
      owners.set(command, name);
    }
  }
}

export const hasRepository = () => existsSync(path.join(PACKAGES, INDEX));

/**
 * Brings a site's copy of the repository up to date. Older files stay: a page that is open may still ask for them.
 *
 * @param {string} site
 */
export async function publishRepository(site) {
  const folder = path.join(site, 'packages');
  await mkdir(folder, { recursive: true });
  const present = new Set(readdirSync(folder));
  const { packages } = JSON.parse(readFileSync(path.join(PACKAGES, INDEX), 'utf8'));
  const missing = [...new Set(packages.flatMap(urlsOf))].filter((name) => !present.has(name));
  for (const name of missing) await copyFile(path.join(PACKAGES, name), path.join(folder, name));
  await compressFiles(folder, missing);
  // The index comes last, when what it names is there, and its codings before itself.
  const aside = path.join(folder, '.new');
  await mkdir(aside, { recursive: true });
  await copyFile(path.join(PACKAGES, INDEX), path.join(aside, INDEX));
  await compressFiles(aside, [INDEX]);
  for (const name of readdirSync(aside).sort((a, b) => b.length - a.length)) {
    await rename(path.join(aside, name), path.join(folder, name));
  }
  rmSync(aside, { recursive: true });
}
