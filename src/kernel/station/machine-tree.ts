// The tree of a machine: which file systems are mounted where, and what a new volume starts with.

import { SysError } from '../../abi/errno.ts';
import { O, S } from '../../abi/file.ts';
import { bytesOf, fromText } from '../../base/bytes.ts';
import { makeDevfs } from '../fs/devfs/devfs.ts';
import { type ImageEntry, type ImagefsOptions, type ImageManifest, makeImagefs } from '../fs/imagefs/imagefs.ts';
import { writableOver } from '../fs/overlay/writable-over.ts';
import { makeProcfs, type ProcSource } from '../fs/procfs/procfs.ts';
import { TMPFS_LIMITS, TmpFs } from '../fs/tmpfs/tmpfs.ts';
import type { KernelPort } from '../kernel-port.ts';
import type { CpuTimes } from '../link.ts';
import type { Random } from '../ports.ts';
import type { FileSystem } from '../vfs/filesystem.ts';
import { type Context, type Credentials, type Mount, Vfs } from '../vfs/vfs.ts';
import type { MountText } from './proc-process-text.ts';
import type { Station } from './station.ts';
import { Task } from './task.ts';

/** The user that owns a machine's files and runs its programs (etc/passwd of the image). */
export const USER: Credentials = { uid: 1000, gid: 1000, groups: [1000] };
const SUPERUSER: Credentials = { uid: 0, gid: 0, groups: [0] };

export interface TreeParts {
  /** Views of the volume. */
  readonly root: FileSystem;
  readonly tmp: FileSystem;
  readonly shm: FileSystem;
  readonly scratch: FileSystem;
  readonly image: ImageManifest;
  /** Where the files of the image come from. */
  readonly files: Omit<ImagefsOptions, 'subtree' | 'time' | 'owner'>;
  readonly kernel: KernelPort;
  /** The station that the tree is for; it is made after the tree. */
  readonly station: () => Station;
  readonly now: () => number;
  /** When the machine was booted, in milliseconds since the epoch. */
  readonly bootTime: number;
  /** The volume is new: give it its first files. */
  readonly fresh: boolean;
  readonly memory: ProcSource['memory'];
  readonly random: Random;
  /** What /proc/mounts says of the volume: asked each time. Default: that it is in memory. */
  readonly volume?: () => VolumeMount;
}

export interface VolumeMount {
  /** Where it lies, and how well that is kept: the first column of df. */
  readonly source: string;
  readonly options: readonly string[];
}

const MOUNT_POINTS = ['usr', 'dev', 'proc', 'tmp'] as const;

export const makeTree = async (parts: TreeParts): Promise<Vfs> => {
  const { root, tmp, shm, image, kernel, station, bootTime } = parts;
  const time = Math.floor(bootTime / 1000);
  const vfs = new Vfs(root, { source: 'volume' });
  const ctx: Context = { root: vfs.root, cwd: vfs.root, cred: SUPERUSER, umask: 0 };
  if (parts.fresh) {
    for (const entry of image.skeleton) await install(vfs, ctx, entry);
    // Last, because it says that the volume is not new any more: what a boot left undone the next one does.
    await vfs.fchown(ctx, vfs.root, USER.uid, USER.gid);
  }
  // A user may have removed a mount point; without it there is no machine.
  for (const name of MOUNT_POINTS) await makeDirectory(vfs, ctx, `/${name}`, 0o755);
  const base = makeImagefs(image.entries, { ...parts.files, subtree: 'usr', time, owner: USER });
  const usr = await writableOver(vfs, base, { name: 'usr', owner: USER, now: parts.now, bootTime });
  await vfs.mount('/usr', usr.fs, { source: 'overlay', options: usr.options });
  await vfs.mount('/dev', makeDevfs({ ttys: () => kernel.call('ttys'), uid: USER.uid, time }), { source: 'devtmpfs' });
  const options = [`size=${TMPFS_LIMITS.size / 1024}k`];
  await vfs.mount('/dev/shm', new TmpFs(shm, shm.rootIno, TMPFS_LIMITS), { source: 'tmpfs', options });
  vfs.scratch = parts.scratch;
  await vfs.mount('/tmp', tmp, { source: 'tmpfs' });
  const source: ProcSource = {
    processes: () => kernel.call('processes'),
    detail: (pid) => kernel.call('detail', pid).catch(noSuchProcess),
    selfOf: (caller) => (caller instanceof Task ? caller.pid : undefined),
    fileNode: (pid, fd) => station().fileNode(pid, fd),
    cpuTime: () => cpuTime(kernel),
    mounts: () => vfs.mounts().map((mount) => mountText(mount, parts.volume)),
    random: parts.random,
    memory: parts.memory,
    now: parts.now,
    bootTime,
  };
  await vfs.mount('/proc', makeProcfs(source), { source: 'proc' });
  return vfs;
};

const noSuchProcess = (error: unknown): undefined => {
  if (error instanceof SysError && error.errno === 'ESRCH') return undefined;
  throw error;
};

/** Of the dead the kernel knows, of the living their stations. */
const cpuTime = async (kernel: KernelPort): Promise<CpuTimes> => {
  const rows = await kernel.call('processes');
  const living = rows.filter(({ state, pid }) => state !== 'zombie' && pid !== 1);
  const times = await Promise.all([
    kernel.call('endedTimes'),
    ...living.map(({ pid }) => kernel.call('detail', pid).catch(noSuchProcess)),
  ]);
  const sum = (key: keyof CpuTimes): number => times.reduce((all, each) => all + (each?.[key] ?? 0), 0);
  return { utime: sum('utime'), stime: sum('stime') };
};

const mountText = (mount: Mount, volume: TreeParts['volume']): MountText => {
  const { source, path, fs, readOnly, options: own } = mount;
  const about = path === '/' ? volume?.() : undefined;
  const type = source === 'tmpfs' ? 'tmpfs' : fs.type;
  const options = [readOnly ? 'ro' : 'rw', ...own, ...(about?.options ?? [])];
  return { mount, source: about?.source ?? source, type, options };
};

const makeDirectory = async (vfs: Vfs, ctx: Context, path: string, mode: number): Promise<void> => {
  try {
    await vfs.mkdir(ctx, vfs.root, path, mode);
  } catch (error) {
    if (!(error instanceof SysError) || error.errno !== 'EEXIST') throw error;
  }
};

/** One entry of the skeleton. What is there is what a boot that died has left of it: nobody else has been here. */
const install = async (vfs: Vfs, ctx: Context, entry: ImageEntry): Promise<void> => {
  const path = `/${fromText(entry.path)}`;
  try {
    if (entry.type === 'link') await vfs.symlink(ctx, fromText(entry.target), vfs.root, path);
    else if (entry.type === 'dir') await vfs.mkdir(ctx, vfs.root, path, entry.mode);
    else await writeFile(vfs, ctx, path, entry.mode, fromText(entry.text ?? ''));
  } catch (error) {
    if (!(error instanceof SysError) || error.errno !== 'EEXIST') throw error;
  }
  if (entry.type === 'link') return;
  await vfs.chown(ctx, vfs.root, path, entry.uid ?? USER.uid, entry.gid ?? USER.gid, 0);
  await vfs.chmod(ctx, vfs.root, path, entry.mode & ~S.IFMT, 0);
};

const writeFile = async (vfs: Vfs, ctx: Context, path: string, mode: number, text: string): Promise<void> => {
  const { node } = await vfs.open(ctx, vfs.root, path, O.WRONLY | O.CREAT | O.TRUNC, mode);
  try {
    await node.fs.write(node.ino, 0, bytesOf(text));
  } finally {
    node.release();
  }
};
