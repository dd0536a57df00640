/**
 * The page's end of a terminal's port (host/control.ts, terminals): keeps input and output within their windows.
 *
 * Output is handed to the listeners in order, at most IN_HAND bytes of it before they are done with some; the rest waits
 * here, where `flush` can still drop it: after Ctrl-C nothing old is shown for long. It is acknowledged when it has been
 * shown, so that a program that outruns the screen waits in the kernel. Without a listener output waits.
 *
 * Input beyond the kernel's window waits here too, so a paste of any size loses nothing.
 */
import { INPUT_WINDOW, type TerminalInput, type TerminalOutput } from '../host/control.ts';
import { type Disposable, Emitter } from './emitter.ts';

/** Output that the listeners have and are not done with. */
const IN_HAND = 64 * 1024;
/** Input of one message. */
const INPUT_CHUNK = 16 * 1024;
/** Kept free for a key that interrupts, which must get through when a paste fills the window. */
const RESERVE = 256;

/** VINTR, VQUIT and VSUSP as terminals have them: Ctrl-C, Ctrl-\ and Ctrl-Z. */
const INTERRUPTS: readonly number[] = [0x03, 0x1c, 0x1a];

export interface OutputInfo {
  /** What was on the screen before this page came: questions in it were answered long ago. */
  readonly replay: boolean;
}

/** When it returns a promise, the bytes count as shown once that settles. */
export type OutputListener = (bytes: Uint8Array, info: OutputInfo) => void | Promise<void>;

interface Chunk extends OutputInfo {
  readonly bytes: Uint8Array;
}

export class TerminalLink {
  readonly #port: MessagePort;
  readonly #listeners = new Set<{ readonly call: OutputListener }>();
  readonly #size = new Emitter<{ readonly cols: number; readonly rows: number }>();
  readonly #hangup = new Emitter<void>();
  readonly #activity = new Emitter<void>();
  readonly #flushed = new Emitter<void>();

  #output: Chunk[] = [];
  #inHand = 0;
  #input: Uint8Array[] = [];
  #inputWindow = INPUT_WINDOW;
  #hungUp = false;
  #hangupTold = false;
  #closed = false;

  /** Another page changed the size of the terminal. */
  readonly onSize = this.#size.on;
  /** The last process has closed the terminal, and all its output has been shown. */
  readonly onHangup = this.#hangup.on;
  /** Output has come, or the last of it has been shown. */
  readonly onActivity = this.#activity.on;
  /** Output was dropped, perhaps in the middle of an escape sequence. */
  readonly onFlush = this.#flushed.on;

  constructor(port: MessagePort) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<TerminalOutput>) => this.#receive(data);
  }

  /** Bytes of input that the kernel has not taken. */
  get pendingInput(): number {
    return INPUT_WINDOW - this.#inputWindow + this.#input.reduce((sum, { length }) => sum + length, 0);
  }

  /** All output that has come has been shown, or there is nobody to show it to. */
  get idle(): boolean {
    return this.#inHand === 0 && (this.#output.length === 0 || this.#listeners.size === 0);
  }

  get hungUp(): boolean {
    return this.#hungUp;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Type. What the kernel does not take yet waits, in order. */
  write(bytes: Uint8Array): void {
    if (this.#closed || bytes.length === 0) return;
    if (this.#input.length > 0 && bytes.length === 1 && INTERRUPTS.includes(bytes[0]!)) {
      // An interrupt discards the input before it (termios(3), ISIG), and must not queue behind a paste that nobody reads.
      this.#input = [];
      this.#inputWindow -= 1;
      this.#post({ type: 'input', bytes });
      return;
    }
    for (let from = 0; from < bytes.length; from += INPUT_CHUNK) {
      this.#input.push(bytes.slice(from, from + INPUT_CHUNK));
    }
    this.#sendInput();
  }

  resize(cols: number, rows: number): void {
    this.#post({ type: 'resize', cols, rows });
  }

  onData(listener: OutputListener): Disposable {
    const entry = { call: listener };
    this.#listeners.add(entry);
    this.#deliver();
    return { dispose: () => this.#listeners.delete(entry) };
  }

  /** Leave the terminal. What has not been shown is dropped. */
  close(): void {
    if (this.#closed) return;
    this.#post({ type: 'detach' });
    this.#closed = true;
    this.#port.onmessage = null;
    this.#output = [];
    this.#input = [];
    this.#listeners.clear();
    this.#activity.emit();
    for (const emitter of [this.#size, this.#hangup, this.#activity, this.#flushed]) emitter.clear();
  }

  #receive(message: TerminalOutput): void {
    switch (message.type) {
      case 'output':
      case 'replay':
        this.#output.push({ bytes: message.bytes, replay: message.type === 'replay' });
        this.#activity.emit();
        this.#deliver();
        return;
      case 'flush':
        this.#drop();
        return;
      case 'inputAck':
        this.#inputWindow += message.bytes;
        this.#sendInput();
        return;
      case 'size':
        this.#size.emit({ cols: message.cols, rows: message.rows });
        return;
      case 'hangup':
        this.#hungUp = true;
        this.#settle();
    }
  }

  #sendInput(): void {
    while (this.#inputWindow > RESERVE) {
      const next = this.#input[0];
      if (next === undefined) return;
      const room = this.#inputWindow - RESERVE;
      const bytes = next.length <= room ? next : next.slice(0, room);
      if (bytes === next) this.#input.shift();
      else this.#input[0] = next.slice(room);
      this.#inputWindow -= bytes.length;
      this.#post({ type: 'input', bytes });
    }
  }

  #deliver(): void {
    while (this.#listeners.size > 0 && this.#inHand < IN_HAND) {
      const chunk = this.#output.shift();
      if (chunk === undefined) return;
      this.#show(chunk);
    }
  }

  #show({ bytes, replay }: Chunk): void {
    this.#inHand += bytes.length;
    const shown = [...this.#listeners].map(async ({ call }) => call(bytes, { replay }));
    void Promise.allSettled(shown).then((results) => {
      this.#inHand -= bytes.length;
      this.#post({ type: 'ack', bytes: bytes.length });
      for (const result of results) {
        // The output has been handed over; a fault in a listener is the page's to see.
        if (result.status === 'rejected') reportError(result.reason);
      }
      this.#deliver();
      this.#settle();
    });
  }

  /** Drops output that no listener has yet. It counts as shown. */
  #drop(): void {
    const dropped = this.#output.filter(({ replay }) => !replay).reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (dropped === 0) return;
    this.#output = this.#output.filter(({ replay }) => replay);
    this.#post({ type: 'ack', bytes: dropped });
    this.#flushed.emit();
    this.#settle();
  }

  #settle(): void {
    if (this.#closed || !this.idle) return;
    this.#activity.emit();
    if (!this.#hungUp || this.#hangupTold) return;
    this.#hangupTold = true;
    this.#hangup.emit();
  }

  #post(message: TerminalInput): void {
    if (!this.#closed) this.#port.postMessage(message);
  }
}
