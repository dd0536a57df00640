// internalBinding('messaging') (node_messaging.cc): MessageChannel within the process, structuredClone, DOMException.

import type { Dict, Fn, MakeBinding } from '../runtime.ts';

export const messaging: MakeBinding = (node) => {
  const { symbols, loop } = node;
  const noMessage = symbols['no_message_symbol'];
  const oninit = symbols['oninit'] as symbol;
  const onclose = symbols['handle_onclose'] as symbol;
  const cloneOf = symbols['messaging_clone_symbol'] as symbol;
  const transferOf = symbols['messaging_transfer_symbol'] as symbol;
  const deserialize = symbols['messaging_deserialize_symbol'] as symbol;
  let deserializerCreate: Fn | undefined;

  interface Message {
    readonly data: unknown;
    readonly ports: readonly unknown[];
  }
  class PortState {
    other: PortState | undefined;
    readonly queue: Message[] = [];
    receiving = false;
    referenced = false;
    closed = false;
    scheduled = false;
    object: object | undefined;
  }
  const states = new WeakMap<object, PortState>();

  const isPort = (value: unknown): value is object => typeof value === 'object' && value !== null && states.has(value);

  /** Replace objects that know how to be cloned (Blob, KeyObject, ...) and ports; the rest is the engine's. */
  const clone = (value: unknown, transfer: readonly unknown[]): Message => {
    const ports = transfer.filter(isPort);
    const plain = transfer.filter((item) => !isPort(item)) as Transferable[];
    const standins: { readonly key: string; readonly make: () => unknown }[] = [];
    const swap = (item: unknown, seen: Map<object, unknown>): unknown => {
      if (typeof item !== 'object' || item === null) return item;
      const known = seen.get(item);
      if (known !== undefined) return known;
      if (isPort(item)) {
        if (!transfer.includes(item))
          throw dataCloneError('Object that needs transfer was found in message but not listed in transferList');
        return standIn(seen, item, () => item);
      }
      const mode = (item as Dict)[node.privates.symbols['transfer_mode_private_symbol'] as symbol];
      const method = (item as Dict)[transfer.includes(item) ? transferOf : cloneOf];
      if (typeof mode === 'number' && mode !== 0 && typeof method === 'function') {
        const { data, deserializeInfo } = Reflect.apply(method as Fn, item, []) as {
          data: unknown;
          deserializeInfo: string;
        };
        const inner = clone(data, []);
        return standIn(seen, item, () => {
          const made = deserializerCreate?.(deserializeInfo) as Dict;
          (made[deserialize] as Fn).call(made, inner.data);
          return made;
        });
      }
      if (typeof mode === 'number' && mode === 0 && typeof method !== 'function')
        throw dataCloneError('Object that needs transfer was found in message but not listed in transferList');
      const prototype = Object.getPrototypeOf(item) as unknown;
      if (Array.isArray(item as unknown)) {
        const copy: unknown[] = [];
        seen.set(item, copy);
        copy.length = (item as unknown as readonly unknown[]).length;
        for (const key of Object.keys(item))
          (copy as unknown as Dict)[key] = swap((item as unknown as Dict)[key], seen);
        return copy;
      }
      if (prototype !== Object.prototype && prototype !== null) return item;
      if (Object.prototype.toString.call(item) !== '[object Object]') return item;
      const copy: Dict = {};
      seen.set(item, copy);
      for (const key of Object.keys(item)) copy[key] = swap((item as Dict)[key], seen);
      return copy;
    };
    const standIn = (seen: Map<object, unknown>, item: object, make: () => unknown): unknown => {
      const key = `\0tabos-${standins.length}-${Math.random()}`;
      standins.push({ key, make });
      const placeholder = { [key]: true };
      seen.set(item, placeholder);
      return placeholder;
    };
    const needs = transfer.length > plain.length || mayNeedSwap(value, cloneOf, isPort);
    const swapped = needs ? swap(value, new Map()) : value;
    let data: unknown;
    try {
      data = node.host.structuredClone(swapped, { transfer: plain.filter((item) => item instanceof ArrayBuffer) });
    } catch (error) {
      throw dataCloneError(error instanceof Error ? error.message : String(error));
    }
    if (standins.length > 0) data = restore(data, new Map(standins.map(({ key, make }) => [key, make])), new Set());
    return { data, ports };
  };

  const restore = (value: unknown, makers: ReadonlyMap<string, () => unknown>, seen: Set<object>): unknown => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return value;
    const [first, second] = Object.keys(value);
    const make = first !== undefined && second === undefined ? makers.get(first) : undefined;
    if (make !== undefined) return make();
    seen.add(value);
    const prototype = Object.getPrototypeOf(value) as unknown;
    if (prototype !== Object.prototype && !Array.isArray(value)) return value;
    for (const key of Object.keys(value)) (value as Dict)[key] = restore((value as Dict)[key], makers, seen);
    return value;
  };

  const dataCloneError = (message: string): Error => {
    const { DOMException } = node.perContext as { DOMException: new (message: string, name: string) => Error };
    return new DOMException(message, 'DataCloneError');
  };

  class MessagePort extends node.AsyncWrap {
    constructor() {
      super('MESSAGEPORT');
      const state = new PortState();
      state.object = this;
      states.set(this, state);
      const init = (this as unknown as Dict)[oninit];
      if (typeof init === 'function') (init as Fn).call(this);
    }
    postMessage(...args: [value?: unknown, options?: unknown]): boolean | undefined {
      const [value, options] = args;
      const state = states.get(this);
      if (state === undefined) return undefined;
      if (args.length === 0) throw Object.assign(new TypeError('Not enough arguments'), { code: 'ERR_MISSING_ARGS' });
      const given = Array.isArray(options)
        ? options
        : ((options as { transfer?: unknown } | undefined)?.transfer ?? []);
      const transfer = [...(given as Iterable<unknown>)];
      const message = clone(value, transfer);
      const { other } = state;
      if (state.closed || other === undefined || other.closed) return undefined;
      other.queue.push(message);
      schedule(other);
      return true;
    }
    start(): void {
      const state = states.get(this);
      if (state === undefined || state.closed) return;
      state.receiving = true;
      schedule(state);
    }
    drain(): void {
      const state = states.get(this);
      if (state !== undefined) deliver(state);
    }
    close(callback?: unknown): void {
      const state = states.get(this);
      if (state === undefined) return;
      if (typeof callback === 'function') {
        (this as unknown as { once?: Fn }).once?.('close', callback);
      }
      closeState(state);
    }
    ref(): void {
      const state = states.get(this);
      if (state === undefined || state.closed || state.referenced) return;
      state.referenced = true;
      loop.refs++;
    }
    unref(): void {
      const state = states.get(this);
      if (state === undefined || !state.referenced) return;
      state.referenced = false;
      loop.refs--;
    }
    hasRef(): boolean {
      return states.get(this)?.referenced === true;
    }
  }

  const schedule = (state: PortState): void => {
    if (!state.receiving || state.scheduled || state.queue.length === 0) return;
    state.scheduled = true;
    loop.complete(() => {
      state.scheduled = false;
      deliver(state);
    });
  };
  const deliver = (state: PortState): void => {
    if (!state.receiving || state.closed) return;
    const message = state.queue.shift();
    if (message === undefined) return;
    const emit = node.perContext['emitMessage'];
    node.AsyncWrap.call(state.object as MessagePort, emit, [message.data, message.ports, 'message']);
    // The next one in a task of its own, so that microtasks run between them.
    schedule(state);
  };
  const closeState = (state: PortState): void => {
    if (state.closed) return;
    state.closed = true;
    if (state.referenced) {
      state.referenced = false;
      loop.refs--;
    }
    const { other } = state;
    loop.close(() => {
      const handler = (state.object as Dict)[onclose];
      node.AsyncWrap.call(state.object as MessagePort, handler, []);
    });
    if (other !== undefined && !other.closed) {
      if (other.queue.length === 0 || !other.receiving) closeState(other);
      else loop.complete(() => closeState(other));
    }
  };

  const channel = (): { port1: MessagePort; port2: MessagePort } => {
    const port1 = new MessagePort();
    const port2 = new MessagePort();
    const a = states.get(port1) as PortState;
    const b = states.get(port2) as PortState;
    a.other = b;
    b.other = a;
    return { port1, port2 };
  };

  return {
    MessagePort,
    MessageChannel: class MessageChannel {
      readonly port1: MessagePort;
      readonly port2: MessagePort;
      constructor() {
        const { port1, port2 } = channel();
        this.port1 = port1;
        this.port2 = port2;
      }
    },
    get DOMException() {
      return node.perContext['DOMException'];
    },
    exposeLazyDOMExceptionProperty: (target: object): void => {
      Object.defineProperty(target, 'DOMException', {
        configurable: true,
        enumerable: false,
        get: () => node.perContext['DOMException'],
        set(value: unknown) {
          Object.defineProperty(target, 'DOMException', {
            value,
            writable: true,
            configurable: true,
            enumerable: false,
          });
        },
      });
    },
    setDeserializerCreateObjectFunction: (create: Fn) => {
      deserializerCreate = create;
    },
    stopMessagePort: (port: object): void => {
      const state = states.get(port);
      if (state !== undefined) state.receiving = false;
    },
    checkMessagePort: isPort,
    drainMessagePort: (port: object): void => {
      const state = states.get(port);
      if (state !== undefined) deliver(state);
    },
    receiveMessageOnPort: (port: object): unknown => {
      const state = states.get(port);
      const message = state?.queue.shift();
      return message === undefined ? noMessage : message.data;
    },
    moveMessagePortToContext: (port: object) => port,
    structuredClone: (value: unknown, options?: { transfer?: readonly unknown[] }) =>
      clone(value, options?.transfer ?? []).data,
  };
};

/** Could there be anything in it that the engine cannot clone? Looks a few levels deep only at plain things. */
const mayNeedSwap = (value: unknown, cloneOf: symbol, isPort: (value: unknown) => boolean, depth = 4): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  if (isPort(value) || typeof (value as Dict)[cloneOf] === 'function') return true;
  if (depth === 0) return false;
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype !== Object.prototype && !Array.isArray(value)) return false;
  return Object.keys(value).some((key) => mayNeedSwap((value as Dict)[key], cloneOf, isPort, depth - 1));
};
