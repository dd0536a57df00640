// Finds the control sequences (ECMA-48, xterm's ctlseqs) in a terminal's output, byte by byte, without acting on them.
// It knows after each byte whether the output could be cut there: not within a sequence nor within a UTF-8 character.
//
// Sequences are given as byte strings. Ones that are longer than MAX_SEQUENCE are skipped, as are device control strings.

const BEL = 0x07;
const SHIFT_OUT = 0x0e;
const SHIFT_IN = 0x0f;
const CAN = 0x18;
const SUB = 0x1a;
const ESC = 0x1b;

const MAX_SEQUENCE = 1024;

export interface SequenceSink {
  /** ESC, then intermediate bytes and a final one. */
  escape(intermediates: string, final: string): void;
  /** CSI: parameters and intermediates, then the final byte. */
  csi(parameters: string, final: string): void;
  /** OSC, without its terminator. */
  osc(text: string): void;
  /** SO (true) or SI. */
  shift(out: boolean): void;
}

type State = 'ground' | 'escape' | 'csi' | 'osc' | 'string';

/** 1 for what never changes the state when it is plain text. */
const PLAIN = new Uint8Array(256).fill(1, 0, 0x80);
for (const c of [ESC, SHIFT_OUT, SHIFT_IN]) PLAIN[c] = 0;

export class EscapeParser {
  private state: State = 'ground';
  /** Bytes of a UTF-8 character that are still to come. */
  private continuation = 0;
  private text = '';
  private tooLong = false;

  /** A copy that goes its own way. */
  clone(): EscapeParser {
    return Object.assign(new EscapeParser(), this);
  }

  get atBoundary(): boolean {
    return this.state === 'ground' && this.continuation === 0;
  }

  feed(bytes: Uint8Array, sink: SequenceSink): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.atBoundary) {
        while (at < bytes.length && PLAIN[bytes[at] as number] === 1) at++;
        if (at === bytes.length) return;
      }
      this.step(bytes[at++] as number, sink);
    }
  }

  private step(c: number, sink: SequenceSink): void {
    if (c === ESC) {
      if (this.state === 'osc') this.endOsc(sink);
      this.enter('escape');
    } else if (c === CAN || c === SUB) {
      this.enter('ground');
    } else {
      switch (this.state) {
        case 'ground':
          this.ground(c, sink);
          break;
        case 'escape':
          this.escape(c, sink);
          break;
        case 'csi':
          this.csi(c, sink);
          break;
        case 'osc':
          if (c === BEL) this.endOsc(sink);
          else this.collect(c);
          break;
        case 'string':
          break;
      }
    }
  }

  private enter(state: State): void {
    this.state = state;
    this.continuation = 0;
    this.text = '';
    this.tooLong = false;
  }

  private collect(c: number): void {
    if (this.text.length < MAX_SEQUENCE) this.text += String.fromCharCode(c);
    else this.tooLong = true;
  }

  private ground(c: number, sink: SequenceSink): void {
    if (c >= 0xc0) this.continuation = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
    else if (c >= 0x80) this.continuation = Math.max(0, this.continuation - 1);
    else this.continuation = 0;
    if (c === SHIFT_OUT || c === SHIFT_IN) sink.shift(c === SHIFT_OUT);
  }

  private escape(c: number, sink: SequenceSink): void {
    if (c >= 0x20 && c <= 0x2f) {
      this.collect(c);
    } else if (c >= 0x30 && c <= 0x7e) {
      const next = this.text === '' ? OPENERS.get(c) : undefined;
      if (next === undefined && !this.tooLong) sink.escape(this.text, String.fromCharCode(c));
      this.enter(next ?? 'ground');
    }
  }

  private csi(c: number, sink: SequenceSink): void {
    if (c >= 0x20 && c <= 0x3f) {
      this.collect(c);
    } else if (c >= 0x40 && c <= 0x7e) {
      if (!this.tooLong) sink.csi(this.text, String.fromCharCode(c));
      this.enter('ground');
    }
  }

  private endOsc(sink: SequenceSink): void {
    if (!this.tooLong) sink.osc(this.text);
    this.enter('ground');
  }
}

/** What ESC and this byte begin. */
const OPENERS = new Map<number, State>([
  [0x5b, 'csi'],
  [0x5d, 'osc'],
  [0x50, 'string'],
  [0x58, 'string'],
  [0x5e, 'string'],
  [0x5f, 'string'],
]);
