// A wait status as the page is told it.

import { signalName } from '../abi/signals.ts';
import { decodeStatus } from '../abi/wait.ts';
import type { ExitStatus } from './control.ts';

export const exitStatus = (status: number): ExitStatus => {
  const ended = decodeStatus(status);
  if (ended.kind === 'exited') return { code: ended.code, signal: null };
  return { code: null, signal: ended.kind === 'signaled' ? signalName(ended.signal) : null };
};
