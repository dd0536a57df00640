// What /proc/<pid> shows of a task that only its station knows, proc(5).

import { SysError } from '../../abi/errno.ts';
import { isDirectory } from '../../abi/file.ts';
import { DISPOSITION } from '../../abi/signals.ts';
import type { OpenFile } from '../fd/open-file.ts';
import { NodeFile } from '../fd/vfs-file.ts';
import type { ProcessDetail } from '../link.ts';
import type { Node, Vfs } from '../vfs/vfs.ts';
import { fromSet } from './signal-state.ts';
import type { Task } from './task.ts';

const DELETED = ' (deleted)';

/**
 * Where a node is: a directory where it is now, anything else where it was opened (an inode does not know its names),
 * and where it was opened with ` (deleted)` behind it when it has no name any more.
 */
const placeOf = async (vfs: Vfs, task: Task, node: Node): Promise<string> => {
  try {
    const { mode, nlink } = await vfs.fstat(node);
    if (isDirectory(mode)) return await vfs.pathOf(task, node);
    return nlink === 0 ? `${node.path}${DELETED}` : node.path;
  } catch (error) {
    // ENOENT: a directory that was removed, or all of it, with its last holder, while this was looking.
    if (error instanceof SysError) return `${node.path}${DELETED}`;
    throw error;
  }
};

const targetOf = async (vfs: Vfs, task: Task, file: OpenFile): Promise<string> =>
  file instanceof NodeFile ? await placeOf(vfs, task, file.node) : file.name;

export const taskDetail = async (vfs: Vfs, task: Task): Promise<ProcessDetail> => {
  const { signals, envp, exe, asleep } = task;
  const cwd = placeOf(vfs, task, task.cwd);
  const fds = [...task.fds.entries()].map(async ([fd, file]) => [fd, await targetOf(vfs, task, file)] as const);
  return {
    utime: Math.round(task.userTime),
    stime: 0,
    environ: envp,
    exe,
    blocked: fromSet(signals.mask),
    ignored: fromSet(signals.withDisposition(DISPOSITION.ignore)),
    caught: fromSet(signals.withDisposition(DISPOSITION.handler)),
    pending: fromSet(signals.pending),
    sleeping: asleep,
    cwd: await cwd,
    fds: await Promise.all(fds),
  };
};
