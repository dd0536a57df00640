// Pipes and FIFOs, pipe(7): a bounded ring of bytes between readers and writers.
//
// Writes of up to PIPE_BUF bytes are atomic. Without writers a read gives end of file, without readers a write gives
// SIGPIPE and EPIPE. The ring is allocated when first written to.

import { SysError } from '../../abi/errno.ts';
import { LIMITS, O, POLL, S } from '../../abi/file.ts';
import type { StructOf } from '../../abi/layout.ts';
import { SIGNAL } from '../../abi/signals.ts';
import { WaitQueue } from '../wait-queue.ts';
import { type Awaitable, anonymousStat, type Caller, OpenFile } from './open-file.ts';

let lastIno = 0;

export class Pipe {
  readonly ino = ++lastIno;
  readers = 0;
  writers = 0;
  /** Sleepers that a change of content or of ends wakes: readers (and pollers) apart from writers. */
  readonly forReaders = new WaitQueue();
  readonly forWriters = new WaitQueue();
  readonly capacity: number;
  private ring: Uint8Array | undefined;
  private head = 0;
  private used = 0;

  constructor(capacity: number = LIMITS.PIPE_CAPACITY) {
    this.capacity = capacity;
  }

  get size(): number {
    return this.used;
  }

  get room(): number {
    return this.capacity - this.used;
  }

  /** Copy out up to `into.length` bytes, and leave them there. */
  peek(into: Uint8Array): number {
    const n = Math.min(into.length, this.used);
    if (n === 0 || this.ring === undefined) return 0;
    const first = Math.min(n, this.capacity - this.head);
    into.set(this.ring.subarray(this.head, this.head + first));
    if (first < n) into.set(this.ring.subarray(0, n - first), first);
    return n;
  }

  /** Copy out up to `into.length` bytes. */
  take(into: Uint8Array): number {
    const n = this.peek(into);
    if (n === 0) return 0;
    this.head = (this.head + n) % this.capacity;
    this.used -= n;
    this.forWriters.wake();
    return n;
  }

  /** Copy in as many bytes as there is room for. */
  put(bytes: Uint8Array): number {
    const n = Math.min(bytes.length, this.room);
    if (n === 0) return 0;
    this.ring ??= new Uint8Array(this.capacity);
    const tail = (this.head + this.used) % this.capacity;
    const first = Math.min(n, this.capacity - tail);
    this.ring.set(bytes.subarray(0, first), tail);
    if (first < n) this.ring.set(bytes.subarray(first, n), 0);
    this.used += n;
    this.forReaders.wake();
    return n;
  }
}

/** One end of a pipe, or both for a FIFO opened for reading and writing. */
export class PipeEnd extends OpenFile {
  readonly pipe: Pipe;
  private readonly status: (() => Awaitable<StructOf<'stat'>>) | undefined;
  private readonly path: string | undefined;

  /** A FIFO gives its name and its inode's status. */
  constructor(pipe: Pipe, flags: number, fifo?: { path: string; stat: () => Awaitable<StructOf<'stat'>> }) {
    super(flags);
    this.pipe = pipe;
    this.status = fifo?.stat;
    this.path = fifo?.path;
    if (this.readable) pipe.readers++;
    if (this.writable) pipe.writers++;
    pipe.forReaders.wake();
    pipe.forWriters.wake();
  }

  override get name(): string {
    return this.path ?? `pipe:[${this.pipe.ino}]`;
  }

  override stat(): Awaitable<StructOf<'stat'>> {
    return this.status?.() ?? anonymousStat(this.pipe.ino, S.IFIFO | 0o600);
  }

  override read(caller: Caller, into: Uint8Array): Awaitable<number> {
    if (into.length === 0) return 0;
    const n = this.pipe.take(into);
    if (n > 0 || this.pipe.writers === 0) return n;
    if (this.nonblock) throw new SysError('EAGAIN');
    return this.readLater(caller, into);
  }

  private async readLater(caller: Caller, into: Uint8Array): Promise<number> {
    for (;;) {
      await this.pipe.forReaders.wait(caller.sleeping());
      const n = this.pipe.take(into);
      if (n > 0 || this.pipe.writers === 0) return n;
    }
  }

  override write(caller: Caller, bytes: Uint8Array): Awaitable<number> {
    const n = this.tryWrite(caller, bytes, 0);
    if (n === bytes.length) return n;
    if (this.nonblock) {
      if (n === 0) throw new SysError('EAGAIN');
      return n;
    }
    return this.writeRest(caller, bytes, n);
  }

  /** Put what may be put now: all or nothing for an atomic write. Gives how much of `bytes` is in. */
  private tryWrite(caller: Caller, bytes: Uint8Array, done: number): number {
    if (this.pipe.readers === 0) {
      caller.raise(SIGNAL.SIGPIPE);
      throw new SysError('EPIPE');
    }
    if (bytes.length <= LIMITS.PIPE_BUF && this.pipe.room < bytes.length) return done;
    return done + this.pipe.put(done === 0 ? bytes : bytes.subarray(done));
  }

  private async writeRest(caller: Caller, bytes: Uint8Array, start: number): Promise<number> {
    let done = start;
    while (done < bytes.length) {
      // Putting wakes readers: one that takes at once has made room again, and nobody would tell later.
      const before = done;
      done = this.tryWrite(caller, bytes, done);
      if (done > before) continue;
      try {
        await this.pipe.forWriters.wait(caller.sleeping());
      } catch (error) {
        if (done > 0) return done;
        throw error;
      }
    }
    return done;
  }

  override ready(events: number): number {
    let ready = 0;
    if (this.readable) {
      if (this.pipe.size > 0) ready |= POLL.IN;
      if (this.pipe.writers === 0) ready |= POLL.HUP;
    }
    if (this.writable) {
      if (this.pipe.room >= LIMITS.PIPE_BUF) ready |= POLL.OUT;
      if (this.pipe.readers === 0) ready |= POLL.ERR;
    }
    return ready & (events | POLL.HUP | POLL.ERR);
  }

  override watch(_events: number, wake: () => void): () => void {
    const forget = [this.pipe.forReaders.add(wake), this.pipe.forWriters.add(wake)];
    return () => {
      for (const f of forget) f();
    };
  }

  override pendingBytes(): number {
    return this.pipe.size;
  }

  protected override closed(): void {
    if (this.readable) this.pipe.readers--;
    if (this.writable) this.pipe.writers--;
    this.pipe.forReaders.wake();
    this.pipe.forWriters.wake();
  }
}

/** pipe2(2). */
export const openPipe = (flags: number): [reader: PipeEnd, writer: PipeEnd] => {
  const pipe = new Pipe();
  return [new PipeEnd(pipe, O.RDONLY | flags), new PipeEnd(pipe, O.WRONLY | flags)];
};
