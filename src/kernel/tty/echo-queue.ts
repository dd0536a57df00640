// What is to be echoed and has not reached the output yet. Typing is echoed when a batch of input is through, so that
// an interrupt within it takes the echo of what it discards along; and while output is stopped echoes wait here.
//
// An echo is not always a byte: how many columns a tab took is only known when it is written, so erasing one is an
// operation of its own. Bounded; when it is full the oldest echo is lost, never input.

import { CONTROL_BIT } from './ctype.ts';

/** An echo: the kind in the high byte, its operand in the low one. */
export const ECHO = {
  /** A byte, as the program's own output. */
  byte: 0x000,
  /** ^X for the control character. */
  caret: 0x100,
  /** Back over a tab; the operand is TAB_SPAN's. */
  eraseTab: 0x200,
  /** The line starts at this column. */
  lineStart: 0x300,
  /** The byte before did not move the cursor after all. */
  noAdvance: 0x400,
} as const;

/**
 * Operand of `eraseTab`: columns taken since the tab before (flag set), or since the start of the line, modulo 8.
 */
export const TAB_SPAN = { afterTab: 0x80, columns: 0x7f } as const;

const CAPACITY = 4096;

export class EchoQueue {
  private readonly ops = new Uint16Array(CAPACITY);
  private head = 0;
  private tail = 0;

  get length(): number {
    return this.head - this.tail;
  }

  put(kind: number, operand = 0): void {
    if (this.length === CAPACITY) this.tail++;
    this.ops[this.head++ % CAPACITY] = kind | operand;
  }

  peek(): number {
    return this.ops[this.tail % CAPACITY] as number;
  }

  drop(): void {
    this.tail++;
  }

  clear(): void {
    this.head = this.tail = 0;
  }
}

/** The letter of `^X`. */
export const caretLetter = (control: number): number => control ^ CONTROL_BIT;
