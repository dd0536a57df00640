// mount(2) and umount(2).

import { SysError } from '../../abi/errno.ts';
import { UMOUNT } from '../../abi/file.ts';
import type { Handlers } from '../../abi/syscalls.ts';
import type { Station } from '../station/station.ts';
import type { Task } from '../station/task.ts';

type Calls = 'mount' | 'umount2';

export const mountCalls = (station: Station): Handlers<Task, Calls> => ({
  async mount(task, source, target, type, flags, data) {
    await station.mounter.mount(task, { source, target, type, flags, data });
    return 0;
  },

  async umount2(task, target, flags) {
    if ((flags & ~(UMOUNT.FORCE | UMOUNT.DETACH)) !== 0) throw new SysError('EINVAL');
    await station.mounter.umount(task, target, (flags & UMOUNT.DETACH) !== 0);
    return 0;
  },
});
