// An inode in memory. All inodes of a mounted volume are here; their data is not (but for what is inline).

import { isDirectory, isRegular, S } from '../../../abi/file.ts';
import type { Attributes, Ino } from '../../vfs/filesystem.ts';
import { Directory } from './directory.ts';
import type { Effect } from './effects.ts';
import { type Extent, endOf, type Geometry, type Piece, pieceOf, type Run, unitsOf } from './extents.ts';

const NOTHING = new Uint8Array();

/** The content of a regular file: inline bytes (from the start; zeros behind them) or extents, never both. */
export class FileContent {
  inline: Uint8Array = NOTHING;
  readonly extents: Extent[] = [];
  /**
   * Units that belong to the last stored chunk and that no record on disk speaks of, counted from its start: it may
   * grow in place up to there. 0 when that is not known, as after a mount.
   */
  capacity = 0;
}

/** What of the capacity is not in use. */
export const spareOf = ({ extents, capacity }: FileContent, geometry: Geometry): Run | undefined => {
  const last = extents.at(-1);
  if (capacity === 0 || last === undefined) return undefined;
  const { at, length } = pieceOf(extents, endOf(last) - 1, geometry) as Piece;
  const units = unitsOf(length, geometry);
  return { at: at + units, units: capacity - units };
};

export class Inode implements Attributes {
  readonly ino: Ino;
  mode: number;
  nlink = 0;
  uid = 0;
  gid = 0;
  rdev = 0;
  size = 0;
  /** Units of 512 bytes. */
  blocks = 0;
  atimeSec = 0;
  atimeNsec = 0;
  mtimeSec = 0;
  mtimeNsec = 0;
  ctimeSec = 0;
  ctimeNsec = 0;
  birthSec = 0;
  birthNsec = 0;
  /** How often it is open. */
  opens = 0;
  /** Of a symbolic link: its target, a byte string. */
  target = '';
  readonly directory: Directory | undefined;
  readonly content: FileContent | undefined;

  constructor(ino: Ino, mode: number) {
    this.ino = ino;
    this.mode = mode;
    this.directory = isDirectory(mode) ? new Directory(ino, '') : undefined;
    this.content = isRegular(mode) ? new FileContent() : undefined;
  }

  /** The type cannot change. */
  set permissions(mode: number) {
    this.mode = (this.mode & S.IFMT) | (mode & 0o7777);
  }
}

/** All attributes of an inode, as an effect to change some of them. */
export const attributesOf = (inode: Inode): Extract<Effect, { kind: 'inode' }> => {
  const { ino, mode, uid, gid, rdev, nlink } = inode;
  const { atimeSec, atimeNsec, mtimeSec, mtimeNsec, ctimeSec, ctimeNsec, birthSec, birthNsec } = inode;
  const times = { atimeSec, atimeNsec, mtimeSec, mtimeNsec, ctimeSec, ctimeNsec, birthSec, birthNsec };
  return { kind: 'inode', ino, mode, uid, gid, rdev, nlink, ...times };
};
