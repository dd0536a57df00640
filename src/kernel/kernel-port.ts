// A station's way to the kernel: the operations of link.ts, with a call that a signal can interrupt.

import type { KernelOps } from './link.ts';
import type { Cancel } from './wait-queue.ts';

type Args<K extends keyof KernelOps> = Parameters<KernelOps[K]>;
type Result<K extends keyof KernelOps> = ReturnType<KernelOps[K]>;

/** What carries the calls (transport/rpc.ts in every host). */
export interface KernelTransport {
  call<K extends keyof KernelOps>(op: K, ...args: Args<K>): Promise<Result<K>>;
  callCancelable<K extends keyof KernelOps>(
    op: K,
    ...args: Args<K>
  ): { readonly promise: Promise<Result<K>>; cancel(): void };
  notify<K extends keyof KernelOps>(op: K, ...args: Args<K>): void;
}

export class KernelPort implements KernelTransport {
  readonly call: KernelTransport['call'];
  readonly callCancelable: KernelTransport['callCancelable'];
  readonly notify: KernelTransport['notify'];

  constructor(transport: KernelTransport) {
    this.call = (op, ...args) => transport.call(op, ...args);
    this.callCancelable = (op, ...args) => transport.callCancelable(op, ...args);
    this.notify = (op, ...args) => transport.notify(op, ...args);
  }

  /** A call that may sleep in the kernel. A signal makes it give up (EINTR), unless the result was on its way. */
  async sleepOn<K extends keyof KernelOps>(
    sleeper: { sleeping(): Cancel },
    op: K,
    ...args: Args<K>
  ): Promise<Result<K>> {
    const cancel = sleeper.sleeping();
    const call = this.callCancelable(op, ...args);
    const forget = cancel.onCancel(() => call.cancel());
    try {
      return await call.promise;
    } finally {
      forget();
    }
  }
}
