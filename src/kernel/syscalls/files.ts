// Calls on open files and on opening them: open(2), getdents(2), fsync(2), ftruncate(2), flock(2), fchmod(2).

import { SysError } from '../../abi/errno.ts';
import { DEV, F, makedev, O, S } from '../../abi/file.ts';
import { pack, unpack } from '../../abi/struct.ts';
import { FADV, type Handlers } from '../../abi/syscalls.ts';
import { DeviceFile } from '../fd/device.ts';
import type { OpenFile } from '../fd/open-file.ts';
import { PipeEnd } from '../fd/pipe.ts';
import { PtyMaster, TerminalFile } from '../fd/tty-file.ts';
import { DirectoryFile, NodeFile, RegularFile } from '../fd/vfs-file.ts';
import type { Station } from '../station/station.ts';
import type { Task } from '../station/task.ts';
import { type Awaitable, chain } from '../vfs/flow.ts';
import { type Opened, tellOpened } from '../vfs/open.ts';
import { directoryOf } from './names.ts';

type Calls =
  | 'open'
  | 'getdents'
  | 'fsync'
  | 'sync'
  | 'fadvise'
  | 'ftruncate'
  | 'flock'
  | 'lock'
  | 'fstat'
  | 'fchmod'
  | 'fchown'
  | 'futimens'
  | 'fstatfs'
  | 'fchdir';

const OPEN_FLAGS_KEPT = O.ACCMODE | O.APPEND | O.NONBLOCK | O.DSYNC | O.SYNC | O.NOATIME | O.PATH | O.DIRECTORY;

const LOCK_COMMANDS: ReadonlySet<number> = new Set([
  F.GETLK,
  F.SETLK,
  F.SETLKW,
  F.OFD_GETLK,
  F.OFD_SETLK,
  F.OFD_SETLKW,
]);

/** The node behind a descriptor: EINVAL for what is in no file system. */
const nodeFile = (task: Task, fd: number): NodeFile => {
  const file = task.fds.get(fd);
  if (!(file instanceof NodeFile)) throw new SysError('EINVAL');
  return file;
};

const usable = (task: Task, fd: number): NodeFile => {
  const file = nodeFile(task, fd);
  if ((file.flags & O.PATH) !== 0) throw new SysError('EBADF');
  return file;
};

/** An open file for what the VFS has opened, by its type. Takes over the node, also when it fails. */
export const openedFile = (station: Station, task: Task, opened: Opened, openFlags: number): Awaitable<OpenFile> => {
  const { vfs } = station;
  const { node, attributes } = opened;
  const flags = openFlags & OPEN_FLAGS_KEPT;
  if ((flags & O.PATH) !== 0) return new NodeFile(vfs, node, flags);
  if (node.fs === station.anonymous) return reopen(station, task, station.anonymous.file(node.ino), flags);
  switch (attributes.mode & S.IFMT) {
    case S.IFREG:
      tellOpened(opened);
      return new RegularFile(vfs, node, flags);
    case S.IFDIR:
      tellOpened(opened);
      return new DirectoryFile(vfs, node, flags);
    default:
      return openSpecial(station, task, opened, openFlags);
  }
};

/** By /proc/self/fd: a terminal or a pipe is opened anew, anything else is shared as by dup. */
const reopen = async (station: Station, task: Task, file: OpenFile, flags: number): Promise<OpenFile> => {
  if (file instanceof PipeEnd) return new PipeEnd(file.pipe, flags);
  if (!(file instanceof TerminalFile)) return file;
  await station.kernel.call('ttyOpen', task.pid, file.id, true);
  return new TerminalFile(station.kernel, file.id, flags);
};

/** Devices and FIFOs: what is opened is not the inode but what it names. */
const openSpecial = async (
  station: Station,
  task: Task,
  { node, attributes }: Opened,
  openFlags: number,
): Promise<OpenFile> => {
  const flags = openFlags & OPEN_FLAGS_KEPT;
  const { kernel, vfs } = station;
  const { rdev } = attributes;
  const named = { name: node.path, path: node.path, stat: () => status };
  const noctty = (openFlags & O.NOCTTY) !== 0;
  let status: Awaited<ReturnType<typeof vfs.fstat>>;
  try {
    status = await vfs.fstat(node);
    switch (attributes.mode & S.IFMT) {
      case S.IFIFO:
        return await station.fifos.open(task, `${node.mount.dev}:${attributes.ino}`, flags, named);
      case S.IFCHR:
        break;
      default:
        throw new SysError('ENXIO');
    }
    if (rdev === DEV.ptmx) return new PtyMaster(kernel, await kernel.call('ptyOpen'), flags);
    if (rdev === DEV.tty || rdev === DEV.console) {
      const tty = await kernel.call('ttyControlling', task.pid);
      await kernel.call('ttyOpen', task.pid, tty, true);
      return new TerminalFile(kernel, tty, flags);
    }
    if (rdev >> 8 === DEV.PTS_MAJOR) {
      const tty = rdev - makedev(DEV.PTS_MAJOR, 0);
      await kernel.call('ttyOpen', task.pid, tty, noctty);
      return new TerminalFile(kernel, tty, flags, named.stat);
    }
    return new DeviceFile(rdev, flags, { random: station.random, name: node.path, stat: named.stat });
  } finally {
    node.release();
  }
};

export const fileCalls = (station: Station): Handlers<Task, Calls> => {
  const { vfs } = station;
  const zero = (): number => 0;
  return {
    open(task, dirfd, path, flags, mode) {
      const install = (file: OpenFile): number => task.fds.add(file, (flags & O.CLOEXEC) !== 0);
      return chain(vfs.open(task, directoryOf(task, dirfd), path, flags, mode), (opened) =>
        chain(openedFile(station, task, opened, flags), install),
      );
    },

    getdents(task, fd, buf) {
      const file = task.fds.get(fd);
      if (!(file instanceof DirectoryFile)) throw new SysError('ENOTDIR');
      return file.list(buf);
    },

    fsync(task, fd) {
      const { node } = usable(task, fd);
      return chain(node.fs.sync(node.ino), zero);
    },

    sync: () => chain(vfs.sync(), zero),

    fadvise(task, fd, _offset, length, advice) {
      const file = task.fds.get(fd);
      if (length < 0 || advice < FADV.NORMAL || advice > FADV.NOREUSE) throw new SysError('EINVAL');
      if (file instanceof PipeEnd) throw new SysError('ESPIPE');
      if (advice !== FADV.DONTNEED || !(file instanceof RegularFile)) return 0;
      return chain(file.node.fs.evict?.(file.node.ino), zero);
    },

    ftruncate(task, fd, length) {
      const file = usable(task, fd);
      if (!file.writable || length < 0) throw new SysError('EINVAL');
      return chain(vfs.ftruncate(file.node, length), zero);
    },

    flock(task, fd, op) {
      return station.locks.flock(task, usable(task, fd), op);
    },

    async lock(task, fd, command, buf) {
      const file = usable(task, fd);
      if (!LOCK_COMMANDS.has(command)) throw new SysError('EINVAL');
      pack('flock', await station.locks.record(task, file, command, unpack('flock', buf)), buf);
      return 0;
    },

    fstat(task, fd, buf) {
      return chain(task.fds.get(fd).stat(), (status) => {
        pack('stat', status, buf);
        return 0;
      });
    },

    fchmod: (task, fd, mode) => chain(vfs.fchmod(task, usable(task, fd).node, mode), zero),
    fchown: (task, fd, uid, gid) => chain(vfs.fchown(task, usable(task, fd).node, uid, gid), zero),

    futimens(task, fd, atimeSec, atimeNsec, mtimeSec, mtimeNsec) {
      const { node } = usable(task, fd);
      const atime = { sec: atimeSec, nsec: atimeNsec };
      return chain(vfs.futimens(task, node, atime, { sec: mtimeSec, nsec: mtimeNsec }), zero);
    },

    fstatfs(task, fd, buf) {
      return chain(vfs.fstatfs(nodeFile(task, fd).node), (status) => {
        pack('statfs', status, buf);
        return 0;
      });
    },

    fchdir: (task, fd) => chain(station.changeDirectory(task, fd), zero),
  };
};
