// internalBinding('cares_wrap') (cares_wrap.cc): names of this machine, from /etc/hosts. There is no resolver: other
// names are not found, and queries of DNS are refused.

import { formatIpv6, parseIpv4, parseIpv6 } from '../addresses.ts';
import type { Dict, MakeBinding } from '../runtime.ts';

const EAI_NONAME = -3008;
const ECONNREFUSED = 'ECONNREFUSED';
const ORDER_IPV4_FIRST = 1;

export const caresWrap: MakeBinding = (node) => {
  const hosts = (): { readonly address: string; readonly names: readonly string[] }[] => {
    try {
      const fd = node.fs.calls.open('/etc/hosts', 0, 0);
      try {
        const text = node.host.decodeUtf8(node.fs.calls.readAll(fd));
        return text.split('\n').flatMap((line) => {
          const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
          return address === undefined || address === '' ? [] : [{ address, names }];
        });
      } finally {
        node.fs.calls.close(fd);
      }
    } catch {
      return [];
    }
  };
  const canonical = (text: string): string | undefined => {
    const v4 = parseIpv4(text);
    if (v4 !== undefined) return v4.join('.');
    const v6 = parseIpv6(text);
    return v6 === undefined ? undefined : formatIpv6(Uint8Array.from(v6));
  };
  const lookup = (name: string, family: number): string[] => {
    const literal = canonical(name);
    const known =
      literal === undefined
        ? hosts()
            .filter((entry) => entry.names.includes(name))
            .map((e) => e.address)
        : [literal];
    const found = known.length === 0 && (name === 'localhost' || name.endsWith('.localhost')) ? ['127.0.0.1'] : known;
    return found.filter((address) => family === 0 || (family === 6) === address.includes(':'));
  };
  class Request extends node.AsyncWrap {
    oncomplete: unknown;
  }
  class GetAddrInfoReqWrap extends Request {
    constructor() {
      super('GETADDRINFOREQWRAP');
    }
  }
  class GetNameInfoReqWrap extends Request {
    constructor() {
      super('GETNAMEINFOREQWRAP');
    }
  }
  class QueryReqWrap extends Request {
    constructor() {
      super('QUERYWRAP');
    }
  }
  class ChannelWrap extends node.AsyncWrap {
    #servers: unknown[] = [['127.0.0.1', 53]];
    constructor() {
      super('DNSCHANNEL');
    }
    getServers(): unknown[] {
      return this.#servers;
    }
    setServers(servers: readonly (readonly unknown[])[]): number {
      this.#servers = servers.map(([, address, port]) => [address, port]);
      return 0;
    }
    setLocalAddress(): void {}
    cancel(): void {}
  }
  const QUERIES = 'Any A Aaaa Caa Cname Mx Ns Txt Tlsa Srv Ptr Naptr Soa'.split(' ').map((name) => `query${name}`);
  for (const name of [...QUERIES, 'getHostByAddr']) {
    Object.defineProperty(ChannelWrap.prototype, name, {
      writable: true,
      configurable: true,
      value: (req: Request): number => {
        node.loop.complete(() => void node.AsyncWrap.call(req, req.oncomplete, [ECONNREFUSED]));
        return 0;
      },
    });
  }
  return {
    GetAddrInfoReqWrap,
    GetNameInfoReqWrap,
    QueryReqWrap,
    ChannelWrap,
    canonicalizeIP: canonical,
    strerror: (code: string | number): string => String(code),
    getaddrinfo: (req: Request, name: string, family: number, _hints: number, order: number): number => {
      const found = lookup(name, family);
      if (order === ORDER_IPV4_FIRST) found.sort((a, b) => Number(a.includes(':')) - Number(b.includes(':')));
      const args = found.length === 0 ? [EAI_NONAME] : [null, found];
      node.loop.complete(() => void node.AsyncWrap.call(req, req.oncomplete, args));
      return 0;
    },
    getnameinfo: (req: Request, address: string, port: number): number => {
      const name = hosts().find((entry) => entry.address === address)?.names[0] ?? address;
      node.loop.complete(() => void node.AsyncWrap.call(req, req.oncomplete, [null, name, String(port)]));
      return 0;
    },
    convertIpv6StringToBuffer: (text: string): unknown => {
      const bytes = parseIpv6(text);
      return bytes === undefined ? undefined : node.buffer(Uint8Array.from(bytes));
    },
  } satisfies Dict;
};
