// wait(2): options, and how a child's change of state is packed in a status word (the encoding of Linux).

/** NOWAIT leaves the child as it is, to be waited for again; LIVING is no option of Linux: waitid(2) without WEXITED. */
export const WAIT = { NOHANG: 1, UNTRACED: 2, CONTINUED: 8, NOWAIT: 0x100_0000, LIVING: 0x1000_0000 } as const;

export const CORE_FLAG = 0x80;

export const exitedStatus = (code: number): number => (code & 0xff) << 8;
export const signaledStatus = (sig: number, core = false): number => (sig & 0x7f) | (core ? CORE_FLAG : 0);
export const stoppedStatus = (sig: number): number => (sig << 8) | 0x7f;
export const CONTINUED_STATUS = 0xffff;

export type WaitStatus =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signaled'; readonly signal: number; readonly core: boolean }
  | { readonly kind: 'stopped'; readonly signal: number }
  | { readonly kind: 'continued' };

export const decodeStatus = (status: number): WaitStatus => {
  if (status === CONTINUED_STATUS) return { kind: 'continued' };
  const low = status & 0x7f;
  if (low === 0) return { kind: 'exited', code: (status >> 8) & 0xff };
  if (low === 0x7f) return { kind: 'stopped', signal: (status >> 8) & 0xff };
  return { kind: 'signaled', signal: low, core: (status & CORE_FLAG) !== 0 };
};

/** What a shell reports in `$?`: the exit code, or 128 plus the signal. */
export const shellCode = (status: number): number => {
  const s = decodeStatus(status);
  if (s.kind === 'exited') return s.code;
  return s.kind === 'continued' ? 0 : 128 + s.signal;
};
