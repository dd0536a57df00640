/**
 * The package sources of this machine (sources.list(5)) as a list of where Debian's source packages are: the entries for
 * this release of Debian, with `deb-src` instead of `deb`. Entries of others, such as vendors' repositories, are left out.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../lib/run.mjs';

/** @typedef {{ uris: string[], suites: string[], components: string[], signedBy?: string | undefined }} AptEntry */

/** @returns {[name: string, text: string][]} the files that apt reads */
export function readAptFiles() {
  const parts = '/etc/apt/sources.list.d';
  const names = existsSync(parts) ? readdirSync(parts).map((name) => path.join(parts, name)) : [];
  return [...names, '/etc/apt/sources.list'].filter(existsSync).map((name) => [name, readFileSync(name, 'utf8')]);
}

/**
 * @param {readonly (readonly [name: string, text: string])[]} files
 * @param {string} osRelease the text of os-release(5)
 * @returns {string} in deb822 format
 */
export function sourceEntries(files, osRelease) {
  const release = /^VERSION_CODENAME=(\w+)/m.exec(osRelease)?.[1];
  if (release === undefined) throw new Failure('/etc/os-release does not say which release of Debian this is');
  const suites = ['', '-updates', '-security'].map((suffix) => release + suffix);
  const entries = files
    .flatMap(([name, text]) => parse(name, text))
    .flatMap((entry) => {
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

/**
 * @param {string} name
 * @param {string} text
 * @returns {AptEntry[]}
 */
function parse(name, text) {
  if (name.endsWith('.sources')) return parseStanzas(text);
  return name.endsWith('.list') ? parseLines(text) : [];
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
