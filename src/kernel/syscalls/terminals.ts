// Calls on terminals: termios(3) and ioctl_tty(2). The terminals are in the kernel; here is only which one is meant.

import { SysError } from '../../abi/errno.ts';
import { SIGNAL } from '../../abi/signals.ts';
import { pack, unpack } from '../../abi/struct.ts';
import type { Handlers } from '../../abi/syscalls.ts';
import { PtyMaster } from '../fd/tty-file.ts';
import type { JobControl } from '../link.ts';
import type { Station } from '../station/station.ts';
import type { Task } from '../station/task.ts';

type Calls =
  | 'tcgetattr'
  | 'tcsetattr'
  | 'tcgetwinsz'
  | 'tcsetwinsz'
  | 'tcgetpgrp'
  | 'tcsetpgrp'
  | 'tcgetsid'
  | 'tcflush'
  | 'tcflow'
  | 'tcdrain'
  | 'tcsctty'
  | 'tcnotty'
  | 'ptsnum';

/** The terminal behind a descriptor: ENOTTY when there is none. */
const terminalOf = (task: Task, fd: number): number => {
  const { terminal } = task.fds.get(fd);
  if (terminal === undefined) throw new SysError('ENOTTY');
  return terminal;
};

const jobOf = (task: Task): JobControl => ({ pid: task.pid, immune: task.immune(SIGNAL.SIGTTOU) });

export const terminalCalls = ({ kernel }: Station): Handlers<Task, Calls> => ({
  tcgetattr(task, fd, termios) {
    const tty = terminalOf(task, fd);
    return kernel.call('ttyGetAttributes', tty).then((t) => {
      pack('termios', { ...t, line: 0 }, termios);
      return 0;
    });
  },

  tcsetattr(task, fd, when, termios) {
    const tty = terminalOf(task, fd);
    const { line: _line, ...wanted } = unpack('termios', termios);
    return kernel.sleepOn(task, 'ttySetAttributes', jobOf(task), tty, when, wanted).then(() => 0);
  },

  tcgetwinsz(task, fd, size) {
    const tty = terminalOf(task, fd);
    return kernel.call('ttyGetSize', tty).then((s) => {
      pack('winsize', s, size);
      return 0;
    });
  },

  tcsetwinsz(task, fd, size) {
    const tty = terminalOf(task, fd);
    return kernel.call('ttySetSize', tty, unpack('winsize', size)).then(() => 0);
  },

  tcgetpgrp(task, fd) {
    return kernel.call('ttyGetForeground', task.pid, terminalOf(task, fd));
  },

  tcsetpgrp(task, fd, pgid) {
    return kernel.call('ttySetForeground', jobOf(task), terminalOf(task, fd), pgid).then(() => 0);
  },

  tcgetsid(task, fd) {
    return kernel.call('ttyGetSession', task.pid, terminalOf(task, fd));
  },

  tcflush(task, fd, queue) {
    return kernel.call('ttyFlush', jobOf(task), terminalOf(task, fd), queue).then(() => 0);
  },

  tcflow(task, fd, action) {
    return kernel.call('ttyFlow', jobOf(task), terminalOf(task, fd), action).then(() => 0);
  },

  tcdrain(task, fd) {
    return kernel.sleepOn(task, 'ttyDrain', jobOf(task), terminalOf(task, fd)).then(() => 0);
  },

  tcsctty(task, fd, steal) {
    return kernel.call('ttySetControlling', task.pid, terminalOf(task, fd), steal !== 0).then(() => 0);
  },

  tcnotty(task, fd) {
    return kernel.call('ttyDropControlling', task.pid, terminalOf(task, fd)).then(() => 0);
  },

  ptsnum(task, fd) {
    const file = task.fds.get(fd);
    if (!(file instanceof PtyMaster)) throw new SysError('ENOTTY');
    return file.id;
  },
});
