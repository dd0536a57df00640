import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SysError } from '../../abi/errno.ts';
import type { ImageManifest } from '../../kernel/fs/imagefs/imagefs.ts';
import type { Package, PackageIndex } from '../../kernel/fs/imagefs/packages.ts';
import { treeWith } from '../../testing/image-tree.ts';
import { type ExecResult, NodeMachine } from '../../testing/node-machine.ts';

const IMAGE: ImageManifest = {
  version: 1,
  entries: [
    { path: 'usr/bin', type: 'dir', mode: 0o755 },
    { path: 'usr/bin/pkg', type: 'file', mode: 0o755, text: '\0tabos:pkg\n' },
    { path: 'usr/bin/js', type: 'file', mode: 0o755, text: '\0tabos:js\n' },
  ],
  skeleton: [
    { path: 'home', type: 'dir', mode: 0o755 },
    { path: 'home/user', type: 'dir', mode: 0o755 },
  ],
};

const SCRIPT = '#!/usr/bin/js\nprint("hi from", sys.argv[0]);\n';

const packageNamed = (name: string, version: string): Package => ({
  name,
  version,
  summary: `says ${name}`,
  license: 'MIT',
  homepage: `https://${name}.example/`,
  source: { package: name, file: `${name}.tar.gz`, sha256: 'f00' },
  size: 1_234_567,
  commands: [name, `${name}-config`],
  entries: [
    { path: `usr/bin/${name}`, type: 'file', mode: 0o755, url: `${name}.js`, size: SCRIPT.length, sha256: name },
    { path: `usr/bin/${name}-config`, type: 'link', target: name },
    { path: `usr/share/${name}/data`, type: 'file', mode: 0o644, url: `${name}.data`, size: 4, sha256: name },
  ],
});

const INDEX: PackageIndex = { version: 1, packages: [packageNamed('hello', '1.0'), packageNamed('bye', '2.0')] };
const NEWER: PackageIndex = { version: 1, packages: [packageNamed('hello', '1.1'), packageNamed('bye', '2.0')] };

let machine: NodeMachine;
let fetched: string[] = [];
/** What fetching ends with, by address. */
let failures: Record<string, SysError> = {};
let newest: PackageIndex | SysError = INDEX;

beforeAll(async () => {
  const tree = treeWith(IMAGE, {
    fetchFile: (url) => {
      const name = url.replace('../packages/', '');
      const failure = failures[name];
      if (failure !== undefined) return Promise.reject(failure);
      fetched.push(name);
      return Promise.resolve(new TextEncoder().encode(name.endsWith('.js') ? SCRIPT : 'data'));
    },
    packages: {
      index: INDEX,
      reload: () => (newest instanceof SysError ? Promise.reject(newest) : Promise.resolve(newest)),
    },
  });
  machine = await NodeMachine.boot({ tree });
}, 60_000);

afterAll(async () => {
  await machine.stop();
});

beforeEach(async () => {
  failures = {};
  await pkg('remove', 'hello');
  fetched = [];
});

const pkg = (...args: string[]): Promise<ExecResult> => machine.run(['/usr/bin/pkg', ...args]);

test('search finds by all words, in name, summary and commands, and marks what is here', async () => {
  await pkg('install', 'hello');
  expect((await pkg('search', 'SAYS')).stdout).toBe(
    '* hello        1.0            1.2 MB  says hello\n  bye          2.0            1.2 MB  says bye\n',
  );
  expect((await pkg('search', 'says', 'bye-config')).stdout).toMatch(/^ {2}bye /);
  expect(await pkg('search', 'says', 'nothing')).toEqual({ exitCode: 1, stdout: '', stderr: '' });
});

test('install fetches what is not here, list tells what is, remove gives it up', async () => {
  expect((await pkg('list')).stdout).toBe('');
  expect((await pkg('install', 'hello')).stdout).toBe('hello 1.0 is installed, 1.2 MB\n');
  expect(fetched.sort()).toEqual(['hello.data', 'hello.js']);
  expect((await pkg('list')).stdout).toMatch(/^\* hello +1\.0 .*\n$/);
  expect((await pkg('install', 'hello-config')).stdout).toBe('hello 1.0 is installed already\n');
  expect((await pkg('remove', 'hello')).exitCode).toBe(0);
  expect((await pkg('list')).stdout).toBe('');
  expect(await pkg('remove', 'hello')).toEqual({ exitCode: 1, stdout: '', stderr: 'pkg: hello is not installed\n' });
});

test('a command of a package runs without being installed before', async () => {
  expect((await machine.run(['/usr/bin/hello'])).stdout).toBe('hi from /usr/bin/hello\n');
  expect(fetched).toEqual(['hello.js']);
});

test('of a package that cannot be had as a whole nothing is installed', async () => {
  failures = { 'hello.data': new SysError('EIO', 'its content is not what the manifest says') };
  expect(await pkg('install', 'hello')).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: 'pkg: hello was not installed: what came does not have the SHA-256 of the list\n',
  });
  expect((await pkg('show', 'hello')).stdout).toContain('installed: no');
  failures = {};
  await pkg('install', 'hello');
  expect(fetched).toEqual(['hello.js', 'hello.js', 'hello.data']);
});

test('without a network that is said', async () => {
  failures = { 'hello.js': new SysError('ENETUNREACH') };
  expect((await pkg('install', 'hello')).stderr).toBe('pkg: hello was not installed: there is no network\n');
});

test('update tells what is new, and keeps the list when there is no network', async () => {
  newest = new SysError('ENETUNREACH');
  const { exitCode, stderr } = await pkg('update');
  expect([exitCode, stderr]).toEqual([1, 'pkg: the list of packages stays as it was: there is no network\n']);
  expect((await pkg('show', 'hello')).stdout).toContain('hello 1.0: says hello\n');
  newest = NEWER;
  expect((await pkg('update')).stdout).toBe('hello 1.1: says hello\n2 packages, 1 of them new\n');
  newest = INDEX;
  await pkg('update');
});

test('what is no package or no command is refused by name', async () => {
  expect((await pkg('install', 'vi')).stderr).toBe('pkg: there is no package vi\n');
  expect((await pkg('install')).stderr).toBe('pkg: which package? pkg search lists them\n');
  const { exitCode, stderr } = await pkg('upgrade');
  expect([exitCode, stderr.split('\n')[0]]).toEqual([2, 'pkg: there is no command upgrade']);
});
