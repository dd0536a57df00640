// Directory listings, also while entries come and go; and times: which call changes which.

import { O } from '../../abi/file.ts';
import { touch } from './fs-cases-paths.ts';
import { check, equal, type FsCase, type FsSystem, text } from './fs-system.ts';

const sorted = (names: readonly string[]): string[] => [...names].sort();

/** Does `act` change these times of `path`, and no others of mtime and ctime? */
const changes = async (
  fs: FsSystem,
  path: string,
  expected: readonly ('mtime' | 'ctime')[],
  act: () => unknown,
  what: string,
): Promise<void> => {
  const before = await fs.lstat(path);
  await new Promise((resolve) => setTimeout(resolve, 12));
  await act();
  const after = await fs.lstat(path);
  const changed = (['mtime', 'ctime'] as const).filter((time) => after[time] > before[time]);
  equal(changed, expected, `${what}: times of ${path}`);
};

export const DIRECTORY_CASES: readonly FsCase[] = [
  {
    name: 'a listing has every name once',
    async run(fs) {
      const names = Array.from({ length: 300 }, (_, i) => `file-${i}`);
      for (const name of names) await touch(fs, name);
      equal(sorted(await fs.readdir('.')), sorted(names), 'all');
      for (const name of names) if (Number(name.slice(5)) % 3 > 0) await fs.unlink(name);
      const left = names.filter((name) => Number(name.slice(5)) % 3 === 0);
      equal(sorted(await fs.readdir('.')), sorted(left), 'a third');
      for (const name of left) await fs.rename(name, `${name}-renamed`);
      equal(sorted(await fs.readdir('.')), sorted(left.map((name) => `${name}-renamed`)), 'renamed');
    },
  },
  {
    name: 'a deep tree',
    async run(fs) {
      const base = await fs.getcwd();
      for (let i = 0; i < 60; i++) {
        await fs.mkdir('d');
        await fs.chdir('d');
      }
      await touch(fs, 'bottom');
      equal(await fs.getcwd(), base + '/d'.repeat(60), 'getcwd');
      await fs.chdir(base);
      equal((await fs.stat(`${'d/'.repeat(60)}bottom`)).size, 0, 'stat');
      equal((await fs.stat('d/'.repeat(60) + '../'.repeat(60))).ino, (await fs.stat('.')).ino, 'up again');
    },
  },
  {
    name: 'utimes sets times',
    async run(fs) {
      await touch(fs, 'f');
      await fs.utimes('f', 1_000_000_000n, 1_500_000_000n * 1_000_000_000n);
      const { atime, mtime } = await fs.stat('f');
      equal([atime, mtime], [1_000_000_000n, 1_500_000_000n * 1_000_000_000n], 'times');
      await fs.mkdir('d');
      await fs.utimes('d', 7_000_000_000n, 8_000_000_000n);
      equal((await fs.stat('d')).mtime, 8_000_000_000n, 'of a directory');
    },
  },
  {
    name: 'times before 1970, and every nanosecond',
    needs: ['exact'],
    async run(fs) {
      await touch(fs, 'f');
      await fs.utimes('f', -5_000_000_001n, 1_699_999_999_123_456_789n);
      const { atime, mtime } = await fs.stat('f');
      equal([atime, mtime], [-5_000_000_001n, 1_699_999_999_123_456_789n], 'times');
    },
  },
  {
    name: 'which call changes which times',
    async run(fs) {
      await fs.mkdir('d');
      await touch(fs, 'd/f', 'x');
      await changes(fs, 'd', ['mtime', 'ctime'], () => touch(fs, 'd/new'), 'create');
      await changes(fs, 'd', ['mtime', 'ctime'], () => fs.unlink('d/new'), 'unlink');
      await changes(fs, 'd', ['mtime', 'ctime'], () => fs.mkdir('d/sub'), 'mkdir');
      await changes(fs, 'd', ['mtime', 'ctime'], () => fs.rmdir('d/sub'), 'rmdir');
      await changes(fs, 'd', ['mtime', 'ctime'], () => fs.rename('d/f', 'd/g'), 'rename');
      await changes(fs, 'd/g', ['ctime'], () => fs.link('d/g', 'h'), 'link');
      await changes(fs, 'd/g', ['ctime'], () => fs.unlink('h'), 'unlink of another name');
      await changes(fs, 'd/g', ['ctime'], () => fs.chmod('d/g', 0o600), 'chmod');
      await changes(fs, 'd/g', ['ctime'], () => fs.chown('d/g', 1, 1), 'chown');
      await changes(fs, 'd/g', ['mtime', 'ctime'], () => fs.truncate('d/g', 10), 'truncate');
      await changes(fs, 'd', [], () => fs.chmod('d/g', 0o644), 'chmod of an entry');
      const fd = await fs.open('d/g', O.RDWR);
      await changes(fs, 'd/g', ['mtime', 'ctime'], () => fs.pwrite(fd, text('y'), 0), 'write');
      await changes(fs, 'd/g', [], () => fs.pread(fd, 1, 0), 'read');
      await changes(fs, 'd', [], () => fs.pwrite(fd, text('y'), 0), 'write of an entry');
      await fs.close(fd);
    },
  },
  {
    name: 'reading changes atime when it is behind',
    async run(fs) {
      await touch(fs, 'f', 'x');
      await fs.utimes('f', 1_000_000_000n, 2_000_000_000n);
      const fd = await fs.open('f', O.RDONLY);
      await fs.pread(fd, 1, 0);
      await fs.close(fd);
      check((await fs.stat('f')).atime > 2_000_000_000n, 'atime has not changed');
    },
  },
];
