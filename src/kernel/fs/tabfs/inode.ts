// An inode in memory: a view of a row of the inode table. All inodes of a mounted volume are there; their data is not
// (but for what is inline).

import { isRegular } from '../../../abi/file.ts';
import { byteString, bytesOf } from '../../../base/bytes.ts';
import type { Attributes, Ino } from '../../vfs/filesystem.ts';
import { Directory } from './directory.ts';
import type { Effect } from './effects.ts';
import { type Extent, endOf, type Geometry, type Piece, pieceOf, type Run, unitsOf } from './extents.ts';
import { type InodeRows, NARROW, NARROW_COLUMNS, WIDE, WIDE_COLUMNS } from './inode-rows.ts';

const NO_EXTENTS: readonly Extent[] = [];
const NO_BYTES = new Uint8Array();

/** Belongs to a tree that snapshots do not hold. Kept beside the mode, which has 16 bits. */
const VOLATILE = 0x1_0000;

export type TimeName = 'atime' | 'mtime' | 'ctime' | 'birth';

export class Inode implements Attributes {
  private readonly table: InodeRows;
  private readonly row: number;

  constructor(table: InodeRows, row: number) {
    this.table = table;
    this.row = row;
  }

  private wide(column: number): number {
    return this.table.wide[this.row * WIDE_COLUMNS + column] as number;
  }

  private setWide(column: number, value: number): void {
    this.table.wide[this.row * WIDE_COLUMNS + column] = value;
  }

  private narrow(column: number): number {
    return this.table.narrow[this.row * NARROW_COLUMNS + column] as number;
  }

  private setNarrow(column: number, value: number): void {
    this.table.narrow[this.row * NARROW_COLUMNS + column] = value;
  }

  // --- attributes --------------------------------------------------------------------------------------------------

  get ino(): Ino {
    return this.wide(WIDE.ino);
  }
  get mode(): number {
    return this.narrow(NARROW.mode) & 0xffff;
  }
  /** The type cannot change. */
  set permissions(mode: number) {
    this.setNarrow(NARROW.mode, (this.narrow(NARROW.mode) & ~0o7777) | (mode & 0o7777));
  }
  get nlink(): number {
    return this.narrow(NARROW.nlink);
  }
  set nlink(value: number) {
    this.setNarrow(NARROW.nlink, value);
  }
  get uid(): number {
    return this.narrow(NARROW.uid);
  }
  set uid(value: number) {
    this.setNarrow(NARROW.uid, value);
  }
  get gid(): number {
    return this.narrow(NARROW.gid);
  }
  set gid(value: number) {
    this.setNarrow(NARROW.gid, value);
  }
  get rdev(): number {
    return this.narrow(NARROW.rdev);
  }
  set rdev(value: number) {
    this.setNarrow(NARROW.rdev, value);
  }
  get size(): number {
    return this.wide(WIDE.size);
  }
  set size(value: number) {
    this.setWide(WIDE.size, value);
  }
  /** Units of 512 bytes. */
  get blocks(): number {
    return this.wide(WIDE.blocks);
  }
  set blocks(value: number) {
    this.setWide(WIDE.blocks, value);
  }
  get atimeSec(): number {
    return this.wide(WIDE.atime);
  }
  get atimeNsec(): number {
    return this.narrow(NARROW.atime);
  }
  get mtimeSec(): number {
    return this.wide(WIDE.mtime);
  }
  get mtimeNsec(): number {
    return this.narrow(NARROW.mtime);
  }
  get ctimeSec(): number {
    return this.wide(WIDE.ctime);
  }
  get ctimeNsec(): number {
    return this.narrow(NARROW.ctime);
  }
  get birthSec(): number {
    return this.wide(WIDE.birth);
  }
  get birthNsec(): number {
    return this.narrow(NARROW.birth);
  }
  setTime(time: TimeName, sec: number, nsec: number): void {
    this.setWide(WIDE[time], sec);
    this.setNarrow(NARROW[time], nsec);
  }

  /** In a tree that snapshots do not hold. */
  get volatile(): boolean {
    return (this.narrow(NARROW.mode) & VOLATILE) !== 0;
  }
  set volatile(is: boolean) {
    const mode = this.narrow(NARROW.mode);
    this.setNarrow(NARROW.mode, is ? mode | VOLATILE : mode & ~VOLATILE);
  }

  /** How often it is open. */
  get opens(): number {
    return this.table.opens.get(this.ino) ?? 0;
  }
  set opens(count: number) {
    if (count === 0) this.table.opens.delete(this.ino);
    else this.table.opens.set(this.ino, count);
  }

  // --- what it holds -----------------------------------------------------------------------------------------------

  get directory(): Directory | undefined {
    const extra = this.table.extra[this.row];
    return extra instanceof Directory ? extra : undefined;
  }

  get regular(): boolean {
    return isRegular(this.mode);
  }

  /** Of a symbolic link: its target, a byte string. */
  get target(): string {
    const extra = this.table.extra[this.row];
    return typeof extra === 'string' ? extra : '';
  }
  set target(target: string) {
    this.table.extra[this.row] = target;
  }

  /** Of a file without extents: its first bytes; zeros behind them. */
  get inline(): Uint8Array {
    const extra = this.table.extra[this.row];
    return typeof extra === 'string' ? bytesOf(extra) : NO_BYTES;
  }
  set inline(bytes: Uint8Array) {
    this.extents = NO_EXTENTS;
    if (bytes.length > 0) this.table.extra[this.row] = byteString(bytes);
  }

  /** The chunk map of a file that has no inline bytes. */
  get extents(): readonly Extent[] {
    const extra = this.table.extra[this.row];
    if (Array.isArray(extra)) return extra;
    const tail = this.narrow(NARROW.tail);
    return tail === 0 ? NO_EXTENTS : [{ chunk: 0, at: this.wide(WIDE.at), sums: [this.narrow(NARROW.sum)], tail }];
  }
  /** Takes the array over. */
  set extents(extents: readonly Extent[]) {
    const [first] = extents;
    const small = extents.length === 1 && first !== undefined && first.chunk === 0 && first.sums.length === 1;
    this.setWide(WIDE.at, small ? first.at : 0);
    this.setNarrow(NARROW.tail, small ? first.tail : 0);
    this.setNarrow(NARROW.sum, small ? (first.sums[0] as number) : 0);
    this.table.extra[this.row] = small || extents.length === 0 ? undefined : (extents as Extent[]);
  }

  /**
   * Units that belong to the last stored chunk and that no record on disk speaks of, counted from its start: it may
   * grow in place up to there. 0 when that is not known, as after a mount.
   */
  get capacity(): number {
    return this.table.capacities.get(this.ino) ?? 0;
  }
  set capacity(units: number) {
    if (units === 0) this.table.capacities.delete(this.ino);
    else this.table.capacities.set(this.ino, units);
  }

  /** What of the capacity is not in use. */
  spare(geometry: Geometry): Run | undefined {
    const { capacity } = this;
    if (capacity === 0) return undefined;
    const { extents } = this;
    const last = extents.at(-1);
    if (last === undefined) return undefined;
    const { at, length } = pieceOf(extents, endOf(last) - 1, geometry) as Piece;
    const units = unitsOf(length, geometry);
    return { at: at + units, units: capacity - units };
  }

  /** Become what another row is, but for the number and the names in a directory. */
  assume(other: Inode): void {
    const { ino } = this;
    const { wide, narrow } = other.table;
    this.table.wide.set(
      wide.subarray(other.row * WIDE_COLUMNS, (other.row + 1) * WIDE_COLUMNS),
      this.row * WIDE_COLUMNS,
    );
    this.table.narrow.set(
      narrow.subarray(other.row * NARROW_COLUMNS, (other.row + 1) * NARROW_COLUMNS),
      this.row * NARROW_COLUMNS,
    );
    this.setWide(WIDE.ino, ino);
    if (this.directory !== undefined) return;
    const extra = other.table.extra[other.row];
    this.table.extra[this.row] = Array.isArray(extra) ? [...extra] : extra;
  }
}

/** All attributes of an inode, as an effect to change some of them. */
export const attributesOf = (inode: Inode): Extract<Effect, { kind: 'inode' }> => {
  const { ino, mode, uid, gid, rdev, nlink } = inode;
  const { atimeSec, atimeNsec, mtimeSec, mtimeNsec, ctimeSec, ctimeNsec, birthSec, birthNsec } = inode;
  const times = { atimeSec, atimeNsec, mtimeSec, mtimeNsec, ctimeSec, ctimeNsec, birthSec, birthNsec };
  return { kind: 'inode', ino, mode, uid, gid, rdev, nlink, ...times };
};

/** How long it is in a checkpoint, at most: for what a snapshot will keep of it. */
export const weightOf = (inode: Inode): number => {
  let weight = 80 + (inode.regular ? inode.inline.length : inode.target.length);
  for (const { sums } of inode.extents) weight += 24 + sums.length * 4;
  return weight;
};
