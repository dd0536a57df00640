// Socket addresses: from and to the bytes of struct sockaddr (abi/socket.ts), and what of the Internet is this machine.
//
// A machine has one interface, loopback: 127.0.0.0/8 and ::1. An address of IPv4 that came mapped (::ffff:a.b.c.d) is
// kept as IPv4 with `mapped` set, so that the two families share one space of ports as RFC 4291 and ip(7) have it.

import { SysError } from '../../abi/errno.ts';
import { AF } from '../../abi/socket.ts';
import { byteString, bytesOf } from '../../base/bytes.ts';

export interface InetAddress {
  readonly family: typeof AF.INET | typeof AF.INET6;
  /** Dotted decimal, or eight groups of lower-case hexadecimal without leading zeros. */
  readonly host: string;
  readonly port: number;
  /** It is written as IPv6, because its socket is of that family. */
  readonly mapped?: boolean;
}

export interface UnixAddress {
  readonly family: typeof AF.UNIX;
  /** A path, NUL and an abstract name, or empty for an unnamed socket: a byte string. */
  readonly name: string;
}

export type SocketAddress = InetAddress | UnixAddress;

const ANY4 = '0.0.0.0';
const ANY6 = '0:0:0:0:0:0:0:0';
export const LOOPBACK4 = '127.0.0.1';
export const LOOPBACK6 = '0:0:0:0:0:0:0:1';
const MAPPED = '0:0:0:0:0:ffff:';
const SUN_PATH = 108;

export const UNNAMED: UnixAddress = { family: AF.UNIX, name: '' };

const portAt = (bytes: Uint8Array): number => ((bytes[2] as number) << 8) | (bytes[3] as number);

/** The family that the bytes claim. EINVAL when there are not even two. */
export const familyOf = (bytes: Uint8Array): number => {
  if (bytes.length < 2) throw new SysError('EINVAL');
  return (bytes[0] as number) | ((bytes[1] as number) << 8);
};

const host4 = (bytes: Uint8Array): string => bytes.join('.');

const host6 = (bytes: Uint8Array): string => {
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((((bytes[i] as number) << 8) | (bytes[i + 1] as number)).toString(16));
  return groups.join(':');
};

const parseInet6 = (bytes: Uint8Array): InetAddress => {
  if (bytes.length < 24) throw new SysError('EINVAL');
  const host = host6(bytes.subarray(8, 24));
  const port = portAt(bytes);
  if (host.startsWith(MAPPED)) return { family: AF.INET, host: host4(bytes.subarray(20, 24)), port, mapped: true };
  return { family: AF.INET6, host, port };
};

const parseUnix = (bytes: Uint8Array): UnixAddress => {
  const path = bytes.subarray(2);
  if (path.length > SUN_PATH) throw new SysError('EINVAL');
  // A path ends at its first NUL; an abstract name has the length that it is given with.
  if (path[0] === 0) return { family: AF.UNIX, name: byteString(path) };
  const end = path.indexOf(0);
  return { family: AF.UNIX, name: byteString(end < 0 ? path : path.subarray(0, end)) };
};

/** Errors: EINVAL too short or too long, EAFNOSUPPORT not of the socket's family. */
export const parseAddress = (bytes: Uint8Array, family: number): SocketAddress => {
  if (familyOf(bytes) !== family) throw new SysError(family === AF.UNIX ? 'EINVAL' : 'EAFNOSUPPORT');
  if (family === AF.UNIX) return parseUnix(bytes);
  if (family === AF.INET6) return parseInet6(bytes);
  if (bytes.length < 8) throw new SysError('EINVAL');
  return { family: AF.INET, host: host4(bytes.subarray(4, 8)), port: portAt(bytes) };
};

/** The bytes of an address, for a socket of the given family. */
export const formatAddress = (address: SocketAddress, family: number): Uint8Array => {
  if (address.family === AF.UNIX) {
    const path = bytesOf(address.name);
    const terminator = path.length > 0 && path[0] !== 0 ? 1 : 0;
    const bytes = new Uint8Array(2 + path.length + terminator);
    bytes[0] = AF.UNIX;
    bytes.set(path, 2);
    return bytes;
  }
  const bytes = new Uint8Array(family === AF.INET6 ? 28 : 16);
  bytes[0] = family;
  bytes[2] = address.port >> 8;
  bytes[3] = address.port & 0xff;
  if (address.family === AF.INET) {
    if (family === AF.INET6) bytes.fill(0xff, 18, 20);
    bytes.set(address.host.split('.').map(Number), family === AF.INET6 ? 20 : 4);
  } else {
    for (const [i, group] of address.host.split(':').entries()) {
      const value = Number.parseInt(group, 16);
      bytes[8 + 2 * i] = value >> 8;
      bytes[9 + 2 * i] = value & 0xff;
    }
  }
  return bytes;
};

export const isAny = ({ host }: InetAddress): boolean => host === ANY4 || host === ANY6;

/** Is it this machine? */
export const isLocal = (address: InetAddress): boolean =>
  isAny(address) || address.host === LOOPBACK6 || (address.family === AF.INET && address.host.startsWith('127.'));

/** Connecting to no address in particular means this machine. */
export const destination = (address: InetAddress): InetAddress =>
  isAny(address) ? { ...address, host: address.family === AF.INET ? LOOPBACK4 : LOOPBACK6 } : address;

export const anyOf = (family: typeof AF.INET | typeof AF.INET6): InetAddress => ({
  family,
  host: family === AF.INET ? ANY4 : ANY6,
  port: 0,
});
