// An overlay: a read-only tree below, a writable one above, seen as one. As Linux's overlayfs, without redirects.
//
// - What is changed is copied up first, with its directories; what is removed leaves a whiteout; a directory made where
//   there was one before is opaque. Hard links of the lower layer come apart when one of them is copied up.
// - A directory that is, or is partly, in the lower layer cannot be renamed: EXDEV, and mv(1) copies it.
// - Several stations lay an overlay over the same two layers. The upper one is asked each time, so all see the same; but
//   a file of the lower layer that was open before another station copied it up stays as it was for its holder.
// - How numbers and marks are made: numbers.ts.

import { SysError } from '../../../abi/errno.ts';
import { isDirectory, RENAME } from '../../../abi/file.ts';
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
import { type Awaitable, chain, type Flow, run, wait } from '../../vfs/flow.ts';
import { CopyUp } from './copy-up.ts';
import { Layers, type Parts } from './layers.ts';
import { listMerged } from './listing.ts';
import {
  isLower,
  isWhiteout,
  layerIno,
  lowerAttributes,
  OPAQUE,
  ofLower,
  ofUpper,
  upperAttributes,
} from './numbers.ts';

const MAGIC = 0x794c_7630;

export interface OverlayOptions {
  /** Read-only, and never changing. */
  readonly lower: FileSystem;
  /** The file system of the upper layer, with its directories: what lies over the lower root, and one to work in. */
  readonly upper: FileSystem;
  readonly top: Ino;
  readonly work: Ino;
  /** Names that no other station gives. */
  readonly uniqueName: () => string;
}

/** A lower inode that is open here. */
interface Handle {
  count: number;
  readonly lower: Ino;
  /** Its copy, kept open, once there is one. */
  upper: Ino | undefined;
}

export class OverlayFs implements FileSystem {
  readonly type = 'overlay';
  readonly readOnly = false;
  readonly rootIno: Ino;
  readonly shared?: string;
  private readonly layers: Layers;
  private readonly copies: CopyUp;
  private readonly handles = new Map<Ino, Handle>();
  /** Copies made by this station: who still knows the original by its number means the copy. */
  private readonly copied = new Map<Ino, Ino>();

  constructor({ lower, upper, top, work, uniqueName }: OverlayOptions) {
    this.layers = new Layers(lower, upper, top);
    this.copies = new CopyUp(this.layers, work, uniqueName);
    this.rootIno = ofLower(lower.rootIno);
    if (upper.shared !== undefined) this.shared = `${upper.shared} overlay ${top}`;
  }

  private get lower(): FileSystem {
    return this.layers.lower;
  }

  private get upper(): FileSystem {
    return this.layers.upper;
  }

  // --- finding -----------------------------------------------------------------------------------------------------

  walk(dir: Ino, names: readonly string[], _open: boolean, caller: Caller): Awaitable<Walk> {
    return run(this.layers.walk(dir, names, caller));
  }

  getattr(ino: Ino): Awaitable<Attributes> {
    return run(this.attributes(ino));
  }

  private *attributes(ino: Ino): Flow<Attributes> {
    const copy = this.copyOf(ino);
    if (copy !== undefined) return upperAttributes(yield* wait(this.upper.getattr(copy)));
    try {
      return (yield* this.layers.parts(ino)).attributes;
    } catch (error) {
      // What has lost its name is still there for who has it open.
      if (!isLower(ino) || !this.handles.has(ino) || !isStale(error)) throw error;
      return { ...lowerAttributes(yield* wait(this.lower.getattr(layerIno(ino)))), nlink: 0 };
    }
  }

  /** The inode of the upper layer that a number stands for, as far as this station knows without asking. */
  private copyOf(ino: Ino): Ino | undefined {
    if (!isLower(ino)) return layerIno(ino);
    return this.handles.get(ino)?.upper ?? this.copied.get(ino);
  }

  parentOf(dir: Ino): Awaitable<Attributes> {
    return run(this.layers.parentOf(dir));
  }

  namesTo(dir: Ino): Awaitable<readonly string[]> {
    return run(this.layers.namesTo(dir));
  }

  readdir(dir: Ino, cookie: number, max: number): Awaitable<readonly Entry[]> {
    return run(this.list(dir, cookie, max));
  }

  private *list(dir: Ino, cookie: number, max: number): Flow<readonly Entry[]> {
    let parts: Parts;
    try {
      parts = yield* this.layers.parts(dir);
    } catch (error) {
      if (isStale(error) && this.handles.has(dir)) return [];
      throw error;
    }
    if (!isDirectory(parts.attributes.mode)) throw new SysError('ENOTDIR');
    return yield* listMerged(this.layers, parts, cookie, max);
  }

  readlink(ino: Ino, caller: Caller): Awaitable<string> {
    const copy = this.copyOf(ino);
    return copy === undefined ? this.lower.readlink(layerIno(ino), caller) : this.upper.readlink(copy, caller);
  }

  // --- names -------------------------------------------------------------------------------------------------------

  create(
    dir: Ino,
    name: string,
    what: NewInode,
    options: { readonly exclusive: boolean; readonly open: boolean },
  ): Awaitable<Created> {
    return run(this.make(dir, name, what, options));
  }

  private *make(
    dir: Ino,
    name: string,
    what: NewInode,
    { exclusive, open }: { readonly exclusive: boolean; readonly open: boolean },
  ): Flow<Created> {
    const existing = yield* this.layers.child(dir, name);
    if (existing !== undefined) {
      if (exclusive) throw new SysError('EEXIST');
      if (open) yield* this.keep(existing.ino, undefined);
      return { attributes: existing, created: false };
    }
    const into = yield* this.directory(dir);
    const isDir = isDirectory(what.mode);
    const inode = isDir ? { ...what, rdev: OPAQUE } : what;
    if ((yield* this.layers.above(into, name)) === undefined) {
      // Somebody else may have been faster: then the caller has to look again.
      const made = yield* wait(this.upper.create(into, name, inode, { exclusive, open }));
      if (made.created) return { attributes: upperAttributes(made.attributes), created: true };
      if (open) this.upper.release(made.attributes.ino);
      throw new SysError('ESTALE');
    }
    let made: Attributes | undefined;
    const { upper } = this;
    yield* this.copies.overWhiteout(into, name, isDir, function* (work, temporary) {
      made = (yield* wait(upper.create(work, temporary, inode, { exclusive: true, open }))).attributes;
    });
    return { attributes: upperAttributes(made as Attributes), created: true };
  }

  /** The upper directory of one that is there. ENOENT when it was removed. */
  private *directory(dir: Ino): Flow<Ino> {
    try {
      return yield* this.copies.directory(dir);
    } catch (error) {
      throw isStale(error) && this.handles.has(dir) ? new SysError('ENOENT') : error;
    }
  }

  link(ino: Ino, dir: Ino, name: string): Awaitable<void> {
    return run(this.linkFlow(ino, dir, name));
  }

  private *linkFlow(ino: Ino, dir: Ino, name: string): Flow<void> {
    if ((yield* this.layers.child(dir, name)) !== undefined) throw new SysError('EEXIST');
    const { mode, nlink } = yield* this.attributes(ino);
    if (nlink === 0) throw new SysError('ENOENT');
    if (isDirectory(mode)) throw new SysError('EPERM');
    const file = yield* this.own(ino);
    const into = yield* this.directory(dir);
    const { upper } = this;
    if ((yield* this.layers.above(into, name)) === undefined) return yield* wait(upper.link(file, into, name));
    yield* this.copies.overWhiteout(into, name, false, (work, temporary) => wait(upper.link(file, work, temporary)));
  }

  unlink(dir: Ino, name: string): Awaitable<void> {
    return run(this.unlinkFlow(dir, name));
  }

  private *unlinkFlow(dir: Ino, name: string): Flow<void> {
    const found = yield* this.named(dir, name);
    if (isDirectory(found.mode)) throw new SysError('EISDIR');
    const { lower } = yield* this.layers.parts(dir);
    const into = yield* this.directory(dir);
    if (yield* this.layers.isBelow(lower, name)) yield* this.copies.whiteOut(into, name);
    else yield* wait(this.upper.unlink(into, name));
  }

  rmdir(dir: Ino, name: string): Awaitable<void> {
    return run(this.rmdirFlow(dir, name));
  }

  private *rmdirFlow(dir: Ino, name: string): Flow<void> {
    const found = yield* this.named(dir, name);
    if (!isDirectory(found.mode)) throw new SysError('ENOTDIR');
    yield* this.checkEmpty(found.ino);
    const { lower } = yield* this.layers.parts(dir);
    const into = yield* this.directory(dir);
    if (yield* this.layers.isBelow(lower, name)) yield* this.copies.whiteOut(into, name);
    else yield* wait(this.upper.rmdir(into, name));
  }

  private *checkEmpty(dir: Ino): Flow<void> {
    const entries = yield* this.list(dir, 0, 1);
    if (entries.length > 0) throw new SysError('ENOTEMPTY');
  }

  /** ENOTDIR, ENOENT. */
  private *named(dir: Ino, name: string): Flow<Attributes> {
    const found = yield* this.layers.child(dir, name);
    if (found === undefined) throw new SysError('ENOENT');
    return found;
  }

  rename(oldDir: Ino, oldName: string, newDir: Ino, newName: string, flags: number): Awaitable<void> {
    return run(this.renameFlow(oldDir, oldName, newDir, newName, flags));
  }

  private *renameFlow(oldDir: Ino, oldName: string, newDir: Ino, newName: string, flags: number): Flow<void> {
    const source = yield* this.named(oldDir, oldName);
    const target = yield* this.layers.child(newDir, newName);
    const exchange = (flags & RENAME.EXCHANGE) !== 0;
    if (target !== undefined && (flags & RENAME.NOREPLACE) !== 0) throw new SysError('EEXIST');
    if (target === undefined && exchange) throw new SysError('ENOENT');
    yield* this.checkPlaces(source, [...(yield* this.layers.namesTo(oldDir)), oldName], newDir, 'EINVAL');
    const onto = exchange ? 'EINVAL' : 'ENOTEMPTY';
    if (target !== undefined) {
      yield* this.checkPlaces(target, [...(yield* this.layers.namesTo(newDir)), newName], oldDir, onto);
      if (source.ino === target.ino) return;
      if (!exchange) yield* this.checkReplace(source, target);
    }
    yield* this.checkMovable(source);
    if (exchange) yield* this.checkMovable(target as Attributes);

    if (!isDirectory(source.mode)) yield* this.own(source.ino);
    if (exchange && !isDirectory((target as Attributes).mode)) yield* this.own((target as Attributes).ino);
    const below = (yield* this.layers.parts(oldDir)).lower;
    const from = yield* this.directory(oldDir);
    const into = yield* this.directory(newDir);
    const { upper } = this;
    if (exchange) return yield* wait(upper.rename(from, oldName, into, newName, flags));
    const leaves = yield* this.layers.isBelow(below, oldName);
    if (target !== undefined && isDirectory(target.mode)) yield* this.copies.whiteOut(into, newName);
    const there = yield* this.layers.above(into, newName);
    if (isDirectory(source.mode) && there !== undefined && isWhiteout(there)) {
      yield* wait(upper.rename(from, oldName, into, newName, RENAME.EXCHANGE));
      if (!leaves) yield* wait(upper.unlink(from, oldName));
      return;
    }
    yield* wait(upper.rename(from, oldName, into, newName, there === undefined ? flags : 0));
    if (leaves) yield* this.copies.whiteOut(from, oldName);
  }

  /** A directory cannot go to a place within itself, nor replace one that is above it. */
  private *checkPlaces(
    what: Attributes,
    names: readonly string[],
    dir: Ino,
    errno: 'EINVAL' | 'ENOTEMPTY',
  ): Flow<void> {
    if (!isDirectory(what.mode)) return;
    const place = yield* this.layers.namesTo(dir);
    if (names.every((name, i) => place[i] === name)) throw new SysError(errno);
  }

  private *checkReplace(source: Attributes, target: Attributes): Flow<void> {
    if (!isDirectory(target.mode)) {
      if (isDirectory(source.mode)) throw new SysError('ENOTDIR');
      return;
    }
    if (!isDirectory(source.mode)) throw new SysError('EISDIR');
    yield* this.checkEmpty(target.ino);
  }

  /** EXDEV: its content would be another one in another place. */
  private *checkMovable({ ino, mode }: Attributes): Flow<void> {
    if (!isDirectory(mode)) return;
    const { upper } = yield* this.layers.parts(ino);
    if (isLower(ino) || upper?.rdev !== OPAQUE) throw new SysError('EXDEV');
  }

  // --- files -------------------------------------------------------------------------------------------------------

  /** The inode of the upper layer, after copying it there if need be. */
  private *own(ino: Ino): Flow<Ino> {
    const known = this.copyOf(ino);
    if (known !== undefined) return known;
    const lower = layerIno(ino);
    if (isDirectory((yield* wait(this.lower.getattr(lower))).mode)) return yield* this.directory(ino);
    const copy = yield* this.copies.file(lower, this.handles.get(ino)?.lower ?? lower);
    this.copied.set(ino, copy);
    const handle = this.handles.get(ino);
    if (handle === undefined || handle.upper !== undefined) this.upper.release(copy);
    else handle.upper = copy;
    return copy;
  }

  setattr(ino: Ino, change: AttributeChange): Awaitable<Attributes> {
    return run(this.change(ino, change));
  }

  private *change(ino: Ino, change: AttributeChange): Flow<Attributes> {
    const changed = yield* wait(this.upper.setattr(yield* this.own(ino), change));
    const attributes = upperAttributes(changed);
    return isLower(ino) && isDirectory(changed.mode) ? { ...attributes, ino, nlink: 1 } : attributes;
  }

  read(ino: Ino, offset: number, into: Uint8Array): Awaitable<number> {
    const copy = this.copyOf(ino);
    if (copy !== undefined) return this.upper.read(copy, offset, into);
    return this.lower.read(this.handles.get(ino)?.lower ?? layerIno(ino), offset, into);
  }

  write(ino: Ino, offset: number | 'append', bytes: Uint8Array): Awaitable<number> {
    const copy = this.copyOf(ino);
    if (copy !== undefined) return this.upper.write(copy, offset, bytes);
    // The caller's buffer may be used for something else before the copy is made.
    const kept = Uint8Array.from(bytes);
    return chain(run(this.own(ino)), (own) => this.upper.write(own, offset, kept));
  }

  allocate(ino: Ino, offset: number, length: number, mode: number): Awaitable<void> {
    return chain(run(this.own(ino)), (own) => this.upper.allocate(own, offset, length, mode));
  }

  share(source: Ino, from: number, ino: Ino, to: number, length: number): Awaitable<number> {
    const copy = this.copyOf(source);
    if (copy === undefined || this.upper.share === undefined) return 0;
    return chain(run(this.own(ino)), (own) => this.upper.share?.(copy, from, own, to, length) ?? 0);
  }

  clone(source: Ino, ino: Ino): Awaitable<void> {
    return run(this.cloneFlow(source, ino));
  }

  private *cloneFlow(source: Ino, ino: Ino): Flow<void> {
    if (this.upper.clone === undefined) throw new SysError('EOPNOTSUPP');
    const from = yield* this.own(source);
    yield* wait(this.upper.clone(from, yield* this.own(ino)));
  }

  /** Only what is below can be fetched again. */
  evict(ino: Ino): Awaitable<void> {
    if (this.copyOf(ino) !== undefined) return;
    return this.lower.evict?.(this.handles.get(ino)?.lower ?? layerIno(ino));
  }

  seek(ino: Ino, offset: number, whence: number): Awaitable<number> {
    const copy = this.copyOf(ino);
    if (copy !== undefined) return this.upper.seek(copy, offset, whence);
    return this.lower.seek(this.handles.get(ino)?.lower ?? layerIno(ino), offset, whence);
  }

  // --- what is open ------------------------------------------------------------------------------------------------

  open(ino: Ino, caller: Caller): Awaitable<Ino> {
    return run(this.keep(ino, caller));
  }

  /** Gives the number by which it is read: of the copy, when there is one. */
  private *keep(ino: Ino, caller: Caller): Flow<Ino> {
    const handle = this.handles.get(ino);
    if (handle !== undefined) {
      handle.count++;
      return ino;
    }
    const copy = this.copyOf(ino);
    if (copy !== undefined) return ofUpper(yield* wait(this.upper.open(copy, caller)));
    yield* this.layers.parts(ino);
    const lower = yield* wait(this.lower.open(layerIno(ino), caller));
    const raced = this.handles.get(ino);
    if (raced !== undefined) {
      this.lower.release(lower);
      raced.count++;
    } else this.handles.set(ino, { count: 1, lower, upper: undefined });
    return ino;
  }

  release(ino: Ino): void {
    if (!isLower(ino)) {
      this.upper.release(layerIno(ino));
      return;
    }
    const handle = this.handles.get(ino);
    if (handle === undefined) return;
    handle.count--;
    if (handle.count > 0) return;
    this.handles.delete(ino);
    this.lower.release(handle.lower);
    if (handle.upper !== undefined) this.upper.release(handle.upper);
  }

  // --- the whole ---------------------------------------------------------------------------------------------------

  sync(ino?: Ino): Awaitable<void> {
    const copy = ino === undefined ? undefined : this.copyOf(ino);
    return this.upper.sync(copy);
  }

  statfs(): Awaitable<FileSystemStatus> {
    return chain(this.upper.statfs(), (status) => ({ ...status, type: MAGIC }));
  }
}

const isStale = (error: unknown): boolean => error instanceof SysError && error.errno === 'ESTALE';
