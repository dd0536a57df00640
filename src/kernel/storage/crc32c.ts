// CRC-32C (Castagnoli; RFC 3720, B.4), eight bytes a step: about 2 GB/s, so that every chunk can be checked.
// `crc32c(b, crc32c(a))` is the checksum of a followed by b.

const POLYNOMIAL = 0x82f6_3b78;

/** Eight tables of 256: TABLE[256 * k + b] is the effect of byte b, k bytes before the end of a step. */
const TABLE = ((): Int32Array => {
  const table = new Int32Array(8 * 256);
  for (let i = 0; i < 256; i++) {
    let c = i;
    for (let bit = 0; bit < 8; bit++) c = (c & 1) === 1 ? (c >>> 1) ^ POLYNOMIAL : c >>> 1;
    table[i] = c;
  }
  for (let i = 256; i < table.length; i++) {
    const previous = table[i - 256] as number;
    table[i] = (previous >>> 8) ^ (table[previous & 0xff] as number);
  }
  return table;
})();

const bytewise = (bytes: Uint8Array, from: number, to: number, crc: number): number => {
  for (let i = from; i < to; i++) {
    crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[i] as number)) & 0xff] as number);
  }
  return crc;
};

/** Shorter ones are not worth steps. */
const LEAST = 16;

/** The checksum of bytes, or of what `seed` is the checksum of with these bytes behind it. Unsigned. */
export const crc32c = (bytes: Uint8Array, seed = 0): number => {
  const { length } = bytes;
  if (length < LEAST) return ~bytewise(bytes, 0, length, ~seed) >>> 0;
  const lead = -bytes.byteOffset & 3;
  let crc = bytewise(bytes, 0, lead, ~seed);
  const steps = (length - lead) >>> 3;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + lead, steps * 2);
  for (let i = 0; i < words.length; i += 2) {
    const low = (words[i] as number) ^ crc;
    const high = words[i + 1] as number;
    crc =
      (TABLE[1792 + (low & 0xff)] as number) ^
      (TABLE[1536 + ((low >>> 8) & 0xff)] as number) ^
      (TABLE[1280 + ((low >>> 16) & 0xff)] as number) ^
      (TABLE[1024 + (low >>> 24)] as number) ^
      (TABLE[768 + (high & 0xff)] as number) ^
      (TABLE[512 + ((high >>> 8) & 0xff)] as number) ^
      (TABLE[256 + ((high >>> 16) & 0xff)] as number) ^
      (TABLE[high >>> 24] as number);
  }
  return ~bytewise(bytes, lead + steps * 8, length, crc) >>> 0;
};
