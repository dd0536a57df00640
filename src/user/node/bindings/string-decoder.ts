// internalBinding('string_decoder'): characters that arrive in pieces (string_decoder.cc).
//
// The state is a buffer of 7 bytes: up to 4 of an incomplete character, how many are missing, how many are there, and
// the encoding.

import { asciiText, base64Text, hexText, latin1Text, ucs2Text } from '../encodings.ts';
import type { MakeBinding } from '../runtime.ts';

const MISSING = 4;
const BUFFERED = 5;
const ENCODING = 6;

const KIND = { ascii: 0, utf8: 1, base64: 2, ucs2: 3, latin1: 4, hex: 5, base64url: 7 } as const;

/** How many bytes at the end begin a character that is not complete, and how long it would be. */
const incompleteUtf8 = (bytes: Uint8Array): { readonly held: number; readonly whole: number } => {
  const longest = Math.min(3, bytes.length);
  for (let back = 1; back <= longest; back++) {
    const byte = bytes[bytes.length - back] as number;
    if ((byte & 0xc0) === 0x80) continue;
    const whole =
      byte >= 0xf0 && byte < 0xf5 ? 4 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xc2 && byte < 0xe0 ? 2 : 1;
    if (whole <= back || !valid(bytes.subarray(bytes.length - back))) break;
    return { held: back, whole };
  }
  return { held: 0, whole: 0 };
};

/** The second byte rules out overlong forms, surrogates and what is above U+10FFFF. */
const valid = (start: Uint8Array): boolean => {
  const [first = 0, second] = start;
  if (second === undefined) return true;
  if (first === 0xe0) return second >= 0xa0;
  if (first === 0xed) return second < 0xa0;
  if (first === 0xf0) return second >= 0x90;
  if (first === 0xf4) return second < 0x90;
  return true;
};

export const stringDecoder: MakeBinding = ({ host }) => {
  const text = (bytes: Uint8Array, kind: number): string => {
    switch (kind) {
      case KIND.ascii:
        return asciiText(bytes);
      case KIND.base64:
        return base64Text(bytes);
      case KIND.base64url:
        return base64Text(bytes, true);
      case KIND.ucs2:
        return ucs2Text(bytes);
      case KIND.latin1:
        return latin1Text(bytes);
      case KIND.hex:
        return hexText(bytes);
      default:
        return host.decodeUtf8(bytes);
    }
  };
  /** Keep the last `held` bytes of what has come; a character of `whole` bytes begins there. */
  const hold = (state: Uint8Array, bytes: Uint8Array, held: number, whole: number): void => {
    state.set(bytes.subarray(bytes.length - held), 0);
    state[BUFFERED] = held;
    state[MISSING] = whole - held;
  };

  return {
    decode: (state: Uint8Array, view: ArrayBufferView): string => {
      const kind = state[ENCODING] as number;
      const fresh = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      if (kind === KIND.ascii || kind === KIND.latin1 || kind === KIND.hex) return text(fresh, kind);
      const buffered = state[BUFFERED] as number;
      let bytes: Uint8Array = fresh;
      if (buffered > 0) {
        bytes = new Uint8Array(buffered + fresh.length);
        bytes.set(state.subarray(0, buffered));
        bytes.set(fresh, buffered);
      }
      state[BUFFERED] = 0;
      state[MISSING] = 0;
      let held = 0;
      if (kind === KIND.utf8) {
        const end = incompleteUtf8(bytes);
        held = end.held;
        if (held > 0) hold(state, bytes, held, end.whole);
      } else if (kind === KIND.ucs2) {
        held = bytes.length % 2;
        let whole = 2;
        const last = bytes[bytes.length - held - 1];
        if (bytes.length - held >= 2 && last !== undefined && last >= 0xd8 && last < 0xdc) {
          held += 2;
          whole = 4;
        }
        if (held > 0) hold(state, bytes, held, whole);
      } else {
        held = bytes.length % 3;
        if (held > 0) hold(state, bytes, held, 3);
      }
      return text(bytes.subarray(0, bytes.length - held), kind);
    },
    flush: (state: Uint8Array): string => {
      const kind = state[ENCODING] as number;
      let buffered = state[BUFFERED] as number;
      if (kind === KIND.ucs2 && buffered % 2 === 1) buffered--;
      const rest = text(state.slice(0, buffered), kind);
      state[BUFFERED] = 0;
      state[MISSING] = 0;
      return rest;
    },
  };
};
