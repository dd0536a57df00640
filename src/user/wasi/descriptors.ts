// Descriptors of a program that calls preview1: its numbers, the system's, and the rights it holds.
//
// A program that imports from `tabos` uses the system's own numbers and all rights (`NativeDescriptors`). An unmodified
// program sees a table of its own (`TableDescriptors`): 0 to 2 are the system's; from 3 on are preopened directories,
// `/`, `.` and those among its arguments (a program may look for a directory by the name that it was given), really
// opened only when used as a file; what it opens gets the lowest free number. Descriptors that it inherits keep their
// numbers where these are free: wasi-libc wants the preopens in a row from 3.

import { SysError } from '../../abi/errno.ts';
import { AT, F, isDirectory, O, POLL } from '../../abi/file.ts';
import { LAYOUT } from '../../abi/layout.ts';
import { pack, unpack } from '../../abi/struct.ts';
import { unpackStrings } from '../../base/bytes.ts';
import type { SyscallClient } from '../../transport/client.ts';
import { ALL_RIGHTS, TYPE_RIGHTS } from './constants.ts';

/** A right is missing: ENOTCAPABLE for the program. The system itself has no such error. */
export class NotCapable extends SysError {
  constructor() {
    super('EPERM', 'a right is missing');
  }
}

/** Preopens of every program. Names are byte strings. */
const PREOPENS: readonly string[] = ['/', '.'];
const FIRST_PREOPEN = 3;
/** Most arguments that are looked at. */
const ARGUMENTS_MAX = 16;
/** Inherited descriptors are looked for below this. */
const INHERIT_MAX = 64;

export interface Descriptor {
  /** The system's number; undefined while a preopen has not been used as a file. */
  real: number | undefined;
  base: number;
  inheriting: number;
  /** DSYNC, RSYNC and SYNC as path_open was given them: fixed for an open file. */
  readonly syncFlags: number;
  /** The name of a preopened directory. */
  readonly preopen: string | undefined;
  /** Is it a directory? Undefined until somebody has looked. */
  directory: boolean | undefined;
  /** Where the system's offset in a directory stands: the cookie of the entry it gives next. */
  cookie: bigint | undefined;
}

export interface Descriptors {
  /** To be called before a file is opened, so that the new descriptor is not taken for an inherited one. */
  complete(): void;
  /** Are dropped rights remembered? */
  readonly keepsRights: boolean;
  /** EBADF when there is none, ENOTCAPABLE when it lacks a right. */
  get(fd: number, right?: number): Descriptor;
  /** The system's number of a descriptor. */
  real(fd: number, right?: number): number;
  /** A new descriptor's number. */
  add(descriptor: Descriptor): number;
  close(fd: number): void;
  /** dup2 and close in one; both must be open. */
  renumber(from: number, to: number): void;
}

export const openDescriptor = (real: number, base: number, inheriting: number, syncFlags = 0): Descriptor => ({
  real,
  base,
  inheriting,
  syncFlags,
  preopen: undefined,
  directory: undefined,
  cookie: undefined,
});

/** Numbers, rights and all else are the system's; nothing is remembered, as dup and fork go past this table. */
export class NativeDescriptors implements Descriptors {
  readonly keepsRights = false;
  private readonly client: SyscallClient;

  constructor(client: SyscallClient) {
    this.client = client;
  }

  complete(): void {}

  get(fd: number): Descriptor {
    return openDescriptor(fd, ALL_RIGHTS, ALL_RIGHTS);
  }

  real(fd: number): number {
    return fd;
  }

  add({ real }: Descriptor): number {
    return real as number;
  }

  close(fd: number): void {
    this.client.call('close', fd);
  }

  renumber(from: number, to: number): void {
    this.client.call('fcntl', from, F.GETFD, 0);
    this.client.call('fcntl', to, F.GETFD, 0);
    if (from === to) return;
    this.client.call('dup3', from, to, 0);
    this.client.call('close', from);
  }
}

const preopened = (preopen: string): Descriptor => ({
  ...openDescriptor(-1, TYPE_RIGHTS.directory, ALL_RIGHTS),
  real: undefined,
  preopen,
  directory: true,
});

/** A table from the program's numbers to the system's. */
export class TableDescriptors implements Descriptors {
  readonly keepsRights = true;
  private readonly client: SyscallClient;
  private readonly argv: Uint8Array;
  private readonly table: (Descriptor | undefined)[] = [];
  private isComplete = false;

  constructor(client: SyscallClient, argv: Uint8Array) {
    this.client = client;
    this.argv = argv;
    for (let fd = 0; fd < FIRST_PREOPEN; fd++) this.table[fd] = openDescriptor(fd, ALL_RIGHTS, ALL_RIGHTS);
    for (const name of PREOPENS) this.table.push(preopened(name));
  }

  get(fd: number, right = 0): Descriptor {
    let descriptor = this.table[fd];
    if (descriptor === undefined && !this.isComplete) {
      this.complete();
      descriptor = this.table[fd];
    }
    if (descriptor === undefined) throw new SysError('EBADF');
    if ((descriptor.base & right) !== right) throw new NotCapable();
    return descriptor;
  }

  real(fd: number, right = 0): number {
    const descriptor = this.get(fd, right);
    descriptor.real ??= this.openPreopen(descriptor.preopen ?? '/');
    return descriptor.real;
  }

  add(descriptor: Descriptor): number {
    let fd = this.table.indexOf(undefined);
    if (fd < 0) fd = this.table.length;
    this.table[fd] = descriptor;
    return fd;
  }

  close(fd: number): void {
    const { real } = this.get(fd);
    this.table[fd] = undefined;
    if (real !== undefined) this.client.call('close', real);
  }

  renumber(from: number, to: number): void {
    const moved = this.get(from);
    const { real } = this.get(to);
    if (from === to) return;
    this.table[to] = moved.preopen === undefined ? moved : { ...moved, real: this.real(from), preopen: undefined };
    this.table[from] = undefined;
    if (real !== undefined) this.client.call('close', real);
  }

  /** Most programs open nothing: what costs calls is done when somebody asks for more than the first preopens. */
  complete(): void {
    if (this.isComplete) return;
    this.isComplete = true;
    const inherited = this.inherited();
    for (const name of this.directoryArguments()) this.table.push(preopened(name));
    for (const fd of inherited) this.table[fd] ??= openDescriptor(fd, ALL_RIGHTS, ALL_RIGHTS);
  }

  private openPreopen(path: string): number {
    this.complete();
    return this.client.call('open', AT.FDCWD, path, O.RDONLY | O.DIRECTORY | O.CLOEXEC, 0);
  }

  private directoryArguments(): string[] {
    const names = new Set(unpackStrings(this.argv).slice(1, 1 + ARGUMENTS_MAX));
    return [...names].filter((name) => !PREOPENS.includes(name) && this.isDirectory(name));
  }

  private isDirectory(path: string): boolean {
    const stat = new Uint8Array(LAYOUT.stat.size);
    try {
      this.client.call('stat', AT.FDCWD, path, 0, stat);
    } catch (error) {
      if (error instanceof SysError) return false;
      throw error;
    }
    return isDirectory(unpack('stat', stat).mode);
  }

  /** One poll tells which of the low descriptors are open. */
  private inherited(): number[] {
    const first = FIRST_PREOPEN + PREOPENS.length;
    const { size } = LAYOUT.pollfd;
    const fds = new Uint8Array((INHERIT_MAX - first) * size);
    const numbers = Array.from({ length: INHERIT_MAX - first }, (_, i) => first + i);
    for (const fd of numbers) pack('pollfd', { fd, events: 0, revents: 0 }, fds, (fd - first) * size);
    this.client.call('poll', fds, 0, 0, 0, 0);
    return numbers.filter((fd) => (unpack('pollfd', fds, (fd - first) * size).revents & POLL.NVAL) === 0);
  }
}
