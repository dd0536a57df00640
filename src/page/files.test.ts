/** The page's side of files, with Node's own file system behind the control interface. */
import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FileStat, StationControl } from '../host/control.ts';
import { Files } from './files.ts';

const type = (stats: { isDirectory(): boolean; isSymbolicLink(): boolean }): FileStat['type'] =>
  stats.isSymbolicLink() ? 'symlink' : stats.isDirectory() ? 'directory' : 'file';

const control = {
  readFile: (name) => fs.readFile(name),
  writeFile: (name, data, mode) => fs.writeFile(name, data, { mode }),
  mkdir: async (name, options) => void (await fs.mkdir(name, options)),
  readdir: async (name) =>
    (await fs.readdir(name, { withFileTypes: true })).map((entry) => ({ name: entry.name, type: type(entry) })),
  stat: async (name, follow) => {
    const stats = await (follow ? fs.stat(name) : fs.lstat(name));
    const { mode, size, ino, nlink, uid, gid, atimeMs, mtimeMs, ctimeMs } = stats;
    return { type: type(stats), mode: mode & 0o7777, size, ino, nlink, uid, gid, atimeMs, mtimeMs, ctimeMs };
  },
  rm: (name, options) => fs.rm(name, options),
  rename: (from, to) => fs.rename(from, to),
  symlink: (target, name) => fs.symlink(target, name),
  readlink: (name) => fs.readlink(name),
  chmod: (name, mode) => fs.chmod(name, mode),
} satisfies Partial<StationControl>;

const files = new Files(Promise.resolve(), control as unknown as StationControl);
let folder = '';
const at = (name: string) => path.join(folder, name);

beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), 'tabos-files-'));
});
afterEach(() => fs.rm(folder, { recursive: true }));

test('a file is written and read as text and as bytes', async () => {
  const data = new TextEncoder().encode('grüße');
  await files.writeFile(at('a'), data, { mode: 0o700 });
  expect(data.length).toBe(7); // still the caller's
  expect(await files.readFile(at('a'), 'utf8')).toBe('grüße');
  expect(await files.readFile(at('a'), { encoding: 'utf-8' })).toBe('grüße');
  expect([...(await files.readFile(at('a')))]).toEqual([...data]);
  expect(await files.stat(at('a'))).toMatchObject({ type: 'file', size: 7, mode: 0o700 });
});

test('a directory lists names, or entries with their types', async () => {
  await files.mkdir(at('d/e'), { recursive: true });
  await files.writeFile(at('d/f'), '');
  await files.symlink('f', at('d/l'));
  expect((await files.readdir(at('d'))).sort()).toEqual(['e', 'f', 'l']);
  const entries = await files.readdir(at('d'), { withFileTypes: true });
  const kinds = entries.map((entry) => [entry.name, [entry.isDirectory(), entry.isFile(), entry.isSymbolicLink()]]);
  expect(Object.fromEntries(kinds)).toEqual({
    e: [true, false, false],
    f: [false, true, false],
    l: [false, false, true],
  });
});

test('links, moves, modes and removal', async () => {
  await files.writeFile(at('f'), 'x');
  await files.symlink('f', at('l'));
  expect(await files.readlink(at('l'))).toBe('f');
  expect([(await files.stat(at('l'))).isFile(), (await files.lstat(at('l'))).isSymbolicLink()]).toEqual([true, true]);
  await files.chmod(at('f'), 0o600);
  expect((await files.stat(at('f'))).mode).toBe(0o600);
  await files.rename(at('f'), at('g'));
  // The link now leads nowhere.
  expect([await files.exists(at('l')), await files.exists(at('g'))]).toEqual([false, true]);
  await files.rm(at('g'));
  await files.rm(at('g'), { force: true });
  await files.mkdir(at('d'));
  await files.rm(at('d'), { recursive: true });
  expect(await files.readdir(folder)).toEqual(['l']);
});

test('what is refused says the code, the call and the paths', async () => {
  const missing = at('missing');
  await expect(files.readFile(missing)).rejects.toMatchObject({
    name: 'SystemError',
    message: `ENOENT: no such file or directory, open '${missing}'`,
    code: 'ENOENT',
    syscall: 'open',
    path: missing,
  });
  await expect(files.rename(missing, at('x'))).rejects.toMatchObject({ code: 'ENOENT', dest: at('x') });
  await files.mkdir(at('d'));
  await expect(files.mkdir(at('d'))).rejects.toMatchObject({ code: 'EEXIST', syscall: 'mkdir' });
  await files.writeFile(at('f'), '');
  await expect(files.readdir(at('f'))).rejects.toMatchObject({ code: 'ENOTDIR', syscall: 'scandir' });
  expect(await files.exists(at('f/below'))).toBe(false);
});

test('a relative path starts at the home directory', async () => {
  await expect(files.stat('no/such')).rejects.toMatchObject({ path: 'no/such' });
  const asked: string[] = [];
  const spy = new Files(Promise.resolve(), {
    readlink: async (name: string) => {
      asked.push(name);
      return '';
    },
  } as unknown as StationControl);
  await spy.readlink('notes/a');
  expect(asked).toEqual(['/home/user/notes/a']);
});

test('calls wait until the machine runs, and fail with its failure', async () => {
  const failed = new Error('no machine');
  const never = new Files(Promise.reject(failed), control as unknown as StationControl);
  await expect(never.stat('/')).rejects.toBe(failed);
});
