// An overlay over a tree does what a file system that holds the same tree does: random calls on both, with two stations
// on the overlay in turn. What it cannot do (EXDEV for directories of the lower layer) is not done on the other either.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SysError } from '../../../abi/errno.ts';
import { isDirectory, isRegular, isSymlink, O, RENAME, S } from '../../../abi/file.ts';
import { overlayOn } from '../../../testing/overlay-on.ts';
import { type FsSystem, text, untext } from '../../../testing/suites/fs-system.ts';
import { VfsSystem } from '../../../testing/suites/fs-vfs.ts';
import type { Awaitable } from '../../vfs/flow.ts';
import { Vfs } from '../../vfs/vfs.ts';
import { TabFs } from '../tabfs/tabfs.ts';
import { Volume } from '../tabfs/volume.ts';

const volume = (): TabFs => new TabFs(Volume.inMemory({ now: () => 0 }), 'root');

const put = async (fs: FsSystem, path: string, content: string, flags: number): Promise<void> => {
  const fd = await fs.open(path, O.WRONLY | flags);
  try {
    if ((flags & O.APPEND) !== 0) await fs.append(fd, text(content));
    else await fs.pwrite(fd, text(content), 0);
  } finally {
    await fs.close(fd);
  }
};

const get = async (fs: FsSystem, path: string): Promise<string> => {
  const fd = await fs.open(path, O.RDONLY);
  const content = untext(await fs.pread(fd, 100, 0));
  await fs.close(fd);
  return content;
};

/** The tree that both begin with. */
const plant = async (fs: FsSystem): Promise<void> => {
  for (const dir of ['/a', '/a/b', '/a/b/c', '/d', '/d/b']) await fs.mkdir(dir);
  for (const file of ['/f', '/a/f', '/a/g', '/a/b/f', '/a/b/c/f', '/d/b/g']) await put(fs, file, file, O.CREAT);
  await fs.symlink('/a/b', '/s');
  await fs.symlink('f', '/a/s');
  await fs.chmod('/a/g', 0o600);
};

interface Pair {
  readonly control: VfsSystem;
  readonly overlay: readonly VfsSystem[];
}

const pair = async (): Promise<Pair> => {
  const control = new VfsSystem(new Vfs(volume()));
  await plant(control);
  const lower = volume();
  await plant(new VfsSystem(new Vfs(lower)));
  const upper = volume();
  return { control, overlay: [0, 1].map(() => new VfsSystem(new Vfs(overlayOn(lower, upper)))) };
};

const dump = async (fs: FsSystem, path = ''): Promise<string[]> => {
  const lines: string[] = [];
  for (const name of [...(await fs.readdir(path || '/'))].sort()) {
    const at = `${path}/${name}`;
    const { mode, nlink, size } = await fs.lstat(at);
    const kind = (mode & S.IFMT).toString(8);
    const more = isRegular(mode)
      ? `${nlink} ${size} ${await get(fs, at)}`
      : isSymlink(mode)
        ? await fs.readlink(at)
        : '';
    lines.push(`${at} ${kind} ${(mode & 0o7777).toString(8)} ${more}`);
    if (isDirectory(mode)) lines.push(...(await dump(fs, at)));
  }
  return lines;
};

const outcome = async (act: () => Awaitable<unknown>): Promise<string> => {
  try {
    const value = await act();
    return JSON.stringify(value) ?? 'done';
  } catch (error) {
    if (error instanceof SysError) return error.errno;
    throw error;
  }
};

type Act = (fs: FsSystem) => Awaitable<unknown>;

interface Op {
  readonly name: string;
  readonly act: Act;
}

const path = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd', 'f', 'g', 's', 'n'), { minLength: 1, maxLength: 3 })
  .map((names) => `/${names.join('/')}`);

const op = (name: string, act: Act): Op => ({ name, act });

const ops: fc.Arbitrary<Op> = fc.oneof(
  path.map((p) => op(`mkdir ${p}`, (fs) => fs.mkdir(p, 0o755))),
  path.map((p) => op(`rmdir ${p}`, (fs) => fs.rmdir(p))),
  path.map((p) => op(`unlink ${p}`, (fs) => fs.unlink(p))),
  path.map((p) => op(`create ${p}`, (fs) => put(fs, p, 'new', O.CREAT | O.EXCL))),
  path.map((p) => op(`put ${p}`, (fs) => put(fs, p, 'put', O.CREAT | O.TRUNC))),
  path.map((p) => op(`overwrite ${p}`, (fs) => put(fs, p, 'X', 0))),
  path.map((p) => op(`append ${p}`, (fs) => put(fs, p, '+', O.APPEND))),
  path.map((p) => op(`get ${p}`, (fs) => get(fs, p))),
  path.map((p) => op(`truncate ${p}`, (fs) => fs.truncate(p, 2))),
  path.map((p) => op(`chmod ${p}`, (fs) => fs.chmod(p, 0o711))),
  path.map((p) => op(`readlink ${p}`, (fs) => fs.readlink(p))),
  path.map((p) => op(`list ${p}`, async (fs) => [...(await fs.readdir(p))].sort())),
  path.map((p) => op(`symlink ${p}`, (fs) => fs.symlink('f', p))),
  fc.tuple(path, path).map(([p, q]) => op(`link ${p} ${q}`, (fs) => fs.link(p, q))),
  ...[0, 0, 0, RENAME.NOREPLACE, RENAME.EXCHANGE].map((flags) =>
    fc.tuple(path, path).map(([p, q]) => op(`rename ${p} ${q} ${flags}`, (fs) => fs.rename2(p, q, flags))),
  ),
);

describe('an overlay', () => {
  test('does what the same tree in one layer does', async () => {
    const runs = Number(process.env['TABOS_RUNS'] ?? 300);
    const steps = fc.array(fc.tuple(fc.nat(1), ops), { minLength: 1, maxLength: 40 });
    const property = fc.asyncProperty(steps, async (sequence) => {
      const { control, overlay } = await pair();
      for (const [station, { name, act }] of sequence) {
        const got = await outcome(() => act(overlay[station] as FsSystem));
        if (got === 'EXDEV') continue;
        expect(`${name}: ${got}`).toBe(`${name}: ${await outcome(() => act(control))}`);
      }
      const wanted = await dump(control);
      for (const fs of overlay) expect(await dump(fs)).toEqual(wanted);
    });
    await fc.assert(property, { numRuns: runs, verbose: 1 });
  }, 120_000);

  test('lets a file be read and written that is open while it is copied up, replaced or removed', async () => {
    const { overlay } = await pair();
    const fs = overlay[0] as VfsSystem;
    const reader = await fs.open('/a/f', O.RDONLY);
    const writer = await fs.open('/a/f', O.WRONLY);
    await fs.pwrite(writer, text('W'), 0);
    expect(untext(await fs.pread(reader, 9, 0))).toBe('Wa/f');
    expect((await fs.fstat(reader)).ino).toBe((await fs.stat('/a/f')).ino);
    await fs.unlink('/a/f');
    expect((await fs.fstat(reader)).nlink).toBe(0);
    await fs.pwrite(writer, text('gone'), 0);
    expect(untext(await fs.pread(reader, 9, 0))).toBe('gone');

    const kept = await fs.open('/a/g', O.RDWR);
    await fs.unlink('/a/g');
    await put(fs, '/a/g', 'another', O.CREAT | O.EXCL);
    expect((await fs.fstat(kept)).nlink).toBe(0);
    await fs.pwrite(kept, text('!'), 0);
    expect(untext(await fs.pread(kept, 9, 0))).toBe('!a/g');
    expect(await get(fs, '/a/g')).toBe('another');
    for (const fd of [reader, writer, kept]) fs.close(fd);
  });

  test('keeps the number of a directory that is copied up, and its times', async () => {
    const { overlay } = await pair();
    const [fs, other] = overlay as [VfsSystem, VfsSystem];
    const before = await fs.stat('/a/b');
    await fs.utimes('/a/b/c/f', 5n, 6n);
    expect((await fs.stat('/a/b')).ino).toBe(before.ino);
    expect((await other.stat('/a/b')).ino).toBe(before.ino);
    expect(await other.stat('/a/b/c/f')).toMatchObject({ atime: 5n, mtime: 6n });
  });

  test('lists what is there all the time exactly once, however it changes meanwhile', async () => {
    const lower = volume();
    const below = new VfsSystem(new Vfs(lower));
    const names = Array.from({ length: 40 }, (_, i) => `n${i}`);
    for (const name of names) await put(below, `/${name}`, name, O.CREAT);
    const vfs = new Vfs(overlayOn(lower, volume()));
    const fs = new VfsSystem(vfs);
    for (let i = 0; i < 20; i++) await put(fs, `/new${i}`, '', O.CREAT);
    const seen: string[] = [];
    for (let cookie = 0; ; ) {
      const entries = await vfs.readdir(vfs.root, cookie, 3);
      if (entries.length === 0) break;
      for (const entry of entries) {
        seen.push(entry.name);
        ({ cookie } = entry);
      }
      const at = seen.length;
      await fs.chmod(`/n${at % 40}`, 0o600 + (at % 8));
      await put(fs, `/n${(at * 7) % 40}`, 'changed', O.TRUNC);
      if (at < 30) await put(fs, `/later${at}`, '', O.CREAT);
    }
    const wanted = ['.', '..', ...names, ...Array.from({ length: 20 }, (_, i) => `new${i}`)];
    expect(seen.filter((name) => !name.startsWith('later')).sort()).toEqual(wanted.sort());
  });

  test('begins a directory empty where there was another one', async () => {
    const { overlay } = await pair();
    const fs = overlay[0] as VfsSystem;
    await fs.unlink('/d/b/g');
    await fs.rmdir('/d/b');
    await fs.mkdir('/d/b');
    expect(await fs.readdir('/d/b')).toEqual([]);
    await fs.rmdir('/d/b');
    await fs.mkdir('/new');
    await put(fs, '/new/x', 'x', O.CREAT);
    await fs.rename('/new', '/d/b');
    expect(await dump(overlay[1] as VfsSystem, '/d')).toEqual(['/d/b 40000 755 ', '/d/b/x 100000 644 1 1 x']);
    await expect(async () => fs.rename('/a', '/moved')).rejects.toThrow('EXDEV');
  });

  test('leaves its lower layer alone', async () => {
    const lower = volume();
    const below = new VfsSystem(new Vfs(lower));
    await plant(below);
    const before = await dump(below);
    const fs = new VfsSystem(new Vfs(overlayOn(lower, volume())));
    await put(fs, '/a/f', 'changed', O.TRUNC);
    await fs.unlink('/f');
    await fs.rename('/a/g', '/a/b/c/f');
    await fs.chmod('/d', 0o700);
    expect(await dump(below)).toEqual(before);
  });
});
