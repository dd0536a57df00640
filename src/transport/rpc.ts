// Typed calls over a message port: both sides may call, answer at once or later, notify without an answer, and cancel.
//
// Wire format: [id, op, args] a call (id > 0) or a notification (id 0); [id, CANCEL] from the caller; [-id, value] or
// [-id, errno, detail] the answer. Messages of one side arrive in order, so a notification sent before an answer is
// seen before it. An error that is no SysError travels as EIO with its message: the fault is on the answering side.

import { type Errno, SysError } from '../abi/errno.ts';

/** A port, structurally: a MessagePort, a worker, or a pair in memory. */
export interface MessageEndpoint {
  post(message: unknown, transfer?: readonly unknown[]): void;
  onmessage: ((message: unknown) => void) | null;
}

/** What the handler of a call is told: whether its caller has given up. */
export interface CallContext {
  readonly canceled: boolean;
  onCancel(listener: () => void): void;
}

// biome-ignore lint/suspicious/noExplicitAny: the shape of any operation; the typed surface is below.
type AnyOperation = (...args: any[]) => unknown;
/** An interface whose methods can be called from afar. */
export type Operations<T> = { [K in keyof T]: AnyOperation };
type Result<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never;
type Args<F> = F extends (...args: infer A) => unknown ? A : never;

/** The local side of `T`: each operation is given the call's context before its arguments. */
export type Served<T> = {
  [K in keyof T]: (context: CallContext, ...args: Args<T[K]>) => Result<T[K]> | Promise<Result<T[K]>>;
};

export interface RemoteCall<R> {
  readonly promise: Promise<R>;
  /** Ask the other side to give up. The promise still settles: with the result when that came first. */
  cancel(): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

class Context implements CallContext {
  canceled = false;
  private listeners: (() => void)[] = [];

  onCancel(listener: () => void): void {
    if (this.canceled) listener();
    else this.listeners.push(listener);
  }

  cancel(): void {
    this.canceled = true;
    for (const listener of this.listeners.splice(0)) listener();
  }
}

const CANCEL = '';

const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise;

export class RpcPeer<Remote extends Operations<Remote>, Local extends Operations<Local>> {
  private readonly endpoint: MessageEndpoint;
  private readonly local: Served<Local>;
  private readonly waiting = new Map<number, Waiting>();
  private readonly serving = new Map<number, Context>();
  private nextId = 1;
  private closed: SysError | undefined;

  constructor(endpoint: MessageEndpoint, local: Served<Local>) {
    this.endpoint = endpoint;
    this.local = local;
    endpoint.onmessage = (message) => this.receive(message as unknown[]);
  }

  /** Calls that have not been answered yet. */
  get outstanding(): number {
    return this.waiting.size;
  }

  call<K extends keyof Remote & string>(op: K, ...args: Args<Remote[K]>): Promise<Result<Remote[K]>> {
    return this.callCancelable(op, ...args).promise;
  }

  callCancelable<K extends keyof Remote & string>(op: K, ...args: Args<Remote[K]>): RemoteCall<Result<Remote[K]>> {
    if (this.closed) return { promise: Promise.reject(this.closed), cancel: () => {} };
    const id = this.nextId++;
    const promise = new Promise<Result<Remote[K]>>((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
    });
    this.endpoint.post([id, op, args]);
    return { promise, cancel: () => this.waiting.has(id) && this.endpoint.post([id, CANCEL]) };
  }

  notify<K extends keyof Remote & string>(op: K, ...args: Args<Remote[K]>): void {
    this.endpoint.post([0, op, args]);
  }

  /** As `notify`, giving buffers or ports away. */
  transfer<K extends keyof Remote & string>(transfer: readonly unknown[], op: K, ...args: Args<Remote[K]>): void {
    this.endpoint.post([0, op, args], transfer);
  }

  /** The other side is gone: what waits fails, what is served is cancelled. */
  close(errno: Errno = 'EIO'): void {
    this.closed = new SysError(errno, 'the other side is gone');
    for (const call of this.waiting.values()) call.reject(this.closed);
    this.waiting.clear();
    for (const context of this.serving.values()) context.cancel();
    this.serving.clear();
  }

  private receive(message: readonly unknown[]): void {
    const [id, second, third] = message as [number, unknown, unknown];
    if (id < 0) this.settle(-id, message);
    else if (second === CANCEL) this.serving.get(id)?.cancel();
    else this.serve(id, second as keyof Local & string, third as unknown[]);
  }

  private settle(id: number, message: readonly unknown[]): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (message.length === 2) waiting?.resolve(message[1]);
    else waiting?.reject(new SysError(message[1] as Errno, message[2] as string | undefined));
  }

  private serve(id: number, op: keyof Local & string, args: readonly unknown[]): void {
    const context = new Context();
    try {
      const handler = this.local[op] as AnyOperation | undefined;
      if (handler === undefined) throw new SysError('ENOSYS', op);
      const result = handler.call(this.local, context, ...args);
      if (!isPromise(result)) {
        if (id !== 0) this.endpoint.post([-id, result]);
        return;
      }
      if (id !== 0) this.serving.set(id, context);
      result.then(
        (value) => this.answer(id, () => this.endpoint.post([-id, value])),
        (error: unknown) => this.answer(id, () => this.fail(id, error)),
      );
    } catch (error) {
      this.fail(id, error);
    }
  }

  private answer(id: number, post: () => void): void {
    this.serving.delete(id);
    if (id !== 0 && !this.closed) post();
  }

  private fail(id: number, error: unknown): void {
    if (id === 0) {
      // Nobody waits for the outcome of a notification: a fault there must still be seen.
      if (!(error instanceof SysError)) throw error;
      return;
    }
    if (error instanceof SysError) this.endpoint.post([-id, error.errno, error.detail]);
    else this.endpoint.post([-id, 'EIO' satisfies Errno, String(error)]);
  }
}

/** Two endpoints that speak to each other within one thread, asynchronously and in order. */
export const endpointPair = (): [MessageEndpoint, MessageEndpoint] => {
  const a: MessageEndpoint = { post: (message) => deliver(b, message), onmessage: null };
  const b: MessageEndpoint = { post: (message) => deliver(a, message), onmessage: null };
  const deliver = (to: MessageEndpoint, message: unknown): void => {
    void Promise.resolve().then(() => to.onmessage?.(message));
  };
  return [a, b];
};
