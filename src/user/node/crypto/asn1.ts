// DER (X.690) as far as keys need it: reading with every length checked, and writing.

export const TAG = {
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  NULL: 0x05,
  OID: 0x06,
  SEQUENCE: 0x30,
} as const;

/** What is no DER of the shape that was asked for. */
export class DerError extends Error {}

export class DerReader {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get atEnd(): boolean {
    return this.at === this.bytes.length;
  }

  /** The tag of the next element, or -1 at the end. */
  get tag(): number {
    return this.bytes[this.at] ?? -1;
  }

  /** The content of the next element, which must have this tag. */
  take(tag: number): Uint8Array {
    if (this.tag !== tag) throw new DerError(`tag ${tag} expected, ${this.tag} found`);
    let at = this.at + 1;
    let length = this.bytes[at++] ?? -1;
    if (length > 0x80) {
      const count = length & 0x7f;
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + (this.bytes[at++] ?? Number.NaN);
    }
    if (!(length >= 0 && at + length <= this.bytes.length)) throw new DerError('a length is wrong');
    this.at = at + length;
    return this.bytes.subarray(at, at + length);
  }

  /** The next element as it lies there, tag and length included. */
  whole(): Uint8Array {
    const start = this.at;
    this.take(this.tag);
    return this.bytes.subarray(start, this.at);
  }

  sequence(tag: number = TAG.SEQUENCE): DerReader {
    return new DerReader(this.take(tag));
  }

  integer(): bigint {
    const bytes = this.take(TAG.INTEGER);
    if (bytes.length === 0) throw new DerError('an empty integer');
    const value = bigintOf(bytes);
    return ((bytes[0] as number) & 0x80) === 0 ? value : value - (1n << BigInt(bytes.length * 8));
  }

  octets(): Uint8Array {
    return this.take(TAG.OCTET_STRING);
  }

  bits(): Uint8Array {
    const bytes = this.take(TAG.BIT_STRING);
    if (bytes[0] !== 0) throw new DerError('bits that do not fill their bytes');
    return bytes.subarray(1);
  }

  oid(): string {
    const bytes = this.take(TAG.OID);
    const parts: number[] = [];
    let value = 0;
    for (const byte of bytes) {
      value = value * 128 + (byte & 0x7f);
      if ((byte & 0x80) !== 0) continue;
      if (parts.length === 0)
        parts.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)));
      else parts.push(value);
      value = 0;
    }
    return parts.join('.');
  }
}

export const bigintOf = (bytes: Uint8Array): bigint => {
  let hex = '0x0';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return BigInt(hex);
};

/** Big-endian; at least one byte, or exactly `length` of them. */
export const bytesOfBigint = (value: bigint, length?: number): Uint8Array => {
  let hex = value.toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  const digits = length === undefined ? hex : hex.padStart(length * 2, '0');
  if (length !== undefined && digits.length > length * 2) throw new RangeError('the number is too long');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
};

export const der = (tag: number, ...contents: readonly Uint8Array[]): Uint8Array => {
  const size = contents.reduce((sum, { length }) => sum + length, 0);
  const length = size < 0x80 ? Uint8Array.of(size) : longLength(bytesOfBigint(BigInt(size)));
  const out = new Uint8Array(1 + length.length + size);
  out[0] = tag;
  out.set(length, 1);
  let at = 1 + length.length;
  for (const content of contents) {
    out.set(content, at);
    at += content.length;
  }
  return out;
};

const longLength = (bytes: Uint8Array): Uint8Array => Uint8Array.of(0x80 | bytes.length, ...bytes);

export const sequence = (...contents: readonly Uint8Array[]): Uint8Array => der(TAG.SEQUENCE, ...contents);

/** Not negative. */
export const integer = (value: bigint): Uint8Array => {
  const bytes = bytesOfBigint(value);
  return ((bytes[0] as number) & 0x80) === 0 ? der(TAG.INTEGER, bytes) : der(TAG.INTEGER, Uint8Array.of(0), bytes);
};

export const octets = (bytes: Uint8Array): Uint8Array => der(TAG.OCTET_STRING, bytes);
export const bits = (bytes: Uint8Array): Uint8Array => der(TAG.BIT_STRING, Uint8Array.of(0), bytes);
export const nothing = (): Uint8Array => der(TAG.NULL);

export const oid = (text: string): Uint8Array => {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((value) => {
    const digits = [value & 0x7f];
    for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128))
      digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return der(TAG.OID, Uint8Array.from(bytes));
};
