// A stream of chunks, read in pieces of one's own choice.

import { ArchiveError, type Chunks } from './entry.ts';

const EMPTY = new Uint8Array(0);

export class ByteSource {
  private readonly chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  private rest: Uint8Array = EMPTY;
  private position = 0;

  constructor(chunks: Chunks) {
    this.chunks = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  }

  /** How many bytes have been given out. */
  get offset(): number {
    return this.position;
  }

  /** At most so many bytes, as they are there; undefined at the end. */
  private async some(most: number): Promise<Uint8Array | undefined> {
    while (this.rest.length === 0) {
      const next = await this.chunks.next();
      if (next.done === true) return undefined;
      this.rest = next.value;
    }
    const part = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(part.length);
    this.position += part.length;
    return part;
  }

  /** Exactly so many bytes; undefined at the end. @throws ArchiveError when the stream ends within them */
  async take(length: number): Promise<Uint8Array | undefined> {
    const first = await this.some(length);
    if (first === undefined || first.length === length) return first;
    const whole = new Uint8Array(length);
    whole.set(first);
    for (let at = first.length; at < length; ) {
      const part = await this.some(length - at);
      if (part === undefined) throw new ArchiveError(`the archive is cut off at byte ${this.position}`);
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  /** The next `length` bytes as they come. @throws ArchiveError when the stream ends within them */
  async *stream(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0; ) {
      const part = await this.some(left);
      if (part === undefined) throw new ArchiveError(`the archive is cut off at byte ${this.position}`);
      left -= part.length;
      yield part;
    }
  }

  /** What comes next, without taking it: fewer bytes only at the end. */
  async peek(length: number): Promise<Uint8Array> {
    while (this.rest.length < length) {
      const next = await this.chunks.next();
      if (next.done === true) break;
      const joined = new Uint8Array(this.rest.length + next.value.length);
      joined.set(this.rest);
      joined.set(next.value, this.rest.length);
      this.rest = joined;
    }
    return this.rest.subarray(0, length);
  }

  /** All that is left. */
  async *drain(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const part = await this.some(Number.MAX_SAFE_INTEGER);
      if (part === undefined) return;
      yield part;
    }
  }

  /** Nobody will read on. */
  async close(): Promise<void> {
    await this.chunks.return?.();
  }
}
