// A process as its station sees it: descriptors, directories, credentials, signals, and the call in progress.
//
// The kernel knows its relations to others (proc/process.ts). A task makes one call at a time. While it is stopped or
// dead no call of its is answered. `sleeping()` is how a call that waits can be interrupted: see station/dispatch.ts.

import { SysError } from '../../abi/errno.ts';
import { RLIM_INFINITY } from '../../abi/layout.ts';
import type { Program } from '../../abi/program.ts';
import { FdTable } from '../fd/fd-table.ts';
import type { Caller } from '../fd/open-file.ts';
import type { Clock, ProcessWorker } from '../ports.ts';
import type { Context, Credentials, Node } from '../vfs/vfs.ts';
import { Cancel, WaitQueue } from '../wait-queue.ts';
import type { ReadCache } from './read-cache.ts';
import { SignalState } from './signal-state.ts';
import type { Trace } from './trace.ts';

/** Resources of getrlimit(2) that the station enforces. */
export const RLIMIT = { FSIZE: 1, STACK: 3, CORE: 4, NPROC: 6, NOFILE: 7 } as const;
const RLIMIT_COUNT = 16;

export interface Limit {
  readonly cur: number;
  readonly max: number;
}

/** How a task may act on its station. */
export interface TaskHost {
  readonly clock: Clock;
  /** A signal from the process to itself, at once. */
  raise(task: Task, signal: number): void;
}

export class Task implements Caller, Context {
  readonly pid: number;
  readonly host: TaskHost;
  readonly started: number;
  ppid: number;
  state: 'running' | 'stopped' | 'dead' = 'running';
  worker: ProcessWorker | undefined;
  program: Program | undefined;
  /** What its program may read by itself. */
  readCache: ReadCache | undefined;
  fds = new FdTable();
  root: Node;
  cwd: Node;
  cred: Credentials;
  savedUid: number;
  savedGid: number;
  realUid: number;
  realGid: number;
  umask = 0o022;
  signals = new SignalState();
  limits: Limit[] = Array.from({ length: RLIMIT_COUNT }, () => ({ cur: RLIM_INFINITY, max: RLIM_INFINITY }));
  argv: Uint8Array = new Uint8Array();
  envp: Uint8Array = new Uint8Array();
  /** Path of the running program, a byte string. */
  exe = '';
  /** vfork: the child that this task's calls act for until it runs execve or ends. */
  shadow: Task | undefined;
  /** vfork: the task whose worker makes this one's calls. */
  lender: Task | undefined;
  readonly continued = new WaitQueue();
  /** A signal has come, whatever it does. */
  readonly signaled = new WaitQueue();
  trace: Trace | undefined;
  /** End of a timed sleep that a stop interrupted, so that it is not begun anew. */
  deadline: number | undefined;
  cancelTimer: (() => void) | undefined;
  timerEnd = 0;
  timerInterval = 0;
  /** CPU time: what passed between the answers to calls and the next ones, in microseconds. */
  userTime = 0;
  childTimes = { utime: 0, stime: 0 };
  answeredAt: number;
  private cancel: Cancel | undefined;

  constructor(pid: number, ppid: number, host: TaskHost, root: Node, cred: Credentials) {
    this.pid = pid;
    this.ppid = ppid;
    this.host = host;
    this.started = host.clock.now();
    this.answeredAt = this.started;
    this.root = root.retain();
    this.cwd = root.retain();
    this.cred = cred;
    this.savedUid = cred.uid;
    this.savedGid = cred.gid;
    this.realUid = cred.uid;
    this.realGid = cred.gid;
    this.limits[RLIMIT.NOFILE] = { cur: this.fds.limit, max: this.fds.limit };
    this.limits[RLIMIT.CORE] = { cur: 0, max: RLIM_INFINITY };
    this.limits[RLIMIT.STACK] = { cur: 8 << 20, max: RLIM_INFINITY };
  }

  /** The child of a fork: everything is the same but the pids, pending signals, timers and CPU time. */
  fork(pid: number): Task {
    const child = new Task(pid, this.pid, this.host, this.root, this.cred);
    child.fds = this.fds.copy();
    child.cwd.release();
    child.cwd = this.cwd.retain();
    child.savedUid = this.savedUid;
    child.savedGid = this.savedGid;
    child.realUid = this.realUid;
    child.realGid = this.realGid;
    child.umask = this.umask;
    child.signals = this.signals.copy();
    child.limits = [...this.limits];
    child.argv = this.argv;
    child.envp = this.envp;
    child.exe = this.exe;
    child.program = this.program;
    child.trace = this.trace?.follow();
    return child;
  }

  /** Make a directory the working one; the caller's reference becomes the task's. One that died meanwhile holds nothing. */
  enter(directory: Node): void {
    if (this.state === 'dead') {
      directory.release();
      return;
    }
    this.cwd.release();
    this.cwd = directory;
  }

  // --- Caller ------------------------------------------------------------------------------------------------------

  sleeping(): Cancel {
    if (this.attention) throw new SysError('EINTR');
    this.cancel ??= new Cancel();
    return this.cancel;
  }

  raise(signal: number): void {
    this.host.raise(this, signal);
  }

  immune(signal: number): boolean {
    return this.signals.isImmune(signal);
  }

  get fileSizeLimit(): number {
    const limit = this.limits[RLIMIT.FSIZE]?.cur ?? RLIM_INFINITY;
    return limit >= RLIM_INFINITY ? Number.POSITIVE_INFINITY : limit;
  }

  /** For file systems that ask who is calling (procfs). */
  get caller(): this {
    return this;
  }

  get stopped(): boolean {
    return this.state === 'stopped';
  }

  /** Does the call in progress wait for something to happen? */
  get asleep(): boolean {
    return this.cancel !== undefined;
  }

  /** Does something keep the task from sleeping on? */
  get attention(): boolean {
    return this.state !== 'running' || this.signals.next()?.effect === 'handler';
  }

  /** Wake the call in progress, if it sleeps: it ends with EINTR. */
  interrupt(): void {
    const { cancel } = this;
    this.cancel = undefined;
    cancel?.cancel();
  }

  /** The call in progress has ended. */
  awake(): void {
    this.cancel = undefined;
  }
}
