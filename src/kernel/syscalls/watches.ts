// Calls of inotify(7).

import { SysError } from '../../abi/errno.ts';
import { O } from '../../abi/file.ts';
import { IN } from '../../abi/inotify.ts';
import type { Handlers } from '../../abi/syscalls.ts';
import type { Station } from '../station/station.ts';
import type { Task } from '../station/task.ts';
import { InotifyFile } from '../watches/inotify-file.ts';

type Calls = 'inotify_init1' | 'inotify_add_watch' | 'inotify_rm_watch';

const KNOWN =
  IN.ALL_EVENTS |
  IN.UNMOUNT |
  IN.Q_OVERFLOW |
  IN.IGNORED |
  IN.ONLYDIR |
  IN.DONT_FOLLOW |
  IN.EXCL_UNLINK |
  IN.MASK_CREATE |
  IN.MASK_ADD |
  IN.ISDIR |
  IN.ONESHOT;

/** EBADF, EINVAL for what is no instance of inotify. */
const instanceOf = (task: Task, fd: number): InotifyFile => {
  const file = task.fds.get(fd);
  if (!(file instanceof InotifyFile)) throw new SysError('EINVAL');
  return file;
};

export const watchCalls = (station: Station): Handlers<Task, Calls> => {
  const { vfs, watches } = station;
  return {
    inotify_init1(task, flags) {
      if ((flags & ~(O.CLOEXEC | O.NONBLOCK)) !== 0) throw new SysError('EINVAL');
      const file = new InotifyFile(flags & O.NONBLOCK);
      watches.open(file);
      return task.fds.add(file, (flags & O.CLOEXEC) !== 0);
    },

    async inotify_add_watch(task, fd, path, mask) {
      if ((mask & KNOWN) === 0) throw new SysError('EINVAL');
      task.fds.get(fd);
      if ((mask & IN.MASK_ADD) !== 0 && (mask & IN.MASK_CREATE) !== 0) throw new SysError('EINVAL');
      const file = instanceOf(task, fd);
      const { fs, ino } = await vfs.watchable(task, path, {
        follow: (mask & IN.DONT_FOLLOW) === 0,
        onlyDirectory: (mask & IN.ONLYDIR) !== 0,
      });
      return await watches.add(file, fs, ino, mask);
    },

    inotify_rm_watch(task, fd, wd) {
      watches.remove(instanceOf(task, fd), wd);
      return 0;
    },
  };
};
