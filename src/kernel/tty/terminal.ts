// A pseudoterminal, pty(7): two ends with a line discipline between them. The slave is the terminal that programs see;
// the master is held by whoever shows it, a page (see viewers.ts) or a process that opened /dev/ptmx.
//
// Both directions are bounded and push back: a write takes what there is room for and the rest waits. Reads and writes
// answer at once where they can (see TerminalEnd) and give a promise only when they must wait.
//
// The terminal knows no processes. Who may use it (SIGTTIN, SIGTTOU, TOSTOP) is the caller's to check; signals that it
// raises go out by a port. `foreground` and `session` are the caller's to set.

import { SysError } from '../../abi/errno.ts';
import { SIGNAL } from '../../abi/signals.ts';
import { CC, CFLAG, defaultTermios, TCFLOW, TCFLUSH, TCSA, type Termios, type Winsize } from '../../abi/termios.ts';
import type { Clock } from '../ports.ts';
import { WaitQueue } from '../wait-queue.ts';
import { ByteRing } from './byte-ring.ts';
import { LineDiscipline } from './line-discipline.ts';
import { MasterEnd } from './master-end.ts';
import { DISABLED } from './modes.ts';
import { SlaveEnd } from './slave-end.ts';

/** Output that was not yet taken, and input that the line discipline has no room for. */
const OUTPUT_CAPACITY = 64 * 1024;
const INPUT_CAPACITY = 8 * 1024;

export interface TerminalPorts {
  readonly clock: Clock;
  /** Raise a signal: for the foreground process group, or for the session leader (SIGHUP and SIGCONT at hang-up). */
  signal(signal: number, target: 'foreground' | 'leader'): void;
}

interface TerminalOptions {
  readonly termios?: Termios;
  readonly size?: Winsize;
}

export class Terminal {
  /** N of /dev/pts/N. */
  readonly index: number;
  readonly slave: SlaveEnd;
  readonly master: MasterEnd;
  /** The foreground process group and the session it controls; 0: none. */
  foreground = 0;
  session = 0;
  /** The master is closed: the slave reads end of file and everything else on it fails with EIO. */
  hungUp = false;

  readonly clock: Clock;
  readonly discipline: LineDiscipline;
  /** What the master is to read. */
  readonly output = new ByteRing(OUTPUT_CAPACITY);
  /** What the master wrote and the line discipline did not take yet. */
  readonly typed = new ByteRing(INPUT_CAPACITY);
  /** Woken when there may be something to read, or room to write, at the end in question. */
  readonly slaveReadable = new WaitQueue();
  readonly slaveWritable = new WaitQueue();
  readonly masterReadable = new WaitQueue();
  readonly masterWritable = new WaitQueue();
  /** Woken when output is discarded, before anything that comes after it. */
  readonly outputFlushed = new WaitQueue();

  private readonly ports: TerminalPorts;
  private termios: Termios;
  private size: Winsize;
  private slaves = 0;
  private slaveWasOpen = false;

  constructor(
    index: number,
    ports: TerminalPorts,
    { termios = defaultTermios(), size = { rows: 0, cols: 0, xpixel: 0, ypixel: 0 } }: TerminalOptions = {},
  ) {
    this.index = index;
    this.ports = ports;
    this.clock = ports.clock;
    this.termios = normalized(termios);
    this.size = { ...size };
    this.discipline = new LineDiscipline(this.termios, this.output, {
      signal: (signal) => ports.signal(signal, 'foreground'),
      flushOutput: () => this.flushOutput(),
    });
    this.slave = new SlaveEnd(this);
    this.master = new MasterEnd(this);
  }

  // --- attributes --------------------------------------------------------------------------------------------------

  /** tcgetattr(3). Errors: EIO after a hang-up. */
  getAttributes(): Termios {
    this.check();
    return { ...this.termios, cc: this.termios.cc.slice() };
  }

  /** tcsetattr(3); `when` is one of TCSA. Errors: EINVAL, EIO after a hang-up. */
  setAttributes(when: number, termios: Termios): void {
    this.check();
    if (when !== TCSA.NOW && when !== TCSA.DRAIN && when !== TCSA.FLUSH) throw new SysError('EINVAL');
    if (when === TCSA.FLUSH) this.discipline.flushInput();
    this.termios = normalized(termios);
    this.discipline.setTermios(this.termios);
    this.receiveTyped();
    this.slaveReadable.wake();
    this.slaveWritable.wake();
  }

  /** A write from the background is to stop its process (TOSTOP). */
  get stopsBackgroundOutput(): boolean {
    return this.discipline.modes.tostop;
  }

  /** TIOCGWINSZ. */
  getSize(): Winsize {
    return { ...this.size };
  }

  /** TIOCSWINSZ. Raises SIGWINCH when something changed. */
  setSize(size: Winsize): void {
    const { rows, cols, xpixel, ypixel } = size;
    const now = this.size;
    if (now.rows === rows && now.cols === cols && now.xpixel === xpixel && now.ypixel === ypixel) return;
    this.size = { rows, cols, xpixel, ypixel };
    if (!this.hungUp) this.ports.signal(SIGNAL.SIGWINCH, 'foreground');
  }

  // --- flow --------------------------------------------------------------------------------------------------------

  /** tcflush(3); `queue` is one of TCFLUSH. Errors: EINVAL, EIO after a hang-up. */
  flush(queue: number): void {
    this.check();
    if (queue !== TCFLUSH.IN && queue !== TCFLUSH.OUT && queue !== TCFLUSH.BOTH) throw new SysError('EINVAL');
    if (queue !== TCFLUSH.OUT) {
      this.typed.clear();
      this.discipline.flushInput();
    }
    if (queue !== TCFLUSH.IN) this.flushOutput();
    this.changed();
  }

  /** tcflow(3); `action` is one of TCFLOW. Errors: EINVAL, EIO after a hang-up. */
  flow(action: number): void {
    this.check();
    switch (action) {
      case TCFLOW.OOFF:
      case TCFLOW.OON:
        this.discipline.output.hold(action === TCFLOW.OOFF);
        this.changed();
        return;
      case TCFLOW.IOFF:
        this.sendFlowByte(CC.VSTOP);
        return;
      case TCFLOW.ION:
        this.sendFlowByte(CC.VSTART);
        return;
      default:
        throw new SysError('EINVAL');
    }
  }

  /**
   * tcdrain(3). A pseudoterminal has transmitted its output when it is in the master's queue, so this never waits: a
   * process that holds both ends would wait for itself. Errors: EIO after a hang-up.
   */
  drain(): void {
    this.check();
  }

  // --- opening and closing -----------------------------------------------------------------------------------------

  /** One more open file of the slave. Errors: EIO after a hang-up. */
  openSlave(): void {
    this.check();
    this.slaves++;
    this.slaveWasOpen = true;
    this.masterReadable.wake();
  }

  /** One less; after the last one the master reads what is left, then EIO. */
  closeSlave(): void {
    if (this.slaves === 0) throw new Error(`terminal ${this.index}: closed more often than opened`);
    this.slaves--;
    if (this.slaves === 0) this.masterReadable.wake();
  }

  /** The slave was open and is not any more. */
  get slaveClosed(): boolean {
    return this.hungUp || (this.slaveWasOpen && this.slaves === 0);
  }

  /** The master is closed. The session leader gets SIGHUP and SIGCONT; what was typed is lost. */
  hangUp(): void {
    if (this.hungUp) return;
    this.hungUp = true;
    this.typed.clear();
    this.discipline.flushInput();
    this.ports.signal(SIGNAL.SIGHUP, 'leader');
    this.ports.signal(SIGNAL.SIGCONT, 'leader');
    for (const queue of [this.slaveReadable, this.slaveWritable, this.masterReadable, this.masterWritable]) {
      queue.wake();
    }
  }

  // --- for the two ends --------------------------------------------------------------------------------------------

  /** Give the line discipline what it has room for, and wake whoever can go on. */
  receiveTyped(): void {
    const { typed, discipline } = this;
    while (typed.length > 0) {
      const bytes = typed.peek();
      const count = discipline.receive(bytes);
      typed.drop(count);
      if (count < bytes.length) break;
    }
    while (typed.length > discipline.lookedAhead) discipline.lookAhead(typed.peek(discipline.lookedAhead));
    this.changed();
  }

  /** A key that raises a signal overtakes input that nobody reads: it would discard it anyway. False if it is none. */
  interrupt(key: number): boolean {
    if (this.hungUp || !this.discipline.discardsInput(key)) return false;
    this.typed.clear();
    this.discipline.receiveUrgent(key);
    this.changed();
    return true;
  }

  /** Wake whoever has something to do now. */
  changed(): void {
    if (this.discipline.readable()) this.slaveReadable.wake();
    if (this.discipline.output.room > 0) this.slaveWritable.wake();
    if (this.output.length > 0) this.masterReadable.wake();
    if (this.typed.room > 0) this.masterWritable.wake();
  }

  private flushOutput(): void {
    this.output.clear();
    this.outputFlushed.wake();
  }

  private check(): void {
    if (this.hungUp) throw new SysError('EIO');
  }

  /** tcflow's STOP and START go to the master even while output is stopped, but not while tcflow holds it. */
  private sendFlowByte(index: number): void {
    const byte = this.termios.cc[index] ?? DISABLED;
    if (byte === DISABLED || this.discipline.output.onHold || this.output.room === 0) return;
    this.output.push(byte);
    this.changed();
  }
}

/** A pseudoterminal has eight bits, no parity and a receiver, whatever is asked for. */
const normalized = (termios: Termios): Termios => ({
  ...termios,
  cflag: (termios.cflag & ~CFLAG.PARENB) | CFLAG.CS8 | CFLAG.CREAD,
  cc: termios.cc.slice(),
});
