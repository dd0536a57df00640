// The calls of the suite over a Vfs: what a process with descriptors would do with it.

import { SysError } from '../../abi/errno.ts';
import { AT, O, S } from '../../abi/file.ts';
import { fromText, toText } from '../../base/bytes.ts';
import type { Awaitable } from '../../kernel/vfs/flow.ts';
import type { Context, Credentials, Node, Stat, Vfs } from '../../kernel/vfs/vfs.ts';
import type { FileStatus, FsSystem, Need } from './fs-system.ts';

const NANO = 1_000_000_000n;

const nano = (sec: number, nsec: number): bigint => BigInt(sec) * NANO + BigInt(nsec);

const timeSpec = (time: bigint): { sec: number; nsec: number } => {
  const nsec = ((time % NANO) + NANO) % NANO;
  return { sec: Number((time - nsec) / NANO), nsec: Number(nsec) };
};

const toStatus = (stat: Stat): FileStatus => ({
  dev: stat.dev,
  ino: stat.ino,
  mode: stat.mode,
  nlink: stat.nlink,
  uid: stat.uid,
  gid: stat.gid,
  rdev: stat.rdev,
  size: stat.size,
  blocks: stat.blocks,
  atime: nano(stat.atimeSec, stat.atimeNsec),
  mtime: nano(stat.mtimeSec, stat.mtimeNsec),
  ctime: nano(stat.ctimeSec, stat.ctimeNsec),
});

interface Descriptor {
  readonly node: Node;
  readonly flags: number;
}

export class VfsSystem implements FsSystem {
  readonly has: ReadonlySet<Need> = new Set(['credentials', 'fifo', 'rename2', 'exact']);
  private readonly vfs: Vfs;
  private readonly descriptors = new Map<number, Descriptor>();
  private cwd: Node;
  private cred: Credentials = { uid: 0, gid: 0, groups: [0] };
  private mask = 0o022;
  private nextFd = 3;

  constructor(vfs: Vfs) {
    this.vfs = vfs;
    this.cwd = vfs.root.retain();
  }

  private get ctx(): Context {
    return { root: this.vfs.root, cwd: this.cwd, cred: this.cred, umask: this.mask };
  }

  private descriptor(fd: number): Descriptor {
    const descriptor = this.descriptors.get(fd);
    if (descriptor === undefined) throw new SysError('EBADF');
    return descriptor;
  }

  private node(fd: number): Node {
    return this.descriptor(fd).node;
  }

  /** Everything that is open is closed: what a process leaves behind when it ends. */
  exit(): void {
    for (const { node } of this.descriptors.values()) node.release();
    this.descriptors.clear();
    this.cwd.release();
  }

  async open(path: string, flags: number, mode = 0o666): Promise<number> {
    const { node } = await this.vfs.open(this.ctx, this.cwd, fromText(path), flags, mode);
    const fd = this.nextFd++;
    this.descriptors.set(fd, { node, flags });
    return fd;
  }

  close(fd: number): void {
    this.node(fd).release();
    this.descriptors.delete(fd);
  }

  async pread(fd: number, length: number, offset: number): Promise<Uint8Array> {
    const { node, flags } = this.descriptor(fd);
    if ((flags & O.ACCMODE) === O.WRONLY) throw new SysError('EBADF');
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, await node.fs.read(node.ino, offset, bytes));
  }

  async pwrite(fd: number, bytes: Uint8Array, offset: number): Promise<number> {
    const { node, flags } = this.descriptor(fd);
    if ((flags & O.ACCMODE) === O.RDONLY) throw new SysError('EBADF');
    await node.fs.write(node.ino, offset, bytes);
    return bytes.length;
  }

  async append(fd: number, bytes: Uint8Array): Promise<number> {
    const { node } = this.descriptor(fd);
    await node.fs.write(node.ino, 'append', bytes);
    return bytes.length;
  }

  ftruncate(fd: number, length: number): Awaitable<void> {
    const { node, flags } = this.descriptor(fd);
    if ((flags & O.ACCMODE) === O.RDONLY) throw new SysError('EINVAL');
    return this.vfs.ftruncate(node, length);
  }

  fsync(fd: number): Awaitable<void> {
    const node = this.node(fd);
    return node.fs.sync(node.ino);
  }

  async fstat(fd: number): Promise<FileStatus> {
    return toStatus(await this.vfs.fstat(this.node(fd)));
  }

  fchmod(fd: number, mode: number): Awaitable<void> {
    return this.vfs.fchmod(this.ctx, this.node(fd), mode);
  }

  fchown(fd: number, uid: number, gid: number): Awaitable<void> {
    return this.vfs.fchown(this.ctx, this.node(fd), uid, gid);
  }

  /** In small pieces: a listing is to go on where it was. */
  async readdir(path: string): Promise<string[]> {
    const { node } = await this.vfs.open(this.ctx, this.cwd, fromText(path), O.RDONLY | O.DIRECTORY, 0);
    const names: string[] = [];
    let cookie = 0;
    for (;;) {
      const entries = await this.vfs.readdir(node, cookie, 7);
      for (const entry of entries) {
        names.push(toText(entry.name));
        ({ cookie } = entry);
      }
      if (entries.length === 0) break;
    }
    node.release();
    return names.slice(2);
  }

  async stat(path: string): Promise<FileStatus> {
    return toStatus(await this.vfs.stat(this.ctx, this.cwd, fromText(path), 0));
  }

  async lstat(path: string): Promise<FileStatus> {
    return toStatus(await this.vfs.stat(this.ctx, this.cwd, fromText(path), AT.SYMLINK_NOFOLLOW));
  }

  access(path: string, mode: number): Awaitable<void> {
    return this.vfs.access(this.ctx, this.cwd, fromText(path), mode, 0);
  }

  mkdir(path: string, mode = 0o777): Awaitable<void> {
    return this.vfs.mkdir(this.ctx, this.cwd, fromText(path), mode);
  }

  mkfifo(path: string, mode = 0o666): Awaitable<void> {
    return this.vfs.mknod(this.ctx, this.cwd, fromText(path), S.IFIFO | mode, 0);
  }

  rmdir(path: string): Awaitable<void> {
    return this.vfs.rmdir(this.ctx, this.cwd, fromText(path));
  }

  unlink(path: string): Awaitable<void> {
    return this.vfs.unlink(this.ctx, this.cwd, fromText(path));
  }

  link(from: string, to: string): Awaitable<void> {
    return this.vfs.link(this.ctx, this.cwd, fromText(from), this.cwd, fromText(to), 0);
  }

  symlink(target: string, path: string): Awaitable<void> {
    return this.vfs.symlink(this.ctx, fromText(target), this.cwd, fromText(path));
  }

  async readlink(path: string): Promise<string> {
    return toText(await this.vfs.readlink(this.ctx, this.cwd, fromText(path)));
  }

  rename(from: string, to: string): Awaitable<void> {
    return this.rename2(from, to, 0);
  }

  rename2(from: string, to: string, flags: number): Awaitable<void> {
    return this.vfs.rename(this.ctx, this.cwd, fromText(from), this.cwd, fromText(to), flags);
  }

  truncate(path: string, length: number): Awaitable<void> {
    return this.vfs.truncate(this.ctx, fromText(path), length);
  }

  chmod(path: string, mode: number): Awaitable<void> {
    return this.vfs.chmod(this.ctx, this.cwd, fromText(path), mode, 0);
  }

  chown(path: string, uid: number, gid: number): Awaitable<void> {
    return this.vfs.chown(this.ctx, this.cwd, fromText(path), uid >>> 0, gid >>> 0, 0);
  }

  lchown(path: string, uid: number, gid: number): Awaitable<void> {
    return this.vfs.chown(this.ctx, this.cwd, fromText(path), uid >>> 0, gid >>> 0, AT.SYMLINK_NOFOLLOW);
  }

  utimes(path: string, atime: bigint, mtime: bigint): Awaitable<void> {
    return this.vfs.utimens(this.ctx, this.cwd, fromText(path), timeSpec(atime), timeSpec(mtime), 0);
  }

  async chdir(path: string): Promise<void> {
    const next = await this.vfs.openDirectory(this.ctx, this.cwd, fromText(path));
    this.cwd.release();
    this.cwd = next;
  }

  async getcwd(): Promise<string> {
    return toText(await this.vfs.pathOf(this.ctx, this.cwd));
  }

  umask(mask: number): number {
    const old = this.mask;
    this.mask = mask;
    return old;
  }

  async as<T>(uid: number, gid: number, act: () => Awaitable<T>): Promise<T> {
    const { cred } = this;
    this.cred = { uid, gid, groups: [gid] };
    try {
      return await act();
    } finally {
      this.cred = cred;
    }
  }
}
