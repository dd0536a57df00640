// internalBinding('url') (node_url.cc): the parser of the URL Standard, which is the host's own, and where the parts of
// an address lie in its text.

import { domainToUnicode } from '../punycode.ts';
import type { MakeBinding } from '../runtime.ts';

const NONE = 0xffff_ffff;
/** ada's numbers of schemes. */
const SCHEMES: Readonly<Record<string, number>> = {
  'http:': 0,
  'https:': 2,
  'ws:': 3,
  'ftp:': 4,
  'wss:': 5,
  'file:': 6,
};
const NOT_SPECIAL = 1;
const UPDATES = [
  'protocol',
  'host',
  'hostname',
  'port',
  'username',
  'password',
  'pathname',
  'search',
  'hash',
  'href',
] as const;
const HREF = 9;

const PERCENT: Readonly<Record<string, string>> = {
  '%': '%25',
  '\\': '%5C',
  '\n': '%0A',
  '\r': '%0D',
  '\t': '%09',
  '?': '%3F',
  '#': '%23',
};

export const url: MakeBinding = ({ host }) => {
  const { URL: HostUrl } = host;
  const urlComponents = new Uint32Array(9);

  /** The places of ada's url_components. */
  const locate = (at: URL): void => {
    const { href, protocol, username, password, search, hash } = at;
    const protocolEnd = protocol.length;
    const authority = href.startsWith('//', protocolEnd);
    let usernameEnd = protocolEnd;
    let hostStart = protocolEnd;
    let hostEnd = protocolEnd;
    if (authority) {
      usernameEnd = protocolEnd + 2 + username.length;
      hostStart = usernameEnd + (password === '' ? 0 : password.length + 1);
      const bare = hostStart + (username !== '' || password !== '' ? 1 : 0);
      hostEnd = bare + at.hostname.length;
    }
    const hashStart = hash === '' && !href.endsWith('#') ? NONE : href.indexOf('#');
    const beforeHash = hashStart === NONE ? href : href.slice(0, hashStart);
    const searchStart = search === '' && !beforeHash.endsWith('?') ? NONE : beforeHash.indexOf('?');
    const portText = authority && at.port !== '' ? at.port.length + 1 : 0;
    urlComponents[0] = protocolEnd;
    urlComponents[1] = usernameEnd;
    urlComponents[2] = hostStart;
    urlComponents[3] = hostEnd;
    urlComponents[4] = at.port === '' ? NONE : Number(at.port);
    // A path that begins with `//` and has no host is written with `/.` before it.
    const dot = !authority && href.startsWith('/.//', protocolEnd) ? 2 : 0;
    urlComponents[5] = hostEnd + portText + dot;
    urlComponents[6] = searchStart;
    urlComponents[7] = hashStart;
    urlComponents[8] = SCHEMES[protocol] ?? NOT_SPECIAL;
  };

  const parsed = (input: string, base?: string): URL | undefined => {
    try {
      return base === undefined ? new HostUrl(input) : new HostUrl(input, base);
    } catch {
      return undefined;
    }
  };
  const invalid = (input: string, base: string | undefined): never => {
    const error = Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input });
    if (base !== undefined) Object.assign(error, { base });
    throw error;
  };

  return {
    urlComponents,
    parse: (input: string, base: string | undefined, raise: boolean): string | undefined => {
      const at = parsed(input, base);
      if (at === undefined) return raise ? invalid(input, base) : undefined;
      locate(at);
      return at.href;
    },
    canParse: (input: string, base?: string) => parsed(input, base) !== undefined,
    update: (href: string, action: number, value: string): string | false => {
      const at = new HostUrl(href);
      const name = UPDATES[action];
      if (name === undefined) return false;
      if (action === HREF) {
        const next = parsed(value);
        if (next === undefined) return false;
        locate(next);
        return next.href;
      }
      at[name] = value;
      locate(at);
      return at.href;
    },
    pathToFileURL: (path: string, _windows: boolean, base?: string): string => {
      const escaped = path.replace(/[%\\\n\r\t?#]/g, (c) => PERCENT[c] as string);
      const at = new HostUrl(`file://${escaped}`, base);
      locate(at);
      return at.href;
    },
    domainToASCII: (domain: string): string => {
      const at = parsed(`ws://${domain}`);
      return at === undefined ? '' : at.hostname;
    },
    domainToUnicode: (domain: string): string => {
      const at = parsed(`ws://${domain}`);
      return at === undefined ? '' : domainToUnicode(at.hostname);
    },
    format: (href: string, hash: boolean, unicode: boolean, search: boolean, auth: boolean): string => {
      const at = new HostUrl(href);
      if (!hash) at.hash = '';
      if (!search) at.search = '';
      if (!auth) {
        at.username = '';
        at.password = '';
      }
      return unicode ? at.href.replace(at.hostname, domainToUnicode(at.hostname)) : at.href;
    },
    getOrigin: (href: string): string => new HostUrl(href).origin,
  };
};
