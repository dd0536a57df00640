// A file system whose tree somebody else knows: a provider says what is at a path, now. devfs, procfs and imagefs are
// providers. Names cannot be made, removed or changed in it.
//
// Inode numbers are given to paths as they are first seen and stay theirs. An open file has a number of its own, and
// its text is fetched once, when it is first read: a reader in pieces sees one state.

import { type Errno, SysError } from '../../../abi/errno.ts';
import { isDirectory, isRegular, isSymlink, SEEK } from '../../../abi/file.ts';
import type {
  AttributeChange,
  Attributes,
  Caller,
  Created,
  Entry,
  FileSystem,
  FileSystemStatus,
  Ino,
  Walk,
} from '../../vfs/filesystem.ts';
import { type Awaitable, chain, type Flow, run, wait } from '../../vfs/flow.ts';
import type { Node } from '../../vfs/node.ts';

/** What is at a path. Functions are asked when they are needed. */
export interface DynamicNode {
  /** File type and permission bits. */
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly rdev?: number;
  /** Seconds since the epoch. Default: that of the file system. */
  readonly time?: number;
  /** 0 for generated texts. */
  readonly size?: number;
  /** Units of 512 bytes in use, when it is not as many as the size takes. */
  readonly blocks?: () => number;
  /** Of a regular file. */
  readonly content?: (caller: Caller) => Awaitable<Uint8Array>;
  /** Of a regular file: give up what is kept of its content. */
  readonly evict?: () => Awaitable<void>;
  /** Of a directory: the names in it with their modes. */
  readonly list?: () => Awaitable<readonly (readonly [name: string, mode: number])[]>;
  /** Of a symbolic link, a byte string. */
  readonly target?: (caller: Caller) => Awaitable<string>;
  /** Of a symbolic link that leads straight to a node. */
  readonly follow?: (caller: Caller) => Awaitable<Node | undefined>;
}

export interface Provider {
  /** Undefined when there is nothing. The root is the empty path. */
  find(path: readonly string[], caller: Caller): Awaitable<DynamicNode | undefined>;
}

export interface DynamicOptions {
  readonly type: string;
  /** Magic number of statfs(2). */
  readonly magic: number;
  readonly readOnly: boolean;
  /** Seconds since the epoch: all times of all inodes. */
  readonly time: number;
  /** Of nodes that say nothing of theirs. Default: 0. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Paths that are given their inode numbers at once, in this order. */
  readonly numbered?: readonly (readonly string[])[];
}

interface Opening {
  readonly path: readonly string[];
  readonly caller: Caller;
  content: Awaitable<Uint8Array> | undefined;
}

const ROOT_INO = 1;

export class DynamicFs implements FileSystem {
  readonly type: string;
  readonly readOnly: boolean;
  readonly rootIno = ROOT_INO;
  private readonly provider: Provider;
  private readonly options: DynamicOptions;
  private readonly refusal: Errno;
  private readonly inos = new Map<string, Ino>([['', ROOT_INO]]);
  private readonly paths = new Map<Ino, readonly string[]>([[ROOT_INO, []]]);
  private readonly openings = new Map<Ino, Opening>();
  private lastIno = ROOT_INO;

  constructor(provider: Provider, options: DynamicOptions) {
    this.provider = provider;
    this.options = options;
    this.type = options.type;
    this.readOnly = options.readOnly;
    this.refusal = options.readOnly ? 'EROFS' : 'EPERM';
    for (const path of options.numbered ?? []) this.inoOf(path);
  }

  private inoOf(path: readonly string[]): Ino {
    const key = path.join('/');
    let ino = this.inos.get(key);
    if (ino === undefined) {
      ino = ++this.lastIno;
      this.inos.set(key, ino);
      this.paths.set(ino, path);
    }
    return ino;
  }

  private pathOf(ino: Ino): readonly string[] {
    const path = this.paths.get(ino) ?? this.openings.get(ino)?.path;
    if (path === undefined) throw new SysError('ESTALE');
    return path;
  }

  private attributes(path: readonly string[], node: DynamicNode): Attributes {
    const { owner } = this.options;
    const { time = this.options.time } = node;
    const size = node.size ?? 0;
    return {
      ino: this.inoOf(path),
      mode: node.mode,
      nlink: isDirectory(node.mode) ? 2 : 1,
      uid: node.uid ?? owner?.uid ?? 0,
      gid: node.gid ?? owner?.gid ?? 0,
      rdev: node.rdev ?? 0,
      size,
      blocks: node.blocks?.() ?? Math.ceil(size / 512),
      atimeSec: time,
      atimeNsec: 0,
      mtimeSec: time,
      mtimeNsec: 0,
      ctimeSec: time,
      ctimeNsec: 0,
      birthSec: time,
      birthNsec: 0,
    };
  }

  private *node(ino: Ino, caller: Caller): Flow<DynamicNode> {
    const node = yield* wait(this.provider.find(this.pathOf(ino), caller));
    if (node === undefined) throw new SysError('ESTALE');
    return node;
  }

  walk(dir: Ino, names: readonly string[], _open: boolean, caller: Caller): Awaitable<Walk> {
    return run(this.walkFlow(dir, names, caller));
  }

  private *walkFlow(dir: Ino, names: readonly string[], caller: Caller): Flow<Walk> {
    let path = this.pathOf(dir);
    let node = yield* this.node(dir, caller);
    const passed: [Attributes, ...Attributes[]] = [this.attributes(path, node)];
    for (const name of names) {
      if (!isDirectory(node.mode)) break;
      path = [...path, name];
      const next = yield* wait(this.provider.find(path, caller));
      if (next === undefined) break;
      node = next;
      passed.push(this.attributes(path, node));
    }
    return { passed };
  }

  getattr(ino: Ino): Awaitable<Attributes> {
    const caller = this.openings.get(ino)?.caller;
    return chain(run(this.node(ino, caller)), (node) => this.attributes(this.pathOf(ino), node));
  }

  setattr(ino: Ino, change: AttributeChange): Awaitable<Attributes> {
    // Shells open /dev/null with O_TRUNC: cutting what has no length changes nothing.
    if (change.size !== undefined && !this.readOnly) return this.getattr(ino);
    throw new SysError(this.refusal);
  }

  parentOf(dir: Ino): Awaitable<Attributes> {
    return this.getattr(this.inoOf(this.pathOf(dir).slice(0, -1)));
  }

  namesTo(dir: Ino): readonly string[] {
    return this.pathOf(dir);
  }

  create(dir: Ino, name: string, _what: unknown, options: { readonly exclusive: boolean }): Awaitable<Created> {
    return chain(this.walk(dir, [name], false, undefined), ({ passed }) => {
      const existing = passed[1];
      if (existing === undefined) throw new SysError(this.refusal);
      if (options.exclusive) throw new SysError('EEXIST');
      return { attributes: existing, created: false };
    });
  }

  link(): never {
    throw new SysError(this.refusal);
  }

  unlink(): never {
    throw new SysError(this.refusal);
  }

  rmdir(): never {
    throw new SysError(this.refusal);
  }

  rename(): never {
    throw new SysError(this.refusal);
  }

  readlink(ino: Ino, caller: Caller): Awaitable<string> {
    return chain(run(this.node(ino, caller)), (node) => {
      if (!isSymlink(node.mode) || node.target === undefined) throw new SysError('EINVAL');
      return node.target(caller);
    });
  }

  followLink(ino: Ino, caller: Caller): Awaitable<Node | undefined> {
    return chain(run(this.node(ino, caller)), (node) => node.follow?.(caller));
  }

  read(ino: Ino, offset: number, into: Uint8Array): Awaitable<number> {
    const opening = this.openings.get(ino) ?? { path: this.pathOf(ino), caller: undefined, content: undefined };
    opening.content ??= run(this.content(opening));
    return chain(opening.content, (content) => {
      opening.content = content;
      const part = content.subarray(offset, offset + into.length);
      into.set(part);
      return part.length;
    });
  }

  private *content({ path, caller }: Opening): Flow<Uint8Array> {
    const node = yield* wait(this.provider.find(path, caller));
    if (node === undefined) throw new SysError('ESTALE');
    if (isDirectory(node.mode)) throw new SysError('EISDIR');
    if (!isRegular(node.mode) || node.content === undefined) throw new SysError('EINVAL');
    return yield* wait(node.content(caller));
  }

  write(): never {
    throw new SysError(this.refusal);
  }

  allocate(): never {
    throw new SysError(this.refusal);
  }

  seek(ino: Ino, offset: number, whence: number): Awaitable<number> {
    return chain(this.getattr(ino), ({ size }) => {
      if (offset >= size) throw new SysError('ENXIO');
      return whence === SEEK.DATA ? offset : size;
    });
  }

  readdir(dir: Ino, cookie: number, max: number): Awaitable<readonly Entry[]> {
    return run(this.readdirFlow(dir, cookie, max));
  }

  /** A cookie is one more than the inode number of the entry's path, which stays the same under change. */
  private *readdirFlow(dir: Ino, cookie: number, max: number): Flow<readonly Entry[]> {
    const path = this.pathOf(dir);
    const node = yield* this.node(dir, undefined);
    if (!isDirectory(node.mode) || node.list === undefined) throw new SysError('ENOTDIR');
    const names = yield* wait(node.list());
    const entries = names.map(([name, mode]) => {
      const ino = this.inoOf([...path, name]);
      return { name, ino, mode, cookie: ino + 1 };
    });
    entries.sort((a, b) => a.cookie - b.cookie);
    return entries.filter((entry) => entry.cookie > cookie).slice(0, max);
  }

  open(ino: Ino, caller: Caller): Awaitable<Ino> {
    const path = this.pathOf(ino);
    return chain(run(this.node(ino, caller)), (node) => {
      // A directory keeps its number: what is mounted on it is found by that.
      if (isDirectory(node.mode)) return ino;
      const opened = ++this.lastIno;
      this.openings.set(opened, { path, caller, content: undefined });
      return opened;
    });
  }

  release(ino: Ino): void {
    this.openings.delete(ino);
  }

  sync(): void {}

  evict(ino: Ino): Awaitable<void> {
    const opening = this.openings.get(ino);
    return chain(run(this.node(ino, opening?.caller)), (node) => {
      if (opening !== undefined) opening.content = undefined;
      return node.evict?.();
    });
  }

  statfs(): FileSystemStatus {
    return { type: this.options.magic, bsize: 4096, blocks: 0, bfree: 0, bavail: 0, files: this.inos.size, ffree: 0 };
  }
}
