// Module namespace objects: sorted names, values read through, nothing to be changed (sec-module-namespace-exotic-objects).

import type { Cell } from './module-record.ts';

// The guest's constructor keeps a record of its proxies (proxies.ts): these are none of them.
const { Proxy: EngineProxy } = globalThis;

/** The objects that are namespaces. */
const namespaces = new WeakSet();

export const isNamespace = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && namespaces.has(value);

export const makeNamespace = (cells: ReadonlyMap<string, Cell>): object => {
  const target = Object.create(null) as Record<string | symbol, unknown>;
  for (const name of [...cells.keys()].sort())
    Object.defineProperty(target, name, { value: undefined, writable: true, enumerable: true, configurable: false });
  Object.defineProperty(target, Symbol.toStringTag, { value: 'Module' });
  Object.preventExtensions(target);
  const read = (key: string | symbol): unknown => {
    const cell = typeof key === 'string' ? cells.get(key) : undefined;
    return cell === undefined ? Reflect.get(target, key) : cell();
  };
  const namespace = new EngineProxy(target, {
    get: (_target, key) => read(key),
    set: () => false,
    deleteProperty: (_target, key) => !Reflect.has(target, key),
    getOwnPropertyDescriptor(_target, key) {
      const descriptor = Reflect.getOwnPropertyDescriptor(target, key);
      if (descriptor === undefined || typeof key === 'symbol') return descriptor;
      return { ...descriptor, value: read(key) };
    },
    defineProperty(_target, key, descriptor) {
      const current = Reflect.getOwnPropertyDescriptor(target, key);
      if (current === undefined || descriptor.configurable === true || descriptor.enumerable === false) return false;
      if ('get' in descriptor || 'set' in descriptor || descriptor.writable === false) return false;
      return !('value' in descriptor) || Object.is(descriptor.value, read(key));
    },
    setPrototypeOf: (_target, prototype) => prototype === null,
  });
  namespaces.add(namespace);
  return namespace;
};
