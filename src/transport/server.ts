// The station's end of a channel: decode a request, answer it, flag signals and death.

import { ERRNO, type Errno } from '../abi/errno.ts';
import { byteString } from '../base/bytes.ts';
import { ChannelViews, FLAG, STATE, WINDOW_SIZE, WORD } from './channel.ts';
import { PLAN_BY_NR, type Plan } from './codec.ts';

export interface Request {
  readonly plan: Plan;
  /** Numbers, byte strings (path), and views of the window (in, out, inout, strs): valid until the answer. */
  readonly args: (number | string | Uint8Array)[];
}

export class ChannelServer {
  private readonly views: ChannelViews;

  /** The channel's block, to be sent to its worker. */
  get memory(): SharedArrayBuffer {
    return this.views.memory;
  }

  constructor(memory: SharedArrayBuffer) {
    this.views = new ChannelViews(memory);
  }

  /** Is there a request to answer? */
  get requested(): boolean {
    return Atomics.load(this.views.words, WORD.STATE) === STATE.request;
  }

  /** The request; undefined when its number or its buffers are nonsense (the guest's memory is not trusted). */
  decode(): Request | undefined {
    const { words, args, argWords, window } = this.views;
    const plan = PLAN_BY_NR[words[WORD.NR] as number];
    if (plan === undefined) return undefined;
    const values: (number | string | Uint8Array)[] = [];
    for (let i = 0; i < plan.slots.length; i++) {
      const slot = plan.slots[i];
      if (slot === 'number') {
        values.push(args[i] as number);
        continue;
      }
      const at = argWords[2 * i] as number;
      const length = argWords[2 * i + 1] as number;
      if (at < 0 || length < 0 || at + length > WINDOW_SIZE) return undefined;
      const bytes = window.subarray(at, at + length);
      values.push(slot === 'path' ? byteString(bytes) : bytes);
    }
    return { plan, args: values };
  }

  succeed(result: number): void {
    this.views.result[0] = result;
    this.answer(0);
  }

  fail(errno: Errno): void {
    this.answer(ERRNO[errno].linux);
  }

  /** Say that there are, or are no longer, signals to take. */
  flagSignals(pending: boolean): void {
    if (pending) Atomics.or(this.views.words, WORD.FLAGS, FLAG.SIGNAL);
    else Atomics.and(this.views.words, WORD.FLAGS, ~FLAG.SIGNAL);
  }

  /** The process is dead: whoever waits on the channel wakes and unwinds, and every later call does the same. */
  kill(): void {
    Atomics.or(this.views.words, WORD.FLAGS, FLAG.KILL);
    this.answer(ERRNO.EINTR.linux);
  }

  /** Make the channel fit for the next process. Only when its worker has said that it is idle. */
  reset(): void {
    Atomics.store(this.views.words, WORD.FLAGS, 0);
    Atomics.store(this.views.words, WORD.ASLEEP, 0);
    Atomics.store(this.views.words, WORD.STATE, STATE.idle);
  }

  private answer(errno: number): void {
    const { words } = this.views;
    words[WORD.ERRNO] = errno;
    Atomics.store(words, WORD.STATE, STATE.done);
    if (Atomics.load(words, WORD.ASLEEP) !== 0) Atomics.notify(words, WORD.STATE);
  }
}
