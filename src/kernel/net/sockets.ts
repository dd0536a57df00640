// The sockets of a station: how they get names and find each other, bind(2), connect(2), sendto(2).
//
// Both ends in one tab are joined at once, and their bytes move within the station. For everything else the kernel
// knows who has which name (switchboard.ts), and carries the bytes from tab to tab (wire.ts). Nothing leaves the
// machine: an address that is not loopback is ENETUNREACH.

import { SysError } from '../../abi/errno.ts';
import { AT, S } from '../../abi/file.ts';
import { AF, IPPROTO, IPV6, SHUT, SO, SOCK, SOL_SOCKET } from '../../abi/socket.ts';
import type { Caller } from '../fd/open-file.ts';
import type { KernelPort } from '../kernel-port.ts';
import type { Clock } from '../ports.ts';
import type { Task } from '../station/task.ts';
import type { Vfs } from '../vfs/vfs.ts';
import {
  destination,
  type InetAddress,
  isAny,
  isLocal,
  LOOPBACK4,
  LOOPBACK6,
  type SocketAddress,
  UNNAMED,
  type UnixAddress,
} from './address.ts';
import { Connection } from './connection.ts';
import { DatagramSocket, type Delivery, type Message } from './datagram-socket.ts';
import { type BoundName, Names, type Protocol } from './names.ts';
import type { Credentials, Family } from './socket.ts';
import { type Offer, StreamSocket } from './stream-socket.ts';
import { Wire, type WireMessage } from './wire.ts';

export type AnySocket = StreamSocket | DatagramSocket;

/** Where a name leads. */
export type Where = { readonly inet: InetAddress } | { readonly unix: string };

export interface NetParts {
  readonly kernel: KernelPort;
  readonly vfs: Vfs;
  readonly clock: Clock;
}

export class Sockets {
  private readonly kernel: KernelPort;
  private readonly vfs: Vfs;
  private readonly clock: Clock;
  /** Sockets of this station with a name. */
  private readonly names = new Names<AnySocket>();
  private readonly named = new Map<number, AnySocket>();
  private readonly bindings = new Map<AnySocket, BoundName>();
  private readonly wires = new Map<number, Wire>();
  /** Odd, so that it is none of the kernel's. */
  private lastLine = -1;

  constructor({ kernel, vfs, clock }: NetParts) {
    this.kernel = kernel;
    this.vfs = vfs;
    this.clock = clock;
  }

  // --- making ------------------------------------------------------------------------------------------------------

  /** socket(2). EAFNOSUPPORT, EPROTONOSUPPORT, ESOCKTNOSUPPORT is told as EPROTONOSUPPORT. */
  create(domain: number, type: number, protocol: number, flags: number): AnySocket {
    const family = familyOf(domain);
    if (type !== SOCK.STREAM && type !== SOCK.DGRAM) throw new SysError('EPROTONOSUPPORT', `socket type ${type}`);
    const own = type === SOCK.STREAM ? IPPROTO.TCP : IPPROTO.UDP;
    if (protocol !== 0 && (family === AF.UNIX || protocol !== own)) throw new SysError('EPROTONOSUPPORT');
    return this.make(family, type, flags);
  }

  private make(family: Family, type: number, flags: number): AnySocket {
    const socket =
      type === SOCK.STREAM
        ? new StreamSocket(family, flags, this.clock)
        : new DatagramSocket(family, flags, this.clock);
    if (socket instanceof DatagramSocket) {
      socket.sendConnected = (caller, bytes, how) => this.sendTo(socket, caller, bytes, how, undefined);
    }
    socket.onClosed(() => this.unbind(socket));
    return socket;
  }

  /** socketpair(2): AF_UNIX only, EOPNOTSUPP otherwise. */
  pair(
    domain: number,
    type: number,
    protocol: number,
    flags: number,
    credentials: Credentials,
  ): [AnySocket, AnySocket] {
    const [a, b] = [this.create(domain, type, protocol, flags), this.create(domain, type, protocol, flags)];
    if (a.family !== AF.UNIX) throw new SysError('EOPNOTSUPP');
    if (a instanceof StreamSocket && b instanceof StreamSocket) {
      const [near, far] = Connection.pair();
      a.connected(near, UNNAMED, credentials);
      b.connected(far, UNNAMED, credentials);
    } else if (a instanceof DatagramSocket && b instanceof DatagramSocket) {
      this.join(a, b);
      this.join(b, a);
    }
    return [a, b];
  }

  private join(from: DatagramSocket, to: DatagramSocket): void {
    from.peer = UNNAMED;
    from.sendConnected = (caller, bytes, flags) => {
      from.checkSend(bytes, flags);
      return this.deliverHere(from, to, caller, { from: UNNAMED, bytes: Uint8Array.from(bytes) }, flags);
    };
  }

  /** accept(2) has taken an offer: a socket for it. */
  accepted(listener: StreamSocket, offer: Offer, flags: number): StreamSocket {
    const socket = this.make(listener.family, SOCK.STREAM, flags) as StreamSocket;
    socket.local = offer.to;
    socket.connected(offer.connection, offer.from, offer.credentials);
    return socket;
  }

  // --- names -------------------------------------------------------------------------------------------------------

  /** bind(2). EINVAL when it has a name, EADDRINUSE, EADDRNOTAVAIL, and the errors of the path. */
  async bind(socket: AnySocket, task: Task, address: SocketAddress): Promise<void> {
    if (this.bindings.has(socket)) throw new SysError('EINVAL');
    if (address.family === AF.UNIX) {
      const unix = await this.makeName(task, address);
      await this.reserve(socket, { protocol: protocolOf(socket), unix });
      socket.local = address;
      return;
    }
    const { inet } = await this.reserve(socket, this.inetName(socket, address));
    socket.local = inet as InetAddress;
  }

  private inetName(socket: AnySocket, inet: InetAddress): BoundName {
    return {
      protocol: protocolOf(socket),
      inet,
      v6only: socket.option(IPPROTO.IPV6, IPV6.V6ONLY) !== 0,
      reuse: socket.option(SOL_SOCKET, SO.REUSEADDR) !== 0 || socket.option(SOL_SOCKET, SO.REUSEPORT) !== 0,
    };
  }

  private async reserve(socket: AnySocket, name: BoundName): Promise<BoundName> {
    // Two calls for one socket (a forked child): only one may have it.
    this.bindings.set(socket, name);
    try {
      const bound = await this.kernel.call('netBind', socket.ino, name);
      this.bindings.set(socket, bound);
      this.names.bind(bound, socket);
      this.named.set(socket.ino, socket);
      return bound;
    } catch (error) {
      this.bindings.delete(socket);
      throw error;
    }
  }

  private unbind(socket: AnySocket): void {
    const name = this.bindings.get(socket);
    if (name === undefined) return;
    this.bindings.delete(socket);
    this.named.delete(socket.ino);
    this.names.unbind(name, socket);
    this.kernel.notify('netRelease', socket.ino);
  }

  /** A new file for the name of an AF_UNIX socket. Gives the name's key. */
  private async makeName(task: Task, { name }: UnixAddress): Promise<string> {
    if (name === '') throw new SysError('EINVAL');
    if (name.startsWith('\0')) return name;
    try {
      await this.vfs.mknod(task, task.cwd, name, S.IFSOCK | (0o777 & ~task.umask), 0);
    } catch (error) {
      throw error instanceof SysError && error.errno === 'EEXIST' ? new SysError('EADDRINUSE') : error;
    }
    return this.findName(task, name);
  }

  /** The key of an AF_UNIX name: which inode it is. ECONNREFUSED when it is no socket. */
  private async findName(task: Task, name: string): Promise<string> {
    if (name.startsWith('\0')) return name;
    await this.vfs.access(task, task.cwd, name, 2, AT.EACCESS);
    const { dev, ino, mode } = await this.vfs.stat(task, task.cwd, name, 0);
    if ((mode & S.IFMT) !== S.IFSOCK) throw new SysError('ECONNREFUSED');
    return `${dev}:${ino}`;
  }

  // --- streams -----------------------------------------------------------------------------------------------------

  /** listen(2): one that has no name gets a port. */
  async listen(socket: StreamSocket, backlog: number): Promise<void> {
    if (!this.bindings.has(socket)) {
      if (socket.family === AF.UNIX) throw new SysError('EINVAL');
      const { inet } = await this.reserve(socket, this.inetName(socket, socket.local as InetAddress));
      socket.local = inet as InetAddress;
    }
    const first = !socket.listening;
    socket.listen(backlog);
    if (first) this.kernel.notify('netListen', socket.ino);
  }

  /** connect(2) of a stream. EINPROGRESS when it may not wait; one that goes on already is waited for, or EALREADY. */
  async connect(socket: StreamSocket, task: Task, address: SocketAddress): Promise<void> {
    if (socket.state !== 'connecting' || socket.nonblock) {
      socket.startConnecting();
      void this.connectTo(socket, task, address).catch((error: unknown) => {
        if (!(error instanceof SysError)) throw error;
        socket.notConnected(error.errno);
      });
      if (socket.nonblock && socket.family !== AF.UNIX) throw new SysError('EINPROGRESS');
    }
    await socket.untilConnected(task);
  }

  private async connectTo(socket: StreamSocket, task: Task, address: SocketAddress): Promise<void> {
    const protocol = protocolOf(socket);
    const where = await this.locate(task, address);
    const credentials = { pid: task.pid, uid: task.cred.uid, gid: task.cred.gid };
    const to = 'inet' in where ? where.inet : address;
    const from = this.nearEnd(socket, to);
    const [near, far] = Connection.pair();
    const here = this.names.find(protocol, where);
    if (here instanceof StreamSocket) {
      while (!here.takesOffers) await new Promise<void>((resolve) => void here.whenRoom(resolve));
      here.offer({ connection: far, from, to: nameOf(here, to), credentials });
    } else {
      this.lastLine += 2;
      const line = this.lastLine;
      this.wire(line, far);
      await this.kernel.call('netConnect', line, protocol, where, from, credentials).catch((error: unknown) => {
        this.wires.get(line)?.drop();
        throw error;
      });
    }
    socket.local = from;
    socket.connected(near, here === undefined ? to : nameOf(here, to));
  }

  private nearEnd(socket: StreamSocket | DatagramSocket, to: SocketAddress): SocketAddress {
    if (to.family === AF.UNIX || socket.local.family === AF.UNIX) return socket.local;
    const { port } = socket.local;
    const host = isAny(socket.local) ? (to.family === AF.INET ? LOOPBACK4 : LOOPBACK6) : socket.local.host;
    return { ...to, host, port: port === 0 ? this.names.freePort(protocolOf(socket)) : port };
  }

  /** Where an address leads. ENETUNREACH for what is not this machine. */
  private async locate(task: Task, address: SocketAddress): Promise<Where> {
    if (address.family === AF.UNIX) return { unix: await this.findName(task, address.name) };
    if (!isLocal(address)) throw new SysError('ENETUNREACH', `${address.host} is not this machine`);
    return { inet: destination(address) };
  }

  private wire(id: number, far: Connection): void {
    const send = (message: WireMessage): void => this.kernel.notify('netRelay', id, message);
    this.wires.set(id, new Wire(far, send, () => this.wires.delete(id)));
  }

  // --- datagrams ---------------------------------------------------------------------------------------------------

  /** connect(2) of a datagram socket: a default destination; AF_UNSPEC takes it back. */
  async connectDatagram(socket: DatagramSocket, task: Task, address: SocketAddress | undefined): Promise<void> {
    if (address === undefined) {
      socket.peer = undefined;
      return;
    }
    const where = await this.locate(task, address);
    const peer = 'inet' in where ? where.inet : address;
    if (peer.family !== AF.UNIX) await this.ensureNamed(socket);
    socket.peer = peer;
    if (peer.family !== AF.UNIX) socket.local = this.nearEnd(socket, peer);
  }

  private async ensureNamed(socket: DatagramSocket): Promise<void> {
    if (this.bindings.has(socket)) return;
    const { inet } = await this.reserve(socket, this.inetName(socket, socket.local as InetAddress));
    socket.local = inet as InetAddress;
  }

  /** sendto(2) of a datagram. */
  async sendTo(
    socket: DatagramSocket,
    caller: Caller,
    bytes: Uint8Array,
    flags: number,
    address: SocketAddress | undefined,
  ): Promise<number> {
    socket.checkSend(bytes, flags);
    const to = address ?? socket.peer;
    if (to === undefined) throw new SysError('EDESTADDRREQ');
    const copy = Uint8Array.from(bytes);
    const where = await this.locate(caller as Task, to);
    if ('inet' in where) await this.ensureNamed(socket);
    const from = 'inet' in where ? this.nearEnd(socket, where.inet) : socket.local;
    const protocol = protocolOf(socket);
    const here = this.names.find(protocol, where);
    if (here instanceof DatagramSocket)
      return await this.deliverHere(socket, here, caller, { from, bytes: copy }, flags);
    return this.told(socket, await this.kernel.call('netDatagram', protocol, where, from, copy), copy.length);
  }

  private deliverHere(
    socket: DatagramSocket,
    to: DatagramSocket,
    caller: Caller,
    message: Message,
    flags: number,
  ): number | Promise<number> {
    const delivery = to.deliver(message);
    if (delivery !== 'full' || socket.family !== AF.UNIX) return this.told(socket, delivery, message.bytes.length);
    return socket.pause(to, caller, flags).then(() => this.deliverHere(socket, to, caller, message, flags));
  }

  private told(socket: DatagramSocket, delivery: Delivery, length: number): number {
    if (delivery === 'refused') {
      if (socket.family === AF.UNIX) throw new SysError('ECONNREFUSED');
      socket.refused('ECONNREFUSED');
    }
    if (delivery === 'full' && socket.family === AF.UNIX) throw new SysError('ENOBUFS');
    return length;
  }

  // --- from other tabs ---------------------------------------------------------------------------------------------

  /** Somebody elsewhere connects to a socket of this station. Resolves when the connection waits to be accepted. */
  async offered(
    ino: number,
    id: number,
    from: SocketAddress,
    to: SocketAddress,
    credentials: Credentials,
  ): Promise<void> {
    const socket = this.named.get(ino);
    if (!(socket instanceof StreamSocket)) throw new SysError('ECONNREFUSED');
    while (!socket.takesOffers) await new Promise<void>((resolve) => void socket.whenRoom(resolve));
    const [near, far] = Connection.pair();
    this.wire(id, far);
    socket.offer({ connection: near, from, to: nameOf(socket, to), credentials });
  }

  relayed(id: number, message: WireMessage): void {
    this.wires.get(id)?.receive(message);
  }

  datagram(ino: number, message: Message): Delivery {
    const socket = this.named.get(ino);
    return socket instanceof DatagramSocket ? socket.deliver(message) : 'refused';
  }

  shutdown(socket: AnySocket, how: number): void {
    if (how !== SHUT.RD && how !== SHUT.WR && how !== SHUT.RDWR) throw new SysError('EINVAL');
    socket.shutdown(how);
  }

  assertEmpty(): void {
    if (this.bindings.size > 0) throw new Error(`sockets left bound: ${this.bindings.size}`);
    if (this.wires.size > 0) throw new Error(`connections left: ${this.wires.size}`);
  }
}

const familyOf = (domain: number): Family => {
  if (domain === AF.UNIX || domain === AF.INET || domain === AF.INET6) return domain;
  throw new SysError('EAFNOSUPPORT', `address family ${domain}`);
};

const protocolOf = (socket: AnySocket): Protocol => {
  const stream = socket instanceof StreamSocket;
  if (socket.family === AF.UNIX) return stream ? 'unix-stream' : 'unix-dgram';
  return stream ? 'tcp' : 'udp';
};

/** What an accepted socket is called: by where it was reached, or by the listener's path. */
const nameOf = (listener: AnySocket, reached: SocketAddress): SocketAddress =>
  reached.family === AF.UNIX ? listener.local : reached;
