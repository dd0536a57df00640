// Takes the ambient powers of a worker away, before the first line of a script runs.
//
// A script shall reach nothing but the system's calls: not the network, not storage, other workers, locks or channels
// of this origin, and not the worker's own messages. So what is not on the list below goes: from the global object and
// from every prototype it inherits from. What a browser adds one day is gone as well. A property that cannot be removed
// stops the worker. This is the inner fence; the worker's content security policy is the outer one, and the only one
// for `import()`, which is syntax and cannot be removed.

const words = (text: string): string[] => text.trim().split(/\s+/);

const ECMASCRIPT = words(`
  Infinity NaN undefined globalThis eval isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent
  encodeURI encodeURIComponent escape unescape AggregateError Array ArrayBuffer AsyncDisposableStack Atomics
  BigInt BigInt64Array BigUint64Array Boolean DataView Date DisposableStack Error EvalError
  FinalizationRegistry Float16Array Float32Array Float64Array Function Int8Array Int16Array Int32Array Intl
  InternalError Iterator JSON Map Math Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set
  SharedArrayBuffer String SuppressedError Symbol SyntaxError Temporal TypeError Uint8Array Uint8ClampedArray
  Uint16Array Uint32Array URIError WeakMap WeakRef WeakSet
`);

/** Of the web platform only what computes. */
const PURE = words(`
  TextDecoder TextEncoder URL URLSearchParams WebAssembly atob btoa queueMicrotask structuredClone
`);

/** Members of what stays that reach out: names for blobs, streams from the network. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  URL: ['createObjectURL', 'revokeObjectURL'],
  WebAssembly: ['compileStreaming', 'instantiateStreaming'],
};

/** Remove a property for good. False when the engine does not let it go, unless it is a mere number that stays. */
const remove = (from: object, key: string): boolean => {
  if (Reflect.deleteProperty(from, key) && !Object.hasOwn(from, key)) return true;
  const property = Reflect.getOwnPropertyDescriptor(from, key);
  return property?.writable === false && typeof property.value === 'number';
};

/**
 * Strip the global object. `keep` names more globals that stay. Throws, naming it, when something cannot be removed;
 * nothing of a guest may run then.
 */
export const lockDown = (scope: object, keep: readonly string[]): void => {
  const allowed = new Set([...ECMASCRIPT, ...PURE, ...keep]);
  const stuck: string[] = [];
  for (let at: object | null = scope; at !== null && at !== Object.prototype; at = Reflect.getPrototypeOf(at)) {
    for (const key of Reflect.ownKeys(at)) {
      if (typeof key !== 'string' || (at === scope && allowed.has(key))) continue;
      if (!remove(at, key)) stuck.push(key);
    }
  }
  for (const [name, members] of Object.entries(MEMBERS)) {
    const owner: unknown = Reflect.get(scope, name);
    if (typeof owner !== 'object' && typeof owner !== 'function') continue;
    for (const member of members) if (owner !== null && !remove(owner, member)) stuck.push(`${name}.${member}`);
  }
  if (stuck.length > 0) throw new Error(`cannot take from the worker: ${stuck.join(', ')}`);
};
