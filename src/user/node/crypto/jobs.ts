// Jobs of the binding `crypto` (crypto_util.h): work that is done at once and gives [error, result], or later, and then
// calls `ondone(error, result)`. There is one thread here: later means in a turn of its own.

import type { AsyncWrapClass } from '../bindings/async-wrap.ts';
import type { NodeRuntime } from '../runtime.ts';

const SYNC = 1;

/** What a job does; `prepare` checks the arguments and throws in the constructor, what it gives does the work. */
export type Prepare = (...args: never[]) => () => unknown;

export const makeJob = (node: NodeRuntime, provider: string, prepare: Prepare): unknown => {
  const Base: AsyncWrapClass = node.AsyncWrap;
  return class extends Base {
    ondone: unknown;
    readonly #mode: number;
    readonly #work: () => unknown;

    constructor(mode: number, ...args: unknown[]) {
      super(provider);
      this.#mode = mode;
      this.#work = prepare(...(args as never[]));
    }

    run(): unknown {
      if (this.#mode === SYNC) return this.#outcome();
      node.loop.complete(() => Base.call(this, this.ondone, this.#outcome()));
      return undefined;
    }

    #outcome(): readonly [error: unknown, result: unknown] {
      try {
        return [undefined, this.#work()];
      } catch (error) {
        return [error, undefined];
      }
    }
  };
};
