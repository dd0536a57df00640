// Strings to bytes and back in Buffer's encodings, as string_bytes.cc does it: hex stops at the first character that is
// none, base64 takes both alphabets and skips what is not of them, latin1 drops the upper byte.

const CHUNK = 8192;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE64_URL = `${BASE64.slice(0, 62)}-_`;
const NONE = 0xff;

const SEXTET = new Uint8Array(256).fill(NONE);
for (const alphabet of [BASE64, BASE64_URL]) for (let i = 0; i < 64; i++) SEXTET[alphabet.charCodeAt(i)] = i;

const fromCodes = (codes: Uint8Array | Uint16Array): string => {
  if (codes.length <= CHUNK) return String.fromCharCode.apply(null, codes as unknown as number[]);
  let text = '';
  for (let i = 0; i < codes.length; i += CHUNK)
    text += String.fromCharCode.apply(null, codes.subarray(i, i + CHUNK) as unknown as number[]);
  return text;
};

export const latin1Text = (bytes: Uint8Array): string => fromCodes(bytes);

export const asciiText = (bytes: Uint8Array): string => fromCodes(bytes.map((byte) => byte & 0x7f));

export const ucs2Text = (bytes: Uint8Array): string => {
  const units = new Uint16Array(bytes.length >> 1);
  for (let i = 0; i < units.length; i++) units[i] = (bytes[2 * i] as number) | ((bytes[2 * i + 1] as number) << 8);
  return fromCodes(units);
};

export const hexText = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
};

export const base64Text = (bytes: Uint8Array, url = false): string => {
  const alphabet = url ? BASE64_URL : BASE64;
  const parts: string[] = [];
  let text = '';
  let i = 0;
  for (; i + 2 < bytes.length; i += 3) {
    const word = ((bytes[i] as number) << 16) | ((bytes[i + 1] as number) << 8) | (bytes[i + 2] as number);
    text +=
      (alphabet[word >> 18] as string) +
      (alphabet[(word >> 12) & 63] as string) +
      (alphabet[(word >> 6) & 63] as string) +
      (alphabet[word & 63] as string);
    if (text.length >= CHUNK) {
      parts.push(text);
      text = '';
    }
  }
  const left = bytes.length - i;
  if (left > 0) {
    const word = ((bytes[i] as number) << 16) | (left === 2 ? (bytes[i + 1] as number) << 8 : 0);
    text += (alphabet[word >> 18] as string) + (alphabet[(word >> 12) & 63] as string);
    if (left === 2) text += alphabet[(word >> 6) & 63] as string;
    if (!url) text += left === 2 ? '=' : '==';
  }
  parts.push(text);
  return parts.join('');
};

export const writeLatin1 = (text: string, into: Uint8Array): number => {
  const n = Math.min(text.length, into.length);
  for (let i = 0; i < n; i++) into[i] = text.charCodeAt(i);
  return n;
};

export const writeUcs2 = (text: string, into: Uint8Array): number => {
  const n = Math.min(text.length, into.length >> 1);
  for (let i = 0; i < n; i++) {
    const unit = text.charCodeAt(i);
    into[2 * i] = unit;
    into[2 * i + 1] = unit >> 8;
  }
  return 2 * n;
};

const hexDigit = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
};

export const writeHex = (text: string, into: Uint8Array): number => {
  const n = Math.min(text.length >> 1, into.length);
  for (let i = 0; i < n; i++) {
    const high = hexDigit(text.charCodeAt(2 * i));
    const low = hexDigit(text.charCodeAt(2 * i + 1));
    if (high < 0 || low < 0) return i;
    into[i] = (high << 4) | low;
  }
  return n;
};

export const writeBase64 = (text: string, into: Uint8Array): number => {
  let at = 0;
  let word = 0;
  let bits = 0;
  for (let i = 0; i < text.length && at < into.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 61) break;
    const sextet = code < 256 ? (SEXTET[code] as number) : NONE;
    if (sextet === NONE) continue;
    word = (word << 6) | sextet;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      into[at++] = word >> bits;
    }
    word &= 0xff;
  }
  return at;
};

/** The bytes of a string; `undefined` for an encoding that is none of Buffer's. */
export const encode = (text: string, encoding: string, utf8: (text: string) => Uint8Array): Uint8Array => {
  const exactly = (size: number, write: (text: string, into: Uint8Array) => number): Uint8Array => {
    const bytes = new Uint8Array(size);
    return bytes.subarray(0, write(text, bytes));
  };
  switch (encoding) {
    case 'latin1':
    case 'binary':
    case 'ascii':
      return exactly(text.length, writeLatin1);
    case 'ucs2':
    case 'ucs-2':
    case 'utf16le':
    case 'utf-16le':
      return exactly(text.length * 2, writeUcs2);
    case 'hex':
      return exactly(text.length >> 1, writeHex);
    case 'base64':
    case 'base64url':
      return exactly(Math.ceil((text.length * 3) / 4), writeBase64);
    default:
      return utf8(text);
  }
};

/** The text of bytes. */
export const decode = (bytes: Uint8Array, encoding: string, utf8: (bytes: Uint8Array) => string): string => {
  switch (encoding) {
    case 'latin1':
    case 'binary':
      return latin1Text(bytes);
    case 'ascii':
      return asciiText(bytes);
    case 'ucs2':
    case 'ucs-2':
    case 'utf16le':
    case 'utf-16le':
      return ucs2Text(bytes);
    case 'hex':
      return hexText(bytes);
    case 'base64':
      return base64Text(bytes);
    case 'base64url':
      return base64Text(bytes, true);
    default:
      return utf8(bytes);
  }
};
