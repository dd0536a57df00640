// internalBinding('types'): what kind of object a value is (node_types.cc). The engine tells by its own methods, which
// throw for an object of another kind, so that no guest can pretend.

/* oxlint-disable typescript/unbound-method -- methods are taken to be applied to other objects */

import { isNamespace } from '../esm/namespace.ts';
import type { MakeBinding } from '../runtime.ts';

type Test = (value: unknown) => boolean;

/** True when a getter or method of a built-in prototype accepts the value as its `this`. */
const accepts = (method: (this: never, ...args: never[]) => unknown, ...args: unknown[]): Test => {
  const { apply } = Reflect;
  return (value) => {
    if (typeof value !== 'object' || value === null) return false;
    try {
      apply(method as (...args: unknown[]) => unknown, value, args);
      return true;
    } catch {
      return false;
    }
  };
};

const getter = (prototype: object, key: string | symbol): ((this: never) => unknown) =>
  Object.getOwnPropertyDescriptor(prototype, key)?.get as (this: never) => unknown;

const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

export const makeTypeTests = (isProxy: Test) => {
  const prototypeOf = (make: () => unknown): object => Object.getPrototypeOf(make()) as object;
  const asyncFunction = prototypeOf(() => async () => {});
  const generatorFunction = prototypeOf(() => function* () {});
  const asyncGeneratorFunction = prototypeOf(() => async function* () {});
  const mapIterator = prototypeOf(() => new Map().entries());
  const setIterator = prototypeOf(() => new Set().values());
  const { toString: functionText } = Function.prototype;
  const inherits =
    (prototypes: readonly object[]): Test =>
    (value) => {
      if (typeof value !== 'function' || isProxy(value)) return false;
      return prototypes.some((prototype) => prototype === Object.getPrototypeOf(value));
    };
  const plainObject: Test = (value) => typeof value === 'object' && value !== null && !isProxy(value);
  /** By the tag of Object.prototype.toString, for what has no method to ask. */
  const tagged =
    (tag: string): Test =>
    (value) =>
      plainObject(value) && !Object.hasOwn(value as object, Symbol.toStringTag) && tagOf(value) === tag;
  const isMapIterator: Test = (value) => plainObject(value) && Object.getPrototypeOf(value) === mapIterator;
  const isSetIterator: Test = (value) => plainObject(value) && Object.getPrototypeOf(value) === setIterator;
  const nativeError = (() => {
    const { isError } = Error as { isError?: Test };
    if (isError !== undefined) return isError;
    return (value: unknown) => value instanceof Error && !isProxy(value) && tagOf(value) === 'Error';
  })();
  const { resolve } = Promise;
  /** PromiseResolve gives a promise of this very constructor back as it is, and anything else a new one. */
  const isPromise: Test = (value) => {
    if (!plainObject(value) || !(value instanceof Promise)) return false;
    const { constructor: Base } = value;
    if (typeof Base !== 'function') return false;
    try {
      const same: unknown = Reflect.apply(resolve, Base, [value]);
      if (same === value) return true;
      if (same instanceof Promise) same.catch(() => {});
      return false;
    } catch {
      return false;
    }
  };
  const isArrayBuffer = accepts(getter(ArrayBuffer.prototype, 'byteLength'));
  const isSharedArrayBuffer = accepts(getter(SharedArrayBuffer.prototype, 'byteLength'));
  const isNumberObject = accepts(Number.prototype.valueOf);
  const isStringObject = accepts(String.prototype.valueOf);
  const isBooleanObject = accepts(Boolean.prototype.valueOf);
  const isBigIntObject = accepts(BigInt.prototype.valueOf);
  const isSymbolObject = accepts(Symbol.prototype.valueOf);
  return {
    isArgumentsObject: tagged('Arguments'),
    isArrayBuffer,
    isAsyncFunction: (value: unknown) =>
      inherits([asyncFunction, asyncGeneratorFunction])(value) ||
      (typeof value === 'function' && !isProxy(value) && /^(?:static\s+)?async\b/.test(functionText.call(value))),
    isBigIntObject,
    isBooleanObject,
    isDataView: accepts(getter(DataView.prototype, 'byteLength')),
    isDate: accepts(Date.prototype.getTime),
    isExternal: () => false,
    isGeneratorFunction: inherits([generatorFunction, asyncGeneratorFunction]),
    isGeneratorObject: tagged('Generator'),
    isMap: accepts(getter(Map.prototype, 'size')),
    isMapIterator,
    isModuleNamespaceObject: isNamespace,
    isNativeError: nativeError,
    isNumberObject,
    isPromise,
    isProxy,
    isRegExp: (value: unknown) =>
      plainObject(value) && accepts(getter(RegExp.prototype, 'global'))(value) && value !== RegExp.prototype,
    isSet: accepts(getter(Set.prototype, 'size')),
    isSetIterator,
    isSharedArrayBuffer,
    isStringObject,
    isSymbolObject,
    isWeakMap: accepts(WeakMap.prototype.has as () => unknown, {}),
    isWeakSet: accepts(WeakSet.prototype.has as () => unknown, {}),
    isAnyArrayBuffer: (value: unknown) => isArrayBuffer(value) || isSharedArrayBuffer(value),
    isBoxedPrimitive: (value: unknown) =>
      isNumberObject(value) ||
      isStringObject(value) ||
      isBooleanObject(value) ||
      isBigIntObject(value) ||
      isSymbolObject(value),
    isEventTarget: () => false,
  };
};

export const types: MakeBinding = (node) => makeTypeTests((value) => node.proxies.has(value as object));
