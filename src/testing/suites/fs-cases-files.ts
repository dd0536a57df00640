// What is in files: open(2), read(2), write(2), truncate(2), and what happens to sizes and holes.

import { O, S } from '../../abi/file.ts';
import { touch } from './fs-cases-paths.ts';
import { check, equal, type FsCase, type FsSystem, fails, pattern, text, untext } from './fs-system.ts';

const content = async (fs: FsSystem, path: string): Promise<Uint8Array> => {
  const fd = await fs.open(path, O.RDONLY);
  const { size } = await fs.fstat(fd);
  const bytes = await fs.pread(fd, size + 10, 0);
  await fs.close(fd);
  return bytes;
};

const same = (a: Uint8Array, b: Uint8Array, what: string): void => {
  equal(a.length, b.length, `${what}: length`);
  const at = a.findIndex((byte, i) => byte !== b[i]);
  check(at < 0, `${what}: byte ${at} is ${a[at]}, expected ${b[at]}`);
};

/** Sizes around everything that may matter: inline content, units, pages, chunks. */
const SIZES = [0, 1, 100, 255, 256, 257, 511, 512, 513, 4095, 4096, 4097, 65_535, 65_536, 65_537, 200_000];

export const FILE_CASES: readonly FsCase[] = [
  {
    name: 'what is written is read, at all sizes',
    async run(fs) {
      for (const size of SIZES) {
        const bytes = pattern(size, size);
        const fd = await fs.open(`f${size}`, O.RDWR | O.CREAT);
        if (size > 0) equal(await fs.pwrite(fd, bytes, 0), size, 'written');
        same(await fs.pread(fd, size + 100, 0), bytes, `size ${size}`);
        equal((await fs.pread(fd, 10, size)).length, 0, 'read at the end');
        equal((await fs.pread(fd, 10, size + 1000)).length, 0, 'read behind the end');
        equal((await fs.fstat(fd)).size, size, 'size');
        await fs.close(fd);
      }
    },
  },
  {
    name: 'writes anywhere in a file',
    async run(fs) {
      const model = new Uint8Array(300_000);
      const fd = await fs.open('f', O.RDWR | O.CREAT);
      let size = 0;
      const offsets = [0, 10, 250, 500, 70_000, 65_530, 131_072, 130_000, 3, 262_100, 66_000];
      for (const [i, offset] of offsets.entries()) {
        const bytes = pattern(1000 * (i + 1), i);
        await fs.pwrite(fd, bytes, offset);
        model.set(bytes, offset);
        size = Math.max(size, offset + bytes.length);
        same(await fs.pread(fd, 400_000, 0), model.subarray(0, size), `after write ${i}`);
      }
      await fs.close(fd);
      same(await content(fs, 'f'), model.subarray(0, size), 'reopened');
    },
  },
  {
    name: 'appending in small and large pieces',
    async run(fs) {
      const fd = await fs.open('log', O.WRONLY | O.CREAT | O.APPEND);
      const parts: Uint8Array[] = [];
      for (let i = 0; i < 200; i++) {
        const bytes = pattern(i % 10 === 0 ? 9000 : 37, i);
        await fs.append(fd, bytes);
        parts.push(bytes);
      }
      await fs.close(fd);
      same(await content(fs, 'log'), Uint8Array.from(parts.flatMap((p) => [...p])), 'log');
    },
  },
  {
    name: 'two descriptors append to one file',
    async run(fs) {
      const a = await fs.open('f', O.WRONLY | O.CREAT | O.APPEND);
      const b = await fs.open('f', O.WRONLY | O.APPEND);
      for (const [fd, part] of [[a, 'one '] as const, [b, 'two '] as const, [a, 'three'] as const]) {
        await fs.append(fd, text(part));
      }
      equal(untext(await content(fs, 'f')), 'one two three', 'content');
      await fs.close(a);
      await fs.close(b);
    },
  },
  {
    name: 'holes read as zeros',
    async run(fs) {
      const fd = await fs.open('f', O.RDWR | O.CREAT);
      await fs.pwrite(fd, text('end'), 10_000_000);
      equal((await fs.fstat(fd)).size, 10_000_003, 'size');
      check((await fs.fstat(fd)).blocks * 512 < 1_000_000, 'it takes little space');
      same(await fs.pread(fd, 100_000, 4_000_000), new Uint8Array(100_000), 'hole');
      equal(untext(await fs.pread(fd, 10, 10_000_000)), 'end', 'end');
      await fs.pwrite(fd, text('mid'), 5_000_000);
      same(await fs.pread(fd, 9, 4_999_997), Uint8Array.from([0, 0, 0, 109, 105, 100, 0, 0, 0]), 'middle');
      await fs.close(fd);
    },
  },
  {
    name: 'sizes beyond 32 bits',
    async run(fs) {
      const far = 2 ** 40;
      const fd = await fs.open('f', O.RDWR | O.CREAT);
      await fs.pwrite(fd, text('far'), far);
      equal((await fs.fstat(fd)).size, far + 3, 'size');
      equal(untext(await fs.pread(fd, 10, far - 2)), '\0\0far', 'read');
      await fs.ftruncate(fd, far + 1);
      equal(untext(await fs.pread(fd, 10, far)), 'f', 'cut');
      await fs.close(fd);
    },
  },
  {
    name: 'cutting and growing',
    async run(fs) {
      const bytes = pattern(150_000);
      for (const cut of [0, 1, 200, 256, 300, 4096, 65_535, 65_536, 65_537, 131_073, 149_999, 150_000]) {
        const fd = await fs.open('f', O.RDWR | O.CREAT | O.TRUNC);
        await fs.pwrite(fd, bytes, 0);
        await fs.ftruncate(fd, cut);
        equal((await fs.fstat(fd)).size, cut, 'size');
        await fs.ftruncate(fd, 200_000);
        const expected = new Uint8Array(200_000);
        expected.set(bytes.subarray(0, cut));
        same(await fs.pread(fd, 200_000, 0), expected, `cut to ${cut}: what was cut off does not come back`);
        await fs.pwrite(fd, text('x'), cut + 5);
        expected[cut + 5] = 120;
        same(await fs.pread(fd, 200_000, 0), expected, `written behind the cut at ${cut}`);
        await fs.close(fd);
      }
    },
  },
  {
    name: 'truncate by path',
    async run(fs) {
      await touch(fs, 'f', 'content');
      await fs.truncate('f', 3);
      equal(untext(await content(fs, 'f')), 'con', 'shorter');
      await fs.truncate('f', 5);
      equal(untext(await content(fs, 'f')), 'con\0\0', 'longer');
      await fs.mkdir('d');
      await fails('EISDIR', () => fs.truncate('d', 0), 'a directory');
      await fails('ENOENT', () => fs.truncate('m', 0), 'missing');
    },
  },
  {
    name: 'truncate to a negative length',
    needs: ['exact'],
    async run(fs) {
      await touch(fs, 'f', 'content');
      await fails('EINVAL', () => fs.truncate('f', -1), 'truncate');
      const fd = await fs.open('f', O.RDWR);
      await fails('EINVAL', () => fs.ftruncate(fd, -1), 'ftruncate');
      await fs.close(fd);
    },
  },
  {
    name: 'open with O_CREAT, O_EXCL, O_TRUNC',
    async run(fs) {
      await fails('ENOENT', () => fs.open('f', O.RDWR), 'missing');
      const fd = await fs.open('f', O.RDWR | O.CREAT | O.EXCL, 0o6777);
      equal((await fs.fstat(fd)).mode, S.IFREG | 0o6755, 'mode under the umask');
      await fs.pwrite(fd, text('content'), 0);
      await fs.close(fd);
      await fails('EEXIST', () => fs.open('f', O.RDWR | O.CREAT | O.EXCL), 'existing');
      await fs.close(await fs.open('f', O.RDONLY | O.CREAT, 0));
      equal((await fs.stat('f')).size, 7, 'O_CREAT changes nothing');
      await fs.close(await fs.open('f', O.WRONLY | O.TRUNC));
      equal((await fs.stat('f')).size, 0, 'O_TRUNC');
      await fails('EISDIR', () => fs.open('new/', O.WRONLY | O.CREAT), 'with a slash');
      await fails('EISDIR', () => fs.open('f/', O.WRONLY | O.CREAT), 'existing with a slash');
    },
  },
  {
    name: 'open of directories and links',
    async run(fs) {
      await fs.mkdir('d');
      await touch(fs, 'f');
      await fs.symlink('f', 'l');
      await fs.symlink('d', 'ld');
      await fs.close(await fs.open('d', O.RDONLY));
      await fs.close(await fs.open('d/', O.RDONLY | O.DIRECTORY));
      await fails('EISDIR', () => fs.open('d', O.WRONLY), 'to write');
      await fails('EISDIR', () => fs.open('d', O.RDWR), 'to read and write');
      await fails('EISDIR', () => fs.open('d', O.RDONLY | O.TRUNC), 'to cut');
      await fails('EISDIR', () => fs.open('d', O.RDONLY | O.CREAT), 'to create');
      await fails('ENOTDIR', () => fs.open('f', O.RDONLY | O.DIRECTORY), 'O_DIRECTORY on a file');
      await fails('ENOTDIR', () => fs.open('f/', O.RDONLY), 'a file with a slash');
      await fails('ELOOP', () => fs.open('l', O.RDONLY | O.NOFOLLOW), 'O_NOFOLLOW');
      await fails('ENOTDIR', () => fs.open('ld', O.RDONLY | O.NOFOLLOW | O.DIRECTORY), 'O_NOFOLLOW | O_DIRECTORY');
      await fs.close(await fs.open('ld/', O.RDONLY | O.NOFOLLOW));
      await fs.close(await fs.open('ld', O.RDONLY | O.DIRECTORY));
    },
  },
  {
    name: 'access modes of descriptors',
    async run(fs) {
      await touch(fs, 'f', 'x');
      const reader = await fs.open('f', O.RDONLY);
      await fails('EBADF', () => fs.pwrite(reader, text('y'), 0), 'write to a reader');
      await fails('EINVAL', () => fs.ftruncate(reader, 0), 'ftruncate of a reader');
      const writer = await fs.open('f', O.WRONLY);
      await fails('EBADF', () => fs.pread(writer, 1, 0), 'read from a writer');
      await fs.fsync(reader);
      await fs.close(reader);
      await fs.close(writer);
    },
  },
  {
    name: 'a large file in large pieces',
    async run(fs) {
      const piece = pattern(1 << 20);
      const fd = await fs.open('f', O.RDWR | O.CREAT);
      for (let i = 0; i < 8; i++) {
        piece[0] = i;
        await fs.pwrite(fd, piece, i << 20);
      }
      for (let i = 7; i >= 0; i--) {
        piece[0] = i;
        same(await fs.pread(fd, 1 << 20, i << 20), piece, `piece ${i}`);
      }
      equal((await fs.fstat(fd)).blocks >= (8 << 20) / 512, true, 'blocks');
      await fs.close(fd);
    },
  },
];
