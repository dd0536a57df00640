// Pages in shared memory: one thread (the owner) fills them, others copy out of them without asking anybody.
//
//   files   16 bytes each: key (i32; 0: nothing of it may be used), unused, size (f64)
//   tags    16 bytes a frame: sequence (i32; odd: being filled), key and page of what is in the frame, unused
//   frames  PAGE bytes each; a page may lie in any frame of its row (WAYS of them)
//
// A file is made known under a key that was never used before, and its pages are tagged with that key: taking the key
// away makes all of them unreachable at once. A reader looks at the key and at the sequence of each frame, copies, and
// looks again: what it has copied counts only if both are the same (a seqlock). So a read sees one state of the file,
// and none that ended before it began. The owner trusts nothing that lies in the shared memory.

export const PAGE = 1 << 14;
const FILES = 1024;
const RECORD = 16;
const WAYS = 4;
const KEY_MAX = 0x7fff_ffff;

/** `frames`: a power of two. Memory is only taken as frames are filled. */
export const createPagePool = (frames: number): SharedArrayBuffer =>
  new SharedArrayBuffer(FILES * RECORD + frames * (RECORD + PAGE));

class Views {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly numbers: Float64Array<SharedArrayBuffer>;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly frames: number;
  private readonly start: number;
  private readonly rows: number;

  constructor(memory: SharedArrayBuffer) {
    this.frames = (memory.byteLength - FILES * RECORD) / (RECORD + PAGE);
    this.start = FILES * RECORD + this.frames * RECORD;
    this.rows = this.frames / WAYS;
    this.words = new Int32Array(memory, 0, this.start / 4);
    this.numbers = new Float64Array(memory, 0, (FILES * RECORD) / 8);
    this.bytes = new Uint8Array(memory);
  }

  /** The first frame of the row in which a page may be. Pages that follow each other are in rows that do. */
  row(key: number, page: number): number {
    return ((Math.imul(key, 0x9e37_79b1) + page) & (this.rows - 1)) * WAYS;
  }

  keyWord(file: number): number {
    return (file * RECORD) / 4;
  }

  sizeNumber(file: number): number {
    return (file * RECORD) / 8 + 1;
  }

  /** Index of a frame's sequence; its key and page are behind it. */
  tagWord(frame: number): number {
    return ((FILES + frame) * RECORD) / 4;
  }

  offset(frame: number): number {
    return this.start + frame * PAGE;
  }
}

/** The owner's side. */
export class PagePool {
  readonly memory: SharedArrayBuffer;
  private readonly views: Views;
  private readonly keys = new Int32Array(FILES);
  private readonly free: number[] = Array.from({ length: FILES }, (_, i) => FILES - 1 - i);
  /** What is in each frame, and the frame of each row that is filled next. */
  private readonly tags: Int32Array;
  private readonly hands: Uint8Array;
  private lastKey = 0;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.views = new Views(memory);
    this.tags = new Int32Array(this.views.frames * 2);
    this.hands = new Uint8Array(this.views.frames / WAYS);
  }

  /** In bytes. */
  get capacity(): number {
    return this.views.frames * PAGE;
  }

  /** A record for a file; undefined when there is none left. */
  allot(): number | undefined {
    return this.free.pop();
  }

  /** The file is forgotten. Nobody may read it any more. */
  release(file: number): void {
    this.revoke(file);
    this.free.push(file);
  }

  /** From now on pages of the file may be filled in and read. */
  publish(file: number, size: number): void {
    const { words, numbers } = this.views;
    if (this.lastKey === KEY_MAX) this.clear();
    const key = ++this.lastKey;
    this.keys[file] = key;
    numbers[this.views.sizeNumber(file)] = size;
    Atomics.store(words, this.views.keyWord(file), key);
  }

  /** What is in the pool of this file is not to be used any more: before anybody can know that it changes. */
  revoke(file: number): void {
    if (this.keys[file] === 0) return;
    this.keys[file] = 0;
    Atomics.store(this.views.words, this.views.keyWord(file), 0);
  }

  isPublished(file: number): boolean {
    return this.keys[file] !== 0;
  }

  has(file: number, page: number): boolean {
    const key = this.keys[file] as number;
    const row = this.views.row(key, page);
    for (let frame = row; frame < row + WAYS; frame++) {
      if (this.tags[2 * frame] === key && this.tags[2 * frame + 1] === page) return true;
    }
    return false;
  }

  /** Put a page of a published file in. The last one may be short. */
  fill(file: number, page: number, bytes: Uint8Array): void {
    const { views } = this;
    const key = this.keys[file] as number;
    const row = views.row(key, page);
    const hand = this.hands[row / WAYS] as number;
    this.hands[row / WAYS] = (hand + 1) % WAYS;
    const frame = row + hand;
    const tag = views.tagWord(frame);
    Atomics.add(views.words, tag, 1);
    views.bytes.set(bytes, views.offset(frame));
    this.tag(frame, key, page);
    Atomics.add(views.words, tag, 1);
  }

  private tag(frame: number, key: number, page: number): void {
    this.tags[2 * frame] = key;
    this.tags[2 * frame + 1] = page;
    const word = this.views.tagWord(frame);
    Atomics.store(this.views.words, word + 1, key);
    Atomics.store(this.views.words, word + 2, page);
  }

  /** All keys have been used: begin anew, with nothing in the frames that could carry one of them. */
  private clear(): void {
    for (let file = 0; file < FILES; file++) this.revoke(file);
    for (let frame = 0; frame < this.views.frames; frame++) this.tag(frame, 0, 0);
    this.lastKey = 0;
  }
}

/** The side of those who read. */
export class PageReader {
  private readonly views: Views;

  constructor(memory: SharedArrayBuffer) {
    this.views = new Views(memory);
  }

  /** Copy from an offset of a file: the count, as read(2) has it, or -1 when not everything is there. */
  read(file: number, offset: number, into: Uint8Array): number {
    const { words, numbers } = this.views;
    const keyWord = this.views.keyWord(file);
    const key = Atomics.load(words, keyWord);
    if (key === 0) return -1;
    const size = numbers[this.views.sizeNumber(file)] as number;
    const count = Math.max(0, Math.min(into.length, size - offset));
    for (let done = 0; done < count; ) {
      const within = (offset + done) % PAGE;
      const part = Math.min(count - done, PAGE - within);
      if (!this.copy(key, (offset + done - within) / PAGE, within, into, done, part)) return -1;
      done += part;
    }
    return this.settled(keyWord) === key ? count : -1;
  }

  private copy(key: number, page: number, within: number, into: Uint8Array, at: number, length: number): boolean {
    const { views } = this;
    const { words, bytes } = views;
    const row = views.row(key, page);
    for (let frame = row; frame < row + WAYS; frame++) {
      const tag = views.tagWord(frame);
      const sequence = Atomics.load(words, tag);
      if (words[tag + 1] !== key || words[tag + 2] !== page || (sequence & 1) !== 0) continue;
      const start = views.offset(frame) + within;
      into.set(bytes.subarray(start, start + length), at);
      return this.settled(tag) === sequence;
    }
    return false;
  }

  /** The value of a word after all that was read before: an atomic load alone could overtake plain ones. */
  private settled(word: number): number {
    return Atomics.add(this.views.words, word, 0);
  }
}
