// What the file system suite speaks to: the calls of a Unix process on files, as one process makes them. Implemented
// over a Vfs (fs-vfs.ts) and over the real system (fs-node.ts), which is the control: a case that does not hold there
// is wrong. Text in, text out: names are UTF-8 here, but for `raw`.

import type { Errno } from '../../abi/errno.ts';
import { SysError } from '../../abi/errno.ts';
import type { Awaitable } from '../../kernel/vfs/flow.ts';

export interface FileStatus {
  readonly dev: number;
  readonly ino: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly size: number;
  readonly blocks: number;
  /** Nanoseconds since the epoch. */
  readonly atime: bigint;
  readonly mtime: bigint;
  readonly ctime: bigint;
}

/** Fails with SysError. */
export interface FsSystem {
  /** Some systems lack what a case needs: see FsCase.needs. */
  readonly has: ReadonlySet<Need>;
  /** Flags: O of the ABI. */
  open(path: string, flags: number, mode?: number): Awaitable<number>;
  close(fd: number): Awaitable<void>;
  pread(fd: number, length: number, offset: number): Awaitable<Uint8Array>;
  pwrite(fd: number, bytes: Uint8Array, offset: number): Awaitable<number>;
  /** At the end: the descriptor has O_APPEND. */
  append(fd: number, bytes: Uint8Array): Awaitable<number>;
  ftruncate(fd: number, length: number): Awaitable<void>;
  fsync(fd: number): Awaitable<void>;
  fstat(fd: number): Awaitable<FileStatus>;
  fchmod(fd: number, mode: number): Awaitable<void>;
  fchown(fd: number, uid: number, gid: number): Awaitable<void>;
  /** Names without `.` and `..`, in any order. */
  readdir(path: string): Awaitable<readonly string[]>;
  stat(path: string): Awaitable<FileStatus>;
  lstat(path: string): Awaitable<FileStatus>;
  access(path: string, mode: number): Awaitable<void>;
  mkdir(path: string, mode?: number): Awaitable<void>;
  mkfifo(path: string, mode?: number): Awaitable<void>;
  rmdir(path: string): Awaitable<void>;
  unlink(path: string): Awaitable<void>;
  link(from: string, to: string): Awaitable<void>;
  symlink(target: string, path: string): Awaitable<void>;
  readlink(path: string): Awaitable<string>;
  rename(from: string, to: string): Awaitable<void>;
  /** renameat2 with RENAME flags. */
  rename2(from: string, to: string, flags: number): Awaitable<void>;
  truncate(path: string, length: number): Awaitable<void>;
  chmod(path: string, mode: number): Awaitable<void>;
  chown(path: string, uid: number, gid: number): Awaitable<void>;
  lchown(path: string, uid: number, gid: number): Awaitable<void>;
  /** Nanoseconds since the epoch. */
  utimes(path: string, atime: bigint, mtime: bigint): Awaitable<void>;
  chdir(path: string): Awaitable<void>;
  getcwd(): Awaitable<string>;
  umask(mask: number): Awaitable<number>;
  /** Do something with other credentials; the group is the only one. */
  as<T>(uid: number, gid: number, act: () => Awaitable<T>): Promise<T>;
}

export type Need =
  /** Can change its credentials. */
  | 'credentials'
  /** Has `mkfifo`. */
  | 'fifo'
  /** Has `rename2`. */
  | 'rename2'
  /** Its calls are those of the system; node:fs changes negative lengths and times, and asks access(2) by real ids. */
  | 'exact';

export interface FsCase {
  readonly name: string;
  readonly needs?: readonly Need[];
  /** Runs in an empty directory, as uid 0, with umask 022. */
  run(fs: FsSystem): Promise<void>;
}

export const check = (holds: boolean, message: string): void => {
  if (!holds) throw new Error(message);
};

export const equal = (actual: unknown, expected: unknown, what: string): void => {
  const show = (value: unknown): string =>
    JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? `${v}n` : v)) ?? 'undefined';
  if (show(actual) !== show(expected)) throw new Error(`${what}: ${show(actual)}, expected ${show(expected)}`);
};

/** The act must fail with this errno. */
export const fails = async (errno: Errno, act: () => Awaitable<unknown>, what: string): Promise<void> => {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    equal(error.errno, errno, what);
    return;
  }
  throw new Error(`${what}: succeeded, expected ${errno}`);
};

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);
export const untext = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Bytes that differ from place to place. */
export const pattern = (length: number, seed = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7 + seed) & 0xff);
