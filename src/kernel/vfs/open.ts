// open(2): which errors, in which order, and what it may create or cut. What the open file then does with the node (a
// device, a FIFO, a directory) is the caller's affair; O_APPEND and O_NONBLOCK are as well.

import { SysError } from '../../abi/errno.ts';
import { isDirectory, isRegular, isSymlink, O, S } from '../../abi/file.ts';
import { IN } from '../../abi/inotify.ts';
import { type Attributes, type Ino, snapshot } from './filesystem.ts';
import { type Flow, wait } from './flow.ts';
import { makeInode } from './make.ts';
import { Node } from './node.ts';
import { checkAccess, checkWritable, isOwner, MAY } from './permission.ts';
import { type Context, type Found, find, join, type Spot } from './resolve.ts';

/** A file just opened; the caller holds the node and releases it. */
export interface Opened {
  readonly node: Node;
  readonly attributes: Attributes;
  readonly created: boolean;
  /** Was cut to nothing by O_TRUNC. */
  readonly cut: boolean;
}

/** Tell of an opening that is not for a look only. Its end is told by the holder: IN_CLOSE_WRITE, IN_CLOSE_NOWRITE. */
export const tellOpened = ({ node, attributes, cut }: Opened): void => {
  node.changed(attributes.mode, IN.OPEN);
  if (cut) node.changed(attributes.mode, IN.MODIFY);
};

const WANTED: Readonly<Record<number, number>> = {
  [O.RDONLY]: MAY.READ,
  [O.WRONLY]: MAY.WRITE,
  [O.RDWR]: MAY.READ | MAY.WRITE,
  [O.ACCMODE]: MAY.READ | MAY.WRITE,
};

export function* open(ctx: Context, at: Node, path: string, flags: number, mode: number): Flow<Opened> {
  if ((flags & O.PATH) !== 0) return yield* openPath(ctx, at, path, flags);
  const create = (flags & O.CREAT) !== 0;
  if (create && (flags & O.DIRECTORY) !== 0) throw new SysError('EINVAL');
  const exclusive = create && (flags & O.EXCL) !== 0;
  if (create && path.endsWith('/')) return yield* refuseSlash(ctx, at, path, exclusive);
  const nofollow = exclusive || (flags & O.NOFOLLOW) !== 0;
  const found = yield* find(ctx, at, path, nofollow ? 'nofollow' : 'follow', true);
  if (found.target === undefined) {
    if (!create) throw new SysError('ENOENT');
    return yield* createFile(ctx, found, flags, mode);
  }
  const { target } = found;
  return yield* taking(found, function* () {
    if (exclusive) throw new SysError('EEXIST');
    if (create && isDirectory(target.attributes.mode)) throw new SysError('EISDIR');
    checkOpen(ctx, target, flags);
    const cut = (flags & O.TRUNC) !== 0 && isRegular(target.attributes.mode) && target.attributes.size > 0;
    const attributes = cut ? yield* wait(target.mount.fs.setattr(target.ino, { size: 0 })) : target.attributes;
    return { node: yield* hold(ctx, target, found.opened), attributes: snapshot(attributes), created: false, cut };
  });
}

/** A path to create that ends with a slash: never succeeds, but the directories before it are resolved first. */
function* refuseSlash(ctx: Context, at: Node, path: string, exclusive: boolean): Flow<never> {
  const { target } = yield* find(ctx, at, path, 'name');
  throw new SysError(exclusive && target !== undefined ? 'EEXIST' : 'EISDIR');
}

function* openPath(ctx: Context, at: Node, path: string, flags: number): Flow<Opened> {
  const last = (flags & O.NOFOLLOW) !== 0 ? 'nofollow' : 'follow';
  const found = yield* find(ctx, at, path, last, true);
  const { target } = found;
  if (target === undefined) throw new SysError('ENOENT');
  return yield* taking(found, function* () {
    if ((flags & O.DIRECTORY) !== 0 && !isDirectory(target.attributes.mode)) throw new SysError('ENOTDIR');
    const attributes = snapshot(target.attributes);
    return { node: yield* hold(ctx, target, found.opened), attributes, created: false, cut: false };
  });
}

/** What was opened on the way is let go when the rest fails. */
function* taking(found: Found, rest: () => Flow<Opened>): Flow<Opened> {
  try {
    return yield* rest();
  } catch (error) {
    if (found.opened !== undefined) found.target?.mount.fs.release(found.opened);
    throw error;
  }
}

/** Everything that can be wrong with opening what exists. */
const checkOpen = (ctx: Context, { mount, attributes }: Spot, flags: number): void => {
  const { mode } = attributes;
  const writes = (flags & O.ACCMODE) !== O.RDONLY;
  if ((flags & O.DIRECTORY) !== 0 && !isDirectory(mode)) throw new SysError('ENOTDIR');
  if (isSymlink(mode)) throw new SysError('ELOOP');
  const truncates = (flags & O.TRUNC) !== 0 && (mode & S.IFMT) !== S.IFIFO && (mode & S.IFMT) !== S.IFSOCK;
  if (isDirectory(mode) && (writes || truncates)) throw new SysError('EISDIR');
  const wanted = (WANTED[flags & O.ACCMODE] ?? 0) | (truncates ? MAY.WRITE : 0);
  checkAccess(ctx.cred, mount, attributes, wanted);
  if ((flags & O.NOATIME) !== 0 && !isOwner(ctx.cred, attributes)) throw new SysError('EPERM');
  if ((mode & S.IFMT) === S.IFSOCK) throw new SysError('ENXIO');
};

/** A node for the target: with the opening that the walk brought, or one of its own. */
function* hold(ctx: Context, target: Spot, opened: Ino | undefined): Flow<Node> {
  const ino = opened ?? (yield* wait(target.mount.fs.open(target.ino, ctx.caller)));
  return new Node(target.mount, ino, target.path, target.parent);
}

function* createFile(ctx: Context, found: Found, flags: number, mode: number): Flow<Opened> {
  const { parent, name } = found;
  const { mount } = parent;
  checkWritable(mount);
  const what = makeInode(ctx, parent, S.IFREG | (mode & 0o7777));
  const exclusive = (flags & O.EXCL) !== 0;
  const { attributes, created } = yield* wait(mount.fs.create(parent.ino, name, what, { exclusive, open: true }));
  const node = new Node(mount, attributes.ino, join(parent.path, name), parent.ino);
  if (created) {
    mount.changes.named(mount.fs, parent.ino, name, attributes.mode, IN.CREATE);
    return { node, attributes: snapshot(attributes), created, cut: false };
  }
  // Somebody else made the name since it was looked for: what there is now is to be opened by the rules.
  node.release();
  throw new SysError('ESTALE');
}
