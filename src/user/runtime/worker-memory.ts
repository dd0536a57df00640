// The linear memory of a worker, lent to one program after the other.
//
// An engine reserves some 10 GB of addresses for a memory, and what a worker leaves behind is collected when that worker
// happens to. Chromium has room for 124 memories in a tab, so a busy shell would soon have none. Programs that are built
// for TabOS therefore import their memory (`env.memory`), and a worker has one for its whole life. A program that brings
// its own leaves garbage: after a few of those the worker asks to be replaced.

const PAGE = 65536;
const INITIAL_PAGES = 8;
/** 2 GB: as much as a program may declare without a number of its own. */
const MAXIMUM_PAGES = 32768;
/** What has grown beyond this is not worth clearing. */
const KEEP_BYTES = 16 << 20;
const FOREIGN_MAX = 8;
/** Addresses come free when workers that were terminated are gone, which takes Chromium up to 2 s. */
const RETRIES = 60;
const RETRY_MS = 50;

let kept: WebAssembly.Memory | undefined;
let foreign = 0;

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Memory for a program that imports it, all zeros unless it is to be overwritten anyway. RangeError when there are no
 *  addresses left. */
export const borrowMemory = (overwritten: boolean): WebAssembly.Memory => {
  const memory = kept;
  kept = undefined;
  if (memory === undefined)
    return withRetries(() => new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAXIMUM_PAGES }));
  if (!overwritten) new Uint8Array(memory.buffer).fill(0);
  return memory;
};

/** The program has ended. */
export const returnMemory = (memory: WebAssembly.Memory): void => {
  if (memory.buffer.byteLength <= KEEP_BYTES) kept = memory;
};

/** A program runs that has a memory of its own. */
export const noteForeignMemory = (): void => {
  foreign++;
};

/** The worker has left so much behind that a new one is better. */
export const isLittered = (): boolean => foreign >= FOREIGN_MAX;

/** The module declares more memory to begin with than there is: how much cannot be asked of it. False at the limit. */
export const growForModule = (memory: WebAssembly.Memory): boolean => {
  if (memory.buffer.byteLength >= KEEP_BYTES) return false;
  memory.grow(memory.buffer.byteLength / PAGE);
  return true;
};

/** Do what needs addresses, again for a while when there are none. */
export const withRetries = <T>(attempt: () => T): T => {
  for (let left = RETRIES; ; left--) {
    try {
      return attempt();
    } catch (error) {
      if (!(error instanceof RangeError) || left === 0) throw error;
    }
    Atomics.wait(pause, 0, 0, RETRY_MS);
  }
};
