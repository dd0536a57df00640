// Stream sockets, tcp(7) and unix(7): the states of one, and its reading, writing and accepting.
//
//   new -> connecting -> connected            new -> listening -> (accept gives connected ones)
//
// Who finds and makes connections is net.ts. A peer that has closed both ways answers the first write with a reset, as
// TCP does: that write succeeds, the next read is ECONNRESET, the next write EPIPE. On AF_UNIX the first is EPIPE.

import { type Errno, SysError } from '../../abi/errno.ts';
import { POLL } from '../../abi/file.ts';
import { SIGNAL } from '../../abi/signals.ts';
import { AF, MSG, SHUT, SOCK, SOMAXCONN } from '../../abi/socket.ts';
import type { Awaitable, Caller } from '../fd/open-file.ts';
import { WaitQueue } from '../wait-queue.ts';
import type { SocketAddress } from './address.ts';
import type { Connection } from './connection.ts';
import { type Credentials, Socket } from './socket.ts';

/** A connection that waits to be accepted. */
export interface Offer {
  readonly connection: Connection;
  readonly from: SocketAddress;
  readonly to: SocketAddress;
  readonly credentials: Credentials;
}

type State = 'new' | 'listening' | 'connecting' | 'connected' | 'closed';

export class StreamSocket extends Socket {
  override readonly type = SOCK.STREAM;
  state: State = 'new';
  private connection: Connection | undefined;
  private credentials: Credentials | undefined;
  private backlog = 0;
  private readonly offers: Offer[] = [];
  /** Connecters that wait for a place in the backlog. */
  private readonly room = new WaitQueue();

  override get listening(): boolean {
    return this.state === 'listening';
  }

  override get peerCredentials(): Credentials {
    return this.credentials ?? super.peerCredentials;
  }

  // --- connecting --------------------------------------------------------------------------------------------------

  /** Errors: EISCONN, EALREADY, EINVAL as connect(2) has them. */
  startConnecting(): void {
    if (this.state === 'connected') throw new SysError('EISCONN');
    if (this.state === 'connecting') throw new SysError('EALREADY');
    if (this.state !== 'new') throw new SysError(this.family === AF.UNIX ? 'EINVAL' : 'EISCONN');
    this.state = 'connecting';
  }

  /** `connection` is this socket's end. */
  connected(connection: Connection, peer: SocketAddress, credentials?: Credentials): void {
    this.connection = connection;
    this.peer = peer;
    this.credentials = credentials;
    if (this.state === 'closed') {
      connection.abort();
      return;
    }
    this.state = 'connected';
    this.changed.wake();
  }

  /** It did not come about: another try is allowed. */
  notConnected(errno: Errno): void {
    if (this.state === 'connecting') this.state = 'new';
    this.fail(errno);
  }

  /** Sleep until a connect that goes on is decided. EAGAIN when SO_SNDTIMEO is over, with the connect still going on. */
  async untilConnected(caller: Caller): Promise<void> {
    const deadline = this.deadline(this.sendTimeout);
    while (this.state === 'connecting') await this.sleep(this.changed, caller, deadline);
    this.throwError();
    if (this.state !== 'connected') throw new SysError('ECONNABORTED');
  }

  // --- listening ---------------------------------------------------------------------------------------------------

  listen(backlog: number): void {
    if (this.state !== 'new' && this.state !== 'listening') throw new SysError('EINVAL');
    this.state = 'listening';
    // As on Linux, where a negative number is a very large one, and 0 still lets one wait.
    this.backlog = backlog < 0 || backlog > SOMAXCONN ? SOMAXCONN : backlog;
    this.room.wake();
  }

  /** Is there a place in the backlog? ECONNREFUSED when nobody listens. */
  get takesOffers(): boolean {
    if (this.state !== 'listening') throw new SysError('ECONNREFUSED');
    return this.offers.length <= this.backlog;
  }

  /** Run `listener` once when there may be a place. */
  whenRoom(listener: () => void): () => void {
    return this.room.add(listener);
  }

  offer(offer: Offer): void {
    this.offers.push(offer);
    this.changed.wake();
  }

  /** accept(2): the offer that has waited longest. */
  accept(caller: Caller): Awaitable<Offer> {
    if (this.state !== 'listening') throw new SysError('EINVAL');
    const offer = this.nextOffer();
    if (offer !== undefined) return offer;
    if (this.nonblock) throw new SysError('EAGAIN');
    return this.acceptLater(caller);
  }

  private async acceptLater(caller: Caller): Promise<Offer> {
    const deadline = this.deadline(this.receiveTimeout);
    for (;;) {
      await this.sleep(this.changed, caller, deadline);
      if (this.state !== 'listening') throw new SysError('EINVAL');
      const offer = this.nextOffer();
      if (offer !== undefined) return offer;
    }
  }

  private nextOffer(): Offer | undefined {
    const offer = this.offers.shift();
    if (offer !== undefined) this.room.wake();
    return offer;
  }

  // --- bytes -------------------------------------------------------------------------------------------------------

  private get link(): Connection {
    if (this.connection === undefined) {
      this.throwError();
      throw new SysError('ENOTCONN');
    }
    return this.connection;
  }

  override receive(caller: Caller, into: Uint8Array, flags: number): Awaitable<number> {
    this.checkFlags(flags);
    if (this.family === AF.UNIX && this.connection === undefined) throw new SysError('EINVAL');
    const [done, over] = this.receiveNow(into, flags, 0);
    if (over) return done;
    if (this.waits(flags)) return this.receiveLater(caller, into, flags, done);
    if (done === 0) throw new SysError('EAGAIN');
    return done;
  }

  /** Take what is there. Gives how much of `into` is filled, and whether there is nothing (more) to wait for. */
  private receiveNow(into: Uint8Array, flags: number, start: number): readonly [done: number, over: boolean] {
    const { rx } = this.link;
    const rest = start === 0 ? into : into.subarray(start);
    if ((flags & MSG.PEEK) !== 0) {
      const n = rx.peek(rest);
      if (n > 0) return [n, true];
    }
    const done = start + rx.take(rest);
    if (done === into.length || (done > 0 && (flags & MSG.WAITALL) === 0)) return [done, true];
    if (rx.writers > 0) return [done, false];
    if (done > 0) return [done, true];
    if (this.link.reset) {
      this.link.reset = false;
      this.fail('ECONNRESET');
    }
    this.throwError();
    return [0, true];
  }

  private async receiveLater(caller: Caller, into: Uint8Array, flags: number, start: number): Promise<number> {
    const deadline = this.deadline(this.receiveTimeout);
    let done = start;
    for (;;) {
      try {
        await this.sleep(this.link.rx.forReaders, caller, deadline);
      } catch (error) {
        if (done > 0) return done;
        throw error;
      }
      let over: boolean;
      [done, over] = this.receiveNow(into, flags, done);
      if (over) return done;
    }
  }

  override send(caller: Caller, bytes: Uint8Array, flags: number): Awaitable<number> {
    this.checkFlags(flags);
    const n = this.sendNow(caller, bytes, flags, 0);
    if (n === bytes.length) return n;
    if (!this.waits(flags)) {
      if (n === 0) throw new SysError('EAGAIN');
      return n;
    }
    return this.sendRest(caller, bytes, flags, n);
  }

  /** Put in what there is room for. Gives how much of `bytes` is in. */
  private sendNow(caller: Caller, bytes: Uint8Array, flags: number, done: number): number {
    const { tx } = this.link;
    if (tx.writers === 0) this.broken(caller, flags);
    if (tx.readers === 0) {
      if (this.family === AF.UNIX || this.link.reset || this.link.rx.writers > 0) this.broken(caller, flags);
      // The answer of TCP to bytes for a socket that is gone: a reset.
      this.link.endWriting();
      this.link.reset = true;
      return bytes.length;
    }
    return done + tx.put(done === 0 ? bytes : bytes.subarray(done));
  }

  private broken(caller: Caller, flags: number): never {
    const connection = this.connection as Connection;
    if (connection.reset && this.family !== AF.UNIX && connection.tx.writers > 0) {
      connection.endWriting();
      connection.reset = false;
      throw new SysError('ECONNRESET');
    }
    if ((flags & MSG.NOSIGNAL) === 0) caller.raise(SIGNAL.SIGPIPE);
    throw new SysError('EPIPE');
  }

  private async sendRest(caller: Caller, bytes: Uint8Array, flags: number, start: number): Promise<number> {
    const deadline = this.deadline(this.sendTimeout);
    let done = start;
    while (done < bytes.length) {
      try {
        // Putting wakes readers: one that takes at once has made room again, and nobody would tell later.
        const before = done;
        done = this.sendNow(caller, bytes, flags, done);
        if (done === before) await this.sleep(this.link.tx.forWriters, caller, deadline);
      } catch (error) {
        if (done > 0) return done;
        throw error;
      }
    }
    return done;
  }

  override shutdown(how: number): void {
    const { connection } = this;
    if (connection === undefined) throw new SysError('ENOTCONN');
    if (how !== SHUT.RD) connection.endWriting();
    if (how !== SHUT.WR) {
      connection.rx.writers = 0;
      connection.endReading();
    }
    this.changed.wake();
  }

  override pendingBytes(): number {
    if (this.state === 'listening') throw new SysError('EINVAL');
    return this.connection?.rx.size ?? 0;
  }

  // --- polling -----------------------------------------------------------------------------------------------------

  override ready(events: number): number {
    return this.readiness() & (events | POLL.HUP | POLL.ERR);
  }

  private readiness(): number {
    if (this.state === 'listening') return this.offers.length > 0 ? POLL.IN : 0;
    if (this.state === 'connecting') return 0;
    let ready = this.hasError ? POLL.ERR | POLL.IN | POLL.OUT : 0;
    if (this.connection === undefined) return ready | POLL.OUT | POLL.HUP;
    const { rx, tx, reset } = this.connection;
    if (rx.size > 0 || rx.writers === 0) ready |= POLL.IN;
    if (rx.writers === 0) ready |= POLL.RDHUP;
    if (tx.room >= tx.capacity / 3 || tx.readers === 0 || tx.writers === 0) ready |= POLL.OUT;
    if (rx.writers === 0 && tx.writers === 0) ready |= POLL.HUP;
    if (reset) ready |= POLL.ERR | POLL.HUP;
    return ready;
  }

  override watch(_events: number, wake: () => void): () => void {
    const forget = [this.changed.add(wake), this.connection?.watch(wake)];
    return () => {
      for (const f of forget) f?.();
    };
  }

  // --- the end -----------------------------------------------------------------------------------------------------

  protected override closed(): void {
    this.state = 'closed';
    // Who waits to be accepted is turned away; who waits for a place is refused.
    for (const { connection } of this.offers.splice(0)) connection.abort();
    this.room.wake();
    this.changed.wake();
    const { connection } = this;
    if (connection === undefined) return;
    const rude = this.linger === 0 || connection.rx.size > 0;
    connection.endWriting();
    connection.endReading();
    if (rude) connection.abort();
  }
}
