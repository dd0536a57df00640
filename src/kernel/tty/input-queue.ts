// What was typed and not yet read: a ring of MAX_CANON bytes in which, in canonical mode, some bytes are marked as the
// end of a line. VEOF is stored as a marked NUL, which the reader does not get.
//
// Four positions in the stream, tail <= canonHead and commitHead <= head: the reader takes from `tail`; a canonical
// one up to `canonHead`, the end of the last whole line; another one up to `commitHead`; bytes come in at `head`, and
// line editing moves `head` back, never before `canonHead`.

import { MAX_CANON } from '../../abi/termios.ts';
import { DISABLED } from './modes.ts';

const MASK = MAX_CANON - 1;

export class InputQueue {
  tail = 0;
  canonHead = 0;
  commitHead = 0;
  head = 0;
  private readonly bytes = new Uint8Array(MAX_CANON);
  private readonly lineEnds = new Uint8Array(MAX_CANON);

  get length(): number {
    return this.head - this.tail;
  }

  /** How many bytes more are taken; 0 when full, less when a line has grown beyond the ring. */
  room(parmrk: boolean): number {
    const free = MAX_CANON - this.length;
    // With PARMRK one byte of input may need three.
    return (parmrk ? Math.ceil(free / 3) : free) - 1;
  }

  /** No line is being typed. */
  get lineIsEmpty(): boolean {
    return this.head === this.canonHead;
  }

  at(position: number): number {
    return this.bytes[position & MASK] as number;
  }

  put(c: number): void {
    this.bytes[this.head++ & MASK] = c;
  }

  /** Bytes that need no look, as many as `room` said. */
  putAll(bytes: Uint8Array): void {
    const at = this.head & MASK;
    const first = Math.min(bytes.length, MAX_CANON - at);
    this.bytes.set(bytes.subarray(0, first), at);
    if (first < bytes.length) this.bytes.set(bytes.subarray(first), 0);
    this.head += bytes.length;
  }

  /** The byte that completes a line. */
  putLineEnd(c: number): void {
    this.lineEnds[this.head & MASK] = 1;
    this.put(c);
    this.canonHead = this.head;
  }

  /** Let a non-canonical reader see everything. */
  commit(): void {
    this.commitHead = this.head;
  }

  clear(): void {
    this.tail = this.canonHead = this.commitHead = this.head = 0;
    this.lineEnds.fill(0);
  }

  /** ICANON changed: what is queued becomes one line, or plain bytes. */
  switchMode(canonical: boolean): void {
    this.lineEnds.fill(0);
    if (canonical && this.length > 0) {
      this.lineEnds[(this.head - 1) & MASK] = 1;
      this.canonHead = this.head;
    } else {
      this.canonHead = this.tail;
    }
    this.commitHead = this.head;
  }

  /** Up to `max` bytes of one line. Empty at an end of file, which is thereby consumed. */
  takeLine(max: number): Uint8Array<ArrayBuffer> {
    const limit = Math.min(max, this.canonHead - this.tail);
    let size = 0;
    while (size < limit && this.lineEnds[(this.tail + size) & MASK] === 0) size++;
    if (size === limit) {
      const part = this.take(size);
      this.skipEndOfFile();
      return part;
    }
    const end = this.tail + size;
    this.lineEnds[end & MASK] = 0;
    if (this.at(end) !== DISABLED) return this.take(size + 1);
    const line = this.take(size);
    this.tail++;
    return line;
  }

  /** Up to `max` bytes, lines or not. */
  takeBytes(max: number): Uint8Array<ArrayBuffer> {
    return this.take(Math.min(max, this.commitHead - this.tail, MAX_CANON));
  }

  /** FIONREAD. */
  available(canonical: boolean): number {
    if (!canonical) return this.length;
    let count = this.canonHead - this.tail;
    for (let i = this.tail; i < this.canonHead; i++) {
      if (this.lineEnds[i & MASK] !== 0 && this.at(i) === DISABLED) count--;
    }
    return count;
  }

  /** After a read that ended just before a VEOF: the next one is not to see an end of file. */
  private skipEndOfFile(): void {
    const at = this.tail & MASK;
    if (this.tail === this.canonHead || this.lineEnds[at] === 0 || this.bytes[at] !== DISABLED) return;
    this.lineEnds[at] = 0;
    this.tail++;
  }

  private take(count: number): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(count);
    const at = this.tail & MASK;
    const first = Math.min(count, MAX_CANON - at);
    out.set(this.bytes.subarray(at, at + first));
    if (first < count) out.set(this.bytes.subarray(0, count - first), first);
    this.tail += count;
    return out;
  }
}
