// The station's workers: their channels, the loop that answers calls, and the pool of warm workers.
//
// The loop handles what has rung, looks at and sleeps on the doorbell for a moment (the cheapest waits there are, while
// guests that run are likely to call again), and otherwise waits asynchronously so that messages get their turn. It never
// blocks longer than SHORT_WAIT_MS, and under a constant load it lets messages through every BREATH_MS.
//
// A worker is idle, busy with one process, or ending. One that ran only wasm and unwound goes back to the pool; one
// that ran guest JavaScript, or does not unwind within GRACE_MS, is terminated. Channels are never shared: a new
// worker gets a fresh one, since a terminated worker can still write its old one for seconds.

import { SysError } from '../abi/errno.ts';
import type { ForkImage, Start } from '../abi/program.ts';
import type { ChannelCall } from '../abi/syscalls.ts';
import { ReadCells } from '../base/read-cells.ts';
import type { Clock, Log, ProcessWorker, Spawner } from '../kernel/ports.ts';
import { type Station, TaskGone } from '../kernel/station/station.ts';
import type { Task } from '../kernel/station/task.ts';
import { createChannel, createDoorbell, MAX_CHANNELS, setAsleep, takeRung } from '../transport/channel.ts';
import type { Endpoint, FromProcess, ToProcess } from '../transport/process-protocol.ts';
import { ChannelServer } from '../transport/server.ts';
import { Spin } from '../transport/spin.ts';

const SHORT_WAIT_MS = 0.2;
const BREATH_MS = 1;
const GRACE_MS = 100;
/** Workers kept warm, and the most that stay idle. */
const LOW_WATER = 3;
const HIGH_WATER = 8;

export interface ProcessHostOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Ask the page for so many workers: it answers with `add`. */
  readonly requestWorkers: (count: number) => void;
  readonly terminateWorker: (id: number) => void;
  /** Let messages in: resolves in a later task of the event loop. */
  readonly breathe: () => Promise<void>;
}

class Slot implements ProcessWorker {
  readonly id: number;
  readonly index: number;
  readonly channel: ChannelServer;
  readonly cells = new ReadCells();
  readonly endpoint: Endpoint<ToProcess, FromProcess>;
  task: Task | undefined;
  /** A call of the guest waits for its answer. */
  calling = false;
  stopGrace: (() => void) | undefined;
  private readonly host: ProcessHost;
  private image: ForkImage | undefined;
  private imageWaiter: ((image: ForkImage) => void) | undefined;

  constructor(host: ProcessHost, id: number, index: number, endpoint: Endpoint<ToProcess, FromProcess>) {
    this.host = host;
    this.id = id;
    this.index = index;
    this.endpoint = endpoint;
    this.channel = new ChannelServer(createChannel());
  }

  start(start: Start): void {
    this.endpoint.post({ type: 'start', ...start }, start.fork === undefined ? [] : [start.fork.pages]);
  }

  forkImage(): Promise<ForkImage> {
    const { image } = this;
    this.image = undefined;
    if (image !== undefined) return Promise.resolve(image);
    return new Promise((resolve) => {
      this.imageWaiter = resolve;
    });
  }

  gotImage(image: ForkImage): void {
    const waiter = this.imageWaiter;
    this.imageWaiter = undefined;
    if (waiter === undefined) this.image = image;
    else waiter(image);
  }

  flagSignals(pending: boolean): void {
    this.channel.flagSignals(pending);
  }

  finish(): void {
    this.host.ending(this);
  }

  kill(): void {
    this.channel.kill();
    this.host.ending(this);
  }

  /** The worker runs nothing any more. */
  clear(): void {
    this.stopGrace?.();
    this.stopGrace = undefined;
    this.task = undefined;
    this.calling = false;
    this.image = undefined;
    this.imageWaiter = undefined;
  }
}

export class ProcessHost implements Spawner {
  private readonly options: ProcessHostOptions;
  private readonly doorbell = createDoorbell();
  private readonly bell = new Int32Array(this.doorbell);
  private readonly slots: (Slot | undefined)[] = [];
  private readonly idle: Slot[] = [];
  private readonly takers: ((slot: Slot) => void)[] = [];
  private requested = 0;
  /** Guests that run: started or answered, and not calling. */
  private running = 0;
  private readonly spin = new Spin(1);
  private stopped = false;
  private station: Station | undefined;

  constructor(options: ProcessHostOptions) {
    this.options = options;
  }

  // --- pool --------------------------------------------------------------------------------------------------------

  /** A worker that the page has created. Shared memory is sent when it has said that it listens (see process.ts). */
  add(id: number, endpoint: Endpoint<ToProcess, FromProcess>): void {
    this.requested = Math.max(0, this.requested - 1);
    let index = this.slots.indexOf(undefined);
    if (index < 0) index = this.slots.length;
    if (index >= MAX_CHANNELS) {
      this.options.terminateWorker(id);
      return;
    }
    const slot = new Slot(this, id, index, endpoint);
    this.slots[index] = slot;
    endpoint.onmessage = (message) => {
      if (message.type !== 'idle') {
        this.options.log(`a new worker failed: ${message.type === 'fault' ? message.message : message.type}`);
        this.discard(slot);
        return;
      }
      endpoint.onmessage = (next) => this.receive(slot, next);
      const { doorbell } = this;
      endpoint.post({ type: 'adopt', channel: slot.channel.memory, doorbell, cells: slot.cells.memory, index });
      this.release(slot);
    };
  }

  take(): ProcessWorker | Promise<ProcessWorker> {
    const slot = this.idle.pop();
    this.refill();
    if (slot !== undefined) return slot;
    return new Promise((resolve) => this.takers.push(resolve));
  }

  giveBack(worker: ProcessWorker): void {
    this.release(worker as Slot);
  }

  /** Ask for workers so that those who wait get one and LOW_WATER stay warm. */
  private refill(): void {
    const room = MAX_CHANNELS - this.slots.length + this.slots.filter((s) => s === undefined).length;
    const wanted = Math.min(room, LOW_WATER + this.takers.length - this.idle.length - this.requested);
    if (wanted <= 0) return;
    this.requested += wanted;
    this.options.requestWorkers(wanted);
  }

  private release(slot: Slot): void {
    const taker = this.takers.shift();
    if (taker !== undefined) taker(slot);
    else if (this.idle.length >= HIGH_WATER) this.discard(slot);
    else this.idle.push(slot);
  }

  private discard(slot: Slot): void {
    slot.clear();
    slot.endpoint.onmessage = null;
    this.slots[slot.index] = undefined;
    this.options.terminateWorker(slot.id);
    this.refill();
  }

  /** The slot's process is over; its worker unwinds and says so, or is terminated. */
  ending(slot: Slot): void {
    if (slot.task !== undefined && !slot.calling) this.running--;
    slot.task = undefined;
    slot.stopGrace ??= this.options.clock.after(GRACE_MS, () => this.discard(slot));
  }

  private receive(slot: Slot, message: FromProcess): void {
    switch (message.type) {
      case 'fork':
        slot.gotImage(message.image);
        return;
      case 'idle':
        this.endOf(slot);
        slot.clear();
        slot.channel.reset();
        this.release(slot);
        return;
      case 'spent':
        this.endOf(slot);
        this.discard(slot);
        return;
      case 'fault':
        if (slot.task === undefined) this.options.log(`an idle worker failed: ${message.message}`);
        else this.station?.workerLost(slot.task, message.message);
        this.discard(slot);
    }
  }

  /** A worker that says it is done while its process lives would leave it hanging. */
  private endOf(slot: Slot): void {
    if (slot.task !== undefined) this.station?.workerLost(slot.task, 'it ended without the call exit');
  }

  // --- calls -------------------------------------------------------------------------------------------------------

  /** Begin to serve. The promise settles when `stop` is called. */
  async serve(station: Station): Promise<void> {
    this.station = station;
    station.attach = (worker, task) => {
      (worker as Slot).task = task;
      this.running++;
    };
    this.refill();
    let lastBreath = this.options.clock.now();
    while (!this.stopped) {
      const seen = Atomics.load(this.bell, 0);
      takeRung(this.bell, (index) => this.answer(index));
      // Handlers that need no message go on in microtasks.
      await Promise.resolve();
      if (this.options.clock.now() - lastBreath > BREATH_MS) {
        await this.options.breathe();
        lastBreath = this.options.clock.now();
      }
      if (this.running > 0 && this.ringsSoon(seen)) continue;
      setAsleep(this.bell, true);
      const wait = Atomics.waitAsync(this.bell, 0, seen);
      if (wait.async) {
        await wait.value;
        lastBreath = this.options.clock.now();
      }
      setAsleep(this.bell, false);
    }
  }

  stop(): void {
    this.stopped = true;
    Atomics.add(this.bell, 0, 1);
    Atomics.notify(this.bell, 0);
    for (const slot of this.slots) if (slot !== undefined) this.options.terminateWorker(slot.id);
  }

  private ringsSoon(seen: number): boolean {
    if (this.spin.sees(0, this.bell, 0, seen)) return true;
    setAsleep(this.bell, true);
    const rung = Atomics.wait(this.bell, 0, seen, SHORT_WAIT_MS) !== 'timed-out';
    setAsleep(this.bell, false);
    return rung;
  }

  private answer(index: number): void {
    const slot = this.slots[index];
    if (slot === undefined || !slot.channel.requested) return;
    const { task } = slot;
    const { station } = this;
    if (task === undefined || station === undefined || slot.calling) return;
    this.running--;
    slot.calling = true;
    const request = slot.channel.decode();
    if (request === undefined) {
      this.fail(slot, task, new SysError('ENOSYS'));
      return;
    }
    try {
      const result = station.call(task, request.plan.name as ChannelCall, request.args);
      if (typeof result === 'number') this.succeed(slot, task, result);
      else
        result.then(
          (value) => this.succeed(slot, task, value),
          (error: unknown) => this.fail(slot, task, error),
        );
    } catch (error) {
      this.fail(slot, task, error);
    }
  }

  private answered(slot: Slot, task: Task): void {
    slot.calling = false;
    if (slot.task !== task) return;
    this.running++;
    task.answeredAt = this.options.clock.now();
  }

  private succeed(slot: Slot, task: Task, result: number): void {
    // After `exit` the worker is on its way out and still needs the answer; after a kill it has had it.
    const owner = slot.task;
    if (owner !== undefined && owner !== task) return;
    this.answered(slot, task);
    slot.channel.succeed(result);
  }

  private fail(slot: Slot, task: Task, error: unknown): void {
    if (error instanceof TaskGone) {
      if (slot.task === task) this.answered(slot, task);
      return;
    }
    if (slot.task !== task) return;
    this.answered(slot, task);
    if (error instanceof SysError) {
      slot.channel.fail(error.errno);
      return;
    }
    // A fault of the system, not of the guest: say so, and let the guest see an error it knows.
    this.options.log(
      `a call of process ${task.pid} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    slot.channel.fail('EIO');
  }
}
