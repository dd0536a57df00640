// What processes may read by themselves: the station's side of a page pool (base/page-pool.ts).
//
// A process that reads a regular file again, or here and there, gets the pages that it has asked for put into its pool,
// and the descriptor's cell set: from then on it copies. A file that is only read through once is not worth it. It must
// have been opened for reading only, through one descriptor of one process; a second one takes the cell away.
//
// Invariant: before a change of a file is acknowledged to anybody, its key in the pool is gone (`Coherence`). Pages and
// sizes are always taken from the file system in the same turn in which the key is given.

import { SysError } from '../../abi/errno.ts';
import { O } from '../../abi/file.ts';
import { createPagePool, PAGE, PagePool } from '../../base/page-pool.ts';
import { CELLS, type ReadCells } from '../../base/read-cells.ts';
import type { ReadCell, RegularFile } from '../fd/vfs-file.ts';
import type { FileSystem, Ino } from '../vfs/filesystem.ts';

/** Most files that are remembered. */
const FILES_MAX = 512;
/** Pages put in ahead of one who reads in order. */
const AHEAD = 8;

/** A file that has been read: in the order of their last use in `ReadCache.files`. */
interface Entry {
  readonly fs: FileSystem;
  readonly ino: Ino;
  readonly record: number;
  /** Somebody has read it to its end before. */
  readThrough: boolean;
  cells: number;
}

class Cell implements ReadCell {
  private readonly cells: ReadCells;
  private readonly fd: number;
  private readonly entry: Entry;

  constructor(cells: ReadCells, fd: number, entry: Entry, offset: number) {
    this.cells = cells;
    this.fd = fd;
    this.entry = entry;
    entry.cells++;
    cells.set(fd, entry.record, offset);
  }

  get offset(): number {
    return this.cells.offset(this.fd);
  }

  move(offset: number): void {
    this.cells.move(this.fd, offset);
  }

  clear(): void {
    this.cells.clear(this.fd);
    this.entry.cells--;
  }
}

export class ReadCache {
  private readonly pool: PagePool;
  private readonly byFs = new Map<FileSystem, Map<Ino, Entry>>();
  private readonly entries = new Set<Entry>();
  private readonly forget: (() => void)[] = [];
  private readonly scratch = new Uint8Array(PAGE);

  /** `frames` of 16 KiB; a power of two. */
  constructor(frames: number) {
    this.pool = new PagePool(createPagePool(frames));
  }

  /** To be given to the workers of processes that may see what is in the pool. */
  get memory(): SharedArrayBuffer {
    return this.pool.memory;
  }

  /** A process has read `count` of `asked` bytes by a call, which was answered at once. */
  note(file: RegularFile, cells: ReadCells, fd: number, at: number, asked: number, count: number): void {
    const { node } = file;
    const { fs } = node;
    if (fs.coherence?.holds !== true || (file.flags & O.ACCMODE) !== O.RDONLY || file.isShared || fd >= CELLS) return;
    // inotify tells of every read.
    if (node.isWatched) return;
    // One who copies calls again where the pages end.
    const skipped = at - file.lastEnd;
    const inOrder = skipped === 0 || (file.isAttached && skipped > 0 && skipped <= (AHEAD + 1) * PAGE);
    file.lastEnd = at + count;
    const entry = this.entry(fs, node.ino);
    if (entry === undefined) return;
    if (inOrder && !entry.readThrough && !file.isAttached) {
      entry.readThrough = count < asked;
      return;
    }
    try {
      const size = this.publish(entry);
      if (size === undefined || (inOrder && size > this.pool.capacity / 2)) return;
      this.fill(entry, at, at + Math.max(count, 1) + (inOrder ? AHEAD * PAGE : 0));
    } catch (error) {
      // What cannot be read ahead is told to who asks for it.
      if (!(error instanceof SysError)) throw error;
      return;
    }
    if (!file.isAttached) file.attach(new Cell(cells, fd, entry, file.offset));
  }

  /** Nobody reads from it any more. */
  close(): void {
    for (const forget of this.forget) forget();
  }

  private entry(fs: FileSystem, ino: Ino): Entry | undefined {
    let inodes = this.byFs.get(fs);
    if (inodes === undefined) {
      inodes = new Map();
      this.byFs.set(fs, inodes);
      const forget = fs.coherence?.listen((changed) => this.changed(fs, changed));
      if (forget !== undefined) this.forget.push(forget);
    }
    const known = inodes.get(ino);
    if (known !== undefined) {
      this.entries.delete(known);
      this.entries.add(known);
      return known;
    }
    if (this.entries.size >= FILES_MAX) this.forgetOldest();
    const record = this.pool.allot();
    if (record === undefined) return undefined;
    const entry: Entry = { fs, ino, record, readThrough: false, cells: 0 };
    inodes.set(ino, entry);
    this.entries.add(entry);
    return entry;
  }

  private forgetOldest(): void {
    for (const entry of this.entries) {
      if (entry.cells > 0) continue;
      this.entries.delete(entry);
      this.byFs.get(entry.fs)?.delete(entry.ino);
      this.pool.release(entry.record);
      return;
    }
  }

  /** Processes have to ask again for all that they read. */
  revoke(): void {
    for (const { record } of this.entries) this.pool.revoke(record);
  }

  private changed(fs: FileSystem, ino: Ino | undefined): void {
    const inodes = this.byFs.get(fs);
    if (ino !== undefined) {
      const entry = inodes?.get(ino);
      if (entry !== undefined) this.pool.revoke(entry.record);
      return;
    }
    for (const { record } of inodes?.values() ?? []) this.pool.revoke(record);
  }

  /** Gives the size of the file; undefined when that is not known at once. */
  private publish({ fs, ino, record }: Entry): number | undefined {
    const attributes = fs.getattr(ino);
    if (attributes instanceof Promise) return undefined;
    const { size } = attributes;
    if (!this.pool.isPublished(record)) this.pool.publish(record, size);
    return size;
  }

  /** Put the pages of a range in, as far as the file goes. */
  private fill({ fs, ino, record }: Entry, from: number, to: number): void {
    for (let page = Math.floor(from / PAGE); page * PAGE < to; page++) {
      if (this.pool.has(record, page)) continue;
      const count = fs.read(ino, page * PAGE, this.scratch);
      if (typeof count !== 'number' || count === 0) return;
      this.pool.fill(record, page, this.scratch.subarray(0, count));
      if (count < PAGE) return;
    }
  }
}
