// What the VFS asks of a file system: operations on inode numbers, in the manner of NFS.
//
// - Names are byte strings of 1 to 255 bytes, never `.` or `..` (the VFS resolves those), without `/` and NUL.
// - Every operation is atomic by itself: nobody sees half of it, and it fails without having changed anything.
// - Permissions, mounts and symbolic links in paths are the VFS's; what can only be decided atomically is the file
//   system's (does the name exist, is the directory empty, would a directory become its own ancestor).
// - An inode lives while it has a name or is open. An operation on one that is gone fails with ESTALE.
// - On a read-only file system every change fails with EROFS.
// Errors are listed in order of precedence.

import type { Awaitable } from './flow.ts';
import type { Node } from './node.ts';

/** An inode number, unique within its file system and never given twice. */
export type Ino = number;

/** inode(7), in the fields of the ABI's `stat`. May be the live inode itself: whoever keeps it takes a `snapshot`. */
export interface Attributes {
  readonly ino: Ino;
  /** File type and permission bits. */
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly size: number;
  /** Units of 512 bytes in use. */
  readonly blocks: number;
  readonly atimeSec: number;
  readonly atimeNsec: number;
  readonly mtimeSec: number;
  readonly mtimeNsec: number;
  readonly ctimeSec: number;
  readonly ctimeNsec: number;
  readonly birthSec: number;
  readonly birthNsec: number;
}

export const snapshot = (a: Attributes): Attributes => ({
  ino: a.ino,
  mode: a.mode,
  nlink: a.nlink,
  uid: a.uid,
  gid: a.gid,
  rdev: a.rdev,
  size: a.size,
  blocks: a.blocks,
  atimeSec: a.atimeSec,
  atimeNsec: a.atimeNsec,
  mtimeSec: a.mtimeSec,
  mtimeNsec: a.mtimeNsec,
  ctimeSec: a.ctimeSec,
  ctimeNsec: a.ctimeNsec,
  birthSec: a.birthSec,
  birthNsec: a.birthNsec,
});

export interface Time {
  readonly sec: number;
  readonly nsec: number;
}

/** What `setattr` changes; `'now'` is the time of the operation. ctime always becomes that. */
export interface AttributeChange {
  /** Permission bits (07777); the type stays. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Only of a regular file: cut, or grow with zeros. mtime becomes now unless it is given. */
  readonly size?: number;
  readonly atime?: Time | 'now';
  readonly mtime?: Time | 'now';
}

/** What `create` makes. */
export interface NewInode {
  /** With the type: S_IFREG, S_IFDIR, S_IFLNK, S_IFIFO, S_IFSOCK, S_IFCHR or S_IFBLK. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a device. */
  readonly rdev?: number;
  /** Of a symbolic link, a byte string. */
  readonly target?: string;
}

export interface Created {
  readonly attributes: Attributes;
  /** False when the name existed (not with `exclusive`). */
  readonly created: boolean;
}

/**
 * How far a walk got. `passed` has the directory it starts from, then the inode of each name gone through, the last one
 * included even when it cannot be gone through itself (a symbolic link, a file). When the walk stopped early, it was at
 * the last of `passed` if that is no directory, else because the next name does not exist.
 */
export interface Walk {
  readonly passed: readonly [Attributes, ...Attributes[]];
  /** The last of `passed` has been opened as by `open`: if that was asked for, all names were gone through, and it is
   *  no symbolic link. A file system may leave this to a call of `open`. */
  readonly opened?: Ino;
}

export interface Entry {
  readonly name: string;
  readonly ino: Ino;
  /** The inode's mode; only the type counts. */
  readonly mode: number;
  /** Where the listing goes on after this entry: > 0, the same for this entry as long as it exists. */
  readonly cookie: number;
}

export interface FileSystemStatus {
  /** Magic number as in statfs(2). */
  readonly type: number;
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
}

export interface SnapshotInfo {
  /** A byte string. */
  readonly name: string;
  /** When it was made. */
  readonly sec: number;
  readonly nsec: number;
}

export interface CheckStep {
  /** What is not as it should be, as text. */
  readonly problems: readonly string[];
  /** Where to go on; 0 at the end. */
  readonly next: number;
}

export type SnapshotChange = 'create' | 'delete' | 'rollback';

/** Who is asking, for file systems that answer each process differently (procfs). Opaque to the VFS. */
export type Caller = unknown;

/** Lets others keep copies of what is in regular files. */
export interface Coherence {
  /** Every change of content or size, by whomever, is told: now, and until `changed` says that of everything. */
  readonly holds: boolean;
  /** Calls `changed` before anybody can know of the change, with the inode, or with nothing for all of them. Gives the
   *  function that takes it back. */
  listen(changed: (ino: Ino | undefined) => void): () => void;
}

export interface FileSystem {
  /** As in /proc/mounts. */
  readonly type: string;
  readonly readOnly: boolean;
  readonly rootIno: Ino;
  /** The other stations of the machine see the same inodes under the same numbers: their name for it. */
  readonly shared?: string;
  /** Where copies of what is in files may be kept. File systems that cannot promise it leave it out. */
  readonly coherence?: Coherence;

  /** Go through names from a directory, as far as they are directories. With `open` the last one is kept open.
   *  ESTALE. What does not exist is no error, nor is a `dir` that is none: see Walk. */
  walk(dir: Ino, names: readonly string[], open: boolean, caller: Caller): Awaitable<Walk>;
  /** ESTALE. */
  getattr(ino: Ino): Awaitable<Attributes>;
  /** EROFS, ESTALE; with `size`: EISDIR, EINVAL when it is no regular file, EFBIG, ENOSPC. */
  setattr(ino: Ino, change: AttributeChange): Awaitable<Attributes>;

  /** The directory that holds a directory; the root holds itself. ENOTDIR, ENOENT when it was removed. */
  parentOf(dir: Ino): Awaitable<Attributes>;
  /** The names from the root to a directory. ENOTDIR, ENOENT when it was removed. */
  namesTo(dir: Ino): Awaitable<readonly string[]>;

  /** Make a name with a new inode. With `open` it is kept open, as is the existing one.
   *  EROFS, ENOTDIR, EEXIST if `exclusive`, ENOENT when `dir` was removed, EMLINK, ENOSPC. */
  create(
    dir: Ino,
    name: string,
    what: NewInode,
    options: { readonly exclusive: boolean; readonly open: boolean },
  ): Awaitable<Created>;
  /** EROFS, ENOTDIR, EEXIST, ENOENT when `dir` or the inode was removed, EPERM for a directory, EMLINK, ENOSPC. */
  link(ino: Ino, dir: Ino, name: string): Awaitable<void>;
  /** EROFS, ENOTDIR, ENOENT, EISDIR. */
  unlink(dir: Ino, name: string): Awaitable<void>;
  /** EROFS, ENOTDIR (also for what is named), ENOENT, ENOTEMPTY. */
  rmdir(dir: Ino, name: string): Awaitable<void>;
  /** renameat2(2), with RENAME flags. EROFS, ENOTDIR, ENOENT, EEXIST, EINVAL into itself, ENOTEMPTY onto an ancestor,
   *  ENOTDIR and EISDIR for unlike types, ENOTEMPTY, EMLINK, ENOSPC. Two names of one inode: nothing happens. */
  rename(oldDir: Ino, oldName: string, newDir: Ino, newName: string, flags: number): Awaitable<void>;

  /** EINVAL when it is no symbolic link. */
  readlink(ino: Ino, caller: Caller): Awaitable<string>;
  /** A link that leads straight to a node, whatever its text says (/proc/self/fd/0). Undefined when the text is to be
   *  followed. File systems without such links leave it out. */
  followLink?(ino: Ino, caller: Caller): Awaitable<Node | undefined>;

  /** Bytes read; fewer than asked for only at the end. EISDIR, EINVAL when it is no regular file, EIO. */
  read(ino: Ino, offset: number, into: Uint8Array): Awaitable<number>;
  /** All or nothing; the result is the offset behind the last byte. Takes away S_ISUID and, with S_IXGRP, S_ISGID.
   *  EROFS, EISDIR, EINVAL, EFBIG, ENOSPC. */
  write(ino: Ino, offset: number | 'append', bytes: Uint8Array): Awaitable<number>;
  /** fallocate(2), with FALLOCATE modes: back the range with storage, or make it a hole. EROFS, EISDIR, EINVAL, EFBIG,
   *  ENOSPC. */
  allocate(ino: Ino, offset: number, length: number, mode: number): Awaitable<void>;
  /** Let a range of a file share the storage of another one. The result is how many bytes now do, from the start of the
   *  range on; 0 when that cannot be, and they have to be copied. Ranges of one file do not overlap. File systems that
   *  share nothing leave this out, and `clone`. EROFS, EISDIR, EINVAL, EFBIG, ENOSPC. */
  share?(source: Ino, from: number, ino: Ino, to: number, length: number): Awaitable<number>;
  /** FICLONE of ioctl_ficlonerange(2): a file shares all of another one, atomically. EROFS, EISDIR, EINVAL also when the
   *  file goes on behind, ENOSPC. */
  clone?(source: Ino, ino: Ino): Awaitable<void>;
  /** SEEK_DATA and SEEK_HOLE of lseek(2); the end of the file is a hole. ENXIO at or behind the end. */
  seek(ino: Ino, offset: number, whence: number): Awaitable<number>;

  /** At most `max` entries behind a cookie (0: from the start), without `.` and `..`. Entries that exist during the
   *  whole listing come exactly once. ENOTDIR. */
  readdir(dir: Ino, cookie: number, max: number): Awaitable<readonly Entry[]>;

  /** Keep an inode alive. The result is the number for reading it and for `release`: most often the same, but procfs
   *  gives each opener a text of its own. ESTALE. */
  open(ino: Ino, caller: Caller): Awaitable<Ino>;
  /** Undo one `open`. Needs no answer and cannot fail. */
  release(ino: Ino): void;

  /** Return when one inode, or everything, is on durable storage. EIO, ENOSPC. */
  sync(ino?: Ino): Awaitable<void>;
  /** Give up what is kept here of a file that is at home elsewhere (POSIX_FADV_DONTNEED). */
  evict?(ino: Ino): Awaitable<void>;
  statfs(): Awaitable<FileSystemStatus>;

  /** Snapshots of the whole tree, the oldest first. File systems without them leave these out. */
  snapshots?(): Awaitable<readonly SnapshotInfo[]>;
  /** Make, remove or go back to one. A rollback is atomic; an open file is then what it was, or without a name if it
   *  was not there. ENOENT; EEXIST when there is one of that name; EINVAL for a name that is empty, longer than 255
   *  bytes, or has control characters or `/`; ENOSPC. */
  changeSnapshots?(change: SnapshotChange, name: string): Awaitable<void>;

  /** One step of a check of everything, which changes nothing: from 0 on, each for no longer than some 50 ms. */
  check?(step: number): Awaitable<CheckStep>;
}
