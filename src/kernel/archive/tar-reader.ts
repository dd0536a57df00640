// The entries of a tar archive: POSIX pax and ustar, GNU tar's long names, and the format before all of them (POSIX.1-2017,
// pax(1); GNU tar manual, "Basic Tar Format"). Sparse files, parts of several volumes and devices are refused by name.
//
// An archive may end without the blocks of zeros, but never within an entry.

import { byteString } from '../../base/bytes.ts';
import type { Time } from '../vfs/filesystem.ts';
import type { ByteSource } from './byte-source.ts';
import { type ArchiveEntry, ArchiveError, entryPath } from './entry.ts';
import { BLOCK, isHeader, isZero, padding, parseHeader, type TarHeader } from './tar-header.ts';
import { OPAQUE_RECORD } from './tar-writer.ts';

/** More than any real extended header has; what claims more would only fill memory. */
const EXTENDED_MAX = 1 << 20;

type Records = ReadonlyMap<string, string>;

const REFUSED: Readonly<Record<string, string>> = {
  '3': 'a character device',
  '4': 'a block device',
  D: 'a directory of an incremental backup',
  M: 'a part of a file of another volume',
  S: 'a sparse file in the format of GNU tar',
};

/** Is this the start of a tar archive? `head` has at least a block, or all there is. */
export const looksLikeTar = (head: Uint8Array): boolean =>
  head.length >= BLOCK && (isHeader(head.subarray(0, BLOCK)) || isZero(head.subarray(0, BLOCK)));

const parseRecords = (bytes: Uint8Array): Map<string, string> => {
  const records = new Map<string, string>();
  const text = byteString(bytes);
  for (let at = 0; at < text.length; ) {
    const length = /^(\d{1,7}) /.exec(text.slice(at, at + 8));
    const end = at + Number(length?.[1]);
    const record = text.slice(at + (length?.[0].length ?? 0), end);
    const equals = record.indexOf('=');
    if (length === null || end > text.length || equals < 1 || !record.endsWith('\n')) {
      throw new ArchiveError('tar: an extended header is broken');
    }
    records.set(record.slice(0, equals), record.slice(equals + 1, -1));
    at = end;
  }
  return records;
};

const decimal = (text: string, what: string): number => {
  if (!/^\d{1,16}$/.test(text)) throw new ArchiveError(`tar: ${what} is no number: ${text}`);
  return Number(text);
};

const parseTime = (text: string): Time => {
  const parts = /^(-?)(\d{1,15})(?:\.(\d*))?$/.exec(text);
  if (parts === null) throw new ArchiveError(`tar: no time: ${text}`);
  const [, sign, whole = '0', fraction = ''] = parts;
  const sec = Number(whole);
  const nsec = Number(fraction.slice(0, 9).padEnd(9, '0'));
  if (sign !== '-') return { sec, nsec };
  return nsec === 0 ? { sec: -sec, nsec } : { sec: -sec - 1, nsec: 1e9 - nsec };
};

/** What extended headers have said about the entry to come. */
interface Pending {
  global: Records;
  own: Records;
  longName: string | undefined;
  longLink: string | undefined;
}

const toEntry = (header: TarHeader, pending: Pending, source: ByteSource): { entry: ArchiveEntry; size: number } => {
  const get = (key: string): string | undefined => pending.own.get(key) ?? pending.global.get(key);
  const sparse = [...pending.own.keys()].some((key) => key.startsWith('GNU.sparse.'));
  const name = get('path') ?? pending.longName ?? header.name;
  const path = entryPath(name);
  const whiteout = header.type === '3' && header.device?.every((part) => part === 0) === true;
  const refused = sparse ? REFUSED['S'] : whiteout ? undefined : REFUSED[header.type];
  if (refused !== undefined) throw new ArchiveError(`tar: ${path} is ${refused}, which cannot be made here`);
  const size = get('size');
  const mtime = get('mtime');
  const common = {
    path,
    mode: header.mode,
    uid: decimal(get('uid') ?? String(header.uid), 'a user id'),
    gid: decimal(get('gid') ?? String(header.gid), 'a group id'),
    mtime: mtime === undefined ? { sec: header.mtime, nsec: 0 } : parseTime(mtime),
  };
  const target = get('linkpath') ?? pending.longLink ?? header.linkname;
  const bytes = size === undefined ? header.size : decimal(size, 'a size');
  const old = header.type === '\0' || header.type === '0';
  switch (header.type) {
    case '1':
      return { entry: { ...common, type: 'link', target: entryPath(target) }, size: bytes };
    case '2':
      return { entry: { ...common, type: 'symlink', target }, size: bytes };
    case '3':
      return { entry: { ...common, type: 'whiteout' }, size: bytes };
    case '5':
      return { entry: { ...common, type: 'directory', opaque: get(OPAQUE_RECORD) === 'y' }, size: bytes };
    case '6':
      return { entry: { ...common, type: 'fifo' }, size: bytes };
    case '0':
    case '\0':
    case '7':
      // Before ustar, a directory was a file whose name ends with a slash.
      if (old && name.endsWith('/')) return { entry: { ...common, type: 'directory' }, size: bytes };
      return { entry: { ...common, type: 'file', size: bytes, content: source.stream(bytes) }, size: bytes };
    default:
      throw new ArchiveError(`tar: ${path} is of the unknown type '${header.type}'`);
  }
};

const extendedText = async (source: ByteSource, size: number): Promise<Uint8Array> => {
  if (size > EXTENDED_MAX) throw new ArchiveError(`tar: an extended header of ${size} bytes`);
  const bytes = size === 0 ? new Uint8Array(0) : await source.take(size);
  if (bytes === undefined) throw new ArchiveError('tar: the archive is cut off in an extended header');
  await skip(source, padding(size));
  return bytes;
};

const skip = async (source: ByteSource, length: number): Promise<void> => {
  for await (const _ of source.stream(length));
};

const untilNul = (bytes: Uint8Array): string => byteString(bytes).split('\0')[0] ?? '';

/** @throws ArchiveError */
export async function* readTar(source: ByteSource): AsyncGenerator<ArchiveEntry> {
  const pending: Pending = { global: new Map(), own: new Map(), longName: undefined, longLink: undefined };
  for (let first = true; ; first = false) {
    const start = source.offset;
    const block = await source.take(BLOCK);
    if (block === undefined) {
      if (first) throw new ArchiveError('the archive is empty');
      return;
    }
    if (isZero(block)) return;
    if (!isHeader(block)) throw new ArchiveError(`tar: no header, or a broken one, at byte ${start}`);
    const header = parseHeader(block);
    if (header.size < 0) throw new ArchiveError(`tar: a size below zero at byte ${start}`);
    switch (header.type) {
      case 'x':
        pending.own = parseRecords(await extendedText(source, header.size));
        continue;
      case 'g':
        pending.global = new Map([...pending.global, ...parseRecords(await extendedText(source, header.size))]);
        continue;
      case 'L':
        pending.longName = untilNul(await extendedText(source, header.size));
        continue;
      case 'K':
        pending.longLink = untilNul(await extendedText(source, header.size));
        continue;
      case 'V':
        await skip(source, header.size + padding(header.size));
        continue;
    }
    const { entry, size } = toEntry(header, pending, source);
    pending.own = new Map();
    pending.longName = undefined;
    pending.longLink = undefined;
    const contentStart = source.offset;
    yield entry;
    // What the reader has left of the content. Links say a size in some archives, and have no content.
    const left = entry.type === 'file' ? size - (source.offset - contentStart) + padding(size) : 0;
    await skip(source, left);
  }
}
