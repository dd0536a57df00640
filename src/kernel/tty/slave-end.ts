// The slave end of a terminal, /dev/pts/N: what programs read from and write to.

import type { Errno } from '../../abi/errno.ts';
import { POLL } from '../../abi/file.ts';
import { ReadRequest } from './read-request.ts';
import type { Terminal } from './terminal.ts';
import { type Reading, TerminalEnd } from './terminal-end.ts';

/** A read that makes room for what was typed meanwhile, and goes on with it. */
class SlaveRead extends ReadRequest implements Reading {
  private readonly terminal: Terminal;

  constructor(terminal: Terminal, max: number) {
    super(terminal.discipline, max);
    this.terminal = terminal;
  }

  override advance(): boolean {
    for (;;) {
      const complete = super.advance();
      this.terminal.receiveTyped();
      if (complete || !this.terminal.discipline.readable()) return complete;
    }
  }
}

export class SlaveEnd extends TerminalEnd {
  private readonly terminal: Terminal;

  constructor(terminal: Terminal) {
    super(terminal.slaveReadable, terminal.slaveWritable, terminal.clock);
    this.terminal = terminal;
  }

  ready(): number {
    const { terminal } = this;
    if (terminal.hungUp) return POLL.IN | POLL.OUT | POLL.ERR | POLL.HUP;
    const { vmin, vtime, icanon } = terminal.discipline.modes;
    const enough = icanon || vtime > 0 ? 1 : Math.max(vmin, 1);
    const readable = terminal.discipline.readable(enough);
    const writable = !this.isWriting && terminal.discipline.output.room > 0;
    return (readable ? POLL.IN : 0) | (writable ? POLL.OUT : 0);
  }

  get available(): number {
    return this.terminal.discipline.input.available(this.terminal.discipline.modes.icanon);
  }

  protected get ended(): 'end of file' | undefined {
    return this.terminal.hungUp ? 'end of file' : undefined;
  }

  protected get broken(): Errno | undefined {
    return this.terminal.hungUp ? 'EIO' : undefined;
  }

  protected startReading(max: number): Reading {
    return new SlaveRead(this.terminal, max);
  }

  protected accept(bytes: Uint8Array): number {
    const count = this.terminal.discipline.write(bytes);
    this.terminal.changed();
    return count;
  }
}
