import { expect, test } from 'vitest';
import { O } from '../../../abi/file.ts';
import { Vfs } from '../../vfs/vfs.ts';
import { type Fetching, type ImageEntry, makeImagefs } from './imagefs.ts';
import type { PackageIndex } from './packages.ts';

const IMAGE: readonly ImageEntry[] = [
  { path: 'usr/bin/busybox', type: 'file', mode: 0o755, url: 'busybox.wasm', size: 7, sha256: 'b' },
  { path: 'usr/bin/ls', type: 'link', target: 'busybox' },
];

const INDEX: PackageIndex = {
  version: 1,
  packages: [
    {
      name: 'coreutils',
      version: '1',
      summary: '',
      license: '',
      homepage: '',
      source: { package: '', file: '', sha256: '' },
      size: 10,
      commands: ['coreutils', 'ls'],
      entries: [
        { path: 'usr/bin/coreutils', type: 'file', mode: 0o755, url: 'c.data', size: 3, sha256: 'c', offset: 2 },
        { path: 'usr/bin/ls', type: 'link', target: 'coreutils' },
      ],
    },
  ],
};

const CONTENT: Readonly<Record<string, string>> = { 'busybox.wasm': 'busybox', '../packages/c.data': '..ls!..' };

const mounted = async (
  fetchFile: (url: string) => Promise<Uint8Array>,
  waits: Fetching[] = [],
  newer?: PackageIndex,
) => {
  const fs = makeImagefs(IMAGE, {
    packages: { index: INDEX, reload: () => Promise.resolve(newer) },
    subtree: 'usr',
    fetchFile,
    onWait: (_caller, fetching) => void waits.push(fetching),
    time: 0,
  });
  const vfs = new Vfs(fs, { source: 'image', readOnly: true });
  const ctx = { root: vfs.root, cwd: vfs.root, cred: { uid: 0, gid: 0, groups: [] }, umask: 0 };
  const read = async (path: string): Promise<string> => {
    const { node } = await vfs.open(ctx, vfs.root, path, O.RDONLY, 0);
    const into = new Uint8Array(20);
    try {
      return new TextDecoder().decode(into.subarray(0, await node.fs.read(node.ino, 0, into)));
    } finally {
      node.release();
    }
  };
  const blocks = async (path: string): Promise<number> => (await vfs.stat(ctx, vfs.root, path, 0)).blocks;
  const forget = async (path: string): Promise<void> => {
    const { node } = await vfs.open(ctx, vfs.root, path, O.RDONLY, 0);
    await node.fs.evict?.(node.ino);
    node.release();
  };
  return { read, blocks, forget };
};

const fetchContent = (url: string): Promise<Uint8Array> => Promise.resolve(new TextEncoder().encode(CONTENT[url]));

test('a package takes the place of a command of the image', async () => {
  const { read } = await mounted(fetchContent);
  expect(await read('/bin/ls')).toBe('ls!');
  expect(await read('/bin/busybox')).toBe('busybox');
});

test('what has not been fetched uses no blocks, and who reads it first waits for its package', async () => {
  const waits: Fetching[] = [];
  const { read, blocks } = await mounted(fetchContent, waits);
  expect(await blocks('/bin/ls')).toBe(0);
  await read('/bin/ls');
  await read('/bin/ls');
  expect(waits.map((wait) => [wait.package, wait.size])).toEqual([['coreutils', 3]]);
  expect(await blocks('/bin/ls')).toBe(1);
});

test('a failed fetch is tried again by the next reader', async () => {
  let tries = 0;
  const { read } = await mounted((url) => (++tries === 1 ? Promise.reject(new Error('offline')) : fetchContent(url)));
  await expect(read('/bin/ls')).rejects.toThrow('offline');
  expect(await read('/bin/ls')).toBe('ls!');
});

test('what is given up is fetched again, and is not here meanwhile', async () => {
  const waits: Fetching[] = [];
  const { read, blocks, forget } = await mounted(fetchContent, waits);
  await read('/bin/ls');
  await forget('/bin/ls');
  expect(await blocks('/bin/ls')).toBe(0);
  await read('/bin/ls');
  expect(waits).toHaveLength(2);
});

test('giving up the list of packages brings the newer one', async () => {
  const { read, forget } = await mounted(fetchContent, [], { version: 1, packages: [] });
  expect(await read('/lib/pkg/index.json')).toContain('"version":1');
  await forget('/lib/pkg/index.json');
  expect(await read('/bin/ls')).toBe('busybox');
});
