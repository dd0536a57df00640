// How the inodes of a volume lie in memory: a row of numbers each, see inode-table.ts.

import type { Ino } from '../../vfs/filesystem.ts';
import type { Directory } from './directory.ts';
import type { Extent } from './extents.ts';

/** Columns of numbers that may be large, and of 32-bit ones. */
export const WIDE = { ino: 0, size: 1, blocks: 2, at: 3, atime: 4, mtime: 5, ctime: 6, birth: 7 } as const;
export const NARROW = {
  mode: 0,
  nlink: 1,
  uid: 2,
  gid: 3,
  rdev: 4,
  atime: 5,
  mtime: 6,
  ctime: 7,
  birth: 8,
  /** Of the one chunk of a small file: how many bytes it stores, and their checksum. 0 when there is none. */
  tail: 9,
  sum: 10,
} as const;
export const WIDE_COLUMNS = Object.keys(WIDE).length;
export const NARROW_COLUMNS = Object.keys(NARROW).length;

/** Target or inline bytes (a byte string), the names of a directory, or the chunk map of a larger file. */
export type Extra = string | Directory | Extent[] | undefined;

export interface InodeRows {
  readonly wide: Float64Array;
  readonly narrow: Uint32Array;
  /** By row. */
  readonly extra: Extra[];
  /** How often an inode is open; how many units its last chunk has. Few have either. */
  readonly opens: Map<Ino, number>;
  readonly capacities: Map<Ino, number>;
}
