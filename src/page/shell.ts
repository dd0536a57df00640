/**
 * A program on a terminal of its own, as the page holds it: what it shows, what is typed, its size and its end.
 *
 * The terminal belongs to the machine (/dev/pts/N): other pages may show it too, and it stays for as long as a process
 * has it open, whether or not this page does.
 */

import type { KernelControl, StationControl } from '../host/control.ts';
import { deferred } from './deferred.ts';
import { type Disposable, Disposables, Emitter } from './emitter.ts';
import { systemError } from './errors.ts';
import { endOf, type ProcessExit, sendSignal } from './process.ts';
import { type Signal, signalNumber } from './signals.ts';
import type { OutputListener, TerminalLink } from './terminal-link.ts';

/** How the program of a terminal ended. Both null: this page did not start it, and only knows that it is gone. */
export type ShellExit = ProcessExit | { readonly exitCode: null; readonly signal: null };

/** No output for so long after the end of the program: what still has the terminal open is silent. */
const QUIET_MS = 100;

export interface ShellParts {
  readonly id: number;
  /** Undefined when the terminal was there before. */
  readonly pid: number | undefined;
  readonly link: TerminalLink;
  readonly kernel: KernelControl;
  readonly station: StationControl;
}

export class Shell {
  /** N of /dev/pts/N. */
  readonly id: number;
  /** The process that this page started on it; undefined when it attached to an existing terminal. */
  readonly pid: number | undefined;
  /** Resolves after the end of the program, when its output has been delivered, if there are listeners. Rejects when the machine is lost. */
  readonly exited: Promise<ShellExit>;

  readonly #link: TerminalLink;
  readonly #kernel: KernelControl;
  readonly #station: StationControl;
  readonly #exit = new Emitter<ShellExit>();
  readonly #encoder = new TextEncoder();

  constructor({ id, pid, link, kernel, station }: ShellParts) {
    this.id = id;
    this.pid = pid;
    this.#link = link;
    this.#kernel = kernel;
    this.#station = station;
    this.exited = this.#awaitExit();
    this.exited.then(
      (exit) => this.#exit.emit(exit),
      // Told to who asks: `exited` itself rejects.
      () => undefined,
    );
  }

  /** Type text (as UTF-8) or bytes. Any amount: what the terminal does not take yet waits, in order. */
  write(data: string | Uint8Array): void {
    this.#link.write(typeof data === 'string' ? this.#encoder.encode(data) : data);
  }

  /** Bytes written that the terminal has not taken yet. */
  get pendingInput(): number {
    return this.#link.pendingInput;
  }

  /**
   * Receive the output: first what was on the screen before, when there is any. While no listener is there, output waits
   * and the program with it. A listener that returns a promise holds further output back until that settles.
   */
  onData(listener: OutputListener): Disposable {
    return this.#link.onData(listener);
  }

  /** Output that had not been delivered was dropped, as by Ctrl-C: perhaps in the middle of an escape sequence. */
  get onFlush(): (listener: () => void) => Disposable {
    return this.#link.onFlush;
  }

  /** Tell the terminal its size, in characters. The foreground process gets SIGWINCH when it changes. */
  resize(cols: number, rows: number): void {
    this.#link.resize(cols, rows);
  }

  /** Another page changed the size of the terminal. */
  get onSize(): (listener: (size: { readonly cols: number; readonly rows: number }) => void) => Disposable {
    return this.#link.onSize;
  }

  /** As `exited`, for who may listen later or stop listening. Not called when it is over already. */
  onExit(listener: (exit: ShellExit) => void): Disposable {
    return this.#exit.on(listener);
  }

  /**
   * Signal the process group of the program that this page started.
   *
   * @returns whether there was one to signal
   * @throws TabOSError ERR_UNKNOWN_SIGNAL
   */
  async kill(signal: Signal = 'SIGHUP'): Promise<boolean> {
    const number = signalNumber(signal);
    return this.pid !== undefined && sendSignal(this.#station, this.pid, number);
  }

  /** Leave the terminal, and hang up on the program when this page started it: SIGHUP, as closing a window does. */
  async close(): Promise<void> {
    this.#link.close();
    await this.kill('SIGHUP');
  }

  /** Leave the terminal and let its programs run on. */
  detach(): void {
    this.#link.close();
  }

  async #awaitExit(): Promise<ShellExit> {
    if (this.pid === undefined) {
      await this.#hangup();
      return { exitCode: null, signal: null };
    }
    const exit = await this.#station.wait(this.pid).then(endOf, (error: unknown) => {
      throw systemError(error, 'wait');
    });
    // The kernel answers after what it had sent to the terminal's port before.
    await this.#kernel.terminals();
    await this.#quiet();
    return exit;
  }

  #hangup(): Promise<void> {
    const { promise, resolve } = deferred<void>();
    this.#link.onHangup(resolve);
    return promise;
  }

  /** All output has been shown: the terminal is hung up, or nothing has come for a while. */
  async #quiet(): Promise<void> {
    const link = this.#link;
    const waits = new Disposables();
    await new Promise<void>((resolve) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const look = () => {
        clearTimeout(timer);
        if (link.closed || (link.idle && link.hungUp)) resolve();
        else if (link.idle) timer = setTimeout(resolve, QUIET_MS);
      };
      waits.add(link.onActivity(look));
      waits.add(link.onHangup(resolve));
      waits.add({ dispose: () => clearTimeout(timer) });
      look();
    });
    waits.dispose();
  }
}
