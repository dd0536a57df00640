// The master end of a terminal, what an open of /dev/ptmx gives: reading gets what is to be shown, writing types.

import type { Errno } from '../../abi/errno.ts';
import { POLL } from '../../abi/file.ts';
import type { Terminal } from './terminal.ts';
import { type Reading, TerminalEnd } from './terminal-end.ts';

/** Whatever there is completes it. */
class MasterRead implements Reading {
  readonly timeout = undefined;
  private bytes = new Uint8Array(0);
  private readonly terminal: Terminal;
  private readonly max: number;

  constructor(terminal: Terminal, max: number) {
    this.terminal = terminal;
    this.max = max;
  }

  get taken(): number {
    return this.bytes.length;
  }

  advance(): boolean {
    const { terminal } = this;
    if (terminal.output.length === 0) return false;
    this.bytes = terminal.output.read(this.max);
    terminal.discipline.screenTaken();
    terminal.changed();
    return true;
  }

  expire(): void {}

  result(): Uint8Array<ArrayBuffer> {
    return this.bytes;
  }
}

export class MasterEnd extends TerminalEnd {
  private readonly terminal: Terminal;

  constructor(terminal: Terminal) {
    super(terminal.masterReadable, terminal.masterWritable, terminal.clock);
    this.terminal = terminal;
  }

  ready(): number {
    const { output, typed, slaveClosed } = this.terminal;
    const writable = !this.isWriting && typed.room > 0;
    return (output.length > 0 ? POLL.IN : 0) | (writable ? POLL.OUT : 0) | (slaveClosed ? POLL.HUP : 0);
  }

  get available(): number {
    return this.terminal.output.length;
  }

  /** With the slave closed, after what is left. */
  protected get ended(): Errno | undefined {
    return this.terminal.slaveClosed ? 'EIO' : undefined;
  }

  /** What is typed while nobody has the slave open waits for the next one. */
  protected get broken(): Errno | undefined {
    return this.terminal.hungUp ? 'EIO' : undefined;
  }

  protected startReading(max: number): Reading {
    return new MasterRead(this.terminal, max);
  }

  protected accept(bytes: Uint8Array): number {
    const { terminal } = this;
    let done = 0;
    while (done < bytes.length) {
      const count = terminal.typed.write(done === 0 ? bytes : bytes.subarray(done));
      if (count === 0) break;
      done += count;
      terminal.receiveTyped();
    }
    return done;
  }
}
