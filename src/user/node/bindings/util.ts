// internalBinding('util') (node_util.cc): looking into values, lazy properties, kinds of descriptors.

import { SysError } from '../../../abi/errno.ts';
import { S } from '../../../abi/file.ts';
import { LAYOUT } from '../../../abi/layout.ts';
import { AF, SO, SOCK, SOL_SOCKET } from '../../../abi/socket.ts';
import { unpack } from '../../../abi/struct.ts';
import type { Dict, MakeBinding } from '../runtime.ts';
import { makeTypeTests } from './types.ts';

const SKIP = { writable: 1, enumerable: 2, configurable: 4, strings: 8, symbols: 16 } as const;
const ONLY_ENUMERABLE = 2;
const CALLER_FRAMES = 2;

const isIndex = (key: string | symbol): boolean =>
  typeof key === 'string' && /^(?:0|[1-9]\d{0,9})$/.test(key) && Number(key) < 2 ** 32 - 1;

interface CallSiteLike {
  getFunctionName(): string | null;
  getScriptNameOrSourceURL(): string | null;
  getFileName(): string | null;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
}

/** The structured stack of here, as V8 gives it; empty in engines that do not. */
const callSites = (limit: number, below: (...args: never[]) => unknown): readonly CallSiteLike[] => {
  const target = Error as unknown as Dict;
  const { prepareStackTrace: prepare, stackTraceLimit: before } = target;
  try {
    target['stackTraceLimit'] = limit;
    target['prepareStackTrace'] = (_error: unknown, sites: unknown) => sites;
    const holder: { stack?: unknown } = {};
    const capture = target['captureStackTrace'] as ((holder: object, below: unknown) => void) | undefined;
    capture?.(holder, below);
    return Array.isArray(holder.stack) ? (holder.stack as CallSiteLike[]) : [];
  } finally {
    target['stackTraceLimit'] = before;
    target['prepareStackTrace'] = prepare;
  }
};

export const util: MakeBinding = (node) => {
  const tests = makeTypeTests((value) => node.proxies.has(value as object));
  const { isMap, isSet } = tests;

  const ownNonIndex = (object: object, filter: number): (string | symbol)[] =>
    Reflect.ownKeys(object).filter((key) => {
      if (isIndex(key)) return false;
      if ((filter & SKIP.symbols) !== 0 && typeof key === 'symbol') return false;
      if (filter !== ONLY_ENUMERABLE) return true;
      return Reflect.getOwnPropertyDescriptor(object, key)?.enumerable === true;
    });

  const entriesOf = (value: object, forIterator: boolean): unknown => {
    if (isMap(value)) {
      const flat = [...(value as Map<unknown, unknown>)].flat(1);
      return forIterator ? [flat, true] : flat;
    }
    if (isSet(value)) {
      const list = [...(value as Set<unknown>)];
      return forIterator ? [list, false] : list;
    }
    // Engines do not show what is left in an iterator.
    return forIterator ? [[], false] : [];
  };

  const guessHandleType = (fd: number): number => {
    const NAMES = ['TCP', 'TTY', 'UDP', 'FILE', 'PIPE', 'UNKNOWN', 'INVALID'];
    const name = ((): string => {
      const bytes = new Uint8Array(LAYOUT.stat.size);
      try {
        node.client.call('fstat', fd, bytes);
      } catch (error) {
        if (error instanceof SysError) return fd < 0 ? 'INVALID' : 'UNKNOWN';
        throw error;
      }
      switch (unpack('stat', bytes).mode & S.IFMT) {
        case S.IFREG:
          return 'FILE';
        case S.IFCHR:
          return isTerminal(fd) ? 'TTY' : 'FILE';
        case S.IFIFO:
          return 'PIPE';
        case S.IFSOCK:
          return socketKind(fd);
        default:
          return 'UNKNOWN';
      }
    })();
    return NAMES.indexOf(name);
  };
  const socketKind = (fd: number): string => {
    const name = new Uint8Array(LAYOUT.sockname.size);
    node.client.call('getsockname', fd, name);
    const { length, bytes } = unpack('sockname', name);
    if (length < 2 || bytes[0] === AF.UNIX) return 'PIPE';
    const type = new Uint8Array(4);
    node.client.call('getsockopt', fd, SOL_SOCKET, SO.TYPE, type);
    return type[0] === SOCK.DGRAM ? 'UDP' : 'TCP';
  };
  const isTerminal = (fd: number): boolean => {
    try {
      node.client.call('tcgetattr', fd, new Uint8Array(LAYOUT.termios.size));
      return true;
    } catch (error) {
      if (error instanceof SysError) return false;
      throw error;
    }
  };

  const defineLazyProperties = (target: object, id: string, keys: readonly string[], enumerable = true): void => {
    for (const key of keys) {
      let value: unknown;
      let loaded = false;
      const get = {
        [key]() {
          if (!loaded) {
            value = node.require(id)[key];
            loaded = true;
          }
          Object.defineProperty(target, key, { value, writable: true, enumerable, configurable: true });
          return value;
        },
      }[key] as () => unknown;
      const set = {
        [key](next: unknown) {
          Object.defineProperty(target, key, { value: next, writable: true, enumerable, configurable: true });
        },
      }[key] as (value: unknown) => void;
      Object.defineProperty(target, key, { configurable: true, enumerable, get, set });
    }
  };

  return {
    ...tests,
    privateSymbols: node.privates.symbols,
    shouldAbortOnUncaughtToggle: new Uint32Array(1),
    isInsideNodeModules: (limit = 10): boolean =>
      callSites(limit, util).some((site) => /[\\/]node_modules[\\/]/.test(site.getFileName() ?? '')),
    defineLazyProperties,
    // Engines do not tell a promise's state: all look pending.
    getPromiseDetails: () => [0, undefined],
    getProxyDetails: (value: object, both = true): unknown => {
      const record = node.proxies.get(value);
      if (record === undefined) return undefined;
      return both ? [record.target, record.handler] : record.target;
    },
    getCallerLocation: (): unknown => {
      const site = callSites(CALLER_FRAMES + 1, util)[CALLER_FRAMES];
      return site === undefined ? undefined : [site.getLineNumber(), site.getColumnNumber(), site.getFileName()];
    },
    previewEntries: (value: object, forIterator?: boolean) => entriesOf(value, forIterator === true),
    getOwnNonIndexProperties: ownNonIndex,
    getConstructorName: (object: object): string => {
      for (let at: object | null = object; at !== null; at = Reflect.getPrototypeOf(at)) {
        const own = Reflect.getOwnPropertyDescriptor(at, 'constructor')?.value as { name?: unknown } | undefined;
        if (typeof own === 'function' && typeof own.name === 'string' && own.name !== '') return own.name;
      }
      return 'Object';
    },
    getExternalValue: () => 0n,
    getCallSites: (frames: number) =>
      callSites(frames + 1, util)
        .slice(1)
        .map((site) => ({
          functionName: site.getFunctionName() ?? '',
          scriptId: '0',
          scriptName: site.getScriptNameOrSourceURL() ?? '',
          lineNumber: site.getLineNumber() ?? 0,
          columnNumber: site.getColumnNumber() ?? 0,
          column: site.getColumnNumber() ?? 0,
        })),
    sleep: (ms: number): void => {
      const cell = new Int32Array(new SharedArrayBuffer(4));
      Atomics.wait(cell, 0, 0, ms);
    },
    parseEnv: (text: string): Dict => parseEnv(text),
    arrayBufferViewHasBuffer: () => true,
    constructSharedArrayBuffer: (length: number) => new SharedArrayBuffer(length),
    guessHandleType,
    isArrayBufferView: (value: unknown) => ArrayBuffer.isView(value),
    isTypedArray: (value: unknown) => ArrayBuffer.isView(value) && !(value instanceof DataView),
    isUint8Array: (value: unknown) => value instanceof Uint8Array,
    toUSVString: (text: string) => text.toWellFormed(),
    WeakReference: class WeakReference {
      private readonly target: WeakRef<object>;
      private strong: object | undefined;
      private count = 0;
      constructor(target: object) {
        this.target = new WeakRef(target);
      }
      get(): object | undefined {
        return this.target.deref();
      }
      incRef(): void {
        this.count++;
        this.strong = this.target.deref();
      }
      decRef(): void {
        this.count--;
        if (this.count === 0) this.strong = undefined;
        else if (this.strong === undefined) this.count = 0;
      }
    },
  };
};

const LINE =
  /^[^\S\n]*(?:export[^\S\n]+)?([^\s=#]+)[^\S\n]*=[^\S\n]*(?:"([^"]*)"|'([^']*)'|`([^`]*)`|([^\n]*))?[^\n]*$/gm;

/** The variables of a .env file (node_dotenv.cc). */
export const parseEnv = (text: string): Dict => {
  const values: Dict = {};
  for (const [, name = '', double, single, back, bare] of text.replace(/\r\n?/g, '\n').matchAll(LINE)) {
    if (double !== undefined) values[name] = double.replaceAll('\\n', '\n');
    else if (single !== undefined || back !== undefined) values[name] = single ?? back;
    else values[name] = (bare ?? '').replace(/#.*$/, '').trim();
  }
  return values;
};
