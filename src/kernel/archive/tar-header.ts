// The header block of tar: POSIX.1-2017, pax(1), "ustar Interchange Format", with what GNU tar adds to numbers (base 256).
// A block has 512 bytes; text fields end with NUL when they do not fill theirs.

import { byteString, writeByteString } from '../../base/bytes.ts';
import { ArchiveError } from './entry.ts';

export const BLOCK = 512;

/** Where each field is: offset and length. */
const FIELDS = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  linkname: [157, 100],
  magic: [257, 8],
  major: [329, 8],
  minor: [337, 8],
  prefix: [345, 155],
} as const;
type Field = keyof typeof FIELDS;

export interface TarHeader {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  /** One character. */
  readonly type: string;
  readonly linkname: string;
  /** Of a device: 0 and 0 marks a removed name in the upper layer of an overlay. */
  readonly device?: readonly [major: number, minor: number];
}

export const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

const field = (block: Uint8Array, name: Field): Uint8Array => {
  const [at, length] = FIELDS[name];
  return block.subarray(at, at + length);
};

const text = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0);
  return byteString(end < 0 ? bytes : bytes.subarray(0, end));
};

const number = (bytes: Uint8Array, name: string): number => {
  const first = bytes[0] ?? 0;
  if ((first & 0x80) !== 0) {
    // Base 256, two's complement, by GNU tar.
    let value = (first & 0x40) !== 0 ? -1 : 0;
    for (const [i, byte] of bytes.entries()) value = value * 256 + (i === 0 && value === 0 ? byte & 0x7f : byte);
    return value;
  }
  const digits = text(bytes).trim();
  if (!/^[0-7]*$/.test(digits)) throw new ArchiveError(`tar: ${name} is no number`);
  return digits === '' ? 0 : Number.parseInt(digits, 8);
};

/** The sum of all bytes, those of the checksum taken for spaces. Old programs added signed ones. */
const sums = (block: Uint8Array): [unsigned: number, signed: number] => {
  let unsigned = 0;
  let signed = 0;
  const [from, length] = FIELDS.checksum;
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= from && i < from + length ? 0x20 : (block[i] as number);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return [unsigned, signed];
};

export const isZero = (block: Uint8Array): boolean => block.every((byte) => byte === 0);

/** Does the checksum of this block hold? */
export const isHeader = (block: Uint8Array): boolean => {
  if (block.length < BLOCK) return false;
  const digits = text(field(block, 'checksum')).trim();
  return /^[0-7]+$/.test(digits) && sums(block).includes(Number.parseInt(digits, 8));
};

/** The caller has checked `isHeader`. @throws ArchiveError */
export const parseHeader = (block: Uint8Array): TarHeader => {
  const posix = byteString(field(block, 'magic')).startsWith('ustar\0');
  const prefix = posix ? text(field(block, 'prefix')) : '';
  const name = text(field(block, 'name'));
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: number(field(block, 'mode'), 'a mode') & 0o7777,
    uid: number(field(block, 'uid'), 'a user id'),
    gid: number(field(block, 'gid'), 'a group id'),
    size: number(field(block, 'size'), 'a size'),
    mtime: number(field(block, 'mtime'), 'a time'),
    type: byteString(field(block, 'type')),
    linkname: text(field(block, 'linkname')),
    device: posix ? [number(field(block, 'major'), 'a device'), number(field(block, 'minor'), 'a device')] : [1, 1],
  };
};

/** Numbers that do not fit are written as 0, names are cut: the caller has put them into extended records. */
export const formatHeader = (header: TarHeader): Uint8Array => {
  const block = new Uint8Array(BLOCK);
  const put = (name: Field, value: string): void => {
    const [at, length] = FIELDS[name];
    writeByteString(value.slice(0, length), block.subarray(at, at + length));
  };
  const octal = (name: Field, value: number): void => {
    const digits = FIELDS[name][1] - 1;
    put(name, (fits(value, digits) ? value : 0).toString(8).padStart(digits, '0'));
  };
  const [prefix, name] = splitName(header.name) ?? ['', header.name];
  put('name', name);
  put('prefix', prefix);
  octal('mode', header.mode);
  octal('uid', header.uid);
  octal('gid', header.gid);
  octal('size', header.size);
  octal('mtime', header.mtime);
  put('type', header.type);
  put('linkname', header.linkname);
  put('magic', 'ustar\x0000');
  octal('major', 0);
  octal('minor', 0);
  put('checksum', `${sums(block)[0].toString(8).padStart(6, '0')}\0 `);
  return block;
};

const fits = (value: number, digits: number): boolean => Number.isInteger(value) && value >= 0 && value < 8 ** digits;

export const fitsId = (value: number): boolean => fits(value, FIELDS.uid[1] - 1);
export const fitsSize = (value: number): boolean => fits(value, FIELDS.size[1] - 1);
export const fitsLinkname = (name: string): boolean => name.length <= FIELDS.linkname[1];

/** A name as prefix and name, at a slash; undefined when it fits in no way. */
export const splitName = (name: string): [prefix: string, name: string] | undefined => {
  const [, room] = FIELDS.name;
  if (name.length <= room) return ['', name];
  // The slash at the end of a directory's name belongs to the name.
  const cut = name.lastIndexOf('/', Math.min(FIELDS.prefix[1], name.length - 2));
  const rest = name.slice(cut + 1);
  return cut > 0 && rest.length <= room ? [name.slice(0, cut), rest] : undefined;
};
