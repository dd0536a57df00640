// The mount table: which file system is where in the tree, and what follows from that: directory listings with `.` and
// `..`, and the path of a directory across mounts. A mount covers a directory of another one and keeps it open.

import { SysError } from '../../abi/errno.ts';
import { isDirectory, S } from '../../abi/file.ts';
import { Changes } from './changes.ts';
import type { Entry, FileSystem, Ino } from './filesystem.ts';
import { type Flow, wait } from './flow.ts';
import { Mount, Node } from './node.ts';
import { check, MAY } from './permission.ts';
import { type Context, existing, join } from './resolve.ts';

export interface MountOptions {
  /** First column of /proc/mounts; the type of the file system by default. */
  readonly source?: string;
  readonly readOnly?: boolean;
  /** st_dev of what is on it, when it is not to have one of its own. */
  readonly dev?: number;
  /** What /proc/mounts says of it besides. */
  readonly options?: readonly string[];
}

/** Cookies of readdir: `.` and `..` come first, those of the file system are moved behind them. */
const BEHIND_DOT = 1;
const BEHIND_DOTS = 2;

export class Mounts {
  readonly root: Node;
  readonly changes = new Changes();
  private readonly mounted: Mount[] = [];
  private nextDev = 1;

  constructor(fs: FileSystem, options: MountOptions) {
    this.root = new Node(this.attach(fs, '/', undefined, options), fs.rootIno, '/');
  }

  private attach(fs: FileSystem, path: string, covers: Node | undefined, options: MountOptions): Mount {
    const mount = new Mount({
      dev: options.dev ?? this.nextDev++,
      fs,
      source: options.source ?? fs.type,
      path,
      readOnly: fs.readOnly || options.readOnly === true,
      covers,
      options: options.options ?? [],
      changes: this.changes,
    });
    this.mounted.push(mount);
    covers?.mount.children.set(covers.ino, mount);
    return mount;
  }

  /** With the powers of uid 0, from the root of everything. */
  private get context(): Context {
    const { root } = this;
    return { root, cwd: root, cred: { uid: 0, gid: 0, groups: [] }, umask: 0 };
  }

  list(): readonly Mount[] {
    return this.mounted;
  }

  *mount(path: string, fs: FileSystem, options: MountOptions): Flow<Mount> {
    const directory = yield* this.openDirectory(this.context, this.root, path);
    const taken = directory.ino === directory.fs.rootIno || directory.mount.children.has(directory.ino);
    if (taken) {
      directory.release();
      throw new SysError('EBUSY', path);
    }
    return this.attach(fs, directory.path, directory, options);
  }

  *unmount(path: string): Flow<void> {
    const { mount, ino } = yield* existing(this.context, this.root, path, 'follow');
    if (mount.covers === undefined || ino !== mount.fs.rootIno) throw new SysError('EINVAL', path);
    if (mount.children.size > 0) throw new SysError('EBUSY', path);
    this.detach(mount);
  }

  /** Take a mount out of the tree. Who still holds nodes of it goes on using them. */
  detach(mount: Mount): void {
    const at = this.mounted.indexOf(mount);
    const { covers } = mount;
    if (at < 0 || covers === undefined) return;
    covers.mount.children.delete(covers.ino);
    this.mounted.splice(at, 1);
    covers.release();
  }

  *openDirectory(ctx: Context, at: Node, path: string): Flow<Node> {
    const { mount, ino, path: known, parent, attributes } = yield* existing(ctx, at, path, 'follow');
    if (!isDirectory(attributes.mode)) throw new SysError('ENOTDIR');
    check(ctx.cred, attributes, MAY.EXEC);
    return new Node(mount, yield* wait(mount.fs.open(ino, ctx.caller)), known, parent);
  }

  /** From the root of everything. */
  private *absolute(node: Node): Flow<string> {
    const names: string[] = [];
    for (let place: Node | undefined = node; place !== undefined; place = place.mount.covers) {
      names.unshift(...(yield* wait(place.fs.namesTo(place.ino))));
    }
    return `/${names.join('/')}`;
  }

  *pathOf(ctx: Context, node: Node): Flow<string> {
    const path = yield* this.absolute(node);
    const { root } = ctx;
    if (root.mount === this.root.mount && root.ino === this.root.ino) return path;
    const top = yield* this.absolute(root);
    if (path === top) return '/';
    if (!path.startsWith(join(top, ''))) throw new SysError('ENOENT');
    return path.slice(top === '/' ? 0 : top.length);
  }

  /** A directory that was removed has nothing, not even dots: POSIX's readdir wants an end, not an error. */
  *readdir(node: Node, cookie: number, max: number): Flow<readonly Entry[]> {
    const { fs, ino } = node;
    const entries: Entry[] = [];
    if (cookie < BEHIND_DOTS) {
      const parent = yield* this.above(node);
      if (parent === undefined) return [];
      const dots = [
        { name: '.', ino, mode: S.IFDIR, cookie: BEHIND_DOT },
        { name: '..', ino: parent, mode: S.IFDIR, cookie: BEHIND_DOTS },
      ];
      entries.push(...dots.slice(cookie, cookie + max));
    }
    if (entries.length >= max) return entries;
    const listed = yield* wait(fs.readdir(ino, Math.max(0, cookie - BEHIND_DOTS), max - entries.length));
    for (const entry of listed) entries.push({ ...entry, cookie: entry.cookie + BEHIND_DOTS });
    return entries;
  }

  /** The inode of a directory's parent, across mounts; undefined when the directory was removed. */
  private *above(node: Node): Flow<Ino | undefined> {
    const { fs, ino, mount } = node;
    const place = ino === fs.rootIno && mount.covers !== undefined ? mount.covers : node;
    try {
      return (yield* wait(place.fs.parentOf(place.ino))).ino;
    } catch (error) {
      if (error instanceof SysError && error.errno === 'ENOENT') return undefined;
      throw error;
    }
  }
}
