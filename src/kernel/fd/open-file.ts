// An open file description: what one or more descriptors refer to (open(2), NOTES). Subclasses say what a pipe, a
// terminal, a device or a file does; the defaults are the errors of something that cannot do it.
//
// Operations are synchronous where they can be. One that has to sleep takes its `Cancel` from the caller, and an
// interruption is the error EINTR.

import { SysError } from '../../abi/errno.ts';
import { O, POLL } from '../../abi/file.ts';
import type { StructOf } from '../../abi/layout.ts';
import type { Awaitable } from '../vfs/flow.ts';
import type { Cancel } from '../wait-queue.ts';

export type { Awaitable } from '../vfs/flow.ts';

/** On whose behalf a file acts: how to sleep, and how to be told of SIGPIPE or job control. */
export interface Caller {
  readonly pid: number;
  /** The `Cancel` of the call in progress; throws EINTR when a signal waits already. */
  sleeping(): Cancel;
  /** Send the calling process a signal (SIGPIPE, SIGXFSZ). */
  raise(signal: number): void;
  /** Is the signal blocked or ignored? */
  immune(signal: number): boolean;
  /** RLIMIT_FSIZE in bytes. */
  readonly fileSizeLimit: number;
}

export abstract class OpenFile {
  /** Access mode and status flags (O_APPEND, O_NONBLOCK); F_SETFL changes them. */
  flags: number;
  private references = 0;
  private closeListeners: (() => void)[] | undefined;

  constructor(flags: number) {
    this.flags = flags;
  }

  /** What /proc/<pid>/fd/N points to, a byte string. */
  abstract readonly name: string;

  get nonblock(): boolean {
    return (this.flags & O.NONBLOCK) !== 0;
  }

  get readable(): boolean {
    return (this.flags & O.ACCMODE) !== O.WRONLY && (this.flags & O.PATH) === 0;
  }

  get writable(): boolean {
    return (this.flags & O.ACCMODE) !== O.RDONLY && (this.flags & O.PATH) === 0;
  }

  /** Do several descriptors refer to this, of one or more processes? */
  get isShared(): boolean {
    return this.references > 1;
  }

  /** One more descriptor refers to this. */
  retain(): this {
    this.references++;
    return this;
  }

  /** A descriptor is gone; the last one closes the file. */
  release(): void {
    this.references--;
    if (this.references > 0) return;
    this.closed();
    for (const listener of this.closeListeners?.splice(0) ?? []) listener();
  }

  /** Run once when the last descriptor is gone. */
  onClosed(listener: () => void): void {
    this.closeListeners ??= [];
    this.closeListeners.push(listener);
  }

  read(_caller: Caller, _into: Uint8Array): Awaitable<number> {
    throw new SysError('EINVAL');
  }

  write(_caller: Caller, _bytes: Uint8Array): Awaitable<number> {
    throw new SysError('EINVAL');
  }

  pread(_into: Uint8Array, _offset: number): Awaitable<number> {
    throw new SysError('ESPIPE');
  }

  pwrite(_caller: Caller, _bytes: Uint8Array, _offset: number): Awaitable<number> {
    throw new SysError('ESPIPE');
  }

  seek(_offset: number, _whence: number): Awaitable<number> {
    throw new SysError('ESPIPE');
  }

  abstract stat(): Awaitable<StructOf<'stat'>>;

  /** Which of the POLL bits hold now, of `events` and the ones that are always told (ERR, HUP). */
  ready(_events: number): Awaitable<number> {
    return POLL.IN | POLL.OUT;
  }

  /** Call `wake` when `ready` may have changed. Gives the function that takes it back. */
  watch(_events: number, _wake: () => void): () => void {
    return () => {};
  }

  /** Number of the terminal that this is, for the tc* calls; the master side says so itself. */
  get terminal(): number | undefined {
    return undefined;
  }

  /** Bytes that a read would give now. */
  pendingBytes(): Awaitable<number> {
    throw new SysError('ENOTTY');
  }

  /** Nothing of this may be left with the worker of a process: another program or process will use it. */
  detach(): void {}

  /** The last descriptor is gone. */
  protected closed(): void {}
}

/** A stat for what is not in a file system. */
export const anonymousStat = (ino: number, mode: number, rdev = 0): StructOf<'stat'> => ({
  dev: 0,
  ino,
  nlink: 1,
  mode,
  uid: 0,
  gid: 0,
  rdev,
  size: 0,
  blksize: 4096,
  blocks: 0,
  atimeSec: 0,
  mtimeSec: 0,
  ctimeSec: 0,
  atimeNsec: 0,
  mtimeNsec: 0,
  ctimeNsec: 0,
  birthNsec: 0,
  birthSec: 0,
});
