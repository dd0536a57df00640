// The line discipline: termios(3) as Linux's n_tty has it, without anyone who reads or writes. Bytes typed go in by
// `receive`, a program's output by `write`; what is to be read collects in `input`, what is to be shown in the ring
// given. Everything is synchronous.
//
// Of termios it leaves out what a pseudoterminal has no use for: parity and breaks (PARMRK only doubles 0xff), delays
// and fill characters, IXOFF, XCASE, EXTPROC, and VDISCARD and PENDIN, which Linux ignores as well. Like Linux, and
// whatever IMAXBEL says, it drops what exceeds MAX_CANON without a bell: the last byte of the line is replaced.

import { SIGNAL } from '../../abi/signals.ts';
import type { Termios } from '../../abi/termios.ts';
import type { ByteRing } from './byte-ring.ts';
import { BS, CARET, CR, NL, toLower } from './ctype.ts';
import { Echo } from './echo.ts';
import { InputQueue } from './input-queue.ts';
import { eraseChar, eraseWord, killLine, reprint } from './line-editor.ts';
import { DISABLED, type Modes, modesOf } from './modes.ts';
import { OutputProcessor } from './output-processor.ts';

export interface LineDisciplinePorts {
  /** For the foreground process group. */
  signal(signal: number): void;
  /** Drop what is in the screen's ring. */
  flushOutput(): void;
}

export class LineDiscipline {
  modes: Modes;
  readonly input = new InputQueue();
  readonly output: OutputProcessor;
  private readonly echo: Echo;
  private readonly ports: LineDisciplinePorts;
  /** VLNEXT came: the next byte is only itself. */
  private literal = false;
  /** So many bytes that are yet to be received have already been looked at by `lookAhead`. */
  private seen = 0;

  constructor(termios: Termios, screen: ByteRing, ports: LineDisciplinePorts) {
    this.modes = modesOf(termios);
    this.ports = ports;
    this.output = new OutputProcessor(screen, this.modes);
    this.echo = new Echo(this.output, this.modes);
  }

  setTermios(termios: Termios): void {
    const before = this.modes;
    const modes = modesOf(termios);
    this.modes = modes;
    this.echo.modes = modes;
    this.output.setModes(modes);
    if (modes.icanon !== before.icanon) {
      this.input.switchMode(modes.icanon);
      this.echo.resetErasing();
      this.literal = false;
    }
    if (before.ixon && !modes.ixon) this.restart();
  }

  // --- output ------------------------------------------------------------------------------------------------------

  /** A program's output. Gives how many bytes were taken. */
  write(bytes: Uint8Array): number {
    this.echo.write();
    return this.output.write(bytes);
  }

  /** There is room on the screen again: what waits to be echoed comes first. */
  screenTaken(): void {
    this.echo.write();
  }

  // --- input -------------------------------------------------------------------------------------------------------

  /** Whether a read has something to take; at least `count` bytes when it is not canonical. */
  readable(count = 1): boolean {
    const { input } = this;
    return this.modes.icanon ? input.canonHead !== input.tail : input.commitHead - input.tail >= count;
  }

  /** Up to `max` bytes of what there is to read; of one line in canonical mode. */
  take(max: number): Uint8Array<ArrayBuffer> {
    return this.modes.icanon ? this.input.takeLine(max) : this.input.takeBytes(max);
  }

  /**
   * Bytes typed. Gives how many were taken: not all when the queue is full. Canonical mode takes everything as long as
   * no line is complete, so that a line that is too long can be edited and ended.
   */
  receive(bytes: Uint8Array): number {
    const { input, modes } = this;
    let done = 0;
    while (done < bytes.length) {
      let room = input.room(modes.parmrk);
      if (room <= 0) {
        if (!modes.icanon || input.canonHead !== input.tail) break;
        if (room < 0) input.head--;
        room = 1;
      }
      const count = Math.min(bytes.length - done, room);
      this.receiveBatch(bytes, done, done + count);
      done += count;
    }
    return done;
  }

  /** Heed VSTART and VSTOP within bytes that `receive` will take later, after those looked at before. */
  lookAhead(bytes: Uint8Array): void {
    this.seen += bytes.length;
    if (!this.modes.ixon) return;
    for (const c of bytes) this.flowControl(c);
  }

  /** How many bytes of what `receive` did not take `lookAhead` has seen. */
  get lookedAhead(): number {
    return this.seen;
  }

  /** Whether this key, typed now, raises a signal and thereby discards what was typed before. */
  discardsInput(key: number): boolean {
    const { isig, noflsh, ixon, start, stop } = this.modes;
    const flow = ixon && (key === start || key === stop);
    return isig && !noflsh && !this.literal && !flow && this.signalOf(key) !== 0;
  }

  /** Such a key, however full the queue is. */
  receiveUrgent(key: number): void {
    this.receiveBatch(Uint8Array.of(key), 0, 1);
  }

  flushInput(): void {
    this.input.clear();
    this.echo.resetErasing();
    this.seen = 0;
  }

  private receiveBatch(bytes: Uint8Array, from: number, to: number): void {
    const { input, modes } = this;
    if (modes.raw) {
      input.putAll(bytes.subarray(from, to));
      this.seen = Math.max(0, this.seen - (to - from));
    } else {
      for (let at = from; at < to; at++) this.receiveByte(bytes[at] as number);
      if (modes.echo || modes.echonl) this.echo.write();
    }
    if (!modes.icanon) input.commit();
  }

  private receiveByte(c: number): void {
    const { modes } = this;
    const seen = this.seen > 0;
    if (seen) this.seen--;
    if (modes.istrip) c &= 0x7f;
    if (modes.lowercase) c = toLower(c);
    if (this.literal) {
      this.literal = false;
      this.plain(c);
    } else if (modes.special[c] === 0) {
      this.plain(c);
    } else {
      this.specialByte(c, seen);
    }
  }

  /** A byte that stands for itself. */
  private plain(c: number): void {
    this.restartOnAny();
    if (this.modes.echo) {
      this.echo.finishErasing();
      if (this.input.lineIsEmpty) this.echo.lineStart();
      this.echo.char(c);
    }
    this.put(c);
  }

  private put(c: number): void {
    if (c === 0xff && this.modes.parmrk) this.input.put(c);
    this.input.put(c);
  }

  private specialByte(c: number, seen: boolean): void {
    const { modes, echo } = this;
    if (modes.ixon && (c === modes.start || c === modes.stop)) {
      if (!seen) this.flowControl(c);
      return;
    }
    const signal = modes.isig ? this.signalOf(c) : 0;
    if (signal !== 0) {
      this.signalKey(signal, c);
      return;
    }
    this.restartOnAny();
    if (c === CR) {
      if (modes.igncr) return;
      if (modes.icrnl) c = NL;
    } else if (c === NL && modes.inlcr) {
      c = CR;
    }
    if (modes.icanon && this.canonical(c)) return;
    if (modes.echo) {
      echo.finishErasing();
      if (c === NL) {
        echo.newline();
      } else {
        if (this.input.lineIsEmpty) echo.lineStart();
        echo.char(c);
      }
    }
    this.put(c);
  }

  /** What only canonical mode knows; false when `c` is none of it. */
  private canonical(c: number): boolean {
    const { modes, echo } = this;
    if (c === modes.erase) {
      eraseChar(this.line);
    } else if (c === modes.werase && modes.iexten) {
      eraseWord(this.line);
    } else if (c === modes.kill) {
      killLine(this.line);
    } else if (c === modes.lnext && modes.iexten) {
      this.quoteNext();
    } else if (c === modes.reprint && modes.echo && modes.iexten) {
      reprint(this.line, c);
    } else if (c === NL) {
      if (modes.echo || modes.echonl) echo.newline();
      this.input.putLineEnd(NL);
    } else if (c === modes.eof) {
      this.input.putLineEnd(DISABLED);
    } else if (c === modes.eol || (c === modes.eol2 && modes.iexten)) {
      this.endOfLine(c);
    } else {
      return false;
    }
    return true;
  }

  private get line(): { input: InputQueue; echo: Echo; modes: Modes } {
    const { input, echo, modes } = this;
    return { input, echo, modes };
  }

  private quoteNext(): void {
    this.literal = true;
    if (!this.modes.echo) return;
    this.echo.finishErasing();
    if (!this.modes.echoctl) return;
    this.echo.byte(CARET);
    this.echo.byte(BS);
  }

  private endOfLine(c: number): void {
    if (this.modes.echo) {
      if (this.input.lineIsEmpty) this.echo.lineStart();
      this.echo.char(c);
    }
    if (c === 0xff && this.modes.parmrk) this.input.put(c);
    this.input.putLineEnd(c);
  }

  // --- signals and flow control ------------------------------------------------------------------------------------

  /** The signal that a key raises with ISIG, or 0. */
  private signalOf(c: number): number {
    const { modes } = this;
    if (c === DISABLED) return 0;
    if (c === modes.intr) return SIGNAL.SIGINT;
    if (c === modes.quit) return SIGNAL.SIGQUIT;
    return c === modes.susp ? SIGNAL.SIGTSTP : 0;
  }

  /** Without NOFLSH both queues are emptied, so that what runs on is not heard of any more. */
  private signalKey(signal: number, key: number): void {
    const { modes, echo } = this;
    this.ports.signal(signal);
    if (!modes.noflsh) {
      echo.clear();
      this.ports.flushOutput();
      this.flushInput();
    }
    if (modes.ixon) this.output.start();
    if (modes.echo) echo.char(key);
    else echo.write();
  }

  private flowControl(c: number): void {
    if (c === DISABLED) return;
    if (c === this.modes.start) this.restart();
    else if (c === this.modes.stop) this.output.stop();
  }

  /** IXANY: any key does what VSTART does. */
  private restartOnAny(): void {
    if (this.output.stopped && this.modes.ixon && this.modes.ixany) this.restart();
  }

  private restart(): void {
    this.output.start();
    this.echo.write();
  }
}
