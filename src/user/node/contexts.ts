// Contexts of `vm`: an object whose properties stand before the globals. There is no second realm in a worker, so the
// built-in classes are those of the process; declarations at the top level do not become properties of the object.

import type { Host } from './host.ts';

// The guest's constructor keeps a record of its proxies (proxies.ts): these are none of them.
const { Proxy: EngineProxy } = globalThis;

/** The names that the evaluation itself uses. */
const TEXT = '__tabos_text__';
const TYPEOF = /\btypeof\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/gu;

interface Scope {
  readonly object: object;
  /** `this` and `globalThis`: the object, with the built-in names. */
  readonly global: object;
  /** Names that the text asks about by `typeof`: what is not there is undefined, and no error. */
  readonly asked: Set<string>;
}

export class Contexts {
  private readonly host: Host;
  private readonly scopes = new WeakMap<object, Scope>();

  constructor(host: Host) {
    this.host = host;
  }

  make(sandbox: object): void {
    const asked = new Set<string>();
    const builtIn = (key: string | symbol): unknown =>
      BUILT_IN.has(String(key)) ? (Reflect.get(globalThis, key) as unknown) : undefined;
    const global: object = new EngineProxy(sandbox, {
      get: (target, key) => (key in target ? (Reflect.get(target, key) as unknown) : builtIn(key)),
    });
    const object: object = new EngineProxy(sandbox, {
      has: (_target, key) => typeof key === 'string' && key !== TEXT && key !== 'eval',
      get: (target, key) => {
        if (key === Symbol.unscopables) return undefined;
        if (key in target) return Reflect.get(target, key) as unknown;
        if (key === 'globalThis') return global;
        if (BUILT_IN.has(String(key))) return builtIn(key);
        if (asked.has(String(key))) return undefined;
        throw new ReferenceError(`${String(key)} is not defined`);
      },
    });
    this.scopes.set(sandbox, { object, global, asked });
  }

  run(sandbox: object, text: string, name: string): unknown {
    const scope = this.scopes.get(sandbox);
    if (scope === undefined) throw new TypeError('not a context');
    for (const [, asked = ''] of text.matchAll(TYPEOF)) scope.asked.add(asked);
    // Assignments of `var` and to undeclared names go through the object; declared functions do not become properties.
    const run = this.host.evaluate(`(function (__scope__, ${TEXT}) { with (__scope__) return eval(${TEXT}); })`) as (
      scope: object,
      text: string,
    ) => unknown;
    return run.call(scope.global, scope.object, `${text}\n//# sourceURL=${name}`);
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
