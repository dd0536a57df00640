// The kernel's part of sockets: which name belongs to which socket of which tab, and the connections that run from one
// tab to another. It looks into no byte: messages of a connection go on to its other end (wire.ts).

import { SysError } from '../../abi/errno.ts';
import { AF } from '../../abi/socket.ts';
import type { SocketAddress } from './address.ts';
import type { Delivery, Message } from './datagram-socket.ts';
import { type BoundName, Names, type Protocol } from './names.ts';
import type { Credentials } from './socket.ts';
import type { Where } from './sockets.ts';
import type { WireMessage } from './wire.ts';

/** A tab, as the switchboard reaches it. */
export interface NetStation {
  readonly id: number;
  offer(socket: number, line: number, from: SocketAddress, to: SocketAddress, credentials: Credentials): Promise<void>;
  relay(line: number, message: WireMessage): void;
  datagram(socket: number, message: Message): Promise<Delivery>;
}

/** A socket with a name. */
interface Owner {
  readonly station: NetStation;
  readonly socket: number;
  listening: boolean;
}

/** One end of a connection between tabs. The two ends know it by numbers of their own. */
interface Line {
  readonly station: NetStation;
  readonly id: number;
  other: Line;
  /** It has nothing more to say. */
  closed: boolean;
}

/** A port on which somebody listens. */
export interface ListeningPort {
  readonly port: number;
  readonly listening: boolean;
}

export class Switchboard {
  /** A TCP port is listened on, or no longer. */
  onPort: (port: ListeningPort) => void = () => {};
  private readonly names = new Names<Owner>();
  private readonly owners = new Map<string, { readonly owner: Owner; readonly name: BoundName }>();
  private readonly lines = new Map<string, Line>();
  private lastId = 0;

  /** EADDRINUSE, EADDRNOTAVAIL. Gives the name with its port. */
  bind(station: NetStation, socket: number, name: BoundName): BoundName {
    const owner: Owner = { station, socket, listening: false };
    const bound = this.names.bind(name, owner);
    this.owners.set(`${station.id} ${socket}`, { owner, name: bound });
    return bound;
  }

  listen(station: NetStation, socket: number): void {
    const bound = this.owners.get(`${station.id} ${socket}`);
    if (bound === undefined || bound.owner.listening) return;
    bound.owner.listening = true;
    this.tell(bound.name, true);
  }

  release(station: NetStation, socket: number): void {
    const key = `${station.id} ${socket}`;
    const bound = this.owners.get(key);
    if (bound === undefined) return;
    this.owners.delete(key);
    this.names.unbind(bound.name, bound.owner);
    if (bound.owner.listening) this.tell(bound.name, false);
  }

  private tell({ protocol, inet }: BoundName, listening: boolean): void {
    if (protocol === 'tcp' && inet !== undefined) this.onPort({ port: inet.port, listening });
  }

  /** TCP ports that are listened on. */
  ports(): number[] {
    const ports = [...this.owners.values()].flatMap(({ owner, name }) =>
      owner.listening && name.protocol === 'tcp' ? [name.inet?.port ?? 0] : [],
    );
    return [...new Set(ports)].sort((a, b) => a - b);
  }

  /** Lead a line of a station to the socket with a name, where it then waits to be accepted. ECONNREFUSED. */
  async connect(
    from: NetStation,
    id: number,
    protocol: Protocol,
    where: Where,
    address: SocketAddress,
    credentials: Credentials,
  ): Promise<void> {
    const owner = this.names.find(protocol, where);
    // A station finds its own sockets by itself: one that it did not find is just being closed.
    if (owner === undefined || !owner.listening || owner.station === from) throw new SysError('ECONNREFUSED');
    const line = this.addLine(from, id, owner.station);
    const to: SocketAddress = 'inet' in where ? where.inet : { family: AF.UNIX, name: where.unix };
    try {
      await owner.station.offer(owner.socket, line.other.id, address, to, credentials);
    } catch {
      // Whatever its station says, or when that is gone: nobody has accepted.
      this.removeLine(line);
      throw new SysError('ECONNREFUSED');
    }
  }

  private addLine(from: NetStation, id: number, to: NetStation): Line {
    // Stations number the lines that they begin with odd numbers.
    this.lastId += 2;
    const line = { station: from, id, closed: false } as Line;
    line.other = { station: to, id: this.lastId, closed: false, other: line };
    for (const end of [line, line.other]) this.lines.set(lineKey(end), end);
    return line;
  }

  private removeLine(line: Line): void {
    for (const end of [line, line.other]) this.lines.delete(lineKey(end));
  }

  /** Hand a message to the other end. One for a line that is gone means nothing any more. */
  relay(station: NetStation, id: number, message: WireMessage): void {
    const line = this.lines.get(`${station.id} ${id}`);
    if (line === undefined) return;
    line.other.station.relay(line.other.id, message);
    if (message[0] === 'closed') line.closed = true;
    if (message[0] === 'reset' || (line.closed && line.other.closed)) this.removeLine(line);
  }

  async datagram(protocol: Protocol, where: Where, message: Message): Promise<Delivery> {
    const owner = this.names.find(protocol, where);
    return owner === undefined ? 'refused' : await owner.station.datagram(owner.socket, message);
  }

  /** A tab is gone: its names are free, its connections are reset. */
  stationGone(id: number): void {
    for (const [key, { owner }] of this.owners)
      if (owner.station.id === id) this.release(owner.station, Number(key.split(' ')[1]));
    for (const line of this.lines.values()) {
      if (line.station.id !== id) continue;
      this.removeLine(line);
      line.other.station.relay(line.other.id, ['reset']);
    }
  }

  assertQuiescent(): void {
    if (this.owners.size > 0) throw new Error(`names of sockets left: ${[...this.owners.keys()].join(', ')}`);
    if (this.lines.size > 0) throw new Error(`connections left: ${this.lines.size}`);
  }
}

const lineKey = ({ station, id }: Line): string => `${station.id} ${id}`;
