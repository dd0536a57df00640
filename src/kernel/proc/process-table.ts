// The process table: birth, groups and sessions, wait, signals and death, as POSIX.1-2017 has them (and where that is
// silent, Linux). Process 1 is the kernel's own init: it adopts orphans and reaps them at once.
//
// Invariants: a process is in the table from `fork` until it has been waited for; a process group exists while it has
// a member that is no zombie or an unreaped one; the pid of a living group or session is not given out again.

import { SysError } from '../../abi/errno.ts';
import { LIMITS } from '../../abi/file.ts';
import { NSIG, SIGNAL } from '../../abi/signals.ts';
import { CONTINUED_STATUS, stoppedStatus, WAIT } from '../../abi/wait.ts';
import type { CpuTimes, WaitResult } from '../link.ts';
import type { Cancel } from '../wait-queue.ts';
import { Process, type StationLink } from './process.ts';

const INIT_PID = 1;

/** What the table tells the terminals: a session has lost its leader, a group is gone. */
export interface TableEvents {
  /** The leader of a session with a controlling terminal has ended. */
  sessionEnded(sid: number, tty: number): void;
}

export class ProcessTable {
  readonly init: Process;
  private readonly processes = new Map<number, Process>();
  private readonly now: () => number;
  private readonly limit: number;
  private readonly events: TableEvents;
  /** CPU time of all that have ended. */
  endedTimes: CpuTimes = { utime: 0, stime: 0 };
  private lastPid = INIT_PID;

  constructor(options: { now: () => number; limit: number; events: TableEvents }) {
    this.now = options.now;
    this.limit = options.limit;
    this.events = options.events;
    this.init = new Process(INIT_PID, undefined, undefined, this.now());
    this.init.autoReap = true;
    this.processes.set(INIT_PID, this.init);
  }

  get all(): Iterable<Process> {
    return this.processes.values();
  }

  get size(): number {
    return this.processes.size;
  }

  find(pid: number): Process | undefined {
    return this.processes.get(pid);
  }

  /** ESRCH when there is no such process. */
  get(pid: number): Process {
    const process = this.processes.get(pid);
    if (process === undefined) throw new SysError('ESRCH', `process ${pid}`);
    return process;
  }

  // --- birth -------------------------------------------------------------------------------------------------------

  fork(parent: Process, station: StationLink): Process {
    if (parent.doomed) throw new SysError('EAGAIN', 'being killed');
    const child = new Process(this.allotPid(), station, parent, this.now());
    child.argv = parent.argv;
    this.processes.set(child.pid, child);
    return child;
  }

  /** A child of init that leads a session of its own. */
  spawn(station: StationLink, uid: number, gid: number): Process {
    const child = this.fork(this.init, station);
    child.pgid = child.pid;
    child.sid = child.pid;
    child.tty = undefined;
    child.uid = uid;
    child.gid = gid;
    return child;
  }

  private allotPid(): number {
    if (this.processes.size >= this.limit) throw new SysError('EAGAIN', `limit of ${this.limit} processes`);
    for (;;) {
      this.lastPid = this.lastPid >= LIMITS.PID_MAX ? 2 : this.lastPid + 1;
      if (!this.isTaken(this.lastPid)) return this.lastPid;
    }
  }

  private isTaken(id: number): boolean {
    if (this.processes.has(id)) return true;
    for (const p of this.processes.values()) if (p.pgid === id || p.sid === id) return true;
    return false;
  }

  // --- groups and sessions -----------------------------------------------------------------------------------------

  group(pgid: number): Process[] {
    const members: Process[] = [];
    for (const p of this.processes.values()) if (p.pgid === pgid && p.state !== 'zombie') members.push(p);
    return members;
  }

  /** Does a session have this group? A zombie still counts: its parent may not know yet that it has ended. */
  hasGroup(sid: number, pgid: number): boolean {
    for (const p of this.processes.values()) if (p.pgid === pgid && p.sid === sid) return true;
    return false;
  }

  setpgid(caller: Process, pid: number, pgid: number): void {
    if (pgid < 0) throw new SysError('EINVAL');
    const target = pid === 0 ? caller : this.get(pid);
    if (target !== caller) {
      if (target.parent !== caller) throw new SysError('ESRCH');
      if (target.sid !== caller.sid) throw new SysError('EPERM');
      if (target.hasExeced) throw new SysError('EACCES');
    }
    if (target.sid === target.pid) throw new SysError('EPERM');
    const group = pgid === 0 ? target.pid : pgid;
    if (group === target.pgid) return;
    if (group !== target.pid && !this.hasGroup(caller.sid, group)) throw new SysError('EPERM');
    const before = this.adjacentGroups(target);
    target.pgid = group;
    this.hangUpNewlyOrphaned(before);
  }

  setsid(caller: Process): number {
    for (const p of this.processes.values()) if (p.pgid === caller.pid) throw new SysError('EPERM');
    const before = this.adjacentGroups(caller);
    caller.sid = caller.pid;
    caller.pgid = caller.pid;
    caller.tty = undefined;
    this.hangUpNewlyOrphaned(before);
    return caller.pid;
  }

  /** POSIX 3.264: no member has a parent in another group of the same session. */
  isOrphaned(pgid: number): boolean {
    for (const p of this.group(pgid)) {
      const parent = p.parent;
      if (parent !== undefined && parent !== this.init && parent.pgid !== pgid && parent.sid === p.sid) return false;
    }
    return true;
  }

  /** Groups whose orphan state may change with this process: its own and its children's, those not orphaned yet. */
  private adjacentGroups(process: Process): number[] {
    const groups = new Set([process.pgid]);
    for (const child of process.children) groups.add(child.pgid);
    return [...groups].filter((pgid) => !this.isOrphaned(pgid));
  }

  /** A group that becomes orphaned with a stopped member gets SIGHUP and SIGCONT: nobody else would continue it. */
  private hangUpNewlyOrphaned(groups: readonly number[]): void {
    for (const pgid of groups) {
      const members = this.group(pgid);
      if (!this.isOrphaned(pgid) || !members.some((p) => p.state === 'stopped')) continue;
      for (const p of members) this.deliver(p, SIGNAL.SIGHUP, 0);
      for (const p of members) this.deliver(p, SIGNAL.SIGCONT, 0);
    }
  }

  // --- signals -----------------------------------------------------------------------------------------------------

  /** kill(2). */
  kill(caller: Process, target: number, signal: number): void {
    if (signal < 0 || signal > NSIG || !Number.isInteger(signal)) throw new SysError('EINVAL');
    const found = this.targets(caller, target);
    if (found.length === 0) throw new SysError('ESRCH');
    const allowed = found.filter((p) => this.maySignal(caller, p, signal));
    if (allowed.length === 0) throw new SysError('EPERM');
    if (signal !== 0) for (const p of allowed) this.deliver(p, signal, caller.pid);
  }

  private targets(caller: Process, target: number): Process[] {
    if (target > 0) {
      const process = this.processes.get(target);
      return process === undefined ? [] : [process];
    }
    if (target === -1) {
      return [...this.processes.values()].filter((p) => p !== this.init && p !== caller && p.state !== 'zombie');
    }
    return this.group(target === 0 ? caller.pgid : -target);
  }

  private maySignal(caller: Process, target: Process, signal: number): boolean {
    if (target === this.init) return caller.uid === 0 && signal === 0;
    if (caller.uid === 0 || caller.uid === target.uid) return true;
    return signal === SIGNAL.SIGCONT && caller.sid === target.sid;
  }

  /** Hand a signal to the process's station. Zombies and init take none. */
  deliver(target: Process, signal: number, from: number, childStop = false, status?: number): void {
    if (target.state === 'zombie') return;
    if (signal === SIGNAL.SIGKILL) target.doomed = true;
    target.station?.signal(target.pid, signal, from, { orphaned: this.isOrphaned(target.pgid), childStop, status });
  }

  signalGroup(pgid: number, signal: number): void {
    for (const p of this.group(pgid)) this.deliver(p, signal, 0);
  }

  /** False when the session has nobody any more. */
  signalSession(sid: number, signal: number): boolean {
    let found = false;
    for (const p of this.processes.values()) {
      if (p.sid !== sid || p.state === 'zombie') continue;
      found = true;
      if (signal !== 0) this.deliver(p, signal, 0);
    }
    return found;
  }

  // --- change of state ---------------------------------------------------------------------------------------------

  stopped(process: Process, signal: number): void {
    if (process.state !== 'running') return;
    process.state = 'stopped';
    this.tellParent(process, stoppedStatus(signal), true);
  }

  continued(process: Process): void {
    if (process.state !== 'stopped') return;
    process.state = 'running';
    this.tellParent(process, CONTINUED_STATUS, true);
  }

  private tellParent(process: Process, news: number, childStop: boolean): void {
    process.news = news;
    const { parent } = process;
    if (parent === undefined) return;
    parent.childChanged.wake();
    this.deliver(parent, SIGNAL.SIGCHLD, process.pid, childStop, news);
  }

  exit(process: Process, status: number, times: CpuTimes): void {
    if (process.state === 'zombie') return;
    const before = this.adjacentGroups(process);
    process.state = 'zombie';
    process.exitStatus = status;
    process.times = times;
    this.endedTimes = { utime: this.endedTimes.utime + times.utime, stime: this.endedTimes.stime + times.stime };
    // That it stopped is of no interest any more; that it went on may not have been told yet.
    if (process.news !== CONTINUED_STATUS) process.news = undefined;
    for (const child of process.children) this.adopt(child);
    process.children.clear();
    if (process.sid === process.pid && process.tty !== undefined) this.events.sessionEnded(process.sid, process.tty);
    this.hangUpNewlyOrphaned(before);
    const { parent } = process;
    if (parent === undefined || parent.autoReap) this.reap(process);
    if (parent === undefined) return;
    parent.childChanged.wake();
    this.deliver(parent, SIGNAL.SIGCHLD, process.pid, false, status);
  }

  private adopt(child: Process): void {
    child.parent = this.init;
    this.init.children.add(child);
    child.station?.reparented(child.pid, INIT_PID);
    if (child.state === 'zombie') this.reap(child);
  }

  /** A child that never ran: nobody hears of it. */
  abandon(process: Process): void {
    process.state = 'zombie';
    this.reap(process);
  }

  private reap(process: Process): void {
    process.parent?.children.delete(process);
    process.parent = undefined;
    this.processes.delete(process.pid);
  }

  // --- wait --------------------------------------------------------------------------------------------------------

  /** wait4(2). Null with WNOHANG when nothing has changed; ECHILD when there is no child to wait for. */
  async wait(caller: Process, target: number, options: number, cancel: Cancel): Promise<WaitResult | null> {
    if ((options & ~WAIT_OPTIONS) !== 0) throw new SysError('EINVAL');
    for (;;) {
      const result = this.tryWait(caller, target, options);
      if (result !== undefined) return result;
      if ((options & WAIT.NOHANG) !== 0) return null;
      await caller.childChanged.wait(cancel);
    }
  }

  private tryWait(caller: Process, target: number, options: number): WaitResult | undefined {
    let candidates = 0;
    const leave = (options & WAIT.NOWAIT) !== 0;
    for (const child of caller.children) {
      if (!matches(caller, child, target)) continue;
      const dead = child.state === 'zombie';
      if (dead && (options & WAIT.LIVING) === 0) {
        if (!leave) this.reap(child);
        return { pid: child.pid, status: child.exitStatus, ...child.times };
      }
      if (!dead) candidates++;
      const { news } = child;
      const wanted = news === CONTINUED_STATUS ? WAIT.CONTINUED : WAIT.UNTRACED;
      if (news === undefined || (options & wanted) === 0) continue;
      if (!leave) child.news = undefined;
      return { pid: child.pid, status: news, ...child.times };
    }
    if (candidates === 0) throw new SysError('ECHILD');
    return undefined;
  }
}

const WAIT_OPTIONS = Object.values(WAIT).reduce((all, option) => all | option, 0);

const matches = (caller: Process, child: Process, target: number): boolean => {
  if (target === -1) return true;
  if (target > 0) return child.pid === target;
  return child.pgid === (target === 0 ? caller.pgid : -target);
};
