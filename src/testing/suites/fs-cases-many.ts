// Cases of much and of everything: full directories, what may be renamed over what, who is first, which error comes first.

import type { Errno } from '../../abi/errno.ts';
import { SysError } from '../../abi/errno.ts';
import { O, S } from '../../abi/file.ts';
import { equal, type FsCase, type FsSystem, fails, text } from './fs-system.ts';

const KINDS = ['file', 'link', 'empty', 'full', 'missing'] as const;
type Kind = (typeof KINDS)[number];

const make = async (fs: FsSystem, kind: Kind, path: string): Promise<void> => {
  if (kind === 'file') await fs.close(await fs.open(path, O.CREAT | O.EXCL | O.WRONLY));
  if (kind === 'link') await fs.symlink('nowhere', path);
  if (kind === 'empty' || kind === 'full') await fs.mkdir(path);
  if (kind === 'full') await fs.mkdir(`${path}/inner`);
};

const remove = async (fs: FsSystem, path: string): Promise<void> => {
  for (const name of [`${path}/inner`, path]) {
    try {
      if (((await fs.lstat(name)).mode & S.IFMT) === S.IFDIR) await fs.rmdir(name);
      else await fs.unlink(name);
    } catch (error) {
      if (!(error instanceof SysError) || !['ENOENT', 'ENOTDIR'].includes(error.errno)) throw error;
    }
  }
};

/** What rename(2) of the row's kind over the column's kind gives. */
const RENAMES: Readonly<Record<Kind, Readonly<Record<Kind, Errno | 'done'>>>> = {
  file: { file: 'done', link: 'done', empty: 'EISDIR', full: 'EISDIR', missing: 'done' },
  link: { file: 'done', link: 'done', empty: 'EISDIR', full: 'EISDIR', missing: 'done' },
  empty: { file: 'ENOTDIR', link: 'ENOTDIR', empty: 'done', full: 'ENOTEMPTY', missing: 'done' },
  full: { file: 'ENOTDIR', link: 'ENOTDIR', empty: 'done', full: 'ENOTEMPTY', missing: 'done' },
  missing: { file: 'ENOENT', link: 'ENOENT', empty: 'ENOENT', full: 'ENOENT', missing: 'ENOENT' },
};

const outcome = async (act: () => unknown): Promise<Errno | 'done'> => {
  try {
    await act();
    return 'done';
  } catch (error) {
    if (error instanceof SysError) return error.errno;
    throw error;
  }
};

export const MANY_CASES: readonly FsCase[] = [
  {
    name: 'rename of everything over everything',
    async run(fs) {
      for (const from of KINDS) {
        for (const to of KINDS) {
          await make(fs, from, 'from');
          await make(fs, to, 'to');
          const before = from === 'missing' ? 0 : (await fs.lstat('from')).ino;
          const got = await outcome(() => fs.rename('from', 'to'));
          equal(got, RENAMES[from][to], `${from} over ${to}`);
          if (got === 'done') {
            equal((await fs.lstat('to')).ino, before, `${from} over ${to}: the inode`);
            await fails('ENOENT', () => fs.lstat('from'), `${from} over ${to}: the old name`);
          } else if (from !== 'missing') equal((await fs.lstat('from')).ino, before, `${from} stays`);
          await remove(fs, 'from');
          await remove(fs, 'to');
        }
      }
      equal(await fs.readdir('.'), [], 'left');
    },
  },
  {
    name: 'a directory of many entries',
    async run(fs) {
      const names = Array.from({ length: 1500 }, (_, i) => `entry-${(i * 7919) % 1500}`);
      for (const name of names) await fs.symlink(name, name);
      equal([...(await fs.readdir('.'))].sort(), [...names].sort(), 'all');
      for (const name of names.slice(0, 1000)) await fs.unlink(name);
      equal([...(await fs.readdir('.'))].sort(), names.slice(1000).sort(), 'what is left');
      equal(await fs.readlink(names[1400] as string), names[1400], 'one of them');
      for (const name of names.slice(1000)) await fs.rename(name, `new-${name}`);
      equal((await fs.readdir('.')).length, 500, 'renamed');
    },
  },
  {
    name: 'of many that create a name with O_EXCL one succeeds',
    async run(fs) {
      const attempts = Array.from({ length: 20 }, () => outcome(() => fs.open('first', O.CREAT | O.EXCL | O.WRONLY)));
      const results = await Promise.all(attempts);
      equal(results.filter((result) => result === 'done').length, 1, 'winners');
      equal(results.filter((result) => result === 'EEXIST').length, 19, 'losers');
      const directories = await Promise.all(Array.from({ length: 20 }, () => outcome(() => fs.mkdir('second'))));
      equal(directories.filter((result) => result === 'done').length, 1, 'winners of mkdir');
      const moves = Array.from({ length: 10 }, async (_, i) => {
        await fs.mkdir(`d${i}`);
        return await outcome(() => fs.rename('first', `d${i}/first`));
      });
      equal((await Promise.all(moves)).filter((result) => result === 'done').length, 1, 'winners of rename');
    },
  },
  {
    name: 'which error comes first',
    async run(fs) {
      await make(fs, 'file', 'file');
      await make(fs, 'full', 'dir');
      await fs.symlink('nowhere', 'dangling');
      await fs.symlink('loop', 'loop');
      const long = 'x'.repeat(256);
      const acts: readonly (readonly [Errno, string, () => unknown])[] = [
        ['ENOTDIR', 'mkdir below a file', () => fs.mkdir('file/x')],
        ['ENOENT', 'mkdir below nothing', () => fs.mkdir('missing/x')],
        ['EEXIST', 'mkdir of a dangling link', () => fs.mkdir('dangling')],
        ['ENAMETOOLONG', 'mkdir of a long name', () => fs.mkdir(long)],
        ['ENOENT', 'a long name below nothing', () => fs.mkdir(`missing/${long}`)],
        ['ENOTDIR', 'a long name below a file', () => fs.mkdir(`file/${long}`)],
        ['ELOOP', 'below a loop', () => fs.mkdir('loop/x')],
        ['ENOTDIR', 'rmdir of a file', () => fs.rmdir('file')],
        ['ENOTDIR', 'rmdir of a link', () => fs.rmdir('dangling')],
        ['ENOTEMPTY', 'rmdir of a full directory', () => fs.rmdir('dir')],
        ['EISDIR', 'unlink of a directory', () => fs.unlink('dir')],
        ['ENOTDIR', 'unlink of a file with a slash', () => fs.unlink('file/')],
        ['EEXIST', 'link to a dangling link', () => fs.link('file', 'dangling')],
        ['EPERM', 'link of a directory', () => fs.link('dir', 'other')],
        ['ENOENT', 'link of nothing to what is there', () => fs.link('missing', 'file')],
        ['EEXIST', 'link of a directory to what is there', () => fs.link('dir', 'file')],
        ['EINVAL', 'rename into itself', () => fs.rename('dir', 'dir/inner/x')],
        ['ENOTEMPTY', 'rename over an ancestor', () => fs.rename('dir/inner', 'dir')],
        ['ENOTDIR', 'rename of a file to a name with a slash', () => fs.rename('file', 'other/')],
        ['EEXIST', 'O_EXCL of a dangling link', () => fs.open('dangling', O.CREAT | O.EXCL | O.WRONLY)],
        ['EEXIST', 'O_EXCL of a loop', () => fs.open('loop', O.CREAT | O.EXCL | O.WRONLY)],
        ['ELOOP', 'O_NOFOLLOW of a link', () => fs.open('dangling', O.NOFOLLOW)],
        ['ENOTDIR', 'O_DIRECTORY of a file', () => fs.open('file', O.DIRECTORY)],
        ['EISDIR', 'O_CREAT of a directory', () => fs.open('dir', O.CREAT | O.RDONLY)],
        ['EISDIR', 'writing a directory', () => fs.open('dir', O.WRONLY)],
        ['EISDIR', 'truncate of a directory', () => fs.truncate('dir', 0)],
        ['EINVAL', 'readlink of a file', () => fs.readlink('file')],
        ['ENOTDIR', 'chdir to a file', () => fs.chdir('file')],
      ];
      for (const [errno, what, act] of acts) await fails(errno, act as () => void, what);
    },
  },
  {
    name: 'what an open file without a name can do',
    async run(fs) {
      const fd = await fs.open('f', O.CREAT | O.RDWR, 0o644);
      await fs.link('f', 'g');
      await fs.unlink('f');
      equal((await fs.fstat(fd)).nlink, 1, 'links');
      await fs.unlink('g');
      equal((await fs.fstat(fd)).nlink, 0, 'no links');
      await fs.pwrite(fd, text('content'), 3);
      await fs.fchmod(fd, 0o600);
      await fs.ftruncate(fd, 5);
      equal((await fs.fstat(fd)).size, 5, 'size');
      equal((await fs.fstat(fd)).mode & 0o777, 0o600, 'mode');
      equal([...(await fs.pread(fd, 9, 0))], [0, 0, 0, 99, 111], 'content');
      await fs.close(await fs.open('f', O.CREAT | O.EXCL | O.WRONLY));
      equal((await fs.stat('f')).size, 0, 'the new file of that name');
      await fs.fsync(fd);
      await fs.close(fd);
    },
  },
];
