// The bytes of a journal (see journal.ts for what they mean), little-endian:
//
//   header  64 bytes, at 0 and once more at 512: magic (8), format version u32, generation u32, length of the checkpoint
//           u64, CRC-32C of the last frame of the checkpoint u32, zeros up to 60, CRC-32C of those 60 bytes u32
//   proof   32 bytes at 1024: generation u32, the generation that took its place or 0 u32, offset behind what was on
//           durable storage u64, zeros up to 28, CRC-32C of those 28 bytes u32
//   frame   from 1536 on: length of the record u32, CRC-32C u32, the record. A length of 2^31 is a mark without a record:
//           the data that the records before it speak of was on durable storage when it was written
//
// The checksum of a frame covers its length and its record and goes on from that of the frame before it; the first one
// goes on from that of magic, version and generation. A length of 0, or a frame that does not check, is the end.
//
// In version 1 there is one header and no proof, and frames begin at 64.

import { SysError } from '../../abi/errno.ts';
import { bytesOf } from '../../base/bytes.ts';
import type { BlockStore } from './block-store.ts';
import { crc32c } from './crc32c.ts';

const MAGIC = bytesOf('TabFS\r\n\0');
export const FORMAT_VERSION = 2;
const HEADER = 64;
const SECOND_HEADER = 512;
const PROOF = { offset: 1024, length: 32, checked: 28 } as const;
export const FRAME = 8;
const IDENTITY = 16;
const CHECKED = HEADER - 4;
const MARK = 0x8000_0000;

/** Where the frames begin. */
export const startOf = (version: number): number => (version === 1 ? HEADER : 1536);

export interface Header {
  readonly version: number;
  readonly generation: number;
  readonly checkpointLength: number;
  readonly checkpointCrc: number;
}

/** What is known to be on durable storage. */
export interface Proof {
  readonly generation: number;
  /** 0, or the generation whose checkpoint has been completed since. */
  readonly next: number;
  /** Offset behind the frames that are. */
  readonly end: number;
}

export interface Frame {
  /** Undefined for a mark. */
  readonly record: Uint8Array | undefined;
  /** Offset behind it. */
  readonly end: number;
  readonly crc: number;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

export const encodeHeader = ({ version, generation, checkpointLength, checkpointCrc }: Header): Uint8Array => {
  const bytes = new Uint8Array(HEADER);
  const view = viewOf(bytes);
  bytes.set(MAGIC);
  view.setUint32(8, version, true);
  view.setUint32(12, generation, true);
  view.setBigUint64(16, BigInt(checkpointLength), true);
  view.setUint32(24, checkpointCrc, true);
  view.setUint32(CHECKED, crc32c(bytes.subarray(0, CHECKED)), true);
  return bytes;
};

/** What the checksums of a generation start from. */
export const seedOf = (version: number, generation: number): number =>
  crc32c(encodeHeader({ version, generation, checkpointLength: 0, checkpointCrc: 0 }).subarray(0, IDENTITY));

/** EINVAL when it is of a later version: its layout stays the same for ever. */
const readHeaderAt = (store: BlockStore, offset: number): Header | undefined => {
  const bytes = new Uint8Array(HEADER);
  if (store.read(offset, bytes) < HEADER || MAGIC.some((byte, i) => bytes[i] !== byte)) return undefined;
  const view = viewOf(bytes);
  if (view.getUint32(CHECKED, true) !== crc32c(bytes.subarray(0, CHECKED))) return undefined;
  const version = view.getUint32(8, true);
  if (version > FORMAT_VERSION) {
    throw new SysError('EINVAL', `the volume has format ${version}, this system reads up to ${FORMAT_VERSION}`);
  }
  const generation = view.getUint32(12, true);
  const checkpointLength = Number(view.getBigUint64(16, true));
  return { version, generation, checkpointLength, checkpointCrc: view.getUint32(24, true) };
};

/** The header of a store: the later one, if one of the two was not completed or is damaged. */
export const readHeader = (store: BlockStore): Header | undefined => {
  const first = readHeaderAt(store, 0);
  const second = first?.version === 1 ? undefined : readHeaderAt(store, SECOND_HEADER);
  return (second?.generation ?? 0) > (first?.generation ?? 0) ? second : first;
};

/** Both of them. */
export const writeHeader = (store: BlockStore, header: Header): void => {
  const bytes = encodeHeader(header);
  store.write(0, bytes);
  store.write(SECOND_HEADER, bytes);
};

/** Undefined when there is none, or it is not complete. */
export const readProof = (store: BlockStore): Proof | undefined => {
  const bytes = new Uint8Array(PROOF.length);
  if (store.read(PROOF.offset, bytes) < PROOF.length) return undefined;
  const view = viewOf(bytes);
  if (view.getUint32(PROOF.checked, true) !== crc32c(bytes.subarray(0, PROOF.checked))) return undefined;
  return {
    generation: view.getUint32(0, true),
    next: view.getUint32(4, true),
    end: Number(view.getBigUint64(8, true)),
  };
};

export const writeProof = (store: BlockStore, { generation, next, end }: Proof): void => {
  const bytes = new Uint8Array(PROOF.length);
  const view = viewOf(bytes);
  view.setUint32(0, generation, true);
  view.setUint32(4, next, true);
  view.setBigUint64(8, BigInt(end), true);
  view.setUint32(PROOF.checked, crc32c(bytes.subarray(0, PROOF.checked)), true);
  store.write(PROOF.offset, bytes);
};

/** Nothing was ever written behind the first header, and that was not completed. */
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

/** The frame at an offset, whose checksum goes on from `seed`. With `unchecked` it need not be right. */
export const readFrame = (bytes: Uint8Array, at: number, seed: number, unchecked = false): Frame | undefined => {
  if (at + FRAME > bytes.length) return undefined;
  const view = viewOf(bytes);
  const length = view.getUint32(at, true);
  const end = at + FRAME + (length === MARK ? 0 : length);
  if (length === 0 || end > bytes.length) return undefined;
  const record = bytes.subarray(at + FRAME, end);
  const crc = crc32c(record, crc32c(bytes.subarray(at, at + 4), seed));
  if (crc !== view.getUint32(at + 4, true) && !unchecked) return undefined;
  return { record: length === MARK ? undefined : record, end, crc };
};

/** All frames from an offset on, up to the first that does not check. */
export const readFrames = (bytes: Uint8Array, offset: number, seed: number): Frame[] => {
  const frames: Frame[] = [];
  for (let frame = readFrame(bytes, offset, seed); frame !== undefined; ) {
    frames.push(frame);
    frame = readFrame(bytes, frame.end, frame.crc);
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
