// fetchfs in Node: a folder with the manifest that the script makes, behind a real server. Node has no cache storage: what
// is there without a network is tested in the browsers (e2e/mounts.e2e.ts).

import { chmod, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createStaticServer, listen } from '../../scripts/serve.mjs';
import { writeTreeManifest } from '../../scripts/tree-manifest.mjs';
import { parseManifest } from '../kernel/fs/fetchfs/manifest.ts';
import { Files } from '../page/files.ts';
import { memoryVfs } from '../testing/memory-vfs.ts';
import { browserClock, browserRandom } from './browser-ports.ts';
import type { StationControl } from './control.ts';
import { filesControl } from './page-files.ts';
import { mountsControl } from './page-mounts.ts';

let folder: string;
let server: Server;
let asked: string[];
let url: string;
let station: StationControl;
let fs: Files;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tabos-tree-'));
  await mkdir(`${folder}/docs/empty`, { recursive: true });
  await writeFile(`${folder}/docs/a file #1.txt`, 'one');
  await writeFile(`${folder}/run`, '#!/bin/sh\n');
  await chmod(`${folder}/run`, 0o755);
  await utimes(`${folder}/run`, 5, 1234);
  await symlink('docs/a file #1.txt', `${folder}/link`);
  asked = [];
  server = createStaticServer({ root: folder });
  server.on('request', (request: { url?: string }) => void asked.push(request.url ?? ''));
  url = `http://127.0.0.1:${await listen(server, 0)}/tree.json`;
  const vfs = await memoryVfs();
  station = {
    ...filesControl(vfs, browserRandom),
    ...mountsControl({ vfs, clock: browserClock, log: () => undefined, keeps: true, unmounted: () => undefined }),
  } as StationControl;
  fs = new Files(Promise.resolve(), station);
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

const failure = (call: Promise<unknown>): Promise<{ code: string; message: string; cause?: { message: string } }> =>
  call.then(
    () => ({ code: 'no error', message: '' }),
    (error: { code: string; message: string }) => error,
  );

test('a tree is shown before anything of it is loaded, and each file when it is read', async () => {
  const { count } = await writeTreeManifest(folder);
  expect(count).toBe(5);
  await station.mountFetch(url, '/home/user/t', undefined);
  expect((await fs.readdir('t')).sort()).toEqual(['docs', 'link', 'run']);
  expect(await fs.stat('t/run')).toMatchObject({ mode: 0o755, size: 10, mtimeMs: 1_234_000 });
  expect(await fs.readdir('t/docs/empty')).toEqual([]);
  expect(asked).toEqual(['/tree.json']);
  expect(await fs.readFile('t/link', 'utf8')).toBe('one');
  expect(asked).toEqual(['/tree.json', '/docs/a%20file%20%231.txt']);
  expect((await failure(fs.writeFile('t/new', ''))).code).toBe('EROFS');
  expect((await failure(fs.rm('t/run'))).code).toBe('EROFS');
  await station.unmount('/home/user/t');
  expect(await fs.readdir('t')).toEqual([]);
});

test('what is not what the manifest says is EIO and is never shown; what is not there, and nobody there', async () => {
  const { sha256 } = await writeTreeManifest(folder);
  await station.mountFetch(url, '/home/user/t', sha256);
  await writeFile(`${folder}/run`, '#!/bin/xx\n');
  const changed = await failure(fs.readFile('t/run'));
  expect([changed.code, changed.message]).toEqual(['EIO', "EIO: input/output error, open 't/run'"]);
  expect(changed.cause?.message).toContain('/run: its content is not what the manifest says');
  await writeFile(`${folder}/run`, '#!/bin/sh\n');
  expect(await fs.readFile('t/run', 'utf8')).toBe('#!/bin/sh\n');
  await rm(`${folder}/docs/a file #1.txt`);
  expect((await failure(fs.readFile('t/link'))).code).toBe('EHOSTUNREACH');
  server.closeAllConnections();
  server.close();
  expect((await failure(fs.readFile('t/link'))).code).toBe('ENETUNREACH');
});

test('a manifest that is wrong, missing, or another one than was asked for', async () => {
  const { sha256 } = await writeTreeManifest(folder);
  const other = sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
  expect((await failure(station.mountFetch(url, '/home/user/t', other))).code).toBe('ERR_MANIFEST');
  await writeFile(`${folder}/tree.json`, '{"version":1');
  expect((await failure(station.mountFetch(url, '/home/user/t', undefined))).code).toBe('ERR_MANIFEST');
  await rm(`${folder}/tree.json`);
  expect((await failure(station.mountFetch(url, '/home/user/t', undefined))).code).toBe('EHOSTUNREACH');
  expect(await fs.readdir('.')).toEqual([]);
});

test('the script leaves out what a static host has not, and refuses what it cannot have', async () => {
  await writeFile(`${folder}/.hidden`, '');
  await writeTreeManifest(folder);
  const paths = async (): Promise<string[]> =>
    parseManifest(JSON.parse(await readFile(`${folder}/tree.json`, 'utf8'))).entries.map((entry) => entry.path);
  expect(await paths()).toEqual(['docs', 'docs/a file #1.txt', 'docs/empty', 'link', 'run']);
  await writeTreeManifest(folder, { dotFiles: true });
  expect(await paths()).toContain('.hidden');
  await expect(writeTreeManifest(`${folder}/run`)).rejects.toThrow('is no folder');
});

describe('manifests are checked', () => {
  const sha256 = '0'.repeat(64);
  const file = { path: 'a', type: 'file', mode: 0o644, size: 1, sha256 };
  test.each<[string, unknown, RegExp]>([
    ['no object', [], /no manifest/],
    ['another version', { version: 2, entries: [] }, /version 2/],
    ['a way out', { version: 1, entries: [{ ...file, path: '../a' }] }, /no proper path/],
    ['an absolute path', { version: 1, entries: [{ ...file, path: '/a' }] }, /no proper path/],
    ['no hash', { version: 1, entries: [{ ...file, sha256: 'x' }] }, /'a' has no SHA-256/],
    ['a mode that is none', { version: 1, entries: [{ ...file, mode: -1 }] }, /'a' has a wrong mode/],
    ['an unknown type', { version: 1, entries: [{ ...file, type: 'pipe' }] }, /unknown type pipe/],
    ['twice the same', { version: 1, entries: [file, file] }, /'a' is there twice/],
    ['a file below a file', { version: 1, entries: [file, { ...file, path: 'a/b/c' }] }, /'a\/b\/c' is below/],
  ])('%s', (_what, manifest, message) => {
    expect(() => parseManifest(manifest)).toThrow(message);
  });
});
