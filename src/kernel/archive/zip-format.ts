// The numbers of zip: APPNOTE.TXT 6.3.10 (PKWARE), with the extra fields of Info-ZIP for times. All numbers are
// little-endian; sizes and offsets that do not fit into 32 bits are all ones there and stand in the zip64 field.

import { ArchiveError } from './entry.ts';

export const SIGNATURE = {
  local: 0x0403_4b50,
  descriptor: 0x0807_4b50,
  central: 0x0201_4b50,
  end: 0x0605_4b50,
  end64: 0x0606_4b50,
  locator64: 0x0706_4b50,
} as const;

/** Bytes of the fixed part of each record. */
export const SIZE = { local: 30, central: 46, end: 22, end64: 56, locator64: 20 } as const;

export const FLAG = { encrypted: 1, descriptor: 8, utf8: 0x800 } as const;
export const METHOD = { stored: 0, deflated: 8 } as const;
export const EXTRA = { zip64: 0x0001, time: 0x5455 } as const;
/** Version made by: its high byte is the system. */
export const UNIX = 3;
export const MAX16 = 0xffff;
export const MAX32 = 0xffff_ffff;

/** A run of inflate or deflate over a stream (RFC 1951). */
export type Transform = (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/** Fields one after the other, as written or read. */
export class Fields {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private step(length: number): number {
    const { at } = this;
    this.at += length;
    if (this.at > this.bytes.length) throw new ArchiveError('zip: a record is cut off');
    return at;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  skip(length: number): void {
    this.step(length);
  }

  u16(): number {
    return this.view.getUint16(this.step(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.step(4), true);
  }

  i32(): number {
    return this.view.getInt32(this.step(4), true);
  }

  u64(): number {
    const value = Number(this.view.getBigUint64(this.step(8), true));
    if (!Number.isSafeInteger(value)) throw new ArchiveError('zip: a number is too large');
    return value;
  }

  take(length: number): Uint8Array {
    const at = this.step(length);
    return this.bytes.subarray(at, at + length);
  }
}

/** Numbers with their lengths in bytes, packed. */
export const packFields = (...fields: readonly (readonly [value: number, bytes: 2 | 4 | 8])[]): Uint8Array => {
  const bytes = new Uint8Array(fields.reduce((sum, [, length]) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [value, length] of fields) {
    if (length === 2) view.setUint16(at, value, true);
    else if (length === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += length;
  }
  return bytes;
};
