// Files and directories of a file system as open files: they hold a node of the VFS and an offset.

import { SysError } from '../../abi/errno.ts';
import { direntType, O, POLL, S, SEEK } from '../../abi/file.ts';
import { IN } from '../../abi/inotify.ts';
import { LAYOUT } from '../../abi/layout.ts';
import { SIGNAL } from '../../abi/signals.ts';
import { pack } from '../../abi/struct.ts';
import { writeByteString } from '../../base/bytes.ts';
import { type Awaitable, chain } from '../vfs/flow.ts';
import type { Node, Stat, Vfs } from '../vfs/vfs.ts';
import { type Caller, OpenFile } from './open-file.ts';

/** An open file that is a node: any type of it with O_PATH, otherwise see the subclasses. */
export class NodeFile extends OpenFile {
  readonly node: Node;
  protected readonly vfs: Vfs;
  /** The file type of what was opened to be read or written. */
  protected readonly type: number | undefined;

  /** Takes over the reference to the node. */
  constructor(vfs: Vfs, node: Node, flags: number) {
    super(flags);
    this.vfs = vfs;
    this.node = node;
  }

  get name(): string {
    return this.node.path;
  }

  override stat(): Awaitable<Stat> {
    return this.vfs.fstat(this.node);
  }

  protected override closed(): void {
    if (this.type !== undefined) this.node.changed(this.type, this.writable ? IN.CLOSE_WRITE : IN.CLOSE_NOWRITE);
    this.node.release();
  }
}

/** Where a seek relative to the end, to data or to a hole needs to know more than the offset. */
const target = (offset: number): number => {
  if (!(offset >= 0)) throw new SysError('EINVAL');
  if (offset > Number.MAX_SAFE_INTEGER) throw new SysError('EOVERFLOW');
  return offset;
};

/** Where a process reads an open file by itself: its worker's cell for one descriptor. */
export interface ReadCell {
  /** Where the process has read to; undefined when the offset is not kept there. */
  readonly offset: number | undefined;
  move(offset: number): void;
  /** The process has to ask again. */
  clear(): void;
}

export class RegularFile extends NodeFile {
  private ownOffset = 0;
  private cell: ReadCell | undefined;
  /** Where the last read by a call ended. */
  lastEnd = 0;
  protected override readonly type = S.IFREG;

  /** Where the next read or write is. */
  get offset(): number {
    return this.cell?.offset ?? this.ownOffset;
  }

  set offset(offset: number) {
    this.ownOffset = offset;
    this.cell?.move(offset);
  }

  /** The process goes on by itself, at a descriptor that is the only one of this file. */
  attach(cell: ReadCell): void {
    this.detach();
    this.cell = cell;
  }

  /** All reading is by calls again. */
  override detach(): void {
    const { cell } = this;
    if (cell === undefined) return;
    this.ownOffset = this.offset;
    this.cell = undefined;
    cell.clear();
  }

  get isAttached(): boolean {
    return this.cell !== undefined;
  }

  override retain(): this {
    this.detach();
    return super.retain();
  }

  protected override closed(): void {
    this.detach();
    super.closed();
  }

  override read(_caller: Caller, into: Uint8Array): Awaitable<number> {
    return chain(this.pread(into, this.offset), (n) => {
      this.offset += n;
      return n;
    });
  }

  override pread(into: Uint8Array, offset: number): Awaitable<number> {
    const { node } = this;
    return chain(node.fs.read(node.ino, offset, into), (n) => {
      if (n > 0 && node.mount.changes.active) node.changed(S.IFREG, IN.ACCESS);
      return n;
    });
  }

  override write(caller: Caller, bytes: Uint8Array): Awaitable<number> {
    const append = (this.flags & O.APPEND) !== 0;
    if (!append) return this.writeAt(caller, this.offset, bytes, true);
    if (caller.fileSizeLimit === Number.POSITIVE_INFINITY) return this.put('append', bytes);
    return chain(this.stat(), ({ size }) => this.writeAt(caller, size, bytes, true));
  }

  override pwrite(caller: Caller, bytes: Uint8Array, offset: number): Awaitable<number> {
    return this.writeAt(caller, offset, bytes, false);
  }

  /** Write within RLIMIT_FSIZE: what crosses it is cut, what starts beyond it is SIGXFSZ and EFBIG. */
  private writeAt(caller: Caller, offset: number, bytes: Uint8Array, move: boolean): Awaitable<number> {
    const room = caller.fileSizeLimit - offset;
    if (room <= 0 && bytes.length > 0) {
      caller.raise(SIGNAL.SIGXFSZ);
      throw new SysError('EFBIG');
    }
    const part = bytes.length > room ? bytes.subarray(0, room) : bytes;
    if (move) return this.put(offset, part);
    return chain(this.store(offset, part), () => part.length);
  }

  private put(offset: number | 'append', bytes: Uint8Array): Awaitable<number> {
    return chain(this.store(offset, bytes), (end) => {
      this.offset = end;
      return bytes.length;
    });
  }

  /** Gives the offset behind the last byte. */
  private store(offset: number | 'append', bytes: Uint8Array): Awaitable<number> {
    const { node } = this;
    return chain(node.fs.write(node.ino, offset, bytes), (end) => {
      if (bytes.length > 0 && node.mount.changes.active) node.changed(S.IFREG, IN.MODIFY);
      return end;
    });
  }

  override seek(offset: number, whence: number): Awaitable<number> {
    switch (whence) {
      case SEEK.SET:
        return this.moveTo(target(offset));
      case SEEK.CUR:
        return this.moveTo(target(this.offset + offset));
      case SEEK.END:
        return chain(this.stat(), ({ size }) => this.moveTo(target(size + offset)));
      case SEEK.DATA:
      case SEEK.HOLE:
        if (offset < 0) throw new SysError('ENXIO');
        return chain(this.node.fs.seek(this.node.ino, offset, whence), (at) => this.moveTo(at));
      default:
        throw new SysError('EINVAL');
    }
  }

  private moveTo(offset: number): number {
    this.offset = offset;
    return offset;
  }

  override ready(events: number): number {
    return events & (POLL.IN | POLL.OUT);
  }

  override pendingBytes(): Awaitable<number> {
    return chain(this.stat(), ({ size }) => Math.max(0, size - this.offset));
  }
}

/** Entries asked of the file system at once. */
const BATCH = 128;

const reclenOf = (name: string): number => (LAYOUT.dirent.size + name.length + 7) & ~7;

export class DirectoryFile extends NodeFile {
  protected override readonly type = S.IFDIR;
  /** Cookie of the last entry that was read. */
  private cookie = 0;

  override read(): number {
    throw new SysError('EISDIR');
  }

  override pread(): number {
    throw new SysError('EISDIR');
  }

  override seek(offset: number, whence: number): number {
    if (whence === SEEK.CUR && offset === 0) return this.cookie;
    if (whence !== SEEK.SET || offset < 0) throw new SysError('EINVAL');
    this.cookie = offset;
    return offset;
  }

  /** getdents: whole entries from the cookie on. EINVAL when not even one fits. */
  list(into: Uint8Array): Awaitable<number> {
    return chain(this.vfs.readdir(this.node, this.cookie, BATCH), (entries) => {
      let at = 0;
      for (const { name, ino, mode, cookie } of entries) {
        const reclen = reclenOf(name);
        if (at + reclen > into.length) {
          if (at === 0) throw new SysError('EINVAL');
          break;
        }
        pack('dirent', { ino, next: cookie, reclen, namelen: name.length, type: direntType(mode) }, into, at);
        const head = at + LAYOUT.dirent.size;
        writeByteString(name, into.subarray(head, at + reclen));
        into.fill(0, head + name.length, at + reclen);
        at += reclen;
        this.cookie = cookie;
      }
      return at;
    });
  }
}
