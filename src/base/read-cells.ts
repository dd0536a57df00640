// What a process may read by itself: 16 bytes of shared memory for each of its lower descriptors.
//
//   0  the file's record in a page pool and 1, or 0: ask the system (i32)
//   4  is the offset of the open file kept here? (i32)
//   8  that offset (f64)
//
// Only the system sets and clears cells, and only while the process waits for an answer of it. The process moves the
// offset. What it writes is checked before it is believed.

const CELL = 16;
/** Descriptors from this number on have no cell. */
export const CELLS = 256;

export class ReadCells {
  readonly memory: SharedArrayBuffer;
  private readonly words: Int32Array<SharedArrayBuffer>;
  private readonly numbers: Float64Array<SharedArrayBuffer>;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(CELLS * CELL)) {
    this.memory = memory;
    this.words = new Int32Array(memory);
    this.numbers = new Float64Array(memory);
  }

  /** With `offset`, it is kept here from now on. */
  set(fd: number, file: number, offset: number | undefined): void {
    this.numbers[2 * fd + 1] = offset ?? 0;
    Atomics.store(this.words, 4 * fd + 1, offset === undefined ? 0 : 1);
    Atomics.store(this.words, 4 * fd, file + 1);
  }

  clear(fd: number): void {
    Atomics.store(this.words, 4 * fd, 0);
  }

  /** The file's record; undefined when the system has to be asked. */
  file(fd: number): number | undefined {
    if (!(fd >= 0 && fd < CELLS)) return undefined;
    const file = Atomics.load(this.words, 4 * fd);
    return file === 0 ? undefined : file - 1;
  }

  keepsOffset(fd: number): boolean {
    return this.words[4 * fd + 1] === 1;
  }

  offset(fd: number): number {
    const offset = this.numbers[2 * fd + 1] as number;
    return Number.isSafeInteger(offset) && offset >= 0 ? offset : 0;
  }

  move(fd: number, offset: number): void {
    this.numbers[2 * fd + 1] = offset;
  }
}
