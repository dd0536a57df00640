// The signals of one process: dispositions, mask, what is pending. Follows signal(7) and sigaction(2) of Linux.
//
// Only bookkeeping: what a delivery does to the process (end, stop, continue) is the station's. Signals do not queue:
// a pending one is a bit. Invariant: a signal that is ignored and not blocked is never pending.

import { SysError } from '../../abi/errno.ts';
import {
  DISPOSITION,
  defaultAction,
  NSIG,
  SA,
  SIG_HOW,
  SIGNAL,
  STOP_SIGNALS,
  sigbit,
  UNBLOCKABLE,
} from '../../abi/signals.ts';

export const toSet = (lo: number, hi: number): bigint => (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
export const fromSet = (set: bigint): [lo: number, hi: number] => [Number(set & 0xffff_ffffn), Number(set >> 32n)];

interface Action {
  readonly disposition: number;
  readonly flags: number;
  readonly mask: bigint;
}

const DEFAULT: Action = { disposition: DISPOSITION.default, flags: 0, mask: 0n };
const SIGCONT_BIT = sigbit(SIGNAL.SIGCONT);

/** Where a signal comes from: the pid of its sender (0 is the system), for SIGCHLD of the child, with its status. */
interface Origin {
  readonly from: number;
  readonly status: number | undefined;
}

export type Taken = Origin & { readonly sig: number };

/** What a signal that has come through does. */
export type Effect = 'handler' | 'terminate' | 'core' | 'stop';

export class SignalState {
  mask = 0n;
  pending = 0n;
  /** The mask to go back to after sigsuspend or ppoll, until a handler has taken it over. */
  private saved: bigint | undefined;
  private readonly actions: (Action | undefined)[] = [];
  private readonly origins = new Map<number, Origin>();

  /** For fork: the same dispositions and mask, nothing pending. */
  copy(): SignalState {
    const copy = new SignalState();
    copy.mask = this.saved ?? this.mask;
    for (const [sig, action] of this.actions.entries()) copy.actions[sig] = action;
    return copy;
  }

  /** For execve: handlers become the default; ignored signals, mask and pending ones stay. */
  exec(): void {
    this.restoreMask();
    for (const [sig, action] of this.actions.entries()) {
      if (action?.disposition === DISPOSITION.handler) this.actions[sig] = undefined;
    }
  }

  action(sig: number): Action {
    return this.actions[sig] ?? DEFAULT;
  }

  /** sigaction(2). Gives the old disposition. */
  setAction(sig: number, disposition: number, flags: number, mask: bigint): number {
    if (!Number.isInteger(sig) || sig < 1 || sig > NSIG) throw new SysError('EINVAL');
    const old = this.action(sig).disposition;
    if (disposition === DISPOSITION.query) return old;
    if ((sigbit(sig) & UNBLOCKABLE) !== 0n) throw new SysError('EINVAL');
    if (disposition < DISPOSITION.default || disposition > DISPOSITION.handler) throw new SysError('EINVAL');
    this.actions[sig] = { disposition, flags: flags >>> 0, mask: mask & ~UNBLOCKABLE };
    if (this.isIgnored(sig)) this.pending &= ~sigbit(sig);
    return old;
  }

  /** Ignored by choice or by default (SIGCONT continues first; what remains of it is ignored). */
  isIgnored(sig: number): boolean {
    const { disposition } = this.action(sig);
    if (disposition === DISPOSITION.ignore) return true;
    const action = defaultAction(sig);
    return disposition === DISPOSITION.default && (action === 'ignore' || action === 'continue');
  }

  isBlocked(sig: number): boolean {
    return (this.mask & sigbit(sig)) !== 0n;
  }

  /** Blocked or ignored by choice: what spares a background process SIGTTIN and SIGTTOU. */
  isImmune(sig: number): boolean {
    return this.isBlocked(sig) || this.action(sig).disposition === DISPOSITION.ignore;
  }

  /** A signal has been sent: note it, unless it is ignored. */
  post(sig: number, from: number, status?: number): void {
    const bit = sigbit(sig);
    if (sig === SIGNAL.SIGCONT) this.pending &= ~STOP_SIGNALS;
    if ((bit & STOP_SIGNALS) !== 0n) this.pending &= ~SIGCONT_BIT;
    if (this.isIgnored(sig) && !this.isBlocked(sig)) return;
    this.pending |= bit;
    this.origins.set(sig, { from, status });
  }

  changeMask(how: number, set: bigint): void {
    if (how === SIG_HOW.BLOCK) this.mask |= set;
    else if (how === SIG_HOW.UNBLOCK) this.mask &= ~set;
    else if (how === SIG_HOW.SETMASK) this.mask = set;
    else throw new SysError('EINVAL');
    this.mask &= ~UNBLOCKABLE;
  }

  /** Another mask for the time of one call. */
  suspendMask(mask: bigint): void {
    this.saved ??= this.mask;
    this.mask = mask & ~UNBLOCKABLE;
  }

  /** The call is over and no handler will run in it. */
  restoreMask(): void {
    if (this.saved === undefined) return;
    this.mask = this.saved;
    this.saved = undefined;
  }

  /** Lowest pending signal that is not blocked (SIGKILL and SIGSTOP first), with what it does; ignored ones are dropped. */
  next(): { readonly sig: number; readonly effect: Effect } | undefined {
    for (;;) {
      const ready = this.pending & ~this.mask;
      if (ready === 0n) return undefined;
      const sig = lowest((ready & UNBLOCKABLE) !== 0n ? ready & UNBLOCKABLE : ready);
      if (this.isIgnored(sig)) {
        this.pending &= ~sigbit(sig);
        continue;
      }
      if (this.action(sig).disposition === DISPOSITION.handler) return { sig, effect: 'handler' };
      return { sig, effect: defaultAction(sig) as Effect };
    }
  }

  /** Take a pending signal off without entering a handler. */
  discard(sig: number): void {
    this.pending &= ~sigbit(sig);
  }

  /** Enter the handler of the next signal: its mask takes effect, the old one is for `leave`. */
  enter(): (Taken & { readonly old: bigint }) | undefined {
    const next = this.next();
    if (next?.effect !== 'handler') return undefined;
    const { sig } = next;
    const { flags, mask } = this.action(sig);
    const old = this.saved ?? this.mask;
    this.saved = undefined;
    this.pending &= ~sigbit(sig);
    this.mask |= mask;
    if ((flags & SA.NODEFER) === 0) this.mask |= sigbit(sig);
    this.mask &= ~UNBLOCKABLE;
    if ((flags & SA.RESETHAND) >>> 0 !== 0) this.actions[sig] = undefined;
    return { ...this.taken(sig), old };
  }

  /** sigtimedwait(2): take the lowest pending signal of a set. */
  take(set: bigint): Taken | undefined {
    const ready = this.pending & set;
    if (ready === 0n) return undefined;
    const sig = lowest(ready);
    this.pending &= ~sigbit(sig);
    return this.taken(sig);
  }

  private taken(sig: number): Taken {
    return { sig, ...(this.origins.get(sig) ?? { from: 0, status: undefined }) };
  }

  /** sigreturn: back to the mask from before the handler. */
  leave(mask: bigint): void {
    this.mask = mask & ~UNBLOCKABLE;
  }

  /** Will the handler that comes next have its interrupted call restarted? */
  get restarts(): boolean {
    const next = this.next();
    return next?.effect === 'handler' && (this.action(next.sig).flags & SA.RESTART) !== 0;
  }

  /** Set of the signals with a disposition, for /proc. */
  withDisposition(disposition: number): bigint {
    let set = 0n;
    for (const [sig, action] of this.actions.entries()) if (action?.disposition === disposition) set |= sigbit(sig);
    return set;
  }
}

const lowest = (set: bigint): number => {
  let sig = 1;
  for (let rest = set; (rest & 1n) === 0n; rest >>= 1n) sig++;
  return sig;
};
