// What /proc/<pid> shows of a task that only its station knows, proc(5).

import { SysError } from '../../abi/errno.ts';
import { isDirectory } from '../../abi/file.ts';
import { DISPOSITION } from '../../abi/signals.ts';
import type { OpenFile } from '../fd/open-file.ts';
import { NodeFile, RegularFile } from '../fd/vfs-file.ts';
import type { DescriptorDetail, ProcessDetail } from '../link.ts';
import type { Node, Vfs } from '../vfs/vfs.ts';
import { fromSet } from './signal-state.ts';
import type { Task } from './task.ts';

const DELETED = ' (deleted)';

/**
 * Where a node is: a directory where it is now, anything else where it was opened (an inode does not know its names),
 * and where it was opened with ` (deleted)` behind it when it has no name any more. The task may close it meanwhile: it
 * is held, or it would look deleted.
 */
const placeOf = async (vfs: Vfs, task: Task, node: Node): Promise<string> => {
  node.retain();
  try {
    const { mode, nlink } = await vfs.fstat(node);
    if (isDirectory(mode)) return await vfs.pathOf(task, node);
    return nlink === 0 ? `${node.path}${DELETED}` : node.path;
  } catch (error) {
    // ENOENT: a directory that was removed.
    if (error instanceof SysError) return `${node.path}${DELETED}`;
    throw error;
  } finally {
    node.release();
  }
};

const descriptorOf = async (vfs: Vfs, task: Task, fd: number, file: OpenFile): Promise<DescriptorDetail> => {
  const { flags } = file;
  const cloexec = task.fds.cloexec(fd);
  const offset = file instanceof RegularFile ? file.offset : 0;
  const target = file instanceof NodeFile ? await placeOf(vfs, task, file.node) : file.name;
  return { fd, target, flags, cloexec, offset };
};

export const taskDetail = async (vfs: Vfs, task: Task): Promise<ProcessDetail> => {
  const { signals, envp, exe, asleep, umask, limits } = task;
  const cwd = placeOf(vfs, task, task.cwd);
  const root = placeOf(vfs, task, task.root);
  const fds = [...task.fds.entries()].map(([fd, file]) => descriptorOf(vfs, task, fd, file));
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
    umask,
    limits,
    cwd: await cwd,
    root: await root,
    fds: await Promise.all(fds),
  };
};
