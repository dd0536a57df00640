// The descriptor of inotify(7): a queue of events, read whole event by whole event.
//
// An event is `struct inotify_event`: watch descriptor, mask, cookie, length of the name, then the name, padded with
// zeros to a multiple of 16. One that is equal to the last in the queue is dropped, and when the queue is full the last
// event says that the rest is lost.

import { SysError } from '../../abi/errno.ts';
import { O, POLL, S } from '../../abi/file.ts';
import { IN, INOTIFY_LIMITS } from '../../abi/inotify.ts';
import type { StructOf } from '../../abi/layout.ts';
import { LAYOUT } from '../../abi/layout.ts';
import { pack } from '../../abi/struct.ts';
import { writeByteString } from '../../base/bytes.ts';
import { type Awaitable, anonymousStat, type Caller, OpenFile } from '../fd/open-file.ts';
import { WaitQueue } from '../wait-queue.ts';

const HEAD = LAYOUT.inotifyEvent.size;

export interface InotifyEvent {
  readonly wd: number;
  readonly mask: number;
  readonly cookie: number;
  /** A byte string. */
  readonly name: string;
}

const OVERFLOW: InotifyEvent = { wd: -1, mask: IN.Q_OVERFLOW, cookie: 0, name: '' };

const paddedLength = ({ name }: InotifyEvent): number => (name === '' ? 0 : (name.length + 16) & ~15);
const sizeOf = (event: InotifyEvent): number => HEAD + paddedLength(event);

export class InotifyFile extends OpenFile {
  readonly name = 'anon_inode:inotify';
  private queue: InotifyEvent[] = [];
  private readonly arrived = new WaitQueue();

  constructor(flags: number) {
    super(O.RDONLY | flags);
  }

  push(event: InotifyEvent): void {
    const last = this.queue.at(-1);
    const repeats = last?.wd === event.wd && last.mask === event.mask && last.name === event.name;
    if (repeats || last === OVERFLOW) return;
    this.queue.push(this.queue.length >= INOTIFY_LIMITS.events ? OVERFLOW : event);
    this.arrived.wake();
  }

  override stat(): StructOf<'stat'> {
    return anonymousStat(0, S.IFREG | 0o600);
  }

  override read(caller: Caller, into: Uint8Array): Awaitable<number> {
    if (this.queue.length > 0) return this.take(into);
    if (this.nonblock) throw new SysError('EAGAIN');
    return this.readLater(caller, into);
  }

  private async readLater(caller: Caller, into: Uint8Array): Promise<number> {
    while (this.queue.length === 0) await this.arrived.wait(caller.sleeping());
    return this.take(into);
  }

  /** EINVAL when not even the first event fits. */
  private take(into: Uint8Array): number {
    let at = 0;
    let taken = 0;
    for (const event of this.queue) {
      const size = sizeOf(event);
      if (at + size > into.length) break;
      const { wd, mask, cookie, name } = event;
      into.fill(0, at + HEAD, at + size);
      pack('inotifyEvent', { wd, mask, cookie, len: size - HEAD }, into, at);
      writeByteString(name, into.subarray(at + HEAD, at + size));
      at += size;
      taken++;
    }
    if (taken === 0) throw new SysError('EINVAL');
    this.queue = this.queue.slice(taken);
    return at;
  }

  override write(): never {
    throw new SysError('EBADF');
  }

  /** As Linux's noop_llseek. */
  override seek(): number {
    return 0;
  }

  override pendingBytes(): number {
    return this.queue.reduce((sum, event) => sum + sizeOf(event), 0);
  }

  override ready(events: number): number {
    return this.queue.length > 0 ? events & POLL.IN : 0;
  }

  override watch(_events: number, wake: () => void): () => void {
    return this.arrived.add(wake);
  }
}
