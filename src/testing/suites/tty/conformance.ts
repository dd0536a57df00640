// A terminal as run-adapted.mjs of the third-party conformance cases wants to drive it: keyboard on one side, on the
// other a program that prints and always has a read waiting.

import { POLL } from '../../../abi/file.ts';
import { SIGNAL, signalName } from '../../../abi/signals.ts';
import { defaultTermios, NCCS, TCSA, type Termios } from '../../../abi/termios.ts';
import { Terminal } from '../../../kernel/tty/terminal.ts';
import { ManualClock } from './manual-clock.ts';

export interface AdaptedTermios {
  readonly iflag: number;
  readonly oflag: number;
  readonly cflag: number;
  readonly lflag: number;
  /** Linux's 32, or as before. */
  readonly cc?: readonly number[];
}

const merged = (before: Termios, { cc, ...flags }: AdaptedTermios): Termios => ({
  ...before,
  ...flags,
  cc: cc === undefined ? before.cc : Uint8Array.from(cc.slice(0, NCCS)),
});

export interface AdaptedPty {
  setTermios(termios: AdaptedTermios): void;
  type(bytes: Uint8Array): void;
  print(bytes: Uint8Array): void;
  screen(): Buffer;
  read(): Buffer;
  signals(): string[];
}

export const openPty = (initial: AdaptedTermios): AdaptedPty => {
  const screen: Uint8Array[] = [];
  const got: Uint8Array[] = [];
  const signals: string[] = [];
  const terminal = new Terminal(
    0,
    {
      clock: new ManualClock(),
      signal: (signal) => {
        if (signal !== SIGNAL.SIGWINCH) signals.push(signalName(signal));
      },
    },
    { termios: merged(defaultTermios(), initial) },
  );
  terminal.openSlave();
  const { master, slave } = terminal;
  const settle = (): void => {
    while ((slave.ready() & POLL.IN) !== 0) got.push(slave.read(65536, true));
    while ((master.ready() & POLL.IN) !== 0) screen.push(master.read(65536, true));
  };
  return {
    setTermios: (termios) => {
      terminal.setAttributes(TCSA.NOW, merged(terminal.getAttributes(), termios));
      settle();
    },
    type: (bytes) => {
      master.write(bytes, true);
      settle();
    },
    print: (bytes) => {
      slave.write(bytes, true);
      settle();
    },
    screen: () => Buffer.concat(screen),
    read: () => Buffer.concat(got),
    signals: () => signals,
  };
};
