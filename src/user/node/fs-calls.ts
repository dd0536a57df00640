// File operations of the binding `fs` over the calls of the system: synchronous, in bytes and numbers. They throw
// SysError. What libuv makes of several calls (copyFile, mkdtemp, realpath, recursive mkdir and rm) is made here.

import { type Errno, SysError } from '../../abi/errno.ts';
import { AT, O, RENAME, S, UTIME } from '../../abi/file.ts';
import { LAYOUT } from '../../abi/layout.ts';
import { byteString, fromText } from '../../base/bytes.ts';
import type { SyscallClient } from '../../transport/client.ts';

/** A name of the file system: text, or the bytes of a Buffer. */
export type Path = string | Uint8Array;

const ASCII = /^[\0-\x7f]*$/;
const DIRENT_BATCH = 65536;
const COPY_SIZE = 131_072;
const LINK_MAX = 4096;
const LOOPS_MAX = 40;
/** Numbers of a stat in the order of the binding. */
export const STAT_FIELDS = 18;

/** As the calls take it: a byte string. */
export const byteName = (path: Path): string => {
  if (typeof path !== 'string') return byteString(path);
  return ASCII.test(path) ? path : fromText(path);
};

const failed = (error: unknown, ...errnos: Errno[]): boolean =>
  error instanceof SysError && errnos.includes(error.errno);

export interface Entry {
  /** A byte string. */
  readonly name: string;
  /** d_type of getdents(2). */
  readonly type: number;
}

export class FileCalls {
  readonly client: SyscallClient;
  private readonly statBytes = new Uint8Array(LAYOUT.stat.size);
  private readonly statView = new DataView(this.statBytes.buffer);

  constructor(client: SyscallClient) {
    this.client = client;
  }

  open(path: string, flags: number, mode: number): number {
    return this.client.call('open', AT.FDCWD, path, flags | O.CLOEXEC, mode);
  }

  close(fd: number): void {
    this.client.call('close', fd);
  }

  read(fd: number, into: Uint8Array, position: number): number {
    return this.client.read(fd, into, position < 0 ? undefined : position);
  }

  write(fd: number, from: Uint8Array, position: number): number {
    return this.client.write(fd, from, position < 0 ? undefined : position);
  }

  /** The numbers of a stat, as many as STAT_FIELDS, into an array. */
  stat(path: string, follow: boolean): void {
    this.client.call('stat', AT.FDCWD, path, follow ? 0 : AT.SYMLINK_NOFOLLOW, this.statBytes);
  }

  fstat(fd: number): void {
    this.client.call('fstat', fd, this.statBytes);
  }

  /** The mode of the last stat. */
  get mode(): number {
    return this.statView.getUint32(20, true);
  }

  get size(): number {
    return this.wide(40);
  }

  private wide(at: number): number {
    return this.statView.getUint32(at, true) + this.statView.getInt32(at + 4, true) * 2 ** 32;
  }

  /** The last stat in the order of the binding: dev, mode, nlink, ..., then seconds and nanoseconds of four times. */
  numbers(): number[] {
    const v = this.statView;
    const u32 = (at: number): number => v.getUint32(at, true);
    return [
      this.wide(0),
      u32(20),
      u32(16),
      u32(24),
      u32(28),
      this.wide(32),
      u32(48),
      this.wide(8),
      this.wide(40),
      this.wide(56),
      this.wide(64),
      u32(88),
      this.wide(72),
      u32(92),
      this.wide(80),
      u32(96),
      this.wide(104),
      u32(100),
    ];
  }

  /** The mode of a file; undefined when there is none. */
  modeOf(path: string, follow: boolean): number | undefined {
    try {
      this.stat(path, follow);
      return this.mode;
    } catch (error) {
      if (error instanceof SysError) return undefined;
      throw error;
    }
  }

  readAll(fd: number): Uint8Array {
    this.fstat(fd);
    const expected = (this.mode & S.IFMT) === S.IFREG ? this.size : 0;
    let bytes = new Uint8Array(expected > 0 ? expected : DIRENT_BATCH);
    let length = 0;
    for (;;) {
      if (length === bytes.length) {
        if (expected > 0) {
          // One more read tells the end of a file of the expected size.
          const probe = new Uint8Array(1024);
          const n = this.client.read(fd, probe);
          if (n === 0) return bytes;
          const more = new Uint8Array(Math.max(bytes.length * 2, length + n));
          more.set(bytes);
          more.set(probe.subarray(0, n), length);
          bytes = more;
          length += n;
          continue;
        }
        const more = new Uint8Array(bytes.length * 2);
        more.set(bytes);
        bytes = more;
      }
      const n = this.client.read(fd, bytes.subarray(length));
      if (n === 0) return bytes.subarray(0, length);
      length += n;
      if (expected > 0 && length === expected) return bytes.subarray(0, length);
    }
  }

  writeAll(fd: number, bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0) rest = rest.subarray(this.client.write(fd, rest));
  }

  readdir(path: string): Entry[] {
    const fd = this.open(path, O.RDONLY | O.DIRECTORY, 0);
    try {
      const entries: Entry[] = [];
      for (let batch = this.entries(fd); batch !== undefined; batch = this.entries(fd)) entries.push(...batch);
      return entries;
    } finally {
      this.close(fd);
    }
  }

  /** The next entries of an open directory; undefined at its end. */
  entries(fd: number): Entry[] | undefined {
    const batch = new Uint8Array(DIRENT_BATCH);
    const n = this.client.call('getdents', fd, batch);
    if (n === 0) return undefined;
    const view = new DataView(batch.buffer);
    const found: Entry[] = [];
    for (let at = 0; at < n; at += view.getUint16(at + 16, true)) {
      const start = at + LAYOUT.dirent.size;
      const name = byteString(batch.subarray(start, start + view.getUint16(at + 18, true)));
      if (name !== '.' && name !== '..') found.push({ name, type: batch[at + 20] as number });
    }
    return found;
  }

  readlink(path: string): string {
    const buffer = new Uint8Array(LINK_MAX);
    return byteString(buffer.subarray(0, this.client.call('readlink', AT.FDCWD, path, buffer)));
  }

  unlink(path: string): void {
    this.client.call('unlink', AT.FDCWD, path, 0);
  }

  rmdir(path: string): void {
    this.client.call('unlink', AT.FDCWD, path, AT.REMOVEDIR);
  }

  rename(from: string, to: string): void {
    this.client.call('rename', AT.FDCWD, from, AT.FDCWD, to, 0);
  }

  mkdir(path: string, mode: number): void {
    this.client.call('mkdir', AT.FDCWD, path, mode);
  }

  /** With its parents; gives the first directory that was made. */
  mkdirs(path: string, mode: number): string | undefined {
    const missing: string[] = [];
    let at = path;
    for (;;) {
      try {
        this.mkdir(at, mode);
        break;
      } catch (error) {
        if (failed(error, 'EEXIST', 'EROFS', 'EISDIR', 'EPERM', 'EACCES')) {
          const found = this.modeOf(at, true);
          if (found === undefined) throw error;
          if ((found & S.IFMT) === S.IFDIR) {
            if (missing.length === 0) return undefined;
            at = '';
            break;
          }
          throw missing.length > 0 ? new SysError('ENOTDIR') : new SysError('EEXIST');
        }
        if (!failed(error, 'ENOENT')) throw error;
        const slash = at.replace(/\/+$/, '').lastIndexOf('/');
        if (slash <= 0 && !(slash === 0 && at.length > 1)) {
          if (slash < 0) throw error;
        }
        missing.push(at);
        at = slash === 0 ? '/' : at.slice(0, slash);
      }
    }
    const first = at === '' ? missing.at(-1) : at;
    for (const name of missing.reverse()) {
      try {
        this.mkdir(name, mode);
      } catch (error) {
        if (!failed(error, 'EEXIST')) throw error;
      }
    }
    return first;
  }

  /** rm -r. */
  remove(path: string): void {
    const mode = this.modeOf(path, false);
    if (mode === undefined || (mode & S.IFMT) !== S.IFDIR) {
      this.unlink(path);
      return;
    }
    for (const { name } of this.readdir(path)) this.remove(`${path}/${name}`);
    this.rmdir(path);
  }

  /** realpath(3). */
  realpath(path: string): string {
    let rest = path.startsWith('/') ? path : `${this.cwd()}/${path}`;
    let done = '';
    for (let links = 0; ; ) {
      const match = /^\/+([^/]*)/.exec(rest);
      if (match === null) break;
      const [all, name = ''] = match;
      rest = rest.slice(all.length);
      if (name === '' || name === '.') continue;
      if (name === '..') {
        done = done.slice(0, Math.max(0, done.lastIndexOf('/')));
        continue;
      }
      const next = `${done}/${name}`;
      this.stat(next, false);
      const type = this.mode & S.IFMT;
      if (type === S.IFLNK) {
        links++;
        if (links > LOOPS_MAX) throw new SysError('ELOOP');
        const target = this.readlink(next);
        if (target.startsWith('/')) done = '';
        rest = `/${target}${rest}`;
        continue;
      }
      if (type !== S.IFDIR && /[^/]/.test(rest)) throw new SysError('ENOTDIR');
      done = next;
    }
    return done === '' ? '/' : done;
  }

  cwd(): string {
    const buffer = new Uint8Array(LINK_MAX);
    return byteString(buffer.subarray(0, this.client.call('getcwd', buffer)));
  }

  copyFile(from: string, to: string, exclusive: boolean): void {
    const source = this.open(from, O.RDONLY, 0);
    try {
      this.fstat(source);
      const { mode } = this;
      if ((mode & S.IFMT) === S.IFDIR) throw new SysError('EISDIR');
      const numbers = this.numbers();
      const target = this.open(to, O.WRONLY | O.CREAT | (exclusive ? O.EXCL : 0), mode & 0o7777);
      try {
        this.fstat(target);
        const other = this.numbers();
        if (numbers[0] === other[0] && numbers[7] === other[7]) return;
        this.client.call('ftruncate', target, 0);
        this.client.call('fchmod', target, mode & 0o7777);
        const buffer = new Uint8Array(COPY_SIZE);
        for (let n = this.client.read(source, buffer); n > 0; n = this.client.read(source, buffer))
          this.writeAll(target, buffer.subarray(0, n));
      } finally {
        this.close(target);
      }
    } finally {
      this.close(source);
    }
  }

  /** Make a directory whose name ends in six random characters. */
  mkdtemp(prefix: string, random: () => string): string {
    for (;;) {
      const path = prefix + random();
      try {
        this.mkdir(path, 0o700);
        return path;
      } catch (error) {
        if (!failed(error, 'EEXIST')) throw error;
      }
    }
  }

  utimes(path: string, atime: number, mtime: number, follow: boolean): void {
    const flags = follow ? 0 : AT.SYMLINK_NOFOLLOW;
    this.client.call('utimens', AT.FDCWD, path, ...timespec(atime), ...timespec(mtime), flags);
  }

  futimes(fd: number, atime: number, mtime: number): void {
    this.client.call('futimens', fd, ...timespec(atime), ...timespec(mtime));
  }

  exchange(from: string, to: string): void {
    this.client.call('rename', AT.FDCWD, from, AT.FDCWD, to, RENAME.EXCHANGE);
  }
}

/** Seconds with fractions as timespec; NaN leaves the time, infinity means now (as libuv has it). */
const timespec = (seconds: number): [number, number] => {
  if (Number.isNaN(seconds)) return [0, UTIME.OMIT];
  if (!Number.isFinite(seconds)) return [0, UTIME.NOW];
  const whole = Math.floor(seconds);
  // To the microsecond, as libuv rounds.
  const micro = Math.floor((seconds - whole) * 1e6 + 1e-3);
  return [whole, micro * 1000];
};
