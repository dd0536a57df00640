// internalBinding('encoding_binding'), ('icu') and ('string_decoder'): text and bytes, over the host's TextDecoder.

import { asciiText, encode, latin1Text, ucs2Text } from '../encodings.ts';
import { domainToUnicode } from '../punycode.ts';
import type { MakeBinding } from '../runtime.ts';

const bytesOf = (view: ArrayBufferView | ArrayBufferLike): Uint8Array<ArrayBuffer> => {
  const bytes = ArrayBuffer.isView(view)
    ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    : new Uint8Array(view);
  return (bytes.buffer instanceof SharedArrayBuffer ? bytes.slice() : bytes) as Uint8Array<ArrayBuffer>;
};

const invalidData = (encoding: string): Error =>
  Object.assign(new TypeError(`The encoded data was not valid for encoding ${encoding}`), {
    code: 'ERR_ENCODING_INVALID_ENCODED_DATA',
  });

export const encodingBinding: MakeBinding = ({ host }) => {
  const encodeIntoResults = new Uint32Array(2);
  const ascii = (domain: string): string => {
    try {
      return new host.URL(`ws://${domain}`).hostname;
    } catch {
      return '';
    }
  };
  return {
    encodeIntoResults,
    encodeInto: (text: string, into: Uint8Array): void => {
      const shared = into.buffer instanceof SharedArrayBuffer;
      const target = shared ? new Uint8Array(into.length) : into;
      const { read, written } = host.encodeInto(text, target);
      if (shared) into.set(target.subarray(0, written));
      encodeIntoResults[0] = read;
      encodeIntoResults[1] = written;
    },
    encodeUtf8String: host.encodeUtf8,
    decodeUTF8: (view: ArrayBufferView | ArrayBufferLike, ignoreBOM: boolean, fatal: boolean): string => {
      try {
        return new host.TextDecoder('utf-8', { ignoreBOM, fatal }).decode(bytesOf(view));
      } catch {
        throw invalidData('utf-8');
      }
    },
    decodeLatin1: (view: ArrayBufferView | ArrayBufferLike): string =>
      new host.TextDecoder('windows-1252').decode(bytesOf(view)),
    toASCII: ascii,
    toUnicode: domainToUnicode,
  };
};

/** Columns that a character takes, as a terminal counts (a part of ICU's East Asian Width). */
const WIDE =
  /[\u1100-\u115f\u231a\u231b\u2329\u232a\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f004}\u{1f0cf}\u{1f18e}\u{1f191}-\u{1f19a}\u{1f200}-\u{1f320}\u{1f32d}-\u{1f335}\u{1f337}-\u{1f37c}\u{1f37e}-\u{1f393}\u{1f3a0}-\u{1f3ca}\u{1f3cf}-\u{1f3d3}\u{1f3e0}-\u{1f3f0}\u{1f3f4}\u{1f3f8}-\u{1f43e}\u{1f440}\u{1f442}-\u{1f4fc}\u{1f4ff}-\u{1f53d}\u{1f54b}-\u{1f54e}\u{1f550}-\u{1f567}\u{1f57a}\u{1f595}\u{1f596}\u{1f5a4}\u{1f5fb}-\u{1f64f}\u{1f680}-\u{1f6c5}\u{1f6cc}\u{1f6d0}-\u{1f6d2}\u{1f6d5}-\u{1f6d7}\u{1f6dd}-\u{1f6df}\u{1f6eb}\u{1f6ec}\u{1f6f4}-\u{1f6fc}\u{1f7e0}-\u{1f7eb}\u{1f90c}-\u{1f93a}\u{1f93c}-\u{1f945}\u{1f947}-\u{1f9ff}\u{1fa70}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const ZERO = /[\p{Mn}\p{Me}\p{Cf}]/u;
const SOFT_HYPHEN = '\u00ad';

const columnsOf = (text: string): number => {
  let width = 0;
  for (const character of text.normalize('NFC')) {
    const code = character.codePointAt(0) as number;
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) continue;
    if (code < 0x300) width += character === SOFT_HYPHEN ? 1 : 1;
    else if (WIDE.test(character)) width += 2;
    else if (!ZERO.test(character)) width++;
  }
  return width;
};

const FLUSH = 1;
const FATAL = 2;
const IGNORE_BOM = 4;

export const icu: MakeBinding = ({ host }) => {
  class Converter {
    readonly decoder: TextDecoder;
    constructor(name: string, flags: number) {
      this.decoder = new host.TextDecoder(name, {
        fatal: (flags & FATAL) !== 0,
        ignoreBOM: (flags & IGNORE_BOM) !== 0,
      });
    }
  }
  const known = (name: string): boolean => {
    try {
      new host.TextDecoder(name);
      return true;
    } catch {
      return false;
    }
  };
  return {
    hasConverter: known,
    getConverter: (name: string, flags: number) => (known(name) ? new Converter(name, flags) : undefined),
    decode: (converter: Converter, view: ArrayBufferView, flags: number, encoding: string): string => {
      try {
        return converter.decoder.decode(bytesOf(view), { stream: (flags & FLUSH) === 0 });
      } catch {
        throw invalidData(encoding);
      }
    },
    icuErrName: (status: number) => `U_ERROR_${status}`,
    transcode: (source: Uint8Array, from: string, to: string): unknown => {
      const text = decodeAs(source, from, host.decodeUtf8);
      const bytes = ((): Uint8Array => {
        if (to !== 'ascii' && to !== 'latin1' && to !== 'binary') return encode(text, to, host.encodeUtf8);
        const most = to === 'ascii' ? 0x7f : 0xff;
        return Uint8Array.from(text, (c) => ((c.codePointAt(0) as number) > most ? 0x3f : c.charCodeAt(0)));
      })();
      const { FastBuffer } = classOf(source);
      return new FastBuffer(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
    getStringWidth: (text: string) => columnsOf(text),
    toASCII: (text: string) => text,
    toUnicode: domainToUnicode,
  };
};

/** The class of a buffer. */
const classOf = (buffer: Uint8Array): { FastBuffer: new (b: ArrayBufferLike, o: number, l: number) => Uint8Array } => ({
  FastBuffer: (Object.getPrototypeOf(buffer) as { constructor: unknown }).constructor as new (
    b: ArrayBufferLike,
    o: number,
    l: number,
  ) => Uint8Array,
});

const decodeAs = (bytes: Uint8Array, encoding: string, utf8: (bytes: Uint8Array) => string): string => {
  switch (encoding) {
    case 'ascii':
      return asciiText(bytes);
    case 'latin1':
    case 'binary':
      return latin1Text(bytes);
    case 'ucs2':
    case 'utf16le':
      return ucs2Text(bytes);
    default:
      return utf8(bytes);
  }
};
