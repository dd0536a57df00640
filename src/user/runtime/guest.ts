// One run of a program: what its imports share, and how it is left.
//
// A guest ends in one of two ways: its process is over (exit, a fatal signal), or another program takes its place
// (execve). Either way the outcome is noted here, and a trap unwinds its stack up to the runner.

import { ERRNO, SysError } from '../../abi/errno.ts';
import { AT } from '../../abi/file.ts';
import { LAYOUT } from '../../abi/layout.ts';
import { DISPOSITION, SIG_HOW, sigbit } from '../../abi/signals.ts';
import { ProcessKilled, type SyscallClient } from '../../transport/client.ts';
import { GuestMemory } from './guest-memory.ts';
import { type Deliver, SignalDelivery } from './signals.ts';
import { trap } from './traps.ts';

/** `replaced`: the next message brings the program that goes on. */
export type Outcome = 'ended' | 'replaced';

export interface Strings {
  /** NUL-terminated strings. */
  readonly argv: Uint8Array;
  readonly envp: Uint8Array;
}

export class Guest {
  readonly client: SyscallClient;
  readonly strings: Strings;
  /** Does the program import from `tabos`? Then descriptors are the system's own. */
  native = false;
  readonly memory = new GuestMemory();
  readonly signals: SignalDelivery;
  /** Set as soon as the guest may not go on. */
  outcome: Outcome | undefined;
  /** fork(2), when the program can: see runtime/fork.ts. Gives a pid, 0, or minus a WASI errno. */
  fork: (() => number) | undefined;

  constructor(client: SyscallClient, strings: Strings, deliver: Deliver) {
    this.client = client;
    this.strings = strings;
    this.signals = new SignalDelivery(client, deliver);
  }

  /** Unwind the guest for good. */
  leave(outcome: Outcome): never {
    this.outcome ??= outcome;
    return trap();
  }

  /** The WASI number of what a call threw. Leaves the guest when its process is dead; passes on what is not ours. */
  errnoOf(error: unknown): number {
    if (error instanceof SysError) return ERRNO[error.errno].wasi;
    if (error instanceof ProcessKilled) return this.leave('ended');
    throw error;
  }

  /** _exit(2). Returns only after vfork, with the pid of the child that ended. */
  exit(status: number): number {
    const child = this.signals.holding(() => this.client.call('exit', status & 0xff));
    if (child === 0) return this.leave('ended');
    this.client.poll();
    return child;
  }

  /** The process itself ends, even between vfork and execve, where the first exit is the child's. */
  exitProcess(status: number): never {
    for (;;) this.exit(status);
  }

  /** execve(2). Returns only after vfork, with the pid of the child that now runs the program. */
  execve(path: Uint8Array, argv: Uint8Array, envp: Uint8Array, dirfd: number = AT.FDCWD, flags = 0): number {
    let pid: number;
    try {
      pid = this.signals.holding(() => this.client.call('execve', path, argv, envp, dirfd, flags));
    } catch (error) {
      if (error instanceof SysError) this.client.poll();
      throw error;
    }
    if (pid === 0) return this.leave('replaced');
    this.client.poll();
    return pid;
  }

  /** End the process as an uncaught signal does. Handlers cannot run: the guest's stack is gone. */
  die(signal: number): never {
    const bit = sigbit(signal);
    const lo = Number(bit & 0xffff_ffffn);
    const old = new Uint8Array(LAYOUT.sigset.size);
    this.signals.hold();
    // Between vfork and execve the calls act for the child: it dies first.
    for (let lives = 2; lives > 0; lives--) {
      this.client.call('sigaction', signal, DISPOSITION.default, 0, 0, 0);
      this.client.call('sigprocmask', SIG_HOW.UNBLOCK, lo, 0, old);
      this.client.call('kill', this.client.call('getpid'), signal);
    }
    return this.exitProcess(128 + signal);
  }

  /** A line on descriptor 2; a program that has none says nothing. */
  complain(message: string): void {
    try {
      this.client.write(2, new TextEncoder().encode(`${message}\n`));
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
    }
  }

  /** The program cannot run: say why, and end as a shell ends for a file that it cannot execute. */
  refuse(why: string): never {
    this.complain(`${this.name}: cannot execute: ${why}`);
    return this.exitProcess(126);
  }

  /** argv[0] for messages. */
  get name(): string {
    const { argv } = this.strings;
    return new TextDecoder().decode(argv.subarray(0, Math.max(0, argv.indexOf(0)))) || '?';
  }
}

export type ImportFunction = (...args: never[]) => number | bigint;
/** An import, to be bound to a guest. */
export type Binder = (guest: Guest) => ImportFunction;
