// The terminals of a machine and who may do what with them: /dev/pts, controlling terminals, job control.
//
// The terminal itself (tty/terminal.ts) knows no processes; here are the rules of termios(3) and tty_ioctl(4) about
// sessions and groups. A terminal is shown by pages (viewers) or held by a process that opened /dev/ptmx; it is gone
// when nobody has it open any more on either side.

import { SysError } from '../../abi/errno.ts';
import { POLL } from '../../abi/file.ts';
import { SIGNAL } from '../../abi/signals.ts';
import type { Winsize } from '../../abi/termios.ts';
import { toText, unpackStrings } from '../../base/bytes.ts';
import type { JobControl, KernelOps } from '../link.ts';
import type { Clock } from '../ports.ts';
import { Terminal } from '../tty/terminal.ts';
import { Viewers } from '../tty/viewers.ts';
import type { Cancel } from '../wait-queue.ts';
import type { Process } from './process.ts';
import type { ProcessTable } from './process-table.ts';
import { cancelOf, type ServedKernel } from './serve.ts';

/** Most terminals at once, /proc/sys/kernel/pty/max. */
const PTY_MAX = 256;

export type TerminalCalls = Extract<keyof KernelOps, `tty${string}` | `pty${string}`>;

interface Device {
  readonly terminal: Terminal;
  /** Set when pages show the terminal, absent when a process holds the master. */
  readonly viewers: Viewers | undefined;
  /** The station whose process holds the master. */
  readonly masterStation: number | undefined;
  /** Open files of the slave, by station. */
  readonly holders: Map<number, number>;
}

export class Terminals {
  private readonly devices = new Map<number, Device>();
  private readonly table: ProcessTable;
  private readonly clock: Clock;

  constructor(table: ProcessTable, clock: Clock) {
    this.table = table;
    this.clock = clock;
  }

  // --- for pages ---------------------------------------------------------------------------------------------------

  /** A terminal that pages will show. Gives its number. */
  create(size: Winsize): number {
    return this.add(size, undefined);
  }

  /** Who shows the terminal. ENXIO when there is none of this number, or a process holds its master. */
  viewersOf(tty: number): Viewers {
    const { viewers } = this.device(tty);
    if (viewers === undefined) throw new SysError('ENXIO', `/dev/pts/${tty} is held by a process`);
    return viewers;
  }

  /** Terminals that pages may show, with the command in the foreground. */
  list(): { id: number; size: Winsize; command: string; viewers: number }[] {
    const shown: { id: number; size: Winsize; command: string; viewers: number }[] = [];
    for (const [id, { terminal, viewers }] of this.devices) {
      if (viewers === undefined) continue;
      const leader = this.table.find(terminal.foreground) ?? this.table.group(terminal.foreground)[0];
      const command = toText(unpackStrings(leader?.argv ?? new Uint8Array())[0] ?? '');
      shown.push({ id, size: terminal.getSize(), command, viewers: viewers.size });
    }
    return shown;
  }

  foreground(tty: number): number {
    return this.devices.get(tty)?.terminal.foreground ?? -1;
  }

  // --- for processes -----------------------------------------------------------------------------------------------

  /** What a station may ask about terminals. */
  calls(station: number, own: (pid: number) => Process): Pick<ServedKernel, TerminalCalls> {
    const terminal = (tty: number): Terminal => this.device(tty).terminal;
    return {
      ttyOpen: (_c, pid, tty, noctty) => this.open(station, own(pid), tty, noctty),
      ttyControlling: (_c, pid) => {
        const { tty } = own(pid);
        if (tty === undefined) throw new SysError('ENXIO');
        return tty;
      },
      ttyClose: (_c, tty) => this.close(station, tty),
      ttyRead: (c, job, tty, max, nonblock) => {
        this.checkRead(own(job.pid), tty, job);
        return terminal(tty).slave.read(max, nonblock, cancelOf(c));
      },
      ttyWrite: (c, job, tty, bytes, nonblock) => {
        const t = terminal(tty);
        if (t.stopsBackgroundOutput) this.checkChange(own(job.pid), tty, job);
        return t.slave.write(bytes, nonblock, cancelOf(c));
      },
      ttyReady: (_c, tty, events, master) => readiness(this.device(tty).terminal, master, events),
      ttyPoll: (c, tty, events, master) => pollTerminal(terminal(tty), master, events, cancelOf(c)),
      ttyGetAttributes: (_c, tty) => terminal(tty).getAttributes(),
      ttySetAttributes: (_c, job, tty, when, termios) => {
        this.checkChange(own(job.pid), tty, job);
        terminal(tty).setAttributes(when, termios);
      },
      ttyGetSize: (_c, tty) => terminal(tty).getSize(),
      ttySetSize: (_c, tty, size) => terminal(tty).setSize(size),
      ttyGetForeground: (_c, pid, tty) => {
        this.checkControlling(own(pid), tty);
        return terminal(tty).foreground;
      },
      ttySetForeground: (_c, job, tty, pgid) => this.setForeground(own(job.pid), tty, pgid, job),
      ttyGetSession: (_c, pid, tty) => {
        this.checkControlling(own(pid), tty);
        return terminal(tty).session;
      },
      ttyFlush: (_c, job, tty, queue) => {
        this.checkChange(own(job.pid), tty, job);
        terminal(tty).flush(queue);
      },
      ttyFlow: (_c, job, tty, action) => {
        this.checkChange(own(job.pid), tty, job);
        terminal(tty).flow(action);
      },
      ttyDrain: (_c, job, tty) => {
        this.checkChange(own(job.pid), tty, job);
        terminal(tty).drain();
      },
      ttySetControlling: (_c, pid, tty, steal) => this.setControlling(own(pid), tty, steal),
      ttyDropControlling: (_c, pid, tty) => this.dropControlling(own(pid), tty),
      ttyReadable: (_c, tty) => terminal(tty).slave.available,
      ttys: () => [...this.devices.keys()],
      ptyOpen: () => this.add({ rows: 0, cols: 0, xpixel: 0, ypixel: 0 }, station),
      ptyRead: (c, tty, max, nonblock) => terminal(tty).master.read(max, nonblock, cancelOf(c)),
      ptyWrite: (c, tty, bytes, nonblock) => terminal(tty).master.write(bytes, nonblock, cancelOf(c)),
      ptyReadable: (_c, tty) => terminal(tty).master.available,
      ptyClose: (_c, tty) => this.hangUp(tty),
    };
  }

  // --- opening and closing -----------------------------------------------------------------------------------------

  private add(size: Winsize, masterStation: number | undefined): number {
    let id = 0;
    while (this.devices.has(id)) id++;
    if (id >= PTY_MAX) throw new SysError('ENOSPC');
    const terminal = new Terminal(
      id,
      { clock: this.clock, signal: (signal, target) => this.raise(terminal, signal, target) },
      { size },
    );
    const viewers = masterStation === undefined ? new Viewers(terminal) : undefined;
    this.devices.set(id, { terminal, viewers, masterStation, holders: new Map() });
    return id;
  }

  private device(tty: number): Device {
    const device = this.devices.get(tty);
    if (device === undefined) throw new SysError('ENXIO', `/dev/pts/${tty}`);
    return device;
  }

  private raise(terminal: Terminal, signal: number, target: 'foreground' | 'leader'): void {
    if (target === 'foreground') {
      if (terminal.foreground > 0) this.table.signalGroup(terminal.foreground, signal);
      return;
    }
    const leader = this.table.find(terminal.session);
    if (leader !== undefined) this.table.deliver(leader, signal, 0);
  }

  private open(station: number, process: Process, tty: number, noctty: boolean): void {
    const { terminal, holders } = this.device(tty);
    terminal.openSlave();
    holders.set(station, (holders.get(station) ?? 0) + 1);
    const isLeader = process.sid === process.pid;
    if (!noctty && isLeader && process.tty === undefined && terminal.session === 0) this.control(process, terminal);
  }

  private close(station: number, tty: number, count = 1): void {
    const device = this.devices.get(tty);
    const held = device?.holders.get(station) ?? 0;
    if (device === undefined || held === 0) return;
    const gone = Math.min(count, held);
    for (let i = 0; i < gone; i++) device.terminal.closeSlave();
    if (held === gone) device.holders.delete(station);
    else device.holders.set(station, held - gone);
    if (device.holders.size > 0) return;
    if (device.viewers !== undefined) void device.viewers.finish().then(() => this.remove(tty));
    else if (device.terminal.hungUp) this.remove(tty);
  }

  private hangUp(tty: number): void {
    const device = this.devices.get(tty);
    if (device === undefined) return;
    device.terminal.hangUp();
    if (device.holders.size === 0) this.remove(tty);
  }

  private remove(tty: number): void {
    const device = this.devices.get(tty);
    if (device === undefined || device.holders.size > 0) return;
    this.devices.delete(tty);
    this.disown(tty);
  }

  /** No process has the terminal as its controlling one any more. */
  private disown(tty: number): void {
    for (const p of this.table.all) if (p.tty === tty) p.tty = undefined;
  }

  /** A tab is gone: what its processes had open is closed. */
  stationGone(station: number): void {
    for (const [tty, device] of this.devices) {
      if (device.masterStation === station) this.hangUp(tty);
      this.close(station, tty, device.holders.get(station) ?? 0);
    }
  }

  // --- sessions and groups -----------------------------------------------------------------------------------------

  private control(leader: Process, terminal: Terminal): void {
    leader.tty = terminal.index;
    terminal.session = leader.sid;
    terminal.foreground = leader.pgid;
  }

  /** The leader of a session has ended: the terminal is free, and the foreground group is told. */
  sessionEnded(sid: number, tty: number): void {
    const terminal = this.devices.get(tty)?.terminal;
    if (terminal === undefined || terminal.session !== sid) return;
    const { foreground } = terminal;
    terminal.session = 0;
    terminal.foreground = 0;
    this.disown(tty);
    if (foreground === 0) return;
    this.table.signalGroup(foreground, SIGNAL.SIGHUP);
    this.table.signalGroup(foreground, SIGNAL.SIGCONT);
  }

  private setControlling(process: Process, tty: number, steal: boolean): void {
    const { terminal } = this.device(tty);
    if (process.sid !== process.pid) throw new SysError('EPERM');
    if (process.tty === tty) return;
    if (process.tty !== undefined) throw new SysError('EPERM');
    if (terminal.session !== 0) {
      if (!steal || process.uid !== 0) throw new SysError('EPERM');
      this.disown(tty);
    }
    this.control(process, terminal);
  }

  private dropControlling(process: Process, tty: number): void {
    this.checkControlling(process, tty);
    if (process.sid === process.pid) this.sessionEnded(process.sid, tty);
    else process.tty = undefined;
  }

  private setForeground(process: Process, tty: number, pgid: number, job: JobControl): void {
    this.checkControlling(process, tty);
    if (!(pgid > 0)) throw new SysError('EINVAL');
    this.checkChange(process, tty, job);
    if (!this.table.hasGroup(process.sid, pgid)) throw new SysError('EPERM');
    this.device(tty).terminal.foreground = pgid;
  }

  private checkControlling(process: Process, tty: number): void {
    if (process.tty !== tty) throw new SysError('ENOTTY');
  }

  private isBackground(process: Process, tty: number): boolean {
    const { foreground } = this.device(tty).terminal;
    return process.tty === tty && foreground !== 0 && process.pgid !== foreground;
  }

  /** A read from the background stops the group with SIGTTIN; where that cannot be, it fails with EIO. */
  private checkRead(process: Process, tty: number, job: JobControl): void {
    if (!this.isBackground(process, tty)) return;
    if (job.immune || this.table.isOrphaned(process.pgid)) throw new SysError('EIO');
    this.table.signalGroup(process.pgid, SIGNAL.SIGTTIN);
    throw new SysError('ERESTART');
  }

  /** A change from the background stops the group with SIGTTOU, unless the process is immune to it. */
  private checkChange(process: Process, tty: number, job: JobControl): void {
    if (!this.isBackground(process, tty) || job.immune) return;
    if (this.table.isOrphaned(process.pgid)) throw new SysError('EIO');
    this.table.signalGroup(process.pgid, SIGNAL.SIGTTOU);
    throw new SysError('ERESTART');
  }

  assertQuiescent(): void {
    const held = [...this.devices].filter(([, d]) => d.holders.size > 0);
    if (held.length > 0) throw new Error(`terminals held open: ${held.map(([id]) => id).join(' ')}`);
  }
}

const readiness = (terminal: Terminal, master: boolean, events: number): number =>
  (master ? terminal.master : terminal.slave).ready() & (events | POLL.ERR | POLL.HUP);

/** Sleep until one of the events holds. */
const pollTerminal = async (terminal: Terminal, master: boolean, events: number, cancel: Cancel): Promise<number> => {
  const end = master ? terminal.master : terminal.slave;
  for (;;) {
    let wake = (): void => {};
    const changed = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const forget = end.watch(wake);
    try {
      const ready = readiness(terminal, master, events);
      if (ready !== 0) return ready;
      const forgetCancel = cancel.onCancel(wake);
      await changed;
      forgetCancel();
      if (cancel.canceled) throw new SysError('EINTR');
    } finally {
      forget();
    }
  }
};
