/**
 * Fetches the sources of ports from Debian: the tarball of the original authors, pinned by its SHA-256, whichever
 * revision of the package carries it now. Downloads are kept outside the repository and checked each time.
 *
 * The package lists of this machine often have no sources. So apt-get gets a list of its own, made of the Debian entries
 * that the machine has, and folders of its own for what it downloads: nothing of the system is changed, root is not needed.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Failure, say } from '../lib/run.mjs';
import { readAptFiles, sourceEntries } from './apt-entries.mjs';
import { withLock } from './lock.mjs';
import { SOURCES } from './places.mjs';
import { ensureToolchain, tool } from './toolchain.mjs';

/**
 * @typedef {object} Source
 * @property {string} package the Debian source package
 * @property {string} file the tarball, as the package names it
 * @property {string} sha256
 * @property {string} [release] of Debian that has it, when not the one of this machine
 */

/**
 * @param {Source} source
 * @returns {Promise<string>} the tarball's path
 */
export async function fetchSource(source) {
  const kept = path.join(SOURCES, source.file);
  if (existsSync(kept) && sha256(kept) === source.sha256) return kept;
  say(`ports: fetching ${source.file}`);
  mkdirSync(SOURCES, { recursive: true });
  await ensureToolchain();
  const options = await withLock(path.join(SOURCES, 'apt.lock'), 'the list of sources', () =>
    aptOptions(source.release),
  );
  const folder = path.join(SOURCES, `${source.package}.${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  await download(source, await versionsWith(source, options), options, folder);
  const fetched = path.join(folder, source.file);
  if (sha256(fetched) !== source.sha256) throw new Failure(`${fetched} is not the file that the recipe pins`);
  renameSync(fetched, kept);
  rmSync(folder, { recursive: true });
  return kept;
}

/**
 * A mirror lists versions whose files it no longer has, when another one replaced them: the next one may be there.
 *
 * @param {Source} source
 * @param {readonly string[]} versions
 * @param {readonly string[]} options
 * @param {string} folder
 */
async function download(source, versions, options, folder) {
  for (const [at, version] of versions.entries()) {
    const wanted = ['source', '--download-only', '--only-source', `${source.package}=${version}`];
    try {
      await tool('apt-get', ['-q', ...options, ...wanted], { cwd: folder });
      return;
    } catch (error) {
      if (existsSync(path.join(folder, source.file))) return;
      if (at === versions.length - 1) throw error;
    }
  }
}

/** @type {Map<string | undefined, Promise<string[]>>} */
const prepared = new Map();

/**
 * The lists are fetched once a run.
 *
 * @param {string | undefined} release
 */
const aptOptions = (release) => {
  const known = prepared.get(release) ?? prepareApt(release);
  prepared.set(release, known);
  return known;
};

/** @param {string} file */
const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** @param {string | undefined} release */
function entriesFor(release) {
  const own = readFileSync('/etc/os-release', 'utf8');
  const files = readAptFiles();
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(own)?.[1];
  if (release === undefined || codename === undefined) return sourceEntries(files, own);
  return sourceEntries(files, own).replaceAll(codename, release);
}

/**
 * @param {string | undefined} release
 * @returns {Promise<string[]>} options of apt-get and apt-cache that keep them to our folder, with fresh lists
 */
async function prepareApt(release) {
  const folder = path.join(SOURCES, 'apt');
  mkdirSync(path.join(folder, 'lists/partial'), { recursive: true });
  mkdirSync(path.join(folder, 'parts'), { recursive: true });
  const list = path.join(folder, 'debian.sources');
  writeFileSync(list, entriesFor(release));
  const settings = {
    'Dir::Etc::sourcelist': list,
    'Dir::Etc::sourceparts': path.join(folder, 'parts'),
    'Dir::State::lists': path.join(folder, 'lists'),
    'Dir::Cache': folder,
    'APT::Sandbox::User': '',
    'Debug::NoLocking': 'true',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await tool('apt-get', ['-q', ...options, 'update']);
  return options;
}

/**
 * @param {Source} source
 * @param {string[]} options
 * @returns {Promise<string[]>} the versions of the package whose original tarball is the pinned one
 */
async function versionsWith(source, options) {
  const records = (await tool('apt-cache', [...options, 'showsrc', '--only-source', source.package])).split('\n\n');
  const versionOf = (/** @type {string} */ text) => /^Version: (.+)$/m.exec(text)?.[1] ?? '';
  const matching = records.filter((text) => text.includes(`${source.sha256} `) && text.includes(source.file));
  if (matching.length > 0) return matching.map(versionOf);
  const offered = records.map(versionOf).filter(Boolean);
  throw new Failure(
    `Debian offers ${source.package} ${offered.join(', ') || 'in no version'}, none with ${source.file} as pinned ` +
      `(SHA-256 ${source.sha256}). Put that file into ${SOURCES}.`,
  );
}
