// A terminal as an open file. The terminal itself is in the kernel, a message away: every operation asks it there.
//
// TerminalFile is the slave side (/dev/pts/N, /dev/tty), PtyMaster the side that /dev/ptmx gives.

import { POLL, S } from '../../abi/file.ts';
import type { StructOf } from '../../abi/layout.ts';
import { SIGNAL } from '../../abi/signals.ts';
import type { KernelPort } from '../kernel-port.ts';
import { type Awaitable, anonymousStat, type Caller, OpenFile } from './open-file.ts';

/** Bytes of one write that go to the kernel in one message. */
const WRITE_MAX = 64 * 1024;

abstract class KernelTerminal extends OpenFile {
  readonly id: number;
  protected readonly kernel: KernelPort;
  private readonly status: (() => Awaitable<StructOf<'stat'>>) | undefined;

  constructor(kernel: KernelPort, id: number, flags: number, status?: () => Awaitable<StructOf<'stat'>>) {
    super(flags);
    this.kernel = kernel;
    this.id = id;
    this.status = status;
  }

  protected abstract readonly isMaster: boolean;

  override get terminal(): number {
    return this.id;
  }

  override stat(): Awaitable<StructOf<'stat'>> {
    return this.status?.() ?? anonymousStat(this.id, S.IFCHR | 0o666);
  }

  override ready(events: number): Promise<number> {
    return this.kernel.call('ttyReady', this.id, events, this.isMaster);
  }

  override watch(events: number, wake: () => void): () => void {
    const call = this.kernel.callCancelable('ttyPoll', this.id, events | POLL.HUP | POLL.ERR, this.isMaster);
    call.promise.then(wake, wake);
    return () => call.cancel();
  }
}

export class TerminalFile extends KernelTerminal {
  protected readonly isMaster = false;

  get name(): string {
    return `/dev/pts/${this.id}`;
  }

  override async read(caller: Caller, into: Uint8Array): Promise<number> {
    const job = { pid: caller.pid, immune: caller.immune(SIGNAL.SIGTTIN) };
    const bytes = await this.kernel.sleepOn(caller, 'ttyRead', job, this.id, into.length, this.nonblock);
    into.set(bytes);
    return bytes.length;
  }

  override async write(caller: Caller, bytes: Uint8Array): Promise<number> {
    let done = 0;
    while (done < bytes.length) {
      const job = { pid: caller.pid, immune: caller.immune(SIGNAL.SIGTTOU) };
      // A copy: the window of the channel is shared memory, which no message to the kernel may carry.
      const part = Uint8Array.from(bytes.subarray(done, done + WRITE_MAX));
      try {
        const n = await this.kernel.sleepOn(caller, 'ttyWrite', job, this.id, part, this.nonblock);
        done += n;
        if (n < part.length) break;
      } catch (error) {
        if (done === 0) throw error;
        break;
      }
    }
    return done;
  }

  override pendingBytes(): Promise<number> {
    return this.kernel.call('ttyReadable', this.id);
  }

  protected override closed(): void {
    this.kernel.notify('ttyClose', this.id);
  }
}

export class PtyMaster extends KernelTerminal {
  protected readonly isMaster = true;

  get name(): string {
    return '/dev/ptmx';
  }

  override async read(caller: Caller, into: Uint8Array): Promise<number> {
    const bytes = await this.kernel.sleepOn(caller, 'ptyRead', this.id, into.length, this.nonblock);
    into.set(bytes);
    return bytes.length;
  }

  override write(caller: Caller, bytes: Uint8Array): Promise<number> {
    return this.kernel.sleepOn(caller, 'ptyWrite', this.id, Uint8Array.from(bytes), this.nonblock);
  }

  override pendingBytes(): Promise<number> {
    return this.kernel.call('ptyReadable', this.id);
  }

  protected override closed(): void {
    this.kernel.notify('ptyClose', this.id);
  }
}
