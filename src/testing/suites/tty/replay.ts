// Plays a scenario on our terminal, for comparison with what Linux did.

import { SysError } from '../../../abi/errno.ts';
import { SIGNAL, signalName } from '../../../abi/signals.ts';
import { defaultTermios, type Termios } from '../../../abi/termios.ts';
import { byteString, bytesOf } from '../../../base/bytes.ts';
import { Terminal } from '../../../kernel/tty/terminal.ts';
import { ManualClock } from './manual-clock.ts';
import type { Outcome, RecordedTermios, Scenario, Step } from './scenario.ts';

/** The full form of recorded attributes. */
const fullTermios = ({ iflag, oflag, lflag, cc }: RecordedTermios): Termios => ({
  ...defaultTermios(),
  iflag,
  oflag,
  lflag,
  cc: Uint8Array.from(cc),
});

/** The result of a call that must not block, or the name of its error. */
const attempt = <T>(call: () => T): T | string => {
  try {
    return call();
  } catch (error) {
    if (error instanceof SysError) return error.errno;
    throw error;
  }
};

const perform = (terminal: Terminal, step: Step): string | number => {
  if ('type' in step) return attempt(() => terminal.master.write(bytesOf(step.type), true));
  if ('print' in step) return attempt(() => terminal.slave.write(bytesOf(step.print), true));
  if ('read' in step) {
    const bytes = attempt(() => terminal.slave.read(step.read, true));
    return typeof bytes === 'string' ? bytes : byteString(bytes);
  }
  if ('termios' in step) terminal.setAttributes(step.when, fullTermios(step.termios));
  else if ('flush' in step) terminal.flush(step.flush);
  else terminal.flow(step.flow);
  return 0;
};

const drain = (terminal: Terminal): string => {
  let text = '';
  for (;;) {
    const bytes = attempt(() => terminal.master.read(65536, true));
    if (typeof bytes === 'string') return text;
    text += byteString(bytes);
  }
};

export const replay = ({ termios, steps }: Scenario): Outcome[] => {
  let signals = new Set<string>();
  const terminal = new Terminal(
    0,
    {
      clock: new ManualClock(),
      signal: (signal) => {
        if (signal !== SIGNAL.SIGWINCH) signals.add(signalName(signal));
      },
    },
    { termios: fullTermios(termios) },
  );
  terminal.openSlave();
  return steps.map((step) => {
    signals = new Set();
    const result = perform(terminal, step);
    const ready = terminal.slave.ready();
    return [result, drain(terminal), [...signals].sort(), ready, terminal.slave.available];
  });
};
