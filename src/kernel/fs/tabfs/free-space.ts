// Which units of the data store are free: rows of free units below `end`, and everything from `end` on.
//
// Nothing of this is on disk: a mount derives it from the extents of all files. Rows are found by either of their ends,
// so that neighbours join, and by the order of magnitude of their length, so that taking one costs no search.

import type { Run } from './extents.ts';

const classOf = (units: number): number => 31 - Math.clz32(Math.min(units, 0x7fff_ffff));

/** How many rows of the fitting magnitude, that may be too short, are looked at. */
const TRIES = 8;

export class FreeSpace {
  /** All units from here on are free; the one before is not. */
  end: number;
  private freeUnits = 0;
  private readonly byStart = new Map<number, number>();
  private readonly byEnd = new Map<number, number>();
  private readonly classes: Set<number>[] = Array.from({ length: 31 }, () => new Set());

  /** All that is not used. The runs do not overlap; undefined when they do (a damaged volume). */
  static around(used: readonly Run[]): FreeSpace | undefined {
    const space = new FreeSpace();
    for (const { at, units } of used.toSorted((a, b) => a.at - b.at)) {
      if (at < space.end) return undefined;
      if (at > space.end) space.insert(space.end, at - space.end);
      space.end = at + units;
    }
    return space;
  }

  private constructor() {
    this.end = 0;
  }

  /** Free units below `end`. */
  get free(): number {
    return this.freeUnits;
  }

  /** Take a row of units: from what is free below `end` if a row is long enough, else at the end. */
  take(units: number): number {
    const at = this.findRow(units);
    if (at !== undefined) {
      this.cut(at, units);
      return at;
    }
    const start = this.end;
    this.end += units;
    return start;
  }

  private findRow(units: number): number | undefined {
    const least = classOf(units);
    let tries = TRIES;
    for (const at of this.classes[least] as Set<number>) {
      if ((this.byStart.get(at) as number) >= units) return at;
      if (--tries === 0) break;
    }
    for (let i = least + 1; i < this.classes.length; i++) {
      for (const at of this.classes[i] as Set<number>) return at;
    }
    return undefined;
  }

  /** The free rows below `end`, in order. */
  rows(): Run[] {
    return [...this.byStart].map(([at, units]) => ({ at, units })).sort((a, b) => a.at - b.at);
  }

  /** Take exactly these units, if they are free. */
  takeAt(at: number, units: number): boolean {
    if (at === this.end) {
      this.end += units;
      return true;
    }
    if ((this.byStart.get(at) ?? 0) < units) return false;
    this.cut(at, units);
    return true;
  }

  private cut(at: number, units: number): void {
    const length = this.byStart.get(at) as number;
    this.remove(at);
    if (length > units) this.insert(at + units, length - units);
  }

  give({ at, units }: Run): void {
    if (units === 0) return;
    let start = at;
    let length = units;
    const behind = this.byStart.get(at + units);
    if (behind !== undefined) {
      this.remove(at + units);
      length += behind;
    }
    const before = this.byEnd.get(at);
    if (before !== undefined) {
      this.remove(before);
      start = before;
      length += at - before;
    }
    if (start + length === this.end) this.end = start;
    else this.insert(start, length);
  }

  private insert(at: number, units: number): void {
    this.byStart.set(at, units);
    this.byEnd.set(at + units, at);
    this.classes[classOf(units)]?.add(at);
    this.freeUnits += units;
  }

  private remove(at: number): void {
    const units = this.byStart.get(at);
    if (units === undefined) return;
    this.byStart.delete(at);
    this.byEnd.delete(at + units);
    this.classes[classOf(units)]?.delete(at);
    this.freeUnits -= units;
  }
}
