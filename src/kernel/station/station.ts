// A station: the half of the OS that lives in each tab, beside its processes. It owns what is inside a process
// (descriptors, directories, dispositions), answers its calls, and reports births, stops and deaths to the kernel.
//
// Life of a task: `create` or fork -> `launch` (a worker) -> calls -> `terminate`, exactly once, which releases all it
// held. `assertQuiescent` proves that nothing was left behind.

import { SysError } from '../../abi/errno.ts';
import type { ForkImage, Program } from '../../abi/program.ts';
import { DISPOSITION, SIGNAL, sigbit, signalName, UNBLOCKABLE } from '../../abi/signals.ts';
import type { ChannelCall } from '../../abi/syscalls.ts';
import { signaledStatus } from '../../abi/wait.ts';
import { bytesOf } from '../../base/bytes.ts';
import { NodeFile } from '../fd/vfs-file.ts';
import { AnonFs } from '../fs/anonfs/anonfs.ts';
import type { KernelPort } from '../kernel-port.ts';
import type { ProcessDetail } from '../link.ts';
import { Sockets } from '../net/sockets.ts';
import type { Clock, Log, ProcessWorker, Random, Spawner } from '../ports.ts';
import { makeHandlers } from '../syscalls/table.ts';
import { type Awaitable, chain } from '../vfs/flow.ts';
import type { Credentials, Node, Vfs } from '../vfs/vfs.ts';
import { Cancel } from '../wait-queue.ts';
import { WatchTable } from '../watches/watch-table.ts';
import { Dispatcher, TaskGone } from './dispatch.ts';
import { FifoTable } from './fifo-table.ts';
import { FileLocks } from './file-locks.ts';
import { Mounter } from './mounter.ts';
import type { ProgramLoader } from './program-loader.ts';
import { ReadCaches } from './read-caches.ts';
import type { StationOperations } from './serve.ts';
import { Task, type TaskHost } from './task.ts';
import { taskDetail } from './task-detail.ts';
import { formatCall, withResults } from './trace.ts';

export interface StationParts {
  readonly kernel: KernelPort;
  readonly vfs: Vfs;
  readonly loader: ProgramLoader;
  readonly spawner: Spawner;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

type Argument = number | string | Uint8Array;

/**
 * Most processes of one station. Chromium has addresses for 124 memories in a tab; workers that are idle or on their
 * way out have one as well.
 */
const STATION_PROCESS_LIMIT = 96;

export class Station implements TaskHost {
  readonly kernel: KernelPort;
  readonly vfs: Vfs;
  readonly loader: ProgramLoader;
  readonly clock: Clock;
  readonly random: Random;
  readonly fifos = new FifoTable();
  readonly locks: FileLocks;
  private readonly readCaches = new ReadCaches();
  readonly sockets: Sockets;
  readonly watches: WatchTable;
  readonly mounter: Mounter;
  /** Pipes and terminals as nodes, for /proc/<pid>/fd. */
  readonly anonymous = new AnonFs();
  readonly tasks = new Map<number, Task>();
  private readonly spawner: Spawner;
  readonly log: Log;
  private readonly dispatcher: Dispatcher;
  private readonly exits = new Map<number, (status: number) => void>();

  constructor(parts: StationParts) {
    this.kernel = parts.kernel;
    this.locks = new FileLocks(parts.kernel);
    this.watches = new WatchTable(parts.kernel, seedOf(parts.random));
    this.mounter = new Mounter({ ...parts, unmounted: (fs) => this.watches.unmounted(fs) });
    this.vfs = parts.vfs;
    this.loader = parts.loader;
    this.spawner = parts.spawner;
    this.clock = parts.clock;
    this.random = parts.random;
    this.log = parts.log;
    this.sockets = new Sockets(parts);
    this.dispatcher = new Dispatcher(makeHandlers(this));
    this.vfs.changes.listener = this.watches;
    this.watches.onWatched = () => this.readCaches.revoke();
    void this.learnWatches();
  }

  /** What other stations watch already. */
  private async learnWatches(): Promise<void> {
    for (const file of await this.kernel.call('watchedFiles')) this.watches.watchedElsewhere(file, true);
  }

  // --- calls -------------------------------------------------------------------------------------------------------

  /** Answer a call of a task's worker. Throws SysError, or TaskGone when there is nobody to answer any more. */
  call(task: Task, name: ChannelCall, args: readonly Argument[]): number | Promise<number> {
    const now = this.clock.now();
    task.userTime += Math.max(0, now - task.answeredAt) * 1000;
    // The execve that starts the tracing is the first that is shown.
    if (task.trace !== undefined && (task.trace.armed || name === 'execve')) return this.traced(task, name, args);
    return this.dispatcher.call(task, name, args);
  }

  private async traced(task: Task, name: ChannelCall, args: readonly Argument[]): Promise<number> {
    // What goes in is kept: buffers lie in the window of the channel, where the answer overwrites them.
    const given = args.map((a) => (a instanceof Uint8Array ? Uint8Array.from(a) : a));
    if (name === 'exit') await this.writeTrace(task, `${formatCall(name, given, '?')}\n`);
    let outcome: number | SysError;
    try {
      outcome = await this.dispatcher.call(task, name, args);
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      outcome = error;
    }
    const shown = name === 'write' || typeof outcome !== 'number' ? given : withResults(name, given, args);
    if (task.trace?.armed === true && name !== 'exit')
      await this.writeTrace(task, `${formatCall(name, shown, outcome)}\n`);
    if (typeof outcome === 'number') return outcome;
    throw outcome;
  }

  private async writeTrace(task: Task, text: string): Promise<void> {
    const { trace } = task;
    if (trace === undefined) return;
    const line = trace.withPid ? `[pid ${task.pid}] ${text}` : text;
    // Written by the tracer, as it were: no signal of the traced process interrupts it.
    const tracer = {
      pid: task.pid,
      sleeping: () => new Cancel(),
      raise: () => {},
      immune: () => true,
      fileSizeLimit: Infinity,
    };
    try {
      await trace.file.write(tracer, bytesOf(line));
    } catch (error) {
      // The tracer's descriptor is gone (a closed pipe): the program goes on untraced, as under strace.
      if (!(error instanceof SysError)) throw error;
      if (task.trace === trace) this.dropTrace(task);
    }
  }

  dropTrace(task: Task): void {
    task.trace?.file.release();
    task.trace = undefined;
  }

  // --- birth -------------------------------------------------------------------------------------------------------

  /** EAGAIN when there are as many processes as there may be. */
  checkRoom(limit = STATION_PROCESS_LIMIT): void {
    if (this.tasks.size >= Math.min(limit, STATION_PROCESS_LIMIT)) throw new SysError('EAGAIN', 'too many processes');
  }

  /** A task for a pid that the kernel has allotted to a new session's leader. */
  create(pid: number, cred: Credentials): Task {
    const task = new Task(pid, 1, this, this.vfs.root, cred);
    this.tasks.set(pid, task);
    return task;
  }

  /** The child of fork, vfork or spawn. */
  adoptFork(parent: Task, pid: number): Task {
    const child = parent.fork(pid);
    this.tasks.set(pid, child);
    return child;
  }

  /** Give a task a worker and start its program there. */
  async launch(task: Task, program: Program, fork?: ForkImage): Promise<void> {
    task.program = program;
    let worker: ProcessWorker;
    try {
      worker = await this.spawner.take();
    } catch (error) {
      this.log(`no worker for process ${task.pid}: ${String(error)}`);
      this.terminate(task, signaledStatus(SIGNAL.SIGKILL));
      return;
    }
    if (task.state === 'dead') {
      this.spawner.giveBack(worker);
      return;
    }
    task.worker = worker;
    this.attach(worker, task);
    task.answeredAt = this.clock.now();
    this.begin(task, worker, program, fork);
    this.refreshSignals(task);
  }

  /** Run a program in the task's worker: its first, or the next one. */
  begin(task: Task, worker: ProcessWorker, program: Program, fork?: ForkImage): void {
    for (const [, file] of task.fds.entries()) file.detach();
    task.readCache = this.readCaches.of(program);
    const { pid, argv, envp, readCache } = task;
    const pool = readCache && { pool: readCache.memory };
    worker.start({ pid, program, argv, envp, ...(fork && { fork }), ...pool });
  }

  /** Hosts learn here whose calls a worker makes. */
  attach: (worker: ProcessWorker, task: Task) => void = () => {};

  /** fchdir(2). */
  changeDirectory(task: Task, fd: number): Awaitable<void> {
    const file = task.fds.get(fd);
    if (!(file instanceof NodeFile)) throw new SysError('ENOTDIR');
    return chain(this.vfs.checkEnter(task, file.node), () => task.enter(file.node.retain()));
  }

  // --- signals -----------------------------------------------------------------------------------------------------

  raise(task: Task, signal: number): void {
    this.signal(task, signal, task.pid);
  }

  /** A signal has been sent to the task: note it and do what it does. */
  signal(task: Task, signal: number, from: number, orphaned = false, status?: number): void {
    if (task.state === 'dead') return;
    const { signals } = task;
    if (signal === SIGNAL.SIGCONT || signal === SIGNAL.SIGKILL) this.resume(task);
    if (orphaned && JOB_STOPS.has(signal) && signals.action(signal).disposition === DISPOSITION.default) return;
    signals.post(signal, from, status);
    task.signaled.wake();
    this.deliver(task);
  }

  /** Let what is pending and not blocked act. */
  deliver(task: Task): void {
    const { signals } = task;
    while (task.state === 'running') {
      const next = signals.next();
      if (next === undefined || next.effect === 'handler') break;
      signals.discard(next.sig);
      if (next.effect === 'stop') this.stop(task, next.sig);
      else this.terminate(task, signaledStatus(next.sig));
    }
    // SIGKILL ends a stopped task as well.
    if (task.state === 'stopped' && (signals.pending & UNBLOCKABLE & sigbit(SIGNAL.SIGKILL)) !== 0n) {
      this.terminate(task, signaledStatus(SIGNAL.SIGKILL));
    }
    if (task.state === 'running') this.refreshSignals(task);
  }

  /** Flag handlers that are to run, and wake the call in progress for them. */
  refreshSignals(task: Task): void {
    const waiting = task.signals.next()?.effect === 'handler';
    const worker = task.worker ?? undefined;
    worker?.flagSignals(waiting);
    if (waiting) task.interrupt();
  }

  private stop(task: Task, signal: number): void {
    task.state = 'stopped';
    this.kernel.notify('stopped', task.pid, signal);
    task.interrupt();
  }

  private resume(task: Task): void {
    if (task.state !== 'stopped') return;
    task.state = 'running';
    this.kernel.notify('continued', task.pid);
    this.deliver(task);
    task.continued.wake();
  }

  // --- death -------------------------------------------------------------------------------------------------------

  /** The task is over: release everything it holds and tell the kernel. `status` is a wait status. */
  terminate(task: Task, status: number): void {
    if (task.state === 'dead') return;
    task.state = 'dead';
    const { worker, lender, shadow } = task;
    if (shadow !== undefined) this.terminate(shadow, signaledStatus(SIGNAL.SIGKILL));
    const bySignal = (status & 0x7f) !== 0;
    if (task.trace?.armed === true) void this.traceEnd(task, status);
    else this.dropTrace(task);
    task.cancelTimer?.();
    task.fds.end();
    this.readCaches.leave(task.readCache);
    task.cwd.release();
    task.root.release();
    this.tasks.delete(task.pid);
    this.tellExit(task, status);
    task.interrupt();
    task.continued.wake();
    if (lender === undefined) {
      if (bySignal) worker?.kill();
      else worker?.finish();
    }
  }

  /** Whoever waits for the end in a page asks the kernel next, by another way: the kernel has to know it before them. */
  private tellExit(task: Task, status: number): void {
    const { pid } = task;
    const times = { utime: Math.round(task.userTime), stime: 0 };
    const told = this.exits.get(pid);
    if (told === undefined) {
      this.kernel.notify('exit', pid, status, times);
      return;
    }
    this.exits.delete(pid);
    const tell = (): void => told(status);
    // A kernel that is gone keeps nobody waiting.
    void this.kernel.call('exit', pid, status, times).then(tell, tell);
  }

  private async traceEnd(task: Task, status: number): Promise<void> {
    const how = (status & 0x7f) === 0 ? `exited with ${status >> 8}` : `killed by ${signalName(status & 0x7f)}`;
    await this.writeTrace(task, `+++ ${how} +++\n`);
    this.dropTrace(task);
  }

  /** Resolves with the wait status when a task of this station ends. */
  exited(pid: number): Promise<number> {
    return new Promise((resolve) => this.exits.set(pid, resolve));
  }

  /** A worker has failed or vanished: whatever it ran is dead. */
  workerLost(task: Task, why: string): void {
    this.log(`the worker of process ${task.pid} failed: ${why}`);
    this.terminate(task, signaledStatus(SIGNAL.SIGKILL));
  }

  // --- for the kernel ----------------------------------------------------------------------------------------------

  /** What the kernel may ask of this station. */
  readonly operations: StationOperations = {
    signal: (pid, signal, from, { orphaned, childStop, status }) => {
      const task = this.tasks.get(pid);
      if (task === undefined) return;
      if (childStop && (task.signals.action(SIGNAL.SIGCHLD).flags & 1) !== 0) return;
      this.signal(task, signal, from, orphaned, status);
    },
    reparented: (pid, ppid) => {
      const task = this.tasks.get(pid);
      if (task !== undefined) task.ppid = ppid;
    },
    detail: (pid) => this.detail(pid),
    netOffer: (...args) => this.sockets.offered(...args),
    netRelayed: (line, message) => this.sockets.relayed(line, message),
    netDelivered: (socket, from, bytes) => this.sockets.datagram(socket, { from, bytes }),
    mounted: (row) => this.mounter.attach(row),
    unmounted: (id) => this.mounter.detach(id),
    mountBusy: (id) => this.mounter.isBusy(id),
    watched: (file, on) => this.watches.watchedElsewhere(file, on),
    changed: (change) => this.watches.deliver(change),
  };

  private detail(pid: number): Promise<ProcessDetail> {
    const task = this.tasks.get(pid);
    if (task === undefined) throw new SysError('ESRCH');
    return taskDetail(this.vfs, task);
  }

  /** The node that a descriptor of a process leads to: its file, or a stand-in for a pipe or a terminal. */
  fileNode(pid: number, fd: number): Node | undefined {
    const file = this.tasks.get(pid)?.fds.find(fd);
    if (file === undefined) return undefined;
    return file instanceof NodeFile ? file.node : this.anonymous.nodeOf(file);
  }

  /** Everything has been released: what a test of the whole ends with. */
  assertQuiescent(): void {
    if (this.tasks.size > 0) throw new Error(`tasks left: ${[...this.tasks.keys()].join(' ')}`);
    this.fifos.assertEmpty();
    this.sockets.assertEmpty();
    this.locks.assertEmpty();
    this.watches.assertEmpty();
  }
}

/** Cookies of different stations are far apart. */
const seedOf = (random: Random): number => {
  const bytes = new Uint8Array(4);
  random.fill(bytes);
  return new DataView(bytes.buffer).getUint32(0);
};

const JOB_STOPS: ReadonlySet<number> = new Set([SIGNAL.SIGTSTP, SIGNAL.SIGTTIN, SIGNAL.SIGTTOU]);

export { TaskGone };
