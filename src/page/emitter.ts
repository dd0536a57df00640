/** Listeners of one kind of event, each of which can be taken away again. */

/** Something to let go of. Doing so twice does nothing. */
export interface Disposable {
  dispose(): void;
}

export class Emitter<T> {
  readonly #listeners = new Set<{ readonly call: (value: T) => void }>();

  get size(): number {
    return this.#listeners.size;
  }

  readonly on = (listener: (value: T) => void): Disposable => {
    // Wrapped, so that one function added twice is called twice and removed one at a time.
    const entry = { call: listener };
    this.#listeners.add(entry);
    return { dispose: () => this.#listeners.delete(entry) };
  };

  emit(value: T): void {
    for (const { call } of this.#listeners) call(value);
  }

  clear(): void {
    this.#listeners.clear();
  }
}

/** Several as one, let go of in the reverse order. What is added afterwards goes at once. */
export class Disposables implements Disposable {
  #items: Disposable[] | undefined = [];

  add<T extends Disposable>(item: T): T {
    if (this.#items) this.#items.push(item);
    else item.dispose();
    return item;
  }

  dispose(): void {
    const items = this.#items ?? [];
    this.#items = undefined;
    for (const item of items.reverse()) item.dispose();
  }
}
