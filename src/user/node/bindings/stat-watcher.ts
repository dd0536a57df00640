// The StatWatcher of internalBinding('fs'), for fs.watchFile: looks at a file again and again (node_stat_watcher.cc).

import { byteName, type Path, STAT_FIELDS } from '../fs-calls.ts';
import type { Binding, Fn } from '../runtime.ts';
import type { FsRunner } from './fs.ts';

interface Timer {
  ref(): void;
  unref(): void;
}

export const statWatcher = (fs: FsRunner): Binding => {
  const { node, calls } = fs;
  const look = (path: Path): { readonly numbers: number[]; readonly failed: boolean } => {
    try {
      calls.stat(byteName(path), true);
      return { numbers: calls.numbers(), failed: false };
    } catch {
      return { numbers: Array.from({ length: STAT_FIELDS }, () => 0), failed: true };
    }
  };
  class StatWatcher extends node.AsyncWrap {
    readonly #big: boolean;
    #timer: Timer | undefined;
    #referenced = true;
    constructor(big: boolean) {
      super('STATWATCHER');
      this.#big = big;
    }
    start(path: Path, interval: number): number {
      if (this.#timer !== undefined) return 0;
      const { setInterval } = node.require('timers') as { setInterval: (callback: Fn, ms: number) => Timer };
      let last = look(path);
      const tell = (next: typeof last): void => {
        const both = [...next.numbers, ...last.numbers];
        const values = this.#big ? BigInt64Array.from(both, (n) => BigInt(n)) : Float64Array.from(both);
        last = next;
        const { onchange } = this as unknown as { onchange: unknown };
        node.AsyncWrap.call(this, onchange, [next.failed ? -2 : 0, values]);
      };
      if (last.failed) node.loop.complete(() => tell(last));
      this.#timer = setInterval(() => {
        const next = look(path);
        // The time of access does not count.
        if (next.numbers.some((n, i) => n !== last.numbers[i] && i !== 10 && i !== 11)) tell(next);
      }, interval);
      if (!this.#referenced) this.#timer.unref();
      return 0;
    }
    close(): void {
      const { clearInterval } = node.require('timers') as { clearInterval: (timer: unknown) => void };
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    ref(): void {
      this.#referenced = true;
      this.#timer?.ref();
    }
    unref(): void {
      this.#referenced = false;
      this.#timer?.unref();
    }
    hasRef(): boolean {
      return this.#referenced && this.#timer !== undefined;
    }
  }
  return { StatWatcher };
};
