// The last output of a terminal, so that whoever comes later can be shown the screen: a ring that grows up to its
// limit. Positions are counted from the terminal's first byte.
//
// What falls out is not quite forgotten: the state it left the terminal in is kept (screen-state.ts), and a replay
// begins where output can be cut, at the start of a line when one is near.

import { bytesOf } from '../../base/bytes.ts';
import { NL } from './ctype.ts';
import { ScreenState } from './screen-state.ts';

const SCROLLBACK_LIMIT = 1024 * 1024;
const INITIAL_CAPACITY = 16 * 1024;
/** How far a replay looks for the start of a line. */
const LINE_SEARCH = 4096;

export class Scrollback {
  /** The positions of the oldest byte that is kept and after the last one. */
  start = 0;
  end = 0;
  private readonly limit: number;
  private ring: Uint8Array;
  private readonly forgotten = new ScreenState();

  /** `limit`: a power of two. */
  constructor(limit = SCROLLBACK_LIMIT) {
    this.limit = limit;
    this.ring = new Uint8Array(Math.min(limit, INITIAL_CAPACITY));
  }

  append(bytes: Uint8Array): void {
    const step = this.limit / 2;
    for (let at = 0; at < bytes.length; at += step) this.appendPart(bytes.subarray(at, at + step));
  }

  /** A copy of what is between two positions that are kept. */
  slice(from: number, to: number): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(to - from);
    const [first, second] = this.view(from, to);
    out.set(first);
    out.set(second, first.length);
    return out;
  }

  /** How to show what is kept on a fresh terminal: bytes to begin with, then everything from a position on. */
  replay(): { prologue: Uint8Array<ArrayBuffer>; from: number } {
    if (this.start === 0) return { prologue: new Uint8Array(0), from: 0 };
    const { from, state } = this.lineStart() ?? this.boundary();
    return { prologue: bytesOf(state.prologue), from };
  }

  private lineStart(): { from: number; state: ScreenState } | undefined {
    const state = this.forgotten.clone();
    const limit = Math.min(this.end, this.start + LINE_SEARCH);
    for (let from = this.start; from < limit; ) {
      const byte = this.slice(from, ++from);
      state.feed(byte);
      if (byte[0] === NL && state.atBoundary) return { from, state };
    }
    return undefined;
  }

  private boundary(): { from: number; state: ScreenState } {
    const state = this.forgotten.clone();
    let from = this.start;
    while (from < this.end && !state.atBoundary) state.feed(this.slice(from, ++from));
    return { from, state };
  }

  private appendPart(bytes: Uint8Array): void {
    const size = this.end - this.start + bytes.length;
    if (size > this.ring.length && this.ring.length < this.limit) this.grow(size);
    this.forget(this.end + bytes.length - this.ring.length);
    const at = this.end % this.ring.length;
    const first = Math.min(bytes.length, this.ring.length - at);
    this.ring.set(bytes.subarray(0, first), at);
    this.ring.set(bytes.subarray(first), 0);
    this.end += bytes.length;
  }

  private grow(size: number): void {
    let capacity = this.ring.length;
    while (capacity < size && capacity < this.limit) capacity *= 2;
    const ring = new Uint8Array(capacity);
    for (let at = this.start; at < this.end; ) {
      const [part] = this.view(at, this.end);
      const piece = part.subarray(0, capacity - (at % capacity));
      ring.set(piece, at % capacity);
      at += piece.length;
    }
    this.ring = ring;
  }

  /** Let go of everything before a position. */
  private forget(until: number): void {
    if (until <= this.start) return;
    for (const part of this.view(this.start, until)) this.forgotten.feed(part);
    this.start = until;
  }

  /** The bytes between two positions in place, in the two parts that the ring makes of them. */
  private view(from: number, to: number): [Uint8Array, Uint8Array] {
    const at = from % this.ring.length;
    const first = Math.min(to - from, this.ring.length - at);
    return [this.ring.subarray(at, at + first), this.ring.subarray(0, to - from - first)];
  }
}
