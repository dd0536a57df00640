// Which objects are proxies, and of what: engines do not tell. `Proxy` of the guest is one that keeps a record.

export interface ProxyRecord {
  /** Null for one that was revoked. */
  readonly target: object | null;
  readonly handler: object | null;
}

const REVOKED: ProxyRecord = { target: null, handler: null };

export class Proxies {
  private readonly records = new WeakMap<object, ProxyRecord>();

  /** Put the recording constructor into the global scope. Before any code of the guest runs. */
  install(scope: object): void {
    const { records } = this;
    const Original = Proxy;
    const record = (proxy: object, target: object, handler: object): object => {
      records.set(proxy, { target, handler });
      return proxy;
    };
    const revocable = Original.revocable.bind(Original);
    const Recording = new Original(Original, {
      construct(Base, args, newTarget) {
        const proxy = Reflect.construct(Base, args, newTarget === Recording ? Base : newTarget) as object;
        return record(proxy, args[0] as object, args[1] as object);
      },
    });
    const recordRevocable = (target: object, handler: ProxyHandler<object>): { proxy: object; revoke: () => void } => {
      const { proxy, revoke } = revocable(target, handler);
      records.set(proxy, { target, handler });
      const revokeRecorded = (): void => {
        records.set(proxy, REVOKED);
        revoke();
      };
      return { proxy, revoke: Object.defineProperty(revokeRecorded, 'name', { value: '' }) };
    };
    Object.defineProperty(recordRevocable, 'name', { value: 'revocable' });
    Object.defineProperty(Original, 'revocable', {
      configurable: true,
      writable: true,
      enumerable: false,
      value: recordRevocable,
    });
    Object.defineProperty(scope, 'Proxy', { value: Recording, writable: true, enumerable: false, configurable: true });
  }

  has(value: object): boolean {
    return ((typeof value === 'object' && value !== null) || typeof value === 'function') && this.records.has(value);
  }

  get(value: object): ProxyRecord | undefined {
    return this.records.get(value);
  }
}
