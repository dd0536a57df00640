// Inode numbers of an overlay, and what marks the upper layer.
//
// A merged directory, and what is only in the lower layer, has an odd number made from the lower inode; anything else an
// even one from the upper inode. So a directory keeps its number when it is copied up, a file does not.
//
// A whiteout is a character device 0:0, as in Linux. A directory that hides what is below it (opaque) has the device
// number 1, which no directory of a user can have.

import { isDirectory, S } from '../../../abi/file.ts';
import { type Attributes, type Ino, snapshot } from '../../vfs/filesystem.ts';

export const OPAQUE = 1;

export const ofLower = (ino: Ino): Ino => 2 * ino + 1;
export const ofUpper = (ino: Ino): Ino => 2 * ino;
export const isLower = (ino: Ino): boolean => ino % 2 === 1;
export const layerIno = (ino: Ino): Ino => Math.floor(ino / 2);

/** inode(7) of a whiteout, as `create` wants it. */
export const WHITEOUT = { mode: S.IFCHR, uid: 0, gid: 0, rdev: 0 } as const;

export const isWhiteout = ({ mode, rdev }: Pick<Attributes, 'mode' | 'rdev'>): boolean =>
  (mode & S.IFMT) === S.IFCHR && rdev === 0;

export const isOpaque = ({ rdev }: Attributes): boolean => rdev === OPAQUE;

/** Does an upper directory show what is in a lower one of the same name? */
export const merges = (upper: Attributes, lower: Attributes | undefined): lower is Attributes =>
  lower !== undefined && isDirectory(upper.mode) && isDirectory(lower.mode) && !isOpaque(upper);

export const upperAttributes = (upper: Attributes): Attributes => ({
  ...snapshot(upper),
  ino: ofUpper(upper.ino),
  rdev: isDirectory(upper.mode) ? 0 : upper.rdev,
});

/** A directory of which part is below has one link: how many directories are in it nobody has counted. */
export const lowerAttributes = (lower: Attributes): Attributes => ({
  ...snapshot(lower),
  ino: ofLower(lower.ino),
  ...(isDirectory(lower.mode) && { nlink: 1 }),
});

export const mergedAttributes = (upper: Attributes, lower: Ino): Attributes => ({
  ...upperAttributes(upper),
  ino: ofLower(lower),
  nlink: 1,
});
