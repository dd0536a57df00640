// internalBinding('async_wrap') and ('async_context_frame') (async_wrap.cc, env.cc): ids of asynchronous resources,
// the stack of what runs, and hooks; the base of every handle and request of the other bindings.

import type { Dict, Fn, MakeBinding, NodeRuntime } from '../runtime.ts';

// Places in async_hook_fields and async_id_fields.
const INIT = 0;
const DESTROY = 3;
const STACK_LENGTH = 7;
const EXECUTION = 0;
const TRIGGER = 1;
const COUNTER = 2;
const DEFAULT_TRIGGER = 3;
const HOOK_FIELDS = 9;
const ID_FIELDS = 4;
const IDS_STACK = 32;

export class AsyncState {
  readonly hookFields = new Uint32Array(HOOK_FIELDS);
  readonly idFields = new Float64Array(ID_FIELDS);
  readonly idsStack = new Float64Array(IDS_STACK);
  readonly resources: unknown[] = [];
  /** What did not fit into `idsStack`, which the library handles itself. */
  readonly overflow: number[] = [];
  hooks: Dict = {};
  trampoline: Fn | undefined;

  constructor() {
    this.idFields[COUNTER] = 1;
    this.idFields[DEFAULT_TRIGGER] = -1;
    this.idFields[EXECUTION] = 0;
    // kCheck
    this.hookFields[6] = 1;
  }

  newId(): number {
    const id = (this.idFields[COUNTER] as number) + 1;
    this.idFields[COUNTER] = id;
    return id;
  }

  get triggerId(): number {
    const id = this.idFields[DEFAULT_TRIGGER] as number;
    return id < 0 ? (this.idFields[EXECUTION] as number) : id;
  }

  push(asyncId: number, triggerId: number, resource: unknown): void {
    const { hookFields, idFields, idsStack } = this;
    const offset = hookFields[STACK_LENGTH] as number;
    this.resources[offset] = resource;
    if (offset * 2 < idsStack.length) {
      idsStack[offset * 2] = idFields[EXECUTION] as number;
      idsStack[offset * 2 + 1] = idFields[TRIGGER] as number;
    } else {
      this.overflow.push(idFields[EXECUTION] as number, idFields[TRIGGER] as number);
    }
    hookFields[STACK_LENGTH] = offset + 1;
    idFields[EXECUTION] = asyncId;
    idFields[TRIGGER] = triggerId;
  }

  /** True when something is left on the stack. */
  pop(asyncId: number): boolean {
    const { hookFields, idFields, idsStack } = this;
    const length = hookFields[STACK_LENGTH] as number;
    if (length === 0) return false;
    if (idFields[EXECUTION] !== asyncId && asyncId !== 0) return length > 1;
    const offset = length - 1;
    if (offset * 2 < idsStack.length) {
      idFields[EXECUTION] = idsStack[offset * 2] as number;
      idFields[TRIGGER] = idsStack[offset * 2 + 1] as number;
    } else {
      idFields[TRIGGER] = this.overflow.pop() ?? 0;
      idFields[EXECUTION] = this.overflow.pop() ?? 0;
    }
    hookFields[STACK_LENGTH] = offset;
    this.resources.length = Math.min(this.resources.length, offset);
    return offset > 0;
  }

  clear(): void {
    this.resources.length = 0;
    this.overflow.length = 0;
    this.idFields[EXECUTION] = 0;
    this.idFields[TRIGGER] = 0;
    this.hookFields[STACK_LENGTH] = 0;
  }

  emit(hook: 'init' | 'before' | 'after' | 'destroy', at: number, ...args: unknown[]): void {
    if ((this.hookFields[at] as number) === 0) return;
    const callback = this.hooks[hook];
    if (typeof callback === 'function') (callback as Fn)(...args);
  }
}

export interface AsyncWrap {
  getAsyncId(): number;
  asyncReset(): void;
  getProviderType(): number;
}

export interface AsyncWrapClass {
  new (provider: string): AsyncWrap;
  /** Call a function of the guest for this resource (MakeCallback). */
  call(wrap: AsyncWrap, callback: unknown, args: readonly unknown[]): unknown;
  emitDestroy(wrap: AsyncWrap): void;
}

/** A class of objects with an async id, whose callbacks run in their own context. */
export const makeAsyncWrap = (node: NodeRuntime): AsyncWrapClass => {
  const state = node.asyncState;
  const providers = node.constant('async_wrap', 'Providers') as Readonly<Record<string, number>>;

  return class AsyncWrap {
    #id: number;
    #trigger: number;
    readonly #provider: string;
    #frame: unknown;

    constructor(provider: string) {
      this.#provider = provider;
      this.#id = state.newId();
      this.#trigger = state.triggerId;
      this.#frame = node.contextFrame;
      state.emit('init', INIT, this.#id, provider, this.#trigger, this);
    }

    getAsyncId(): number {
      return this.#id;
    }

    asyncReset(): void {
      this.#id = state.newId();
      this.#trigger = state.triggerId;
      this.#frame = node.contextFrame;
      state.emit('init', INIT, this.#id, this.#provider, this.#trigger, this);
    }

    getProviderType(): number {
      return providers[this.#provider] ?? 0;
    }

    static emitDestroy(wrap: AsyncWrap): void {
      state.emit('destroy', DESTROY, wrap.#id);
    }

    static call(wrap: AsyncWrap, callback: unknown, args: readonly unknown[]): unknown {
      if (typeof callback !== 'function') return undefined;
      const before = node.contextFrame;
      node.contextFrame = wrap.#frame;
      state.push(wrap.#id, wrap.#trigger, wrap);
      state.emit('before', 1, wrap.#id);
      const result = Reflect.apply(callback as Fn, wrap, args);
      state.emit('after', 2, wrap.#id);
      state.pop(wrap.#id);
      node.contextFrame = before;
      return result;
    }
  };
};

export const asyncWrap: MakeBinding = (node) => {
  const state = node.asyncState;
  return {
    async_hook_fields: state.hookFields,
    async_id_fields: state.idFields,
    async_ids_stack: state.idsStack,
    execution_async_resources: state.resources,
    setupHooks: (hooks: Dict) => {
      state.hooks = hooks;
    },
    setCallbackTrampoline: (trampoline: Fn) => {
      state.trampoline = trampoline;
    },
    pushAsyncContext: (asyncId: number, triggerId: number) =>
      state.push(asyncId, triggerId, state.resources[state.hookFields[STACK_LENGTH] as number]),
    popAsyncContext: (asyncId: number) => state.pop(asyncId),
    executionAsyncResource: (index: number) => state.resources[index],
    clearAsyncIdStack: () => state.clear(),
    queueDestroyAsyncId: (asyncId: number) => node.loop.soon(() => state.emit('destroy', DESTROY, asyncId)),
    // Promises of the engine cannot be followed.
    setPromiseHooks: () => {},
    getPromiseHooks: () => [undefined, undefined, undefined, undefined],
    registerDestroyHook: () => {},
  };
};

export const asyncContextFrame: MakeBinding = (node) => ({
  getContinuationPreservedEmbedderData: () => node.contextFrame,
  setContinuationPreservedEmbedderData: (frame: unknown) => {
    node.contextFrame = frame;
  },
});
