// Calls that make, remove and move names: mkdir(2), mknod(2), symlink(2), link(2), unlink(2), rmdir(2), rename(2).
//
// Each resolves the last name without following it, then judges in the order of Linux's fs/namei.c: what is wrong with
// the name, then the mount, then permission, then what only the file system can decide.

import { SysError } from '../../abi/errno.ts';
import { AT, isDirectory, LIMITS, RENAME, S } from '../../abi/file.ts';
import { IN } from '../../abi/inotify.ts';
import type { Attributes, NewInode } from './filesystem.ts';
import { type Flow, wait } from './flow.ts';
import { makeInode } from './make.ts';
import type { Mount, Node } from './node.ts';
import { check, checkRemoval, checkWritable, MAY } from './permission.ts';
import { type Context, existing, type Found, find, type Spot } from './resolve.ts';

const DOTS: ReadonlySet<string> = new Set(['/', '.', '..']);

/** A name that does not exist yet, in a directory where it may be made. EEXIST, ENOENT, EROFS. */
function* fresh(ctx: Context, at: Node, path: string, isDir: boolean): Flow<Found> {
  const found = yield* find(ctx, at, path, 'name');
  if (found.target !== undefined) throw new SysError('EEXIST');
  if (found.slash && !isDir) throw new SysError('ENOENT');
  checkWritable(found.parent.mount);
  return found;
}

function* make({ parent, name }: Found, what: NewInode): Flow<void> {
  const { fs, changes } = parent.mount;
  yield* wait(fs.create(parent.ino, name, what, { exclusive: true, open: false }));
  changes.named(fs, parent.ino, name, what.mode, IN.CREATE);
}

export function* mkdir(ctx: Context, at: Node, path: string, mode: number): Flow<void> {
  const found = yield* fresh(ctx, at, path, true);
  yield* make(found, makeInode(ctx, found.parent, S.IFDIR | (mode & 0o1777)));
}

export function* mknod(ctx: Context, at: Node, path: string, mode: number, rdev: number): Flow<void> {
  const type = mode & S.IFMT || S.IFREG;
  if (type === S.IFDIR) throw new SysError('EPERM');
  if (![S.IFREG, S.IFIFO, S.IFSOCK, S.IFCHR, S.IFBLK].some((t) => t === type)) throw new SysError('EINVAL');
  const found = yield* fresh(ctx, at, path, false);
  const what = makeInode(ctx, found.parent, type | (mode & 0o7777));
  const isDevice = type === S.IFCHR || type === S.IFBLK;
  if (isDevice && ctx.cred.uid !== 0) throw new SysError('EPERM');
  yield* make(found, isDevice ? { ...what, rdev } : what);
}

export function* symlink(ctx: Context, target: string, at: Node, path: string): Flow<void> {
  if (target === '') throw new SysError('ENOENT');
  if (target.length >= LIMITS.PATH_MAX) throw new SysError('ENAMETOOLONG');
  const found = yield* fresh(ctx, at, path, false);
  yield* make(found, { ...makeInode(ctx, found.parent, S.IFLNK | 0o777), target });
}

export function* link(
  ctx: Context,
  oldAt: Node,
  oldPath: string,
  newAt: Node,
  newPath: string,
  flags: number,
): Flow<void> {
  if ((flags & ~AT.SYMLINK_FOLLOW) !== 0) throw new SysError('EINVAL');
  const old = yield* existing(ctx, oldAt, oldPath, (flags & AT.SYMLINK_FOLLOW) !== 0 ? 'follow' : 'nofollow');
  const { parent, name } = yield* fresh(ctx, newAt, newPath, false);
  if (old.mount !== parent.mount) throw new SysError('EXDEV');
  check(ctx.cred, parent.attributes, MAY.WRITE | MAY.EXEC);
  if (isDirectory(old.attributes.mode)) throw new SysError('EPERM');
  const { fs, changes } = parent.mount;
  yield* wait(fs.link(old.ino, parent.ino, name));
  changes.self(fs, old.ino, IN.ATTRIB);
  changes.named(fs, parent.ino, name, old.attributes.mode, IN.CREATE);
}

export function* unlink(ctx: Context, at: Node, path: string): Flow<void> {
  const { parent, name, slash, target } = yield* find(ctx, at, path, 'name');
  if (DOTS.has(name)) throw new SysError('EISDIR');
  checkWritable(parent.mount);
  if (target === undefined) throw new SysError('ENOENT');
  const isDir = isDirectory(target.attributes.mode);
  if (slash) throw new SysError(isDir ? 'EISDIR' : 'ENOTDIR');
  checkRemoval(ctx.cred, parent.attributes, target.attributes);
  if (isDir) throw new SysError('EISDIR');
  const { mode } = target.attributes;
  yield* removed(parent, name, { ino: target.ino, mode }, wait(parent.mount.fs.unlink(parent.ino, name)));
}

/** Take a name away, and tell it. */
function* removed(
  { mount, ino: dir }: Spot,
  name: string,
  victim: Pick<Attributes, 'ino' | 'mode'>,
  removal: Flow<void>,
): Flow<void> {
  const { fs, changes } = mount;
  yield* removal;
  if (!changes.active) return;
  yield* changes.unnamed(fs, victim);
  changes.named(fs, dir, name, victim.mode, IN.DELETE);
}

const RMDIR_DOTS = { '/': 'EBUSY', '.': 'EINVAL', '..': 'ENOTEMPTY' } as const;

export function* rmdir(ctx: Context, at: Node, path: string): Flow<void> {
  const { parent, name, target, covered } = yield* find(ctx, at, path, 'name');
  if (DOTS.has(name)) throw new SysError(RMDIR_DOTS[name as keyof typeof RMDIR_DOTS]);
  checkWritable(parent.mount);
  if (target === undefined) throw new SysError('ENOENT');
  checkRemoval(ctx.cred, parent.attributes, target.attributes);
  if (!isDirectory(target.attributes.mode)) throw new SysError('ENOTDIR');
  if (covered) throw new SysError('EBUSY');
  const { mode } = target.attributes;
  yield* removed(parent, name, { ino: target.ino, mode }, wait(parent.mount.fs.rmdir(parent.ino, name)));
}

export function* rename(
  ctx: Context,
  oldAt: Node,
  oldPath: string,
  newAt: Node,
  newPath: string,
  flags: number,
): Flow<void> {
  const noReplace = (flags & RENAME.NOREPLACE) !== 0;
  const exchange = (flags & RENAME.EXCHANGE) !== 0;
  if ((flags & ~(RENAME.NOREPLACE | RENAME.EXCHANGE)) !== 0 || (noReplace && exchange)) throw new SysError('EINVAL');
  const from = yield* find(ctx, oldAt, oldPath, 'name');
  const to = yield* find(ctx, newAt, newPath, 'name');
  const { mount } = from.parent;
  if (mount !== to.parent.mount) throw new SysError('EXDEV');
  if (DOTS.has(from.name)) throw new SysError('EBUSY');
  if (DOTS.has(to.name)) throw new SysError(noReplace ? 'EEXIST' : 'EBUSY');
  checkWritable(mount);
  const source = from.target;
  if (source === undefined) throw new SysError('ENOENT');
  if (noReplace && to.target !== undefined) throw new SysError('EEXIST');
  if (exchange) checkExchange(to);
  const movesDirectory = isDirectory(source.attributes.mode);
  if (!movesDirectory && (from.slash || (to.slash && !exchange))) throw new SysError('ENOTDIR');
  if (source.ino === to.target?.ino) return;
  checkRemoval(ctx.cred, from.parent.attributes, source.attributes);
  checkTarget(ctx, to, movesDirectory, exchange);
  // `..` of a directory that moves is written: its own permission counts.
  const across = from.parent.ino !== to.parent.ino;
  if (across) checkDotDot(ctx, source);
  if (across && exchange && to.target !== undefined) checkDotDot(ctx, to.target);
  if (from.covered || to.covered) throw new SysError('EBUSY');
  // Attributes may be those of the live inode: what is told is remembered first.
  const moved = { ino: source.ino, mode: source.attributes.mode };
  const other = to.target && { ino: to.target.ino, mode: to.target.attributes.mode };
  yield* wait(mount.fs.rename(from.parent.ino, from.name, to.parent.ino, to.name, flags));
  if (!mount.changes.active) return;
  yield* tellRename(mount, from, to, { moved, other, exchange });
}

interface Renamed {
  readonly moved: Pick<Attributes, 'ino' | 'mode'>;
  /** What the new name led to. */
  readonly other: Pick<Attributes, 'ino' | 'mode'> | undefined;
  readonly exchange: boolean;
}

/** In the order of Linux's fsnotify_move. */
function* tellRename({ fs, changes }: Mount, from: Found, to: Found, { moved, other, exchange }: Renamed): Flow<void> {
  const here = { fs, dir: from.parent.ino, name: from.name };
  const there = { fs, dir: to.parent.ino, name: to.name };
  changes.moved(here, there, moved.mode);
  if (other !== undefined && !exchange && !isDirectory(other.mode)) changes.self(fs, other.ino, IN.ATTRIB);
  changes.self(fs, moved.ino, IN.MOVE_SELF);
  if (other === undefined) return;
  if (exchange) {
    changes.moved(there, here, other.mode);
    changes.self(fs, other.ino, IN.MOVE_SELF);
  } else yield* changes.gone(fs, other.ino);
}

const checkExchange = ({ target, slash }: Found): void => {
  if (target === undefined) throw new SysError('ENOENT');
  if (slash && !isDirectory(target.attributes.mode)) throw new SysError('ENOTDIR');
};

const checkTarget = (ctx: Context, { parent, target }: Found, movesDirectory: boolean, exchange: boolean): void => {
  if (target === undefined) {
    check(ctx.cred, parent.attributes, MAY.WRITE | MAY.EXEC);
    return;
  }
  checkRemoval(ctx.cred, parent.attributes, target.attributes);
  if (exchange) return;
  const replacesDirectory = isDirectory(target.attributes.mode);
  if (movesDirectory && !replacesDirectory) throw new SysError('ENOTDIR');
  if (!movesDirectory && replacesDirectory) throw new SysError('EISDIR');
};

const checkDotDot = (ctx: Context, moved: Spot): void => {
  if (isDirectory(moved.attributes.mode)) check(ctx.cred, moved.attributes, MAY.WRITE);
};
