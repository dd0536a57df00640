// The virtual file system: one tree of names over the mounted file systems, with the rules of path_resolution(7).
//
// Paths are byte strings. `at` is where a relative one starts: the working directory, or an open directory. Each call
// answers at once when the file systems on its way do. Between the look-up of a path and the act, a remote file system
// may change under another tab: the act is then decided by the file system, atomically, and an inode that is gone
// (ESTALE) makes the call start again from the path.

import { SysError } from '../../abi/errno.ts';
import { ACCESS, AT, isDirectory, isSymlink, LIMITS, S } from '../../abi/file.ts';
import { IN } from '../../abi/inotify.ts';
import type { StructOf } from '../../abi/layout.ts';
import type { TimeSpec } from './attributes.ts';
import * as attributes from './attributes.ts';
import type { Changes } from './changes.ts';
import { type Attributes, type Entry, type FileSystem, type Ino, snapshot } from './filesystem.ts';
import { type Awaitable, chain, type Flow, run, wait } from './flow.ts';
import { type MountOptions, Mounts } from './mounts.ts';
import * as names from './names.ts';
import type { Mount, Node } from './node.ts';
import { type Opened, open } from './open.ts';
import { check, checkAccess, MAY } from './permission.ts';
import { begin, type Context, existing, type Spot, spotOf } from './resolve.ts';

export type { TimeSpec } from './attributes.ts';
export type { MountOptions } from './mounts.ts';
export { Mount, Node } from './node.ts';
export type { Opened } from './open.ts';
export type { Credentials } from './permission.ts';
export type { Context } from './resolve.ts';

export type Stat = StructOf<'stat'>;
export type Statfs = StructOf<'statfs'>;

const BLOCK_SIZE = 4096;
const ST_RDONLY = 1;

const toStat = (mount: Mount, inode: Attributes): Stat => ({ dev: mount.dev, blksize: BLOCK_SIZE, ...snapshot(inode) });

/** How often a path is resolved anew when what it named has vanished before it could be used. */
const TRIES = 8;

function* retried<R>(attempt: () => Flow<R>): Flow<R> {
  for (let i = 1; ; i++) {
    try {
      return yield* attempt();
    } catch (error) {
      if (!(error instanceof SysError) || error.errno !== 'ESTALE') throw error;
      if (i === TRIES) throw new SysError('ENOENT');
    }
  }
}

export class Vfs {
  private readonly table: Mounts;
  /** A tree, mounted nowhere, for file systems that end with the machine: see station/mounter.ts. */
  scratch: FileSystem | undefined;

  /** Mounts `fs` as the root. */
  constructor(fs: FileSystem, options: MountOptions = {}) {
    this.table = new Mounts(fs, options);
  }

  /** Told of all that is done to files. */
  get changes(): Changes {
    return this.table.changes;
  }

  /** The root of the tree. Holders other than the VFS itself retain it. */
  get root(): Node {
    return this.table.root;
  }

  /** Mount over a directory. ENOTDIR, EBUSY when something is mounted there, and the errors of the path. */
  mount(path: string, fs: FileSystem, options: MountOptions = {}): Awaitable<Mount> {
    return run(this.table.mount(path, fs, options));
  }

  /** EINVAL when nothing is mounted there, EBUSY when something is mounted below. */
  unmount(path: string): Awaitable<void> {
    return run(this.table.unmount(path));
  }

  /** Take a mount out of the tree, whoever uses it. */
  detach(mount: Mount): void {
    this.table.detach(mount);
  }

  /** All mounts, in the order of mounting: for /proc/mounts. */
  mounts(): readonly Mount[] {
    return this.table.list();
  }

  // --- open files and directories ----------------------------------------------------------------------------------

  /** open(2). Directories, devices, FIFOs and (with O_PATH) links too: the caller sees by the mode what it got. */
  open(ctx: Context, at: Node, path: string, flags: number, mode: number): Awaitable<Opened> {
    return run(retried(() => open(ctx, at, path, flags, mode)));
  }

  /** The directory of a path, to become a working directory: the caller holds it. ENOTDIR, EACCES without search. */
  openDirectory(ctx: Context, at: Node, path: string): Awaitable<Node> {
    return run(retried(() => this.table.openDirectory(ctx, at, path)));
  }

  /** May the context make this its working directory? ENOTDIR, EACCES. */
  checkEnter(ctx: Context, node: Node): Awaitable<void> {
    return this.onNode(node, (spot) => {
      if (!isDirectory(spot.attributes.mode)) throw new SysError('ENOTDIR');
      check(ctx.cred, spot.attributes, MAY.EXEC);
    });
  }

  /** getcwd(2): as seen from the root of the context. ENOENT when it was removed or is out of reach. */
  pathOf(ctx: Context, node: Node): Awaitable<string> {
    return run(this.table.pathOf(ctx, node));
  }

  /** Entries behind a cookie (0: the start), `.` and `..` included. */
  readdir(node: Node, cookie: number, max: number): Awaitable<readonly Entry[]> {
    return run(this.table.readdir(node, cookie, max));
  }

  // --- by path -----------------------------------------------------------------------------------------------------

  private onPath<R>(
    ctx: Context,
    at: Node,
    path: string,
    last: 'follow' | 'nofollow',
    act: (spot: Spot) => Awaitable<R>,
  ): Awaitable<R> {
    const { now, rest } = begin(ctx, at, path, last);
    const acting = now === undefined ? undefined : act(now);
    if (now !== undefined && !(acting instanceof Promise)) return acting as R;
    const again = function* (): Flow<R> {
      return yield* wait(act(yield* existing(ctx, at, path, last)));
    };
    let attempt = function* (): Flow<R> {
      attempt = again;
      return yield* wait(acting ?? act(yield* rest()));
    };
    return run(retried(() => attempt()));
  }

  private onNode<R>(node: Node, act: (spot: Spot) => Awaitable<R>): Awaitable<R> {
    return run(
      (function* () {
        return yield* wait(act(yield* spotOf(node)));
      })(),
    );
  }

  /** fstatat(2). Flags: AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH. */
  stat(ctx: Context, at: Node, path: string, flags: number): Awaitable<Stat> {
    if (path === '' && (flags & AT.EMPTY_PATH) !== 0) return this.fstat(at);
    return this.onPath(ctx, at, path, lastOf(flags), (spot) => toStat(spot.mount, spot.attributes));
  }

  /** access(2) with the credentials of the context. `mode`: ACCESS bits. Flags: AT_SYMLINK_NOFOLLOW. */
  access(ctx: Context, at: Node, path: string, mode: number, flags: number): Awaitable<void> {
    if ((mode & ~(ACCESS.R_OK | ACCESS.W_OK | ACCESS.X_OK)) !== 0) throw new SysError('EINVAL');
    return this.onPath(ctx, at, path, lastOf(flags), (spot) =>
      checkAccess(ctx.cred, spot.mount, spot.attributes, mode),
    );
  }

  /** What a path leads to, to be watched. ENOTDIR, EACCES without permission to read. */
  watchable(
    ctx: Context,
    path: string,
    options: { readonly follow: boolean; readonly onlyDirectory: boolean },
  ): Awaitable<{ readonly fs: FileSystem; readonly ino: Ino }> {
    return this.onPath(ctx, ctx.cwd, path, options.follow ? 'follow' : 'nofollow', ({ mount, ino, attributes }) => {
      if (options.onlyDirectory && !isDirectory(attributes.mode)) throw new SysError('ENOTDIR');
      check(ctx.cred, attributes, MAY.READ);
      return { fs: mount.fs, ino };
    });
  }

  /** EINVAL when it is no symbolic link. */
  readlink(ctx: Context, at: Node, path: string): Awaitable<string> {
    return this.onPath(ctx, at, path, 'nofollow', ({ mount, ino, attributes: { mode } }) => {
      if (!isSymlink(mode)) throw new SysError('EINVAL');
      return mount.fs.readlink(ino, ctx.caller);
    });
  }

  symlink(ctx: Context, target: string, at: Node, path: string): Awaitable<void> {
    return run(retried(() => names.symlink(ctx, target, at, path)));
  }

  /** linkat(2). Flags: AT_SYMLINK_FOLLOW. */
  link(ctx: Context, oldAt: Node, oldPath: string, newAt: Node, newPath: string, flags: number): Awaitable<void> {
    return run(retried(() => names.link(ctx, oldAt, oldPath, newAt, newPath, flags)));
  }

  unlink(ctx: Context, at: Node, path: string): Awaitable<void> {
    return run(retried(() => names.unlink(ctx, at, path)));
  }

  rmdir(ctx: Context, at: Node, path: string): Awaitable<void> {
    return run(retried(() => names.rmdir(ctx, at, path)));
  }

  /** renameat2(2). Flags: RENAME. */
  rename(ctx: Context, oldAt: Node, oldPath: string, newAt: Node, newPath: string, flags: number): Awaitable<void> {
    return run(retried(() => names.rename(ctx, oldAt, oldPath, newAt, newPath, flags)));
  }

  mkdir(ctx: Context, at: Node, path: string, mode: number): Awaitable<void> {
    return run(retried(() => names.mkdir(ctx, at, path, mode)));
  }

  mknod(ctx: Context, at: Node, path: string, mode: number, rdev: number): Awaitable<void> {
    return run(retried(() => names.mknod(ctx, at, path, mode, rdev)));
  }

  /** Flags: AT_SYMLINK_NOFOLLOW. */
  chmod(ctx: Context, at: Node, path: string, mode: number, flags: number): Awaitable<void> {
    return this.onPath(ctx, at, path, lastOf(flags), (spot) => attributes.chmod(ctx, spot, mode));
  }

  /** 0xffffffff leaves an id as it is. Flags: AT_SYMLINK_NOFOLLOW. */
  chown(ctx: Context, at: Node, path: string, uid: number, gid: number, flags: number): Awaitable<void> {
    return this.onPath(ctx, at, path, lastOf(flags), (spot) => attributes.chown(ctx, spot, uid, gid));
  }

  /** Flags: AT_SYMLINK_NOFOLLOW. */
  utimens(ctx: Context, at: Node, path: string, atime: TimeSpec, mtime: TimeSpec, flags: number): Awaitable<void> {
    return this.onPath(ctx, at, path, lastOf(flags), (spot) => attributes.utimens(ctx, spot, atime, mtime));
  }

  truncate(ctx: Context, path: string, length: number): Awaitable<void> {
    if (length < 0) throw new SysError('EINVAL');
    return this.onPath(ctx, ctx.cwd, path, 'follow', (spot) => attributes.truncate(ctx, spot, length));
  }

  statfs(ctx: Context, path: string): Awaitable<Statfs> {
    return run(
      retried(function* () {
        const { mount } = yield* existing(ctx, ctx.cwd, path, 'follow');
        return yield* wait(statusOf(mount));
      }),
    );
  }

  // --- by node -----------------------------------------------------------------------------------------------------

  fstat(node: Node): Awaitable<Stat> {
    return chain(node.fs.getattr(node.ino), (inode) => toStat(node.mount, inode));
  }

  fchmod(ctx: Context, node: Node, mode: number): Awaitable<void> {
    return this.onNode(node, (spot) => attributes.chmod(ctx, spot, mode));
  }

  fchown(ctx: Context, node: Node, uid: number, gid: number): Awaitable<void> {
    return this.onNode(node, (spot) => attributes.chown(ctx, spot, uid, gid));
  }

  futimens(ctx: Context, node: Node, atime: TimeSpec, mtime: TimeSpec): Awaitable<void> {
    return this.onNode(node, (spot) => attributes.utimens(ctx, spot, atime, mtime));
  }

  /** The caller has checked that the file is open for writing. EINVAL when it is no regular file. */
  ftruncate(node: Node, length: number): Awaitable<void> {
    if (length < 0) throw new SysError('EINVAL');
    return chain(node.fs.setattr(node.ino, { size: length }), () => node.changed(S.IFREG, IN.MODIFY));
  }

  fstatfs(node: Node): Awaitable<Statfs> {
    return statusOf(node.mount);
  }

  /** Everything, on all file systems. For one file: `node.fs.sync(node.ino)`. */
  sync(): Awaitable<void> {
    const { table } = this;
    return run(
      (function* () {
        for (const fs of new Set(table.list().map((mount) => mount.fs))) yield* wait(fs.sync());
      })(),
    );
  }

  /** The path by which a node was opened: for display, without asking any file system. */
  knownPath(node: Node): string {
    return node.path;
  }
}

const lastOf = (flags: number): 'follow' | 'nofollow' => ((flags & AT.SYMLINK_NOFOLLOW) !== 0 ? 'nofollow' : 'follow');

const statusOf = (mount: Mount): Awaitable<Statfs> =>
  chain(mount.fs.statfs(), (status) => ({
    ...status,
    namelen: LIMITS.NAME_MAX,
    flags: mount.readOnly ? ST_RDONLY : 0,
    fsid: mount.dev,
  }));
