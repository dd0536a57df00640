// What a station and the kernel say to each other (transport/rpc.ts carries it).
//
// The kernel is the authority for names and relations: pids, groups, sessions, parents, terminals. A station owns what
// is inside a process: descriptors, memory, dispositions. Every operation names the process it acts for; the kernel
// refuses a pid that is not of the asking station.

import type { Termios, Winsize } from '../abi/termios.ts';
import type { SocketAddress } from './net/address.ts';
import type { Delivery } from './net/datagram-socket.ts';
import type { BoundName, Protocol } from './net/names.ts';
import type { Credentials } from './net/socket.ts';
import type { Where } from './net/sockets.ts';
import type { WireMessage } from './net/wire.ts';

/** CPU time in microseconds. */
export interface CpuTimes {
  readonly utime: number;
  readonly stime: number;
}

export interface WaitResult extends CpuTimes {
  readonly pid: number;
  readonly status: number;
}

/** A row of the process list. */
export interface ProcessRow {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  readonly uid: number;
  readonly gid: number;
  /** N of /dev/pts/N, or -1. */
  readonly tty: number;
  /** Foreground group of that terminal, or -1. */
  readonly tpgid: number;
  readonly state: 'running' | 'stopped' | 'zombie';
  readonly exitStatus: number;
  /** NUL-terminated strings. */
  readonly argv: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly started: number;
}

/** An open descriptor: what /proc/<pid>/fd and fdinfo show. */
export interface DescriptorDetail {
  readonly fd: number;
  /** A byte string. */
  readonly target: string;
  readonly flags: number;
  readonly cloexec: boolean;
  readonly offset: number;
}

/** What only the process's own station knows; /proc/<pid> shows it. */
export interface ProcessDetail extends CpuTimes {
  readonly environ: Uint8Array;
  /** Byte strings. */
  readonly cwd: string;
  readonly root: string;
  readonly exe: string;
  readonly fds: readonly DescriptorDetail[];
  readonly umask: number;
  /** By the numbers of getrlimit(2). */
  readonly limits: readonly { readonly cur: number; readonly max: number }[];
  readonly blocked: readonly [lo: number, hi: number];
  readonly ignored: readonly [lo: number, hi: number];
  readonly caught: readonly [lo: number, hi: number];
  readonly pending: readonly [lo: number, hi: number];
  readonly sleeping: boolean;
}

/** What a lock is asked for: see locks/lock-table.ts. */
export interface LockRequest {
  /** The open file description that is to own it, by a number of the station; 0: the process. */
  readonly description: number;
  readonly write: boolean;
  readonly start: number;
  /** Infinity: whatever the file grows to. */
  readonly end: number;
  /** As by flock(2): when it cannot be had at once, what the owner held there so far is lost. */
  readonly drops: boolean;
}

/** A lock that is in the way. */
export interface LockHolder {
  readonly write: boolean;
  readonly start: number;
  readonly end: number;
  /** -1: an open file description. */
  readonly pid: number;
}

/** Something was done to a file: files are keys (station/file-key.ts), the mask is of inotify(7). */
export interface FileChange {
  readonly dir: string | undefined;
  /** In that directory, a byte string. */
  readonly name: string;
  readonly file: string | undefined;
  readonly mask: number;
  readonly cookie: number;
}

/** What mount(2) asks for. Paths are byte strings. */
export interface MountRequest {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly flags: number;
  readonly data: string;
}

/** A mount of a process, as every station makes it: paths are absolute. */
export interface MountRow extends MountRequest {
  readonly id: number;
  /** Of a tmpfs: the inode of its root. */
  readonly root?: number;
}

/** How a process of the station stands towards the job-control signals of its terminal. */
export interface JobControl {
  readonly pid: number;
  /** SIGTTIN or SIGTTOU (whichever the call would raise) is blocked or ignored. */
  readonly immune: boolean;
}

export interface KernelOps {
  /** A new child with its parent's group, session and terminal. EAGAIN at the limit. */
  fork(parent: number): number;
  /** A new process that leads a session of its own, child of init. EAGAIN at the limit. */
  spawn(uid: number, gid: number): number;
  /** A child that never ran: remove it without telling its parent. */
  abandon(pid: number): void;
  /** (notification) What the process runs, for the process list. */
  exec(pid: number, argv: Uint8Array): void;
  /** (notification) */
  credentials(pid: number, uid: number, gid: number): void;
  /** (also as a notification) The process is over. */
  exit(pid: number, status: number, times: CpuTimes): void;
  /** (notification) */
  stopped(pid: number, signal: number): void;
  /** (notification) */
  continued(pid: number): void;
  /** (notification) Children are not to become zombies (SIGCHLD ignored, SA_NOCLDWAIT). */
  autoReap(pid: number, on: boolean): void;
  /** wait4(2): null with WNOHANG and nothing to tell. */
  wait(pid: number, target: number, options: number): WaitResult | null;
  getpgid(pid: number, target: number): number;
  setpgid(pid: number, target: number, pgid: number): void;
  getsid(pid: number, target: number): number;
  setsid(pid: number): number;
  kill(pid: number, target: number, signal: number): void;
  /** For the host: signal every process of a session, whether its leader lives or not. False when there is none. */
  killSession(sid: number, signal: number): boolean;
  processes(): ProcessRow[];
  /** Of all processes that have ended. */
  endedTimes(): CpuTimes;
  /** ESRCH when the process is gone. */
  detail(pid: number): ProcessDetail;

  /** Lock bytes of a file; `file` is a key of the station's (station/file-key.ts). EAGAIN unless `wait`, EDEADLK, EINTR. */
  lock(pid: number, file: string, request: LockRequest, wait: boolean): void;
  /** (notification) Unlock bytes. */
  unlock(pid: number, file: string, request: LockRequest): void;
  /** Who would keep the process from locking? */
  lockHolder(pid: number, file: string, request: LockRequest): LockHolder | null;
  /** (notification) An owner has closed the file: the description of a number, or (0) the process. */
  unlockAll(pid: number, file: string, description: number): void;

  /** The station watches a file: it is told what others do to it. */
  watch(file: string): void;
  /** (notification) */
  unwatch(file: string): void;
  /** What other stations watch. */
  watchedFiles(): string[];
  /** (notification) The station has changed what another one watches. */
  changed(change: FileChange): void;

  /** The station has mounted something: the others do as well. Gives its number. */
  mount(row: Omit<MountRow, 'id'>): number;
  /** EBUSY when another station uses it, unless `lazy`; EINVAL when it is not there any more. */
  umount(id: number, lazy: boolean): void;
  mountRows(): MountRow[];

  /** Open the terminal of a number; becomes the controlling one of a session leader without, unless `noctty`. */
  ttyOpen(pid: number, tty: number, noctty: boolean): void;
  /** The number of the process's controlling terminal. ENXIO when it has none. */
  ttyControlling(pid: number): number;
  /** (notification) One open file of the slave side is gone. */
  ttyClose(tty: number): void;
  ttyRead(job: JobControl, tty: number, max: number, nonblock: boolean): Uint8Array;
  ttyWrite(job: JobControl, tty: number, bytes: Uint8Array, nonblock: boolean): number;
  /** What of `events` (POLL bits) holds now. */
  ttyReady(tty: number, events: number, master: boolean): number;
  /** As `ttyReady`, but sleeps until it is not 0. */
  ttyPoll(tty: number, events: number, master: boolean): number;
  ttyGetAttributes(tty: number): Termios;
  ttySetAttributes(job: JobControl, tty: number, when: number, termios: Termios): void;
  ttyGetSize(tty: number): Winsize;
  ttySetSize(tty: number, size: Winsize): void;
  ttyGetForeground(pid: number, tty: number): number;
  ttySetForeground(job: JobControl, tty: number, pgid: number): void;
  ttyGetSession(pid: number, tty: number): number;
  ttyFlush(job: JobControl, tty: number, queue: number): void;
  ttyFlow(job: JobControl, tty: number, action: number): void;
  ttyDrain(job: JobControl, tty: number): void;
  ttySetControlling(pid: number, tty: number, steal: boolean): void;
  ttyDropControlling(pid: number, tty: number): void;
  ttyReadable(tty: number): number;
  /** Numbers of the terminals that exist. */
  ttys(): number[];
  /** A new terminal whose master side the asking station holds. */
  ptyOpen(): number;
  ptyRead(tty: number, max: number, nonblock: boolean): Uint8Array;
  ptyWrite(tty: number, bytes: Uint8Array, nonblock: boolean): number;
  ptyReadable(tty: number): number;
  /** (notification) The master side is closed: hang up. */
  ptyClose(tty: number): void;

  /** Give a socket of the station a name (net/switchboard.ts). EADDRINUSE, EADDRNOTAVAIL. */
  netBind(socket: number, name: BoundName): BoundName;
  /** (notification) */
  netListen(socket: number): void;
  /** (notification) The name is free again. */
  netRelease(socket: number): void;
  /** Connect to a socket of another station, by a line with a number of the asker's. ECONNREFUSED. */
  netConnect(line: number, protocol: Protocol, where: Where, from: SocketAddress, credentials: Credentials): void;
  /** (notification) For the other end of a line. */
  netRelay(line: number, message: WireMessage): void;
  netDatagram(protocol: Protocol, where: Where, from: SocketAddress, bytes: Uint8Array): Delivery;
}

/** What comes with a signal. */
export interface SignalInfo {
  /** The process's group is orphaned, so stop signals do nothing. */
  readonly orphaned: boolean;
  /** SIGCHLD for a child that did not end. */
  readonly childStop: boolean;
  /** Of the child that SIGCHLD tells of, as wait(2) gives it. */
  readonly status: number | undefined;
}

export interface StationOps {
  /** (notification) Deliver a signal. */
  signal(pid: number, signal: number, from: number, info: SignalInfo): void;
  /** (notification) */
  reparented(pid: number, ppid: number): void;
  /** (notification) Another station watches a file from now on, or no more. */
  watched(file: string, on: boolean): void;
  /** (notification) Another station has mounted something. */
  mounted(row: MountRow): void;
  /** (notification) */
  unmounted(id: number): void;
  /** Has a process of the station something open there? */
  mountBusy(id: number): boolean;
  /** (notification) Another station has changed what this one watches. */
  changed(change: FileChange): void;
  detail(pid: number): ProcessDetail;
  /** Somebody connects to a socket of the station: answered when the connection waits to be accepted. ECONNREFUSED. */
  netOffer(socket: number, line: number, from: SocketAddress, to: SocketAddress, credentials: Credentials): void;
  /** (notification) From the other end of a line. */
  netRelayed(line: number, message: WireMessage): void;
  netDelivered(socket: number, from: SocketAddress, bytes: Uint8Array): Delivery;
}
