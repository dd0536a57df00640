// The entries of a zip archive by its directory, which is at the end: so it needs the whole of it, in any order. Stored
// and deflated files, zip64, modes and links of Unix, times of Info-ZIP. Encrypted files, parts of several disks and other
// methods are refused by name. Sizes and checksums are proved.

import { isDirectory, isSymlink, S } from '../../abi/file.ts';
import { byteString } from '../../base/bytes.ts';
import { crc32 } from './crc32.ts';
import { type ArchiveEntry, ArchiveError, entryPath } from './entry.ts';
import { EXTRA, Fields, FLAG, MAX16, MAX32, METHOD, SIGNATURE, SIZE, type Transform, UNIX } from './zip-format.ts';

/** Bytes in any order, as a Blob has them. */
export interface RandomAccess {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** The end record has a comment of up to this. */
const COMMENT_MAX = 65535;
/** One directory of entries is held in memory. */
const DIRECTORY_MAX = 256 << 20;
const CHUNK = 256 * 1024;
const TARGET_MAX = 4096;

export const looksLikeZip = (head: Uint8Array): boolean => {
  if (head.length < 4) return false;
  const signature = new Fields(head).u32();
  return signature === SIGNATURE.local || signature === SIGNATURE.end;
};

interface Directory {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

const readExactly = async (zip: RandomAccess, offset: number, length: number): Promise<Uint8Array> => {
  if (offset < 0 || length < 0 || offset + length > zip.size) throw new ArchiveError('zip: the archive is cut off');
  return await zip.read(offset, length);
};

const findDirectory = async (zip: RandomAccess): Promise<Directory> => {
  const length = Math.min(zip.size, SIZE.end + COMMENT_MAX);
  const tail = await zip.read(zip.size - length, length);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  for (let at = tail.length - SIZE.end; at >= 0; at--) {
    if (view.getUint32(at, true) !== SIGNATURE.end || view.getUint16(at + 20, true) !== tail.length - at - SIZE.end)
      continue;
    const fields = new Fields(tail.subarray(at + 4));
    const disk = fields.u16();
    if (disk !== 0 && disk !== MAX16) throw new ArchiveError('zip: a part of an archive on several disks');
    fields.skip(4);
    const [count, size, offset] = [fields.u16(), fields.u32(), fields.u32()];
    if (count !== MAX16 && size !== MAX32 && offset !== MAX32) return { offset, size, count };
    return await findDirectory64(zip, zip.size - length + at, { offset, size, count });
  }
  throw new ArchiveError('zip: the archive has no end: it is cut off');
};

const findDirectory64 = async (zip: RandomAccess, end: number, small: Directory): Promise<Directory> => {
  if (end < SIZE.locator64) return small;
  const locator = new Fields(await readExactly(zip, end - SIZE.locator64, SIZE.locator64));
  if (locator.u32() !== SIGNATURE.locator64) return small;
  locator.skip(4);
  const fields = new Fields(await readExactly(zip, locator.u64(), SIZE.end64));
  if (fields.u32() !== SIGNATURE.end64) throw new ArchiveError('zip: the zip64 end record is not where it should be');
  fields.skip(28);
  const [count, size, offset] = [fields.u64(), fields.u64(), fields.u64()];
  return { offset, size, count };
};

interface Member {
  readonly path: string;
  /** With the type. */
  readonly mode: number;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
  readonly seconds: number;
}

const fromDos = (time: number, date: number): number =>
  Date.UTC(1980 + (date >> 9), ((date >> 5) & 15) - 1, date & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2) / 1000;

const parseMember = (fields: Fields): Member => {
  if (fields.u32() !== SIGNATURE.central) throw new ArchiveError('zip: the directory is broken');
  const system = fields.u16() >> 8;
  fields.skip(2);
  const [flags, method, time, date, crc] = [fields.u16(), fields.u16(), fields.u16(), fields.u16(), fields.u32()];
  let [packed, size] = [fields.u32(), fields.u32()];
  const [nameLength, extraLength, commentLength] = [fields.u16(), fields.u16(), fields.u16()];
  fields.skip(4);
  const attributes = fields.u32();
  let offset = fields.u32();
  const name = byteString(fields.take(nameLength));
  const extras = new Fields(fields.take(extraLength));
  fields.skip(commentLength);
  let seconds = fromDos(time, date);
  while (extras.left >= 4) {
    const id = extras.u16();
    const extra = new Fields(extras.take(extras.u16()));
    if (id === EXTRA.zip64) {
      if (size === MAX32) size = extra.u64();
      if (packed === MAX32) packed = extra.u64();
      if (offset === MAX32) offset = extra.u64();
    } else if (id === EXTRA.time && extra.left >= 5 && ((extra.take(1)[0] ?? 0) & 1) === 1) seconds = extra.i32();
  }
  const unix = system === UNIX ? attributes >>> 16 : 0;
  const directory = name.endsWith('/');
  const usual = directory ? S.IFDIR | 0o755 : S.IFREG | 0o644;
  const typed = (unix & S.IFMT) === 0 ? (usual & S.IFMT) | unix : unix;
  return { path: entryPath(name), mode: unix === 0 ? usual : typed, flags, method, crc, packed, size, offset, seconds };
};

async function* raw(zip: RandomAccess, offset: number, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < length; at += CHUNK) {
    yield await readExactly(zip, offset + at, Math.min(CHUNK, length - at));
  }
}

async function* content(zip: RandomAccess, member: Member, inflate: Transform): AsyncGenerator<Uint8Array> {
  const { path, method, packed, size, crc } = member;
  const local = new Fields(await readExactly(zip, member.offset, SIZE.local));
  if (local.u32() !== SIGNATURE.local) throw new ArchiveError(`zip: ${path} is not where the directory says`);
  local.skip(22);
  const start = member.offset + SIZE.local + local.u16() + local.u16();
  const bytes = raw(zip, start, packed);
  let sum = 0;
  let length = 0;
  try {
    for await (const chunk of method === METHOD.deflated ? inflate(bytes) : bytes) {
      sum = crc32(chunk, sum);
      length += chunk.length;
      if (length > size) break;
      yield chunk;
    }
  } catch (error) {
    // What a decompressor throws says nothing about which file it was.
    throw error instanceof ArchiveError ? error : new ArchiveError(`zip: ${path} is damaged: ${String(error)}`);
  }
  if (length !== size) throw new ArchiveError(`zip: ${path} has not the size that the directory says`);
  if (sum !== crc) throw new ArchiveError(`zip: ${path} is damaged: its checksum is wrong`);
}

const checkMember = ({ path, flags, method, packed, size }: Member): void => {
  if ((flags & FLAG.encrypted) !== 0) throw new ArchiveError(`zip: ${path} is encrypted`);
  if (method !== METHOD.stored && method !== METHOD.deflated) {
    throw new ArchiveError(`zip: ${path} is compressed by method ${method}, which is not known`);
  }
  if (method === METHOD.stored && packed !== size) throw new ArchiveError(`zip: ${path} has two sizes`);
};

const readTarget = async (zip: RandomAccess, member: Member, inflate: Transform): Promise<string> => {
  if (member.size > TARGET_MAX) throw new ArchiveError(`zip: ${member.path} is a link of ${member.size} bytes`);
  let target = '';
  for await (const chunk of content(zip, member, inflate)) target += byteString(chunk);
  return target;
};

/** @throws ArchiveError */
export async function* readZip(zip: RandomAccess, inflate: Transform): AsyncGenerator<ArchiveEntry> {
  const directory = await findDirectory(zip);
  if (directory.size > DIRECTORY_MAX) throw new ArchiveError(`zip: a directory of ${directory.size} bytes`);
  const fields = new Fields(await readExactly(zip, directory.offset, directory.size));
  for (let i = 0; i < directory.count; i++) {
    const member = parseMember(fields);
    checkMember(member);
    const { path, mode, size } = member;
    const common = { path, mode: mode & 0o7777, uid: 0, gid: 0, mtime: { sec: member.seconds, nsec: 0 } };
    if (isDirectory(mode)) yield { ...common, type: 'directory' };
    else if (isSymlink(mode)) yield { ...common, type: 'symlink', target: await readTarget(zip, member, inflate) };
    else if ((mode & S.IFMT) === S.IFREG)
      yield { ...common, type: 'file', size, content: content(zip, member, inflate) };
    else throw new ArchiveError(`zip: ${path} is a device or pipe, which zip cannot hold`);
  }
}
