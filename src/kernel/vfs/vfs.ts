// The virtual file system: one tree of names over the mounted file systems, with the rules of path_resolution(7).
// This commit fixes the signatures; the body follows.

import type { StructOf } from '../../abi/layout.ts';
import type { Attributes, Caller, Entry, FileSystem } from './filesystem.ts';
import type { Awaitable } from './flow.ts';
import type { Mount, Node } from './node.ts';

export type { Mount } from './node.ts';
export { Node } from './node.ts';

export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** On whose behalf a path is resolved. A task is one. */
export interface Context {
  readonly root: Node;
  readonly cwd: Node;
  readonly cred: Credentials;
  readonly umask: number;
  /** Handed to file systems that ask who is calling (procfs). */
  readonly caller?: Caller;
}

export type Stat = StructOf<'stat'>;
export type Statfs = StructOf<'statfs'>;

/** A file just opened; the caller holds the node and releases it. */
export interface Opened {
  readonly node: Node;
  readonly attributes: Attributes;
  readonly created: boolean;
}

export interface MountOptions {
  readonly source?: string;
  readonly readOnly?: boolean;
}

/** Seconds and nanoseconds, or UTIME.NOW / UTIME.OMIT as the nanoseconds. */
export interface TimeSpec {
  readonly sec: number;
  readonly nsec: number;
}

/**
 * Paths are byte strings. `at` is where a relative one starts: the working directory, or an open directory.
 * Operations on a node (fstat, fchmod, ...) take one that the caller holds.
 */
export declare class Vfs {
  /** Mounts `fs` as the root. */
  constructor(fs: FileSystem, options?: MountOptions);

  /** The root of the tree. Holders other than the VFS itself `retain` it. */
  readonly root: Node;

  /** Mount over a directory. ENOTDIR, EBUSY when something is mounted there, and the errors of the path. */
  mount(path: string, fs: FileSystem, options?: MountOptions): Awaitable<Mount>;
  /** EINVAL when nothing is mounted there, EBUSY when something is mounted below. */
  unmount(path: string): Awaitable<void>;
  /** All mounts, in the order of mounting: for /proc/mounts. */
  mounts(): readonly Mount[];

  // --- open and directories
  /** open(2). Directories, devices, FIFOs and (with O_PATH) links too: the caller sees by the mode what it got. */
  open(ctx: Context, at: Node, path: string, flags: number, mode: number): Awaitable<Opened>;
  /** The directory of a path, to become a working directory: held by the caller. ENOTDIR, EACCES without search. */
  openDirectory(ctx: Context, at: Node, path: string): Awaitable<Node>;
  /** May the context search (and so enter) this directory? ENOTDIR, EACCES. */
  checkEnter(ctx: Context, node: Node): Awaitable<void>;
  /** getcwd(2): as seen from the root of the context. ENOENT when it was removed or is out of reach. */
  pathOf(ctx: Context, node: Node): Awaitable<string>;
  /** Entries behind a cookie (0: the start), `.` and `..` included. */
  readdir(node: Node, cookie: number, max: number): Awaitable<readonly Entry[]>;

  // --- by path
  /** fstatat(2). Flags: AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH. */
  stat(ctx: Context, at: Node, path: string, flags: number): Awaitable<Stat>;
  /** access(2) with the credentials of the context. `mode`: ACCESS bits. */
  access(ctx: Context, at: Node, path: string, mode: number, flags: number): Awaitable<void>;
  readlink(ctx: Context, at: Node, path: string): Awaitable<string>;
  symlink(ctx: Context, target: string, at: Node, path: string): Awaitable<void>;
  /** linkat(2). Flags: AT_SYMLINK_FOLLOW, AT_EMPTY_PATH. */
  link(ctx: Context, oldAt: Node, oldPath: string, newAt: Node, newPath: string, flags: number): Awaitable<void>;
  unlink(ctx: Context, at: Node, path: string): Awaitable<void>;
  rmdir(ctx: Context, at: Node, path: string): Awaitable<void>;
  /** renameat2(2). Flags: RENAME. */
  rename(ctx: Context, oldAt: Node, oldPath: string, newAt: Node, newPath: string, flags: number): Awaitable<void>;
  mkdir(ctx: Context, at: Node, path: string, mode: number): Awaitable<void>;
  mknod(ctx: Context, at: Node, path: string, mode: number, rdev: number): Awaitable<void>;
  /** Flags: AT_SYMLINK_NOFOLLOW. */
  chmod(ctx: Context, at: Node, path: string, mode: number, flags: number): Awaitable<void>;
  /** 0xffffffff leaves an id as it is. Flags: AT_SYMLINK_NOFOLLOW. */
  chown(ctx: Context, at: Node, path: string, uid: number, gid: number, flags: number): Awaitable<void>;
  utimens(ctx: Context, at: Node, path: string, atime: TimeSpec, mtime: TimeSpec, flags: number): Awaitable<void>;
  truncate(ctx: Context, path: string, length: number): Awaitable<void>;
  statfs(ctx: Context, path: string): Awaitable<Statfs>;

  // --- by node
  fstat(node: Node): Awaitable<Stat>;
  fchmod(ctx: Context, node: Node, mode: number): Awaitable<void>;
  fchown(ctx: Context, node: Node, uid: number, gid: number): Awaitable<void>;
  futimens(ctx: Context, node: Node, atime: TimeSpec, mtime: TimeSpec): Awaitable<void>;
  /** The caller has checked that the file is open for writing. */
  ftruncate(node: Node, length: number): Awaitable<void>;
  fstatfs(node: Node): Awaitable<Statfs>;
  /** Everything, on all file systems. For one file: `node.fs.sync(node.ino)`. */
  sync(): Awaitable<void>;
}
