// Calls by path: stat(2), access(2), link(2), unlink(2), rename(2), mkdir(2), chmod(2), chdir(2) and their kin. The
// rules are the VFS's; here is only what a directory descriptor means and how results are packed.

import { SysError } from '../../abi/errno.ts';
import { AT } from '../../abi/file.ts';
import { pack } from '../../abi/struct.ts';
import type { Handlers } from '../../abi/syscalls.ts';
import { bytesOf } from '../../base/bytes.ts';
import { NodeFile } from '../fd/vfs-file.ts';
import type { Station } from '../station/station.ts';
import type { Task } from '../station/task.ts';
import { chain } from '../vfs/flow.ts';
import type { Context, Node } from '../vfs/vfs.ts';

type Calls =
  | 'stat'
  | 'access'
  | 'readlink'
  | 'symlink'
  | 'link'
  | 'unlink'
  | 'rename'
  | 'mkdir'
  | 'mknod'
  | 'chmod'
  | 'chown'
  | 'utimens'
  | 'truncate'
  | 'statfs'
  | 'chdir'
  | 'getcwd';

/** Where a relative path starts. EBADF when the descriptor is not open, ENOTDIR when it is in no file system. */
export const directoryOf = (task: Task, dirfd: number): Node => {
  if (dirfd === AT.FDCWD) return task.cwd;
  const file = task.fds.get(dirfd);
  if (!(file instanceof NodeFile)) throw new SysError('ENOTDIR');
  return file.node;
};

/** access(2) asks for the real user, unless AT_EACCESS. */
const realContext = (task: Task): Context => ({
  root: task.root,
  cwd: task.cwd,
  cred: { ...task.cred, uid: task.realUid, gid: task.realGid },
  umask: task.umask,
  caller: task,
});

const zero = (): number => 0;

export const nameCalls = (station: Station): Handlers<Task, Calls> => {
  const { vfs } = station;
  return {
    stat(task, dirfd, path, flags, buf) {
      return chain(vfs.stat(task, directoryOf(task, dirfd), path, flags), (status) => {
        pack('stat', status, buf);
        return 0;
      });
    },

    access(task, dirfd, path, mode, flags) {
      const context = (flags & AT.EACCESS) === 0 ? realContext(task) : task;
      return chain(vfs.access(context, directoryOf(task, dirfd), path, mode, flags), zero);
    },

    readlink(task, dirfd, path, buf) {
      return chain(vfs.readlink(task, directoryOf(task, dirfd), path), (text) => {
        const bytes = bytesOf(text).subarray(0, buf.length);
        buf.set(bytes);
        return bytes.length;
      });
    },

    symlink: (task, text, dirfd, path) => chain(vfs.symlink(task, text, directoryOf(task, dirfd), path), zero),

    link(task, oldDirfd, oldPath, newDirfd, newPath, flags) {
      const from = directoryOf(task, oldDirfd);
      return chain(vfs.link(task, from, oldPath, directoryOf(task, newDirfd), newPath, flags), zero);
    },

    unlink(task, dirfd, path, flags) {
      if ((flags & ~AT.REMOVEDIR) !== 0) throw new SysError('EINVAL');
      const at = directoryOf(task, dirfd);
      return chain(flags === 0 ? vfs.unlink(task, at, path) : vfs.rmdir(task, at, path), zero);
    },

    rename(task, oldDirfd, oldPath, newDirfd, newPath, flags) {
      const from = directoryOf(task, oldDirfd);
      return chain(vfs.rename(task, from, oldPath, directoryOf(task, newDirfd), newPath, flags), zero);
    },

    mkdir: (task, dirfd, path, mode) => chain(vfs.mkdir(task, directoryOf(task, dirfd), path, mode), zero),

    mknod(task, dirfd, path, mode, dev) {
      return chain(vfs.mknod(task, directoryOf(task, dirfd), path, mode, dev), zero);
    },

    chmod(task, dirfd, path, mode, flags) {
      return chain(vfs.chmod(task, directoryOf(task, dirfd), path, mode, flags), zero);
    },

    chown(task, dirfd, path, uid, gid, flags) {
      return chain(vfs.chown(task, directoryOf(task, dirfd), path, uid, gid, flags), zero);
    },

    utimens(task, dirfd, path, atimeSec, atimeNsec, mtimeSec, mtimeNsec, flags) {
      const atime = { sec: atimeSec, nsec: atimeNsec };
      const mtime = { sec: mtimeSec, nsec: mtimeNsec };
      return chain(vfs.utimens(task, directoryOf(task, dirfd), path, atime, mtime, flags), zero);
    },

    truncate(task, path, length) {
      if (length < 0) throw new SysError('EINVAL');
      return chain(vfs.truncate(task, path, length), zero);
    },

    statfs(task, path, buf) {
      return chain(vfs.statfs(task, path), (status) => {
        pack('statfs', status, buf);
        return 0;
      });
    },

    chdir(task, path) {
      return chain(vfs.openDirectory(task, task.cwd, path), (node) => {
        task.enter(node);
        return 0;
      });
    },

    getcwd(task, buf) {
      return chain(vfs.pathOf(task, task.cwd), (path) => {
        if (path.length > buf.length) throw new SysError('ERANGE');
        const bytes = bytesOf(path);
        buf.set(bytes);
        return bytes.length;
      });
    },
  };
};
