// A volume as simple as can be: what operations on files do, without storage. Random operations are done to it and to a
// real volume, and both are compared as text.

import { SysError } from '../../abi/errno.ts';
import { FALLOCATE, isDirectory, isSymlink, S } from '../../abi/file.ts';
import { crc32c } from '../../kernel/storage/crc32c.ts';
import type { FileSystem, Ino, NewInode } from '../../kernel/vfs/filesystem.ts';
import { pattern } from './fs-system.ts';

export type Operation =
  | { readonly op: 'create' | 'mkdir' | 'unlink' | 'rmdir' | 'open' | 'close'; readonly path: string }
  | {
      readonly op: 'write';
      readonly path: string;
      readonly offset: number;
      readonly length: number;
      readonly seed: number;
    }
  | { readonly op: 'append'; readonly path: string; readonly length: number; readonly seed: number }
  | { readonly op: 'truncate'; readonly path: string; readonly length: number }
  | { readonly op: 'punch' | 'allocate'; readonly path: string; readonly offset: number; readonly length: number }
  | { readonly op: 'link' | 'rename' | 'clone'; readonly path: string; readonly to: string }
  | {
      readonly op: 'copy';
      readonly path: string;
      readonly from: number;
      readonly to: string;
      readonly offset: number;
      readonly length: number;
    }
  | { readonly op: 'snapshot' | 'rollback' | 'forget'; readonly name: string }
  | { readonly op: 'symlink'; readonly path: string; readonly target: string }
  | { readonly op: 'chmod'; readonly path: string; readonly mode: number }
  | { readonly op: 'sync' | 'maintain' };

/** An operation before it is known what there is: the numbers choose among the names that exist then. */
export interface Choice {
  readonly op: Operation['op'];
  /** Chooses what is acted on. */
  readonly on: number;
  /** Chooses a new name. */
  readonly name: number;
  readonly offset: number;
  readonly length: number;
  readonly seed: number;
}

const NAMES = ['a', 'b', 'c', 'd'] as const;
const SNAPSHOTS = ['x', 'y', 'z'] as const;
/** So that copies often can share: the chunks of the volumes that are tested are as small. */
const ALIGNMENT = 64;

const split = (path: string): string[] => path.split('/');

interface File {
  readonly kind: 'file';
  bytes: Uint8Array;
  mode: number;
}
interface Directory {
  readonly kind: 'directory';
  readonly names: Map<string, Item>;
  mode: number;
}
interface Link {
  readonly kind: 'link';
  readonly target: string;
  mode: number;
}
type Item = File | Directory | Link;

class Refused extends Error {}
const refuse = (): never => {
  throw new Refused();
};

export class Model {
  private root: Directory = { kind: 'directory', names: new Map(), mode: 0o755 };
  /** In the order in which they were made. */
  readonly snapshots = new Map<string, Directory>();

  private paths(kinds: readonly Item['kind'][]): string[] {
    const found: string[] = [];
    const visit = (prefix: string, directory: Directory): void => {
      for (const [name, item] of directory.names) {
        if (kinds.includes(item.kind)) found.push(prefix + name);
        if (item.kind === 'directory') visit(`${prefix}${name}/`, item);
      }
    };
    visit('', this.root);
    return found;
  }

  /** What a choice comes to, now. Some choices name what they should not. */
  resolve({ op, on, name, offset, length, seed }: Choice): Operation {
    const amiss = on % 13 === 12;
    const choose = (...kinds: readonly Item['kind'][]): string => {
      const found = this.paths(amiss ? ['file', 'directory', 'link'] : kinds);
      return found[on % found.length] ?? 'missing';
    };
    const fresh = (): string => {
      const directories = ['', ...this.paths([amiss ? 'file' : 'directory']).map((path) => `${path}/`)];
      return `${directories[name % directories.length]}${NAMES[seed % NAMES.length]}`;
    };
    switch (op) {
      case 'create':
      case 'mkdir':
        return { op, path: fresh() };
      case 'symlink':
        return { op, path: fresh(), target: 'x'.repeat(length) };
      case 'unlink':
        return { op, path: choose('file', 'link') };
      case 'rmdir':
        return { op, path: choose('directory') };
      case 'open':
      case 'close':
        return { op, path: choose('file') };
      case 'write':
        return { op, path: choose('file'), offset, length, seed };
      case 'append':
        return { op, path: choose('file'), length, seed };
      case 'truncate':
        return { op, path: choose('file'), length: offset };
      case 'punch':
      case 'allocate':
        return { op, path: choose('file'), offset, length };
      case 'clone':
        return { op, path: choose('file'), to: name % 4 === 0 ? choose('file') : this.another(name) };
      case 'copy':
        return this.resolveCopy(choose('file'), this.another(name), offset, length, name + 1, seed % 3 > 0);
      case 'snapshot':
      case 'rollback':
      case 'forget':
        return { op, name: SNAPSHOTS[name % SNAPSHOTS.length] as string };
      case 'link':
        return { op, path: choose('file', 'link'), to: fresh() };
      case 'rename':
        return { op, path: choose('file', 'directory', 'link'), to: name % 3 === 0 ? choose('file') : fresh() };
      case 'chmod':
        return { op, path: choose('file', 'directory'), mode: seed };
      case 'sync':
      case 'maintain':
        return { op };
    }
  }

  private another(on: number): string {
    const found = this.paths(['file']);
    return found[on % found.length] ?? 'missing';
  }

  /** Whole chunks where that is asked for, or what is left at the end of the source. */
  private resolveCopy(path: string, to: string, from: number, offset: number, most: number, whole: boolean): Operation {
    const sizeOf = (each: string): number => (this.paths(['file']).includes(each) ? this.file(each).bytes.length : 0);
    const align = (n: number): number => (whole ? n - (n % ALIGNMENT) : n);
    const [start, target] = [align(from), align(offset)];
    const left = Math.max(0, sizeOf(path) - start);
    const length = most >= left && target + left >= sizeOf(to) ? left : align(Math.min(most, left));
    return { op: 'copy', path, from: start, to, offset: target, length };
  }

  private parent(names: readonly string[]): Directory {
    let here = this.root;
    for (const name of names.slice(0, -1)) {
      const next = here.names.get(name);
      here = next?.kind === 'directory' ? next : refuse();
    }
    return here;
  }

  private find(path: string): Item {
    const names = split(path);
    return this.parent(names).names.get(names.at(-1) as string) ?? refuse();
  }

  private file(path: string): File {
    const item = this.find(path);
    return item.kind === 'file' ? item : refuse();
  }

  private add(path: string, item: Item): void {
    const names = split(path);
    const parent = this.parent(names);
    const name = names.at(-1) as string;
    if (parent.names.has(name)) refuse();
    parent.names.set(name, item);
  }

  private remove(path: string, directory: boolean): void {
    const names = split(path);
    const item = this.find(path);
    if ((item.kind === 'directory') !== directory) refuse();
    if (item.kind === 'directory' && item.names.size > 0) refuse();
    this.parent(names).names.delete(names.at(-1) as string);
  }

  /** False when it must fail; then nothing has changed. */
  apply(operation: Operation): boolean {
    try {
      this.act(operation);
      return true;
    } catch (error) {
      if (error instanceof Refused) return false;
      throw error;
    }
  }

  private act(operation: Operation): void {
    switch (operation.op) {
      case 'create':
        this.add(operation.path, { kind: 'file', bytes: new Uint8Array(), mode: 0o644 });
        return;
      case 'mkdir':
        this.add(operation.path, { kind: 'directory', names: new Map(), mode: 0o755 });
        return;
      case 'symlink':
        this.add(operation.path, { kind: 'link', target: operation.target, mode: 0o777 });
        return;
      case 'unlink':
      case 'rmdir':
        this.remove(operation.path, operation.op === 'rmdir');
        return;
      case 'open':
        this.file(operation.path);
        return;
      case 'write': {
        const file = this.file(operation.path);
        file.bytes = written(file.bytes, operation.offset, pattern(operation.length, operation.seed));
        return;
      }
      case 'append': {
        const file = this.file(operation.path);
        file.bytes = written(file.bytes, file.bytes.length, pattern(operation.length, operation.seed));
        return;
      }
      case 'truncate': {
        const file = this.file(operation.path);
        const bytes = new Uint8Array(operation.length);
        bytes.set(file.bytes.subarray(0, operation.length));
        file.bytes = bytes;
        return;
      }
      case 'punch': {
        const file = this.file(operation.path);
        if (operation.length === 0) refuse();
        file.bytes = file.bytes.slice();
        file.bytes.fill(0, operation.offset, operation.offset + operation.length);
        return;
      }
      case 'allocate': {
        const file = this.file(operation.path);
        if (operation.length === 0) refuse();
        const bytes = new Uint8Array(Math.max(file.bytes.length, operation.offset + operation.length));
        bytes.set(file.bytes);
        file.bytes = bytes;
        return;
      }
      case 'clone': {
        const source = this.file(operation.path);
        const file = this.file(operation.to);
        if (source.bytes.length > 0 && file.bytes.length > source.bytes.length) refuse();
        if (source.bytes.length > 0) file.bytes = source.bytes.slice();
        return;
      }
      case 'copy': {
        const { from, offset, length } = operation;
        const source = this.file(operation.path);
        const file = this.file(operation.to);
        if (source === file) refuse();
        file.bytes = written(file.bytes, offset, source.bytes.slice(from, from + length));
        return;
      }
      case 'snapshot':
        if (this.snapshots.has(operation.name)) refuse();
        this.snapshots.set(operation.name, copyOf(this.root));
        return;
      case 'rollback':
        this.root = copyOf(this.snapshots.get(operation.name) ?? refuse());
        return;
      case 'forget':
        if (!this.snapshots.delete(operation.name)) refuse();
        return;
      case 'link': {
        const item = this.find(operation.path);
        if (item.kind === 'directory') refuse();
        this.add(operation.to, item);
        return;
      }
      case 'rename':
        this.rename(split(operation.path), split(operation.to));
        return;
      case 'chmod':
        this.find(operation.path).mode = operation.mode;
        return;
      case 'close':
      case 'sync':
      case 'maintain':
        return;
    }
  }

  private rename(from: readonly string[], to: readonly string[]): void {
    const [oldParent, newParent] = [this.parent(from), this.parent(to)];
    const [oldName, newName] = [from.at(-1) as string, to.at(-1) as string];
    const item = oldParent.names.get(oldName) ?? refuse();
    const target = newParent.names.get(newName);
    if (item === target) return;
    const within = (inner: readonly string[], outer: readonly string[]): boolean =>
      outer.every((name, i) => inner[i] === name);
    if (within(to, from) || (target?.kind === 'directory' && within(from, to))) refuse();
    if (target !== undefined && (target.kind === 'directory') !== (item.kind === 'directory')) refuse();
    if (target?.kind === 'directory' && target.names.size > 0) refuse();
    oldParent.names.delete(oldName);
    newParent.names.set(newName, item);
  }

  /** What there is now, or in a snapshot. */
  dump(snapshot?: string): string {
    const ids = new Map<Item, number>();
    const lines: string[] = [];
    const root = snapshot === undefined ? this.root : (this.snapshots.get(snapshot) ?? refuse());
    const visit = (path: string, directory: Directory): void => {
      for (const name of [...directory.names.keys()].sort()) {
        const item = directory.names.get(name) as Item;
        if (!ids.has(item)) ids.set(item, ids.size);
        const content = item.kind === 'file' ? digest(item.bytes) : item.kind === 'link' ? item.target : '';
        lines.push(`${path}${name} ${item.kind} ${item.mode.toString(8)} #${ids.get(item)} ${content}`);
        if (item.kind === 'directory') visit(`${path}${name}/`, item);
      }
    };
    visit('', root);
    return lines.join('\n');
  }

  /** All snapshots, in their order. */
  dumpSnapshots(): readonly string[] {
    return [...this.snapshots.keys()].map((name) => `${name}\n${this.dump(name)}`);
  }
}

/** A tree as it is, names of one file included. */
const copyOf = (root: Directory): Directory => {
  const copies = new Map<Item, Item>();
  const copy = (item: Item): Item => {
    const known = copies.get(item);
    if (known !== undefined) return known;
    const made: Item = item.kind === 'directory' ? { ...item, names: new Map() } : { ...item };
    copies.set(item, made);
    if (item.kind === 'directory' && made.kind === 'directory') {
      for (const [name, inner] of item.names) made.names.set(name, copy(inner));
    }
    return made;
  };
  return copy(root) as Directory;
};

const written = (bytes: Uint8Array, offset: number, part: Uint8Array): Uint8Array => {
  if (part.length === 0) return bytes;
  const result = new Uint8Array(Math.max(bytes.length, offset + part.length));
  result.set(bytes);
  result.set(part, offset);
  return result;
};

/** All of a short one, for people to read. */
const SHORT = 1000;

const digest = (bytes: Uint8Array): string => {
  const content = bytes.length <= SHORT ? [...bytes].map((b) => b.toString(36)).join('.') : crc32c(bytes).toString(16);
  return `${bytes.length}:${content}`;
};

/** What the file system must be a synchronous one for: a local tabfs. */
type Local = { [K in keyof FileSystem]: FileSystem[K] };

const now = <T>(value: T | Promise<T>): T => {
  if (value instanceof Promise) throw new Error('the file system did not answer at once');
  return value;
};

/** The same operations on a file system. */
export class Driver {
  private readonly fs: Local;
  private readonly opened: Ino[] = [];
  private readonly maintain: () => void;

  constructor(fs: FileSystem, maintain: () => void = () => {}) {
    this.maintain = maintain;
    this.fs = fs;
  }

  private walk(names: readonly string[]): Ino {
    const { passed } = now(this.fs.walk(this.fs.rootIno, names, false, undefined));
    if (passed.length <= names.length) throw new SysError('ENOENT');
    return passed[names.length]?.ino as Ino;
  }

  private parent(path: string): readonly [Ino, string] {
    const names = split(path);
    return [this.walk(names.slice(0, -1)), names.at(-1) as string];
  }

  /** Throws the errors of the file system. */
  act(operation: Operation): void {
    const { fs } = this;
    switch (operation.op) {
      case 'create':
      case 'mkdir':
      case 'symlink': {
        const [dir, name] = this.parent(operation.path);
        now(fs.create(dir, name, made(operation), { exclusive: true, open: false }));
        return;
      }
      case 'unlink':
      case 'rmdir':
        now(fs[operation.op](...this.parent(operation.path)));
        return;
      case 'open': {
        const ino = this.walk(split(operation.path));
        now(fs.read(ino, 0, new Uint8Array()));
        this.opened.push(now(fs.open(ino, undefined)));
        return;
      }
      case 'close': {
        const ino = this.opened.shift();
        if (ino !== undefined) fs.release(ino);
        return;
      }
      case 'write':
        now(fs.write(this.walk(split(operation.path)), operation.offset, pattern(operation.length, operation.seed)));
        return;
      case 'append':
        now(fs.write(this.walk(split(operation.path)), 'append', pattern(operation.length, operation.seed)));
        return;
      case 'truncate':
        now(fs.setattr(this.walk(split(operation.path)), { size: operation.length }));
        return;
      case 'punch':
      case 'allocate': {
        const { op, path, offset, length } = operation;
        const mode = op === 'punch' ? FALLOCATE.PUNCH_HOLE | FALLOCATE.KEEP_SIZE : 0;
        now(fs.allocate(this.walk(split(path)), offset, length, mode));
        return;
      }
      case 'clone':
        now(fs.clone?.(this.walk(split(operation.path)), this.walk(split(operation.to))));
        return;
      case 'copy':
        this.copy(this.walk(split(operation.path)), this.walk(split(operation.to)), operation);
        return;
      case 'snapshot':
        now(fs.changeSnapshots?.('create', operation.name));
        return;
      case 'rollback':
        now(fs.changeSnapshots?.('rollback', operation.name));
        return;
      case 'forget':
        now(fs.changeSnapshots?.('delete', operation.name));
        return;
      case 'link':
        now(fs.link(this.walk(split(operation.path)), ...this.parent(operation.to)));
        return;
      case 'rename':
        now(fs.rename(...this.parent(operation.path), ...this.parent(operation.to), 0));
        return;
      case 'chmod':
        now(fs.setattr(this.walk(split(operation.path)), { mode: operation.mode }));
        return;
      case 'sync':
        now(fs.sync());
        return;
      case 'maintain':
        this.maintain();
        return;
    }
  }

  /** What can be shared is shared at once, else written at once: it is atomic either way. */
  private copy(source: Ino, ino: Ino, { from, offset, length }: Extract<Operation, { op: 'copy' }>): void {
    const { fs } = this;
    if (source === ino) throw new SysError('EINVAL');
    for (const each of [source, ino]) now(fs.read(each, 0, new Uint8Array()));
    if (fs.share !== undefined && now(fs.share(source, from, ino, offset, length)) === length) return;
    const bytes = new Uint8Array(length);
    now(fs.write(ino, offset, bytes.subarray(0, now(fs.read(source, from, bytes)))));
  }

  /** False when the operation was refused. ENOSPC and EIO are thrown. */
  apply(operation: Operation): boolean {
    try {
      this.act(operation);
      return true;
    } catch (error) {
      if (!(error instanceof SysError) || error.errno === 'ENOSPC' || error.errno === 'EIO') throw error;
      return false;
    }
  }

  closeAll(): void {
    for (const ino of this.opened.splice(0)) this.fs.release(ino);
  }

  /** Remove everything below a directory. */
  empty(dir: Ino = this.fs.rootIno): void {
    for (const { name, ino, mode } of now(this.fs.readdir(dir, 0, Number.POSITIVE_INFINITY))) {
      if (isDirectory(mode)) {
        this.empty(ino);
        now(this.fs.rmdir(dir, name));
      } else {
        now(this.fs.unlink(dir, name));
      }
    }
  }

  dump(): string {
    const ids = new Map<Ino, number>();
    const lines: string[] = [];
    const visit = (path: string, dir: Ino): void => {
      const entries = [...now(this.fs.readdir(dir, 0, Number.POSITIVE_INFINITY))];
      entries.sort((a, b) => (a.name < b.name ? -1 : 1));
      for (const { name, ino, mode } of entries) {
        if (!ids.has(ino)) ids.set(ino, ids.size);
        const kind = isDirectory(mode) ? 'directory' : isSymlink(mode) ? 'link' : 'file';
        const content =
          kind === 'file' ? this.content(ino) : kind === 'link' ? now(this.fs.readlink(ino, undefined)) : '';
        lines.push(`${path}${name} ${kind} ${(mode & 0o7777).toString(8)} #${ids.get(ino)} ${content}`);
        if (kind === 'directory') visit(`${path}${name}/`, ino);
      }
    };
    visit('', this.fs.rootIno);
    return lines.join('\n');
  }

  private content(ino: Ino): string {
    const bytes = new Uint8Array(now(this.fs.getattr(ino)).size);
    now(this.fs.read(ino, 0, bytes));
    return digest(bytes);
  }
}

const made = (operation: Operation): NewInode => {
  const owner = { uid: 0, gid: 0 };
  if (operation.op === 'symlink') return { ...owner, mode: S.IFLNK | 0o777, target: operation.target };
  return { ...owner, mode: operation.op === 'mkdir' ? S.IFDIR | 0o755 : S.IFREG | 0o644 };
};
