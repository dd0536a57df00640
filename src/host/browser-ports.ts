// The browser behind the ports of the OS: clock, randomness, compiler.

import type { WebAssemblyModule } from '../abi/program.ts';
import type { Clock, Compile, Random } from '../kernel/ports.ts';

/** Timers beyond this (2^31-1 ms) would fire at once. */
const TIMER_MAX = 0x7fff_ffff;

export const browserClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  // Whole milliseconds: a part of one would be cut off, and a sleep may be too long but never too short.
  after(ms, callback) {
    let timer: ReturnType<typeof setTimeout>;
    const arm = (left: number): void => {
      if (left > TIMER_MAX) timer = setTimeout(() => arm(left - TIMER_MAX), TIMER_MAX);
      else timer = setTimeout(callback, Math.ceil(left));
    };
    arm(ms);
    return () => clearTimeout(timer);
  },
};

/** getRandomValues takes at most this much, and no shared memory. */
const RANDOM_MAX = 65536;

export const browserRandom: Random = {
  fill(bytes) {
    for (let at = 0; at < bytes.length; at += RANDOM_MAX) {
      const part = new Uint8Array(Math.min(RANDOM_MAX, bytes.length - at));
      bytes.set(crypto.getRandomValues(part), at);
    }
  },
};

export const browserCompile: Compile = async (bytes): Promise<WebAssemblyModule> => await WebAssembly.compile(bytes);

/** Resolves in a later task of the event loop, sooner than any timer. */
export const makeBreathe = (): (() => Promise<void>) => {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(null);
    });
};
