// From the program to the screen: the OPOST half of termios(3), and the column that the cursor is in as far as the
// line discipline knows, which it needs for tabs and to erase them.
//
// What goes in is either taken whole or not at all where it becomes several bytes (CR NL, the spaces of a tab), so a
// full queue never splits them. While output is stopped (VSTOP, tcflow) nothing is taken.

import type { ByteRing } from './byte-ring.ts';
import { BS, CARET, CR, isContinuation, isControl, NL, SPACE, TAB, toUpper } from './ctype.ts';
import { caretLetter, ECHO, TAB_SPAN } from './echo-queue.ts';
import type { Modes } from './modes.ts';

const TAB_WIDTH = 8;
const SPECIAL = 2;

export class OutputProcessor {
  /** VSTOP was typed or tcflow(TCOOFF) asked for it. */
  stopped = false;
  /** It was tcflow, which VSTART does not end. */
  private held = false;
  private column = 0;
  private lineColumn = 0;
  private modes: Modes;
  /** For each byte how far it moves the cursor, 0 or 1, or SPECIAL. */
  private readonly advance = new Uint8Array(256);
  private readonly queue: ByteRing;

  constructor(queue: ByteRing, modes: Modes) {
    this.queue = queue;
    this.modes = modes;
    this.setModes(modes);
  }

  setModes(modes: Modes): void {
    this.modes = modes;
    for (let c = 0; c < 256; c++) {
      const moves = !isControl(c) && !(modes.iutf8 && isContinuation(c));
      this.advance[c] = moves ? 1 : 0;
      if (modes.olcuc && toUpper(c) !== c) this.advance[c] = SPECIAL;
    }
    for (const c of [NL, CR, TAB, BS]) this.advance[c] = SPECIAL;
  }

  stop(): void {
    this.stopped = true;
  }

  start(): void {
    if (!this.held) this.stopped = false;
  }

  /** tcflow(3), TCOOFF and TCOON. */
  hold(on: boolean): void {
    if (this.held === on) return;
    this.held = on;
    this.stopped = on;
  }

  get onHold(): boolean {
    return this.held;
  }

  get room(): number {
    return this.stopped ? 0 : this.queue.room;
  }

  /** Gives how many of the program's bytes were taken. */
  write(bytes: Uint8Array): number {
    if (this.stopped) return 0;
    if (!this.modes.opost) return this.queue.write(bytes);
    let done = 0;
    while (done < bytes.length) {
      done = this.copyRun(bytes, done);
      if (done === bytes.length || !this.putByte(bytes[done] as number)) break;
      done++;
    }
    return done;
  }

  /** Take an echo; false when there is no room for it. */
  echo(op: number): boolean {
    const operand = op & 0xff;
    switch (op & ~0xff) {
      case ECHO.caret:
        if (this.room < 2) return false;
        this.queue.push(CARET);
        this.queue.push(caretLetter(operand));
        this.column += 2;
        return true;
      case ECHO.eraseTab:
        return this.eraseTab(operand);
      case ECHO.lineStart:
        this.lineColumn = this.column;
        return true;
      case ECHO.noAdvance:
        if (this.column > 0) this.column--;
        return true;
      default:
        return this.echoByte(operand);
    }
  }

  private echoByte(c: number): boolean {
    // Linux marks operations in its echo buffer by 0xff, so the byte itself takes this way past OPOST; it counts.
    if (c !== 0xff) return this.modes.opost ? this.putByte(c) : this.push(c);
    if (!this.push(c)) return false;
    this.column++;
    return true;
  }

  private eraseTab(span: number): boolean {
    const taken = (span & TAB_SPAN.columns) + (span & TAB_SPAN.afterTab ? 0 : this.lineColumn);
    const back = TAB_WIDTH - (taken % TAB_WIDTH);
    if (this.room < back) return false;
    for (let i = 0; i < back; i++) this.queue.push(BS);
    this.column = Math.max(0, this.column - back);
    return true;
  }

  /** The run from `from` on that needs no thought, as far as there is contiguous room. Gives where it ends. */
  private copyRun(bytes: Uint8Array, from: number): number {
    const { advance, queue } = this;
    const { onlcr } = this.modes;
    const ring = queue.bytes;
    const start = queue.fillAt;
    const limit = start + queue.fillRoom;
    let { column } = this;
    let to = start;
    let at = from;
    while (at < bytes.length && to < limit) {
      const c = bytes[at] as number;
      const step = advance[c] as number;
      if (step !== SPECIAL) {
        ring[to++] = c;
        column += step;
      } else {
        if (c !== NL || !onlcr || to + 1 >= limit) break;
        ring[to++] = CR;
        ring[to++] = NL;
        this.lineColumn = column = 0;
      }
      at++;
    }
    this.column = column;
    queue.filled(to - start);
    return at;
  }

  private push(c: number): boolean {
    if (this.room === 0) return false;
    this.queue.push(c);
    return true;
  }

  /** One byte through all of OPOST; false when there is no room for what it becomes. */
  private putByte(c: number): boolean {
    const { room, modes } = this;
    if (room === 0) return false;
    switch (c) {
      case NL:
        if (modes.onlret) this.column = 0;
        if (!modes.onlcr) {
          this.lineColumn = this.column;
          break;
        }
        if (room < 2) return false;
        this.queue.push(CR);
        this.lineColumn = this.column = 0;
        break;
      case CR:
        if (modes.onocr && this.column === 0) return true;
        if (!modes.ocrnl) {
          this.lineColumn = this.column = 0;
          break;
        }
        c = NL;
        if (modes.onlret) this.lineColumn = this.column = 0;
        break;
      case TAB: {
        const width = TAB_WIDTH - (this.column % TAB_WIDTH);
        if (modes.expandTabs) {
          if (room < width) return false;
          for (let i = 1; i < width; i++) this.queue.push(SPACE);
          c = SPACE;
        }
        this.column += width;
        break;
      }
      case BS:
        if (this.column > 0) this.column--;
        break;
      default:
        if (isControl(c)) break;
        if (modes.olcuc) c = toUpper(c);
        if (!(modes.iutf8 && isContinuation(c))) this.column++;
    }
    this.queue.push(c);
    return true;
  }
}
