// Calls on processes: fork(2), execve(2), posix_spawn(3), _exit(2), wait4(2), setpgid(2), setsid(2), ptrace for strace.

import { SysError } from '../../abi/errno.ts';
import { LAYOUT } from '../../abi/layout.ts';
import type { Program } from '../../abi/program.ts';
import { DISPOSITION } from '../../abi/signals.ts';
import { pack, unpack } from '../../abi/struct.ts';
import { type Handlers, SPAWN_ACTION } from '../../abi/syscalls.ts';
import { exitedStatus } from '../../abi/wait.ts';
import type { Station } from '../station/station.ts';
import { RLIMIT, type Task } from '../station/task.ts';
import { makeTrace } from '../station/trace.ts';

type Calls =
  | 'fork'
  | 'vfork'
  | 'execve'
  | 'spawn'
  | 'exit'
  | 'wait4'
  | 'getpid'
  | 'getppid'
  | 'getpgid'
  | 'setpgid'
  | 'getsid'
  | 'setsid'
  | 'ptrace';

const TRACE_DESCENDANTS = 1;

export const processCalls = (station: Station): Handlers<Task, Calls> => {
  const { kernel } = station;

  const birth = async (parent: Task): Promise<Task> => {
    for (;;) {
      station.checkRoom(parent.limits[RLIMIT.NPROC]?.cur);
      const pid = await kernel.call('fork', parent.pid);
      // A signal that came meanwhile was for parent and child: neither may escape what it has done to the other.
      if (parent.state === 'running') return station.adoptFork(parent, pid);
      await kernel.call('abandon', pid);
      while (parent.stopped) await parent.continued.wait();
      if (isDead(parent)) throw new SysError('EINTR');
    }
  };

  /** Load a program and make it the task's: descriptors, handlers, arguments. What fails leaves the task as it was. */
  const exec = async (task: Task, path: string, argv: Uint8Array, envp: Uint8Array): Promise<Program> => {
    // The strings lie in the window of the channel: keep them before anything else happens.
    const args = Uint8Array.from(argv);
    const env = Uint8Array.from(envp);
    const loaded = await station.loader.load(task, path, args);
    task.fds.closeOnExec();
    task.signals.exec();
    task.program = loaded.program;
    task.argv = loaded.argv;
    task.envp = env;
    task.exe = loaded.path;
    if (task.trace !== undefined) task.trace.armed = true;
    kernel.notify('exec', task.pid, loaded.argv);
    // A signal that came meanwhile had a handler then, and has its default now.
    station.deliver(task);
    return loaded.program;
  };

  return {
    async fork(task) {
      if (task.lender !== undefined) throw new SysError('ENOSYS', 'fork between vfork and execve');
      const { worker, program } = task;
      if (worker === undefined || program === undefined) throw new SysError('ENOSYS');
      const image = await worker.forkImage();
      const child = await birth(task);
      void station.launch(child, program, image);
      return child.pid;
    },

    async vfork(task) {
      const lender = task.lender ?? task;
      if (lender !== task) throw new SysError('ENOSYS', 'vfork between vfork and execve');
      const child = await birth(task);
      child.lender = lender;
      lender.shadow = child;
      return child.pid;
    },

    async execve(task, path, argv, envp) {
      const { lender } = task;
      const program = await exec(task, path, argv, envp);
      if (isDead(task)) return 0;
      if (lender !== undefined) {
        lender.shadow = undefined;
        task.lender = undefined;
        void station.launch(task, program);
        return task.pid;
      }
      // The answer makes the guest unwind; the next start finds the worker free.
      if (task.worker !== undefined) station.begin(task, task.worker, program);
      return 0;
    },

    async spawn(task, path, argv, envp, actions) {
      const steps: number[][] = [];
      for (let at = 0; at + LAYOUT.spawnAction.size <= actions.length; at += LAYOUT.spawnAction.size) {
        const { op, fd, arg } = unpack('spawnAction', actions, at);
        steps.push([op, fd, arg]);
      }
      const args = Uint8Array.from(argv);
      const env = Uint8Array.from(envp);
      const child = await birth(task);
      try {
        for (const [op, fd, arg] of steps) await spawnStep(station, child, op as number, fd as number, arg as number);
        void station.launch(child, await exec(child, path, args, env));
      } catch (error) {
        // posix_spawn reports the failure itself: the child that never ran is gone without a trace.
        await kernel.call('abandon', child.pid);
        station.terminate(child, exitedStatus(127));
        throw error;
      }
      return child.pid;
    },

    exit(task, status) {
      const { lender, pid } = task;
      if (lender !== undefined) lender.shadow = undefined;
      station.terminate(task, exitedStatus(status));
      return lender === undefined ? 0 : pid;
    },

    async wait4(task, pid, options, info) {
      const result = await kernel.sleepOn(task, 'wait', task.pid, pid, options);
      if (result === null) return 0;
      task.childTimes.utime += result.utime;
      task.childTimes.stime += result.stime;
      pack('waitinfo', result, info);
      return result.pid;
    },

    getpid: (task) => task.pid,
    getppid: (task) => task.ppid,
    getpgid: (task, pid) => kernel.call('getpgid', task.pid, pid),
    getsid: (task, pid) => kernel.call('getsid', task.pid, pid),
    setsid: (task) => kernel.call('setsid', task.pid),

    async setpgid(task, pid, pgid) {
      await kernel.call('setpgid', task.pid, pid, pgid);
      return 0;
    },

    ptrace(task, pid, fd, flags) {
      if (pid !== 0 && pid !== task.pid) throw new SysError('EPERM', 'only a process itself can ask to be traced');
      const file = task.fds.get(fd);
      station.dropTrace(task);
      task.trace = makeTrace(file, (flags & TRACE_DESCENDANTS) !== 0, false);
      return 0;
    },
  };
};

/** By a signal, while something was waited for. */
const isDead = (task: Task): boolean => task.state === 'dead';

/** One action of posix_spawn, on the child before it runs. */
const spawnStep = async (station: Station, child: Task, op: number, fd: number, arg: number): Promise<void> => {
  const { kernel } = station;
  switch (op) {
    case SPAWN_ACTION.close:
      child.fds.close(fd);
      return;
    case SPAWN_ACTION.dup2:
      if (fd === arg) child.fds.setCloexec(fd, false);
      else child.fds.set(arg, child.fds.get(fd), false);
      return;
    case SPAWN_ACTION.fchdir:
      await station.changeDirectory(child, fd);
      return;
    case SPAWN_ACTION.setpgid:
      await kernel.call('setpgid', child.pid, 0, arg);
      return;
    case SPAWN_ACTION.setsid:
      await kernel.call('setsid', child.pid);
      return;
    case SPAWN_ACTION.tcsetpgrp: {
      const tty = child.fds.get(fd).terminal;
      if (tty === undefined) throw new SysError('ENOTTY');
      const pgid = await kernel.call('getpgid', child.pid, 0);
      await kernel.call('ttySetForeground', { pid: child.pid, immune: true }, tty, pgid);
      return;
    }
    case SPAWN_ACTION.sigdefault:
      child.signals.setAction(arg, DISPOSITION.default, 0, 0n);
      return;
    case SPAWN_ACTION.closefrom:
      child.fds.closeFrom(fd);
      return;
    case SPAWN_ACTION.sctty: {
      const tty = child.fds.get(fd).terminal;
      if (tty === undefined) throw new SysError('ENOTTY');
      await kernel.call('ttySetControlling', child.pid, tty, false);
      return;
    }
    default:
      throw new SysError('EINVAL', `spawn action ${op}`);
  }
};
