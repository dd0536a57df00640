// The process's end of a channel: encode a call, ring, sleep, decode. One object a process, used from one thread.
//
// A call that fails throws SysError. When the process has been killed, every call throws ProcessKilled, which nothing
// but the runtime's outermost frame may catch. Signals: after a call, `onSignal` runs when the station has flagged
// some; a call that was interrupted by a handler with SA_RESTART (ERESTART) is made again afterwards.

import { ERRNO, errnoOfLinux, SysError } from '../abi/errno.ts';
import { LIMITS } from '../abi/file.ts';
import { type ArgKind, type ChannelCall, type IntKind, SYSCALLS } from '../abi/syscalls.ts';
import { writeByteString } from '../base/bytes.ts';
import { ChannelViews, FLAG, ring, STATE, TRANSFER_MAX, WINDOW_SIZE, WORD } from './channel.ts';
import { align, PLAN_BY_NR, type Plan } from './codec.ts';
import type { LocalReads } from './local-reads.ts';
import { Spin } from './spin.ts';

/** Thrown out of every call of a process that is dead: unwinds the guest. */
export class ProcessKilled extends Error {
  override readonly name = 'ProcessKilled';
}

/** What a client gives for an argument: bytes for a path or strings may come as they lie in the guest's memory. */
type ClientArg<K extends ArgKind> = K extends IntKind | 'off'
  ? number
  : K extends 'path'
    ? string | Uint8Array
    : Uint8Array;
type ClientArgsOf<A extends readonly (readonly [string, ArgKind])[]> = {
  -readonly [I in keyof A]: ClientArg<A[I][1]>;
};
export type ClientArgs<N extends ChannelCall> = ClientArgsOf<(typeof SYSCALLS)[N]['args']>;

const RESTART = ERRNO.ERESTART.linux;

export class SyscallClient {
  /** Runs the handlers of pending signals; set by the runtime. */
  onSignal: () => void = () => {};
  private readonly views: ChannelViews;
  private readonly doorbell: Int32Array<SharedArrayBuffer>;
  private readonly index: number;
  private readonly local: LocalReads | undefined;
  /** By the number of the call: some are answered at once, some never are. */
  private readonly spin = new Spin(PLAN_BY_NR.length);

  constructor(channel: SharedArrayBuffer, doorbell: SharedArrayBuffer, index: number, local?: LocalReads) {
    this.index = index;
    this.local = local;
    this.views = new ChannelViews(channel);
    this.doorbell = new Int32Array(doorbell);
  }

  /** Make a call. Result and errors are those of its row. */
  call<N extends ChannelCall>(name: N, ...args: ClientArgs<N>): number {
    return this.invoke(SYSCALLS[name].nr, args as readonly (number | string | Uint8Array)[]);
  }

  /** The same by number, for bindings that are derived from the table. */
  invoke(nr: number, args: readonly (number | string | Uint8Array)[]): number {
    const plan = PLAN_BY_NR[nr];
    if (plan === undefined) throw new SysError('ENOSYS', `call ${nr}`);
    for (;;) {
      const errno = this.once(plan, args);
      // Decode before handlers run: they make calls of their own.
      const result = this.views.result[0] as number;
      if (errno === 0) this.copyOut(plan, args, result);
      this.poll();
      if (errno === 0) return result;
      if (errno !== RESTART) throw new SysError(errnoOfLinux(errno));
    }
  }

  /** Run the handlers of signals that are pending now; cheap when there are none. */
  poll(): void {
    const flags = Atomics.load(this.views.words, WORD.FLAGS);
    if (flags === 0) return;
    if ((flags & FLAG.KILL) !== 0) throw new ProcessKilled();
    if ((flags & FLAG.SIGNAL) !== 0) this.onSignal();
  }

  /** read(2) and pread(2) of any length: goes on after a full transfer, as one call would. Without a call if it can be. */
  read(fd: number, into: Uint8Array, offset?: number): number {
    const copied = this.local?.read(fd, into, offset) ?? -1;
    if (copied >= 0) {
      this.poll();
      return copied;
    }
    return this.transfer(into, (part, done) =>
      offset === undefined ? this.call('read', fd, part) : this.call('pread', fd, part, offset + done),
    );
  }

  /** write(2) and pwrite(2) of any length. */
  write(fd: number, from: Uint8Array, offset?: number): number {
    return this.transfer(from, (part, done) =>
      offset === undefined ? this.call('write', fd, part) : this.call('pwrite', fd, part, offset + done),
    );
  }

  private transfer(bytes: Uint8Array, step: (part: Uint8Array, done: number) => number): number {
    if (bytes.length <= TRANSFER_MAX) return step(bytes, 0);
    let done = 0;
    while (done < bytes.length) {
      const part = bytes.subarray(done, done + TRANSFER_MAX);
      let n: number;
      try {
        n = step(part, done);
      } catch (error) {
        if (done > 0 && error instanceof SysError) return done;
        throw error;
      }
      done += n;
      if (n < part.length) break;
    }
    return done;
  }

  /** One round trip; gives the errno. */
  private once(plan: Plan, args: readonly (number | string | Uint8Array)[]): number {
    const { words } = this.views;
    if ((Atomics.load(words, WORD.FLAGS) & FLAG.KILL) !== 0) throw new ProcessKilled();
    this.encode(plan, args);
    words[WORD.NR] = plan.nr;
    Atomics.store(words, WORD.STATE, STATE.request);
    // A kill that came after the check above has answered before there was a request: nobody will answer again.
    if ((Atomics.load(words, WORD.FLAGS) & FLAG.KILL) !== 0) throw new ProcessKilled();
    ring(this.doorbell, this.index);
    this.spin.sees(plan.nr, words, WORD.STATE, STATE.request);
    if (Atomics.load(words, WORD.STATE) === STATE.request) {
      Atomics.store(words, WORD.ASLEEP, 1);
      while (Atomics.load(words, WORD.STATE) === STATE.request) Atomics.wait(words, WORD.STATE, STATE.request);
      Atomics.store(words, WORD.ASLEEP, 0);
    }
    Atomics.store(words, WORD.STATE, STATE.idle);
    if ((Atomics.load(words, WORD.FLAGS) & FLAG.KILL) !== 0) throw new ProcessKilled();
    return words[WORD.ERRNO] as number;
  }

  private encode(plan: Plan, values: readonly (number | string | Uint8Array)[]): void {
    const { args, argWords, window } = this.views;
    let at = 0;
    for (let i = 0; i < plan.slots.length; i++) {
      const slot = plan.slots[i];
      const value = values[i] as number | string | Uint8Array;
      if (typeof value === 'number') {
        args[i] = value;
        continue;
      }
      let length = value.length;
      if (slot === 'path' && length > LIMITS.PATH_MAX) throw new SysError('ENAMETOOLONG');
      if (length > WINDOW_SIZE - at) {
        if (slot === 'strs') throw new SysError('E2BIG');
        length = WINDOW_SIZE - at;
      }
      if (slot !== 'out' && slot !== 'struct') {
        const target = window.subarray(at, at + length);
        if (typeof value === 'string') writeByteString(value, target);
        else target.set(length === value.length ? value : value.subarray(0, length));
      }
      argWords[2 * i] = at;
      argWords[2 * i + 1] = length;
      at = align(at + length);
    }
  }

  private copyOut(plan: Plan, values: readonly (number | string | Uint8Array)[], result: number): void {
    const { argWords, window } = this.views;
    for (let i = 0; i < plan.slots.length; i++) {
      const slot = plan.slots[i];
      if (slot !== 'out' && slot !== 'struct' && slot !== 'inout') continue;
      const at = argWords[2 * i] as number;
      const room = argWords[2 * i + 1] as number;
      const length = plan.counted && slot === 'out' ? Math.min(result, room) : room;
      if (length > 0) (values[i] as Uint8Array).set(window.subarray(at, at + length));
    }
  }
}
