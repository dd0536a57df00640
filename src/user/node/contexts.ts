// Contexts of `vm`: an object whose properties stand before the globals. There is no second realm in a worker, so the
// built-in classes are those of the process; declarations at the top level do not become properties of the object.

import type { Host } from './host.ts';

// The guest's constructor keeps a record of its proxies (proxies.ts): these are none of them.
const { Proxy: EngineProxy } = globalThis;

export class Contexts {
  private readonly host: Host;
  private readonly scopes = new WeakMap<object, object>();

  constructor(host: Host) {
    this.host = host;
  }

  make(sandbox: object): void {
    const scope: object = new EngineProxy(sandbox, {
      has: (_target, key) => typeof key === 'string',
      get: (target, key) => {
        if (key === Symbol.unscopables) return undefined;
        if (key in target) return Reflect.get(target, key) as unknown;
        if (key === 'globalThis') return target;
        if (key in globalThis && BUILT_IN.has(String(key))) return Reflect.get(globalThis, key) as unknown;
        throw new ReferenceError(`${String(key)} is not defined`);
      },
    });
    this.scopes.set(sandbox, scope);
  }

  run(sandbox: object, text: string, name: string): unknown {
    const scope = this.scopes.get(sandbox);
    if (scope === undefined) throw new TypeError('not a context');
    const run = this.host.evaluate(`(function (__scope__, __text__) { with (__scope__) return eval(__text__); })`) as (
      scope: object,
      text: string,
    ) => unknown;
    return run.call(sandbox, scope, `${text}\n//# sourceURL=${name}`);
  }
}

const BUILT_IN = new Set(
  `Infinity NaN undefined eval isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI
  encodeURIComponent escape unescape AggregateError Array ArrayBuffer Atomics BigInt BigInt64Array BigUint64Array
  Boolean DataView Date Error EvalError FinalizationRegistry Float32Array Float64Array Function Int8Array Int16Array
  Int32Array Intl Iterator JSON Map Math Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set
  SharedArrayBuffer String Symbol SyntaxError TypeError Uint8Array Uint8ClampedArray Uint16Array Uint32Array URIError
  WeakMap WeakRef WeakSet WebAssembly`
    .trim()
    .split(/\s+/),
);
