// Showing what is typed: turns input bytes into echoes as ECHOCTL and ECHOPRT want them.

import { BACKSLASH, BS, isControl, NL, SLASH, SPACE, TAB } from './ctype.ts';
import { ECHO, EchoQueue, TAB_SPAN } from './echo-queue.ts';
import type { Modes } from './modes.ts';
import type { OutputProcessor } from './output-processor.ts';

/** So many echoes are written out in the middle of a batch of input, before the queue would lose some. */
const MANY = 3500;

export class Echo {
  modes: Modes;
  private readonly queue = new EchoQueue();
  private readonly output: OutputProcessor;
  /** Within the \.../ of ECHOPRT. */
  private erasing = false;

  constructor(output: OutputProcessor, modes: Modes) {
    this.output = output;
    this.modes = modes;
  }

  /** A byte as it came. */
  byte(c: number): void {
    this.put(ECHO.byte, c);
  }

  /** A typed character; control characters as ^X with ECHOCTL. */
  char(c: number): void {
    this.put(this.modes.echoctl && isControl(c) && c !== TAB ? ECHO.caret : ECHO.byte, c);
  }

  newline(): void {
    this.byte(NL);
  }

  /** The cursor is where the line that is being typed begins. */
  lineStart(): void {
    this.put(ECHO.lineStart);
  }

  /** Wipe out as many columns, one by one. */
  rubOut(columns: number): void {
    for (let i = 0; i < columns; i++) {
      this.byte(BS);
      this.byte(SPACE);
      this.byte(BS);
    }
  }

  /** Back over a tab that `columns` columns of other characters stand before. */
  rubOutTab(columns: number, afterTab: boolean): void {
    this.put(ECHO.eraseTab, (columns & 7) | (afterTab ? TAB_SPAN.afterTab : 0));
  }

  /** Show an erased character (all its bytes) as ECHOPRT does, as if on paper: \abc/ */
  printErased(first: number, rest: readonly number[]): void {
    if (!this.erasing) {
      this.byte(BACKSLASH);
      this.erasing = true;
    }
    this.char(first);
    for (const c of rest) {
      this.byte(c);
      this.put(ECHO.noAdvance);
    }
  }

  /** Something else than an erased character comes next. */
  finishErasing(): void {
    if (!this.erasing) return;
    this.byte(SLASH);
    this.erasing = false;
  }

  /** Write out what there is, as far as the output takes it. */
  write(): void {
    const { queue, output } = this;
    while (queue.length > 0 && output.echo(queue.peek())) queue.drop();
  }

  /** Forget the echoes that were not written. */
  clear(): void {
    this.queue.clear();
  }

  resetErasing(): void {
    this.erasing = false;
  }

  private put(kind: number, operand = 0): void {
    this.queue.put(kind, operand);
    if (this.queue.length >= MANY) this.write();
  }
}
