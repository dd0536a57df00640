// Calls on descriptors, whatever is behind them: read(2), write(2), dup(2), fcntl(2), pipe(2), poll(2).

import { SysError } from '../../abi/errno.ts';
import { F, FD_CLOEXEC, LIMITS, O, POLL } from '../../abi/file.ts';
import { LAYOUT } from '../../abi/layout.ts';
import { pack, unpack } from '../../abi/struct.ts';
import type { Handlers } from '../../abi/syscalls.ts';
import type { OpenFile } from '../fd/open-file.ts';
import { openPipe, PipeEnd } from '../fd/pipe.ts';
import { RegularFile } from '../fd/vfs-file.ts';
import { toSet } from '../station/signal-state.ts';
import type { Station } from '../station/station.ts';
import type { Task } from '../station/task.ts';
import type { Awaitable } from '../vfs/flow.ts';
import { WaitQueue } from '../wait-queue.ts';

type Calls =
  | 'read'
  | 'write'
  | 'pread'
  | 'pwrite'
  | 'close'
  | 'lseek'
  | 'dup'
  | 'dup3'
  | 'fcntl'
  | 'pipe2'
  | 'poll'
  | 'fionread';

const SETTABLE = O.APPEND | O.NONBLOCK | O.NOATIME;
const POLL_MAX = LIMITS.OPEN_MAX;

const readable = (task: Task, fd: number): OpenFile => {
  const file = task.fds.get(fd);
  if (!file.readable) throw new SysError('EBADF');
  return file;
};

const writable = (task: Task, fd: number): OpenFile => {
  const file = task.fds.get(fd);
  if (!file.writable) throw new SysError('EBADF');
  return file;
};

const checkOffset = (offset: number): void => {
  if (offset < 0) throw new SysError('EINVAL');
};

/** What was read by a call, and answered at once, may be read without one the next time. */
const noted = (
  task: Task,
  fd: number,
  file: OpenFile,
  at: number,
  asked: number,
  count: Awaitable<number>,
): typeof count => {
  const { worker, readCache, trace } = task;
  if (typeof count !== 'number' || !(file instanceof RegularFile)) return count;
  if (worker !== undefined && trace === undefined) readCache?.note(file, worker.cells, fd, at, asked, count);
  return count;
};

export const descriptorCalls = (station: Station): Handlers<Task, Calls> => ({
  read(task, fd, buf) {
    const file = readable(task, fd);
    const at = file instanceof RegularFile ? file.offset : 0;
    return noted(task, fd, file, at, buf.length, file.read(task, buf));
  },

  write: (task, fd, buf) => writable(task, fd).write(task, buf),

  pread(task, fd, buf, offset) {
    const file = readable(task, fd);
    checkOffset(offset);
    return noted(task, fd, file, offset, buf.length, file.pread(buf, offset));
  },

  pwrite(task, fd, buf, offset) {
    const file = writable(task, fd);
    checkOffset(offset);
    return file.pwrite(task, buf, offset);
  },

  close(task, fd) {
    task.fds.close(fd);
    return 0;
  },

  lseek(task, fd, offset, whence) {
    const file = task.fds.get(fd);
    if ((file.flags & O.PATH) !== 0) throw new SysError('EBADF');
    return file.seek(offset, whence);
  },

  dup: (task, fd) => task.fds.add(task.fds.get(fd), false),

  dup3(task, fd, newfd, flags) {
    if ((flags & ~O.CLOEXEC) !== 0) throw new SysError('EINVAL');
    const file = task.fds.get(fd);
    if (fd !== newfd) task.fds.set(newfd, file, (flags & O.CLOEXEC) !== 0);
    return newfd;
  },

  fcntl(task, fd, cmd, arg) {
    const file = task.fds.get(fd);
    switch (cmd) {
      case F.DUPFD:
      case F.DUPFD_CLOEXEC:
        if (arg < 0 || arg >= task.fds.limit) throw new SysError('EINVAL');
        return task.fds.add(file, cmd === F.DUPFD_CLOEXEC, arg);
      case F.GETFD:
        return task.fds.cloexec(fd) ? FD_CLOEXEC : 0;
      case F.SETFD:
        task.fds.setCloexec(fd, (arg & FD_CLOEXEC) !== 0);
        return 0;
      case F.GETFL:
        return file.flags & ~(O.CLOEXEC | O.CREAT | O.EXCL | O.NOCTTY | O.TRUNC);
      case F.SETFL:
        file.flags = (file.flags & ~SETTABLE) | (arg & SETTABLE);
        return 0;
      case F.GETPIPE_SZ:
        if (!(file instanceof PipeEnd)) throw new SysError('EBADF');
        return LIMITS.PIPE_CAPACITY;
      default:
        throw new SysError('EINVAL', `fcntl command ${cmd}`);
    }
  },

  pipe2(task, fds, flags) {
    if ((flags & ~(O.CLOEXEC | O.NONBLOCK)) !== 0) throw new SysError('EINVAL');
    const [reader, writer] = openPipe(flags & O.NONBLOCK);
    const cloexec = (flags & O.CLOEXEC) !== 0;
    // Both must be held before one can fail: releasing the last reference closes an end.
    reader.retain();
    writer.retain();
    try {
      const first = task.fds.add(reader, cloexec);
      try {
        pack('fdpair', { first, second: task.fds.add(writer, cloexec) }, fds);
      } catch (error) {
        task.fds.close(first);
        throw error;
      }
    } finally {
      reader.release();
      writer.release();
    }
    return 0;
  },

  poll(task, fds, timeoutUs, useMask, maskLo, maskHi) {
    const count = fds.length / LAYOUT.pollfd.size;
    if (!Number.isInteger(count) || count > POLL_MAX) throw new SysError('EINVAL');
    const entries: PollEntry[] = [];
    for (let i = 0; i < count; i++) {
      const { fd, events } = unpack('pollfd', fds, i * LAYOUT.pollfd.size);
      entries.push({ fd, events, file: task.fds.find(fd) });
    }
    return poll(station, task, entries, fds, timeoutUs, useMask !== 0 ? toSet(maskLo, maskHi) : undefined);
  },

  fionread: (task, fd) => task.fds.get(fd).pendingBytes(),
});

interface PollEntry {
  readonly fd: number;
  readonly events: number;
  readonly file: OpenFile | undefined;
}

/** Look once; fills in `revents`. Gives how many entries have something to tell. */
const look = async (entries: readonly PollEntry[], fds: Uint8Array): Promise<number> => {
  const states = await Promise.all(
    entries.map(async ({ fd, events, file }) => {
      if (fd < 0) return 0;
      return file === undefined ? POLL.NVAL : file.ready(events);
    }),
  );
  let told = 0;
  for (const [i, { fd, events }] of entries.entries()) {
    const revents = (states[i] as number) & (events | POLL.ERR | POLL.HUP | POLL.NVAL);
    if (revents !== 0) told++;
    pack('pollfd', { fd, events, revents }, fds, i * LAYOUT.pollfd.size);
  }
  return told;
};

const poll = async (
  station: Station,
  task: Task,
  entries: readonly PollEntry[],
  fds: Uint8Array,
  timeoutUs: number,
  mask: bigint | undefined,
): Promise<number> => {
  if (mask !== undefined) {
    task.signals.suspendMask(mask);
    station.deliver(task);
  }
  const changed = new WaitQueue();
  let expired = timeoutUs === 0;
  if (timeoutUs > 0) task.deadline ??= station.clock.now() + timeoutUs / 1000;
  const left = timeoutUs > 0 ? Math.max(0, (task.deadline as number) - station.clock.now()) : undefined;
  const stopTimer =
    left === undefined
      ? undefined
      : station.clock.after(left, () => {
          expired = true;
          changed.wake();
        });
  try {
    for (;;) {
      const cancel = expired ? undefined : task.sleeping();
      // Watch before looking: what changes in between must wake.
      let woken = false;
      const wake = (): void => {
        woken = true;
        changed.wake();
      };
      const forget = expired ? [] : entries.map(({ file, events }) => file?.watch(events, wake));
      try {
        const told = await look(entries, fds);
        if (told > 0 || expired) {
          task.deadline = undefined;
          task.signals.restoreMask();
          return told;
        }
        if (!woken) await changed.wait(cancel);
      } finally {
        for (const f of forget) f?.();
      }
    }
  } finally {
    stopTimer?.();
  }
};
