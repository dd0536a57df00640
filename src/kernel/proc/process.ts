// A process as the kernel sees it: its place among the others, and what its parent has yet to learn of it.

import type { CpuTimes, SignalInfo } from '../link.ts';
import { WaitQueue } from '../wait-queue.ts';

/** How the kernel reaches the station that a process lives in. */
export interface StationLink {
  readonly id: number;
  signal(pid: number, signal: number, from: number, info: SignalInfo): void;
  reparented(pid: number, ppid: number): void;
}

export class Process {
  readonly pid: number;
  readonly station: StationLink | undefined;
  readonly children = new Set<Process>();
  readonly childChanged = new WaitQueue();
  readonly started: number;
  parent: Process | undefined;
  pgid: number;
  sid: number;
  /** Number of the controlling terminal. */
  tty: number | undefined;
  uid: number;
  gid: number;
  state: 'running' | 'stopped' | 'zombie' = 'running';
  /** Wait status of a zombie. */
  exitStatus = 0;
  times: CpuTimes = { utime: 0, stime: 0 };
  /** A stop or a continuation that the parent has not waited for yet (a wait status). */
  news: number | undefined;
  /** Children vanish at their end instead of becoming zombies. */
  autoReap = false;
  /** SIGKILL is on its way: it has no more children, so that who kills them all has killed them all. */
  doomed = false;
  /** setpgid(2) by the parent is over once the child has run execve. */
  hasExeced = false;
  argv: Uint8Array = new Uint8Array();

  constructor(pid: number, station: StationLink | undefined, parent: Process | undefined, started: number) {
    this.pid = pid;
    this.station = station;
    this.parent = parent;
    this.started = started;
    this.pgid = parent?.pgid ?? pid;
    this.sid = parent?.sid ?? pid;
    this.tty = parent?.tty;
    this.uid = parent?.uid ?? 0;
    this.gid = parent?.gid ?? 0;
    parent?.children.add(this);
  }
}
