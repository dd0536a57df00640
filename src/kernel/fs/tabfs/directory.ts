// The names in one directory: by name, and in the order of their cookies, which is the order in which they were made.
// A cookie belongs to an entry for as long as it exists, so that a listing goes on at the right place whatever is made
// or removed meanwhile.
//
// Entries lie in three arrays; a removed one leaves a gap (the empty name) until there are many. Names are found by a
// map where there are more than a few.

import type { Ino } from '../../vfs/filesystem.ts';

export interface DirectoryEntry {
  readonly name: string;
  readonly ino: Ino;
  readonly cookie: number;
}

const GAP = '';
/** So many names are found fastest, and in the least memory, by looking at each. */
const FEW = 8;
/** Gaps are closed when there are so many, and as many as names. */
const MANY_GAPS = 32;

export class Directory {
  parent: Ino;
  /** Its own name in its parent: for getcwd. */
  name: string;
  private names: string[] = [];
  private inos: Ino[] = [];
  private cookies: number[] = [];
  /** Where a name is in the arrays. Undefined for few names. */
  private places: Map<string, number> | undefined;
  private gaps = 0;
  private nextCookie = 1;

  constructor(parent: Ino, name: string) {
    this.parent = parent;
    this.name = name;
  }

  get size(): number {
    return this.names.length - this.gaps;
  }

  private find(name: string): number {
    return this.places === undefined ? this.names.indexOf(name) : (this.places.get(name) ?? -1);
  }

  private entry(index: number): DirectoryEntry {
    const name = this.names[index] as string;
    return { name, ino: this.inos[index] as Ino, cookie: this.cookies[index] as number };
  }

  get(name: string): DirectoryEntry | undefined {
    const index = this.find(name);
    return index < 0 ? undefined : this.entry(index);
  }

  *entries(): Iterable<DirectoryEntry> {
    for (let i = 0; i < this.names.length; i++) if (this.names[i] !== GAP) yield this.entry(i);
  }

  /** The cookie that a new entry gets. */
  get freshCookie(): number {
    return this.nextCookie;
  }

  /** Make an entry, or let an existing one lead to another inode. Cookies of new entries grow. */
  set(name: string, ino: Ino, cookie: number): void {
    const existing = this.find(name);
    if (existing >= 0) {
      this.inos[existing] = ino;
      return;
    }
    this.places?.set(name, this.names.length);
    this.names.push(name);
    this.inos.push(ino);
    this.cookies.push(cookie);
    this.nextCookie = Math.max(this.nextCookie, cookie + 1);
    if (this.places === undefined && this.names.length > FEW) this.index();
  }

  private index(): void {
    this.places = undefined;
    if (this.size <= FEW) return;
    const places = new Map<string, number>();
    for (let i = 0; i < this.names.length; i++) if (this.names[i] !== GAP) places.set(this.names[i] as string, i);
    this.places = places;
  }

  remove(name: string): void {
    const index = this.find(name);
    if (index < 0) return;
    this.places?.delete(name);
    this.names[index] = GAP;
    this.gaps++;
    if (this.gaps >= MANY_GAPS && this.gaps >= this.size) this.closeGaps();
  }

  private closeGaps(): void {
    const stays = this.names.map((name) => name !== GAP);
    this.names = this.names.filter((_, i) => stays[i]);
    this.inos = this.inos.filter((_, i) => stays[i]);
    this.cookies = this.cookies.filter((_, i) => stays[i]);
    this.gaps = 0;
    this.index();
  }

  clear(): void {
    this.names = [];
    this.inos = [];
    this.cookies = [];
    this.places = undefined;
    this.gaps = 0;
  }

  /** Index of the first entry, or gap, with a greater cookie. */
  private indexBehind(cookie: number): number {
    let low = 0;
    let high = this.cookies.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.cookies[middle] as number) > cookie) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  list(cookie: number, max: number): DirectoryEntry[] {
    const listed: DirectoryEntry[] = [];
    for (let i = this.indexBehind(cookie); i < this.names.length && listed.length < max; i++) {
      if (this.names[i] !== GAP) listed.push(this.entry(i));
    }
    return listed;
  }
}
