// Numbers, names and bytes as they lie in the records of a volume: unsigned LEB128 for numbers up to 2^53, zigzag for
// signed ones, a length before names and bytes. A reader that runs over the end throws: the record is damaged.

import { SysError } from '../../abi/errno.ts';
import { byteString } from '../../base/bytes.ts';

const damaged = (): SysError => new SysError('EIO', 'a record of the volume is damaged');

export class ByteWriter {
  private buffer = new Uint8Array(256);
  private length = 0;

  /** Start anew, in the same memory. */
  clear(): void {
    this.length = 0;
  }

  /** What has been written: valid until the next write. */
  get bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  private room(count: number): void {
    if (this.length + count <= this.buffer.length) return;
    const larger = new Uint8Array(Math.max(this.buffer.length * 2, this.length + count));
    larger.set(this.bytes);
    this.buffer = larger;
  }

  u8(value: number): void {
    this.room(1);
    this.buffer[this.length++] = value;
  }

  u32(value: number): void {
    this.room(4);
    for (let shift = 0; shift < 32; shift += 8) this.buffer[this.length++] = value >>> shift;
  }

  /** An integer from 0 to 2^53 - 1. */
  number(value: number): void {
    this.room(8);
    while (value > 0x7fff_ffff) {
      this.buffer[this.length++] = (value % 128) | 0x80;
      value = Math.floor(value / 128);
    }
    while (value > 0x7f) {
      this.buffer[this.length++] = (value & 0x7f) | 0x80;
      value >>>= 7;
    }
    this.buffer[this.length++] = value;
  }

  signed(value: number): void {
    this.number(value < 0 ? -value * 2 - 1 : value * 2);
  }

  blob(bytes: Uint8Array): void {
    this.number(bytes.length);
    this.room(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A byte string. */
  name(text: string): void {
    this.number(text.length);
    this.room(text.length);
    for (let i = 0; i < text.length; i++) this.buffer[this.length++] = text.charCodeAt(i);
  }
}

export class ByteReader {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get atEnd(): boolean {
    return this.at === this.bytes.length;
  }

  u8(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw damaged();
    return value;
  }

  u32(): number {
    return (this.u8() | (this.u8() << 8) | (this.u8() << 16) | (this.u8() << 24)) >>> 0;
  }

  number(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 56; scale *= 128) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw damaged();
  }

  signed(): number {
    const value = this.number();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  /** A copy: the bytes do not keep the record alive. */
  blob(): Uint8Array {
    return this.piece().slice();
  }

  name(): string {
    return byteString(this.piece());
  }

  private piece(): Uint8Array {
    const length = this.number();
    const piece = this.bytes.subarray(this.at, this.at + length);
    if (piece.length !== length) throw damaged();
    this.at += length;
    return piece;
  }
}
