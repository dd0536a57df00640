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
  FORMAT_VERSION,
  FRAME,
  FrameWriter,
  growWithZeros,
  type Header,
  isBlank,
  type Proof,
  readFrames,
  readHeader,
  readProof,
  seedOf,
  startOf,
  writeFrame,
  writeHeader,
  writeProof,
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
  private version = FORMAT_VERSION;
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

  private get start(): number {
    return startOf(this.version);
  }

  /** It is of an earlier version: that is read, not written. */
  get outdated(): boolean {
    return this.version < FORMAT_VERSION;
  }

  get checkpointDue(): boolean {
    const journal = this.end - this.start - this.checkpointLength;
    return this.outdated || journal > Math.max(this.bound, this.checkpointLength);
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
    const header = headers[this.active] as Header;
    const proof = this.proofOf(header);
    if (proof !== undefined && proof.next > header.generation) {
      throw new SysError('EIO', `the volume is damaged: generation ${proof.next} of its metadata has no valid header`);
    }
    this.replay(header, proof?.end ?? 0, visit);
    return true;
  }

  /** What was proven of the active generation. */
  private proofOf({ version, generation }: Header): Proof | undefined {
    const proof = version === 1 ? undefined : readProof(this.store);
    return proof?.generation === generation ? proof : undefined;
  }

  /** Generation 1 is an empty checkpoint: one small write, before which the store is blank. */
  private create(): void {
    if (!this.stores.every(isBlank)) throw new SysError('EIO', 'the volume is damaged: it has no valid header');
    const version = FORMAT_VERSION;
    this.begin(0, { version, generation: 1, checkpointLength: 0, checkpointCrc: seedOf(version, 1) });
    writeHeader(this.store, { version, generation: 1, checkpointLength: 0, checkpointCrc: this.crc });
    this.store.flush();
  }

  /** Instead of `load`: what is there counts for nothing, and is replaced by the first checkpoint. */
  supersede(active: number, generation: number): void {
    const version = FORMAT_VERSION;
    this.begin(active, { version, generation, checkpointLength: 0, checkpointCrc: 0 });
  }

  private begin(active: number, header: Header): void {
    this.active = active;
    this.version = header.version;
    this.generation = header.generation;
    this.checkpointLength = header.checkpointLength;
    this.end = this.start + header.checkpointLength;
    this.crc = header.checkpointCrc;
    this.weight = 0;
  }

  private replay(header: Header, provenEnd: number, visit: (record: Uint8Array, proven: boolean) => boolean): void {
    const bytes = new Uint8Array(this.store.size);
    this.store.read(0, bytes);
    this.begin(this.active, header);
    const frames = readFrames(bytes, this.start, seedOf(header.version, header.generation));
    const checkpointEnd = this.end;
    const checkpoint = frames.findLast((frame) => frame.end <= checkpointEnd);
    const whole = (checkpoint?.end ?? this.start) === checkpointEnd && (checkpoint?.crc ?? this.crc) === this.crc;
    if (!whole) throw new SysError('EIO', 'the volume is damaged: its checkpoint does not check');
    const end = frames.at(-1)?.end ?? this.start;
    if (end < provenEnd) {
      throw new SysError('EIO', `the volume is damaged: ${provenEnd - end} bytes of its journal cannot be read`);
    }
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
    this.refuseOutdated();
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

  private refuseOutdated(): void {
    if (this.outdated) throw new SysError('EINVAL', `the volume has format ${this.version}, which is not written`);
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
    const journal = end - this.start - checkpoint;
    const wanted = this.start + (checkpoint + this.weight + weight) * 1.25 + journal * 2 + step / 4;
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
    const { generation: previous, version: previousVersion } = this;
    const other = 1 - this.active;
    const store = this.stores[other] as BlockStore;
    const version = FORMAT_VERSION;
    const generation = previous + 1;
    const start = startOf(version);
    const writer = new FrameWriter(store, start, seedOf(version, generation));
    for (const record of records) writer.add(record);
    writer.finish();
    const checkpointLength = writer.end - start;
    store.flush();
    const header = { version, generation, checkpointLength, checkpointCrc: writer.crc };
    writeHeader(store, header);
    store.flush();
    const old = this.store;
    this.begin(other, header);
    if (previousVersion > 1 && old.size >= start) writeProof(old, { generation: previous, next: generation, end: 0 });
    this.shrink();
  }

  /** Give space back that only a much larger volume needed. */
  private shrink(): void {
    const { checkpointLength, step } = this;
    const size = Math.ceil(this.start + checkpointLength * 3.25 + this.bound * 2 + step * 2);
    for (const store of this.stores) if (store.size > size * 2) store.truncate(size);
  }

  flush(): void {
    this.refuseOutdated();
    this.makeRoom(this.end + FRAME, true);
    this.collect(undefined);
    this.writeOut();
    this.store.flush();
    writeProof(this.store, { generation: this.generation, next: 0, end: this.end });
  }

  close(): void {
    for (const store of this.stores) store.close();
  }
}
