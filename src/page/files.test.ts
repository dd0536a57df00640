/** `os.fs` on a file system in memory, beside Node's own `fs/promises` as the control: one body of tests for both. */
import { constants, promises as node } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { browserRandom } from '../host/browser-ports.ts';
import type { StationControl } from '../host/control.ts';
import { filesControl } from '../host/page-files.ts';
import { memoryVfs } from '../testing/memory-vfs.ts';
import { Files } from './files.ts';

const ours = new Files(Promise.resolve(), filesControl(await memoryVfs(), browserRandom) as StationControl);

/** What both have; the few calls that only we have are tested below. */
type Common = Pick<
  Files,
  | 'access'
  | 'appendFile'
  | 'chmod'
  | 'cp'
  | 'link'
  | 'lstat'
  | 'lutimes'
  | 'mkdir'
  | 'mkdtemp'
  | 'readFile'
  | 'readdir'
  | 'readlink'
  | 'realpath'
  | 'rename'
  | 'rm'
  | 'rmdir'
  | 'stat'
  | 'symlink'
  | 'truncate'
  | 'unlink'
  | 'utimes'
  | 'writeFile'
>;

const controlRoot = await node.mkdtemp(path.join(tmpdir(), 'tabos-files-'));
afterAll(() => node.rm(controlRoot, { recursive: true }));

const code = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'no error',
    (error: { code: string; syscall: string }) => `${error.code} ${error.syscall}`,
  );

describe.each([
  ['node:fs', node as unknown as Common, controlRoot],
  ['os.fs', ours, '/home/user'],
] as const)('%s', (_name, fs, root) => {
  let folder = '';
  const at = (name: string) => `${folder}/${name}`;
  beforeEach(async () => {
    folder = await fs.mkdtemp(`${root}/case-`);
  });

  test('a file is written and read as text and as bytes', async () => {
    const data = new TextEncoder().encode('grüße');
    await fs.writeFile(at('a'), data, { mode: 0o700 });
    expect(data.length).toBe(7); // still the caller's
    expect(await fs.readFile(at('a'), 'utf8')).toBe('grüße');
    expect(await fs.readFile(at('a'), { encoding: 'utf-8' })).toBe('grüße');
    expect(await fs.readFile(at('a'), 'hex')).toBe('6772c3bcc39f65');
    expect(await fs.readFile(at('a'), 'base64')).toBe('Z3LDvMOfZQ==');
    expect(await fs.readFile(at('a'), 'latin1')).toBe('grÃ¼Ã\x9fe');
    expect([...(await fs.readFile(at('a')))]).toEqual([...data]);
    const { size, mode, nlink } = await fs.stat(at('a'));
    expect([size, mode & 0o7777, nlink]).toEqual([7, 0o700, 1]);
    await fs.writeFile(at('a'), 'AP8=', { encoding: 'base64' });
    expect(await fs.readFile(at('a'), 'hex')).toBe('00ff');
    await fs.writeFile(at('a'), new Uint16Array([1]).subarray(0, 1));
    expect((await fs.stat(at('a'))).size).toBe(2);
  });

  test('flags: add, and refuse what exists', async () => {
    await fs.appendFile(at('a'), 'one');
    await fs.appendFile(at('a'), 'two');
    await fs.writeFile(at('a'), 'three', { flag: 'a' });
    expect(await fs.readFile(at('a'), 'utf8')).toBe('onetwothree');
    expect(await code(fs.writeFile(at('a'), '', { flag: 'wx' }))).toBe('EEXIST open');
    await fs.writeFile(at('b'), 'new', { flag: 'ax' });
    expect(await fs.readFile(at('b'), 'utf8')).toBe('new');
  });

  test('a directory lists names, or entries with their types', async () => {
    await fs.mkdir(at('d/e'), { recursive: true });
    await fs.mkdir(at('d/e'), { recursive: true });
    await fs.writeFile(at('d/f'), '');
    await fs.symlink('f', at('d/l'));
    expect((await fs.readdir(at('d'))).sort()).toEqual(['e', 'f', 'l']);
    const entries = await fs.readdir(at('d'), { withFileTypes: true });
    const kinds = entries.map((entry) => [
      entry.name,
      [entry.isDirectory(), entry.isFile(), entry.isSymbolicLink(), entry.isFIFO(), entry.isCharacterDevice()],
    ]);
    expect(Object.fromEntries(kinds)).toEqual({
      e: [true, false, false, false, false],
      f: [false, true, false, false, false],
      l: [false, false, true, false, false],
    });
    expect(await code(fs.mkdir(at('d/f'), { recursive: true }))).toBe('EEXIST mkdir');
    expect(await code(fs.mkdir(at('d/f/g'), { recursive: true }))).toBe('ENOTDIR mkdir');
  });

  test('links, moves, modes, times and sizes', async () => {
    await fs.writeFile(at('f'), 'content');
    await fs.symlink('f', at('l'));
    expect(await fs.readlink(at('l'))).toBe('f');
    expect([(await fs.stat(at('l'))).isFile(), (await fs.lstat(at('l'))).isSymbolicLink()]).toEqual([true, true]);
    await fs.link(at('f'), at('h'));
    expect([(await fs.stat(at('f'))).nlink, (await fs.stat(at('h'))).ino === (await fs.stat(at('f'))).ino]).toEqual([
      2,
      true,
    ]);
    await fs.chmod(at('f'), 0o640);
    expect((await fs.stat(at('h'))).mode & 0o7777).toBe(0o640);
    await fs.utimes(at('f'), new Date(5000), 1.5);
    const { atimeMs, mtimeMs, mtime } = await fs.stat(at('f'));
    expect([atimeMs, mtimeMs, mtime.getTime()]).toEqual([5000, 1500, 1500]);
    await fs.lutimes(at('l'), 1, 2);
    expect([(await fs.lstat(at('l'))).mtimeMs, (await fs.stat(at('l'))).mtimeMs]).toEqual([2000, 1500]);
    await fs.truncate(at('f'), 4);
    expect(await fs.readFile(at('h'), 'utf8')).toBe('cont');
    await fs.truncate(at('f'));
    expect((await fs.stat(at('h'))).size).toBe(0);
    await fs.rename(at('f'), at('g'));
    expect((await fs.readdir(folder)).sort()).toEqual(['g', 'h', 'l']);
    await fs.unlink(at('h'));
    await fs.rm(at('g'));
    await fs.rm(at('g'), { force: true });
    await fs.mkdir(at('d/e/f'), { recursive: true });
    expect(await code(fs.rmdir(at('d')))).toBe('ENOTEMPTY rmdir');
    await fs.rm(at('d'), { recursive: true });
    expect(await fs.readdir(folder)).toEqual(['l']);
  });

  test('access and real paths', async () => {
    await fs.mkdir(at('d/e'), { recursive: true });
    await fs.writeFile(at('d/f'), '', { mode: 0o644 });
    await fs.symlink('d', at('s'));
    await fs.symlink('../f', at('d/e/up'));
    await fs.symlink('loop', at('loop'));
    await fs.access(at('d/f'));
    await fs.access(at('d/f'), constants.R_OK | constants.W_OK);
    expect(await code(fs.access(at('d/f'), constants.X_OK))).toBe('EACCES access');
    expect(await code(fs.access(at('none')))).toBe('ENOENT access');
    const real = await fs.realpath(folder);
    expect(await fs.realpath(at('s/e/up'))).toBe(`${real}/d/f`);
    expect(await fs.realpath(at('s/e/..//./e'))).toBe(`${real}/d/e`);
    expect(await code(fs.realpath(at('loop')))).toMatch(/^ELOOP /);
  });

  test('trees are copied', async () => {
    await fs.mkdir(at('a/b'), { recursive: true });
    await fs.writeFile(at('a/run'), '#!/bin/sh\n', { mode: 0o755 });
    await fs.symlink('/nowhere', at('a/b/l'));
    await fs.utimes(at('a/run'), 1, 2);
    await fs.cp(at('a'), at('c'), { recursive: true, preserveTimestamps: true });
    const { mode, mtimeMs } = await fs.stat(at('c/run'));
    expect([mode & 0o777, mtimeMs]).toEqual([0o755, 2000]);
    expect(await fs.readlink(at('c/b/l'))).toBe('/nowhere');
    await fs.writeFile(at('c/run'), 'mine');
    await fs.cp(at('a/run'), at('c/run'), { force: false });
    expect(await fs.readFile(at('c/run'), 'utf8')).toBe('mine');
    await fs.cp(at('a/run'), at('c/run'));
    expect(await fs.readFile(at('c/run'), 'utf8')).toBe('#!/bin/sh\n');
  });

  test('what is refused says the code, the call and the paths', async () => {
    const missing = at('missing');
    await expect(fs.readFile(missing)).rejects.toMatchObject({
      message: `ENOENT: no such file or directory, open '${missing}'`,
      code: 'ENOENT',
      syscall: 'open',
      path: missing,
    });
    await expect(fs.rename(missing, at('x'))).rejects.toMatchObject({ code: 'ENOENT', dest: at('x') });
    await expect(fs.link(missing, at('x'))).rejects.toMatchObject({ code: 'ENOENT', syscall: 'link', dest: at('x') });
    await fs.mkdir(at('d'));
    expect(await code(fs.mkdir(at('d')))).toBe('EEXIST mkdir');
    expect(await code(fs.readFile(at('d')))).toMatch(/^EISDIR /);
    await fs.writeFile(at('f'), '');
    expect(await code(fs.readdir(at('f')))).toBe('ENOTDIR scandir');
    expect(await code(fs.readlink(at('f')))).toBe('EINVAL readlink');
    expect(await code(fs.stat(at('f/below')))).toBe('ENOTDIR stat');
  });
});

describe('only ours', () => {
  beforeAll(async () => {
    await ours.mkdir('own');
  });

  test('exists', async () => {
    await ours.symlink('loop', 'own/loop');
    await ours.writeFile('own/f', '');
    const found = await Promise.all(['own', 'own/none', 'own/f/x', 'own/loop'].map((name) => ours.exists(name)));
    expect(found).toEqual([true, false, false, false]);
  });

  test('copyFile copies mode and content, follows links, and can refuse', async () => {
    await ours.writeFile('own/from', 'x', { mode: 0o750 });
    await ours.symlink('from', 'own/link');
    await ours.copyFile('own/link', 'own/to');
    expect(await ours.lstat('own/to')).toMatchObject({ type: 'file', mode: 0o750, size: 1 });
    await ours.copyFile('own/to', 'own/to');
    expect((await ours.stat('own/to')).size).toBe(1);
    expect(await code(ours.copyFile('own/from', 'own/to', { exclusive: true }))).toBe('EEXIST copyfile');
    expect(await code(ours.copyFile('own', 'other'))).toBe('EISDIR copyfile');
  });

  test('a directory is not copied into itself, nor without being asked', async () => {
    await ours.mkdir('own/tree/inner', { recursive: true });
    await ours.symlink('tree/inner', 'own/way-in');
    expect(await code(ours.cp('own/tree', 'own/tree/inner/new/deep', { recursive: true }))).toBe('EINVAL cp');
    expect(await code(ours.cp('own/tree', 'own/way-in/new', { recursive: true }))).toBe('EINVAL cp');
    expect(await code(ours.cp('own/tree', 'own/elsewhere'))).toBe('EISDIR cp');
    expect(await ours.readdir('own/tree/inner')).toEqual([]);
  });

  test('what cannot be meant is refused before it is done', async () => {
    const any = ours as unknown as Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;
    const wrong: readonly [string, readonly unknown[], string][] = [
      ['readFile', [1], 'ERR_INVALID_ARG_TYPE'],
      ['readFile', ['a\0b'], 'ERR_INVALID_ARG_VALUE'],
      ['readFile', ['f', 'utf9'], 'ERR_INVALID_ARG_VALUE'],
      ['readFile', ['f', { flag: 'r' }], 'ERR_UNKNOWN_OPTION'],
      ['writeFile', ['f', 5], 'ERR_INVALID_ARG_TYPE'],
      ['writeFile', ['f', 'x', { mod: 1 }], 'ERR_UNKNOWN_OPTION'],
      ['writeFile', ['f', 'x', { mode: '644' }], 'ERR_INVALID_ARG_TYPE'],
      ['writeFile', ['f', 'x', { mode: 0o10000 }], 'ERR_INVALID_ARG_VALUE'],
      ['writeFile', ['f', 'x', { flag: 'q' }], 'ERR_INVALID_ARG_VALUE'],
      ['writeFile', ['f', 'xyz', 'hex'], 'ERR_INVALID_ARG_VALUE'],
      ['appendFile', ['f', 'x', { flag: 'w' }], 'ERR_UNKNOWN_OPTION'],
      ['mkdir', ['d', { parents: true }], 'ERR_UNKNOWN_OPTION'],
      ['mkdir', ['d', { recursive: 1 }], 'ERR_INVALID_ARG_TYPE'],
      ['readdir', ['own', { recursive: true }], 'ERR_UNKNOWN_OPTION'],
      ['rm', ['own', { recursve: true }], 'ERR_UNKNOWN_OPTION'],
      ['rm', ['own', true], 'ERR_INVALID_ARG_TYPE'],
      ['utimes', ['own', 'now', 1], 'ERR_INVALID_ARG_TYPE'],
      ['utimes', ['own', Number.NaN, 1], 'ERR_INVALID_ARG_VALUE'],
      ['truncate', ['own', -1], 'ERR_INVALID_ARG_VALUE'],
      ['access', ['own', 8], 'ERR_INVALID_ARG_VALUE'],
      ['symlink', [undefined, 'x'], 'ERR_INVALID_ARG_TYPE'],
      ['cp', ['own', 'x', { force: 'yes' }], 'ERR_INVALID_ARG_TYPE'],
    ];
    const before = await ours.readdir('.');
    for (const [name, args, wanted] of wrong) {
      const found = await any[name]?.(...args).catch((error: unknown) => error);
      expect(found, `${name} ${JSON.stringify(args)}`).toMatchObject({ name: 'TabOSError', code: wanted });
    }
    expect(await ours.readdir('.')).toEqual(before);
  });

  test('a relative path starts at the home directory', async () => {
    await expect(ours.stat('no/such')).rejects.toMatchObject({ path: 'no/such' });
    expect(await ours.realpath('own')).toBe('/home/user/own');
  });

  test('calls wait until the machine runs, and fail with its failure', async () => {
    const failed = new Error('no machine');
    const never = new Files(Promise.reject(failed), {} as StationControl);
    await expect(never.stat('/')).rejects.toBe(failed);
  });
});
