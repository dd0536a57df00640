// CRC-32 as zip has it (ISO 3309, polynomial 0xEDB88320), four bytes a step. `crc32(b, crc32(a))` is the checksum of a
// followed by b.

const POLYNOMIAL = 0xedb8_8320;

/** Four tables of 256: TABLE[256 * k + b] is the effect of byte b, k bytes before the end of a step. */
const TABLE = ((): Int32Array => {
  const table = new Int32Array(4 * 256);
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

const at = (index: number): number => TABLE[index] as number;

export const crc32 = (bytes: Uint8Array, before = 0): number => {
  let crc = ~before;
  let i = 0;
  for (; i + 4 <= bytes.length; i += 4) {
    crc ^=
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    crc = at(768 + (crc & 0xff)) ^ at(512 + ((crc >>> 8) & 0xff)) ^ at(256 + ((crc >>> 16) & 0xff)) ^ at(crc >>> 24);
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ at((crc ^ (bytes[i] as number)) & 0xff);
  return ~crc >>> 0;
};
