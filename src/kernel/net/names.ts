// Who is bound to what: the ports of TCP and UDP and the names of AF_UNIX sockets, for all tabs of a machine.
//
// The kernel keeps one for the machine, each station one for its own sockets, so that what is in the same tab is found
// without asking. Rules of bind(2) and ip(7): one socket a port and address, where the address "any" stands for all of
// them; an IPv6 socket that is not IPV6_V6ONLY takes the port of IPv4 too. SO_REUSEADDR is what it is on Linux between
// live sockets: it lets UDP sockets share (the last one gets what comes), never two listeners.

import { SysError } from '../../abi/errno.ts';
import { AF } from '../../abi/socket.ts';
import { type InetAddress, isAny, isLocal } from './address.ts';

export type Protocol = 'tcp' | 'udp' | 'unix-stream' | 'unix-dgram';

/** An Internet address, or the identity of an AF_UNIX name (see `unixKey`). */
export interface BoundName {
  readonly protocol: Protocol;
  readonly inet?: InetAddress;
  readonly unix?: string;
  readonly v6only?: boolean;
  readonly reuse?: boolean;
}

interface Binding<T> {
  readonly name: BoundName;
  readonly owner: T;
}

/** Ports that bind(2) and connect(2) choose from (net.ipv4.ip_local_port_range). */
const EPHEMERAL = { first: 32_768, last: 60_999 } as const;

const covers = (name: BoundName, address: InetAddress): boolean => {
  const bound = name.inet as InetAddress;
  if (bound.port !== address.port) return false;
  if (bound.family === address.family) return isAny(bound) || bound.host === address.host;
  return bound.family === AF.INET6 && isAny(bound) && name.v6only !== true;
};

const conflict = (a: BoundName, b: BoundName): boolean => {
  const [x, y] = [a.inet as InetAddress, b.inet as InetAddress];
  if (x.port !== y.port || (a.protocol === 'udp' && a.reuse === true && b.reuse === true)) return false;
  if (x.family === y.family) return isAny(x) || isAny(y) || x.host === y.host;
  const six = x.family === AF.INET6 ? a : b;
  return isAny(six.inet as InetAddress) && six.v6only !== true;
};

export class Names<T> {
  private readonly inet = new Map<string, Binding<T>[]>();
  private readonly unix = new Map<string, Binding<T>>();
  private nextPort: number;

  /** Where to begin with ports of its own choice. */
  constructor(start = 0) {
    this.nextPort = EPHEMERAL.first + (start % (EPHEMERAL.last - EPHEMERAL.first));
  }

  /** EADDRINUSE; EADDRNOTAVAIL for an address that is not this machine. Port 0 takes a free one. */
  bind(name: BoundName, owner: T): BoundName {
    if (name.unix !== undefined) {
      const key = `${name.protocol} ${name.unix}`;
      if (this.unix.has(key)) throw new SysError('EADDRINUSE');
      this.unix.set(key, { name, owner });
      return name;
    }
    const wanted = name.inet as InetAddress;
    if (!isLocal(wanted)) throw new SysError('EADDRNOTAVAIL');
    const bound = wanted.port === 0 ? this.withFreePort(name) : name;
    if (this.taken(bound)) throw new SysError('EADDRINUSE');
    const key = portKey(bound);
    this.inet.set(key, [...(this.inet.get(key) ?? []), { name: bound, owner }]);
    return bound;
  }

  /** The owner of the most particular binding that an address reaches. */
  find(protocol: Protocol, where: { readonly inet: InetAddress } | { readonly unix: string }): T | undefined {
    if ('unix' in where) return this.unix.get(`${protocol} ${where.unix}`)?.owner;
    const bindings = this.inet
      .get(portKey({ protocol, inet: where.inet }))
      ?.filter(({ name }) => covers(name, where.inet));
    const exact = bindings?.findLast(({ name }) => !isAny(name.inet as InetAddress));
    return (exact ?? bindings?.at(-1))?.owner;
  }

  /** A port that nobody has, for the near end of a connection; it is not reserved. */
  freePort(protocol: Protocol): number {
    for (let tried = EPHEMERAL.first; tried <= EPHEMERAL.last; tried++) {
      const port = this.nextPort;
      this.nextPort = port >= EPHEMERAL.last ? EPHEMERAL.first : port + 1;
      if (!this.inet.has(`${protocol} ${port}`)) return port;
    }
    throw new SysError('EADDRNOTAVAIL', 'no free port');
  }

  /** Forget one binding. */
  unbind(name: BoundName, owner: T): void {
    if (name.unix !== undefined) {
      this.unix.delete(`${name.protocol} ${name.unix}`);
      return;
    }
    const key = portKey(name);
    const left = (this.inet.get(key) ?? []).filter((binding) => binding.owner !== owner);
    if (left.length === 0) this.inet.delete(key);
    else this.inet.set(key, left);
  }

  /** Forget the bindings of all owners that are gone. */
  release(owns: (owner: T) => boolean): void {
    for (const [key, { owner }] of this.unix) if (owns(owner)) this.unix.delete(key);
    for (const [key, bindings] of this.inet) {
      const left = bindings.filter(({ owner }) => !owns(owner));
      if (left.length === 0) this.inet.delete(key);
      else this.inet.set(key, left);
    }
  }

  get size(): number {
    return this.unix.size + this.inet.size;
  }

  *entries(): Iterable<readonly [BoundName, T]> {
    for (const { name, owner } of this.unix.values()) yield [name, owner];
    for (const bindings of this.inet.values()) for (const { name, owner } of bindings) yield [name, owner];
  }

  private taken(name: BoundName): boolean {
    return (this.inet.get(portKey(name)) ?? []).some((other) => conflict(other.name, name));
  }

  private withFreePort(name: BoundName): BoundName {
    return { ...name, inet: { ...(name.inet as InetAddress), port: this.freePort(name.protocol) } };
  }
}

const portKey = ({ protocol, inet }: BoundName): string => `${protocol} ${(inet as InetAddress).port}`;
