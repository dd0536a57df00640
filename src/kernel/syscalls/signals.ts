// Calls on signals and time: sigaction(2), sigprocmask(2), sigsuspend(2), setitimer(2), nanosleep(2).

import { SysError } from '../../abi/errno.ts';
import { CLD, DISPOSITION, SA, SI, SIGNAL, UNBLOCKABLE } from '../../abi/signals.ts';
import { pack } from '../../abi/struct.ts';
import type { Handlers } from '../../abi/syscalls.ts';
import { decodeStatus } from '../../abi/wait.ts';
import { fromSet, type Taken, toSet } from '../station/signal-state.ts';
import type { Station } from '../station/station.ts';
import type { Task } from '../station/task.ts';
import { WaitQueue } from '../wait-queue.ts';

type Calls =
  | 'kill'
  | 'sigaction'
  | 'sigprocmask'
  | 'sigpending'
  | 'sigsuspend'
  | 'sigtake'
  | 'sigreturn'
  | 'sigtimedwait'
  | 'setitimer'
  | 'nanosleep';

export const signalCalls = (station: Station): Handlers<Task, Calls> => ({
  async kill(task, pid, sig) {
    await station.kernel.call('kill', task.pid, pid, sig);
    return 0;
  },

  sigaction(task, sig, disposition, flags, maskLo, maskHi) {
    const old = task.signals.setAction(sig, disposition, flags, toSet(maskLo, maskHi));
    if (sig === SIGNAL.SIGCHLD && disposition !== DISPOSITION.query) {
      const reap = disposition === DISPOSITION.ignore || (flags & SA.NOCLDWAIT) !== 0;
      station.kernel.notify('autoReap', task.pid, reap);
    }
    station.refreshSignals(task);
    return old;
  },

  sigprocmask(task, how, maskLo, maskHi, old) {
    const { signals } = task;
    const [lo, hi] = fromSet(signals.mask);
    signals.changeMask(how, toSet(maskLo, maskHi));
    pack('sigset', { lo, hi }, old);
    station.deliver(task);
    return 0;
  },

  sigpending(task, set) {
    const [lo, hi] = fromSet(task.signals.pending);
    pack('sigset', { lo, hi }, set);
    return 0;
  },

  async sigsuspend(task, maskLo, maskHi) {
    task.signals.suspendMask(toSet(maskLo, maskHi));
    station.deliver(task);
    await new WaitQueue().wait(task.sleeping());
    return 0;
  },

  sigtake(task, info) {
    const entered = task.signals.enter();
    if (entered === undefined) {
      task.worker?.flagSignals(false);
      return 0;
    }
    const [oldLo, oldHi] = fromSet(entered.old);
    pack('siginfo', { ...infoOf(entered), oldLo, oldHi }, info);
    return entered.sig;
  },

  sigreturn(task, maskLo, maskHi) {
    task.signals.leave(toSet(maskLo, maskHi));
    station.deliver(task);
    return 0;
  },

  async sigtimedwait(task, maskLo, maskHi, timeoutNs, info) {
    const { signals } = task;
    const set = toSet(maskLo, maskHi) & ~UNBLOCKABLE;
    if (timeoutNs >= 0) task.deadline ??= station.clock.now() + timeoutNs / 1e6;
    signals.suspendMask(signals.mask | set);
    for (;;) {
      const taken = signals.take(set);
      if (taken !== undefined || (task.deadline !== undefined && station.clock.now() >= task.deadline)) {
        task.deadline = undefined;
        signals.restoreMask();
        station.deliver(task);
        if (taken === undefined) throw new SysError('EAGAIN');
        pack('siginfo', { ...infoOf(taken), oldLo: 0, oldHi: 0 }, info);
        return taken.sig;
      }
      await signalOrDeadline(station, task);
    }
  },

  setitimer(task, valueUs, intervalUs, old) {
    if (valueUs < 0 || intervalUs < 0) throw new SysError('EINVAL');
    const now = station.clock.now();
    const left = task.cancelTimer === undefined ? 0 : Math.max(1, (task.timerEnd - now) * 1000);
    pack('itimer', { value: left, interval: task.timerInterval }, old);
    task.cancelTimer?.();
    task.cancelTimer = undefined;
    task.timerInterval = intervalUs;
    if (valueUs > 0) startTimer(station, task, valueUs);
    return 0;
  },

  async nanosleep(task, ns) {
    if (!(ns >= 0)) throw new SysError('EINVAL');
    task.deadline ??= station.clock.now() + ns / 1e6;
    await sleepUntil(station, task, task.deadline);
    task.deadline = undefined;
    return 0;
  },
});

/** siginfo_t, as far as the system knows it. */
const infoOf = ({ sig, from, status }: Taken): { sig: number; pid: number; code: number; status: number } => {
  if (status === undefined) return { sig, pid: from, code: from === 0 ? SI.KERNEL : SI.USER, status: 0 };
  const end = decodeStatus(status);
  if (end.kind === 'exited') return { sig, pid: from, code: CLD.EXITED, status: end.code };
  if (end.kind === 'continued') return { sig, pid: from, code: CLD.CONTINUED, status: SIGNAL.SIGCONT };
  const killed = end.kind === 'signaled' && end.core ? CLD.DUMPED : CLD.KILLED;
  return { sig, pid: from, code: end.kind === 'stopped' ? CLD.STOPPED : killed, status: end.signal };
};

/** Sleep until a signal comes or the task's deadline does; EINTR when a handler is to run. */
const signalOrDeadline = async (station: Station, task: Task): Promise<void> => {
  const { deadline, signaled } = task;
  const cancel =
    deadline === undefined
      ? undefined
      : station.clock.after(Math.max(0, deadline - station.clock.now()), () => signaled.wake());
  try {
    await signaled.wait(task.sleeping());
  } finally {
    cancel?.();
  }
};

const startTimer = (station: Station, task: Task, us: number): void => {
  task.timerEnd = station.clock.now() + us / 1000;
  task.cancelTimer = station.clock.after(us / 1000, () => {
    task.cancelTimer = undefined;
    if (task.timerInterval > 0) startTimer(station, task, task.timerInterval);
    station.signal(task, SIGNAL.SIGALRM, 0);
  });
};

/** Sleep to a time of the clock; EINTR when a signal comes first. */
const sleepUntil = async (station: Station, task: Task, end: number): Promise<void> => {
  const alarm = new WaitQueue();
  const cancel = station.clock.after(Math.max(0, end - station.clock.now()), () => alarm.wake());
  try {
    await alarm.wait(task.sleeping());
  } finally {
    cancel();
  }
};
