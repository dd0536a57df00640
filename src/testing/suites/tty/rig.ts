// A terminal under test: text in, text out, a clock that stands still.

import { signalName } from '../../../abi/signals.ts';
import { CC, defaultTermios, IFLAG, LFLAG, OFLAG, TCSA, type Termios } from '../../../abi/termios.ts';
import { byteString, bytesOf, fromText, toText } from '../../../base/bytes.ts';
import { Terminal } from '../../../kernel/tty/terminal.ts';
import { ManualClock } from './manual-clock.ts';

type FlagName = keyof typeof IFLAG | keyof typeof OFLAG | keyof typeof LFLAG;
/** As stty(1) has it: a name sets a flag, -name clears it. */
export type Flag = FlagName | `-${FlagName}`;
export type ControlChars = Partial<Record<keyof typeof CC, number>>;

const WORDS = [
  ['iflag', IFLAG],
  ['oflag', OFLAG],
  ['lflag', LFLAG],
] as const;

/** The usual attributes with some flags and control characters changed. */
export const termiosWith = (flags: readonly Flag[] = [], cc: ControlChars = {}): Termios => {
  const termios = defaultTermios();
  for (const flag of flags) {
    const clear = flag.startsWith('-');
    const name = clear ? flag.slice(1) : flag;
    const [word, table] = WORDS.find(([, names]) => name in names) ?? WORDS[0];
    const bits = (table as Record<string, number>)[name] as number;
    termios[word] = clear ? termios[word] & ~bits : termios[word] | bits;
  }
  for (const [name, value] of Object.entries(cc)) termios.cc[CC[name as keyof typeof CC]] = value;
  return termios;
};

/** As cfmakeraw(3). */
export const rawTermios = (cc: ControlChars = {}): Termios => ({
  ...termiosWith([], cc),
  iflag: 0,
  oflag: 0,
  lflag: 0,
});

export class Rig {
  readonly clock = new ManualClock();
  readonly signals: string[] = [];
  readonly terminal: Terminal;

  constructor(termios: Termios = defaultTermios()) {
    this.terminal = new Terminal(
      0,
      { clock: this.clock, signal: (signal, target) => this.signals.push(`${signalName(signal)} ${target}`) },
      { termios },
    );
    this.terminal.openSlave();
  }

  set(termios: Termios, when: number = TCSA.NOW): void {
    this.terminal.setAttributes(when, termios);
  }

  /** Type text, as its UTF-8. */
  type(text: string): number {
    return this.typeBytes(fromText(text));
  }

  typeBytes(bytes: string): number {
    return this.terminal.master.write(bytesOf(bytes), true);
  }

  /** Every key by itself. */
  typeSlowly(text: string): void {
    for (const byte of fromText(text)) this.typeBytes(byte);
  }

  print(text: string): number {
    return this.terminal.slave.write(bytesOf(fromText(text)), true);
  }

  /** What came out since the last look. */
  screen(): string {
    return toText(this.screenBytes());
  }

  screenBytes(): string {
    let bytes = '';
    while (this.terminal.master.available > 0) bytes += byteString(this.terminal.master.read(65536, true));
    return bytes;
  }

  /** One read that does not block. */
  read(max = 65536): string {
    return toText(byteString(this.terminal.slave.read(max, true)));
  }

  /** One read that may block, as text. */
  async readLater(max = 65536): Promise<string> {
    return toText(byteString(await this.terminal.slave.read(max)));
  }

  /** All reads that would not block. */
  reads(): string[] {
    const all: string[] = [];
    while (this.terminal.discipline.readable()) all.push(this.read());
    return all;
  }
}

/** The name of the error that a call fails with. */
export const errnoOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    return (error as { errno: string }).errno;
  }
  return 'no error';
};

/** The same for a promise. */
export const errnoOfPromise = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: { errno: string }) => error.errno,
  );
