// path_*: functions on names. Each follows the *at call of the system; errors are those of that call.

import { SysError } from '../../abi/errno.ts';
import { AT, O } from '../../abi/file.ts';
import { LAYOUT } from '../../abi/layout.ts';
import { unpack } from '../../abi/struct.ts';
import { ALL_RIGHTS, FDFLAG, LOOKUP_SYMLINK_FOLLOW, OFLAG, RIGHT } from './constants.ts';
import type { Preview1Context } from './context.ts';
import { openDescriptor } from './descriptors.ts';
import { timesOf } from './fd-calls.ts';
import { writeFilestat } from './filestat.ts';

/** Rights that need a file open for reading, or for writing. */
const READING = RIGHT.FD_READ | RIGHT.FD_READDIR;
const WRITING = RIGHT.FD_WRITE | RIGHT.FD_ALLOCATE | RIGHT.FD_FILESTAT_SET_SIZE;

const follows = (lookup: number): boolean => {
  if (lookup >>> 0 > LOOKUP_SYMLINK_FOLLOW) throw new SysError('EINVAL');
  return (lookup & LOOKUP_SYMLINK_FOLLOW) !== 0;
};

const rightsIn = (rights: bigint): number => Number(rights & BigInt(ALL_RIGHTS));

/** open(2) flags for what path_open asks. */
const openFlags = (follow: boolean, oflags: number, fdflags: number, base: number): number => {
  if (oflags >>> 0 > 15 || fdflags >>> 0 > 31) throw new SysError('EINVAL');
  const truncate = (oflags & OFLAG.TRUNC) !== 0;
  const write = (base & WRITING) !== 0 || truncate;
  const read = (base & READING) !== 0;
  let flags: number = O.CLOEXEC | O.NOCTTY;
  if (write) flags |= read ? O.RDWR : O.WRONLY;
  if (!follow) flags |= O.NOFOLLOW;
  if ((oflags & OFLAG.CREAT) !== 0) flags |= O.CREAT;
  if ((oflags & OFLAG.DIRECTORY) !== 0) flags |= O.DIRECTORY;
  if ((oflags & OFLAG.EXCL) !== 0) flags |= O.EXCL;
  if (truncate) flags |= O.TRUNC;
  if ((fdflags & FDFLAG.APPEND) !== 0) flags |= O.APPEND;
  if ((fdflags & FDFLAG.NONBLOCK) !== 0) flags |= O.NONBLOCK;
  if ((fdflags & FDFLAG.DSYNC) !== 0) flags |= O.DSYNC;
  if ((fdflags & (FDFLAG.SYNC | FDFLAG.RSYNC)) !== 0) flags |= O.SYNC;
  return flags;
};

export const PATH_CALLS = {
  path_create_directory({ paths, client }: Preview1Context, fd: number, path: number, length: number) {
    return paths.at(fd, RIGHT.PATH_CREATE_DIRECTORY, path, length, (dir, name) =>
      client.call('mkdir', dir, name, 0o777),
    );
  },

  path_filestat_get(
    { paths, client, memory }: Preview1Context,
    fd: number,
    lookup: number,
    path: number,
    length: number,
    result: number,
  ) {
    const flags = follows(lookup) ? 0 : AT.SYMLINK_NOFOLLOW;
    const stat = new Uint8Array(LAYOUT.stat.size);
    paths.at(fd, RIGHT.PATH_FILESTAT_GET, path, length, (dir, name) => client.call('stat', dir, name, flags, stat));
    writeFilestat(memory, result, unpack('stat', stat));
    return 0;
  },

  path_filestat_set_times(
    { paths, client }: Preview1Context,
    fd: number,
    lookup: number,
    path: number,
    length: number,
    atime: bigint,
    mtime: bigint,
    fstflags: number,
  ) {
    const flags = follows(lookup) ? 0 : AT.SYMLINK_NOFOLLOW;
    const times = timesOf(atime, mtime, fstflags);
    return paths.at(fd, RIGHT.PATH_FILESTAT_SET_TIMES, path, length, (dir, name) =>
      client.call('utimens', dir, name, ...times, flags),
    );
  },

  path_link(
    { paths, client }: Preview1Context,
    oldFd: number,
    lookup: number,
    oldPath: number,
    oldLength: number,
    newFd: number,
    newPath: number,
    newLength: number,
  ) {
    const flags = follows(lookup) ? AT.SYMLINK_FOLLOW : 0;
    return paths.at(oldFd, RIGHT.PATH_LINK_SOURCE, oldPath, oldLength, (oldDir, oldName) =>
      paths.at(newFd, RIGHT.PATH_LINK_TARGET, newPath, newLength, (newDir, newName) =>
        client.call('link', oldDir, oldName, newDir, newName, flags),
      ),
    );
  },

  path_open(
    { paths, client, memory, descriptors }: Preview1Context,
    fd: number,
    lookup: number,
    path: number,
    length: number,
    oflags: number,
    rightsBase: bigint,
    rightsInheriting: bigint,
    fdflags: number,
    result: number,
  ) {
    const at = memory.require(result, 4);
    const directory = descriptors.get(fd);
    // Rights beyond those that the directory passes on are not granted, and nobody is refused for asking.
    const base = rightsIn(rightsBase) & directory.inheriting;
    const inheriting = rightsIn(rightsInheriting) & directory.inheriting;
    const flags = openFlags(follows(lookup), oflags, fdflags, base);
    let right: number = RIGHT.PATH_OPEN;
    if ((flags & O.CREAT) !== 0) right |= RIGHT.PATH_CREATE_FILE;
    if ((flags & O.TRUNC) !== 0) right |= RIGHT.PATH_FILESTAT_SET_SIZE;
    descriptors.complete();
    const real = paths.at(fd, right, path, length, (dir, name) => client.call('open', dir, name, flags, 0o666));
    const sync = fdflags & (FDFLAG.DSYNC | FDFLAG.RSYNC | FDFLAG.SYNC);
    const descriptor = openDescriptor(real, base, inheriting, sync);
    if ((flags & O.DIRECTORY) !== 0) descriptor.directory = true;
    memory.view.setUint32(at, descriptors.add(descriptor), true);
    return 0;
  },

  path_readlink(
    { paths, client, memory }: Preview1Context,
    fd: number,
    path: number,
    length: number,
    buffer: number,
    room: number,
    result: number,
  ) {
    const target = memory.slice(buffer, room);
    const n = paths.at(fd, RIGHT.PATH_READLINK, path, length, (dir, name) =>
      client.call('readlink', dir, name, target),
    );
    memory.setU32(result, n);
    return 0;
  },

  path_remove_directory({ paths, client }: Preview1Context, fd: number, path: number, length: number) {
    return paths.at(fd, RIGHT.PATH_REMOVE_DIRECTORY, path, length, (dir, name) =>
      client.call('unlink', dir, name, AT.REMOVEDIR),
    );
  },

  path_rename(
    { paths, client }: Preview1Context,
    oldFd: number,
    oldPath: number,
    oldLength: number,
    newFd: number,
    newPath: number,
    newLength: number,
  ) {
    return paths.at(oldFd, RIGHT.PATH_RENAME_SOURCE, oldPath, oldLength, (oldDir, oldName) =>
      paths.at(newFd, RIGHT.PATH_RENAME_TARGET, newPath, newLength, (newDir, newName) =>
        client.call('rename', oldDir, oldName, newDir, newName, 0),
      ),
    );
  },

  path_symlink(
    { paths, client, memory }: Preview1Context,
    target: number,
    targetLength: number,
    fd: number,
    path: number,
    length: number,
  ) {
    const text = memory.slice(target, targetLength);
    paths.checkTarget(fd, text);
    return paths.at(fd, RIGHT.PATH_SYMLINK, path, length, (dir, name) => client.call('symlink', text, dir, name));
  },

  path_unlink_file({ paths, client }: Preview1Context, fd: number, path: number, length: number) {
    return paths.at(fd, RIGHT.PATH_UNLINK_FILE, path, length, (dir, name) => client.call('unlink', dir, name, 0));
  },
};
