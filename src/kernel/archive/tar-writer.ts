// Entries as a tar archive: POSIX.1-2017, pax(1), "pax Interchange Format". Every entry has a ustar header that old
// programs read; what does not fit into it (long names, times with nanoseconds, sizes beyond 8 GiB) is in an extended
// header before it. Names are the bytes that they are: where an extended header has one that is not UTF-8, it says so.

import { bytesOf } from '../../base/bytes.ts';
import type { ArchiveEntry } from './entry.ts';
import {
  BLOCK,
  fitsId,
  fitsLinkname,
  fitsSize,
  formatHeader,
  padding,
  splitName,
  type TarHeader,
} from './tar-header.ts';

const TYPES = { file: '0', link: '1', symlink: '2', whiteout: '3', directory: '5', fifo: '6' } as const;
const PAX = 'x';
/** What `tar --xattrs` writes for such a directory on Linux. */
export const OPAQUE_RECORD = 'SCHILY.xattr.trusted.overlay.opaque';

const strict = new TextDecoder('utf-8', { fatal: true });

const isUtf8 = (name: string): boolean => {
  try {
    strict.decode(bytesOf(name));
    return true;
  } catch {
    return false;
  }
};

/** "length key=value\n", where the length counts itself. */
const record = (key: string, value: string): string => {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return `${length}${rest}`;
};

const timeText = (sec: number, nsec: number): string => {
  if (nsec === 0) return String(sec);
  // Before the epoch the fraction counts backwards.
  const negative = sec < 0;
  const whole = negative ? -(sec + 1) : sec;
  const fraction = String(negative ? 1e9 - nsec : nsec)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}.${fraction}`;
};

const records = (entry: ArchiveEntry, name: string, size: number, linkname: string): string => {
  const { mtime, uid, gid } = entry;
  const longName = splitName(name) === undefined;
  const longLink = !fitsLinkname(linkname);
  let text = '';
  if ((longName && !isUtf8(name)) || (longLink && !isUtf8(linkname))) text += record('hdrcharset', 'BINARY');
  if (longName) text += record('path', name);
  if (longLink) text += record('linkpath', linkname);
  if (!fitsSize(size)) text += record('size', String(size));
  if (!fitsId(uid)) text += record('uid', String(uid));
  if (!fitsId(gid)) text += record('gid', String(gid));
  if (entry.type === 'directory' && entry.opaque === true) text += record(OPAQUE_RECORD, 'y');
  if (mtime.nsec !== 0 || !fitsSize(mtime.sec)) text += record('mtime', timeText(mtime.sec, mtime.nsec));
  return text;
};

/** A header that precedes the entry, with its text. */
function* extended(name: string, text: string): Generator<Uint8Array> {
  const body = bytesOf(text);
  const base = name.replace(/\/$/, '').split('/').at(-1) ?? '';
  const header = { name: `PaxHeaders/${base.slice(0, 80)}`, mode: 0o644, uid: 0, gid: 0, mtime: 0, linkname: '' };
  yield formatHeader({ ...header, size: body.length, type: PAX });
  yield body;
  yield new Uint8Array(padding(body.length));
}

/** The content, made as long as the header says: a file may change while it is read. */
async function* exactly(
  size: number,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let left = size;
  for await (const chunk of content) {
    if (left > 0) yield chunk.subarray(0, left);
    left -= Math.min(left, chunk.length);
  }
  for (; left > 0; left -= Math.min(left, 65536)) yield new Uint8Array(Math.min(left, 65536));
}

export async function* writeTar(entries: AsyncIterable<ArchiveEntry>): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) {
    const path = entry.path === '' ? '.' : entry.path;
    const name = entry.type === 'directory' ? `${path}/` : path;
    const linkname = entry.type === 'symlink' || entry.type === 'link' ? entry.target : '';
    const size = entry.type === 'file' ? entry.size : 0;
    const text = records(entry, name, size, linkname);
    if (text !== '') yield* extended(name, text);
    const header: TarHeader = {
      name,
      mode: entry.mode,
      uid: entry.uid,
      gid: entry.gid,
      size,
      mtime: entry.mtime.sec,
      type: TYPES[entry.type],
      linkname,
    };
    yield formatHeader(header);
    if (entry.type !== 'file') continue;
    yield* exactly(size, entry.content);
    if (padding(size) > 0) yield new Uint8Array(padding(size));
  }
  yield new Uint8Array(2 * BLOCK);
}
