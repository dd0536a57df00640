// Making, removing and moving names: mkdir(2), rmdir(2), unlink(2), link(2), symlink(2), rename(2), renameat2(2).

import { O, RENAME, S } from '../../abi/file.ts';
import { touch } from './fs-cases-paths.ts';
import { check, equal, type FsCase, fails, untext } from './fs-system.ts';

const names = async (listing: readonly string[] | Promise<readonly string[]>): Promise<string[]> =>
  [...(await listing)].sort();

export const NAME_CASES: readonly FsCase[] = [
  {
    name: 'mkdir',
    async run(fs) {
      await fs.mkdir('d', 0o777);
      const status = await fs.stat('d');
      equal(status.mode, S.IFDIR | 0o755, 'mode under the umask');
      await fails('EEXIST', () => fs.mkdir('d'), 'existing directory');
      await fails('EEXIST', () => fs.mkdir('.'), '.');
      await fails('EEXIST', () => fs.mkdir('d/..'), '..');
      await fails('EEXIST', () => fs.mkdir('/'), 'the root');
      await touch(fs, 'f');
      await fails('EEXIST', () => fs.mkdir('f'), 'existing file');
      await fails('EEXIST', () => fs.mkdir('f/'), 'existing file with a slash');
      await fs.mkdir('e/');
      await fails('ENOENT', () => fs.mkdir('m/d'), 'missing parent');
    },
  },
  {
    name: 'rmdir',
    async run(fs) {
      await fs.mkdir('d');
      await fs.mkdir('d/e');
      await touch(fs, 'f');
      await fails('ENOTEMPTY', () => fs.rmdir('d'), 'not empty');
      await fails('ENOTDIR', () => fs.rmdir('f'), 'a file');
      await fails('ENOENT', () => fs.rmdir('m'), 'missing');
      await fails('EINVAL', () => fs.rmdir('d/e/.'), '.');
      await fails('ENOTEMPTY', () => fs.rmdir('d/e/..'), '..');
      await fails('EBUSY', () => fs.rmdir('/'), 'the root');
      await fs.symlink('d', 'l');
      await fails('ENOTDIR', () => fs.rmdir('l'), 'a link');
      await fails('ENOTDIR', () => fs.rmdir('l/'), 'a link with a slash');
      await fs.rmdir('d/e/');
      await fs.rmdir('d');
      await fails('ENOENT', () => fs.stat('d'), 'gone');
    },
  },
  {
    name: 'link counts of directories',
    async run(fs) {
      await fs.mkdir('d');
      const count = async (): Promise<number> => (await fs.stat('d')).nlink;
      const empty = await count();
      // Some file systems do not count: there it is always 1.
      if (empty === 1) return;
      equal(empty, 2, 'empty');
      await fs.mkdir('d/a');
      await fs.mkdir('d/b');
      equal(await count(), 4, 'two below');
      await fs.rename('d/a', 'a');
      equal(await count(), 3, 'one moved away');
      await fs.rename('a', 'd/b');
      equal(await count(), 3, 'one moved over another');
      await fs.rmdir('d/b');
      equal(await count(), 2, 'removed');
    },
  },
  {
    name: 'unlink',
    async run(fs) {
      await touch(fs, 'f');
      await fs.mkdir('d');
      await fails('ENOENT', () => fs.unlink('m'), 'missing');
      await fails('EISDIR', () => fs.unlink('d'), 'a directory');
      await fails('EISDIR', () => fs.unlink('.'), '.');
      await fails('EISDIR', () => fs.unlink('d/..'), '..');
      await fails('EISDIR', () => fs.unlink('d/'), 'a directory with a slash');
      await fails('ENOTDIR', () => fs.unlink('f/'), 'a file with a slash');
      await fs.symlink('d', 'l');
      await fails('ENOTDIR', () => fs.unlink('l/'), 'a link with a slash');
      await fs.unlink('l');
      await fs.unlink('f');
      equal(await names(fs.readdir('.')), ['d'], 'left');
    },
  },
  {
    name: 'hard links',
    async run(fs) {
      await touch(fs, 'f', 'one');
      await fs.link('f', 'g');
      const [f, g] = [await fs.stat('f'), await fs.stat('g')];
      equal(f.ino, g.ino, 'inode');
      equal(g.nlink, 2, 'nlink');
      await touch(fs, 'g', 'two!');
      equal((await fs.stat('f')).size, 4, 'shared content');
      await fs.unlink('f');
      equal((await fs.stat('g')).nlink, 1, 'nlink after unlink');
      await fs.mkdir('d');
      await fails('EEXIST', () => fs.link('g', 'd'), 'existing');
      await fails('EPERM', () => fs.link('d', 'e'), 'a directory');
      await fails('ENOENT', () => fs.link('m', 'n'), 'missing');
      await fails('ENOENT', () => fs.link('g', 'n/'), 'new name with a slash');
      await fails('ENOTDIR', () => fs.link('g/', 'n'), 'old name with a slash');
      await fs.symlink('g', 'l');
      await fs.link('l', 'l2');
      equal((await fs.lstat('l2')).mode & S.IFMT, S.IFLNK, 'a link to a link is one');
    },
  },
  {
    name: 'symlink does not replace',
    async run(fs) {
      await touch(fs, 'f');
      await fails('EEXIST', () => fs.symlink('x', 'f'), 'a file');
      await fails('EEXIST', () => fs.symlink('x', '.'), '.');
      await fails('ENOENT', () => fs.symlink('x', 'l/'), 'with a slash');
      await fs.symlink('anything/at all', 'l');
      const status = await fs.lstat('l');
      equal(status.mode, S.IFLNK | 0o777, 'mode');
      equal(await fs.readlink('l'), 'anything/at all', 'target');
    },
  },
  {
    name: 'mkfifo',
    needs: ['fifo'],
    async run(fs) {
      await fs.mkfifo('p', 0o660);
      equal((await fs.stat('p')).mode, S.IFIFO | 0o640, 'mode');
      await fails('EEXIST', () => fs.mkfifo('p'), 'existing');
      await fails('ENOENT', () => fs.mkfifo('q/'), 'with a slash');
      await fails('EINVAL', () => fs.truncate('p', 0), 'truncate');
      await fs.unlink('p');
    },
  },
  {
    name: 'rename of files',
    async run(fs) {
      await touch(fs, 'a', 'aaa');
      await touch(fs, 'b', 'b');
      const { ino } = await fs.stat('a');
      await fs.rename('a', 'b');
      const status = await fs.stat('b');
      equal([status.ino, status.size, status.nlink], [ino, 3, 1], 'over a file');
      await fails('ENOENT', () => fs.stat('a'), 'old name');
      await fails('ENOENT', () => fs.rename('a', 'c'), 'missing');
      await fs.rename('b', 'b');
      await fs.link('b', 'c');
      await fs.rename('b', 'c');
      equal(await names(fs.readdir('.')), ['b', 'c'], 'two names of one file: nothing happens');
      await fs.mkdir('d');
      await fails('EISDIR', () => fs.rename('b', 'd'), 'over a directory');
      await fails('ENOTDIR', () => fs.rename('d', 'b'), 'a directory over a file');
      await fails('ENOTDIR', () => fs.rename('b/', 'x'), 'old with a slash');
      await fails('ENOTDIR', () => fs.rename('b', 'x/'), 'new with a slash');
    },
  },
  {
    name: 'rename of directories',
    async run(fs) {
      await fs.mkdir('a');
      await touch(fs, 'a/f', 'content');
      await fs.rename('a', 'b/');
      equal(await fs.readdir('b'), ['f'], 'moved with what is in it');
      await fs.mkdir('empty');
      await fs.mkdir('full');
      await touch(fs, 'full/x');
      await fails('ENOTEMPTY', () => fs.rename('b', 'full'), 'over a full one');
      await fs.rename('b', 'empty');
      equal(await fs.readdir('empty'), ['f'], 'over an empty one');
      await fs.mkdir('empty/sub');
      await fails('EINVAL', () => fs.rename('empty', 'empty/sub/x'), 'into itself');
      await fails('EINVAL', () => fs.rename('empty', 'empty/x'), 'into itself, directly');
      await fails('ENOTEMPTY', () => fs.rename('empty/sub', 'empty'), 'over its ancestor');
      await fails('EBUSY', () => fs.rename('empty/.', 'x'), '.');
      await fails('EBUSY', () => fs.rename('empty', 'full/..'), 'onto ..');
      const { ino } = await fs.stat('.');
      await fs.rename('empty/sub', 'full/sub');
      equal((await fs.stat('full/sub/../..')).ino, ino, '.. of what moved');
    },
  },
  {
    name: 'rename takes links as they are',
    async run(fs) {
      await touch(fs, 'f');
      await fs.symlink('f', 'l');
      await fs.rename('l', 'm');
      equal(await fs.readlink('m'), 'f', 'moved');
      await touch(fs, 'g', 'g');
      await fs.rename('g', 'm');
      equal([(await fs.lstat('m')).size, (await fs.stat('f')).size], [1, 0], 'replaced, not followed');
    },
  },
  {
    name: 'renameat2: RENAME_NOREPLACE and RENAME_EXCHANGE',
    needs: ['rename2'],
    async run(fs) {
      await touch(fs, 'f', 'file');
      await fs.mkdir('d');
      await fs.mkdir('d/sub');
      await fails('EEXIST', () => fs.rename2('f', 'd', RENAME.NOREPLACE), 'NOREPLACE');
      await fails('EINVAL', () => fs.rename2('f', 'd', RENAME.NOREPLACE | RENAME.EXCHANGE), 'both');
      await fails('ENOENT', () => fs.rename2('f', 'm', RENAME.EXCHANGE), 'EXCHANGE with nothing');
      await fails('EINVAL', () => fs.rename2('d', 'd/sub', RENAME.EXCHANGE), 'EXCHANGE with its own');
      await fails('EINVAL', () => fs.rename2('d/sub', 'd', RENAME.EXCHANGE), 'EXCHANGE with its ancestor');
      await fs.rename2('f', 'd', RENAME.EXCHANGE);
      equal([(await fs.stat('d')).size, await fs.readdir('f')], [4, ['sub']], 'exchanged');
      await fs.rename2('d', 'f/sub', RENAME.EXCHANGE);
      equal((await fs.stat('f/sub')).size, 4, 'exchanged across directories');
      equal([(await fs.stat('f')).nlink, (await fs.stat('d')).nlink], [2, 2], 'nlink');
      await fs.rename2('f', 'g', RENAME.NOREPLACE);
      equal(await names(fs.readdir('.')), ['d', 'g'], 'left');
    },
  },
  {
    name: 'a file without a name lives while it is open',
    async run(fs) {
      await touch(fs, 'f', 'still here');
      const fd = await fs.open('f', O.RDWR);
      await fs.unlink('f');
      const status = await fs.fstat(fd);
      equal([status.nlink, status.size], [0, 10], 'status');
      await fs.pwrite(fd, new TextEncoder().encode('!'), 10);
      equal(untext(await fs.pread(fd, 100, 0)), 'still here!', 'content');
      await touch(fs, 'f', 'another');
      check((await fs.stat('f')).ino !== status.ino, 'a new file has another inode');
      await fs.fchmod(fd, 0o600);
      await fs.ftruncate(fd, 5);
      await fs.close(fd);
    },
  },
  {
    name: 'a file that a rename replaced lives while it is open',
    async run(fs) {
      await touch(fs, 'a', 'old');
      await touch(fs, 'b', 'new');
      const fd = await fs.open('a', O.RDONLY);
      await fs.rename('b', 'a');
      equal(untext(await fs.pread(fd, 10, 0)), 'old', 'content');
      equal((await fs.fstat(fd)).nlink, 0, 'nlink');
      await fs.close(fd);
    },
  },
];
