// Entries as a zip archive, in one pass: sizes and checksums follow each file's content in a data descriptor, and the
// directory comes at the end. Modes and symbolic links are written as Info-ZIP does on Unix, times as its extended
// timestamps (whole seconds). Zip has no hard links (the content comes again), and no FIFOs and marks of overlays (they are
// left out).

import { S } from '../../abi/file.ts';
import { bytesOf } from '../../base/bytes.ts';
import { crc32 } from './crc32.ts';
import { type ArchiveEntry, ArchiveError } from './entry.ts';
import { EXTRA, FLAG, MAX16, MAX32, METHOD, packFields, SIGNATURE, SIZE, type Transform, UNIX } from './zip-format.ts';

const VERSION = 20;
const VERSION_ZIP64 = 45;
const DOS_DIRECTORY = 0x10;
/** A file that may grow beyond 32 bits in the making gets the wide fields from the start. */
const WIDE = MAX32 - (1 << 20);

interface Written {
  readonly name: Uint8Array;
  readonly mode: number;
  readonly flags: number;
  readonly method: number;
  readonly seconds: number;
  readonly offset: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
}

/** Date and time in the fields of DOS, from 1980 on, in UTC. */
const dosTime = (seconds: number): [time: number, date: number] => {
  const d = new Date(Math.max(seconds, 315_532_800) * 1000);
  const time = (d.getUTCHours() << 11) | (d.getUTCMinutes() << 5) | (d.getUTCSeconds() >> 1);
  return [time, (Math.min(d.getUTCFullYear() - 1980, 127) << 9) | ((d.getUTCMonth() + 1) << 5) | d.getUTCDate()];
};

/** Times before 1901 or after 2038 have only what DOS can say. */
const timeField = (seconds: number): Uint8Array => {
  if (seconds !== Math.trunc(seconds) || Math.abs(seconds) > 0x7fff_ffff) return new Uint8Array(0);
  return new Uint8Array([...packFields([EXTRA.time, 2], [5, 2]), 1, ...packFields([seconds >>> 0, 4])]);
};

const modeOf = (entry: ArchiveEntry): number => {
  if (entry.type === 'directory') return S.IFDIR | entry.mode;
  return (entry.type === 'symlink' ? S.IFLNK : S.IFREG) | entry.mode;
};

const join = (...parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

class ZipWriter {
  private readonly deflate: Transform;
  private readonly written: Written[] = [];
  private offset = 0;

  constructor(deflate: Transform) {
    this.deflate = deflate;
  }

  private count(bytes: Uint8Array): Uint8Array {
    this.offset += bytes.length;
    return bytes;
  }

  private header(entry: Written, wide: boolean): Uint8Array {
    const extra = join(
      wide ? packFields([EXTRA.zip64, 2], [16, 2], [0, 8], [0, 8]) : new Uint8Array(0),
      timeField(entry.seconds),
    );
    const [time, date] = dosTime(entry.seconds);
    const fixed = packFields(
      [SIGNATURE.local, 4],
      [wide ? VERSION_ZIP64 : VERSION, 2],
      [entry.flags, 2],
      [entry.method, 2],
      [time, 2],
      [date, 2],
      [entry.crc, 4],
      [wide ? MAX32 : entry.packed, 4],
      [wide ? MAX32 : entry.size, 4],
      [entry.name.length, 2],
      [extra.length, 2],
    );
    return join(fixed, entry.name, extra);
  }

  async *add(entry: ArchiveEntry): AsyncGenerator<Uint8Array> {
    if (
      entry.type === 'fifo' ||
      entry.type === 'whiteout' ||
      entry.type === 'link' ||
      (entry.type === 'directory' && entry.path === '')
    )
      return;
    const name = bytesOf(entry.type === 'directory' ? `${entry.path}/` : entry.path);
    if (name.length > MAX16) throw new ArchiveError(`zip: the name is too long: ${entry.path}`);
    const target = entry.type === 'symlink' ? bytesOf(entry.target) : new Uint8Array(0);
    const plain: Written = {
      name,
      mode: modeOf(entry),
      flags: FLAG.utf8,
      method: METHOD.stored,
      seconds: entry.mtime.sec,
      offset: this.offset,
      crc: crc32(target),
      packed: target.length,
      size: target.length,
    };
    if (entry.type !== 'file' || entry.size === 0) {
      this.written.push(plain);
      yield this.count(this.header(plain, false));
      if (target.length > 0) yield this.count(target);
      return;
    }
    const wide = entry.size > WIDE;
    const streamed = { ...plain, flags: FLAG.utf8 | FLAG.descriptor, method: METHOD.deflated };
    yield this.count(this.header(streamed, wide));
    let crc = 0;
    let size = 0;
    let packed = 0;
    const { content } = entry;
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of content) {
        // A file may grow while it is read.
        const part = chunk.subarray(0, entry.size - size);
        crc = crc32(part, crc);
        size += part.length;
        if (part.length > 0) yield part;
      }
    };
    for await (const chunk of this.deflate(counted())) {
      packed += chunk.length;
      yield this.count(chunk);
    }
    const width = wide ? 8 : 4;
    yield this.count(packFields([SIGNATURE.descriptor, 4], [crc, 4], [packed, width], [size, width]));
    this.written.push({ ...streamed, crc, packed, size });
  }

  private central(entry: Written): Uint8Array {
    const { size, packed, offset } = entry;
    const large = [size, packed, offset].filter((value) => value >= MAX32);
    const wide =
      large.length === 0
        ? new Uint8Array(0)
        : packFields([EXTRA.zip64, 2], [8 * large.length, 2], ...large.map((value) => [value, 8] as const));
    const extra = join(wide, timeField(entry.seconds));
    const [time, date] = dosTime(entry.seconds);
    const directory = (entry.mode & S.IFMT) === S.IFDIR;
    const version = large.length > 0 ? VERSION_ZIP64 : VERSION;
    const fixed = packFields(
      [SIGNATURE.central, 4],
      [(UNIX << 8) | version, 2],
      [version, 2],
      [entry.flags, 2],
      [entry.method, 2],
      [time, 2],
      [date, 2],
      [entry.crc, 4],
      [Math.min(packed, MAX32), 4],
      [Math.min(size, MAX32), 4],
      [entry.name.length, 2],
      [extra.length, 2],
      [0, 2],
      [0, 2],
      [0, 2],
      [((entry.mode << 16) | (directory ? DOS_DIRECTORY : 0)) >>> 0, 4],
      [Math.min(offset, MAX32), 4],
    );
    return join(fixed, entry.name, extra);
  }

  *end(): Generator<Uint8Array> {
    const start = this.offset;
    for (const entry of this.written) yield this.count(this.central(entry));
    const size = this.offset - start;
    const count = this.written.length;
    if (count >= MAX16 || start >= MAX32 || size >= MAX32) {
      const at = this.offset;
      const version = [
        [(UNIX << 8) | VERSION_ZIP64, 2],
        [VERSION_ZIP64, 2],
      ] as const;
      const rest = SIZE.end64 - 12;
      yield packFields(
        [SIGNATURE.end64, 4],
        [rest, 8],
        ...version,
        [0, 4],
        [0, 4],
        [count, 8],
        [count, 8],
        [size, 8],
        [start, 8],
      );
      yield packFields([SIGNATURE.locator64, 4], [0, 4], [at, 8], [1, 4]);
    }
    const few = Math.min(count, MAX16);
    yield packFields(
      [SIGNATURE.end, 4],
      [0, 2],
      [0, 2],
      [few, 2],
      [few, 2],
      [Math.min(size, MAX32), 4],
      [Math.min(start, MAX32), 4],
      [0, 2],
    );
  }
}

/** The hard links of the entries must have been resolved: zip has none. */
export async function* writeZip(entries: AsyncIterable<ArchiveEntry>, deflate: Transform): AsyncGenerator<Uint8Array> {
  const writer = new ZipWriter(deflate);
  for await (const entry of entries) yield* writer.add(entry);
  yield* writer.end();
}
