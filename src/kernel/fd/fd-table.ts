// The descriptors of one process: small numbers for open file descriptions, each with its close-on-exec flag.

import { SysError } from '../../abi/errno.ts';
import { LIMITS } from '../../abi/file.ts';
import type { OpenFile } from './open-file.ts';

interface Slot {
  readonly file: OpenFile;
  cloexec: boolean;
}

export class FdTable {
  /** RLIMIT_NOFILE: one more than the highest descriptor. */
  limit: number = LIMITS.OPEN_MAX;
  /** Told of every descriptor that the process closes; not inherited. */
  onClose: ((file: OpenFile) => void) | undefined;
  /** Files on which the process may have record locks: see station/file-locks.ts. */
  locked: Set<string> | undefined;
  private slots: (Slot | undefined)[] = [];
  private ended = false;

  /** For fork: the same open files. */
  copy(): FdTable {
    const copy = new FdTable();
    copy.limit = this.limit;
    copy.slots = this.slots.map((slot) => slot && { file: slot.file.retain(), cloexec: slot.cloexec });
    return copy;
  }

  find(fd: number): OpenFile | undefined {
    return this.slots[fd]?.file;
  }

  /** EBADF when it is not open. */
  get(fd: number): OpenFile {
    return this.slot(fd).file;
  }

  private slot(fd: number): Slot {
    const slot = this.slots[fd];
    if (slot === undefined) throw new SysError('EBADF');
    return slot;
  }

  /** What a call opened whose process has died meanwhile is closed again. */
  private take(file: OpenFile): void {
    file.retain();
    if (!this.ended) return;
    file.release();
    throw new SysError('EBADF', 'the process is over');
  }

  /** The process is over: nothing is open, and nothing can be. */
  end(): void {
    this.ended = true;
    this.closeFrom(0);
  }

  /** Put a file on the lowest free descriptor from `from` up. EMFILE at the limit (the file is then released). */
  add(file: OpenFile, cloexec: boolean, from = 0): number {
    let fd = from;
    while (this.slots[fd] !== undefined) fd++;
    this.take(file);
    if (fd >= this.limit) {
      file.release();
      throw new SysError('EMFILE');
    }
    this.slots[fd] = { file, cloexec };
    return fd;
  }

  /** Put a file on this very descriptor, closing what is there. */
  set(fd: number, file: OpenFile, cloexec: boolean): void {
    if (!Number.isInteger(fd) || fd < 0 || fd >= this.limit) throw new SysError('EBADF');
    this.take(file);
    const old = this.slots[fd]?.file;
    this.slots[fd] = { file, cloexec };
    if (old === undefined) return;
    this.onClose?.(old);
    old.release();
  }

  close(fd: number): void {
    const { file } = this.slot(fd);
    this.slots[fd] = undefined;
    this.onClose?.(file);
    file.release();
  }

  closeFrom(fd: number): void {
    for (const [at, slot] of this.slots.entries()) if (slot !== undefined && at >= fd) this.close(at);
  }

  cloexec(fd: number): boolean {
    return this.slot(fd).cloexec;
  }

  setCloexec(fd: number, on: boolean): void {
    this.slot(fd).cloexec = on;
  }

  /** For execve. */
  closeOnExec(): void {
    for (const [fd, slot] of this.slots.entries()) if (slot?.cloexec === true) this.close(fd);
  }

  *entries(): Iterable<[fd: number, file: OpenFile]> {
    for (const [fd, slot] of this.slots.entries()) if (slot !== undefined) yield [fd, slot.file];
  }
}
