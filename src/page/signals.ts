/** Signals as callers of the public API name them: `'SIGTERM'`, `'TERM'` or 15 (signal(7)). */
import { NSIG, SIGNAL, type SignalName } from '../abi/signals.ts';
import { TabOSError } from './errors.ts';

export type Signal = SignalName | number | (string & {});

/** @throws TabOSError ERR_UNKNOWN_SIGNAL */
export function signalNumber(signal: Signal): number {
  if (typeof signal === 'number') {
    if (Number.isInteger(signal) && signal >= 0 && signal <= NSIG) return signal;
  } else {
    const name = signal.startsWith('SIG') ? signal : `SIG${signal}`;
    if (Object.hasOwn(SIGNAL, name)) return SIGNAL[name as SignalName];
  }
  throw new TabOSError('ERR_UNKNOWN_SIGNAL', `unknown signal: ${signal}`);
}

/** 128+N, as a shell tells of a command that signal N ended. */
export function exitCodeOfSignal(name: string): number {
  if (Object.hasOwn(SIGNAL, name)) return 128 + SIGNAL[name as SignalName];
  // Real-time signals have no names of their own: `SIGRT40` (abi/signals.ts, signalName).
  return 128 + Number(/\d+$/.exec(name)?.[0] ?? 0);
}
