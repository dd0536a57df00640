/**
 * Fetches the sources of ports from Debian: the tarball of the original authors, pinned by its SHA-256, whichever
 * revision of the package carries it now. Downloads are kept outside the repository and checked each time.
 *
 * The package lists of this machine often have no sources. So apt-get gets a list of its own, made of the Debian entries
 * that the machine has, and folders of its own for what it downloads: nothing of the system is changed, root is not needed.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Failure, say } from '../lib/run.mjs';
import { SOURCES } from './places.mjs';
import { tool } from './toolchain.mjs';

/**
 * @typedef {object} Source
 * @property {string} package the Debian source package
 * @property {string} file the tarball, as the package names it
 * @property {string} sha256
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
  const options = await prepareApt();
  const version = await versionWith(source, options);
  const folder = path.join(SOURCES, `${source.package}.new`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  await tool(
    'apt-get',
    ['-q', ...options, 'source', '--download-only', '--only-source', `${source.package}=${version}`],
    { cwd: folder },
  );
  const fetched = path.join(folder, source.file);
  if (sha256(fetched) !== source.sha256) throw new Failure(`${fetched} is not the file that the recipe pins`);
  renameSync(fetched, kept);
  rmSync(folder, { recursive: true });
  return kept;
}

/** @param {string} file */
const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** @returns {Promise<string[]>} options of apt-get and apt-cache that keep them to our folder, with fresh lists */
async function prepareApt() {
  const folder = path.join(SOURCES, 'apt');
  mkdirSync(path.join(folder, 'lists/partial'), { recursive: true });
  mkdirSync(path.join(folder, 'parts'), { recursive: true });
  const list = path.join(folder, 'debian.sources');
  writeFileSync(list, sourceEntries());
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
 * @returns {Promise<string>} the version of the package whose original tarball is the pinned one
 */
async function versionWith(source, options) {
  const records = (await tool('apt-cache', [...options, 'showsrc', '--only-source', source.package])).split('\n\n');
  const record = records.find((text) => text.includes(`${source.sha256} `) && text.includes(source.file));
  const version = record && /^Version: (.+)$/m.exec(record)?.[1];
  if (version !== undefined) return version;
  const offered = records.map((text) => /^Version: (.+)$/m.exec(text)?.[1]).filter(Boolean);
  throw new Failure(
    `Debian offers ${source.package} ${offered.join(', ') || 'in no version'}, none with ${source.file} as pinned ` +
      `(SHA-256 ${source.sha256}). Put that file into ${SOURCES}.`,
  );
}

/**
 * @returns {string} the machine's own Debian entries with their sources instead of their binaries, in deb822 format
 */
function sourceEntries() {
  const release = /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  if (release === undefined) throw new Failure('/etc/os-release does not say which release of Debian this is');
  const suites = ['', '-updates', '-security'].map((suffix) => release + suffix);
  const entries = readEntries().flatMap((entry) => {
    const wanted = entry.suites.filter((suite) => suites.includes(suite));
    if (wanted.length === 0 || !entry.components.includes('main')) return [];
    const signedBy = entry.signedBy === undefined ? '' : `Signed-By: ${entry.signedBy}\n`;
    return [
      `Types: deb-src\nURIs: ${entry.uris.join(' ')}\nSuites: ${wanted.join(' ')}\nComponents: main\n${signedBy}`,
    ];
  });
  if (entries.length === 0) throw new Failure('the sources of apt have no entry for this release of Debian');
  return entries.join('\n');
}

/** @typedef {{ uris: string[], suites: string[], components: string[], signedBy?: string | undefined }} AptEntry */

/** @returns {AptEntry[]} */
function readEntries() {
  const parts = '/etc/apt/sources.list.d';
  const names = existsSync(parts) ? readdirSync(parts).map((name) => path.join(parts, name)) : [];
  return [...names, '/etc/apt/sources.list'].filter(existsSync).flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    if (file.endsWith('.sources')) return parseStanzas(text);
    return file.endsWith('.list') ? parseLines(text) : [];
  });
}

/** @param {string} text @returns {AptEntry[]} */
function parseStanzas(text) {
  const stanzas = text.replace(/^#.*\n/gm, '').split(/\n\s*\n/);
  return stanzas.flatMap((stanza) => {
    const field = (/** @type {string} */ name) =>
      new RegExp(`^${name}:[ \\t]*(.*(?:\\n[ \\t].*)*)`, 'im').exec(stanza)?.[1];
    const words = (/** @type {string} */ name) => field(name)?.split(/\s+/).filter(Boolean) ?? [];
    if (!words('Types').includes('deb') || field('Enabled') === 'no') return [];
    return [
      { uris: words('URIs'), suites: words('Suites'), components: words('Components'), signedBy: field('Signed-By') },
    ];
  });
}

/** @param {string} text @returns {AptEntry[]} */
function parseLines(text) {
  return text.split('\n').flatMap((line) => {
    const [, options = '', rest] = /^deb\s+(?:\[(.*?)\]\s+)?(.*?)\s*(?:#.*)?$/.exec(line) ?? [];
    const [uri, suite, ...components] = rest?.split(/\s+/) ?? [];
    if (uri === undefined || suite === undefined) return [];
    return [{ uris: [uri], suites: [suite], components, signedBy: /signed-by=(\S+)/.exec(options)?.[1] }];
  });
}
