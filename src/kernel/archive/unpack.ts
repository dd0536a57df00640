// Unpacks an archive into a directory, all of it or nothing: the entries become files in a stage, a hidden directory
// inside of the one that they are for, and are moved from there when the last one is written. The stage goes in the end.
//
// The unpacked files belong to the user who unpacks, whatever the archive says, and have exactly its modes and times.
// A crash in the moment of moving leaves the stage, whose name says what it is.

import { SysError } from '../../abi/errno.ts';
import { AT, isDirectory, O } from '../../abi/file.ts';
import type { Random } from '../ports.ts';
import type { Context, Node, Vfs } from '../vfs/vfs.ts';
import type { ArchiveEntry } from './entry.ts';
import { Merge } from './merge.ts';
import { namesIn } from './names-in.ts';
import { Stage } from './stage.ts';

const STAGE_PREFIX = '.tabos-unpack-';
/** In the stage: what comes from the archive. What is replaced is put beside it. */
const CONTENT = 'new';
const PRIVATE = 0o700;

export interface Unpacking {
  readonly vfs: Vfs;
  readonly ctx: Context;
  readonly random: Random;
  /** Lets others get their turn. */
  readonly breathe: () => Promise<void>;
}

/** Entries between two moments in which others get their turn. */
const TURN = 64;

/**
 * @param path of the directory: it is made when it is missing, and its parents
 * @throws ArchiveError, SysError with the path of the entry as its detail
 */
export const unpack = async (
  unpacking: Unpacking,
  path: string,
  entries: AsyncIterable<ArchiveEntry> | Iterable<ArchiveEntry>,
): Promise<void> => {
  const { vfs, ctx } = unpacking;
  const made = await makeDirectories(vfs, ctx, path);
  try {
    const target = await vfs.openDirectory(ctx, vfs.root, path);
    try {
      await into(unpacking, target, entries);
    } finally {
      target.release();
    }
  } catch (error) {
    for (const directory of made.reverse()) {
      // Somebody else may have put something there meanwhile: then it stays.
      await Promise.resolve(vfs.rmdir(ctx, vfs.root, directory)).catch(() => undefined);
    }
    throw error;
  }
};

/** Gives those that were made. */
const makeDirectories = async (vfs: Vfs, ctx: Context, path: string): Promise<string[]> => {
  const made: string[] = [];
  const parts = path.split('/').filter((part) => part !== '');
  for (let i = 1; i <= parts.length; i++) {
    const prefix = `/${parts.slice(0, i).join('/')}`;
    if (await isThere(vfs, ctx, prefix)) continue;
    await vfs.mkdir(ctx, vfs.root, prefix, 0o755);
    made.push(prefix);
  }
  return made;
};

/** ENOTDIR for what is no directory. */
const isThere = async (vfs: Vfs, ctx: Context, path: string): Promise<boolean> => {
  try {
    const { mode } = await vfs.stat(ctx, vfs.root, path, 0);
    if (!isDirectory(mode)) throw new SysError('ENOTDIR');
    return true;
  } catch (error) {
    if (error instanceof SysError && error.errno === 'ENOENT') return false;
    throw error;
  }
};

const into = async (
  { vfs, ctx, random, breathe }: Unpacking,
  target: Node,
  entries: AsyncIterable<ArchiveEntry> | Iterable<ArchiveEntry>,
): Promise<void> => {
  const letters = new Uint8Array(8);
  random.fill(letters);
  const name = `${STAGE_PREFIX}${Array.from(letters, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  const times = await vfs.fstat(target);
  await vfs.mkdir(ctx, target, name, PRIVATE);
  let merge: Merge | undefined;
  try {
    await vfs.mkdir(ctx, target, `${name}/${CONTENT}`, PRIVATE);
    const content = await vfs.openDirectory(ctx, target, `${name}/${CONTENT}`);
    const stage = new Stage(vfs, ctx, content);
    let count = 0;
    try {
      for await (const entry of entries) {
        await stage.add(entry);
        if (++count % TURN === 0) await breathe();
      }
    } finally {
      content.release();
    }
    const root = await vfs.openDirectory(ctx, target, name);
    try {
      merge = new Merge(vfs, ctx, root, target);
      // The time of the directory itself is set last of all: the stage goes before.
      const inner = new Map([...stage.directories].filter(([path]) => path !== ''));
      await merge.run(CONTENT, inner);
    } finally {
      root.release();
    }
    await remove(vfs, ctx, target, name);
    const own = stage.directories.get('');
    if (own !== undefined) {
      await vfs.futimens(ctx, target, own.mtime, own.mtime);
      await vfs.fchmod(ctx, target, own.mode);
    }
  } catch (error) {
    await Promise.resolve(remove(vfs, ctx, target, name)).catch(() => undefined);
    const { atimeSec, atimeNsec, mtimeSec, mtimeNsec } = times;
    const old = [
      { sec: atimeSec, nsec: atimeNsec },
      { sec: mtimeSec, nsec: mtimeNsec },
    ] as const;
    await Promise.resolve(vfs.futimens(ctx, target, ...old)).catch(() => undefined);
    throw error;
  }
};

const remove = async (vfs: Vfs, ctx: Context, at: Node, path: string): Promise<void> => {
  const { mode } = await vfs.stat(ctx, at, path, AT.SYMLINK_NOFOLLOW);
  if (!isDirectory(mode)) return await vfs.unlink(ctx, at, path);
  const { node } = await vfs.open(ctx, at, path, O.RDONLY | O.DIRECTORY | O.NOFOLLOW, 0);
  try {
    for (const name of await namesIn(vfs, node)) await remove(vfs, ctx, node, name);
  } finally {
    node.release();
  }
  await vfs.rmdir(ctx, at, path);
};
