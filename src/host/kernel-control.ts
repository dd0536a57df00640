// What a page may ask of the kernel: KernelControl (control.ts) over the kernel's objects.

import { SysError } from '../abi/errno.ts';
import { NSIG } from '../abi/signals.ts';
import { toText, unpackStrings } from '../base/bytes.ts';
import type { Kernel } from '../kernel/proc/kernel.ts';
import type { Viewer } from '../kernel/tty/viewer.ts';
import type { KernelControl } from './control.ts';
import { attachViewer } from './terminal-viewer.ts';
import { told } from './told.ts';

/** `viewers` collects what the page shows, so that it can be detached when the page is gone. */
export const makeKernelControl = (kernel: Kernel, viewers: Set<Viewer>): KernelControl => ({
  terminals: async () =>
    kernel.terminals.list().map(({ id, size, command, viewers }) => ({
      id,
      cols: size.cols,
      rows: size.rows,
      command,
      viewers,
    })),

  openTerminal: (cols, rows) => told(() => kernel.terminals.create({ cols, rows, xpixel: 0, ypixel: 0 })),

  attach: (id, port) =>
    told(() => {
      const viewer = attachViewer(kernel.terminals.viewersOf(id), port, () => viewers.delete(viewer));
      viewers.add(viewer);
    }),

  processes: async () =>
    kernel.processes().map(({ pid, ppid, pgid, sid, uid, tty, state, argv, started }) => ({
      pid,
      ppid,
      pgid,
      sid,
      uid,
      tty,
      state,
      args: unpackStrings(argv).map(toText),
      started,
    })),

  kill: (pid, signal) =>
    told(() => {
      if (!Number.isInteger(signal) || signal < 0 || signal > NSIG) throw new SysError('EINVAL');
      const target = kernel.table.get(pid);
      if (target === kernel.table.init) throw new SysError('EPERM');
      if (signal !== 0) kernel.table.deliver(target, signal, 0);
    }),
});
