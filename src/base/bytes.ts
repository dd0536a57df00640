// Bytes and byte strings.
//
// Names in a Unix file system are bytes, not text. Inside the system a path or an argument is a *byte string*: a
// JavaScript string whose every char code is one byte (0 to 255). It is cheap to compare, slice and use as a map key.
// Text crosses into it by UTF-8 at the edges only (`fromText`, `toText`).

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The byte string of these bytes. */
export const byteString = (bytes: Uint8Array): string => {
  let out = '';
  for (let i = 0; i < bytes.length; i += 4096) {
    out += String.fromCharCode.apply(null, bytes.subarray(i, i + 4096) as unknown as number[]);
  }
  return out;
};

/** The bytes of a byte string. */
export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => {
  const out = new Uint8Array(text.length);
  writeByteString(text, out);
  return out;
};

/** Copy a byte string to the start of a buffer that is long enough. */
export const writeByteString = (text: string, into: Uint8Array): void => {
  for (let i = 0; i < text.length; i++) into[i] = text.charCodeAt(i);
};

/** Text (any JavaScript string) as a byte string of its UTF-8. */
export const fromText = (text: string): string => byteString(encoder.encode(text));

/** A byte string as text; what is not UTF-8 becomes U+FFFD. */
export const toText = (bytes: string): string => decoder.decode(bytesOf(bytes));

/** NUL-terminated strings, one after another: how argv and envp travel. */
export const packStrings = (strings: readonly string[]): Uint8Array<ArrayBuffer> =>
  bytesOf(strings.map((s) => `${s}\0`).join(''));

export const unpackStrings = (block: Uint8Array): string[] => {
  const strings = byteString(block).split('\0');
  strings.pop();
  return strings;
};
