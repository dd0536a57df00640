// The names in one directory: by name, and in the order of their cookies, which is the order in which they were made.
// A cookie belongs to an entry for as long as it exists, so that a listing goes on at the right place whatever is made
// or removed meanwhile.

import type { Ino } from '../../vfs/filesystem.ts';

export interface DirectoryEntry {
  readonly name: string;
  ino: Ino;
  readonly cookie: number;
}

export class Directory {
  parent: Ino;
  /** Its own name in its parent: for getcwd. */
  name: string;
  private readonly byName = new Map<string, DirectoryEntry>();
  /** By cookie; removed entries leave a gap until there are many. */
  private order: (DirectoryEntry | number)[] = [];
  private gaps = 0;
  private nextCookie = 1;

  constructor(parent: Ino, name: string) {
    this.parent = parent;
    this.name = name;
  }

  get size(): number {
    return this.byName.size;
  }

  get(name: string): DirectoryEntry | undefined {
    return this.byName.get(name);
  }

  entries(): Iterable<DirectoryEntry> {
    return this.byName.values();
  }

  /** The cookie that a new entry gets. */
  get freshCookie(): number {
    return this.nextCookie;
  }

  /** Make an entry, or let an existing one lead to another inode. */
  set(name: string, ino: Ino, cookie: number): void {
    const existing = this.byName.get(name);
    if (existing !== undefined) {
      existing.ino = ino;
      return;
    }
    const entry = { name, ino, cookie };
    this.byName.set(name, entry);
    this.order.push(entry);
    this.nextCookie = Math.max(this.nextCookie, cookie + 1);
  }

  remove(name: string): void {
    const entry = this.byName.get(name);
    if (entry === undefined) return;
    this.byName.delete(name);
    this.order[this.indexBehind(entry.cookie - 1)] = entry.cookie;
    this.gaps++;
    if (this.gaps < 32 || this.gaps < this.order.length / 2) return;
    this.order = this.order.filter((slot) => typeof slot !== 'number');
    this.gaps = 0;
  }

  clear(): void {
    this.byName.clear();
    this.order = [];
    this.gaps = 0;
  }

  /** Index of the first slot with a greater cookie. */
  private indexBehind(cookie: number): number {
    let low = 0;
    let high = this.order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const slot = this.order[middle] as DirectoryEntry | number;
      if ((typeof slot === 'number' ? slot : slot.cookie) > cookie) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  list(cookie: number, max: number): DirectoryEntry[] {
    const listed: DirectoryEntry[] = [];
    for (let i = this.indexBehind(cookie); i < this.order.length && listed.length < max; i++) {
      const slot = this.order[i] as DirectoryEntry | number;
      if (typeof slot !== 'number') listed.push(slot);
    }
    return listed;
  }
}
