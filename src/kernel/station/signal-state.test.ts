import { expect, test } from 'vitest';
import { DISPOSITION, SA, SIG_HOW, SIGNAL, sigbit } from '../../abi/signals.ts';
import { fromSet, SignalState, toSet } from './signal-state.ts';

const { SIGINT, SIGTERM, SIGCHLD, SIGCONT, SIGTSTP, SIGKILL, SIGSTOP, SIGUSR1, SIGUSR2 } = SIGNAL;
const handler = (s: SignalState, sig: number, flags = 0, mask = 0n): number =>
  s.setAction(sig, DISPOSITION.handler, flags, mask);

test('a set survives the two words it travels in', () => {
  const set = sigbit(1) | sigbit(32) | sigbit(33) | sigbit(64);
  expect(toSet(...fromSet(set))).toBe(set);
});

test('the default of SIGINT ends, of SIGTSTP stops, and SIGCHLD does nothing', () => {
  const s = new SignalState();
  s.post(SIGINT, 7);
  expect(s.next()).toEqual({ sig: SIGINT, effect: 'terminate' });
  s.discard(SIGINT);
  s.post(SIGTSTP, 7);
  expect(s.next()).toEqual({ sig: SIGTSTP, effect: 'stop' });
  s.discard(SIGTSTP);
  s.post(SIGCHLD, 7);
  expect(s.next()).toBeUndefined();
  expect(s.pending).toBe(0n);
});

test('a blocked signal waits, and comes through when it is unblocked', () => {
  const s = new SignalState();
  s.changeMask(SIG_HOW.BLOCK, sigbit(SIGTERM));
  s.post(SIGTERM, 1);
  expect(s.next()).toBeUndefined();
  s.changeMask(SIG_HOW.UNBLOCK, sigbit(SIGTERM));
  expect(s.next()?.sig).toBe(SIGTERM);
});

test('SIGKILL and SIGSTOP can be neither blocked nor caught', () => {
  const s = new SignalState();
  s.changeMask(SIG_HOW.SETMASK, ~0n & ((1n << 64n) - 1n));
  s.post(SIGKILL, 1);
  expect(s.next()).toEqual({ sig: SIGKILL, effect: 'terminate' });
  expect(() => handler(s, SIGKILL)).toThrow('EINVAL');
  expect(() => handler(s, SIGSTOP)).toThrow('EINVAL');
});

test('SIGKILL goes before signals of lower number', () => {
  const s = new SignalState();
  s.post(SIGINT, 1);
  s.post(SIGKILL, 1);
  expect(s.next()?.sig).toBe(SIGKILL);
});

test('a handler runs with its mask and its own signal blocked, and the old mask comes back', () => {
  const s = new SignalState();
  s.changeMask(SIG_HOW.BLOCK, sigbit(SIGTERM));
  handler(s, SIGUSR1, 0, sigbit(SIGINT));
  s.post(SIGUSR1, 42);
  const entered = s.enter();
  expect(entered).toMatchObject({ sig: SIGUSR1, from: 42, old: sigbit(SIGTERM) });
  expect(s.mask).toBe(sigbit(SIGTERM) | sigbit(SIGINT) | sigbit(SIGUSR1));
  s.leave(entered?.old ?? 0n);
  expect(s.mask).toBe(sigbit(SIGTERM));
});

test('SA_NODEFER leaves the signal open and SA_RESETHAND restores the default', () => {
  const s = new SignalState();
  handler(s, SIGUSR1, SA.NODEFER | SA.RESETHAND);
  s.post(SIGUSR1, 1);
  s.enter();
  expect(s.mask).toBe(0n);
  expect(s.action(SIGUSR1).disposition).toBe(DISPOSITION.default);
});

test('sigsuspend: the handler goes back to the mask from before the call', () => {
  const s = new SignalState();
  s.changeMask(SIG_HOW.SETMASK, sigbit(SIGUSR1) | sigbit(SIGUSR2));
  handler(s, SIGUSR1);
  s.post(SIGUSR1, 1);
  s.suspendMask(sigbit(SIGUSR2));
  expect(s.enter()?.old).toBe(sigbit(SIGUSR1) | sigbit(SIGUSR2));
});

test('stop signals and SIGCONT discard each other', () => {
  const s = new SignalState();
  s.changeMask(SIG_HOW.BLOCK, sigbit(SIGTSTP) | sigbit(SIGCONT));
  s.post(SIGTSTP, 1);
  s.post(SIGCONT, 1);
  expect(s.pending).toBe(sigbit(SIGCONT));
  s.post(SIGTSTP, 1);
  expect(s.pending).toBe(sigbit(SIGTSTP));
});

test('ignoring a pending signal drops it', () => {
  const s = new SignalState();
  s.changeMask(SIG_HOW.BLOCK, sigbit(SIGTERM));
  s.post(SIGTERM, 1);
  s.setAction(SIGTERM, DISPOSITION.ignore, 0, 0n);
  expect(s.pending).toBe(0n);
});

test('fork keeps dispositions and mask, execve resets handlers and keeps what is ignored', () => {
  const s = new SignalState();
  handler(s, SIGUSR1);
  s.setAction(SIGINT, DISPOSITION.ignore, 0, 0n);
  s.changeMask(SIG_HOW.BLOCK, sigbit(SIGTERM));
  s.post(SIGTERM, 1);
  const child = s.copy();
  expect(child.pending).toBe(0n);
  expect(child.mask).toBe(sigbit(SIGTERM));
  child.exec();
  expect(child.action(SIGUSR1).disposition).toBe(DISPOSITION.default);
  expect(child.action(SIGINT).disposition).toBe(DISPOSITION.ignore);
});

test('a signal of a set is taken with where it came from, and others stay', () => {
  const s = new SignalState();
  s.changeMask(SIG_HOW.SETMASK, sigbit(SIGUSR1) | sigbit(SIGCHLD));
  s.post(SIGUSR1, 5);
  s.post(SIGCHLD, 7, 0x300);
  expect(s.take(sigbit(SIGCHLD))).toEqual({ sig: SIGCHLD, from: 7, status: 0x300 });
  expect(s.take(sigbit(SIGCHLD))).toBeUndefined();
  expect(s.take(sigbit(SIGUSR1) | sigbit(SIGUSR2))).toEqual({ sig: SIGUSR1, from: 5, status: undefined });
});
