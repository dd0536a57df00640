/** Bytes as text and back, by the names that Node's Buffer has for encodings. */
import { wrongType, wrongValue } from './arguments.ts';

export type Encoding = 'utf8' | 'utf-8' | 'latin1' | 'binary' | 'hex' | 'base64';

const ENCODINGS: readonly string[] = ['utf8', 'utf-8', 'latin1', 'binary', 'hex', 'base64'] satisfies Encoding[];

/** @throws TabOSError ERR_INVALID_ARG_VALUE for an encoding that is not one of these */
export function checkEncoding(call: string, value: unknown): asserts value is Encoding | undefined {
  if (value === undefined || value === null) return;
  if (typeof value === 'string' && ENCODINGS.includes(value)) return;
  throw wrongValue(call, 'encoding', `one of ${ENCODINGS.join(', ')}`, value);
}

function binaryString(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return text;
}

export function decode(bytes: Uint8Array, encoding: Encoding): string {
  switch (encoding) {
    case 'latin1':
    case 'binary':
      return binaryString(bytes);
    case 'base64':
      return btoa(binaryString(bytes));
    case 'hex':
      return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    default:
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  }
}

function encode(text: string, encoding: Encoding): Uint8Array {
  switch (encoding) {
    case 'latin1':
    case 'binary':
      return Uint8Array.from(text, (char) => char.charCodeAt(0));
    case 'base64':
      return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    case 'hex':
      return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    default:
      return new TextEncoder().encode(text);
  }
}

/** A copy of the bytes, which can be given away. @throws TabOSError ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE */
export function bytesFrom(call: string, data: unknown, encoding: Encoding = 'utf8'): Uint8Array<ArrayBuffer> {
  if (typeof data === 'string') {
    const broken = encoding === 'hex' ? !/^([0-9a-f]{2})*$/i.test(data) : encoding === 'base64' && !isBase64(data);
    if (broken) throw wrongValue(call, 'data', `text in ${encoding}`, data);
    return new Uint8Array(encode(data, encoding));
  }
  if (data instanceof ArrayBuffer) return new Uint8Array(data.slice(0));
  if (!ArrayBuffer.isView(data)) throw wrongType(call, 'data', 'a string, an ArrayBuffer or a view of one', data);
  return new Uint8Array(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}
