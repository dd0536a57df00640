// Signals: names, Linux numbers (signal(7), x86), default actions, and what a set of them looks like.
//
// A set is 64 bits, kept as a bigint inside the system and as two unsigned 32-bit words (lo, hi) in calls; signal N
// is bit N-1.

export type DefaultAction = 'terminate' | 'ignore' | 'core' | 'stop' | 'continue';

const TABLE = {
  SIGHUP: [1, 'terminate'],
  SIGINT: [2, 'terminate'],
  SIGQUIT: [3, 'core'],
  SIGILL: [4, 'core'],
  SIGTRAP: [5, 'core'],
  SIGABRT: [6, 'core'],
  SIGBUS: [7, 'core'],
  SIGFPE: [8, 'core'],
  SIGKILL: [9, 'terminate'],
  SIGUSR1: [10, 'terminate'],
  SIGSEGV: [11, 'core'],
  SIGUSR2: [12, 'terminate'],
  SIGPIPE: [13, 'terminate'],
  SIGALRM: [14, 'terminate'],
  SIGTERM: [15, 'terminate'],
  SIGSTKFLT: [16, 'terminate'],
  SIGCHLD: [17, 'ignore'],
  SIGCONT: [18, 'continue'],
  SIGSTOP: [19, 'stop'],
  SIGTSTP: [20, 'stop'],
  SIGTTIN: [21, 'stop'],
  SIGTTOU: [22, 'stop'],
  SIGURG: [23, 'ignore'],
  SIGXCPU: [24, 'core'],
  SIGXFSZ: [25, 'core'],
  SIGVTALRM: [26, 'terminate'],
  SIGPROF: [27, 'terminate'],
  SIGWINCH: [28, 'ignore'],
  SIGIO: [29, 'terminate'],
  SIGPWR: [30, 'terminate'],
  SIGSYS: [31, 'core'],
} as const satisfies Record<string, readonly [number, DefaultAction]>;

export type SignalName = keyof typeof TABLE;

/** Signal numbers run from 1 to NSIG (32 to 64 are the real-time signals: they terminate by default). */
export const NSIG = 64;

export const SIGNAL: Readonly<Record<SignalName, number>> = Object.fromEntries(
  Object.entries(TABLE).map(([name, row]) => [name, row[0]]),
) as Record<SignalName, number>;

const BY_NUMBER = new Map<number, SignalName>(
  (Object.keys(TABLE) as SignalName[]).map((name) => [TABLE[name][0], name]),
);

export const signalName = (sig: number): string => BY_NUMBER.get(sig) ?? `SIGRT${sig}`;

export const defaultAction = (sig: number): DefaultAction => {
  const name = BY_NUMBER.get(sig);
  return name === undefined ? 'terminate' : TABLE[name][1];
};

/** The set that holds one signal. */
export const sigbit = (sig: number): bigint => 1n << BigInt(sig - 1);

/** What no process can block, catch or ignore. */
export const UNBLOCKABLE: bigint = sigbit(SIGNAL.SIGKILL) | sigbit(SIGNAL.SIGSTOP);

/** The signals that stop by default; SIGCONT discards them when pending, and they discard it. */
export const STOP_SIGNALS: bigint =
  sigbit(SIGNAL.SIGSTOP) | sigbit(SIGNAL.SIGTSTP) | sigbit(SIGNAL.SIGTTIN) | sigbit(SIGNAL.SIGTTOU);

/** A signal's disposition as `sigaction` (the call) takes and gives it. */
export const DISPOSITION = { default: 0, ignore: 1, handler: 2, query: -1 } as const;

/** Flags of sigaction(2) that the system heeds. */
export const SA = {
  NOCLDSTOP: 0x1,
  NOCLDWAIT: 0x2,
  SIGINFO: 0x4,
  RESTART: 0x1000_0000,
  NODEFER: 0x4000_0000,
  RESETHAND: 0x8000_0000,
} as const;

/** `si_code` of siginfo_t: who sent the signal, and for SIGCHLD what became of the child. */
export const SI = { USER: 0, KERNEL: 0x80 } as const;
export const CLD = { EXITED: 1, KILLED: 2, DUMPED: 3, TRAPPED: 4, STOPPED: 5, CONTINUED: 6 } as const;

/** `how` of sigprocmask(2). */
export const SIG_HOW = { BLOCK: 0, UNBLOCK: 1, SETMASK: 2 } as const;
