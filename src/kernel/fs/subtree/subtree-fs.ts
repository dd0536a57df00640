// A directory of a file system as a file system of its own: what a bind mount, a layer of an overlay and a tmpfs are.
// Inodes keep their numbers; only the root is another one.

import { SysError } from '../../../abi/errno.ts';
import type {
  AttributeChange,
  Attributes,
  Caller,
  Created,
  Entry,
  FileSystem,
  FileSystemStatus,
  Ino,
  NewInode,
  Walk,
} from '../../vfs/filesystem.ts';
import { type Awaitable, type Flow, run, wait } from '../../vfs/flow.ts';
import type { Node } from '../../vfs/node.ts';

export class SubtreeFs implements FileSystem {
  readonly type: string;
  readonly readOnly: boolean;
  readonly rootIno: Ino;
  readonly shared?: string;
  protected readonly inner: FileSystem;

  constructor(inner: FileSystem, rootIno: Ino, type = inner.type) {
    this.inner = inner;
    this.rootIno = rootIno;
    this.type = type;
    this.readOnly = inner.readOnly;
    if (inner.shared !== undefined) this.shared = inner.shared;
  }

  walk(dir: Ino, names: readonly string[], open: boolean, caller: Caller): Awaitable<Walk> {
    return this.inner.walk(dir, names, open, caller);
  }

  getattr(ino: Ino): Awaitable<Attributes> {
    return this.inner.getattr(ino);
  }

  setattr(ino: Ino, change: AttributeChange): Awaitable<Attributes> {
    return this.inner.setattr(ino, change);
  }

  parentOf(dir: Ino): Awaitable<Attributes> {
    return dir === this.rootIno ? this.inner.getattr(dir) : this.inner.parentOf(dir);
  }

  namesTo(dir: Ino): Awaitable<readonly string[]> {
    return run(this.namesBelow(dir));
  }

  /** ENOENT for what has been moved out of the directory, as Linux has it. */
  private *namesBelow(dir: Ino): Flow<readonly string[]> {
    const names = yield* wait(this.inner.namesTo(dir));
    const root = yield* wait(this.inner.namesTo(this.rootIno));
    if (!root.every((name, i) => names[i] === name)) throw new SysError('ENOENT');
    return names.slice(root.length);
  }

  create(
    dir: Ino,
    name: string,
    what: NewInode,
    options: { readonly exclusive: boolean; readonly open: boolean },
  ): Awaitable<Created> {
    return this.inner.create(dir, name, what, options);
  }

  link(ino: Ino, dir: Ino, name: string): Awaitable<void> {
    return this.inner.link(ino, dir, name);
  }

  unlink(dir: Ino, name: string): Awaitable<void> {
    return this.inner.unlink(dir, name);
  }

  rmdir(dir: Ino, name: string): Awaitable<void> {
    return this.inner.rmdir(dir, name);
  }

  rename(oldDir: Ino, oldName: string, newDir: Ino, newName: string, flags: number): Awaitable<void> {
    return this.inner.rename(oldDir, oldName, newDir, newName, flags);
  }

  readlink(ino: Ino, caller: Caller): Awaitable<string> {
    return this.inner.readlink(ino, caller);
  }

  followLink(ino: Ino, caller: Caller): Awaitable<Node | undefined> {
    return this.inner.followLink?.(ino, caller);
  }

  read(ino: Ino, offset: number, into: Uint8Array): Awaitable<number> {
    return this.inner.read(ino, offset, into);
  }

  write(ino: Ino, offset: number | 'append', bytes: Uint8Array): Awaitable<number> {
    return this.inner.write(ino, offset, bytes);
  }

  allocate(ino: Ino, offset: number, length: number, mode: number): Awaitable<void> {
    return this.inner.allocate(ino, offset, length, mode);
  }

  share(source: Ino, from: number, ino: Ino, to: number, length: number): Awaitable<number> {
    return this.inner.share?.(source, from, ino, to, length) ?? 0;
  }

  clone(source: Ino, ino: Ino): Awaitable<void> {
    if (this.inner.clone === undefined) throw new SysError('EOPNOTSUPP');
    return this.inner.clone(source, ino);
  }

  evict(ino: Ino): Awaitable<void> {
    return this.inner.evict?.(ino);
  }

  seek(ino: Ino, offset: number, whence: number): Awaitable<number> {
    return this.inner.seek(ino, offset, whence);
  }

  readdir(dir: Ino, cookie: number, max: number): Awaitable<readonly Entry[]> {
    return this.inner.readdir(dir, cookie, max);
  }

  open(ino: Ino, caller: Caller): Awaitable<Ino> {
    return this.inner.open(ino, caller);
  }

  release(ino: Ino): void {
    this.inner.release(ino);
  }

  sync(ino?: Ino): Awaitable<void> {
    return this.inner.sync(ino);
  }

  statfs(): Awaitable<FileSystemStatus> {
    return this.inner.statfs();
  }
}
