// The bytes of a journal (see journal.ts for what they mean), little-endian:
//
//   header  64 bytes: magic (8), format version u32, generation u32, length of the checkpoint u64, CRC-32C of the last
//           frame of the checkpoint u32, zeros up to 60, CRC-32C of those 60 bytes u32
//   frame   length of the record u32, CRC-32C u32, the record. A length of 2^31 is a mark without a record: the data
//           that the records before it speak of was on durable storage when it was written
//
// The checksum of a frame covers its length and its record and goes on from that of the frame before it; the first one
// goes on from that of magic, version and generation. A length of 0, or a frame that does not check, is the end.

import { SysError } from '../../abi/errno.ts';
import { bytesOf } from '../../base/bytes.ts';
import type { BlockStore } from './block-store.ts';
import { crc32c } from './crc32c.ts';

const MAGIC = bytesOf('TabFS\r\n\0');
const FORMAT_VERSION = 1;
export const HEADER = 64;
export const FRAME = 8;
const IDENTITY = 16;
const CHECKED = HEADER - 4;
const MARK = 0x8000_0000;

export interface Header {
  readonly generation: number;
  readonly checkpointLength: number;
  readonly checkpointCrc: number;
}

export interface Frame {
  /** Undefined for a mark. */
  readonly record: Uint8Array | undefined;
  /** Offset behind it. */
  readonly end: number;
  readonly crc: number;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

export const encodeHeader = (generation: number, checkpointLength: number, checkpointCrc: number): Uint8Array => {
  const bytes = new Uint8Array(HEADER);
  const view = viewOf(bytes);
  bytes.set(MAGIC);
  view.setUint32(8, FORMAT_VERSION, true);
  view.setUint32(12, generation, true);
  view.setBigUint64(16, BigInt(checkpointLength), true);
  view.setUint32(24, checkpointCrc, true);
  view.setUint32(CHECKED, crc32c(bytes.subarray(0, CHECKED)), true);
  return bytes;
};

/** What the checksums of a generation start from. */
export const seedOf = (generation: number): number => crc32c(encodeHeader(generation, 0, 0).subarray(0, IDENTITY));

/** Undefined when there is no valid one. EINVAL when it is of a later version: its layout stays the same for ever. */
export const readHeader = (store: BlockStore): Header | undefined => {
  const bytes = new Uint8Array(HEADER);
  if (store.read(0, bytes) < HEADER || MAGIC.some((byte, i) => bytes[i] !== byte)) return undefined;
  const view = viewOf(bytes);
  if (view.getUint32(CHECKED, true) !== crc32c(bytes.subarray(0, CHECKED))) return undefined;
  const version = view.getUint32(8, true);
  if (version > FORMAT_VERSION) {
    throw new SysError('EINVAL', `the volume has format ${version}, this system reads up to ${FORMAT_VERSION}`);
  }
  return {
    generation: view.getUint32(12, true),
    checkpointLength: Number(view.getBigUint64(16, true)),
    checkpointCrc: view.getUint32(24, true),
  };
};

/** Nothing was ever written behind the header, and the header was not completed. */
export const isBlank = (store: BlockStore): boolean => store.size <= HEADER;

/** Put a frame (without record: a mark) at an offset of a buffer that is long enough. Gives its checksum. */
export const writeFrame = (
  into: Uint8Array,
  offset: number,
  record: Uint8Array | undefined,
  previous: number,
): number => {
  const view = viewOf(into);
  view.setUint32(offset, record?.length ?? MARK, true);
  let crc = crc32c(into.subarray(offset, offset + 4), previous);
  if (record !== undefined) {
    crc = crc32c(record, crc);
    into.set(record, offset + FRAME);
  }
  view.setUint32(offset + 4, crc, true);
  return crc;
};

/** All frames from an offset on, up to the first that does not check. */
export const readFrames = (bytes: Uint8Array, offset: number, seed: number): Frame[] => {
  const view = viewOf(bytes);
  const frames: Frame[] = [];
  let previous = seed;
  let at = offset;
  while (at + FRAME <= bytes.length) {
    const length = view.getUint32(at, true);
    const end = at + FRAME + (length === MARK ? 0 : length);
    if (length === 0 || end > bytes.length) break;
    const record = bytes.subarray(at + FRAME, end);
    const crc = crc32c(record, crc32c(bytes.subarray(at, at + 4), previous));
    if (crc !== view.getUint32(at + 4, true)) break;
    frames.push({ record: length === MARK ? undefined : record, end, crc });
    previous = crc;
    at = end;
  }
  return frames;
};

const PIECE = 1 << 18;

/** Writes frames one after another, in large pieces. */
export class FrameWriter {
  /** Offset behind the last frame, and its checksum. */
  end: number;
  crc: number;
  private readonly store: BlockStore;
  private buffer = new Uint8Array(PIECE);
  private filled = 0;

  constructor(store: BlockStore, offset: number, seed: number) {
    this.store = store;
    this.end = offset;
    this.crc = seed;
  }

  add(record: Uint8Array): void {
    const length = FRAME + record.length;
    if (this.filled + length > this.buffer.length) this.finish();
    if (length > this.buffer.length) this.buffer = new Uint8Array(length);
    this.crc = writeFrame(this.buffer, this.filled, record, this.crc);
    this.filled += length;
    this.end += length;
  }

  /** Write what is left. */
  finish(): void {
    this.store.write(this.end - this.filled, this.buffer.subarray(0, this.filled));
    this.filled = 0;
  }
}

/** With real zeros: a length alone takes no space of the disk. */
export const growWithZeros = (store: BlockStore, size: number): void => {
  for (let at = store.size; at < size; at = store.size) {
    store.write(at, new Uint8Array(Math.min(size - at, PIECE)));
  }
};
