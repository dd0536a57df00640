// Looking at a word of shared memory for a moment before sleeping on it.
//
// Sleeping and being woken takes 15 us or more each way, an answer often less than 3. So whoever waits looks for about
// as long as falling asleep takes. That pays only while the other side runs on another core and answers quickly: waits
// of a kind that keep being in vain (a child that runs on, a machine with more to do than cores) are put to sleep at once,
// and tried again after 1, 3, 7, ... up to 127 of them.

const LOOKS = 200;
const SKIP_MAX = 127;

/** Tells the processor that this is a loop that waits, where the engine knows how (ECMAScript 2027). */
const { pause: relax = () => {} } = Atomics as { readonly pause?: () => void };

export class Spin {
  /** By kind: how many waits to come are not worth a look, and how many were not after the last look in vain. */
  private readonly left: Uint8Array;
  private readonly skipped: Uint8Array;
  private readonly pause: () => void;

  /**
   * @param kinds of waits to tell apart: numbers below this
   * @param pause between two looks
   */
  constructor(kinds: number, pause: () => void = relax) {
    this.pause = pause;
    this.left = new Uint8Array(kinds);
    this.skipped = new Uint8Array(kinds);
  }

  /** True once the word is no longer `seen`; false when it is time to sleep. */
  sees(kind: number, words: Int32Array<SharedArrayBuffer>, index: number, seen: number): boolean {
    const left = this.left[kind] as number;
    if (left > 0) {
      this.left[kind] = left - 1;
      return Atomics.load(words, index) !== seen;
    }
    for (let look = 0; look < LOOKS; look++) {
      if (Atomics.load(words, index) !== seen) {
        this.skipped[kind] = 0;
        return true;
      }
      this.pause();
    }
    const skip = Math.min(2 * (this.skipped[kind] as number) + 1, SKIP_MAX);
    this.skipped[kind] = skip;
    this.left[kind] = skip;
    return false;
  }
}
