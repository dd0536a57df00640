// The channel: a small block of shared memory through which one process worker makes its calls.
//
//   word 0  STATE   futex: idle (the guest may write), request (the station may write), done (the guest may read)
//   word 1  FLAGS   bits the station sets at any time: kill, signals to take
//   word 2  NR      the call
//   word 3  ERRNO   0, or the Linux errno of the failure
//   word 4  ASLEEP  the guest sleeps on STATE, or is about to
//   byte 24 RESULT  float64
//   byte 64 ARGS    8 slots of 8 bytes: a float64, or for buffers two words (offset in the window, length)
//   byte 128        the window: bytes of the arguments, filled from the front
//
// The doorbell is one block a station: word 0 counts rings (the futex the station sleeps on), words 1 to 32 are a
// bitmap of the channels that have a request, and word 33 says that the station sleeps, or is about to. Invariant:
// between `request` and `done` only the station touches the window, otherwise only the guest.
//
// Waking takes a lock that all threads of a page share, even when there is nobody to wake, so it is only done for those
// who sleep. Who is going to sleep says so first and looks at the futex then; who wakes changes the futex first and looks
// for sleepers then: one of them sees the other.

export const STATE = { idle: 0, request: 1, done: 2 } as const;
export const WORD = { STATE: 0, FLAGS: 1, NR: 2, ERRNO: 3, ASLEEP: 4 } as const;
export const FLAG = {
  /** The process is dead: whoever wakes on the channel unwinds and never calls again. */
  KILL: 1,
  /** There are signals for `sigtake`. */
  SIGNAL: 2,
} as const;

const RESULT_BYTE = 24;
const ARGS_BYTE = 64;
const MAX_ARGS = 8;
const WINDOW_BYTE = 128;
/** Bytes of the window: the most that the buffers, paths and strings of one call can hold together. */
export const WINDOW_SIZE = 256 * 1024;
/** The most that one call reads or writes; longer transfers are made of several calls. */
export const TRANSFER_MAX = 128 * 1024;

export const createChannel = (): SharedArrayBuffer => new SharedArrayBuffer(WINDOW_BYTE + WINDOW_SIZE);

/** The views of one channel that both ends use. */
export class ChannelViews {
  readonly memory: SharedArrayBuffer;
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly result: Float64Array<SharedArrayBuffer>;
  readonly args: Float64Array<SharedArrayBuffer>;
  readonly argWords: Int32Array<SharedArrayBuffer>;
  readonly window: Uint8Array<SharedArrayBuffer>;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.words = new Int32Array(memory, 0, RESULT_BYTE / 4);
    this.result = new Float64Array(memory, RESULT_BYTE, 1);
    this.args = new Float64Array(memory, ARGS_BYTE, MAX_ARGS);
    this.argWords = new Int32Array(memory, ARGS_BYTE, MAX_ARGS * 2);
    this.window = new Uint8Array(memory, WINDOW_BYTE);
  }
}

/** Most channels, and so process workers, of one station. */
export const MAX_CHANNELS = 1024;
const BITMAP_WORDS = MAX_CHANNELS / 32;

const BELL_ASLEEP = 1 + BITMAP_WORDS;

export const createDoorbell = (): SharedArrayBuffer => new SharedArrayBuffer(4 * (BELL_ASLEEP + 1));

/** Tell the station that channel `index` has a request. */
export const ring = (doorbell: Int32Array<SharedArrayBuffer>, index: number): void => {
  Atomics.or(doorbell, 1 + (index >> 5), 1 << (index & 31));
  Atomics.add(doorbell, 0, 1);
  if (Atomics.load(doorbell, BELL_ASLEEP) !== 0) Atomics.notify(doorbell, 0);
};

/** The station is going to sleep on word 0 of the doorbell, or has woken. */
export const setAsleep = (doorbell: Int32Array<SharedArrayBuffer>, asleep: boolean): void => {
  Atomics.store(doorbell, BELL_ASLEEP, asleep ? 1 : 0);
};

/** Take the channels that have rung since the last call, calling `visit` for each. */
export const takeRung = (doorbell: Int32Array<SharedArrayBuffer>, visit: (index: number) => void): void => {
  for (let word = 0; word < BITMAP_WORDS; word++) {
    if (Atomics.load(doorbell, 1 + word) === 0) continue;
    let bits = Atomics.exchange(doorbell, 1 + word, 0);
    while (bits !== 0) {
      const bit = 31 - Math.clz32(bits & -bits);
      bits &= ~(1 << bit);
      visit(word * 32 + bit);
    }
  }
};
