// What a page may do with files: FilesControl (control.ts). All of it as the machine's usual user.

import * as Comlink from 'comlink';
import { SysError } from '../abi/errno.ts';
import { AT, isDirectory, isRegular, isSymlink, LIMITS, O, S } from '../abi/file.ts';
import { IN } from '../abi/inotify.ts';
import { fromText, toText } from '../base/bytes.ts';
import type { Random } from '../kernel/ports.ts';
import { USER } from '../kernel/station/machine-tree.ts';
import type { TimeSpec } from '../kernel/vfs/attributes.ts';
import { tellOpened } from '../kernel/vfs/open.ts';
import type { Context, Node, Stat, Vfs } from '../kernel/vfs/vfs.ts';
import type { CopyRequest, FileStat, FilesControl, WriteFlag } from './control.ts';
import { told } from './told.ts';

const UMASK = 0o022;
const CHUNK = 1 << 20;
const LIST_BATCH = 1024;
const TEMP_LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const TEMP_TRIES = 100;

const TYPES: Readonly<Record<number, FileStat['type']>> = {
  [S.IFREG]: 'file',
  [S.IFDIR]: 'directory',
  [S.IFLNK]: 'symlink',
  [S.IFCHR]: 'character',
  [S.IFBLK]: 'block',
  [S.IFIFO]: 'fifo',
  [S.IFSOCK]: 'socket',
};
const typeOf = (mode: number): FileStat['type'] => TYPES[mode & S.IFMT] ?? 'file';

const WRITE_FLAGS: Readonly<Record<WriteFlag, number>> = {
  w: O.TRUNC,
  a: O.APPEND,
  wx: O.EXCL,
  ax: O.EXCL | O.APPEND,
};

const milliseconds = (sec: number, nsec: number): number => sec * 1000 + nsec / 1e6;
const timeSpec = (ms: number): TimeSpec => {
  const sec = Math.floor(ms / 1000);
  return { sec, nsec: Math.min(999_999_999, Math.round((ms - sec * 1000) * 1e6)) };
};

const fileStat = (s: Stat): FileStat => ({
  type: typeOf(s.mode),
  mode: s.mode & 0o7777,
  size: s.size,
  dev: s.dev,
  ino: s.ino,
  nlink: s.nlink,
  uid: s.uid,
  gid: s.gid,
  blksize: s.blksize,
  blocks: s.blocks,
  atimeMs: milliseconds(s.atimeSec, s.atimeNsec),
  mtimeMs: milliseconds(s.mtimeSec, s.mtimeNsec),
  ctimeMs: milliseconds(s.ctimeSec, s.ctimeNsec),
  birthtimeMs: milliseconds(s.birthSec, s.birthNsec),
});

const isError = (error: unknown, ...names: readonly string[]): boolean =>
  error instanceof SysError && names.includes(error.errno);

const dirname = (path: string): string => {
  const end = path.replace(/\/+$/, '').lastIndexOf('/');
  return path.slice(0, Math.max(1, end));
};

/** Paths are byte strings here. */
class Files {
  private readonly vfs: Vfs;
  private readonly ctx: Context;
  private readonly random: Random;

  constructor(vfs: Vfs, random: Random) {
    this.vfs = vfs;
    this.ctx = { root: vfs.root, cwd: vfs.root, cred: USER, umask: UMASK };
    this.random = random;
  }

  private lstat(path: string): Promise<Stat> | Stat {
    return this.vfs.stat(this.ctx, this.vfs.root, path, AT.SYMLINK_NOFOLLOW);
  }

  async read(path: string): Promise<Uint8Array<ArrayBuffer>> {
    const { node, attributes } = await this.vfs.open(this.ctx, this.vfs.root, path, O.RDONLY, 0);
    try {
      if (isDirectory(attributes.mode)) throw new SysError('EISDIR');
      // Generated files (/proc) say 0 and have content: read to the end, whatever the size says.
      const parts: Uint8Array[] = [];
      let total = 0;
      for (;;) {
        const part = new Uint8Array(Math.max(4096, Math.min(CHUNK, attributes.size - total)));
        const n = await node.fs.read(node.ino, total, part);
        if (n === 0) break;
        parts.push(part.subarray(0, n));
        total += n;
      }
      const whole = new Uint8Array(total);
      let at = 0;
      for (const part of parts) {
        whole.set(part, at);
        at += part.length;
      }
      return whole;
    } finally {
      node.release();
    }
  }

  async write(path: string, data: Uint8Array, mode: number, flag: WriteFlag): Promise<void> {
    const flags = O.WRONLY | O.CREAT | WRITE_FLAGS[flag];
    const opened = await this.vfs.open(this.ctx, this.vfs.root, path, flags, mode);
    const { node, attributes } = opened;
    const append = (flags & O.APPEND) !== 0;
    tellOpened(opened);
    try {
      if (!isRegular(attributes.mode)) throw new SysError('EINVAL', 'not a regular file');
      for (let at = 0; at < data.length; at += CHUNK) {
        await node.fs.write(node.ino, append ? 'append' : at, data.subarray(at, at + CHUNK));
        node.changed(S.IFREG, IN.MODIFY);
      }
    } finally {
      node.changed(attributes.mode, IN.CLOSE_WRITE);
      node.release();
    }
  }

  async mkdir(path: string, recursive: boolean, mode: number): Promise<void> {
    const { vfs, ctx } = this;
    if (!recursive) return await vfs.mkdir(ctx, vfs.root, path, mode);
    const parts = path.split('/').filter((part) => part !== '');
    for (let i = 1; i <= parts.length; i++) {
      const prefix = `/${parts.slice(0, i).join('/')}`;
      try {
        await vfs.mkdir(ctx, vfs.root, prefix, mode);
      } catch (error) {
        if (!isError(error, 'EEXIST', 'EROFS', 'EPERM', 'EACCES')) throw error;
        const found = await this.existing(prefix);
        if (found === undefined) throw error;
        if (!isDirectory(found.mode)) throw i === parts.length ? error : new SysError('ENOTDIR');
      }
    }
  }

  async mkdtemp(prefix: string): Promise<string> {
    for (let i = 1; ; i++) {
      const random = new Uint8Array(6);
      this.random.fill(random);
      const path = `${prefix}${[...random].map((byte) => TEMP_LETTERS[byte % TEMP_LETTERS.length]).join('')}`;
      try {
        await this.mkdir(path, false, 0o700);
        return path;
      } catch (error) {
        if (i === TEMP_TRIES || !isError(error, 'EEXIST')) throw error;
      }
    }
  }

  private async names(node: Node): Promise<{ name: string; mode: number }[]> {
    const found: { name: string; mode: number }[] = [];
    let cookie = 0;
    for (;;) {
      const entries = await this.vfs.readdir(node, cookie, LIST_BATCH);
      if (entries.length === 0) return found;
      for (const entry of entries) {
        cookie = entry.cookie;
        if (entry.name !== '.' && entry.name !== '..') found.push({ name: entry.name, mode: entry.mode });
      }
    }
  }

  async list(path: string): Promise<{ name: string; mode: number }[]> {
    const { node } = await this.vfs.open(this.ctx, this.vfs.root, path, O.RDONLY | O.DIRECTORY, 0);
    try {
      return await this.names(node);
    } finally {
      node.release();
    }
  }

  async stat(path: string, follow: boolean): Promise<FileStat> {
    const flags = follow ? 0 : AT.SYMLINK_NOFOLLOW;
    return fileStat(await this.vfs.stat(this.ctx, this.vfs.root, path, flags));
  }

  /** realpath(3), by the working directory of a place that is entered. */
  async realpath(path: string): Promise<string> {
    const { vfs, ctx } = this;
    let at = path;
    for (let i = 0; i <= LIMITS.SYMLOOP_MAX; i++) {
      const { mode } = await this.lstat(at);
      const folder = isDirectory(mode) ? at : dirname(at);
      const node = await vfs.openDirectory(ctx, vfs.root, folder);
      let real: string;
      try {
        real = await vfs.pathOf(ctx, node);
      } finally {
        node.release();
      }
      if (isDirectory(mode)) return real;
      const whole = `${real === '/' ? '' : real}/${at.slice(at.lastIndexOf('/') + 1)}`;
      if (!isSymlink(mode)) return whole;
      const target = await vfs.readlink(ctx, vfs.root, whole);
      at = target.startsWith('/') ? target : `${real}/${target}`;
    }
    throw new SysError('ELOOP');
  }

  async rm(path: string, recursive: boolean, force: boolean): Promise<void> {
    const { vfs, ctx } = this;
    let mode: number;
    try {
      ({ mode } = await this.lstat(path));
    } catch (error) {
      if (force && isError(error, 'ENOENT')) return;
      throw error;
    }
    if (!isDirectory(mode)) return await vfs.unlink(ctx, vfs.root, path);
    if (!recursive) throw new SysError('EISDIR');
    for (const { name } of await this.list(path)) await this.rm(`${path}/${name}`, true, force);
    await vfs.rmdir(ctx, vfs.root, path);
  }

  async copy(from: string, to: string, request: CopyRequest): Promise<void> {
    const source = await this.lstat(from);
    if (isDirectory(source.mode) && request.recursive && (await this.holds(source, to))) throw new SysError('EINVAL');
    await this.copyTree(from, source, to, request);
  }

  /** Is `to`, or where it would be made, within this directory? */
  private async holds({ dev, ino }: Stat, to: string): Promise<boolean> {
    let path = to;
    while (path !== '/' && (await this.existing(path)) === undefined) path = dirname(path);
    for (path = await this.realpath(path); ; path = dirname(path)) {
      const found = await this.existing(path);
      if (found?.dev === dev && found.ino === ino) return true;
      if (path === '/') return false;
    }
  }

  private async existing(path: string): Promise<Stat | undefined> {
    try {
      return await this.vfs.stat(this.ctx, this.vfs.root, path, 0);
    } catch (error) {
      if (isError(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  private async copyTree(from: string, source: Stat, to: string, request: CopyRequest): Promise<void> {
    const { vfs, ctx } = this;
    if (isDirectory(source.mode)) {
      if (!request.recursive) throw new SysError('EISDIR');
      try {
        await vfs.mkdir(ctx, vfs.root, to, (source.mode & 0o7777) | 0o700);
      } catch (error) {
        if (!isError(error, 'EEXIST')) throw error;
        if (!isDirectory((await vfs.stat(ctx, vfs.root, to, 0)).mode)) throw new SysError('ENOTDIR');
      }
      for (const { name } of await this.list(from)) {
        const inner = `${from}/${name}`;
        await this.copyTree(inner, await this.lstat(inner), `${to}/${name}`, request);
      }
      await vfs.chmod(ctx, vfs.root, to, source.mode & 0o7777, 0);
    } else if (isSymlink(source.mode)) {
      if (!(await this.makeRoom(to, request))) return;
      await vfs.symlink(ctx, await vfs.readlink(ctx, vfs.root, from), vfs.root, to);
    } else if (isRegular(source.mode)) {
      if (!(await this.copyContent(from, source, to, request))) return;
    } else throw new SysError('EINVAL', 'neither file, directory nor symbolic link');
    if (!request.times) return;
    const atime = { sec: source.atimeSec, nsec: source.atimeNsec };
    const mtime = { sec: source.mtimeSec, nsec: source.mtimeNsec };
    await vfs.utimens(ctx, vfs.root, to, atime, mtime, AT.SYMLINK_NOFOLLOW);
  }

  /** Before a link is made: false when what is there stays. */
  private async makeRoom(to: string, { existing }: CopyRequest): Promise<boolean> {
    try {
      await this.lstat(to);
    } catch (error) {
      if (isError(error, 'ENOENT')) return true;
      throw error;
    }
    if (existing === 'refuse') throw new SysError('EEXIST');
    if (existing === 'replace') await this.vfs.unlink(this.ctx, this.vfs.root, to);
    return existing === 'replace';
  }

  /** False when the file exists and stays as it is. What could not be copied whole is removed. */
  private async copyContent(from: string, source: Stat, to: string, { existing }: CopyRequest): Promise<boolean> {
    const { vfs, ctx } = this;
    const input = await vfs.open(ctx, vfs.root, from, O.RDONLY, 0);
    try {
      const mode = source.mode & 0o7777;
      const flags = O.WRONLY | O.CREAT | (existing === 'replace' ? 0 : O.EXCL);
      const output = await vfs.open(ctx, vfs.root, to, flags, mode);
      tellOpened(output);
      try {
        const { dev, ino } = await vfs.fstat(output.node);
        if (dev === source.dev && ino === source.ino) return true;
        await vfs.ftruncate(output.node, 0);
        await this.pour(input.node, output.node);
        await vfs.fchmod(ctx, output.node, mode);
      } catch (error) {
        await Promise.resolve(vfs.unlink(ctx, vfs.root, to)).catch(() => undefined);
        throw error;
      } finally {
        output.node.changed(S.IFREG, IN.CLOSE_WRITE);
        output.node.release();
      }
      return true;
    } catch (error) {
      if (existing === 'keep' && isError(error, 'EEXIST')) return false;
      throw error;
    } finally {
      input.node.release();
    }
  }

  private async pour(input: Node, output: Node): Promise<void> {
    const buffer = new Uint8Array(CHUNK);
    for (let at = 0; ; ) {
      const n = await input.fs.read(input.ino, at, buffer);
      if (n === 0) return;
      await output.fs.write(output.ino, at, buffer.subarray(0, n));
      output.changed(S.IFREG, IN.MODIFY);
      at += n;
    }
  }

  control(): FilesControl {
    const { vfs, ctx } = this;
    const { root } = vfs;
    return {
      readFile: (path) =>
        told(async () => {
          const bytes = await this.read(fromText(path));
          return Comlink.transfer(bytes, [bytes.buffer]);
        }),
      writeFile: (path, data, mode, flag) => told(() => this.write(fromText(path), data, mode, flag)),
      mkdir: (path, { recursive, mode }) => told(() => this.mkdir(fromText(path), recursive, mode)),
      mkdtemp: (prefix) => told(async () => toText(await this.mkdtemp(fromText(prefix)))),
      readdir: (path) =>
        told(async () =>
          (await this.list(fromText(path))).map(({ name, mode }) => ({ name: toText(name), type: typeOf(mode) })),
        ),
      stat: (path, follow) => told(() => this.stat(fromText(path), follow)),
      access: (path, mode) => told(() => vfs.access(ctx, root, fromText(path), mode, 0)),
      realpath: (path) => told(async () => toText(await this.realpath(fromText(path)))),
      rm: (path, { recursive, force }) => told(() => this.rm(fromText(path), recursive, force)),
      unlink: (path) => told(() => vfs.unlink(ctx, root, fromText(path))),
      rmdir: (path) => told(() => vfs.rmdir(ctx, root, fromText(path))),
      rename: (from, to) => told(() => vfs.rename(ctx, root, fromText(from), root, fromText(to), 0)),
      link: (from, to) => told(() => vfs.link(ctx, root, fromText(from), root, fromText(to), 0)),
      symlink: (target, path) => told(() => vfs.symlink(ctx, fromText(target), root, fromText(path))),
      readlink: (path) => told(async () => toText(await vfs.readlink(ctx, root, fromText(path)))),
      chmod: (path, mode) => told(() => vfs.chmod(ctx, root, fromText(path), mode, 0)),
      utimes: (path, atimeMs, mtimeMs, follow) =>
        told(() => {
          const flags = follow ? 0 : AT.SYMLINK_NOFOLLOW;
          return vfs.utimens(ctx, root, fromText(path), timeSpec(atimeMs), timeSpec(mtimeMs), flags);
        }),
      truncate: (path, size) => told(() => vfs.truncate(ctx, fromText(path), size)),
      copy: (from, to, request) => told(() => this.copy(fromText(from), fromText(to), request)),
    };
  }
}

export const filesControl = (vfs: Vfs, random: Random): FilesControl => new Files(vfs, random).control();
