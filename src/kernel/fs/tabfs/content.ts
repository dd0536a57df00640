// What is in a regular file: reading it, and planning changes of it. A plan has already written its data to places
// that no record speaks of; its effects make it so. If they cannot be written, `abandon` frees the places again.
//
// A file of a few bytes is inline. A file that grows by small writes gets room behind its last chunk, twice what it
// needs, and its chunk then grows in place: behind what the records speak of, so that no crash can see it.

import { SysError } from '../../../abi/errno.ts';
import { SEEK } from '../../../abi/file.ts';
import type { DataArea, Placed } from './data-area.ts';
import type { Effect } from './effects.ts';
import { endOf, type Geometry, nextHole, nextStored, type Piece, pieceOf, rangeOf, unitsOf } from './extents.ts';
import type { Inode } from './inode.ts';

export interface Plan {
  readonly effects: Effect[];
  /** What the effects speak of for the first time. */
  readonly placed: readonly Placed[];
  /** `Inode.capacity` once the effects are applied, */
  readonly capacity: number;
  /** and when they could not be written. */
  readonly fallback: number;
}

/** The inode of a regular file. */
export type File = Inode & { readonly regular: true };

export interface ContentOptions {
  readonly geometry: Geometry;
  /** Files up to this size have no chunks. */
  readonly inlineMax: number;
}

const NOTHING = new Uint8Array();
const UNKNOWN = { capacity: 0, fallback: 0 };

export class Contents {
  private readonly data: DataArea;
  private readonly geometry: Geometry;
  private readonly inlineMax: number;

  constructor(data: DataArea, { geometry, inlineMax }: ContentOptions) {
    this.data = data;
    this.geometry = geometry;
    this.inlineMax = inlineMax;
  }

  // --- reading -----------------------------------------------------------------------------------------------------

  read(file: File, offset: number, into: Uint8Array): number {
    const { size, extents } = file;
    const count = Math.max(0, Math.min(into.length, size - offset));
    const { chunkSize } = this.geometry;
    if (extents.length === 0) {
      const bytes = file.inline.subarray(offset, offset + count);
      into.set(bytes);
      into.fill(0, bytes.length, count);
      return count;
    }
    for (let done = 0; done < count; ) {
      const within = (offset + done) % chunkSize;
      const part = Math.min(count - done, chunkSize - within);
      const chunk = (offset + done - within) / chunkSize;
      const piece = pieceOf(extents, chunk, this.geometry);
      const stored = Math.max(0, Math.min(part, (piece?.length ?? 0) - within));
      if (piece !== undefined && stored > 0) this.data.read(chunk, piece, within, into.subarray(done, done + stored));
      into.fill(0, done + stored, done + part);
      done += part;
    }
    return count;
  }

  /** ENXIO when there is no data behind. */
  seek(file: File, offset: number, whence: number): number {
    const { size, extents, inline } = file;
    if (offset < 0 || offset >= size) throw new SysError('ENXIO');
    const { chunkSize } = this.geometry;
    const chunk = Math.floor(offset / chunkSize);
    if (whence === SEEK.HOLE) {
      const hole = extents.length === 0 ? inline.length : nextHole(extents, chunk) * chunkSize;
      return Math.min(size, Math.max(offset, hole));
    }
    const stored = extents.length > 0 ? nextStored(extents, chunk) : offset < inline.length ? 0 : undefined;
    const data = Math.max(offset, (stored ?? Number.POSITIVE_INFINITY) * chunkSize);
    if (data >= size) throw new SysError('ENXIO');
    return data;
  }

  /** What a chunk stores: not to be written to. */
  private stored({ extents, inline }: File, chunk: number): Uint8Array {
    if (extents.length === 0) return chunk === 0 ? inline : NOTHING;
    const piece = pieceOf(extents, chunk, this.geometry);
    return piece === undefined ? NOTHING : this.data.load(piece);
  }

  // --- writing -----------------------------------------------------------------------------------------------------

  /** `bytes` is not empty. ENOSPC, EIO. */
  write(file: File, offset: number, bytes: Uint8Array): Plan {
    const { ino } = file;
    const size = Math.max(file.size, offset + bytes.length);
    if (size <= this.inlineMax && file.extents.length === 0) {
      const inline = new Uint8Array(Math.max(file.inline.length, offset + bytes.length));
      inline.set(file.inline);
      inline.set(bytes, offset);
      return { effects: [{ kind: 'inline', ino, size, bytes: inline }], placed: [], ...UNKNOWN };
    }
    const grown = this.growTail(file, offset, bytes);
    if (grown === undefined) this.settle(file);
    const fallback = file.capacity;
    const effects = grown === undefined ? [] : [grown.effect];
    const placed: Placed[] = [];
    const done = grown?.count ?? 0;
    const capacity =
      done < bytes.length ? this.replace(file, offset + done, bytes.subarray(done), effects, placed) : fallback;
    if (size !== file.size) effects.push({ kind: 'size', ino, size });
    return { effects, placed, capacity, fallback };
  }

  /** Continue the last chunk at its place, as far as the bytes go into it. Undefined when that cannot be. */
  private growTail(
    file: File,
    offset: number,
    bytes: Uint8Array,
  ): { readonly count: number; readonly effect: Effect } | undefined {
    const { chunkSize } = this.geometry;
    const { ino } = file;
    const last = file.extents.at(-1);
    if (file.capacity === 0 || last === undefined) return undefined;
    const chunk = endOf(last) - 1;
    const piece = pieceOf(file.extents, chunk, this.geometry) as Piece;
    const start = chunk * chunkSize;
    const gap = offset - start - piece.length;
    const length = Math.min(offset + bytes.length - start, chunkSize);
    if (gap < 0 || offset >= start + chunkSize) return undefined;
    if (!this.reserve(file, piece, unitsOf(length, this.geometry))) return undefined;
    const count = start + length - offset;
    let added = bytes.subarray(0, count);
    if (gap > 0) {
      added = new Uint8Array(gap + count);
      added.set(bytes.subarray(0, count), gap);
    }
    const sum = this.data.grow(piece, added);
    return { count, effect: { kind: 'tail', ino, chunk, length, sum } };
  }

  /** See to it that so many units belong to the last chunk. */
  private reserve(file: File, piece: Piece, units: number): boolean {
    for (const goal of [this.generous(file, units), units]) {
      if (goal <= file.capacity) return true;
      if (!this.data.takeAt(piece.at + file.capacity, goal - file.capacity)) continue;
      file.capacity = goal;
      return true;
    }
    return false;
  }

  /** How many units a last chunk that needs `units` should have, if its file goes on growing. */
  private generous({ size, opens }: File, units: number): number {
    const { chunkSize, unit } = this.geometry;
    if (opens === 0) return units;
    return size >= chunkSize ? chunkSize / unit : Math.min(chunkSize / unit, units * 2);
  }

  /** Give back the units that the last chunk does not need. */
  settle(file: Inode): void {
    const spare = file.spare(this.geometry);
    file.capacity = 0;
    if (spare !== undefined) this.data.give(spare);
  }

  /** Write the chunks that the bytes touch to new places. Gives the capacity of the last chunk. */
  private replace(file: File, offset: number, bytes: Uint8Array, effects: Effect[], placed: Placed[]): number {
    const { chunkSize } = this.geometry;
    const { ino } = file;
    const from = Math.floor(offset / chunkSize);
    const to = Math.ceil((offset + bytes.length) / chunkSize);
    return this.orAbandon(placed, () => {
      if (file.inline.length > 0 && from > 0) this.put(placed, effects, ino, 0, [file.inline], 0);
      const chunks: Uint8Array[] = [];
      for (let chunk = from; chunk < to; chunk++) chunks.push(this.compose(file, chunk, offset, bytes));
      const units = unitsOf((chunks.at(-1) as Uint8Array).length, this.geometry);
      const continues = file.size > 0 && offset >= file.size;
      const { spare } = this.put(
        placed,
        effects,
        ino,
        from,
        chunks,
        continues ? this.generous(file, units) - units : 0,
      );
      return nextStored(file.extents, to) === undefined ? units + spare : 0;
    });
  }

  private orAbandon<T>(placed: Placed[], act: () => T): T {
    try {
      return act();
    } catch (error) {
      // Once, however many are around this.
      this.abandon(placed.splice(0));
      throw error;
    }
  }

  /** Free what was placed by a plan whose effects could not be written. */
  abandon(placed: readonly Placed[]): void {
    for (const each of placed) this.data.abandon(each);
  }

  private put(
    placed: Placed[],
    effects: Effect[],
    ino: number,
    from: number,
    chunks: readonly Uint8Array[],
    spare: number,
  ): Placed {
    const row = this.data.place(from, chunks, spare);
    placed.push(row);
    effects.push({ kind: 'extents', ino, from, to: from + chunks.length, extents: row.extents });
    return row;
  }

  /** The new content of a chunk that `bytes`, at `offset` of the file, touch. */
  private compose(file: File, chunk: number, offset: number, bytes: Uint8Array): Uint8Array {
    const { chunkSize } = this.geometry;
    const start = chunk * chunkSize;
    const from = Math.max(0, offset - start);
    const to = Math.min(chunkSize, offset + bytes.length - start);
    const part = bytes.subarray(start + from - offset, start + to - offset);
    if (from === 0 && (to === chunkSize || start + to >= file.size)) return part;
    const old = this.stored(file, chunk);
    const composed = new Uint8Array(Math.max(old.length, to));
    composed.set(old);
    composed.set(part, from);
    return composed;
  }

  /** Cut, or grow with zeros. */
  truncate(file: File, size: number): Plan {
    const { chunkSize } = this.geometry;
    const { ino } = file;
    const effects: Effect[] = [];
    if (size >= file.size) {
      if (size > file.size) effects.push({ kind: 'size', ino, size });
      return { effects, placed: [], capacity: file.capacity, fallback: file.capacity };
    }
    if (size <= this.inlineMax) {
      const bytes = new Uint8Array(size);
      this.read(file, 0, bytes);
      this.settle(file);
      return { effects: [{ kind: 'inline', ino, size, bytes }], placed: [], ...UNKNOWN };
    }
    const chunks = Math.ceil(size / chunkSize);
    const piece = pieceOf(file.extents, chunks - 1, this.geometry);
    const length = size - (chunks - 1) * chunkSize;
    if (piece !== undefined && piece.length > length) {
      effects.push({ kind: 'tail', ino, chunk: chunks - 1, length, sum: this.data.sumOf(piece, length) });
    }
    this.settle(file);
    if (nextStored(file.extents, chunks) !== undefined) {
      effects.push({ kind: 'extents', ino, from: chunks, to: Number.POSITIVE_INFINITY, extents: [] });
    }
    effects.push({ kind: 'size', ino, size });
    return { effects, placed: [], ...UNKNOWN };
  }

  /** Back every chunk of a range with zeros where nothing is stored. The file becomes so long, if that is longer. */
  allocate(file: File, offset: number, length: number, keepSize: boolean): Plan {
    const { chunkSize } = this.geometry;
    const { ino, inline, extents } = file;
    const end = offset + length;
    const size = Math.max(file.size, end);
    const placed: Placed[] = [];
    const effects: Effect[] = [];
    this.settle(file);
    this.orAbandon(placed, () => {
      if (inline.length > 0) this.put(placed, effects, ino, 0, [inline], 0);
      for (let chunk = Math.floor(offset / chunkSize); chunk * chunkSize < end; chunk++) {
        if ((inline.length > 0 && chunk === 0) || pieceOf(extents, chunk, this.geometry) !== undefined) continue;
        const bytes = new Uint8Array(Math.min(chunkSize, size - chunk * chunkSize));
        this.put(placed, effects, ino, chunk, [bytes], 0);
      }
    });
    if (size !== file.size && !keepSize) effects.push({ kind: 'size', ino, size });
    return { effects, placed, ...UNKNOWN };
  }

  /** Make a range zeros that take no space, as far as whole chunks go. */
  punch(file: File, offset: number, length: number): Plan {
    const { chunkSize } = this.geometry;
    const { ino, size, extents } = file;
    const end = Math.min(size, offset + length);
    const placed: Placed[] = [];
    const effects: Effect[] = [];
    if (offset >= end) return { effects, placed, capacity: file.capacity, fallback: file.capacity };
    if (extents.length === 0) {
      const bytes = file.inline.slice();
      bytes.fill(0, offset, end);
      if (bytes.length > 0) effects.push({ kind: 'inline', ino, size, bytes });
      return { effects, placed, ...UNKNOWN };
    }
    this.settle(file);
    const from = Math.ceil(offset / chunkSize);
    // What lies behind the end of the file in its last chunk was never anything but zeros.
    const to = end === size ? Math.ceil(end / chunkSize) : Math.floor(end / chunkSize);
    this.orAbandon(placed, () => {
      if (from > to) {
        this.blank(file, offset, end, effects, placed);
        return;
      }
      this.blank(file, offset, from * chunkSize, effects, placed);
      if (from < to) effects.push({ kind: 'extents', ino, from, to, extents: [] });
      this.blank(file, to * chunkSize, end, effects, placed);
    });
    return { effects, placed, ...UNKNOWN };
  }

  /** Zeros over a part of a chunk, if that is stored. */
  private blank(file: File, from: number, to: number, effects: Effect[], placed: Placed[]): void {
    const chunk = Math.floor(from / this.geometry.chunkSize);
    const piece = pieceOf(file.extents, chunk, this.geometry);
    const length = Math.min(to, chunk * this.geometry.chunkSize + (piece?.length ?? 0)) - from;
    if (length > 0) this.replace(file, from, new Uint8Array(length), effects, placed);
  }

  /**
   * Let `file` share whole chunks of `source`: [from, from + count) become those from `first` on. Where the last one
   * is also the last of `source`, the file ends there or has ended before.
   */
  share(source: File, first: number, file: File, from: number, count: number): Plan {
    const { chunkSize } = this.geometry;
    const { ino, inline } = file;
    this.settle(file);
    const effects: Effect[] = [];
    const placed: Placed[] = [];
    const extents = rangeOf(source.extents, first, first + count, this.geometry).map((extent) => ({
      ...extent,
      chunk: extent.chunk - first + from,
    }));
    this.orAbandon(placed, () => {
      if (inline.length > 0 && from > 0) this.put(placed, effects, ino, 0, [inline], 0);
      for (const extent of extents) placed.push(this.data.shareExtent(extent));
    });
    effects.push({ kind: 'extents', ino, from, to: from + count, extents });
    const size = Math.max(file.size, Math.min((from + count) * chunkSize, source.size + (from - first) * chunkSize));
    if (size !== file.size) effects.push({ kind: 'size', ino, size });
    return { effects, placed, ...UNKNOWN };
  }
}
