// The forms in which Node's library hands bytes to its native side.

import { encode } from '../encodings.ts';

/** A view of an ArrayBuffer, or of what a view shows. */
export const bytesOf = (value: unknown): Uint8Array => {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return new Uint8Array(value as ArrayBuffer);
};

/** What `update` is given: text in an encoding, UTF-8 where none is said, or bytes. */
export const inputBytes = (data: unknown, encoding: unknown, utf8: (text: string) => Uint8Array): Uint8Array =>
  typeof data === 'string' ? encode(data, typeof encoding === 'string' ? encoding : 'utf8', utf8) : bytesOf(data);

export const concat = (...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

/** In a time that does not depend on where they differ. */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
};

/** Exactly these bytes in a buffer of their own. */
export const arrayBufferOf = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;
