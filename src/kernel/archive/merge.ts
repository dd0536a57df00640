// Moves what stands in a stage (stage.ts) into the tree: the second half of unpacking. Every step can be taken back, and
// is, in reverse order, when a later one fails: then the tree is as it was.
//
// A directory that does not exist is moved whole. Where one does, what is in it is merged; a file replaces a file, and
// the old one waits in the stage until all is done. A directory never replaces a file, nor a file a directory. What a
// directory of another owner is stays as it is: only what is in it is merged.

import { type Errno, SysError } from '../../abi/errno.ts';
import { AT, isDirectory, O, RENAME } from '../../abi/file.ts';
import { isOwner } from '../vfs/permission.ts';
import type { Context, Node, Stat, Vfs } from '../vfs/vfs.ts';
import { namesIn } from './names-in.ts';
import type { DirectoryState } from './stage.ts';

export class Merge {
  private readonly vfs: Vfs;
  private readonly ctx: Context;
  private readonly stage: Node;
  private readonly target: Node;
  private readonly undo: (() => Promise<void> | void)[] = [];
  /** Of what was renamed away and not exchanged: a name of its own each, beside what was staged. */
  private replaced = 0;

  constructor(vfs: Vfs, ctx: Context, stage: Node, target: Node) {
    this.vfs = vfs;
    this.ctx = ctx;
    this.stage = stage;
    this.target = target;
  }

  /** `content` is the directory in the stage whose content is moved. */
  async run(content: string, directories: ReadonlyMap<string, DirectoryState>): Promise<void> {
    try {
      await this.directory(content, '');
      // Innermost first: a directory's time changes when something in it is made, and its mode may forbid that.
      for (const [path, state] of [...directories].reverse()) await this.describe(path, state);
    } catch (error) {
      await this.takeBack();
      throw error;
    }
  }

  async takeBack(): Promise<void> {
    for (const step of this.undo.splice(0).reverse()) await step();
  }

  private async look(at: Node, path: string): Promise<Stat | undefined> {
    try {
      return await this.vfs.stat(this.ctx, at, path, AT.SYMLINK_NOFOLLOW);
    } catch (error) {
      if (error instanceof SysError && error.errno === 'ENOENT') return undefined;
      throw error;
    }
  }

  private async directory(from: string, to: string): Promise<void> {
    await this.keepTimes(to);
    const { node } = await this.vfs.open(this.ctx, this.stage, from, O.RDONLY | O.DIRECTORY, 0);
    let names: string[];
    try {
      names = await namesIn(this.vfs, node);
    } finally {
      node.release();
    }
    for (const name of names) await this.one(`${from}/${name}`, to === '' ? name : `${to}/${name}`);
  }

  private async one(from: string, to: string): Promise<void> {
    const refuse = (errno: Errno): SysError => new SysError(errno, to);
    const source = await this.look(this.stage, from);
    if (source === undefined) throw refuse('ESTALE');
    const existing = await this.look(this.target, to);
    if (existing === undefined) return await this.move(from, to);
    if (isDirectory(source.mode)) {
      if (!isDirectory(existing.mode)) throw refuse('ENOTDIR');
      return await this.directory(from, to);
    }
    if (isDirectory(existing.mode)) throw refuse('EISDIR');
    await this.replace(from, to);
  }

  private async rename(from: string, to: string, flags: number, back: boolean): Promise<void> {
    const { vfs, ctx, stage, target } = this;
    try {
      if (back) await vfs.rename(ctx, target, to, stage, from, flags);
      else await vfs.rename(ctx, stage, from, target, to, flags);
    } catch (error) {
      throw error instanceof SysError ? new SysError(error.errno, to) : error;
    }
  }

  private async move(from: string, to: string): Promise<void> {
    await this.rename(from, to, RENAME.NOREPLACE, false);
    this.undo.push(() => this.rename(from, to, 0, true));
  }

  private async replace(from: string, to: string): Promise<void> {
    try {
      await this.rename(from, to, RENAME.EXCHANGE, false);
      this.undo.push(() => this.rename(from, to, RENAME.EXCHANGE, false));
    } catch (error) {
      // Not every file system can exchange two names.
      if (!(error instanceof SysError) || error.errno !== 'EINVAL') throw error;
      const aside = `replaced-${++this.replaced}`;
      await this.rename(aside, to, 0, true);
      this.undo.push(() => this.rename(aside, to, 0, false));
      await this.move(from, to);
    }
  }

  /** What is made in a directory and taken back changes its time: the last thing to be taken back. */
  private async keepTimes(path: string): Promise<void> {
    const { vfs, ctx, target } = this;
    const at = path === '' ? '.' : path;
    const old = await vfs.stat(ctx, target, at, AT.SYMLINK_NOFOLLOW);
    if (!isOwner(ctx.cred, old)) return;
    const { atimeSec, atimeNsec, mtimeSec, mtimeNsec } = old;
    const [atime, mtime] = [
      { sec: atimeSec, nsec: atimeNsec },
      { sec: mtimeSec, nsec: mtimeNsec },
    ];
    this.undo.push(() => vfs.utimens(ctx, target, at, atime, mtime, 0));
  }

  /** Mode and time of a directory. One of another owner, or of what is mounted there, keeps its own. */
  private async describe(path: string, { mode, mtime }: DirectoryState): Promise<void> {
    const { vfs, ctx, target } = this;
    const old = await vfs.stat(ctx, target, path, AT.SYMLINK_NOFOLLOW);
    const { dev } = await vfs.fstat(target);
    if (old.dev !== dev || !isOwner(ctx.cred, old)) return;
    await this.keepTimes(path);
    this.undo.push(() => vfs.chmod(ctx, target, path, old.mode & 0o7777, 0));
    await vfs.utimens(ctx, target, path, mtime, mtime, 0);
    await vfs.chmod(ctx, target, path, mode, 0);
  }
}
