// Calls on identity and limits: credentials(7), getrlimit(2), times(2).

import { SysError } from '../../abi/errno.ts';
import { LIMITS } from '../../abi/file.ts';
import { pack, unpack } from '../../abi/struct.ts';
import type { Handlers } from '../../abi/syscalls.ts';
import type { Station } from '../station/station.ts';
import { type Limit, RLIMIT, type Task } from '../station/task.ts';

type Calls = 'getresuid' | 'getresgid' | 'setresuid' | 'setresgid' | 'getrlimit' | 'setrlimit' | 'times' | 'umask';

const KEEP = 0xffff_ffff;

/** Only the superuser may take an id that is none of the process's three. */
const checkIds = (task: Task, wanted: readonly number[], own: readonly number[]): void => {
  if (task.cred.uid === 0) return;
  if (wanted.some((id) => id >>> 0 !== KEEP && !own.includes(id >>> 0))) throw new SysError('EPERM');
};

const pick = (wanted: number, old: number): number => (wanted >>> 0 === KEEP ? old : wanted >>> 0);

const limitOf = (task: Task, resource: number): Limit => {
  const limit = task.limits[resource];
  if (limit === undefined) throw new SysError('EINVAL');
  return limit;
};

export const limitCalls = (station: Station): Handlers<Task, Calls> => ({
  getresuid(task, ids) {
    pack('ids', { real: task.realUid, effective: task.cred.uid, saved: task.savedUid }, ids);
    return 0;
  },

  getresgid(task, ids) {
    pack('ids', { real: task.realGid, effective: task.cred.gid, saved: task.savedGid }, ids);
    return 0;
  },

  setresuid(task, real, effective, saved) {
    checkIds(task, [real, effective, saved], [task.realUid, task.cred.uid, task.savedUid]);
    task.realUid = pick(real, task.realUid);
    task.savedUid = pick(saved, task.savedUid);
    task.cred = { ...task.cred, uid: pick(effective, task.cred.uid) };
    station.kernel.notify('credentials', task.pid, task.cred.uid, task.cred.gid);
    return 0;
  },

  setresgid(task, real, effective, saved) {
    checkIds(task, [real, effective, saved], [task.realGid, task.cred.gid, task.savedGid]);
    task.realGid = pick(real, task.realGid);
    task.savedGid = pick(saved, task.savedGid);
    task.cred = { ...task.cred, gid: pick(effective, task.cred.gid) };
    station.kernel.notify('credentials', task.pid, task.cred.uid, task.cred.gid);
    return 0;
  },

  getrlimit(task, resource, limit) {
    pack('rlimit', limitOf(task, resource), limit);
    return 0;
  },

  setrlimit(task, resource, limit) {
    const old = limitOf(task, resource);
    const wanted = unpack('rlimit', limit);
    if (wanted.cur > wanted.max) throw new SysError('EINVAL');
    if (wanted.max > old.max && task.cred.uid !== 0) throw new SysError('EPERM');
    if (resource === RLIMIT.NOFILE) {
      if (wanted.max > LIMITS.OPEN_MAX) throw new SysError('EPERM');
      task.fds.limit = wanted.cur;
    }
    task.limits[resource] = wanted;
    return 0;
  },

  times(task, times) {
    pack(
      'cputimes',
      {
        utime: Math.round(task.userTime),
        stime: 0,
        cutime: task.childTimes.utime,
        cstime: task.childTimes.stime,
      },
      times,
    );
    return 0;
  },

  umask(task, mask) {
    const old = task.umask;
    task.umask = mask & 0o777;
    return old;
  },
});
