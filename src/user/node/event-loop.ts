// The event loop of a node process: libuv's phases over the call `poll`, one guest callback a task of the browser.
//
// The engine runs microtasks only between its tasks, so every callback into the guest gets a task of its own (`turn`);
// ticks that it leaves behind run before that task ends, ticks that microtasks schedule in the next one, before anything
// else. Where Node's library runs several callbacks in a row (timers, immediates) and asks for the microtasks between
// two of them, `Pause` is thrown through it: its own recovery keeps the rest for the next task. Nothing runnable means:
// block in `poll` until a descriptor is ready, a timer is due or a signal comes.
// Phases as in uv_run(3): timers, poll, check (immediates), closing.

import { SysError } from '../../abi/errno.ts';
import { LAYOUT } from '../../abi/layout.ts';
import { pack, unpack } from '../../abi/struct.ts';
import { ProcessKilled, type SyscallClient } from '../../transport/client.ts';
import type { Host } from './host.ts';

export { POLL } from '../../abi/file.ts';

/** Thrown by `runMicrotasks` to leave a row of callbacks: the microtasks run when the task is over. */
class Pause extends Error {}

type Job = () => void;

/** A descriptor somebody waits for. */
export interface Watch {
  readonly fd: number;
  events: number;
  readonly ready: (revents: number) => void;
}

/** What Node's library has given to its native side. */
export interface GuestCallbacks {
  ticks: Job;
  processTimers: (now: number) => number;
  processImmediate: Job;
  /** True when the process goes on. */
  uncaught: (error: unknown, fromPromise: boolean) => void;
  /** Nothing is left to do: `beforeExit`. */
  drained: Job;
  ended: Job;
}

type Phase = 'timers' | 'poll' | 'check' | 'closing';

const HAS_TICK = 0;
const HAS_REJECTION = 1;
const IMMEDIATE_COUNT = 0;
const IMMEDIATE_REFS = 1;
const IMMEDIATE_OUTSTANDING = 2;
/** Turns to wait before believing that nothing comes: engines tell of an unhandled rejection in a task of its own. */
const QUIET_TURNS = 2;
/** While something of the host's is under way, the loop looks for it this often. */
const HOST_WAIT_US = 1000;

export class EventLoop {
  readonly tickInfo = new Uint8Array(2);
  readonly immediateInfo = new Uint32Array(3);
  readonly guest: GuestCallbacks = {
    ticks: () => {},
    processTimers: () => 0,
    processImmediate: () => {},
    uncaught: () => {},
    drained: () => {},
    ended: () => {},
  };
  /** Requests and handles that keep the process alive. */
  refs = 0;
  /** Promises of the engine that settle by themselves. */
  hostWork = 0;

  private readonly client: SyscallClient;
  private readonly host: Host;
  private readonly watches = new Set<Watch>();
  private readonly queue: Job[] = [];
  private readonly pending: Job[] = [];
  private readonly closing: Job[] = [];
  private readonly later: Job[] = [];
  private phase: Phase = 'timers';
  private time: number;
  private timerDue = Number.POSITIVE_INFINITY;
  private timerRef = true;
  private immediateRef = false;
  private row = false;
  private quiet = 0;
  private stopped = false;
  private failed: (error: unknown) => void = () => {};

  constructor(client: SyscallClient, host: Host) {
    this.client = client;
    this.host = host;
    this.time = host.now();
  }

  /** Milliseconds, as of the beginning of this round. */
  get now(): number {
    return Math.floor(this.time);
  }

  updateTime(): void {
    this.time = this.host.now();
  }

  scheduleTimer(ms: number): void {
    this.updateTime();
    this.timerDue = this.time + Math.max(1, ms);
  }

  refTimer(on: boolean): void {
    this.timerRef = on;
  }

  refImmediate(on: boolean): void {
    this.immediateRef = on;
  }

  /** Run a job in the poll phase, as the completion of a request. It keeps the process alive until then. */
  complete(job: Job): void {
    this.pending.push(job);
  }

  /** Run a job in the closing phase. */
  close(job: Job): void {
    this.closing.push(job);
  }

  /** Run a job soon, which does not keep the process alive. */
  soon(job: Job): void {
    this.later.push(job);
  }

  watch(watch: Watch): void {
    this.watches.add(watch);
  }

  unwatch(watch: Watch): void {
    this.watches.delete(watch);
  }

  /** What the engine does by itself: the loop looks after its messages until it is done. */
  follow<T>(promise: Promise<T>): Promise<T> {
    this.hostWork++;
    const done = (): void => {
      this.hostWork--;
      this.quiet = 0;
    };
    void promise.finally(done).catch(() => {});
    return promise;
  }

  /** Ends the loop: `turn` is not called again. */
  stop(): void {
    this.stopped = true;
  }

  /** Begins with a first call into the guest. `failed` is told when the runtime itself cannot go on. */
  start(first: Job, failed: (error: unknown) => void): void {
    this.failed = failed;
    this.queue.push(first);
    this.again();
  }

  /** Called by `runMicrotasks`. */
  microtasks(): void {
    if (this.row) throw new Pause();
  }

  /** Call into the guest from a callback of the system. An error that it throws is the process's uncaught one. */
  enter(job: Job): void {
    this.quiet = 0;
    try {
      job();
    } catch (error) {
      this.caught(error);
    }
  }

  private caught(error: unknown): void {
    if (error instanceof Pause) return;
    if (error instanceof ProcessKilled) throw error;
    this.guest.uncaught(error, false);
  }

  private again(): void {
    if (!this.stopped) this.host.nextTask(() => this.turn());
  }

  private ticksWaiting(): boolean {
    return this.tickInfo[HAS_TICK] !== 0 || this.tickInfo[HAS_REJECTION] !== 0;
  }

  private turn(): void {
    if (this.stopped) return;
    try {
      this.client.poll();
      if (this.ticksWaiting()) this.enter(this.guest.ticks);
      else this.next();
    } catch (error) {
      this.stopped = true;
      this.failed(error);
      return;
    }
    this.again();
  }

  /** One callback, and the ticks that it leaves. */
  private next(): void {
    for (;;) {
      const job = this.queue.shift();
      if (job !== undefined) {
        this.enter(job);
        if (this.ticksWaiting()) this.enter(this.guest.ticks);
        return;
      }
      if (!this.advance()) return;
    }
  }

  /** To the next phase. False when the turn is over. */
  private advance(): boolean {
    switch (this.phase) {
      case 'timers':
        this.updateTime();
        this.phase = 'poll';
        if (this.timerDue <= this.time) this.queue.push(() => this.runTimers());
        return true;
      case 'poll':
        return this.pollPhase();
      case 'check':
        this.phase = 'closing';
        if (this.immediateInfo[IMMEDIATE_COUNT] !== 0 || this.immediateInfo[IMMEDIATE_OUTSTANDING] !== 0)
          this.queue.push(() => this.runImmediates());
        return true;
      case 'closing':
        this.phase = 'timers';
        this.queue.push(...this.closing.splice(0));
        return true;
    }
  }

  private pollPhase(): boolean {
    if (this.pending.length > 0 || this.later.length > 0) {
      this.queue.push(...this.later.splice(0));
      this.queue.push(...this.pending.splice(0));
      this.poll(0);
      this.phase = 'check';
      return true;
    }
    const busy = this.immediateInfo[IMMEDIATE_COUNT] !== 0 || this.closing.length > 0;
    if (busy) {
      if (this.watches.size > 0) this.poll(0);
      this.phase = 'check';
      return true;
    }
    if (this.timerDue <= this.time) {
      this.phase = 'check';
      return true;
    }
    if (this.quiet < QUIET_TURNS) {
      this.quiet++;
      if (this.watches.size > 0 && this.quiet === 1) this.poll(0);
      return false;
    }
    if (!this.alive()) {
      this.end();
      return false;
    }
    this.block();
    this.phase = 'check';
    return this.queue.length > 0 || this.hostWork === 0;
  }

  private alive(): boolean {
    return (
      this.refs > 0 ||
      this.hostWork > 0 ||
      this.pending.length > 0 ||
      this.closing.length > 0 ||
      (this.timerRef && this.timerDue !== Number.POSITIVE_INFINITY) ||
      (this.immediateRef && (this.immediateInfo[IMMEDIATE_REFS] as number) > 0)
    );
  }

  private end(): void {
    this.enter(this.guest.drained);
    if (this.ticksWaiting()) this.enter(this.guest.ticks);
    // What `beforeExit` has started shows itself in the next turns.
    this.phase = 'timers';
    this.quiet = 0;
    if (this.alive() || this.immediateInfo[IMMEDIATE_COUNT] !== 0 || this.ticksWaiting()) return;
    this.enter(this.guest.ended);
  }

  private block(): void {
    this.updateTime();
    const left = this.timerDue === Number.POSITIVE_INFINITY ? -1 : Math.max(0, (this.timerDue - this.time) * 1000);
    const us = this.hostWork > 0 ? (left < 0 ? HOST_WAIT_US : Math.min(left, HOST_WAIT_US)) : left;
    this.poll(Math.ceil(us));
    this.updateTime();
    if (this.queue.length > 0) this.quiet = 0;
  }

  /** Wait for descriptors, up to a time in microseconds (-1: for ever), and queue what is ready. */
  private poll(timeoutUs: number): void {
    const watches = [...this.watches].filter((watch) => watch.events !== 0);
    const fds = new Uint8Array(watches.length * LAYOUT.pollfd.size);
    for (const [i, { fd, events }] of watches.entries())
      pack('pollfd', { fd, events, revents: 0 }, fds, i * LAYOUT.pollfd.size);
    let ready: number;
    try {
      ready = this.client.call('poll', fds, timeoutUs, 0, 0, 0);
    } catch (error) {
      if (error instanceof SysError && error.errno === 'EINTR') return;
      throw error;
    }
    if (ready === 0) return;
    for (const [i, watch] of watches.entries()) {
      const { revents } = unpack('pollfd', fds, i * LAYOUT.pollfd.size);
      if (revents === 0) continue;
      this.queue.push(() => {
        // An earlier callback of this round may have stopped it.
        if (this.watches.has(watch) && watch.events !== 0) watch.ready(revents);
      });
    }
  }

  private runTimers(): void {
    this.row = true;
    let next = 0;
    try {
      next = this.guest.processTimers(this.now);
    } catch (error) {
      this.row = false;
      // The rest of the timers goes on in the next turn, as after an error that was handled.
      this.queue.unshift(() => this.runTimers());
      throw error;
    }
    this.row = false;
    this.timerDue = Number.POSITIVE_INFINITY;
    if (next === 0) return;
    this.updateTime();
    this.timerDue = this.time + Math.max(1, Math.abs(next) - this.now);
    this.timerRef = next > 0;
  }

  private runImmediates(): void {
    this.row = true;
    try {
      this.guest.processImmediate();
    } catch (error) {
      if (this.immediateInfo[IMMEDIATE_OUTSTANDING] !== 0) this.queue.unshift(() => this.runImmediates());
      throw error;
    } finally {
      this.row = false;
    }
    if (this.immediateInfo[IMMEDIATE_REFS] === 0) this.immediateRef = false;
  }
}
