// Calls on the space that files take, and on snapshots: fallocate(2), copy_file_range(2), ioctl_ficlone(2).

import { SysError } from '../../abi/errno.ts';
import { FALLOCATE, O } from '../../abi/file.ts';
import { SIGNAL } from '../../abi/signals.ts';
import type { Handlers } from '../../abi/syscalls.ts';
import { bytesOf, fromText, writeByteString } from '../../base/bytes.ts';
import { PipeEnd } from '../fd/pipe.ts';
import { NodeFile, RegularFile } from '../fd/vfs-file.ts';
import type { Station } from '../station/station.ts';
import type { Task } from '../station/task.ts';
import type { FileSystem, SnapshotChange } from '../vfs/filesystem.ts';
import { chain } from '../vfs/flow.ts';
import { isOwner } from '../vfs/permission.ts';
import type { Node } from '../vfs/vfs.ts';

type Calls = 'fallocate' | 'copy_file_range' | 'ficlone' | 'snapshot' | 'snapshots' | 'fsck';

const CHANGES: Readonly<Record<number, SnapshotChange>> = { 1: 'create', 2: 'delete', 3: 'rollback' };

/** Bytes that are copied at a time where nothing can be shared. */
const PIECE = 1 << 18;
/** The chunks of files begin at multiples of this: a copy that has come there can share again. */
const ALIGNMENT = 1 << 16;

/** The two files of a copy. EBADF, EISDIR, EINVAL, EXDEV. */
const pair = (task: Task, infd: number, outfd: number): readonly [source: Node, target: Node] => {
  const source = task.fds.get(infd);
  const target = task.fds.get(outfd);
  if (!source.readable || !target.writable || (target.flags & O.APPEND) !== 0) throw new SysError('EBADF');
  for (const file of [source, target]) {
    if (file instanceof RegularFile) continue;
    throw new SysError(file instanceof NodeFile ? 'EISDIR' : 'EINVAL');
  }
  const [from, to] = [(source as RegularFile).node, (target as RegularFile).node];
  if (from.fs !== to.fs) throw new SysError('EXDEV');
  if (to.mount.readOnly) throw new SysError('EROFS');
  return [from, to];
};

/** Copy a range, sharing what can be shared. What has been copied before an error counts. */
const copyRange = async (
  task: Task,
  source: Node,
  from: number,
  target: Node,
  to: number,
  length: number,
): Promise<number> => {
  const { fs } = target;
  let done = 0;
  const step = async (): Promise<number> => {
    const shared = (await fs.share?.(source.ino, from + done, target.ino, to + done, length - done)) ?? 0;
    if (shared > 0) return shared;
    const untilAligned = ALIGNMENT - ((from + done) % ALIGNMENT);
    const bytes = new Uint8Array(Math.min(length - done, untilAligned === ALIGNMENT ? PIECE : untilAligned));
    const count = await fs.read(source.ino, from + done, bytes);
    if (count > 0) await fs.write(target.ino, to + done, bytes.subarray(0, count));
    return count;
  };
  try {
    while (done < length) {
      // EINTR when a signal waits: what has been copied is told then.
      task.sleeping();
      const count = await step();
      if (count === 0) break;
      done += count;
    }
  } catch (error) {
    if (done === 0) throw error;
  }
  return done;
};

/** The file system of an open file, for its owner. */
const owned = async (task: Task, fd: number): Promise<FileSystem> => {
  const file = task.fds.get(fd);
  if (!(file instanceof NodeFile)) throw new SysError('EOPNOTSUPP');
  const { fs } = file.node;
  if (!isOwner(task.cred, await fs.getattr(fs.rootIno))) throw new SysError('EPERM');
  return fs;
};

export const spaceCalls = (_station: Station): Handlers<Task, Calls> => ({
  fallocate(task, fd, mode, offset, length) {
    const file = task.fds.get(fd);
    if (!file.writable) throw new SysError('EBADF');
    if (offset < 0 || length <= 0) throw new SysError('EINVAL');
    if ((mode & ~(FALLOCATE.KEEP_SIZE | FALLOCATE.PUNCH_HOLE)) !== 0 || mode === FALLOCATE.PUNCH_HOLE) {
      throw new SysError('EOPNOTSUPP', `fallocate mode ${mode}`);
    }
    if (file instanceof PipeEnd) throw new SysError('ESPIPE');
    if (!(file instanceof RegularFile)) throw new SysError('ENODEV');
    if (mode === 0 && offset + length > task.fileSizeLimit) {
      task.raise(SIGNAL.SIGXFSZ);
      throw new SysError('EFBIG');
    }
    const { fs, ino } = file.node;
    return chain(fs.allocate(ino, offset, length, mode), () => 0);
  },

  copy_file_range(task, infd, from, outfd, to, length, flags) {
    if (flags !== 0 || from < 0 || to < 0 || length < 0) throw new SysError('EINVAL');
    const [source, target] = pair(task, infd, outfd);
    if (source.ino === target.ino && from < to + length && to < from + length) throw new SysError('EINVAL');
    const count = Math.min(length, Math.max(0, task.fileSizeLimit - to));
    if (count === 0 && length > 0) {
      task.raise(SIGNAL.SIGXFSZ);
      throw new SysError('EFBIG');
    }
    return copyRange(task, source, from, target, to, count);
  },

  ficlone(task, fd, source) {
    const [from, to] = pair(task, source, fd);
    if (to.fs.clone === undefined) throw new SysError('EOPNOTSUPP');
    return chain(to.fs.clone(from.ino, to.ino), () => 0);
  },

  async snapshot(task, fd, change, name) {
    const fs = await owned(task, fd);
    const what = CHANGES[change];
    if (what === undefined) throw new SysError('EINVAL');
    if (fs.changeSnapshots === undefined) throw new SysError('EOPNOTSUPP');
    await fs.changeSnapshots(what, name);
    return 0;
  },

  async snapshots(task, fd, index, buf) {
    const fs = await owned(task, fd);
    if (fs.snapshots === undefined) throw new SysError('EOPNOTSUPP');
    const snapshot = (await fs.snapshots())[index];
    if (snapshot === undefined) return 0;
    const text = `${snapshot.sec} ${snapshot.nsec} ${snapshot.name}`;
    if (text.length > buf.length) throw new SysError('ERANGE');
    writeByteString(text, buf);
    return text.length;
  },

  async fsck(task, fd, step, buf) {
    const fs = await owned(task, fd);
    if (fs.check === undefined) throw new SysError('EOPNOTSUPP');
    const { problems, next } = await fs.check(step);
    const text = bytesOf(fromText(problems.map((each) => `${each}\n`).join('')));
    // What does not fit is more of the same: a volume that has so much is to be repaired anyway.
    const shown = text.subarray(0, buf.length - 1);
    buf.set(shown);
    buf[shown.length] = 0;
    return next;
  },
});
