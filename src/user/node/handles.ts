// Handles: objects of the guest that stand for something in the system and keep the process alive (handle_wrap.cc).

import type { AsyncWrap } from './bindings/async-wrap.ts';
import type { Dict, Fn, NodeRuntime } from './runtime.ts';

export interface ActiveHandle {
  readonly owner: object;
  readonly resourceName: string;
}

export class Handles {
  private readonly all = new Map<object, string>();

  add(handle: object, name: string): void {
    this.all.set(handle, name);
  }

  delete(handle: object): void {
    this.all.delete(handle);
  }

  *active(): Generator<ActiveHandle> {
    for (const [handle, resourceName] of this.all) yield { owner: handle, resourceName };
  }
}

export interface HandleWrap extends AsyncWrap {
  readonly closed: boolean;
  ref(): void;
  unref(): void;
  hasRef(): boolean;
  close(callback?: unknown): void;
  /** Give back what it holds. */
  release(): void;
}

export interface HandleWrapClass {
  new (provider: string, name: string): HandleWrap;
  /** Says whether it waits for something: only then it keeps the process alive. */
  activate(handle: HandleWrap, active: boolean): void;
}

export const makeHandleWrap = (node: NodeRuntime): HandleWrapClass => {
  const onclose = node.symbols['handle_onclose'] as symbol;
  return class HandleWrap extends node.AsyncWrap {
    readonly #name: string;
    #referenced = true;
    #active = false;
    #counted = false;
    #closed = false;

    constructor(provider: string, name: string) {
      super(provider);
      this.#name = name;
    }

    get closed(): boolean {
      return this.#closed;
    }

    static activate(handle: HandleWrap, active: boolean): void {
      handle.#active = active && !handle.#closed;
      if (handle.#active) node.handles.add(handle, handle.#name);
      else node.handles.delete(handle);
      handle.#count();
    }

    #count(): void {
      const counts = this.#active && this.#referenced;
      if (counts === this.#counted) return;
      this.#counted = counts;
      node.loop.refs += counts ? 1 : -1;
    }

    ref(): void {
      if (this.#closed) return;
      this.#referenced = true;
      this.#count();
    }

    unref(): void {
      if (this.#closed) return;
      this.#referenced = false;
      this.#count();
    }

    hasRef(): boolean {
      return this.#referenced && !this.#closed;
    }

    close(callback?: unknown): void {
      if (this.#closed) return;
      this.release();
      this.#closed = true;
      HandleWrap.activate(this, false);
      if (typeof callback === 'function') (this as unknown as Dict)[onclose] = callback;
      node.loop.close(() => {
        node.AsyncWrap.call(this, (this as unknown as Dict)[onclose] as Fn, []);
        node.AsyncWrap.emitDestroy(this);
      });
    }

    release(): void {}
  };
};
