// One read(2) from a terminal: when it is complete, by the rules of termios(3). In canonical mode that is a line; else
// VMIN and VTIME decide:
//
//   MIN 0, TIME 0   what there is, at once           MIN 0, TIME t   the first bytes, or nothing after t
//   MIN n, TIME 0   at least n bytes                 MIN n, TIME t   n bytes, or a pause of t after the first
//
// They count as they were when the read began. Bytes belong to the read as soon as it has taken them: a later flush
// does not take them back. MIN is honoured up to 255 (Linux cuts reads of more than 64 bytes short).

import type { LineDiscipline } from './line-discipline.ts';

const TENTH_MS = 100;

export class ReadRequest {
  private readonly source: LineDiscipline;
  private readonly parts: Uint8Array<ArrayBuffer>[] = [];
  private readonly max: number;
  private size = 0;
  /** Enough, and after how many milliseconds without a byte it is enough anyway. */
  private readonly minimum: number;
  private readonly pause: number;
  private readonly firstPause: number | undefined;
  private expired = false;

  constructor(source: LineDiscipline, max: number) {
    this.source = source;
    this.max = max;
    const { icanon, vmin, vtime } = source.modes;
    const time = vtime * TENTH_MS;
    this.minimum = icanon ? 0 : Math.max(vmin, 1);
    this.pause = !icanon && vmin > 0 ? time : 0;
    this.firstPause = !icanon && vmin === 0 ? time : undefined;
  }

  /** Take what is there. True when the read is complete. */
  advance(): boolean {
    while (this.size < this.max) {
      if (!this.source.readable()) return this.expired || this.timeout === 0;
      const part = this.source.take(this.max - this.size);
      this.size += part.length;
      this.parts.push(part);
      if (this.size >= this.minimum) return true;
    }
    return true;
  }

  /** Milliseconds that it may wait now, the same until `advance` takes something; undefined: for ever. */
  get timeout(): number | undefined {
    if (this.size === 0) return this.firstPause;
    return this.pause > 0 ? this.pause : undefined;
  }

  /** How much it has: a changed value restarts the pause. */
  get taken(): number {
    return this.size;
  }

  /** The time is over. */
  expire(): void {
    this.expired = true;
  }

  /** What it has, complete or not. */
  result(): Uint8Array<ArrayBuffer> {
    const [first] = this.parts;
    if (first === undefined) return new Uint8Array(0);
    if (this.parts.length === 1) return first;
    const whole = new Uint8Array(this.size);
    let at = 0;
    for (const part of this.parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}
