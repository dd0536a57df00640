// Owner and mode of a new inode: open(2), mkdir(2), inode(7) on set-group-ID directories.

import { isDirectory, S } from '../../abi/file.ts';
import type { NewInode } from './filesystem.ts';
import { check, GROUP_EXEC, inGroup, MAY } from './permission.ts';
import type { Context, Spot } from './resolve.ts';

/** What to create in a directory; EACCES when the context may not. `mode` is with the type, before the umask. */
export const makeInode = (ctx: Context, directory: Spot, mode: number): NewInode => {
  const { cred } = ctx;
  check(cred, directory.attributes, MAY.WRITE | MAY.EXEC);
  let permissions = (mode & S.IFMT) === S.IFLNK ? mode : mode & ~(ctx.umask & 0o777);
  if ((directory.attributes.mode & S.ISGID) === 0) return { mode: permissions, uid: cred.uid, gid: cred.gid };
  const { gid } = directory.attributes;
  if (isDirectory(mode)) permissions |= S.ISGID;
  else if (cred.uid !== 0 && !inGroup(cred, gid) && (permissions & GROUP_EXEC) !== 0) permissions &= ~S.ISGID;
  return { mode: permissions, uid: cred.uid, gid };
};
