// Calls that change what inode(7) lists: chmod(2), chown(2), utimensat(2), truncate(2). The rules of a change are the
// same for a path and for an open file: functions that take a Spot.

import { SysError } from '../../abi/errno.ts';
import { isDirectory, isRegular, isSymlink, S, UTIME } from '../../abi/file.ts';
import { IN } from '../../abi/inotify.ts';
import type { AttributeChange, Time } from './filesystem.ts';
import { type Awaitable, chain } from './flow.ts';
import { checkAccess, checkWritable, inGroup, isOwner, MAY, permits, withoutSetId } from './permission.ts';
import type { Context, Spot } from './resolve.ts';

/** Seconds and nanoseconds, or UTIME.NOW / UTIME.OMIT as the nanoseconds. */
export type TimeSpec = Time;

/** `mask`: as what it is told to those who watch. */
const change = (spot: Spot, what: AttributeChange, mask: number): Awaitable<void> => {
  const { mount, ino, parent, path, attributes } = spot;
  return chain(mount.fs.setattr(ino, what), () =>
    mount.changes.inode({ fs: mount.fs, ino, parent, path }, attributes.mode, mask),
  );
};

/** EROFS, EPERM, EOPNOTSUPP for a symbolic link. */
export const chmod = (ctx: Context, spot: Spot, mode: number): Awaitable<void> => {
  const { mount, attributes } = spot;
  if (isSymlink(attributes.mode)) throw new SysError('EOPNOTSUPP');
  checkWritable(mount);
  if (!isOwner(ctx.cred, attributes)) throw new SysError('EPERM');
  let permissions = mode & 0o7777;
  if (ctx.cred.uid !== 0 && !inGroup(ctx.cred, attributes.gid)) permissions &= ~S.ISGID;
  return change(spot, { mode: permissions }, IN.ATTRIB);
};

const KEEP = 0xffff_ffff;

/** EROFS, EPERM. Only uid 0 gives files away; an owner may choose among his groups. */
export const chown = (ctx: Context, spot: Spot, uid: number, gid: number): Awaitable<void> => {
  const { mount, attributes } = spot;
  const { cred } = ctx;
  checkWritable(mount);
  const setsUid = uid !== KEEP;
  const setsGid = gid !== KEEP;
  if (cred.uid !== 0) {
    const owner = cred.uid === attributes.uid;
    if (setsUid && !(owner && uid === attributes.uid)) throw new SysError('EPERM');
    if (setsGid && !(owner && (gid === attributes.gid || inGroup(cred, gid)))) throw new SysError('EPERM');
  }
  if (!setsUid && !setsGid) return;
  const what: AttributeChange = {
    ...(setsUid && { uid }),
    ...(setsGid && { gid }),
    ...(!isDirectory(attributes.mode) && { mode: withoutSetId(attributes.mode) & 0o7777 }),
  };
  return change(spot, what, IN.ATTRIB);
};

/** EROFS, EPERM for times of one's choice on the file of another, EACCES for "now" without write permission. */
export const utimens = (ctx: Context, spot: Spot, atime: TimeSpec, mtime: TimeSpec): Awaitable<void> => {
  const { mount, attributes } = spot;
  for (const { nsec } of [atime, mtime]) {
    const special = nsec === UTIME.NOW || nsec === UTIME.OMIT;
    if (!special && !(nsec >= 0 && nsec < 1e9)) throw new SysError('EINVAL');
  }
  if (atime.nsec === UTIME.OMIT && mtime.nsec === UTIME.OMIT) return;
  checkWritable(mount);
  const bothNow = atime.nsec === UTIME.NOW && mtime.nsec === UTIME.NOW;
  if (!isOwner(ctx.cred, attributes)) {
    if (!bothNow) throw new SysError('EPERM');
    if (!permits(ctx.cred, attributes, MAY.WRITE)) throw new SysError('EACCES');
  }
  const setsAtime = atime.nsec !== UTIME.OMIT;
  const setsMtime = mtime.nsec !== UTIME.OMIT;
  const what: AttributeChange = {
    ...(setsAtime && { atime: instant(atime) }),
    ...(setsMtime && { mtime: instant(mtime) }),
  };
  // As in Linux: one time alone looks like what usually sets it.
  return change(spot, what, setsAtime && setsMtime ? IN.ATTRIB : setsAtime ? IN.ACCESS : IN.MODIFY);
};

const instant = ({ sec, nsec }: TimeSpec): Time | 'now' => (nsec === UTIME.NOW ? 'now' : { sec, nsec });

/** truncate(2) by path. EISDIR, EINVAL, EROFS, EACCES. */
export const truncate = (ctx: Context, spot: Spot, length: number): Awaitable<void> => {
  const { mount, attributes } = spot;
  if (isDirectory(attributes.mode)) throw new SysError('EISDIR');
  if (!isRegular(attributes.mode)) throw new SysError('EINVAL');
  checkAccess(ctx.cred, mount, attributes, MAY.WRITE);
  return change(spot, { size: length }, IN.MODIFY);
};
