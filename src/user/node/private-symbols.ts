// V8's private symbols for an engine that has none: names of properties that no listing shows and no proxy sees.
//
// Each is a symbol with an accessor on Object.prototype whose values are in a WeakMap, so `object[symbol]` reads and
// writes as in Node's library, on any object that inherits from Object.prototype, and frozen ones too.

export class PrivateSymbols {
  readonly symbols: Record<string, symbol> = {};
  private readonly values = new Map<string, WeakMap<object, unknown>>();

  constructor(names: readonly string[]) {
    for (const name of names) {
      const symbol = Symbol(name);
      const values = new WeakMap<object, unknown>();
      this.symbols[name] = symbol;
      this.values.set(name, values);
      Object.defineProperty(Object.prototype, symbol, {
        configurable: false,
        enumerable: false,
        get(this: unknown) {
          return values.get(this as object);
        },
        set(this: unknown, value: unknown) {
          if ((typeof this === 'object' && this !== null) || typeof this === 'function') values.set(this, value);
        },
      });
    }
  }

  get(object: object, name: string): unknown {
    return this.values.get(name)?.get(object);
  }

  set(object: object, name: string, value: unknown): void {
    this.values.get(name)?.set(object, value);
  }
}
