// Sockets: families, types, options and flags in the numbers of Linux x86-64 (socket(2), socket(7), ip(7), tcp(7)).
//
// An address crosses the channel as Linux lays out struct sockaddr: family u16 little-endian, then by family
//   AF_UNIX   the path, or NUL and a name (abstract); nothing for an unnamed socket
//   AF_INET   port u16 big-endian, 4 bytes of address
//   AF_INET6  port u16 big-endian, flow u32, 16 bytes of address, scope u32

export const AF = { UNSPEC: 0, UNIX: 1, INET: 2, INET6: 10 } as const;
export const SOCK = { STREAM: 1, DGRAM: 2, RAW: 3, SEQPACKET: 5, NONBLOCK: 0o4000, CLOEXEC: 0o2000000 } as const;
export const IPPROTO = { IP: 0, ICMP: 1, TCP: 6, UDP: 17, IPV6: 41 } as const;
export const SHUT = { RD: 0, WR: 1, RDWR: 2 } as const;
export const SOL_SOCKET = 1;
export const SO = {
  DEBUG: 1,
  REUSEADDR: 2,
  TYPE: 3,
  ERROR: 4,
  DONTROUTE: 5,
  BROADCAST: 6,
  SNDBUF: 7,
  RCVBUF: 8,
  KEEPALIVE: 9,
  OOBINLINE: 10,
  LINGER: 13,
  REUSEPORT: 15,
  PEERCRED: 17,
  RCVTIMEO: 20,
  SNDTIMEO: 21,
  ACCEPTCONN: 30,
  PROTOCOL: 38,
  DOMAIN: 39,
} as const;
export const TCP = { NODELAY: 1, MAXSEG: 2, KEEPIDLE: 4, KEEPINTVL: 5, KEEPCNT: 6 } as const;
export const IP = { TOS: 1, TTL: 2, MULTICAST_TTL: 33, MULTICAST_LOOP: 34 } as const;
export const IPV6 = { UNICAST_HOPS: 16, V6ONLY: 26 } as const;
export const MSG = {
  OOB: 1,
  PEEK: 2,
  DONTROUTE: 4,
  TRUNC: 0x20,
  DONTWAIT: 0x40,
  WAITALL: 0x100,
  NOSIGNAL: 0x4000,
  MORE: 0x8000,
} as const;

/** Most connections that wait to be accepted, whatever listen(2) asks for. */
export const SOMAXCONN = 4096;
/** Bytes that a socket holds each way (net.core.rmem_default of Linux). */
export const SOCKET_BUFFER = 212_992;
/** Most bytes of a datagram. */
export const DATAGRAM_MAX = 65_507;
