// The data of a volume: chunks in a block store, out of place. A chunk is written where nothing is, and only then does
// a record speak of it; its old place becomes free, but is not used again before the record that freed it is durable
// (`settle`): until then a crash may bring the old state back, with its data.
//
// Every chunk that comes from a store that is not resident is checked, and kept in the page cache.

import { SysError } from '../../../abi/errno.ts';
import type { BlockStore } from '../../storage/block-store.ts';
import { crc32c } from '../../storage/crc32c.ts';
import { type Extent, type Geometry, type Move, type Piece, type Run, runOf, unitsOf } from './extents.ts';
import type { FreeSpace } from './free-space.ts';
import { PageCache } from './page-cache.ts';
import type { SharedUnits } from './shared-units.ts';

/** What `place` has written, and how many units behind it are kept for it. */
export interface Placed {
  readonly extents: readonly Extent[];
  readonly spare: number;
}

export interface DataAreaOptions {
  readonly space: FreeSpace;
  /** Which units have more than one owner. */
  readonly shared: SharedUnits;
  /** Bound of the page cache in bytes. */
  readonly cache: number;
  /** So many bytes may be free below the end before chunks are moved there. */
  readonly slack?: number;
  /** Called to make what was freed usable again: flushes everything. */
  readonly flush: () => void;
}

/** Read a stored chunk. False when it is not what its checksum says. */
export const loadPiece = (store: BlockStore, { unit }: Geometry, piece: Piece, into: Uint8Array): boolean => {
  const count = store.read(piece.at * unit, into);
  return store.resident || (count === into.length && crc32c(into) === piece.sum);
};

export class DataArea {
  private readonly store: BlockStore;
  private readonly geometry: Geometry;
  private readonly space: FreeSpace;
  private readonly shared: SharedUnits;
  private readonly cache: PageCache;
  /** So much of the start of each file is kept there. */
  private readonly kept: number;
  private readonly flush: () => void;
  /** Free, but a crash may still need them. */
  private freed: Run[] = [];
  private freedUnits = 0;
  private readonly slack: number;

  constructor(store: BlockStore, geometry: Geometry, options: DataAreaOptions) {
    this.store = store;
    this.geometry = geometry;
    this.space = options.space;
    this.shared = options.shared;
    this.cache = new PageCache(options.cache);
    this.kept = options.cache / 2;
    this.flush = options.flush;
    this.slack = options.slack ?? SLACK;
  }

  /** Bytes in use, those included that are not usable again yet. */
  get used(): number {
    return (this.space.end - this.space.free) * this.geometry.unit;
  }

  /** Units that hold nothing any more and are not usable yet. */
  get waiting(): number {
    return this.freedUnits;
  }

  // --- reading -----------------------------------------------------------------------------------------------------

  /**
   * Copy a part of a stored chunk, which is number `chunk` of its file. EIO when it does not check; then `into` may
   * hold anything.
   */
  read(chunk: number, piece: Piece, from: number, into: Uint8Array): void {
    if (this.store.resident) {
      this.store.read(piece.at * this.geometry.unit + from, into);
      return;
    }
    const passes = !this.keeps(chunk, into) && from === 0 && into.length === piece.length;
    if (passes && this.cache.get(piece.at) === undefined) this.loadInto(piece, into);
    else into.set(this.load(piece).subarray(from, from + into.length));
  }

  /** Whole chunks far behind the start of a file pass the cache: they would only push out everything else. */
  private keeps(chunk: number, bytes: Uint8Array): boolean {
    const { chunkSize } = this.geometry;
    return bytes.length < chunkSize || chunk * chunkSize < this.kept;
  }

  private loadInto(piece: Piece, into: Uint8Array): void {
    if (loadPiece(this.store, this.geometry, piece, into)) return;
    throw new SysError('EIO', `damaged data at unit ${piece.at}`);
  }

  /** A stored chunk, not to be written to. EIO when it does not check. */
  load(piece: Piece): Uint8Array {
    const cached = this.cache.get(piece.at);
    if (cached !== undefined && cached.length >= piece.length) return cached.subarray(0, piece.length);
    const bytes = new Uint8Array(piece.length);
    this.loadInto(piece, bytes);
    if (!this.store.resident) this.cache.put(piece.at, bytes);
    return bytes;
  }

  // --- writing -----------------------------------------------------------------------------------------------------

  /**
   * Write chunks to new places: `chunks` are the contents of consecutive chunks from number `first` on, all but the
   * last whole. `spare` units are kept free behind them if that costs nothing. ENOSPC; then nothing has changed.
   */
  place(first: number, chunks: readonly Uint8Array[], spare = 0): Placed {
    try {
      return { extents: [this.placeRow(first, chunks, spare)], spare };
    } catch (error) {
      if (!(error instanceof SysError) || error.errno !== 'ENOSPC') throw error;
    }
    // No room in one piece: use what has been freed, wherever it is.
    this.settle();
    return { extents: this.placeApart(first, chunks), spare: 0 };
  }

  private placeApart(first: number, chunks: readonly Uint8Array[]): Extent[] {
    const extents: Extent[] = [];
    try {
      for (const [i, chunk] of chunks.entries()) extents.push(this.placeRow(first + i, [chunk], 0));
    } catch (error) {
      this.abandon({ extents, spare: 0 });
      throw error;
    }
    return extents;
  }

  private placeRow(chunk: number, chunks: readonly Uint8Array[], spare: number): Extent {
    const { chunkSize, unit } = this.geometry;
    const { length: tail } = chunks.at(-1) as Uint8Array;
    const units = unitsOf((chunks.length - 1) * chunkSize + tail, this.geometry) + spare;
    const at = this.space.take(units);
    try {
      this.writeRow(at * unit, chunks);
    } catch (error) {
      this.space.give({ at, units });
      throw error;
    }
    const sums = chunks.map((bytes, i) => this.remember(chunk + i, at + (i * chunkSize) / unit, bytes));
    return { chunk, at, sums, tail };
  }

  /** Chunks that are views of one piece of memory, one behind the other, are written in one go. */
  private writeRow(offset: number, chunks: readonly Uint8Array[]): void {
    for (let i = 0; i < chunks.length; ) {
      const first = chunks[i] as Uint8Array;
      let length = 0;
      let next: Uint8Array | undefined = first;
      while (next !== undefined && next.buffer === first.buffer && next.byteOffset === first.byteOffset + length) {
        length += next.length;
        next = chunks[++i];
      }
      this.store.write(offset, new Uint8Array(first.buffer, first.byteOffset, length));
      offset += length;
    }
  }

  private remember(chunk: number, at: number, bytes: Uint8Array): number {
    if (this.store.resident) return 0;
    if (!this.keeps(chunk, bytes)) {
      this.cache.drop(at);
      return crc32c(bytes);
    }
    // Engines take three times as long for a `slice` of shared memory.
    const page = new Uint8Array(bytes.length);
    page.set(bytes);
    this.cache.put(at, page);
    return crc32c(page);
  }

  /** Write behind what a chunk stores, at the same place. Gives the new checksum. */
  grow(piece: Piece, bytes: Uint8Array): number {
    this.store.write(piece.at * this.geometry.unit + piece.length, bytes);
    if (this.store.resident) return 0;
    const cached = this.cache.get(piece.at);
    if (cached?.length === piece.length) this.cache.put(piece.at, this.longer(cached, bytes));
    else this.cache.drop(piece.at);
    return crc32c(bytes, piece.sum);
  }

  /** A page with bytes behind it; pages own their memory, which may be longer than they are. */
  private longer(page: Uint8Array, bytes: Uint8Array): Uint8Array {
    const length = page.length + bytes.length;
    let { buffer } = page;
    if (buffer.byteLength < length) {
      buffer = new ArrayBuffer(Math.min(this.geometry.chunkSize, length * 2));
      new Uint8Array(buffer).set(page);
    }
    const grown = new Uint8Array(buffer, 0, length);
    grown.set(bytes, page.length);
    return grown;
  }

  /** The checksum of the first bytes of a chunk. */
  sumOf(piece: Piece, length: number): number {
    return this.store.resident ? 0 : crc32c(this.load(piece).subarray(0, length));
  }

  // --- space -------------------------------------------------------------------------------------------------------

  /** Take units at an exact place, if they are free. */
  takeAt(at: number, units: number): boolean {
    return this.space.takeAt(at, units);
  }

  /** Give back units that no record has ever spoken of. */
  give(run: Run): void {
    this.space.give(run);
  }

  /** One more owner of chunks. */
  share(run: Run): void {
    this.shared.share(run);
  }

  /** The same, for what a record will speak of. */
  shareExtent(extent: Extent): Placed {
    this.share(runOf(extent, this.geometry));
    return { extents: [extent], spare: 0 };
  }

  /** What was placed, and no record came to speak of. */
  abandon({ extents, spare }: Placed): void {
    for (const extent of extents) {
      const run = runOf(extent, this.geometry);
      for (const { at, units } of this.shared.release(run)) {
        this.forget({ at, units }, run.at);
        // It was whole when it was placed: only then has it spare units.
        this.space.give({ at, units: units + spare });
      }
    }
  }

  /** Drop the pages of chunks that begin in a run, as a part of one that begins with a chunk at `first`. */
  private forget({ at, units }: Run, first: number): void {
    const step = this.geometry.chunkSize / this.geometry.unit;
    const start = first + Math.ceil((at - first) / step) * step;
    for (let each = start; each < at + units; each += step) this.cache.drop(each);
  }

  /** These units have one owner fewer. */
  release(run: Run): void {
    for (const each of this.shared.release(run)) this.releaseLast(each, run.at);
  }

  private releaseLast(run: Run, first: number): void {
    this.forget(run, first);
    if (this.store.resident) {
      this.space.give(run);
      return;
    }
    this.freed.push(run);
    this.freedUnits += run.units;
  }

  /** So much is waiting to be usable again that a flush is worth while. */
  get settleDue(): boolean {
    return this.freedUnits * this.geometry.unit > Math.max(SETTLE_LEAST, this.used / 8);
  }

  private settle(): void {
    if (this.freed.length > 0) this.flush();
  }

  /** Everything has been flushed: what was freed before may be used. The end of the store is cut off when free. */
  settled(): void {
    for (const run of this.freed) this.space.give(run);
    this.freed = [];
    this.freedUnits = 0;
  }

  /** Cut off what is free at the end of the store. */
  trim(): void {
    const end = this.space.end * this.geometry.unit;
    if (this.store.size - end > this.slack / 4) this.store.truncate(end);
  }

  // --- compaction --------------------------------------------------------------------------------------------------

  /** So much is free between what is in use that it is worth while to move chunks. */
  get fragmented(): boolean {
    const free = this.space.free * this.geometry.unit;
    return !this.store.resident && free > Math.max(this.slack, this.used / 8);
  }

  /** The last of the units in use. */
  get end(): number {
    return this.space.end;
  }

  /**
   * Copy chunks to where they lie lower, as far as there is room: the first ones first. Gives the moves, which are to
   * become a record; then `moved`, or else `giveBack`, is called for each. A damaged chunk stays where it is.
   */
  copyDown(pieces: readonly Piece[]): Move[] {
    const rows = this.space.rows();
    const moves: Move[] = [];
    for (const piece of pieces) {
      const units = unitsOf(piece.length, this.geometry);
      const row = rows.find((each) => each.units >= units);
      if (row === undefined || row.at >= piece.at) continue;
      const bytes = new Uint8Array(piece.length);
      if (!loadPiece(this.store, this.geometry, piece, bytes) || !this.space.takeAt(row.at, units)) continue;
      moves.push({ from: piece.at, to: row.at, units });
      rows.splice(rows.indexOf(row), 1, { at: row.at + units, units: row.units - units });
      try {
        this.store.write((moves.at(-1) as Move).to * this.geometry.unit, bytes);
      } catch (error) {
        for (const each of moves) this.giveBack(each);
        throw error;
      }
    }
    return moves;
  }

  giveBack({ to, units }: Move): void {
    this.space.give({ at: to, units });
  }

  moved(move: Move): void {
    this.shared.move(move);
    this.releaseLast({ at: move.from, units: move.units }, move.from);
  }

  flushStore(): void {
    this.store.flush();
  }

  /** Let go what has not been read or written since the last time. */
  age(): void {
    this.cache.age();
  }

  close(): void {
    this.cache.clear();
    this.store.close();
  }
}

const SETTLE_LEAST = 4 << 20;
const SLACK = 4 << 20;
