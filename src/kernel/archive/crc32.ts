// CRC-32 as zip has it (ISO 3309, polynomial 0xEDB88320). `crc32(b, crc32(a))` is the checksum of a followed by b.

const TABLE = Int32Array.from({ length: 256 }, (_, i) => {
  let c = i;
  for (let bit = 0; bit < 8; bit++) c = (c & 1) === 1 ? (c >>> 1) ^ 0xedb8_8320 : c >>> 1;
  return c;
});

export const crc32 = (bytes: Uint8Array, before = 0): number => {
  let crc = ~before;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[i] as number)) & 0xff] as number);
  return ~crc >>> 0;
};
