// internalBinding('buffer'): what Buffer has from C++ (node_buffer.cc). The methods that read and write text are called
// with the buffer as `this`, the others get it as their first argument.

import {
  asciiText,
  base64Text,
  encode,
  hexText,
  latin1Text,
  ucs2Text,
  writeBase64,
  writeHex,
  writeLatin1,
  writeUcs2,
} from '../encodings.ts';
import type { MakeBinding } from '../runtime.ts';

type Bytes = Uint8Array;
type View = ArrayBufferView;

const bytesOf = (view: View | ArrayBufferLike): Bytes =>
  ArrayBuffer.isView(view) ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength) : new Uint8Array(view);

/** Lengths of the UTF-8 of a text; a lone surrogate counts as U+FFFD. */
const utf8Length = (text: string): number => {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    if (code < 0x800) length++;
    else {
      length += 2;
      if (code >= 0xd800 && code < 0xdc00 && i + 1 < text.length) {
        const next = text.charCodeAt(i + 1);
        if (next >= 0xdc00 && next < 0xe000) {
          i++;
        }
      }
    }
  }
  return length;
};

const compareBytes = (a: Bytes, b: Bytes): number => {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const d = (a[i] as number) - (b[i] as number);
    if (d !== 0) return d < 0 ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
};

/** Where a search begins; -1 for nowhere. As IndexOfOffset in node_buffer.cc. */
const searchStart = (length: number, offset: number, needle: number, forward: boolean): number => {
  let at = Math.trunc(offset);
  if (Number.isNaN(at)) at = forward ? 0 : length;
  if (at < 0) {
    if (at + length >= 0) at += length;
    else if (forward || needle === 0) at = 0;
    else return -1;
  }
  if (at + needle <= length) return at;
  if (needle === 0) return length;
  return forward ? -1 : length - needle;
};

const indexOfBytes = (haystack: Bytes, needle: Bytes, offset: number, forward: boolean, step: number): number => {
  const start = searchStart(haystack.length, offset, needle.length, forward);
  if (start < 0) return -1;
  if (needle.length === 0) return start;
  if (haystack.length < needle.length || (step === 2 && (haystack.length < 2 || needle.length < 2))) return -1;
  const matches = (at: number): boolean => {
    for (let i = 0; i < needle.length; i++) if (haystack[at + i] !== needle[i]) return false;
    return true;
  };
  const first = needle[0] as number;
  if (forward && step === 1) {
    for (let at = haystack.indexOf(first, start); at >= 0; at = haystack.indexOf(first, at + 1)) {
      if (at + needle.length > haystack.length) return -1;
      if (matches(at)) return at;
    }
    return -1;
  }
  const begin = start - (start % step);
  for (let at = begin; at >= 0 && at + needle.length <= haystack.length; at += forward ? step : -step)
    if (matches(at)) return at;
  return -1;
};

const UCS2_ENCODING = 3;
/** The order of `encodings` of string_decoder. */
const ENCODINGS = ['ascii', 'utf8', 'base64', 'utf16le', 'latin1', 'hex', 'buffer', 'base64url'];

const swap = (view: View, size: number): View => {
  const bytes = bytesOf(view);
  for (let i = 0; i + size <= bytes.length; i += size) bytes.subarray(i, i + size).reverse();
  return view;
};

const FORGIVING_SPACE = /[\t\n\f\r ]+/g;

export const buffer: MakeBinding = (node) => {
  const { decodeUtf8, encodeUtf8, encodeInto } = node.host;
  const errors = (): Record<string, new (...args: unknown[]) => Error> =>
    node.require('internal/errors')['codes'] as Record<string, new (...args: unknown[]) => Error>;

  const range = (bytes: Bytes, start: unknown, end: unknown): Bytes => {
    const from = start === undefined ? 0 : Number(start);
    const to = end === undefined ? bytes.length : Math.min(Number(end), bytes.length);
    if (from < 0 || to < 0 || from > bytes.length) {
      const { ERR_OUT_OF_RANGE: OutOfRange } = errors();
      if (from > bytes.length && OutOfRange !== undefined) {
        const error = new RangeError('Index out of range');
        Object.assign(error, { code: 'ERR_OUT_OF_RANGE' });
        throw error;
      }
    }
    return to <= from ? bytes.subarray(0, 0) : bytes.subarray(from, to);
  };

  const tooLong = (): never => {
    const error = new Error('Cannot create a string longer than 0x1fffffe8 characters');
    Object.assign(error, { code: 'ERR_STRING_TOO_LONG' });
    throw error;
  };
  const MAX_TEXT = 0x1fff_ffe8;

  const slicer = (toText: (bytes: Bytes) => string, growth = 1) =>
    function slice(this: Bytes, start?: unknown, end?: unknown): string {
      const part = range(this, start, end);
      if (part.length * growth > MAX_TEXT) tooLong();
      return part.length === 0 ? '' : toText(part);
    };

  const target = (bytes: Bytes, offset: unknown, length: unknown): Bytes => {
    const from = offset === undefined ? 0 : Number(offset);
    if (from > bytes.length) {
      const error = new RangeError('"offset" is outside of buffer bounds');
      Object.assign(error, { code: 'ERR_BUFFER_OUT_OF_BOUNDS' });
      throw error;
    }
    const room = bytes.length - from;
    const most = length === undefined ? room : Math.min(Number(length), room);
    return bytes.subarray(from, from + Math.max(0, most));
  };
  const notString = (): never => {
    const error = new TypeError('argument must be a string');
    Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
    throw error;
  };
  const writer = (write: (text: string, into: Bytes) => number) =>
    function writeText(this: Bytes, text: unknown, offset?: unknown, length?: unknown): number {
      if (typeof text !== 'string') return notString();
      return write(text, target(this, offset, length));
    };
  const writeStatic =
    (write: (text: string, into: Bytes) => number) =>
    (bytes: Bytes, text: unknown, offset?: unknown, length?: unknown): number => {
      if (typeof text !== 'string') return notString();
      return write(text, target(bytes, offset, length));
    };
  const writeUtf8 = (text: string, into: Bytes): number => {
    if (into.buffer instanceof SharedArrayBuffer) {
      const bytes = new Uint8Array(into.length);
      const { written } = encodeInto(text, bytes);
      into.set(bytes.subarray(0, written));
      return written;
    }
    return encodeInto(text, into).written;
  };

  const codesOf = (text: string, encoding: number): Bytes => encode(text, ENCODINGS[encoding] ?? 'utf8', encodeUtf8);

  return {
    setBufferPrototype: () => {},
    getZeroFillToggle: () => new Uint32Array(1),
    createUnsafeArrayBuffer: (size: number) => new ArrayBuffer(size),
    byteLengthUtf8: utf8Length,
    asciiSlice: slicer(asciiText),
    base64Slice: slicer((bytes) => base64Text(bytes), 4 / 3),
    base64urlSlice: slicer((bytes) => base64Text(bytes, true), 4 / 3),
    latin1Slice: slicer(latin1Text),
    hexSlice: slicer(hexText, 2),
    ucs2Slice: slicer(ucs2Text, 0.5),
    utf8Slice: slicer(decodeUtf8),
    base64Write: writer(writeBase64),
    base64urlWrite: writer(writeBase64),
    hexWrite: writer(writeHex),
    ucs2Write: writer(writeUcs2),
    asciiWriteStatic: writeStatic(writeLatin1),
    latin1WriteStatic: writeStatic(writeLatin1),
    utf8WriteStatic: writeStatic(writeUtf8),
    utf8Write: writer(writeUtf8),
    copy: (from: View, to: View, toStart: number, fromStart: number, count: number): number => {
      bytesOf(to).set(bytesOf(from).subarray(fromStart, fromStart + count), toStart);
      return count;
    },
    copyArrayBuffer: (
      to: ArrayBufferLike,
      toStart: number,
      from: ArrayBufferLike,
      fromStart: number,
      count: number,
    ): void => new Uint8Array(to, toStart, count).set(new Uint8Array(from, fromStart, count)),
    compare: (a: View, b: View) => compareBytes(bytesOf(a), bytesOf(b)),
    compareOffset: (
      a: View,
      b: View,
      targetStart: number,
      sourceStart: number,
      targetEnd: number,
      sourceEnd: number,
    ): number => {
      const source = bytesOf(a);
      const other = bytesOf(b);
      const sourceLength = Math.max(0, Math.min(sourceEnd - sourceStart, source.length - sourceStart));
      const otherLength = Math.max(0, Math.min(targetEnd - targetStart, other.length - targetStart));
      return compareBytes(
        source.subarray(sourceStart, sourceStart + sourceLength),
        other.subarray(targetStart, targetStart + otherLength),
      );
    },
    fill: (view: View, value: unknown, start: number, end: number, encoding: unknown): number | undefined => {
      const bytes = bytesOf(view);
      if (start < 0 || end > bytes.length) return -2;
      if (start >= end) return undefined;
      if (typeof value === 'number' || typeof value === 'boolean') {
        bytes.fill(Number(value) & 255, start, end);
        return undefined;
      }
      const pattern = typeof value === 'string' ? encode(value, String(encoding), encodeUtf8) : bytesOf(value as View);
      if (pattern.length === 0) return -1;
      const into = bytes.subarray(start, end);
      const first = pattern.slice(0, into.length);
      into.set(first);
      for (let done = first.length; done < into.length; done *= 2)
        into.copyWithin(done, 0, Math.min(done, into.length - done));
      return undefined;
    },
    indexOfString: (view: View, text: string, offset: number, encoding: number, forward: boolean) =>
      indexOfBytes(bytesOf(view), codesOf(text, encoding), offset, forward, encoding === UCS2_ENCODING ? 2 : 1),
    indexOfBuffer: (view: View, needle: View, offset: number, encoding: number, forward: boolean) =>
      indexOfBytes(bytesOf(view), bytesOf(needle), offset, forward, encoding === UCS2_ENCODING ? 2 : 1),
    indexOfNumber: (view: View, value: number, offset: number, forward: boolean): number => {
      const bytes = bytesOf(view);
      const start = searchStart(bytes.length, offset, 1, forward);
      if (start < 0 || bytes.length === 0) return -1;
      return forward ? bytes.indexOf(value & 255, start) : bytes.lastIndexOf(value & 255, start);
    },
    swap16: (view: View) => swap(view, 2),
    swap32: (view: View) => swap(view, 4),
    swap64: (view: View) => swap(view, 8),
    isUtf8: (view: View | ArrayBuffer): boolean => {
      if (detached(view)) throw detachedError();
      try {
        new node.host.TextDecoder('utf-8', { fatal: true }).decode(bytesOf(view).slice());
        return true;
      } catch {
        return false;
      }
    },
    isAscii: (view: View | ArrayBuffer): boolean => {
      if (detached(view)) throw detachedError();
      return bytesOf(view).every((byte) => byte < 128);
    },
    /** Latin-1 in, base64 out; -1 for a character above it. */
    btoa: (text: string): string | number => {
      const bytes = new Uint8Array(text.length);
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        if (code > 255) return -1;
        bytes[i] = code;
      }
      return base64Text(bytes);
    },
    /** Forgiving base64: -1 a character that is none, -2 one left over, -3 what is no base64. */
    atob: (text: string): string | number => {
      const packed = text.replace(FORGIVING_SPACE, '');
      const bare = packed.length % 4 === 0 ? packed.replace(/={1,2}$/, '') : packed;
      if (/[^A-Za-z0-9+/]/.test(bare)) return -1;
      if (bare.length % 4 === 1) return -2;
      const bytes = new Uint8Array((bare.length * 3) >> 2);
      return latin1Text(bytes.subarray(0, writeBase64(bare, bytes)));
    },
  };
};

const detached = (view: View | ArrayBuffer): boolean => {
  const memory = ArrayBuffer.isView(view) ? view.buffer : view;
  return 'detached' in memory && memory.detached === true;
};

const detachedError = (): Error => {
  const error = new Error('Cannot validate on a detached buffer');
  return Object.assign(error, { code: 'ERR_INVALID_STATE' });
};
