// The event loop of a script: timers, and promises of the engine that settle by themselves.
//
// Between timers the process sleeps in the system, so that signals and kill reach it at once. The loop ends when no
// timer is left and nothing else is under way.

import type { ScriptEngine } from './engine.ts';

type Callback = (...args: unknown[]) => void;

interface Timer {
  readonly id: number;
  readonly callback: Callback;
  readonly args: readonly unknown[];
  /** For setInterval. */
  readonly every: number | undefined;
  due: number;
}

/** The longest delay of a timer: 2^31-1 ms, as in browsers and Node. */
const DELAY_MAX = 0x7fff_ffff;

const delayOf = (ms: unknown): number => {
  const delay = Number(ms);
  return delay > 0 && delay <= DELAY_MAX ? delay : 0;
};

export class EventLoop {
  private readonly engine: ScriptEngine;
  private readonly sleep: (ms: number) => void;
  private readonly now: () => number;
  private readonly timers = new Map<number, Timer>();
  private readonly settling = new Set<Promise<unknown>>();
  private lastId = 0;
  private failed: { readonly reason: unknown } | undefined;

  /** `sleep` may return early, when a signal has come. */
  constructor(engine: ScriptEngine, sleep: (ms: number) => void, now: () => number) {
    this.engine = engine;
    this.sleep = sleep;
    this.now = now;
    engine.onUnhandledRejection((reason) => {
      this.failed ??= { reason };
    });
  }

  /** The functions that a script calls. */
  readonly globals = {
    setTimeout: (callback: unknown, ms?: unknown, ...args: unknown[]): number => this.add(callback, ms, args, false),
    setInterval: (callback: unknown, ms?: unknown, ...args: unknown[]): number => this.add(callback, ms, args, true),
    clearTimeout: (id?: unknown): void => void this.timers.delete(Number(id)),
    clearInterval: (id?: unknown): void => void this.timers.delete(Number(id)),
  };

  /** Keep the loop going until a promise that the engine settles by itself has settled. */
  follow<T>(promise: Promise<T>): Promise<T> {
    const settled = promise.finally(() => this.settling.delete(settled));
    this.settling.add(settled);
    // The script has the promise itself to look after.
    settled.catch(() => {});
    return promise;
  }

  /** Run until nothing is left to do. Rejects with what a timer threw or nobody caught. */
  async run(): Promise<void> {
    // Engines tell of a rejection that nobody handles a turn after it is one.
    for (let idle = 0; idle < 2; ) {
      await this.engine.turn();
      if (this.failed !== undefined) throw this.failed.reason;
      const next = this.next();
      if (next === undefined) {
        if (this.settling.size === 0) idle++;
        else await Promise.race([...this.settling].map((promise) => promise.catch(() => {})));
        continue;
      }
      idle = 0;
      const left = next.due - this.now();
      if (left > 0) this.sleep(left);
      else this.fire(next);
    }
  }

  private add(callback: unknown, ms: unknown, args: readonly unknown[], repeat: boolean): number {
    if (typeof callback !== 'function') throw new TypeError('a timer needs a function');
    const delay = delayOf(ms);
    const id = ++this.lastId;
    // An interval of 0 would leave no time for anything else.
    const every = repeat ? Math.max(1, delay) : undefined;
    this.timers.set(id, { id, callback: callback as Callback, args, every, due: this.now() + delay });
    return id;
  }

  /** The timer that is due first; of equal ones the older. */
  private next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.timers.values()) if (next === undefined || timer.due < next.due) next = timer;
    return next;
  }

  private fire(timer: Timer): void {
    this.timers.delete(timer.id);
    if (timer.every !== undefined) {
      timer.due = Math.max(timer.due + timer.every, this.now());
      this.timers.set(timer.id, timer);
    }
    timer.callback(...timer.args);
  }
}
