// Who may do what: path_resolution(7), "Permissions". uid 0 bypasses all but execution of what nobody may execute.

import { SysError } from '../../abi/errno.ts';
import { isDirectory, isRegular, isSymlink, S } from '../../abi/file.ts';
import type { Attributes } from './filesystem.ts';
import type { Mount } from './node.ts';

export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
}

/** S_IXGRP: with it S_ISGID means what it says; without, it once marked mandatory locking. */
export const GROUP_EXEC = 0o010;

export const MAY = { EXEC: 1, WRITE: 2, READ: 4 } as const;

export const inGroup = (cred: Credentials, gid: number): boolean => cred.gid === gid || cred.groups.includes(gid);

export const isOwner = (cred: Credentials, attributes: Attributes): boolean =>
  cred.uid === 0 || cred.uid === attributes.uid;

/** Do the permission bits give all of `wanted` (MAY)? */
export const permits = (cred: Credentials, attributes: Attributes, wanted: number): boolean => {
  const { mode, uid, gid } = attributes;
  if (cred.uid === 0) return (wanted & MAY.EXEC) === 0 || isDirectory(mode) || (mode & 0o111) !== 0;
  const granted = cred.uid === uid ? mode >> 6 : inGroup(cred, gid) ? mode >> 3 : mode;
  return (granted & wanted) === wanted;
};

/** EACCES. */
export const check = (cred: Credentials, attributes: Attributes, wanted: number): void => {
  if (!permits(cred, attributes, wanted)) throw new SysError('EACCES');
};

/** EROFS. */
export const checkWritable = (mount: Mount): void => {
  if (mount.readOnly) throw new SysError('EROFS', mount.path);
};

/** EROFS if a write would go to the file system itself (not to a device or pipe), then EACCES. */
export const checkAccess = (cred: Credentials, mount: Mount, attributes: Attributes, wanted: number): void => {
  const { mode } = attributes;
  const stored = isRegular(mode) || isDirectory(mode) || isSymlink(mode);
  if ((wanted & MAY.WRITE) !== 0 && stored) checkWritable(mount);
  check(cred, attributes, wanted);
};

/** May a name of this inode be taken out of the directory? EACCES, EPERM by the sticky bit. */
export const checkRemoval = (cred: Credentials, directory: Attributes, victim: Attributes): void => {
  check(cred, directory, MAY.WRITE | MAY.EXEC);
  const sticky = (directory.mode & S.ISVTX) !== 0;
  if (sticky && !isOwner(cred, directory) && !isOwner(cred, victim)) throw new SysError('EPERM');
};

/** What is left of a mode when another owner or other content comes: S_ISGID without S_IXGRP marks something else. */
export const withoutSetId = (mode: number): number => mode & ~(S.ISUID | ((mode & GROUP_EXEC) !== 0 ? S.ISGID : 0));
