// Path resolution: what a path names, and which error comes first. path_resolution(7), symlink(7).

import { O } from '../../abi/file.ts';
import { equal, type FsCase, type FsSystem, fails, text } from './fs-system.ts';

export const touch = async (fs: FsSystem, path: string, content = '', mode = 0o666): Promise<void> => {
  const fd = await fs.open(path, O.WRONLY | O.CREAT | O.TRUNC, mode);
  if (content !== '') await fs.pwrite(fd, text(content), 0);
  await fs.close(fd);
};

const LONG = 'n'.repeat(255);

export const PATH_CASES: readonly FsCase[] = [
  {
    name: 'an empty path names nothing',
    async run(fs) {
      await fails('ENOENT', () => fs.stat(''), 'stat');
      await fails('ENOENT', () => fs.open('', O.RDONLY), 'open');
      await fails('ENOENT', () => fs.mkdir(''), 'mkdir');
      await fails('ENOENT', () => fs.unlink(''), 'unlink');
    },
  },
  {
    name: 'slashes and dots',
    async run(fs) {
      await fs.mkdir('d');
      await fs.mkdir('d/e');
      const { ino } = await fs.stat('d/e');
      for (const path of ['d//e', './d/./e', 'd/e/.', 'd/e/', 'd/e/../e', 'd/../d/e///', 'd/e/../../d/e']) {
        equal((await fs.stat(path)).ino, ino, path);
      }
    },
  },
  {
    name: 'a file is not gone through',
    async run(fs) {
      await touch(fs, 'f');
      for (const path of ['f/x', 'f/', 'f/.', 'f/..', 'f/x/y']) await fails('ENOTDIR', () => fs.stat(path), path);
      await fails('ENOTDIR', () => fs.open('f/x', O.CREAT | O.WRONLY), 'open f/x');
      await fails('ENOTDIR', () => fs.mkdir('f/x'), 'mkdir f/x');
      await fails('ENOTDIR', () => fs.readdir('f'), 'readdir f');
      await fails('ENOTDIR', () => fs.chdir('f'), 'chdir f');
    },
  },
  {
    name: 'what is missing on the way is ENOENT, even before a dot',
    async run(fs) {
      await fails('ENOENT', () => fs.stat('m/x'), 'm/x');
      await fails('ENOENT', () => fs.stat('m/..'), 'm/..');
      await fails('ENOENT', () => fs.open('m/x', O.CREAT | O.WRONLY), 'open m/x');
      await fails('ENOENT', () => fs.rename('m/x', 'y'), 'rename m/x');
    },
  },
  {
    name: 'a name may have 255 bytes, not 256',
    async run(fs) {
      await touch(fs, LONG);
      equal(await fs.readdir('.'), [LONG], 'readdir');
      await fails('ENAMETOOLONG', () => touch(fs, `${LONG}x`), 'create');
      await fails('ENAMETOOLONG', () => fs.stat(`${LONG}x`), 'stat');
      await fails('ENAMETOOLONG', () => fs.stat(`${LONG}x/y`), 'on the way');
      await fails('ENAMETOOLONG', () => fs.mkdir(`${LONG}x`), 'mkdir');
      await fails('ENAMETOOLONG', () => fs.rename(LONG, `${LONG}x`), 'rename');
      await fails('ENOTDIR', () => fs.stat(`${LONG}/${LONG}x`), 'below a file the file comes first');
      await fails('ENOENT', () => fs.stat(`missing/${LONG}x`), 'below nothing that comes first');
    },
  },
  {
    name: 'names count by bytes, and may hold any but slash and NUL',
    async run(fs) {
      await fails('ENAMETOOLONG', () => touch(fs, 'é'.repeat(128)), '256 bytes');
      const names = ['é'.repeat(127), ' ', '\n', '\\', '-', '*', '\u{1f600}', '...', '\u0001'];
      for (const name of names) await touch(fs, name);
      equal([...(await fs.readdir('.'))].sort(), [...names].sort(), 'readdir');
    },
  },
  {
    name: 'a path may have 4095 bytes, not 4096',
    async run(fs) {
      await touch(fs, 'x');
      await fs.stat(`${'./'.repeat(2047)}x`);
      await fails('ENAMETOOLONG', () => fs.stat(`./${'./'.repeat(2047)}x`), 'stat');
      await fails('ENAMETOOLONG', () => fs.symlink('x'.repeat(4096), 'l'), 'symlink');
    },
  },
  {
    name: 'symbolic links are followed on the way and at the end',
    async run(fs) {
      await fs.mkdir('d');
      await touch(fs, 'd/f', 'content');
      await fs.symlink('d', 'ld');
      await fs.symlink('d/f', 'lf');
      await fs.symlink('../d/f', 'd/up');
      const { ino } = await fs.stat('d/f');
      for (const path of ['lf', 'ld/f', 'd/up', 'ld/up', 'ld/../lf']) equal((await fs.stat(path)).ino, ino, path);
      equal((await fs.lstat('lf')).size, 3, 'size of a link');
      equal((await fs.lstat('ld/')).ino, (await fs.stat('d')).ino, 'a slash follows');
      await fails('ENOTDIR', () => fs.stat('lf/'), 'a link to a file with a slash');
      equal(await fs.readlink('lf'), 'd/f', 'readlink');
      await fails('EINVAL', () => fs.readlink('d'), 'readlink of a directory');
      await fails('ENOENT', () => fs.readlink('m'), 'readlink of nothing');
    },
  },
  {
    name: 'absolute links start at the root',
    async run(fs) {
      const here = await fs.getcwd();
      await touch(fs, 'f', 'x');
      await fs.symlink(`${here}/f`, 'l');
      equal((await fs.stat('l')).size, 1, 'stat');
    },
  },
  {
    name: 'loops and long chains of links',
    async run(fs) {
      await fs.symlink('b', 'a');
      await fs.symlink('a', 'b');
      await fs.symlink('self/x', 'self');
      for (const path of ['a', 'b', 'a/x', 'self']) await fails('ELOOP', () => fs.stat(path), path);
      await fails('ELOOP', () => fs.open('a', O.RDONLY), 'open');
      await fails('ELOOP', () => fs.open('a', O.WRONLY | O.CREAT), 'open to create');
      await fails('ELOOP', () => fs.mkdir('a/x'), 'mkdir');
      await touch(fs, 'l0', 'end');
      for (let i = 1; i <= 41; i++) await fs.symlink(`l${i - 1}`, `l${i}`);
      equal((await fs.stat('l40')).size, 3, '40 links');
      await fails('ELOOP', () => fs.stat('l41'), '41 links');
    },
  },
  {
    name: 'dangling links',
    async run(fs) {
      await fs.symlink('missing', 'l');
      await fails('ENOENT', () => fs.stat('l'), 'stat');
      await fails('ENOENT', () => fs.open('l', O.RDONLY), 'open');
      await fails('EEXIST', () => fs.mkdir('l'), 'mkdir');
      await fails('EEXIST', () => fs.open('l', O.WRONLY | O.CREAT | O.EXCL), 'open with O_EXCL');
      await touch(fs, 'l', 'through');
      equal((await fs.stat('missing')).size, 7, 'created through the link');
      await fs.symlink('no/such', 'm');
      await fails('ENOENT', () => touch(fs, 'm'), 'create through a link to nowhere');
      await fails('ENOENT', () => fs.symlink('', 'e'), 'an empty target');
    },
  },
  {
    name: 'the working directory: getcwd, parent, removal',
    async run(fs) {
      const base = await fs.getcwd();
      await fs.mkdir('a');
      await fs.mkdir('a/b');
      await fs.chdir('a/b');
      equal(await fs.getcwd(), `${base}/a/b`, 'getcwd');
      await fs.rename('../../a', '../../c');
      equal(await fs.getcwd(), `${base}/c/b`, 'getcwd after rename');
      await fs.chdir('..');
      equal(await fs.getcwd(), `${base}/c`, 'up');
      await fs.chdir('b');
      await fs.rmdir('../b');
      await fails('ENOENT', () => fs.getcwd(), 'getcwd when removed');
      await fails('ENOENT', () => touch(fs, 'x'), 'create when removed');
      await fails('ENOENT', () => fs.mkdir('x'), 'mkdir when removed');
      equal((await fs.stat('.')).nlink, 0, 'nlink when removed');
      equal(await fs.readdir('.'), [], 'readdir when removed');
      await fs.chdir(base);
    },
  },
];
