// The calls of the suite over the real system, by node:fs: the control. Runs as root where cases change credentials.

import * as fs from 'node:fs';
import process from 'node:process';
import { ERRNO, type Errno, SysError } from '../../abi/errno.ts';
import type { Awaitable } from '../../kernel/vfs/flow.ts';
import type { FileStatus, FsSystem, Need } from './fs-system.ts';

const NANO = 1_000_000_000n;

const toStatus = (stat: fs.BigIntStats): FileStatus => ({
  dev: Number(stat.dev),
  ino: Number(stat.ino),
  mode: Number(stat.mode),
  nlink: Number(stat.nlink),
  uid: Number(stat.uid),
  gid: Number(stat.gid),
  rdev: Number(stat.rdev),
  size: Number(stat.size),
  blocks: Number(stat.blocks),
  atime: stat.atimeNs,
  mtime: stat.mtimeNs,
  ctime: stat.ctimeNs,
});

/** Run a call of node:fs; its errors become SysErrors. */
const call = <T>(act: () => T): T => {
  try {
    return act();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!Object.hasOwn(ERRNO, code)) throw error;
    throw new SysError(code as Errno);
  }
};

const seconds = (time: bigint): number => Number(time) / Number(NANO);

export class NodeSystem implements FsSystem {
  readonly has: ReadonlySet<Need> = new Set(process.getuid?.() === 0 ? ['credentials'] : []);

  open(path: string, flags: number, mode = 0o666): number {
    return call(() => fs.openSync(path, flags, mode));
  }

  close(fd: number): void {
    call(() => fs.closeSync(fd));
  }

  pread(fd: number, length: number, offset: number): Uint8Array {
    const bytes = new Uint8Array(length);
    return bytes.subarray(
      0,
      call(() => fs.readSync(fd, bytes, 0, length, offset)),
    );
  }

  pwrite(fd: number, bytes: Uint8Array, offset: number): number {
    return call(() => fs.writeSync(fd, bytes, 0, bytes.length, offset));
  }

  append(fd: number, bytes: Uint8Array): number {
    return call(() => fs.writeSync(fd, bytes));
  }

  ftruncate(fd: number, length: number): void {
    call(() => fs.ftruncateSync(fd, length));
  }

  fsync(fd: number): void {
    call(() => fs.fsyncSync(fd));
  }

  fstat(fd: number): FileStatus {
    return toStatus(call(() => fs.fstatSync(fd, { bigint: true })));
  }

  fchmod(fd: number, mode: number): void {
    call(() => fs.fchmodSync(fd, mode));
  }

  fchown(fd: number, uid: number, gid: number): void {
    call(() => fs.fchownSync(fd, uid, gid));
  }

  readdir(path: string): string[] {
    return call(() => fs.readdirSync(path));
  }

  stat(path: string): FileStatus {
    return toStatus(call(() => fs.statSync(path, { bigint: true })));
  }

  lstat(path: string): FileStatus {
    return toStatus(call(() => fs.lstatSync(path, { bigint: true })));
  }

  access(path: string, mode: number): void {
    call(() => fs.accessSync(path, mode));
  }

  mkdir(path: string, mode = 0o777): void {
    call(() => fs.mkdirSync(path, mode));
  }

  mkfifo(): void {
    throw new SysError('ENOSYS');
  }

  rmdir(path: string): void {
    call(() => fs.rmdirSync(path));
  }

  unlink(path: string): void {
    call(() => fs.unlinkSync(path));
  }

  link(from: string, to: string): void {
    call(() => fs.linkSync(from, to));
  }

  symlink(target: string, path: string): void {
    call(() => fs.symlinkSync(target, path));
  }

  readlink(path: string): string {
    return call(() => fs.readlinkSync(path));
  }

  rename(from: string, to: string): void {
    call(() => fs.renameSync(from, to));
  }

  rename2(): void {
    throw new SysError('ENOSYS');
  }

  truncate(path: string, length: number): void {
    call(() => fs.truncateSync(path, length));
  }

  chmod(path: string, mode: number): void {
    call(() => fs.chmodSync(path, mode));
  }

  chown(path: string, uid: number, gid: number): void {
    call(() => fs.chownSync(path, uid, gid));
  }

  lchown(path: string, uid: number, gid: number): void {
    call(() => fs.lchownSync(path, uid, gid));
  }

  utimes(path: string, atime: bigint, mtime: bigint): void {
    call(() => fs.utimesSync(path, seconds(atime), seconds(mtime)));
  }

  chdir(path: string): void {
    call(() => process.chdir(path));
  }

  getcwd(): string {
    // process.cwd() keeps what it said before.
    return call(() => fs.realpathSync.native('.'));
  }

  umask(mask: number): number {
    return process.umask(mask);
  }

  async as<T>(uid: number, gid: number, act: () => Awaitable<T>): Promise<T> {
    const groups = process.getgroups?.() ?? [];
    process.setgroups?.([gid]);
    process.setegid?.(gid);
    process.seteuid?.(uid);
    try {
      return await act();
    } finally {
      process.seteuid?.(0);
      process.setegid?.(0);
      process.setgroups?.(groups);
    }
  }
}
