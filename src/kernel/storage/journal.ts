// A MetadataStore on two block stores that take turns. Each holds a generation: header, checkpoint, journal.
//
// A frame's checksum goes on from that of the frame before it, so that what an earlier generation or a cut has left
// behind can never follow. A checkpoint goes to the other store: frames, flush, header, flush; then that store counts.
// The bytes are described in fs/tabfs/FORMAT.md.
//
// Both stores are kept larger than what they hold: records that free space can then be written on a full disk, and the
// next checkpoint has its place. For that, what a record adds to a checkpoint must not be twice as long as the record,
// and what changes without a record must not make a checkpoint longer by a quarter.

import { SysError } from '../../abi/errno.ts';
import type { BlockStore } from './block-store.ts';
import {
  encodeHeader,
  FRAME,
  FrameWriter,
  growWithZeros,
  HEADER,
  type Header,
  isBlank,
  readFrames,
  readHeader,
  seedOf,
  writeFrame,
} from './journal-format.ts';
import type { AppendOptions, MetadataStore } from './metadata-store.ts';

export interface JournalOptions {
  /** Journal bytes after which a checkpoint is due, if the checkpoint itself is not larger. */
  readonly bound?: number;
  /** How much larger the stores are made at a time; a quarter of it is for records that free space. */
  readonly step?: number;
}

/** Frames are collected up to this many bytes. */
const BUFFER = 1 << 16;

export class Journal implements MetadataStore {
  private readonly stores: readonly [BlockStore, BlockStore];
  private readonly bound: number;
  private readonly step: number;
  private active = 0;
  private generation = 0;
  private checkpointLength = 0;
  /** Where the next frame goes, and the checksum it goes on from. */
  private end = 0;
  private crc = 0;
  /** What the records have said they add to the next checkpoint. */
  private weight = 0;
  /** The last frames, that the store does not have yet: they end at `end`. */
  private buffer = new Uint8Array(BUFFER);
  private filled = 0;
  /** They could not be written: nothing can be added before that has succeeded. */
  private failed = false;

  constructor(stores: readonly [BlockStore, BlockStore], options: JournalOptions = {}) {
    this.stores = stores;
    this.bound = options.bound ?? 1 << 20;
    this.step = options.step ?? 1 << 18;
  }

  private get store(): BlockStore {
    return this.stores[this.active] as BlockStore;
  }

  get checkpointDue(): boolean {
    const journal = this.end - HEADER - this.checkpointLength;
    return journal > Math.max(this.bound, this.checkpointLength);
  }

  // --- reading -----------------------------------------------------------------------------------------------------

  load(visit: (record: Uint8Array, proven: boolean) => boolean): boolean {
    const headers = this.stores.map(readHeader);
    const [first, second] = headers;
    if (first === undefined && second === undefined) {
      this.create();
      return false;
    }
    this.active = (second?.generation ?? 0) > (first?.generation ?? 0) ? 1 : 0;
    this.replay(headers[this.active] as Header, visit);
    return true;
  }

  /** Generation 1 is an empty checkpoint: one small write, before which the store is blank. */
  private create(): void {
    if (!this.stores.every(isBlank)) throw new SysError('EIO', 'the volume is damaged: it has no valid header');
    this.begin(0, { generation: 1, checkpointLength: 0, checkpointCrc: seedOf(1) });
    this.store.write(0, encodeHeader(1, 0, this.crc));
    this.store.flush();
  }

  private begin(active: number, header: Header): void {
    this.active = active;
    this.generation = header.generation;
    this.checkpointLength = header.checkpointLength;
    this.end = HEADER + header.checkpointLength;
    this.crc = header.checkpointCrc;
    this.weight = 0;
  }

  private replay(header: Header, visit: (record: Uint8Array, proven: boolean) => boolean): void {
    const bytes = new Uint8Array(this.store.size);
    this.store.read(0, bytes);
    const frames = readFrames(bytes, HEADER, seedOf(header.generation));
    this.begin(this.active, header);
    const checkpointEnd = this.end;
    const checkpoint = frames.findLast((frame) => frame.end <= checkpointEnd);
    const whole = (checkpoint?.end ?? HEADER) === checkpointEnd && (checkpoint?.crc ?? this.crc) === this.crc;
    if (!whole) throw new SysError('EIO', 'the volume is damaged: its checkpoint does not check');
    const lastMark = frames.findLastIndex((frame) => frame.record === undefined);
    for (const [i, { record, end, crc }] of frames.entries()) {
      const inCheckpoint = end <= checkpointEnd;
      if (record !== undefined && !visit(record, inCheckpoint || i < lastMark)) {
        if (inCheckpoint) throw new SysError('EIO', 'the volume is damaged: its checkpoint cannot be read');
        this.cutOff(frames.at(-1)?.end ?? end);
        break;
      }
      if (inCheckpoint) continue;
      this.end = end;
      this.crc = crc;
    }
  }

  /** The frames from here to `end` must not follow again, not even if the same record is appended once more. */
  private cutOff(end: number): void {
    this.store.write(this.end, new Uint8Array(end - this.end));
    this.store.flush();
  }

  // --- writing -----------------------------------------------------------------------------------------------------

  append(record: Uint8Array, { frees = false, collect = false, weight = 0 }: AppendOptions = {}): void {
    this.makeRoom(this.end + FRAME + record.length, frees, weight);
    this.weight += weight;
    const { end, crc } = this;
    this.collect(record);
    if (collect) return;
    try {
      this.writeOut();
    } catch (error) {
      this.filled -= this.end - end;
      this.end = end;
      this.crc = crc;
      this.failed = this.filled > 0;
      throw error;
    }
  }

  /** Put a frame behind those that wait to be written. */
  private collect(record: Uint8Array | undefined): void {
    const length = FRAME + (record?.length ?? 0);
    if (this.failed || this.filled + length > this.buffer.length) this.writeOut();
    if (this.buffer.length < length) this.buffer = new Uint8Array(length * 2);
    this.crc = writeFrame(this.buffer, this.filled, record, this.crc);
    this.filled += length;
    this.end += length;
  }

  /** The stores are large enough already (`makeRoom`), so that a full disk cannot make this fail. */
  writeOut(): void {
    if (this.filled === 0) return;
    this.failed = true;
    this.store.write(this.end - this.filled, this.buffer.subarray(0, this.filled));
    this.failed = false;
    this.filled = 0;
  }

  /** ENOSPC when the stores cannot be made large enough. */
  private makeRoom(end: number, frees: boolean, weight = 0): void {
    const { checkpointLength: checkpoint, step } = this;
    const journal = end - HEADER - checkpoint;
    const wanted = HEADER + (checkpoint + this.weight + weight) * 1.25 + journal * 2 + step / 4;
    if (wanted <= this.room) return;
    try {
      for (const store of this.stores) growWithZeros(store, Math.ceil(wanted + step));
    } catch (error) {
      if (!frees || end > this.room) throw error;
    }
  }

  private get room(): number {
    return Math.min(this.stores[0].size, this.stores[1].size);
  }

  checkpoint(records: Iterable<Uint8Array>): void {
    this.writeOut();
    const other = 1 - this.active;
    const store = this.stores[other] as BlockStore;
    const generation = this.generation + 1;
    const writer = new FrameWriter(store, HEADER, seedOf(generation));
    for (const record of records) writer.add(record);
    writer.finish();
    const checkpointLength = writer.end - HEADER;
    store.flush();
    store.write(0, encodeHeader(generation, checkpointLength, writer.crc));
    store.flush();
    this.begin(other, { generation, checkpointLength, checkpointCrc: writer.crc });
  }

  flush(): void {
    this.makeRoom(this.end + FRAME, true);
    this.collect(undefined);
    this.writeOut();
    this.store.flush();
  }

  close(): void {
    for (const store of this.stores) store.close();
  }
}
