// The inodes of a volume in memory, as rows of numbers: some hundred bytes each, however many there are, and nothing for
// the garbage collector to follow but what a directory, a link or a large file needs besides. An `Inode` is a view of a
// row and is made when it is asked for: two views of one inode are different objects, compare their numbers.
//
// A small file has its one chunk, or its inline bytes, in the row. `extra` holds what does not fit there.

import { isDirectory } from '../../../abi/file.ts';
import type { Ino } from '../../vfs/filesystem.ts';
import { Directory } from './directory.ts';
import { Inode } from './inode.ts';
import { type Extra, type InodeRows, NARROW, NARROW_COLUMNS, WIDE, WIDE_COLUMNS } from './inode-rows.ts';

/** Numbers of inodes are looked up in pages of so many. */
const PAGE = 1024;
/** Rows by which the table grows at least; else by a part of what it has. */
const LEAST = 16;
const GROWTH = 1.25;

interface Page {
  /** Row + 1 by number, 0 where there is no inode. */
  readonly rows: Int32Array;
  used: number;
}

export class InodeTable implements InodeRows {
  wide = new Float64Array(0);
  narrow = new Uint32Array(0);
  readonly extra: Extra[] = [];
  readonly opens = new Map<Ino, number>();
  readonly capacities = new Map<Ino, number>();
  private readonly pages = new Map<number, Page>();
  private readonly freeRows: number[] = [];
  private rows = 0;
  private count = 0;

  get size(): number {
    return this.count;
  }

  private rowOf(ino: Ino): number {
    const page = this.pages.get(Math.floor(ino / PAGE));
    return page === undefined ? -1 : (page.rows[ino % PAGE] as number) - 1;
  }

  has(ino: Ino): boolean {
    return this.rowOf(ino) >= 0;
  }

  get(ino: Ino): Inode | undefined {
    const row = this.rowOf(ino);
    return row < 0 ? undefined : new Inode(this, row);
  }

  /** In the order of their rows. */
  *values(): IterableIterator<Inode> {
    for (let row = 0; row < this.rows; row++) {
      if (this.wide[row * WIDE_COLUMNS + WIDE.ino] !== 0) yield new Inode(this, row);
    }
  }

  /** A new row, all zeros but for its number and mode. The number is not in use. */
  add(ino: Ino, mode: number): Inode {
    const row = this.freeRows.pop() ?? this.rows++;
    if (row * WIDE_COLUMNS >= this.wide.length) this.grow(row + 1);
    const index = Math.floor(ino / PAGE);
    let page = this.pages.get(index);
    if (page === undefined) {
      page = { rows: new Int32Array(PAGE), used: 0 };
      this.pages.set(index, page);
    }
    page.rows[ino % PAGE] = row + 1;
    page.used++;
    this.count++;
    this.wide[row * WIDE_COLUMNS + WIDE.ino] = ino;
    this.narrow[row * NARROW_COLUMNS + NARROW.mode] = mode;
    this.extra[row] = isDirectory(mode) ? new Directory(ino, '') : undefined;
    return new Inode(this, row);
  }

  private grow(least: number): void {
    const rows = Math.max(least, LEAST, Math.ceil(this.rows * GROWTH));
    const wide = new Float64Array(rows * WIDE_COLUMNS);
    const narrow = new Uint32Array(rows * NARROW_COLUMNS);
    wide.set(this.wide);
    narrow.set(this.narrow);
    this.wide = wide;
    this.narrow = narrow;
  }

  delete(ino: Ino): void {
    const row = this.rowOf(ino);
    if (row < 0) return;
    const index = Math.floor(ino / PAGE);
    const page = this.pages.get(index) as Page;
    page.rows[ino % PAGE] = 0;
    page.used--;
    if (page.used === 0) this.pages.delete(index);
    this.count--;
    this.wide.fill(0, row * WIDE_COLUMNS, (row + 1) * WIDE_COLUMNS);
    this.narrow.fill(0, row * NARROW_COLUMNS, (row + 1) * NARROW_COLUMNS);
    this.extra[row] = undefined;
    this.opens.delete(ino);
    this.capacities.delete(ino);
    this.freeRows.push(row);
  }
}
