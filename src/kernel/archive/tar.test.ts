// tar archives beside GNU tar: what it packs is unpacked here, what is packed here it unpacks, and both trees are the same
// in every name, mode, time, link and byte. Broken archives leave nothing behind.

import { execFile } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { chmod, link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isDirectory, isRegular, isSymlink, S } from '../../abi/file.ts';
import { byteString, bytesOf } from '../../base/bytes.ts';
import { browserRandom } from '../../host/browser-ports.ts';
import { memoryVfs } from '../../testing/memory-vfs.ts';
import { USER } from '../station/machine-tree.ts';
import type { Context, Vfs } from '../vfs/vfs.ts';
import { ByteSource } from './byte-source.ts';
import { type ArchiveEntry, ArchiveError } from './entry.ts';
import type { Selection } from './glob.ts';
import { readTar } from './tar-reader.ts';
import { writeTar } from './tar-writer.ts';
import { unpack } from './unpack.ts';
import { walkTree } from './walk-tree.ts';

const run = promisify(execFile);
const folder = mkdtempSync(`${tmpdir()}/tabos-tar-`);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SECOND = 1_000_000_000n;

/** Path -> what is there, as text: the same for both sides. */
type Listing = Record<string, string>;

const EVERYTHING: Selection = { includes: [], excludes: [] };
const breathe = async (): Promise<void> => {};

const contextOf = (vfs: Vfs): Context => ({ root: vfs.root, cwd: vfs.root, cred: USER, umask: 0o022 });
/** Who may read everything: so does a backup. */
const superuserOf = (vfs: Vfs): Context => ({ ...contextOf(vfs), cred: { uid: 0, gid: 0, groups: [] } });

const describeNative = (root: string, wholeSeconds = false): Listing => {
  const listing: Listing = {};
  const inodes = new Map<number, string>();
  const visit = (path: string): void => {
    const name = Buffer.from(`${root}/${path}`, 'latin1');
    const s = lstatSync(name, { bigint: true });
    const mode = Number(s.mode);
    const nsec = wholeSeconds ? ((s.mtimeNs % SECOND) + SECOND) % SECOND : 0n;
    const time = isSymlink(mode) ? '' : s.mtimeNs - nsec;
    let what = `${(mode & S.IFMT).toString(8)} ${(mode & 0o7777).toString(8)} ${time}`;
    if (isSymlink(mode)) what += ` -> ${readlinkSync(name, 'latin1')}`;
    if (isRegular(mode)) {
      const first = inodes.get(Number(s.ino)) ?? path;
      inodes.set(Number(s.ino), first);
      what += ` = ${first} ${byteString(readFileSync(name))}`;
    }
    listing[path] = what;
    if (!isDirectory(mode)) return;
    for (const inner of (readdirSync(name, 'latin1') as string[]).sort())
      visit(path === '.' ? inner : `${path}/${inner}`);
  };
  visit('.');
  return listing;
};

const describeOurs = async (vfs: Vfs, root: string): Promise<Listing> => {
  const listing: Listing = {};
  for await (const entry of walkTree({ vfs, ctx: superuserOf(vfs), selection: EVERYTHING, breathe }, root)) {
    const path = entry.path === '' ? '.' : entry.path;
    if (entry.type === 'link') {
      listing[path] = listing[entry.target] ?? 'a link to nothing';
      continue;
    }
    const type = { file: S.IFREG, directory: S.IFDIR, symlink: S.IFLNK, fifo: S.IFIFO, whiteout: S.IFCHR }[entry.type];
    const time = entry.type === 'symlink' ? '' : BigInt(entry.mtime.sec) * SECOND + BigInt(entry.mtime.nsec);
    let what = `${type.toString(8)} ${entry.mode.toString(8)} ${time}`;
    if (entry.type === 'symlink') what += ` -> ${entry.target}`;
    if (entry.type === 'file') what += ` = ${path} ${await content(entry)}`;
    listing[path] = what;
  }
  return listing;
};

const content = async (entry: Extract<ArchiveEntry, { type: 'file' }>): Promise<string> => {
  let text = '';
  for await (const chunk of entry.content) text += byteString(chunk);
  return text;
};

/** In pieces that no boundary of the format falls together with. */
function* pieces(bytes: Uint8Array, size = 777): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const unpackTar = (vfs: Vfs, path: string, archive: Uint8Array): Promise<void> =>
  unpack({ vfs, ctx: contextOf(vfs), random: browserRandom, breathe }, path, readTar(new ByteSource(pieces(archive))));

const packTar = async (vfs: Vfs, path: string, selection = EVERYTHING): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  for await (const part of writeTar(walkTree({ vfs, ctx: superuserOf(vfs), selection, breathe }, path))) {
    parts.push(new Uint8Array(part));
  }
  return Buffer.concat(parts);
};

/** Everything that a format may have trouble with. */
const buildTree = async (root: string, { old = false } = {}): Promise<void> => {
  const at = (name: string): Buffer => Buffer.from(`${root}/${name}`, 'latin1');
  await mkdir(at('empty'), { recursive: true });
  await mkdir(at('a/b/c'), { recursive: true });
  await writeFile(at('a/file'), 'content');
  await writeFile(at('a/zero'), '');
  await writeFile(at('a/block'), Buffer.alloc(512, 1));
  await writeFile(at('a/odd'), Buffer.alloc(100_001, 7));
  await writeFile(at('a/run'), '#!/bin/sh\n');
  await chmod(at('a/run'), 0o4755);
  await chmod(at('a/zero'), 0);
  await link(at('a/file'), at('a/b/hard'));
  await symlink('../file', at('a/b/soft'));
  await symlink('/nowhere/at/all', at('a/dangling'));
  await writeFile(at('r\u00e4w \u00ff byte'), 'latin1');
  await run('mkfifo', [`${root}/pipe`]);
  if (!old) {
    const long = 'a-rather-long-name-'.repeat(10);
    await writeFile(at(`a/${long}`), 'long');
    await writeFile(at(`a/${long.slice(0, 180)}-\u00ff`), 'long and raw');
    await mkdir(at(`${long}/${long}/${long}`), { recursive: true });
    await symlink(`${long}/${long}/${long}`, at('far'));
    await link(at(`a/${long}`), at(`${long}/${long}/${long}/hard`));
    await writeFile(at(Buffer.from('ünïcödé', 'utf8').toString('latin1')), 'utf8');
  }
  await chmod(at('a/b/c'), 0o555);
  await run('find', [
    root,
    '-exec',
    'touch',
    '-h',
    '-d',
    old ? '2001-02-03 04:05:06' : '2001-02-03 04:05:06.789012345',
    '{}',
    '+',
  ]);
  await run(
    'touch',
    ['-h', '-d', '1969-12-31 23:59:58.5 UTC', `${root}/a/odd`].map((x, i) => (old && i === 2 ? '1971-01-01' : x)),
  );
};

describe('beside GNU tar', () => {
  beforeAll(async () => {
    await buildTree(`${folder}/tree`);
    await buildTree(`${folder}/old`, { old: true });
  });

  test.each([
    ['pax', 'tree'],
    ['gnu', 'tree'],
    ['ustar', 'old'],
    ['v7', 'old'],
    ['oldgnu', 'old'],
  ])('what it packs as %s', async (format, tree) => {
    const exclude = format === 'v7' ? ['--exclude=pipe'] : [];
    const archive = `${folder}/${format}.tar`;
    await run('tar', ['cf', archive, `--format=${format}`, '-C', `${folder}/${tree}`, ...exclude, '.']);
    const vfs = await memoryVfs();
    await unpackTar(vfs, '/home/user/new/place', readFileSync(archive));
    // Only pax has parts of a second; the others round down.
    const wanted = describeNative(`${folder}/${tree}`, format !== 'pax');
    if (format === 'v7') delete wanted['pipe'];
    expect(await describeOurs(vfs, '/home/user/new/place')).toEqual(wanted);
  });

  test('what is packed here', async () => {
    const archive = `${folder}/in.tar`;
    await run('tar', ['cf', archive, '--format=pax', '-C', `${folder}/tree`, '.']);
    const vfs = await memoryVfs();
    await unpackTar(vfs, '/home/user/x', readFileSync(archive));
    await writeFile(`${folder}/out.tar`, await packTar(vfs, '/home/user/x'));
    mkdirSync(`${folder}/out`);
    await run('tar', [
      'xpf',
      `${folder}/out.tar`,
      '-C',
      `${folder}/out`,
      '--warning=no-unknown-keyword',
      '--no-same-owner',
    ]);
    expect(describeNative(`${folder}/out`)).toEqual(describeNative(`${folder}/tree`));
    const { stderr } = await run('tar', ['tvf', `${folder}/out.tar`, '--warning=no-unknown-keyword']);
    expect(stderr).toBe('');
  });
});

describe('unpacking', () => {
  const header = (entry: Partial<ArchiveEntry> & { path: string; type: string }): ArchiveEntry =>
    ({ mode: 0o644, uid: 0, gid: 0, mtime: { sec: 5, nsec: 6 }, ...entry }) as ArchiveEntry;
  const file = (path: string, text: string): ArchiveEntry =>
    header({ path, type: 'file', size: text.length, content: [bytesOf(text)] } as never);
  const put = (vfs: Vfs, entries: readonly ArchiveEntry[], path = '/home/user'): Promise<void> =>
    unpack({ vfs, ctx: contextOf(vfs), random: browserRandom, breathe }, path, entries);

  test('merges with what is there, and replaces files', async () => {
    const vfs = await memoryVfs();
    await put(vfs, [file('d/kept', '1'), file('d/replaced', '2')]);
    await put(vfs, [
      file('d/replaced', 'two'),
      file('d/new/er', '3'),
      header({ path: 'l', type: 'symlink', target: 'd' } as never),
    ]);
    const found = await describeOurs(vfs, '/home/user');
    expect(Object.keys(found)).toEqual(['.', 'd', 'd/kept', 'd/new', 'd/new/er', 'd/replaced', 'l']);
    expect(found['d/replaced']).toBe(`${S.IFREG.toString(8)} 644 5000000006 = d/replaced two`);
  });

  test.each<[string, readonly ArchiveEntry[], string]>([
    ['a directory for a file', [file('new', '1'), file('d/file/inner', '2')], 'ENOTDIR'],
    ['a file for a directory', [file('d/other', '1'), file('d/dir', '2')], 'EISDIR'],
    [
      'through a link of the archive',
      [header({ path: 'out', type: 'symlink', target: '/tmp' } as never), file('out/x', '')],
      'ENOTDIR',
    ],
    ['through a link of the tree', [file('way/x', '')], 'ENOTDIR'],
    ['a link to what is not there', [header({ path: 'h', type: 'link', target: 'd/file' } as never)], 'ERR_ARCHIVE'],
    ['a file where a directory was', [header({ path: 'p/q', type: 'directory' }), file('p', '')], 'EISDIR'],
    ['a name that is too long', [file('ok', '1'), file('x'.repeat(256), '')], 'ENAMETOOLONG'],
  ])('leaves the tree as it was: %s', async (_what, entries, code) => {
    const vfs = await memoryVfs();
    await put(vfs, [
      file('d/file', 'old'),
      file('d/dir/f', 'old'),
      header({ path: 'way', type: 'symlink', target: '/tmp' } as never),
    ]);
    const before = [await describeOurs(vfs, '/home/user'), await describeOurs(vfs, '/tmp')];
    const error = await put(vfs, entries).catch((found: unknown) => found);
    expect(error instanceof ArchiveError ? error.code : (error as { errno: string }).errno).toBe(code);
    expect([await describeOurs(vfs, '/home/user'), await describeOurs(vfs, '/tmp')]).toEqual(before);
  });

  test('a full disk leaves the tree as it was, at whatever write it comes', async () => {
    const entries = (): ArchiveEntry[] => [file('d/a', 'x'.repeat(3_000_000)), file('d/old', 'y'.repeat(5_000_000))];
    for (const room of [2_000_000, 4_000_000, 7_000_000]) {
      const vfs = await memoryVfs(room);
      await put(vfs, [file('d/old', 'old')]);
      const before = await describeOurs(vfs, '/home/user');
      await expect(put(vfs, entries())).rejects.toMatchObject({ errno: 'ENOSPC' });
      expect(await describeOurs(vfs, '/home/user')).toEqual(before);
      await expect(put(vfs, entries(), '/home/user/not/yet')).rejects.toMatchObject({ errno: 'ENOSPC' });
      expect(Object.keys(await describeOurs(vfs, '/home/user'))).toEqual(Object.keys(before));
    }
  });

  test('broken archives are refused, wherever they are cut or changed', async () => {
    const vfs = await memoryVfs();
    await put(vfs, [file('src/one', 'a'.repeat(600)), file(`src/${'long'.repeat(50)}`, 'b')]);
    const whole = await packTar(vfs, '/home/user/src');
    const refused = async (archive: Uint8Array): Promise<string> => {
      const error = await unpackTar(vfs, '/home/user/to', archive).catch((found: unknown) => found);
      await expect(
        Promise.resolve().then(() => vfs.stat(contextOf(vfs), vfs.root, '/home/user/to', 0)),
      ).rejects.toThrow();
      return error instanceof ArchiveError ? error.message : String(error);
    };
    expect(await refused(new Uint8Array(0))).toBe('the archive is empty');
    expect(await refused(whole.subarray(0, 700))).toMatch(/cut off/);
    for (let cut = 100; cut < whole.length - 1024; cut += 512) await refused(whole.subarray(0, cut));
    const flipped = Buffer.from(whole);
    flipped[1537] = (flipped[1537] ?? 0) ^ 1;
    expect(await refused(flipped)).toMatch(/no header, or a broken one, at byte/);
    expect(await refused(Buffer.alloc(2000, 'text '))).toMatch(/no header/);
  });

  test('names outside of the archive are refused', async () => {
    const vfs = await memoryVfs();
    mkdirSync(`${folder}/evil/deep`, { recursive: true });
    await writeFile(`${folder}/evil/x`, 'x');
    await run('tar', ['cPf', `${folder}/evil.tar`, '../x'], { cwd: `${folder}/evil/deep` });
    await expect(unpackTar(vfs, '/home/user', readFileSync(`${folder}/evil.tar`))).rejects.toThrow(
      /outside of itself: \.\.\/x/,
    );
    await run('tar', ['cPf', `${folder}/absolute.tar`, `${folder}/evil/x`]);
    await unpackTar(vfs, '/home/user/abs', readFileSync(`${folder}/absolute.tar`));
    expect(Object.keys(await describeOurs(vfs, '/home/user/abs'))).toContain(`${folder.slice(1)}/evil/x`);
  });

  test('a selection by patterns', async () => {
    const vfs = await memoryVfs();
    const names = [
      'src/a.ts',
      'src/a.test.ts',
      'src/deep/b.ts',
      'node_modules/x/i.js',
      'lib/node_modules/y.js',
      'read[me]',
      '.hidden',
    ];
    await put(
      vfs,
      names.map((name) => file(name, '')),
    );
    const packed = async (includes: string[], excludes: string[]): Promise<string[]> => {
      const found: string[] = [];
      const selection = { includes, excludes };
      for await (const { path, type } of walkTree({ vfs, ctx: superuserOf(vfs), selection, breathe }, '/home/user')) {
        if (type === 'file') found.push(path);
      }
      return found;
    };
    expect(await packed([], ['node_modules'])).toEqual([
      '.hidden',
      'read[me]',
      'src/a.test.ts',
      'src/a.ts',
      'src/deep/b.ts',
    ]);
    expect(await packed([], ['/node_modules/', '**/*.ts'])).toEqual(['.hidden', 'lib/node_modules/y.js', 'read[me]']);
    expect(await packed(['src/**/*.ts'], [])).toEqual(['src/a.test.ts', 'src/a.ts', 'src/deep/b.ts']);
    expect(await packed(['src/*.ts'], [])).toEqual(['src/a.test.ts', 'src/a.ts']);
    expect(await packed(['src/?.ts', 'read\\[me]'], [])).toEqual(['read[me]', 'src/a.ts']);
    expect(await packed(['*.{js,test.ts}'], [])).toEqual([
      'lib/node_modules/y.js',
      'node_modules/x/i.js',
      'src/a.test.ts',
    ]);
    expect(await packed(['node_modules/x'], ['node_modules', 'src', '.*'])).toEqual([
      'node_modules/x/i.js',
      'read[me]',
    ]);
    expect(await packed(['[!a-r.]*/*.ts'], [])).toEqual(['src/a.test.ts', 'src/a.ts']);
  });
});
