/**
 * Ends what waits for a worker when the worker is gone: no platform event tells that the other side of a MessagePort
 * died, and a call to it would wait forever.
 *
 * Every promise handed out by `race` settles: with the call, or with the error given to `fail`, whichever comes first.
 */
import type { Remote } from 'comlink';

export class Lifeline {
  readonly #waiting = new Set<(error: Error) => void>();
  #error: Error | undefined;

  /** Why the machine is gone. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Settles as the call does, or rejects when the machine is gone. Holds on to nothing afterwards. */
  race<T>(call: Promise<T>): Promise<T> {
    if (this.#error) {
      call.catch(() => undefined);
      return Promise.reject(this.#error);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      call.then(
        (value) => {
          this.#waiting.delete(reject);
          resolve(value);
        },
        (error: Error) => {
          this.#waiting.delete(reject);
          reject(error);
        },
      );
    });
  }

  /** Rejects all that waits and all that will ask. Only the first error counts. */
  fail(error: Error): void {
    if (this.#error) return;
    this.#error = error;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const reject of waiting) reject(error);
  }
}

type Method = (...args: unknown[]) => Promise<unknown>;

/** A Comlink proxy whose calls all end when the lifeline does. */
export function guarded<T extends object>(remote: Remote<T>, lifeline: Lifeline): T {
  const methods = remote as unknown as Readonly<Record<string, Method>>;
  return new Proxy({} as T, {
    get(_target, name) {
      // A promise that resolves to this object looks for `then`.
      if (typeof name === 'symbol' || name === 'then') return undefined;
      // Of a machine that is gone the proxy has been released: it is not to be touched.
      return (...args: unknown[]) =>
        lifeline.error ? Promise.reject(lifeline.error) : lifeline.race(methods[name]!(...args));
    },
  });
}
