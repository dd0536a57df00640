// fork(2) for a program that went through binaryen's asyncify with `tabos.fork` as its import.
//
// The first call starts an unwinding: every frame saves itself into the buffer that the guest's library provides, until
// _start returns. Then the memory, which now holds the whole stack, is copied (memory-image.ts) and posted to the station, the call is
// made, and _start is called again: it rewinds to where the import was called, which now returns the result. The
// child's worker instantiates the same module, takes over memory and stack pointer, and rewinds with 0.
//
// Handlers of signals do not run between the call and the end of the rewinding: there is no stack to run them on.

import { ERRNO } from '../../abi/errno.ts';
import type { ForkImage } from '../../abi/program.ts';
import type { Guest } from './guest.ts';
import { putImage, takeImage } from './memory-image.ts';

/** How the image reaches the station, before the call. */
export type PostImage = (image: ForkImage) => void;

interface AsyncifyExports {
  readonly memory: WebAssembly.Memory;
  readonly __stack_pointer: WebAssembly.Global<'i32'>;
  /** Address of asyncify's pair {current, end}, ready for an unwinding; 0 when there is no memory for it. */
  readonly __tabos_fork_buffer: () => number;
  readonly asyncify_start_unwind: (pair: number) => void;
  readonly asyncify_stop_unwind: () => void;
  readonly asyncify_start_rewind: (pair: number) => void;
  readonly asyncify_stop_rewind: () => void;
}

const FUNCTIONS = [
  '__tabos_fork_buffer',
  'asyncify_start_unwind',
  'asyncify_stop_unwind',
  'asyncify_start_rewind',
  'asyncify_stop_rewind',
] as const;

const canFork = (exports: WebAssembly.Exports): boolean =>
  FUNCTIONS.every((name) => typeof exports[name] === 'function') &&
  exports['__stack_pointer'] instanceof WebAssembly.Global;

export class Forking {
  private readonly guest: Guest;
  private readonly exports: AsyncifyExports;
  private readonly post: PostImage;
  private state: 'normal' | 'unwinding' | 'rewinding' = 'normal';
  private pair = 0;
  private result = 0;

  /** Undefined when the program was not built for it. */
  static of(guest: Guest, instance: WebAssembly.Instance, post: PostImage): Forking | undefined {
    if (!canFork(instance.exports)) return undefined;
    return new Forking(guest, instance.exports as unknown as AsyncifyExports, post);
  }

  private constructor(guest: Guest, exports: AsyncifyExports, post: PostImage) {
    this.guest = guest;
    this.exports = exports;
    this.post = post;
    guest.fork = () => this.call();
  }

  /** The import `tabos.fork`. Runs twice for each fork: to start the unwinding, and when the rewinding arrives. */
  private call(): number {
    const { exports, guest } = this;
    if (this.state === 'rewinding') {
      exports.asyncify_stop_rewind();
      this.state = 'normal';
      guest.signals.release();
      guest.client.poll();
      return this.result;
    }
    // A handler was called from JavaScript: its frames cannot be saved.
    if (guest.signals.depth > 0) return -ERRNO.ENOSYS.wasi;
    this.pair = exports.__tabos_fork_buffer();
    if (this.pair === 0) return -ERRNO.ENOMEM.wasi;
    guest.signals.hold();
    this.state = 'unwinding';
    exports.asyncify_start_unwind(this.pair);
    return 0;
  }

  /** _start has returned: true when it is to be called again, because a fork was under way. */
  resume(): boolean {
    if (this.state !== 'unwinding') return false;
    const { exports, guest } = this;
    exports.asyncify_stop_unwind();
    this.post({ ...takeImage(exports.memory), stackPointer: exports.__stack_pointer.value, pair: this.pair });
    try {
      this.result = guest.client.call('fork');
    } catch (error) {
      this.result = -guest.errnoOf(error);
    }
    this.rewind();
    return true;
  }

  /** In the child: take over the parent's memory; _start then rewinds with 0. */
  restore(image: ForkImage): void {
    const { exports, guest } = this;
    putImage(exports.memory, image);
    this.pair = image.pair;
    exports.__stack_pointer.value = image.stackPointer;
    this.result = 0;
    guest.signals.hold();
    this.rewind();
  }

  private rewind(): void {
    this.state = 'rewinding';
    this.exports.asyncify_start_rewind(this.pair);
  }
}
