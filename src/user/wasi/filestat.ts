// File status and directory entries in the layouts of preview1.

import { DEV, S } from '../../abi/file.ts';
import type { StructOf } from '../../abi/layout.ts';
import type { GuestMemory } from '../runtime/guest-memory.ts';
import { FILETYPE, SIZE } from './constants.ts';

/** The type of a file by its mode; a FIFO has no name in WASI. */
export const filetypeOf = (mode: number): number => {
  switch (mode & S.IFMT) {
    case S.IFREG:
      return FILETYPE.REGULAR_FILE;
    case S.IFDIR:
      return FILETYPE.DIRECTORY;
    case S.IFCHR:
      return FILETYPE.CHARACTER_DEVICE;
    case S.IFBLK:
      return FILETYPE.BLOCK_DEVICE;
    case S.IFLNK:
      return FILETYPE.SYMBOLIC_LINK;
    case S.IFSOCK:
      return FILETYPE.SOCKET_STREAM;
    default:
      return FILETYPE.UNKNOWN;
  }
};

/** UNIX 98 ptys have eight majors. */
const PTS_MAJORS = 8;

/** Is this the status of a terminal? */
export const isTerminal = ({ mode, rdev }: StructOf<'stat'>): boolean => {
  if ((mode & S.IFMT) !== S.IFCHR) return false;
  const major = rdev >>> 8;
  const pts = major >= DEV.PTS_MAJOR && major < DEV.PTS_MAJOR + PTS_MAJORS;
  return pts || rdev === DEV.tty || rdev === DEV.console || rdev === DEV.ptmx;
};

const nanoseconds = (seconds: number, nanos: number): bigint => BigInt(seconds) * 1_000_000_000n + BigInt(nanos);

/** Write a filestat at `pointer`. */
export const writeFilestat = (memory: GuestMemory, pointer: number, stat: StructOf<'stat'>): void => {
  const at = memory.require(pointer, SIZE.filestat);
  memory.bytes.fill(0, at, at + SIZE.filestat);
  const { view } = memory;
  view.setBigUint64(at, BigInt(stat.dev), true);
  view.setBigUint64(at + 8, BigInt(stat.ino), true);
  view.setUint8(at + 16, filetypeOf(stat.mode));
  view.setBigUint64(at + 24, BigInt(stat.nlink), true);
  view.setBigUint64(at + 32, BigInt(stat.size), true);
  view.setBigUint64(at + 40, nanoseconds(stat.atimeSec, stat.atimeNsec), true);
  view.setBigUint64(at + 48, nanoseconds(stat.mtimeSec, stat.mtimeNsec), true);
  view.setBigUint64(at + 56, nanoseconds(stat.ctimeSec, stat.ctimeNsec), true);
};
