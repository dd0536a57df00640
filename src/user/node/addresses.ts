// Socket addresses: text as Node shows them, and struct sockaddr as the calls take it (abi/socket.ts).

import { AF } from '../../abi/socket.ts';

export interface SocketAddress {
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly port: number;
}

const V4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** The bytes of an IPv4 address; undefined for what is none. */
export const parseIpv4 = (text: string): number[] | undefined => {
  const match = V4.exec(text);
  if (match === null) return undefined;
  const bytes = match.slice(1).map(Number);
  return bytes.every((byte) => byte < 256) ? bytes : undefined;
};

/** The bytes of an IPv6 address, without its zone; undefined for what is none. */
export const parseIpv6 = (text: string): number[] | undefined => {
  const bare = text.replace(/%.*$/, '');
  const halves = bare.split('::');
  if (halves.length > 2) return undefined;
  const words = (half: string): number[] | undefined => {
    if (half === '') return [];
    const out: number[] = [];
    const parts = half.split(':');
    for (const [i, part] of parts.entries()) {
      const v4 = i === parts.length - 1 ? parseIpv4(part) : undefined;
      if (v4 !== undefined) {
        const [a = 0, b = 0, c = 0, d = 0] = v4;
        out.push((a << 8) | b, (c << 8) | d);
      } else if (/^[0-9a-f]{1,4}$/i.test(part)) out.push(Number.parseInt(part, 16));
      else return undefined;
    }
    return out;
  };
  const head = words(halves[0] ?? '');
  const tail = words(halves[1] ?? '');
  if (head === undefined || tail === undefined) return undefined;
  const gap = 8 - head.length - tail.length;
  if (halves.length === 1 ? gap !== 0 : gap < 1) return undefined;
  const all = [...head, ...Array.from({ length: gap }, () => 0), ...tail];
  return all.flatMap((word) => [word >> 8, word & 255]);
};

/** In the form of RFC 5952. */
export const formatIpv6 = (bytes: Uint8Array): string => {
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number));
  if (words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff)
    return `::ffff:${[...bytes.subarray(12, 16)].join('.')}`;
  let best = { start: 0, length: 1 };
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && words[i + length] === 0) length++;
    if (length > best.length) best = { start: i, length };
  }
  const hex = (part: readonly number[]): string => part.map((word) => word.toString(16)).join(':');
  if (best.length < 2) return hex(words);
  return `${hex(words.slice(0, best.start))}::${hex(words.slice(best.start + best.length))}`;
};

/** struct sockaddr_in or sockaddr_in6; undefined for an address of another family. */
export const packInternet = (address: string, port: number, family: number): Uint8Array | undefined => {
  const host = family === AF.INET ? parseIpv4(address) : parseIpv6(address);
  if (host === undefined) return undefined;
  const bytes = new Uint8Array(family === AF.INET ? 16 : 28);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, family, true);
  view.setUint16(2, port, false);
  bytes.set(host, family === AF.INET ? 4 : 8);
  return bytes;
};

export const packUnix = (path: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(2 + path.length);
  new DataView(bytes.buffer).setUint16(0, AF.UNIX, true);
  bytes.set(path, 2);
  return bytes;
};

/** Undefined for an address that is not of the internet. */
export const unpackInternet = (bytes: Uint8Array): SocketAddress | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const family = view.getUint16(0, true);
  if (family === AF.INET)
    return { address: [...bytes.subarray(4, 8)].join('.'), family: 'IPv4', port: view.getUint16(2, false) };
  if (family === AF.INET6)
    return { address: formatIpv6(bytes.subarray(8, 24)), family: 'IPv6', port: view.getUint16(2, false) };
  return undefined;
};
