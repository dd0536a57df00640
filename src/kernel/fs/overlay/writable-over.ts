// A read-only tree of a machine made writable: an overlay whose upper layer is in /var/lib/overlay/NAME of the volume. So
// what was changed survives, belongs to snapshots and exports of the volume, and is the same in all tabs.

import { SysError } from '../../../abi/errno.ts';
import { AT, isDirectory, O } from '../../../abi/file.ts';
import type { FileSystem } from '../../vfs/filesystem.ts';
import type { Context, Credentials, Node, Vfs } from '../../vfs/vfs.ts';
import { OverlayFs } from './overlay-fs.ts';

const PLACE = '/var/lib/overlay';
const MODE = 0o755;
const BATCH = 256;

export interface WritableOptions {
  readonly name: string;
  readonly owner: Credentials;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly bootTime: number;
}

export const writableOver = async (
  vfs: Vfs,
  lower: FileSystem,
  { name, owner, now, bootTime }: WritableOptions,
): Promise<{ readonly fs: FileSystem; readonly options: readonly string[] }> => {
  const ctx: Context = { root: vfs.root, cwd: vfs.root, cred: owner, umask: 0 };
  const upperdir = `${PLACE}/${name}/upper`;
  const workdir = `${PLACE}/${name}/work`;
  const top = await openDirectory(vfs, ctx, upperdir);
  const work = await openDirectory(vfs, ctx, workdir);
  await removeLeft(vfs, ctx, workdir, work, bootTime);
  let last = 0;
  const salt = Math.floor(Math.random() * 2 ** 32).toString(36);
  const uniqueName = (): string => `${Math.floor(now())}-${salt}-${++last}`;
  const fs = new OverlayFs({ lower, upper: top.fs, top: top.ino, work: work.ino, uniqueName });
  return { fs, options: ['lowerdir=image', `upperdir=${upperdir}`, `workdir=${workdir}`] };
};

/** A directory, made with those above it if need be, and kept open for good: the overlay lives in it. */
const openDirectory = async (vfs: Vfs, ctx: Context, path: string): Promise<Node> => {
  try {
    return await vfs.openDirectory(ctx, vfs.root, path);
  } catch (error) {
    if (!(error instanceof SysError) || error.errno !== 'ENOENT') throw error;
  }
  const names = path.slice(1).split('/');
  for (const [i] of names.entries()) {
    try {
      await vfs.mkdir(ctx, vfs.root, `/${names.slice(0, i + 1).join('/')}`, MODE);
    } catch (error) {
      if (!(error instanceof SysError) || error.errno !== 'EEXIST') throw error;
    }
  }
  return await vfs.openDirectory(ctx, vfs.root, path);
};

/** What an earlier boot was making when it ended: its name begins with the time. */
const removeLeft = async (vfs: Vfs, ctx: Context, path: string, work: Node, before: number): Promise<void> => {
  for (const { name } of await vfs.readdir(work, 0, BATCH)) {
    if (name !== '.' && name !== '..' && Number.parseInt(name, 10) < before) await remove(vfs, ctx, `${path}/${name}`);
  }
};

const remove = async (vfs: Vfs, ctx: Context, path: string): Promise<void> => {
  const { mode } = await vfs.stat(ctx, vfs.root, path, AT.SYMLINK_NOFOLLOW);
  if (!isDirectory(mode)) return await vfs.unlink(ctx, vfs.root, path);
  const { node } = await vfs.open(ctx, vfs.root, path, O.RDONLY | O.DIRECTORY, 0);
  const entries = await vfs.readdir(node, 0, BATCH);
  node.release();
  for (const { name } of entries) if (name !== '.' && name !== '..') await remove(vfs, ctx, `${path}/${name}`);
  await vfs.rmdir(ctx, vfs.root, path);
};
