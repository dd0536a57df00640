// The one primitive for sleeping: a set of sleepers that an event wakes, after which each looks again at what it
// waits for. Waking removes a sleeper, so nothing leaks and a wake without sleepers costs nothing.
//
// Cancelling is part of it: a sleeper that gives up (a signal, a closed connection) is removed and its promise
// rejects with the error that the canceller gives, EINTR by default.

import { SysError } from '../abi/errno.ts';

/** Lets the one who asked give up: `onCancel` listeners run once, at once when it has already happened. */
export class Cancel {
  canceled = false;
  private listeners: Set<() => void> | undefined;

  cancel(): void {
    if (this.canceled) return;
    this.canceled = true;
    const listeners = this.listeners;
    this.listeners = undefined;
    for (const listener of listeners ?? []) listener();
  }

  /** Gives the function that takes the listener back. */
  onCancel(listener: () => void): () => void {
    if (this.canceled) {
      listener();
      return () => {};
    }
    this.listeners ??= new Set();
    this.listeners.add(listener);
    return () => this.listeners?.delete(listener);
  }
}

export class WaitQueue {
  private sleepers = new Set<() => void>();

  get size(): number {
    return this.sleepers.size;
  }

  /** Run `sleeper` at the next wake. Gives the function that takes it back. */
  add(sleeper: () => void): () => void {
    this.sleepers.add(sleeper);
    return () => this.sleepers.delete(sleeper);
  }

  /** Sleep until the next wake. Rejects with EINTR when cancelled. */
  wait(cancel?: Cancel): Promise<void> {
    if (cancel?.canceled === true) return Promise.reject(new SysError('EINTR'));
    return new Promise((resolve, reject) => {
      const forget = cancel?.onCancel(() => {
        remove();
        reject(new SysError('EINTR'));
      });
      const remove = this.add(() => {
        forget?.();
        resolve();
      });
    });
  }

  wake(): void {
    if (this.sleepers.size === 0) return;
    const sleepers = this.sleepers;
    this.sleepers = new Set();
    for (const sleeper of sleepers) sleeper();
  }
}
