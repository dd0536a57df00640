// A file system over a provider of paths (provider.ts): gives paths inode numbers and open files, and keeps the rules that
// the provider need not know.
//
// A path gets its number when it is first seen, and keeps it while it has the name; a number is never given twice. Changes
// are made one after the other, so that looking whether a name exists and making it are one step: as far as this side
// goes, for the owner of the files may change them at any time. A file that loses its name here while it is open lives on by its
// handle, as far as the provider can; one that its owner removes answers ESTALE.

import { type Errno, SysError } from '../../../abi/errno.ts';
import { isDirectory, isRegular, isSymlink, RENAME, S, SEEK } from '../../../abi/file.ts';
import type {
  AttributeChange,
  Attributes,
  Created,
  Entry,
  FileSystem,
  FileSystemStatus,
  Ino,
  NewInode,
  Walk,
} from '../../vfs/filesystem.ts';
import type { PathProvider, PathStat } from './provider.ts';

export interface PathFsOptions {
  /** As in /proc/mounts. */
  readonly type: string;
  readonly readOnly: boolean;
  /** Owner of everything. */
  readonly uid: number;
  readonly gid: number;
}

const ROOT_INO = 1;
/** FUSE_SUPER_MAGIC of statfs(2): the nearest there is. */
const MAGIC = 0x65735546;

class Inode {
  readonly ino: Ino;
  parent: Inode | undefined;
  name: string;
  readonly children = new Map<string, Inode>();
  opens = 0;
  /** Of the provider, since the first read or write. */
  handle: Promise<number> | undefined;
  /** What was last heard of it. */
  known: PathStat | undefined;
  /** Of a directory: what the listing that was begun last goes on with. */
  listing: readonly Entry[] | undefined;

  constructor(ino: Ino, parent: Inode | undefined, name: string) {
    this.ino = ino;
    this.parent = parent;
    this.name = name;
  }

  get path(): string {
    if (this.parent === undefined) return '';
    const above = this.parent.path;
    return above === '' ? this.name : `${above}/${this.name}`;
  }
}

export class PathFs implements FileSystem {
  readonly type: string;
  readonly readOnly: boolean;
  readonly rootIno = ROOT_INO;
  private readonly provider: PathProvider;
  private readonly options: PathFsOptions;
  private readonly inodes = new Map<Ino, Inode>([[ROOT_INO, new Inode(ROOT_INO, undefined, '')]]);
  private lastIno = ROOT_INO;
  /** The last of the changes, one after the other. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(provider: PathProvider, options: PathFsOptions) {
    this.provider = provider;
    this.options = options;
    this.type = options.type;
    this.readOnly = options.readOnly;
  }

  // --- inodes ------------------------------------------------------------------------------------------------------

  private inode(ino: Ino): Inode {
    const inode = this.inodes.get(ino);
    if (inode === undefined || this.isNameless(inode)) throw new SysError('ESTALE');
    return inode;
  }

  private isNameless(inode: Inode): boolean {
    return inode.parent === undefined && inode.ino !== ROOT_INO;
  }

  /** One that may have lost its name while it is open: what is known of it stays, and a file lives on by its handle. */
  private openInode(ino: Ino): Inode {
    const inode = this.inodes.get(ino);
    if (inode !== undefined && this.isNameless(inode) && inode.known !== undefined) return inode;
    return this.inode(ino);
  }

  private child(parent: Inode, name: string): Inode {
    let child = parent.children.get(name);
    if (child === undefined) {
      child = new Inode(++this.lastIno, parent, name);
      parent.children.set(name, child);
      this.inodes.set(child.ino, child);
    }
    return child;
  }

  /** The name is gone, and all below it. */
  private forget(inode: Inode): void {
    for (const child of inode.children.values()) this.forget(child);
    inode.parent?.children.delete(inode.name);
    inode.parent = undefined;
    if (inode.opens === 0) this.inodes.delete(inode.ino);
  }

  private attributes(inode: Inode, found: PathStat): Attributes {
    const { mode, size, mtime } = found;
    const { uid, gid } = this.options;
    inode.known = found;
    return {
      ino: inode.ino,
      mode,
      nlink: this.isNameless(inode) ? 0 : isDirectory(mode) ? 2 : 1,
      uid,
      gid,
      rdev: 0,
      size,
      blocks: Math.ceil(size / 512),
      atimeSec: mtime.sec,
      atimeNsec: mtime.nsec,
      mtimeSec: mtime.sec,
      mtimeNsec: mtime.nsec,
      ctimeSec: mtime.sec,
      ctimeNsec: mtime.nsec,
      birthSec: mtime.sec,
      birthNsec: mtime.nsec,
    };
  }

  private async look(inode: Inode): Promise<PathStat> {
    if (this.isNameless(inode) && inode.known !== undefined) return inode.known;
    const found = await this.provider.stat(inode.path);
    if (found !== undefined) {
      inode.known = found;
      return found;
    }
    if (inode.parent !== undefined) this.forget(inode);
    throw new SysError('ESTALE');
  }

  private async directory(ino: Ino): Promise<Inode> {
    const inode = this.inode(ino);
    if (!isDirectory((await this.look(inode)).mode)) throw new SysError('ENOTDIR');
    return inode;
  }

  /** One change after the other. */
  private change<T>(act: () => Promise<T>): Promise<T> {
    if (this.readOnly) throw new SysError('EROFS');
    const done = this.last.then(act);
    this.last = done.catch(() => undefined);
    return done;
  }

  /** A method of the provider, or the errno that says that it has none. */
  private can<K extends keyof PathProvider>(name: K, missing: Errno): NonNullable<PathProvider[K]> {
    const method = this.provider[name];
    if (method === undefined) throw new SysError(missing, name);
    return (method as (...args: never[]) => unknown).bind(this.provider) as NonNullable<PathProvider[K]>;
  }

  // --- FileSystem --------------------------------------------------------------------------------------------------

  async walk(dir: Ino, names: readonly string[], open: boolean): Promise<Walk> {
    let inode = this.openInode(dir);
    let found = await this.look(inode);
    const passed: [Attributes, ...Attributes[]] = [this.attributes(inode, found)];
    // In a directory that was removed there is nothing.
    if (this.isNameless(inode)) return { passed };
    for (const name of names) {
      if (!isDirectory(found.mode)) break;
      const path = inode.path;
      const next = await this.provider.stat(path === '' ? name : `${path}/${name}`);
      if (next === undefined) break;
      inode = this.child(inode, name);
      found = next;
      passed.push(this.attributes(inode, found));
    }
    // Opened here and not later: an opening that cuts the file (O_TRUNC) is then one with what is written.
    if (!open || passed.length <= names.length || isSymlink(found.mode)) return { passed };
    this.retain(inode);
    return { passed, opened: inode.ino };
  }

  async getattr(ino: Ino): Promise<Attributes> {
    const inode = this.openInode(ino);
    return this.attributes(inode, await this.look(inode));
  }

  setattr(ino: Ino, what: AttributeChange): Promise<Attributes> {
    return this.change(async () => {
      const inode = this.openInode(ino);
      const found = await this.look(inode);
      const { uid, gid } = this.options;
      if ((what.uid ?? uid) !== uid || (what.gid ?? gid) !== gid)
        throw new SysError('EPERM', 'everything has one owner');
      if (what.size !== undefined) await this.resize(inode, found, what.size);
      if (this.isNameless(inode)) this.changeKnown(inode, what);
      else await this.changeNamed(inode, found, what);
      return this.attributes(inode, await this.look(inode));
    });
  }

  private async changeNamed(inode: Inode, found: PathStat, { mode, atime, mtime }: AttributeChange): Promise<void> {
    if (mode !== undefined && mode !== (found.mode & 0o7777)) await this.can('chmod', 'EPERM')(inode.path, mode);
    if (atime !== undefined || mtime !== undefined) await this.can('utimes', 'EPERM')(inode.path, atime, mtime);
  }

  /** There is no path any more by which the provider could be asked, and nobody else who could see it. */
  private changeKnown(inode: Inode, { mode, mtime }: AttributeChange): void {
    if (inode.known === undefined) return;
    const { known } = inode;
    const permissions = mode === undefined ? known.mode : (known.mode & S.IFMT) | mode;
    inode.known = { ...known, mode: permissions, ...(typeof mtime === 'object' && { mtime }) };
  }

  private async resize(inode: Inode, { mode }: PathStat, size: number): Promise<void> {
    if (isDirectory(mode)) throw new SysError('EISDIR');
    if (!isRegular(mode)) throw new SysError('EINVAL');
    const truncate = this.can('truncate', 'EPERM');
    await this.holding(inode, (handle) => truncate(handle, size));
    if (inode.known !== undefined) inode.known = { ...inode.known, size };
  }

  /** A file by its handle: that of those who have it open, or one for this call. */
  private async holding<T>(inode: Inode, act: (handle: number) => Promise<T>): Promise<T> {
    if (this.isNameless(inode) && inode.handle === undefined) throw new SysError('ESTALE');
    this.retain(inode);
    try {
      inode.handle ??= this.provider.open(inode.path);
      const handle = await inode.handle.catch((error: unknown) => {
        inode.handle = undefined;
        throw error;
      });
      return await act(handle);
    } finally {
      this.release(inode.ino);
    }
  }

  /** Before a file loses its name: who has it open goes on by the handle. */
  private async keep(inode: Inode | undefined, found: PathStat): Promise<void> {
    if (inode === undefined || inode.opens === 0 || !isRegular(found.mode)) return;
    inode.known = found;
    await this.holding(inode, async () => undefined);
  }

  private retain(inode: Inode): void {
    inode.opens++;
  }

  async parentOf(dir: Ino): Promise<Attributes> {
    const inode = this.inodes.get(dir);
    if (inode === undefined || (inode.parent === undefined && dir !== ROOT_INO)) throw new SysError('ENOENT');
    return await this.getattr((inode.parent ?? inode).ino);
  }

  namesTo(dir: Ino): readonly string[] {
    const inode = this.inodes.get(dir);
    if (inode === undefined || (inode.parent === undefined && dir !== ROOT_INO)) throw new SysError('ENOENT');
    return inode.path.split('/').filter((name) => name !== '');
  }

  create(
    dir: Ino,
    name: string,
    what: NewInode,
    options: { readonly exclusive: boolean; readonly open: boolean },
  ): Promise<Created> {
    return this.change(async () => {
      const parent = await this.directory(dir);
      const path = parent.path === '' ? name : `${parent.path}/${name}`;
      const existing = await this.provider.stat(path);
      if (existing !== undefined && options.exclusive) throw new SysError('EEXIST');
      if (existing === undefined) await this.make(path, what);
      const inode = this.child(parent, name);
      const attributes = this.attributes(inode, existing ?? (await this.look(inode)));
      if (options.open) this.retain(inode);
      return { attributes, created: existing === undefined };
    });
  }

  private async make(path: string, { mode, target = '' }: NewInode): Promise<void> {
    switch (mode & S.IFMT) {
      case S.IFREG:
        return await this.can('create', 'EPERM')(path, mode & 0o7777);
      case S.IFDIR:
        return await this.can('mkdir', 'EPERM')(path, mode & 0o7777);
      case S.IFLNK:
        return await this.can('symlink', 'EPERM')(target, path);
      default:
        throw new SysError('EPERM', 'a special file');
    }
  }

  link(): never {
    throw new SysError(this.readOnly ? 'EROFS' : 'EPERM', 'hard links');
  }

  unlink(dir: Ino, name: string): Promise<void> {
    return this.change(async () => {
      const { inode, found } = await this.named(dir, name);
      if (isDirectory(found.mode)) throw new SysError('EISDIR');
      await this.keep(inode, found);
      await this.can('unlink', 'EPERM')(inode.path);
      this.forget(inode);
    });
  }

  rmdir(dir: Ino, name: string): Promise<void> {
    return this.change(async () => {
      const { inode, found } = await this.named(dir, name);
      if (!isDirectory(found.mode)) throw new SysError('ENOTDIR');
      if ((await this.provider.list(inode.path)).length > 0) throw new SysError('ENOTEMPTY');
      await this.can('rmdir', 'EPERM')(inode.path);
      this.forget(inode);
    });
  }

  /** What a name is. ENOENT. */
  private async named(dir: Ino, name: string): Promise<{ inode: Inode; found: PathStat }> {
    const parent = await this.directory(dir);
    const found = await this.provider.stat(parent.path === '' ? name : `${parent.path}/${name}`);
    if (found === undefined) throw new SysError('ENOENT');
    return { inode: this.child(parent, name), found };
  }

  rename(oldDir: Ino, oldName: string, newDir: Ino, newName: string, flags: number): Promise<void> {
    return this.change(async () => {
      if ((flags & ~RENAME.NOREPLACE) !== 0) throw new SysError('EINVAL');
      const { inode, found } = await this.named(oldDir, oldName);
      const parent = await this.directory(newDir);
      const from = inode.path;
      const to = parent.path === '' ? newName : `${parent.path}/${newName}`;
      if (from === to) return;
      if (to.startsWith(`${from}/`)) throw new SysError('EINVAL');
      const target = await this.provider.stat(to);
      if (target !== undefined) {
        await this.checkTarget(from, found, to, { target, flags });
        await this.keep(parent.children.get(newName), target);
      }
      // mv(1) copies where EXDEV says that there is no other way.
      await this.can('rename', 'EXDEV')(from, to);
      const replaced = parent.children.get(newName);
      if (replaced !== undefined) this.forget(replaced);
      inode.parent?.children.delete(inode.name);
      inode.parent = parent;
      inode.name = newName;
      parent.children.set(newName, inode);
    });
  }

  private async checkTarget(
    from: string,
    { mode }: PathStat,
    to: string,
    { target, flags }: { readonly target: PathStat; readonly flags: number },
  ): Promise<void> {
    if ((flags & RENAME.NOREPLACE) !== 0) throw new SysError('EEXIST');
    if (from.startsWith(`${to}/`)) throw new SysError('ENOTEMPTY');
    if (isDirectory(mode) !== isDirectory(target.mode)) throw new SysError(isDirectory(mode) ? 'ENOTDIR' : 'EISDIR');
    if (isDirectory(mode) && (await this.provider.list(to)).length > 0) throw new SysError('ENOTEMPTY');
  }

  async readlink(ino: Ino): Promise<string> {
    const inode = this.inode(ino);
    if (!isSymlink((await this.look(inode)).mode)) throw new SysError('EINVAL');
    return await this.can('readlink', 'EINVAL')(inode.path);
  }

  async read(ino: Ino, offset: number, into: Uint8Array): Promise<number> {
    const inode = this.openInode(ino);
    // A file that is open was a file when it was opened: only a stranger has to be looked at.
    if (inode.handle === undefined) this.checkRegular((await this.look(inode)).mode);
    const bytes = await this.holding(inode, (handle) => this.provider.read(handle, offset, into.length));
    const part = bytes.subarray(0, into.length);
    into.set(part);
    return part.length;
  }

  private checkRegular(mode: number): void {
    if (isDirectory(mode)) throw new SysError('EISDIR');
    if (!isRegular(mode)) throw new SysError('EINVAL');
  }

  write(ino: Ino, offset: number | 'append', bytes: Uint8Array): Promise<number> {
    // The caller's buffer is used for something else before its turn comes.
    const copy = new Uint8Array(bytes);
    return this.change(async () => {
      const inode = this.openInode(ino);
      const write = this.can('write', 'EPERM');
      const found = offset === 'append' || inode.handle === undefined ? await this.look(inode) : undefined;
      if (found !== undefined) this.checkRegular(found.mode);
      const at = offset === 'append' ? (found?.size ?? 0) : offset;
      await this.holding(inode, (handle) => write(handle, at, copy));
      const end = at + copy.length;
      if (inode.known !== undefined) inode.known = { ...inode.known, size: Math.max(inode.known.size, end) };
      return end;
    });
  }

  allocate(): never {
    throw new SysError(this.readOnly ? 'EROFS' : 'EOPNOTSUPP');
  }

  async seek(ino: Ino, offset: number, whence: number): Promise<number> {
    const { size } = await this.getattr(ino);
    if (offset >= size) throw new SysError('ENXIO');
    return whence === SEEK.DATA ? offset : size;
  }

  /** A cookie is one more than the inode number of the entry's name, which stays the same under change. */
  async readdir(dir: Ino, cookie: number, max: number): Promise<readonly Entry[]> {
    const inode = await this.directory(dir);
    const entries = (cookie > 0 && inode.listing) || (await this.list(inode));
    const found = entries.filter((entry) => entry.cookie > cookie).slice(0, max);
    inode.listing = found.length === 0 ? undefined : entries;
    return found;
  }

  private async list(inode: Inode): Promise<readonly Entry[]> {
    const names = await this.provider.list(inode.path);
    const entries = names.map(([name, mode]) => {
      const { ino } = this.child(inode, name);
      return { name, ino, mode, cookie: ino + 1 };
    });
    return entries.sort((a, b) => a.cookie - b.cookie);
  }

  async open(ino: Ino): Promise<Ino> {
    const inode = this.openInode(ino);
    this.retain(inode);
    try {
      await this.look(inode);
    } catch (error) {
      this.release(ino);
      throw error;
    }
    return ino;
  }

  release(ino: Ino): void {
    const inode = this.inodes.get(ino);
    if (inode === undefined) return;
    inode.opens--;
    if (inode.opens > 0) return;
    const { handle } = inode;
    inode.handle = undefined;
    handle?.then((number) => this.provider.release(number)).catch(() => undefined);
    if (inode.parent === undefined && ino !== ROOT_INO) this.inodes.delete(ino);
  }

  async sync(ino?: Ino): Promise<void> {
    if (this.provider.sync === undefined) return;
    const open = ino === undefined ? [...this.inodes.values()] : [this.inodes.get(ino)];
    for (const inode of open) {
      const handle = await inode?.handle;
      if (handle !== undefined) await this.provider.sync(handle);
    }
  }

  statfs(): FileSystemStatus {
    return { type: MAGIC, bsize: 4096, blocks: 0, bfree: 0, bavail: 0, files: this.inodes.size, ffree: 0 };
  }
}
