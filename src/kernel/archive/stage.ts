// Entries of an archive as files in an empty directory that nobody else knows yet: the first half of unpacking. Whatever
// goes wrong here (a broken archive, a full disk) has touched nothing but that directory.
//
// Everything in the stage was made by it: a name that leads through a symbolic link of the archive is refused, so that
// nothing is ever written outside. Modes and times of directories are kept for later: a directory that may not be
// written could not be filled, nor moved.

import { SysError } from '../../abi/errno.ts';
import { AT, O, S } from '../../abi/file.ts';
import { OPAQUE, WHITEOUT } from '../fs/overlay/numbers.ts';
import type { Time } from '../vfs/filesystem.ts';
import type { Context, Node, Vfs } from '../vfs/vfs.ts';
import { type ArchiveEntry, ArchiveError } from './entry.ts';

/** What a directory of the archive is to be in the end. */
export interface DirectoryState {
  readonly mode: number;
  readonly mtime: Time;
}

const DIRECTORY_MODE = 0o755;
const SUPERUSER = { uid: 0, gid: 0, groups: [] };

const errnoOf = (error: unknown): string | undefined => (error instanceof SysError ? error.errno : undefined);

export class Stage {
  /** The directories that the archive describes, not only implies: path -> state. */
  readonly directories = new Map<string, DirectoryState>();
  private readonly made = new Set<string>(['']);
  private readonly vfs: Vfs;
  private readonly ctx: Context;
  private readonly root: Node;

  constructor(vfs: Vfs, ctx: Context, root: Node) {
    this.vfs = vfs;
    this.ctx = { ...ctx, umask: 0 };
    this.root = root;
  }

  /** Errors name the entry. */
  async add(entry: ArchiveEntry): Promise<void> {
    try {
      await this.place(entry);
    } catch (error) {
      throw error instanceof SysError ? new SysError(error.errno, entry.path) : error;
    }
  }

  private async place(entry: ArchiveEntry): Promise<void> {
    const { path } = entry;
    const { vfs, ctx, root } = this;
    if (entry.type === 'directory') {
      if (entry.opaque === true) await this.opaque(path);
      await this.directory(path);
      this.directories.set(path, { mode: entry.mode, mtime: entry.mtime });
      return;
    }
    if (path === '') throw new ArchiveError('the root of the archive is no directory');
    await this.directory(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
    if (this.made.has(path)) throw new SysError('EISDIR');
    // Of two entries with one name the later one counts.
    await this.unlinkOld(path);
    switch (entry.type) {
      case 'symlink':
        await vfs.symlink(ctx, entry.target, root, path);
        await this.times(path, entry.mtime);
        return;
      case 'link':
        await this.link(entry.target, path);
        return;
      case 'whiteout':
        // Only the superuser makes devices; this one is none, and belongs to him everywhere.
        await vfs.mknod({ ...ctx, cred: SUPERUSER }, root, path, WHITEOUT.mode, WHITEOUT.rdev);
        return;
      case 'fifo':
        await vfs.mknod(ctx, root, path, S.IFIFO | entry.mode, 0);
        await this.times(path, entry.mtime);
        return;
      case 'file':
        await this.file(entry);
    }
  }

  private async directory(path: string): Promise<void> {
    if (this.made.has(path)) return;
    const slash = path.lastIndexOf('/');
    await this.directory(slash < 0 ? '' : path.slice(0, slash));
    try {
      await this.vfs.mkdir(this.ctx, this.root, path, DIRECTORY_MODE);
    } catch (error) {
      // What is there is no directory, or a link, which is not gone through.
      throw errnoOf(error) === 'EEXIST' ? new SysError('ENOTDIR') : error;
    }
    this.made.add(path);
  }

  /** A directory with the mark of an overlay, which it can only be made with. */
  private async opaque(path: string): Promise<void> {
    if (path === '' || this.made.has(path)) return;
    const slash = path.lastIndexOf('/');
    const parent = slash < 0 ? '' : path.slice(0, slash);
    await this.directory(parent);
    const node = await this.vfs.openDirectory(this.ctx, this.root, parent === '' ? '.' : parent);
    try {
      const { uid, gid } = this.ctx.cred;
      const what = { mode: S.IFDIR | DIRECTORY_MODE, uid, gid, rdev: OPAQUE };
      await node.fs.create(node.ino, path.slice(slash + 1), what, { exclusive: true, open: false });
    } finally {
      node.release();
    }
    this.made.add(path);
  }

  private async unlinkOld(path: string): Promise<void> {
    try {
      await this.vfs.unlink(this.ctx, this.root, path);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }

  private async link(target: string, path: string): Promise<void> {
    const slash = target.lastIndexOf('/');
    const missing = new ArchiveError(`${path} is a link to ${target}, which is not in the archive before it`);
    if (!this.made.has(slash < 0 ? '' : target.slice(0, slash))) throw missing;
    try {
      await this.vfs.link(this.ctx, this.root, target, this.root, path, 0);
    } catch (error) {
      throw errnoOf(error) === 'ENOENT' ? missing : error;
    }
  }

  private async file(entry: Extract<ArchiveEntry, { type: 'file' }>): Promise<void> {
    const { vfs, ctx, root } = this;
    const { node } = await vfs.open(ctx, root, entry.path, O.WRONLY | O.CREAT | O.EXCL, 0o600);
    try {
      let at = 0;
      for await (const chunk of entry.content) {
        if (chunk.length > 0) at = await node.fs.write(node.ino, at, chunk);
      }
      await vfs.fchmod(ctx, node, entry.mode);
      await vfs.futimens(ctx, node, entry.mtime, entry.mtime);
    } finally {
      node.release();
    }
  }

  private times(path: string, mtime: Time): Promise<void> | void {
    return this.vfs.utimens(this.ctx, this.root, path, mtime, mtime, AT.SYMLINK_NOFOLLOW);
  }
}
