// Datagram sockets, udp(7) and unix(7): a bounded queue of messages, each with its sender.
//
// UDP drops what finds no room, AF_UNIX makes the sender wait. A connected socket takes messages of its peer only, and
// learns by ECONNREFUSED, at its next call, that nobody was there. A message longer than the buffer is cut.

import { type Errno, SysError } from '../../abi/errno.ts';
import { POLL } from '../../abi/file.ts';
import { AF, DATAGRAM_MAX, MSG, SHUT, SOCK, SOCKET_BUFFER } from '../../abi/socket.ts';
import type { Awaitable, Caller } from '../fd/open-file.ts';
import { WaitQueue } from '../wait-queue.ts';
import type { SocketAddress } from './address.ts';
import { Socket } from './socket.ts';

export interface Message {
  readonly from: SocketAddress;
  readonly bytes: Uint8Array;
}

/** What became of a message. */
export type Delivery = 'delivered' | 'full' | 'refused';

/** A message takes some room beside its bytes. */
const OVERHEAD = 256;

export class DatagramSocket extends Socket {
  override readonly type = SOCK.DGRAM;
  /** Sends to where the socket is connected; set by who made it (net.ts). */
  sendConnected: (caller: Caller, bytes: Uint8Array, flags: number) => Awaitable<number> = () => {
    throw new SysError('EDESTADDRREQ');
  };
  /** The sender of the message that was received last. */
  lastFrom: SocketAddress | undefined;
  readonly room = new WaitQueue();
  private readonly queue: Message[] = [];
  private used = 0;
  private readingEnded = false;
  private writingEnded = false;
  private over = false;

  /** A message has come. */
  deliver(message: Message): Delivery {
    if (this.over || this.readingEnded) return 'refused';
    if (this.peer !== undefined && !same(this.peer, message.from)) return 'refused';
    if (this.used + message.bytes.length + OVERHEAD > SOCKET_BUFFER) return 'full';
    this.queue.push(message);
    this.used += message.bytes.length + OVERHEAD;
    this.changed.wake();
    return 'delivered';
  }

  /** Nobody was where a message went. */
  refused(errno: Errno): void {
    if (this.peer !== undefined) this.fail(errno);
  }

  checkSend(bytes: Uint8Array, flags: number): void {
    this.checkFlags(flags);
    this.throwError();
    if (this.writingEnded) throw new SysError('EPIPE');
    if (bytes.length > DATAGRAM_MAX) throw new SysError('EMSGSIZE');
  }

  /** Sleep until the receiver may have room. */
  async pause(receiver: DatagramSocket, caller: Caller, flags: number): Promise<void> {
    if (!this.waits(flags)) throw new SysError('EAGAIN');
    await this.sleep(receiver.room, caller, this.deadline(this.sendTimeout));
  }

  override send(caller: Caller, bytes: Uint8Array, flags: number): Awaitable<number> {
    return this.sendConnected(caller, bytes, flags);
  }

  override receive(caller: Caller, into: Uint8Array, flags: number): Awaitable<number> {
    this.checkFlags(flags);
    this.throwError();
    const n = this.receiveNow(into, flags);
    if (n !== undefined) return n;
    if (!this.waits(flags)) throw new SysError('EAGAIN');
    return this.receiveLater(caller, into, flags);
  }

  private receiveNow(into: Uint8Array, flags: number): number | undefined {
    const message = this.queue[0];
    if (message === undefined) return this.readingEnded ? 0 : undefined;
    const { bytes, from } = message;
    into.set(bytes.subarray(0, into.length));
    this.lastFrom = from;
    if ((flags & MSG.PEEK) === 0) {
      this.queue.shift();
      this.used -= bytes.length + OVERHEAD;
      this.room.wake();
    }
    return (flags & MSG.TRUNC) !== 0 ? bytes.length : Math.min(bytes.length, into.length);
  }

  private async receiveLater(caller: Caller, into: Uint8Array, flags: number): Promise<number> {
    const deadline = this.deadline(this.receiveTimeout);
    for (;;) {
      await this.sleep(this.changed, caller, deadline);
      this.throwError();
      const n = this.receiveNow(into, flags);
      if (n !== undefined) return n;
    }
  }

  override shutdown(how: number): void {
    if (this.peer === undefined && this.family !== AF.UNIX) throw new SysError('ENOTCONN');
    if (how !== SHUT.WR) this.readingEnded = true;
    if (how !== SHUT.RD) this.writingEnded = true;
    this.changed.wake();
  }

  override pendingBytes(): number {
    return this.queue[0]?.bytes.length ?? 0;
  }

  override ready(events: number): number {
    let ready: number = POLL.OUT;
    if (this.queue.length > 0 || this.readingEnded) ready |= POLL.IN;
    if (this.hasError) ready |= POLL.ERR | POLL.IN;
    return ready & (events | POLL.HUP | POLL.ERR);
  }

  override watch(_events: number, wake: () => void): () => void {
    return this.changed.add(wake);
  }

  protected override closed(): void {
    this.over = true;
    this.queue.length = 0;
    this.room.wake();
  }
}

const same = (a: SocketAddress, b: SocketAddress): boolean => {
  if (a.family === AF.UNIX) return b.family === AF.UNIX && a.name === b.name;
  return b.family !== AF.UNIX && a.family === b.family && a.host === b.host && a.port === b.port;
};
