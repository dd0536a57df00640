// process.env: a map of text to text. Whatever is stored becomes a string (node_env_var.cc).

import { toText } from '../../base/bytes.ts';

// The guest's constructor keeps a record of its proxies (proxies.ts): these are none of them.
const { Proxy: EngineProxy } = globalThis;

const invalidDescriptor = (reason: string): TypeError =>
  Object.assign(new TypeError(`'process.env' only accepts a configurable, writable, and enumerable data descriptor`), {
    code: 'ERR_INVALID_OBJECT_DEFINE_PROPERTY',
    reason,
  });

/** `entries` are byte strings NAME=VALUE. */
export const makeEnvironment = (entries: readonly string[]): object => {
  const values: Record<string, string> = {};
  for (const entry of entries) {
    const text = toText(entry);
    const equals = text.indexOf('=', 1);
    if (equals > 0) values[text.slice(0, equals)] ??= text.slice(equals + 1);
  }
  return new EngineProxy(values, {
    set(target, key, value) {
      if (typeof key === 'symbol' || typeof value === 'symbol')
        throw new TypeError('Cannot convert a Symbol value to a string');
      target[key] = `${value as string}`;
      return true;
    },
    get: (target, key) =>
      (typeof key === 'string' && !Object.hasOwn(target, key)
        ? Reflect.get(Object.prototype, key)
        : Reflect.get(target, key)) as unknown,
    defineProperty(target, key, descriptor) {
      if ('get' in descriptor || 'set' in descriptor) throw invalidDescriptor('accessor');
      if (descriptor.configurable !== true || descriptor.writable !== true || descriptor.enumerable !== true)
        throw invalidDescriptor('flags');
      if (typeof key === 'symbol') throw new TypeError('Cannot convert a Symbol value to a string');
      target[key] = `${descriptor.value as string}`;
      return true;
    },
  });
};
