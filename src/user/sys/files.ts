// Files for scripts: `sys.open`, `sys.read`, `sys.stat` and so on. All synchronous. Names are text: one that is not
// UTF-8 reads with U+FFFD in it and cannot be opened by that name.

import { AT, O, S, SEEK } from '../../abi/file.ts';
import { LAYOUT } from '../../abi/layout.ts';
import { unpack } from '../../abi/struct.ts';
import { type Calls, type Data, SystemError, toBytes, toText } from './system-error.ts';

export type FileType = 'file' | 'directory' | 'symlink' | 'character' | 'block' | 'fifo' | 'socket';

export interface Stat {
  readonly type: FileType;
  /** Permission bits, with set-id and sticky bits. */
  readonly mode: number;
  readonly size: number;
  readonly dev: number;
  readonly ino: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  /** Milliseconds since the epoch, with fractions. */
  readonly atimeMs: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

const TYPES: Readonly<Record<number, FileType>> = {
  [S.IFREG]: 'file',
  [S.IFDIR]: 'directory',
  [S.IFLNK]: 'symlink',
  [S.IFCHR]: 'character',
  [S.IFBLK]: 'block',
  [S.IFIFO]: 'fifo',
  [S.IFSOCK]: 'socket',
};
const typeOf = (mode: number): FileType => TYPES[mode & S.IFMT] ?? 'file';

/** How a file is opened, as in fopen(3); `x` fails when it exists. */
const MODES: Readonly<Record<string, number>> = {
  r: O.RDONLY,
  'r+': O.RDWR,
  w: O.WRONLY | O.CREAT | O.TRUNC,
  wx: O.WRONLY | O.CREAT | O.EXCL,
  'w+': O.RDWR | O.CREAT | O.TRUNC,
  'wx+': O.RDWR | O.CREAT | O.EXCL,
  a: O.WRONLY | O.CREAT | O.APPEND,
  'a+': O.RDWR | O.CREAT | O.APPEND,
};
const WHENCE: Readonly<Record<string, number>> = { set: SEEK.SET, cur: SEEK.CUR, end: SEEK.END };

const READ_SIZE = 65536;

const decodeStat = (bytes: Uint8Array): Stat => {
  const s = unpack('stat', bytes);
  return {
    type: typeOf(s.mode),
    mode: s.mode & 0o7777,
    size: s.size,
    dev: s.dev,
    ino: s.ino,
    nlink: s.nlink,
    uid: s.uid,
    gid: s.gid,
    atimeMs: s.atimeSec * 1000 + s.atimeNsec / 1e6,
    mtimeMs: s.mtimeSec * 1000 + s.mtimeNsec / 1e6,
    ctimeMs: s.ctimeSec * 1000 + s.ctimeNsec / 1e6,
  };
};

export const fileFunctions = (calls: Calls) => {
  const stat = (name: string, path: string, flags: number): Stat => {
    const bytes = new Uint8Array(LAYOUT.stat.size);
    calls.call('stat', path, AT.FDCWD, calls.path(name, path), flags, bytes);
    return decodeStat(bytes);
  };

  /** Seconds and nanoseconds of a time in milliseconds. */
  const time = (ms: number): [number, number] => {
    const seconds = Math.floor(ms / 1000);
    return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
  };

  const files = {
    /** Open a file: 'r', 'r+', 'w', 'wx', 'a', ... or the flags of open(2). Descriptors are not inherited by children. */
    open(path: string, how: string | number = 'r', mode = 0o666): number {
      const flags = typeof how === 'number' ? how : MODES[how];
      if (flags === undefined) throw new SystemError('EINVAL', 'open', path);
      return calls.call('open', path, AT.FDCWD, calls.path('open', path), flags | O.CLOEXEC, mode);
    },

    close(fd: number): void {
      calls.call('close', undefined, fd);
    },

    /** What there is, up to `max` bytes; empty at the end of the file. */
    read(fd: number, max = READ_SIZE): Uint8Array {
      const buffer = new Uint8Array(max);
      const n = calls.guard('read', undefined, () => calls.client.read(fd, buffer));
      return n === max ? buffer : buffer.slice(0, n);
    },

    /** Into a buffer of yours, from an offset of the file if one is given. Gives the number of bytes. */
    readInto(fd: number, buffer: Uint8Array, offset?: number): number {
      return calls.guard('read', undefined, () => calls.client.read(fd, buffer, offset));
    },

    /** Everything up to the end of the file. */
    readAll(fd: number): Uint8Array {
      const parts: Uint8Array[] = [];
      let length = 0;
      for (let part = files.read(fd); part.length > 0; part = files.read(fd)) {
        parts.push(part);
        length += part.length;
      }
      const all = new Uint8Array(length);
      let at = 0;
      for (const part of parts) {
        all.set(part, at);
        at += part.length;
      }
      return all;
    },

    /** All of the data, at an offset of the file if one is given. Gives the number of bytes. */
    write(fd: number, data: Data, offset?: number): number {
      const bytes = toBytes(data);
      let done = 0;
      do {
        const rest = bytes.subarray(done);
        const at = offset === undefined ? undefined : offset + done;
        done += calls.guard('write', undefined, () => calls.client.write(fd, rest, at));
      } while (done < bytes.length);
      return done;
    },

    /** Move the offset; gives the new one. */
    seek(fd: number, offset: number, whence: 'set' | 'cur' | 'end' = 'set'): number {
      const how = WHENCE[whence];
      if (how === undefined) throw new SystemError('EINVAL', 'lseek');
      return calls.call('lseek', undefined, fd, offset, how);
    },

    readFile(path: string): Uint8Array {
      const fd = files.open(path);
      try {
        return files.readAll(fd);
      } finally {
        files.close(fd);
      }
    },

    readTextFile(path: string): string {
      return toText(files.readFile(path));
    },

    /** Create or replace a file. */
    writeFile(path: string, data: Data, mode = 0o666): void {
      const fd = files.open(path, 'w', mode);
      try {
        files.write(fd, data);
      } finally {
        files.close(fd);
      }
    },

    appendFile(path: string, data: Data, mode = 0o666): void {
      const fd = files.open(path, 'a', mode);
      try {
        files.write(fd, data);
      } finally {
        files.close(fd);
      }
    },

    stat: (path: string): Stat => stat('stat', path, 0),
    /** Of a symbolic link itself. */
    lstat: (path: string): Stat => stat('lstat', path, AT.SYMLINK_NOFOLLOW),

    fstat(fd: number): Stat {
      const bytes = new Uint8Array(LAYOUT.stat.size);
      calls.call('fstat', undefined, fd, bytes);
      return decodeStat(bytes);
    },

    exists(path: string): boolean {
      try {
        calls.call('access', path, AT.FDCWD, calls.path('access', path), 0, 0);
        return true;
      } catch (error) {
        if (error instanceof SystemError) return false;
        throw error;
      }
    },

    /** The entries of a directory but `.` and `..`, in no particular order. */
    readdir(path: string): { readonly name: string; readonly type: FileType }[] {
      const fd = files.open(path, O.RDONLY | O.DIRECTORY);
      const entries: { name: string; type: FileType }[] = [];
      const batch = new Uint8Array(READ_SIZE);
      try {
        for (let n = calls.call('getdents', path, fd, batch); n > 0; n = calls.call('getdents', path, fd, batch)) {
          for (let at = 0; at < n; ) {
            const { reclen, namelen, type } = unpack('dirent', batch, at);
            const start = at + LAYOUT.dirent.size;
            const name = toText(batch.subarray(start, start + namelen));
            if (name !== '.' && name !== '..') entries.push({ name, type: typeOf(type << 12) });
            at += reclen;
          }
        }
      } finally {
        files.close(fd);
      }
      return entries;
    },

    /** With `recursive`, parents are made too and an existing directory is no error. */
    mkdir(path: string, options: { readonly recursive?: boolean; readonly mode?: number } = {}): void {
      const make = (at: string): void => {
        calls.call('mkdir', at, AT.FDCWD, calls.path('mkdir', at), options.mode ?? 0o777);
      };
      if (options.recursive !== true) {
        make(path);
        return;
      }
      const names = path.split('/');
      for (let i = 1; i <= names.length; i++) {
        const prefix = names.slice(0, i).join('/');
        if (prefix === '' || prefix.endsWith('/')) continue;
        try {
          make(prefix);
        } catch (error) {
          if (!(error instanceof SystemError && error.code === 'EEXIST')) throw error;
          if (files.stat(prefix).type !== 'directory') throw error;
        }
      }
    },

    rmdir(path: string): void {
      calls.call('unlink', path, AT.FDCWD, calls.path('rmdir', path), AT.REMOVEDIR);
    },

    unlink(path: string): void {
      calls.call('unlink', path, AT.FDCWD, calls.path('unlink', path), 0);
    },

    rename(from: string, to: string): void {
      calls.call('rename', from, AT.FDCWD, calls.path('rename', from), AT.FDCWD, calls.path('rename', to), 0);
    },

    symlink(target: string, path: string): void {
      calls.call('symlink', path, calls.path('symlink', target), AT.FDCWD, calls.path('symlink', path));
    },

    link(existing: string, path: string): void {
      calls.call('link', existing, AT.FDCWD, calls.path('link', existing), AT.FDCWD, calls.path('link', path), 0);
    },

    readlink(path: string): string {
      const buffer = new Uint8Array(4096);
      const n = calls.call('readlink', path, AT.FDCWD, calls.path('readlink', path), buffer);
      return toText(buffer.subarray(0, n));
    },

    chmod(path: string, mode: number): void {
      calls.call('chmod', path, AT.FDCWD, calls.path('chmod', path), mode, 0);
    },

    chown(path: string, uid: number, gid: number): void {
      calls.call('chown', path, AT.FDCWD, calls.path('chown', path), uid, gid, 0);
    },

    truncate(path: string, length = 0): void {
      calls.call('truncate', path, calls.path('truncate', path), length);
    },

    /** Set the times of access and change, in milliseconds since the epoch. */
    utimes(path: string, atimeMs: number, mtimeMs: number): void {
      calls.call('utimens', path, AT.FDCWD, calls.path('utimens', path), ...time(atimeMs), ...time(mtimeMs), 0);
    },

    fsync(fd: number): void {
      calls.call('fsync', undefined, fd, 0);
    },
  };
  return files;
};
