// Signals for a node process: which ones have a handler, and their way into the event loop.
//
// The system flags the channel; the next call takes the signal here and the handler runs as a job of the loop.

import { DISPOSITION, SA } from '../../abi/signals.ts';
import type { SyscallClient } from '../../transport/client.ts';
import { SignalDelivery } from '../runtime/signals.ts';
import type { EventLoop } from './event-loop.ts';

export class Signals {
  private readonly client: SyscallClient;
  private readonly handlers = new Map<number, Set<() => void>>();

  constructor(client: SyscallClient, loop: EventLoop) {
    this.client = client;
    new SignalDelivery(client, (signal) => {
      for (const handler of this.handlers.get(signal) ?? []) loop.complete(handler);
    });
  }

  /** Throws SysError(EINVAL) for a signal that cannot be caught. */
  add(signal: number, handler: () => void): void {
    const handlers = this.handlers.get(signal) ?? new Set();
    if (handlers.size === 0) this.client.call('sigaction', signal, DISPOSITION.handler, SA.RESTART, 0, 0);
    handlers.add(handler);
    this.handlers.set(signal, handlers);
  }

  remove(signal: number, handler: () => void): void {
    const handlers = this.handlers.get(signal);
    if (handlers === undefined || !handlers.delete(handler) || handlers.size > 0) return;
    this.client.call('sigaction', signal, DISPOSITION.default, 0, 0, 0);
  }
}
