// The kernel: the one authority for processes and terminals of a machine. It runs apart from every tab (a SharedWorker
// in browsers) and holds no file data.
//
// Stations connect with `connect`; what they may ask is KernelOps (link.ts), served by the object it gives. A station
// acts only for processes of its own. When a station is gone (`disconnect`), its processes are dead as by SIGHUP.

import { SysError } from '../../abi/errno.ts';
import { SIGNAL } from '../../abi/signals.ts';
import { signaledStatus } from '../../abi/wait.ts';
import type { ProcessDetail, ProcessRow, SignalInfo, StationOps } from '../link.ts';
import { type LockCalls, lockCalls, releaseProcess, releaseStation } from '../locks/lock-calls.ts';
import { LockTable } from '../locks/lock-table.ts';
import { type MountCalls, MountRows } from '../mounts/mount-rows.ts';
import type { SocketAddress } from '../net/address.ts';
import type { Delivery, Message } from '../net/datagram-socket.ts';
import { type NetCalls, netCalls } from '../net/serve.ts';
import type { Credentials as SocketCredentials } from '../net/socket.ts';
import { type NetStation, Switchboard } from '../net/switchboard.ts';
import type { WireMessage } from '../net/wire.ts';
import type { Clock } from '../ports.ts';
import { type WatchCalls, WatchHub } from '../watches/watch-hub.ts';
import type { Process, StationLink } from './process.ts';
import { ProcessTable } from './process-table.ts';
import { cancelOf, type ServedKernel } from './serve.ts';
import { type TerminalCalls, Terminals } from './terminals.ts';

const PROCESS_LIMIT = 512;

/** How the kernel calls a station (transport/rpc.ts in every host). */
export interface StationPort {
  notify<K extends keyof StationOps>(op: K, ...args: Parameters<StationOps[K]>): void;
  call<K extends keyof StationOps>(op: K, ...args: Parameters<StationOps[K]>): Promise<ReturnType<StationOps[K]>>;
}

class Connection implements StationLink, NetStation {
  readonly id: number;
  private readonly findPort: () => StationPort;

  constructor(id: number, findPort: () => StationPort) {
    this.id = id;
    this.findPort = findPort;
  }

  get port(): StationPort {
    return this.findPort();
  }

  signal(pid: number, signal: number, from: number, info: SignalInfo): void {
    this.port.notify('signal', pid, signal, from, info);
  }

  reparented(pid: number, ppid: number): void {
    this.port.notify('reparented', pid, ppid);
  }

  offer(socket: number, line: number, from: SocketAddress, to: SocketAddress, who: SocketCredentials): Promise<void> {
    return this.port.call('netOffer', socket, line, from, to, who);
  }

  relay(line: number, message: WireMessage): void {
    this.port.notify('netRelayed', line, message);
  }

  datagram(socket: number, { from, bytes }: Message): Promise<Delivery> {
    return this.port.call('netDelivered', socket, from, bytes);
  }
}

export class Kernel {
  readonly table: ProcessTable;
  readonly terminals: Terminals;
  readonly net = new Switchboard();
  private readonly locks = new LockTable();
  private readonly watches = new WatchHub();
  private readonly mounts = new MountRows();
  private readonly connections = new Map<number, Connection>();
  private lastStation = 0;

  constructor(options: { clock: Clock; processLimit?: number }) {
    this.table = new ProcessTable({
      now: () => options.clock.now(),
      limit: options.processLimit ?? PROCESS_LIMIT,
      events: { sessionEnded: (sid, tty) => this.terminals.sessionEnded(sid, tty) },
    });
    this.terminals = new Terminals(this.table, options.clock);
  }

  /** A new station. Gives its number and what it may call; `port` is asked for when there is something to tell it. */
  connect(port: () => StationPort): { readonly station: number; readonly served: ServedKernel } {
    const connection = new Connection(++this.lastStation, port);
    this.connections.set(connection.id, connection);
    const terminalCalls = this.terminals.calls(connection.id, (pid) => this.own(connection, pid));
    const locks = lockCalls(this.locks, connection.id, (pid) => void this.own(connection, pid));
    const net = netCalls(this.net, connection);
    const watches = this.watches.connect(connection.id, port);
    const mounts = this.mounts.connect(connection.id, port);
    const served = { ...this.processCalls(connection), ...terminalCalls, ...locks, ...net, ...watches, ...mounts };
    return { station: connection.id, served };
  }

  /** The station's tab is gone. */
  disconnect(station: number): void {
    const connection = this.connections.get(station);
    this.connections.delete(station);
    this.terminals.stationGone(station);
    releaseStation(this.locks, station);
    this.net.stationGone(station);
    this.watches.disconnect(station);
    this.mounts.disconnect(station);
    for (const process of this.table.all) {
      if (process.station !== connection) continue;
      releaseProcess(this.locks, process.pid);
      this.table.exit(process, signaledStatus(SIGNAL.SIGHUP), process.times);
    }
  }

  /** A process of this very station. */
  private own(connection: Connection, pid: number): Process {
    const process = this.table.get(pid);
    if (process.station !== connection || process.state === 'zombie') throw new SysError('ESRCH', `process ${pid}`);
    return process;
  }

  private processCalls(
    connection: Connection,
  ): Omit<ServedKernel, TerminalCalls | LockCalls | NetCalls | WatchCalls | MountCalls> {
    const { table } = this;
    const own = (pid: number): Process => this.own(connection, pid);
    // A notification may cross the death of its process: then it means nothing any more.
    const mine = (pid: number): Process | undefined => {
      const process = table.find(pid);
      return process?.station === connection ? process : undefined;
    };
    return {
      fork: (_c, parent) => table.fork(own(parent), connection).pid,
      spawn: (_c, uid, gid) => table.spawn(connection, uid, gid).pid,
      abandon: (_c, pid) => table.abandon(own(pid)),
      exec: (_c, pid, argv) => {
        const process = mine(pid);
        if (process === undefined) return;
        process.argv = argv;
        process.hasExeced = true;
      },
      credentials: (_c, pid, uid, gid) => {
        const process = mine(pid);
        if (process !== undefined) Object.assign(process, { uid, gid });
      },
      exit: (_c, pid, status, times) => {
        const process = mine(pid);
        if (process === undefined) return;
        releaseProcess(this.locks, pid);
        table.exit(process, status, times);
      },
      stopped: (_c, pid, signal) => {
        const process = mine(pid);
        if (process !== undefined) table.stopped(process, signal);
      },
      continued: (_c, pid) => {
        const process = mine(pid);
        if (process !== undefined) table.continued(process);
      },
      autoReap: (_c, pid, on) => {
        const process = mine(pid);
        if (process !== undefined) process.autoReap = on;
      },
      wait: (context, pid, target, options) => table.wait(own(pid), target, options, cancelOf(context)),
      getpgid: (_c, pid, target) => (target === 0 ? own(pid) : table.get(target)).pgid,
      setpgid: (_c, pid, target, pgid) => table.setpgid(own(pid), target, pgid),
      getsid: (_c, pid, target) => (target === 0 ? own(pid) : table.get(target)).sid,
      setsid: (_c, pid) => table.setsid(own(pid)),
      kill: (_c, pid, target, signal) => table.kill(own(pid), target, signal),
      killSession: (_c, sid, signal) => table.signalSession(sid, signal),
      processes: () => this.processes(),
      endedTimes: () => table.endedTimes,
      detail: (_c, pid) => this.detail(pid),
    };
  }

  processes(): ProcessRow[] {
    return [...this.table.all].map((p) => ({
      pid: p.pid,
      ppid: p.parent?.pid ?? 0,
      pgid: p.pgid,
      sid: p.sid,
      uid: p.uid,
      gid: p.gid,
      tty: p.tty ?? -1,
      tpgid: p.tty === undefined ? -1 : this.terminals.foreground(p.tty),
      state: p.state,
      exitStatus: p.exitStatus,
      argv: p.argv,
      started: p.started,
    }));
  }

  private detail(pid: number): ProcessDetail | Promise<ProcessDetail> {
    const process = this.table.get(pid);
    const connection = this.connections.get(process.station?.id ?? -1);
    if (connection === undefined || process.state === 'zombie') throw new SysError('ESRCH');
    return connection.port.call('detail', pid);
  }

  /** Nothing but init is left, and no terminal: what a test of the whole ends with. */
  assertQuiescent(): void {
    const left = [...this.table.all].filter((p) => p !== this.table.init);
    if (left.length > 0) throw new Error(`processes left: ${left.map((p) => `${p.pid} ${p.state}`).join(', ')}`);
    this.terminals.assertQuiescent();
    this.locks.assertEmpty();
    this.net.assertQuiescent();
    this.watches.assertEmpty();
  }
}
