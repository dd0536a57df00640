// A bounded first-in first-out queue of bytes in a ring. Code that fills it byte by byte does so in place: from
// `fillAt` there are `fillRoom` contiguous free bytes of `bytes`; `filled` tells how many were used.
//
// Invariant: 0 <= end - start <= capacity; both only grow (they are positions in the stream, far below 2^53).

export class ByteRing {
  readonly capacity: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  private start = 0;
  private end = 0;

  /** `capacity`: a power of two. */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.end - this.start;
  }

  get room(): number {
    return this.capacity - this.length;
  }

  get fillAt(): number {
    return this.end & (this.capacity - 1);
  }

  get fillRoom(): number {
    return Math.min(this.room, this.capacity - this.fillAt);
  }

  filled(count: number): void {
    this.end += count;
  }

  /** One byte; there must be room. */
  push(byte: number): void {
    this.bytes[this.end++ & (this.capacity - 1)] = byte;
  }

  /** As many of `bytes` as there is room for. Gives how many. */
  write(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.room);
    const at = this.end & (this.capacity - 1);
    const first = Math.min(count, this.capacity - at);
    this.bytes.set(bytes.subarray(0, first), at);
    if (first < count) this.bytes.set(bytes.subarray(first, count), 0);
    this.end += count;
    return count;
  }

  /** The oldest bytes that are contiguous, from `skip` on, in place: valid until the next change. */
  peek(skip = 0): Uint8Array<ArrayBuffer> {
    const at = (this.start + skip) & (this.capacity - 1);
    return this.bytes.subarray(at, at + Math.min(this.length - skip, this.capacity - at));
  }

  /** Let go of the oldest bytes, as many as there are at most. */
  drop(count: number): void {
    this.start = Math.min(this.end, this.start + count);
  }

  /** Take out up to `max` bytes, as a copy. */
  read(max: number): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(Math.min(max, this.length));
    const first = this.peek();
    if (first.length >= out.length) {
      out.set(first.subarray(0, out.length));
    } else {
      out.set(first);
      out.set(this.bytes.subarray(0, out.length - first.length), first.length);
    }
    this.start += out.length;
    return out;
  }

  clear(): void {
    this.start = this.end;
  }
}
