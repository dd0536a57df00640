// What all sockets share: family, names, options (socket(7)) and the pending error.

import { ERRNO, type Errno, SysError } from '../../abi/errno.ts';
import { O, S } from '../../abi/file.ts';
import type { StructOf } from '../../abi/layout.ts';
import { AF, IP, IPPROTO, IPV6, MSG, SO, SOCK, SOCKET_BUFFER, SOL_SOCKET, TCP } from '../../abi/socket.ts';
import { type Awaitable, anonymousStat, type Caller, OpenFile } from '../fd/open-file.ts';
import type { Clock } from '../ports.ts';
import { WaitQueue } from '../wait-queue.ts';
import { anyOf, type SocketAddress, UNNAMED } from './address.ts';

export type Family = (typeof AF)['UNIX' | 'INET' | 'INET6'];

/** Options that are a number to be kept: [level, name, value at first]. Those of TCP are for AF_INET streams only. */
const NUMBERS: readonly (readonly [level: number, name: number, initial: number])[] = [
  [SOL_SOCKET, SO.DEBUG, 0],
  [SOL_SOCKET, SO.REUSEADDR, 0],
  [SOL_SOCKET, SO.REUSEPORT, 0],
  [SOL_SOCKET, SO.DONTROUTE, 0],
  [SOL_SOCKET, SO.BROADCAST, 0],
  [SOL_SOCKET, SO.KEEPALIVE, 0],
  [SOL_SOCKET, SO.OOBINLINE, 0],
  [SOL_SOCKET, SO.SNDBUF, SOCKET_BUFFER],
  [SOL_SOCKET, SO.RCVBUF, SOCKET_BUFFER],
  [IPPROTO.TCP, TCP.NODELAY, 0],
  [IPPROTO.TCP, TCP.MAXSEG, 65_483],
  [IPPROTO.TCP, TCP.KEEPIDLE, 7200],
  [IPPROTO.TCP, TCP.KEEPINTVL, 75],
  [IPPROTO.TCP, TCP.KEEPCNT, 9],
  [IPPROTO.IP, IP.TOS, 0],
  [IPPROTO.IP, IP.TTL, 64],
  [IPPROTO.IP, IP.MULTICAST_TTL, 1],
  [IPPROTO.IP, IP.MULTICAST_LOOP, 1],
  [IPPROTO.IPV6, IPV6.UNICAST_HOPS, 64],
  [IPPROTO.IPV6, IPV6.V6ONLY, 0],
];

/** Flags of recv(2) and send(2) that mean something here. */
const KNOWN_FLAGS = MSG.PEEK | MSG.TRUNC | MSG.DONTWAIT | MSG.WAITALL | MSG.NOSIGNAL | MSG.MORE | MSG.DONTROUTE;

let lastIno = 0;

export interface Credentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

export abstract class Socket extends OpenFile {
  readonly family: Family;
  abstract readonly type: number;
  readonly ino = ++lastIno;
  local: SocketAddress;
  peer: SocketAddress | undefined;
  /** State, error or names have changed. */
  readonly changed = new WaitQueue();
  protected readonly clock: Clock;
  private error: Errno | undefined;
  private readonly numbers = new Map<string, number>();
  /** SO_LINGER: seconds, or undefined when it is off. */
  protected linger: number | undefined;
  /** SO_RCVTIMEO and SO_SNDTIMEO in milliseconds; 0 is none. */
  protected receiveTimeout = 0;
  protected sendTimeout = 0;

  constructor(family: Family, flags: number, clock: Clock) {
    super(O.RDWR | flags);
    this.family = family;
    this.clock = clock;
    this.local = family === AF.UNIX ? UNNAMED : anyOf(family);
  }

  override get name(): string {
    return `socket:[${this.ino}]`;
  }

  override stat(): StructOf<'stat'> {
    return anonymousStat(this.ino, S.IFSOCK | 0o777);
  }

  override read(caller: Caller, into: Uint8Array): Awaitable<number> {
    return this.receive(caller, into, 0);
  }

  override write(caller: Caller, bytes: Uint8Array): Awaitable<number> {
    return this.send(caller, bytes, 0);
  }

  /** recv(2). */
  abstract receive(caller: Caller, into: Uint8Array, flags: number): Awaitable<number>;
  /** send(2) to where the socket is connected. */
  abstract send(caller: Caller, bytes: Uint8Array, flags: number): Awaitable<number>;
  /** shutdown(2); `how` is of SHUT. */
  abstract shutdown(how: number): void;

  /** ICMP and resets are told to the next call that asks (SO_ERROR). */
  protected fail(errno: Errno): void {
    this.error = errno;
    this.changed.wake();
  }

  protected get hasError(): boolean {
    return this.error !== undefined;
  }

  protected throwError(): void {
    const { error } = this;
    this.error = undefined;
    if (error !== undefined) throw new SysError(error);
  }

  protected checkFlags(flags: number): void {
    if ((flags & ~KNOWN_FLAGS) !== 0) throw new SysError('EOPNOTSUPP', `flags ${flags}`);
  }

  protected waits(flags: number): boolean {
    return !this.nonblock && (flags & MSG.DONTWAIT) === 0;
  }

  /** When a call that begins now is to give up, for `sleep`. */
  protected deadline(timeout: number): number {
    return timeout === 0 ? Number.POSITIVE_INFINITY : this.clock.now() + timeout;
  }

  /** Sleep until the next wake. EINTR; EAGAIN after the deadline. */
  protected async sleep(queue: WaitQueue, caller: Caller, deadline: number): Promise<void> {
    const cancel = caller.sleeping();
    if (deadline === Number.POSITIVE_INFINITY) return queue.wait(cancel);
    const left = deadline - this.clock.now();
    if (left <= 0) throw new SysError('EAGAIN');
    const stop = this.clock.after(left, () => queue.wake());
    try {
      await queue.wait(cancel);
    } finally {
      stop();
    }
  }

  // --- options -----------------------------------------------------------------------------------------------------

  /** Is a flag of `NUMBERS` on? */
  option(level: number, name: number): number {
    const row = NUMBERS.find(([l, n]) => l === level && n === name);
    return this.numbers.get(`${level} ${name}`) ?? row?.[2] ?? 0;
  }

  private knows(level: number): boolean {
    if (level === SOL_SOCKET) return true;
    if (level === IPPROTO.TCP) return this.family !== AF.UNIX && this.type === SOCK.STREAM;
    if (level === IPPROTO.IPV6) return this.family === AF.INET6;
    return level === IPPROTO.IP && this.family !== AF.UNIX;
  }

  /** Errors: EINVAL too short, ENOPROTOOPT unknown or not to be set. */
  setOption(level: number, name: number, value: Uint8Array): void {
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    if (level === SOL_SOCKET && (name === SO.RCVTIMEO || name === SO.SNDTIMEO)) {
      if (value.length < 16) throw new SysError('EINVAL');
      const ms = Number(view.getBigInt64(0, true)) * 1000 + Math.ceil(Number(view.getBigInt64(8, true)) / 1000);
      if (name === SO.RCVTIMEO) this.receiveTimeout = ms;
      else this.sendTimeout = ms;
      return;
    }
    if (value.length < 4) throw new SysError('EINVAL');
    const number = view.getInt32(0, true);
    if (level === SOL_SOCKET && name === SO.LINGER) {
      if (value.length < 8) throw new SysError('EINVAL');
      this.linger = number === 0 ? undefined : view.getInt32(4, true);
      return;
    }
    if (!this.knows(level) || !NUMBERS.some(([l, n]) => l === level && n === name)) throw new SysError('ENOPROTOOPT');
    const isBuffer = level === SOL_SOCKET && (name === SO.SNDBUF || name === SO.RCVBUF);
    // Linux gives back twice what was asked for. The buffers themselves have one size.
    this.numbers.set(`${level} ${name}`, isBuffer ? number * 2 : number);
  }

  /** The value as getsockopt(2) gives it. Errors: ENOPROTOOPT. */
  getOption(level: number, name: number): Uint8Array {
    if (level === SOL_SOCKET) {
      switch (name) {
        case SO.TYPE:
          return words(this.type);
        case SO.DOMAIN:
          return words(this.family);
        case SO.PROTOCOL:
          if (this.family === AF.UNIX) return words(0);
          return words(this.type === SOCK.STREAM ? IPPROTO.TCP : IPPROTO.UDP);
        case SO.ERROR:
          return words(this.takeError());
        case SO.ACCEPTCONN:
          return words(this.listening ? 1 : 0);
        case SO.LINGER:
          return words(this.linger === undefined ? 0 : 1, this.linger ?? 0);
        case SO.RCVTIMEO:
          return timeval(this.receiveTimeout);
        case SO.SNDTIMEO:
          return timeval(this.sendTimeout);
        case SO.PEERCRED: {
          const { pid, uid, gid } = this.peerCredentials;
          return words(pid, uid, gid);
        }
      }
    }
    if (!this.knows(level) || !NUMBERS.some(([l, n]) => l === level && n === name)) throw new SysError('ENOPROTOOPT');
    return words(this.option(level, name));
  }

  get listening(): boolean {
    return false;
  }

  /** Who connected, or -1 each when nobody can say. */
  get peerCredentials(): Credentials {
    return { pid: 0, uid: 0xffff_ffff, gid: 0xffff_ffff };
  }

  private takeError(): number {
    const { error } = this;
    this.error = undefined;
    return error === undefined ? 0 : ERRNO[error].linux;
  }
}

const words = (...values: readonly number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer);

const timeval = (ms: number): Uint8Array =>
  new Uint8Array(BigInt64Array.of(BigInt(Math.floor(ms / 1000)), BigInt((ms % 1000) * 1000)).buffer);
