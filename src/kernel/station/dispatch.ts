// From a request to its answer: what happens around a handler.
//
// A handler that is interrupted fails with EINTR (ERESTART when the kernel wants it made again, as after SIGTTIN).
// Then: a dead task is not answered at all; a stopped one sleeps until it is continued; when a handler of the guest
// waits to run the call ends with EINTR, or with ERESTART if the handler asks for it; otherwise (a stop and
// continuation only) the call is made again and the guest never knows.

import { SysError } from '../../abi/errno.ts';
import type { ChannelCall, Handlers } from '../../abi/syscalls.ts';
import type { Task } from './task.ts';

/** Calls that a handler always interrupts, signal(7). */
const NEVER_RESTARTED: ReadonlySet<ChannelCall> = new Set(['poll', 'nanosleep', 'sigsuspend']);

/** Thrown instead of an answer: the task has died meanwhile. */
export class TaskGone extends Error {
  override readonly name = 'TaskGone';
}

type Argument = number | string | Uint8Array;
type AnyHandler = (task: Task, ...args: readonly Argument[]) => number | Promise<number>;

export class Dispatcher {
  private readonly handlers: Handlers<Task>;

  constructor(handlers: Handlers<Task>) {
    this.handlers = handlers;
  }

  /** Gives the result, throws SysError, or throws TaskGone. */
  call(task: Task, name: ChannelCall, args: readonly Argument[]): number | Promise<number> {
    const actor = task.shadow ?? task;
    if (actor.state === 'running') {
      const handler = this.handlers[name] as unknown as AnyHandler;
      const result = handler(actor, ...args);
      if (typeof result === 'number') {
        // The answer to `exit` lets the worker of a dead task unwind.
        if (!actor.stopped) return result;
        return this.settle(task, actor, name, args, Promise.resolve(result));
      }
      return this.settle(task, actor, name, args, result);
    }
    return this.settle(task, actor, name, args, undefined);
  }

  private async settle(
    task: Task,
    actor: Task,
    name: ChannelCall,
    args: readonly Argument[],
    first: Promise<number> | undefined,
  ): Promise<number> {
    const handler = this.handlers[name] as unknown as AnyHandler;
    let attempt = first;
    for (;;) {
      let outcome: number | SysError | undefined;
      try {
        outcome = attempt === undefined ? undefined : await attempt;
      } catch (error) {
        if (!(error instanceof SysError)) throw error;
        outcome = error;
      }
      actor.awake();
      while (actor.state === 'stopped') await actor.continued.wait();
      if (task.state === 'dead') throw new TaskGone();
      if (actor.state === 'dead' && actor !== task) return this.afterShadow(task, actor, name);
      if (typeof outcome === 'number') return outcome;
      if (outcome !== undefined && outcome.errno !== 'EINTR' && outcome.errno !== 'ERESTART') throw outcome;
      if (outcome !== undefined && actor.attention) {
        actor.deadline = undefined;
        const restart = !NEVER_RESTARTED.has(name) && actor.signals.restarts;
        throw new SysError(restart ? 'ERESTART' : 'EINTR');
      }
      attempt = this.attempt(handler, actor, args);
    }
  }

  private async attempt(handler: AnyHandler, actor: Task, args: readonly Argument[]): Promise<number> {
    return await handler(actor, ...args);
  }

  /** A vfork child was killed before execve: its parent learns of it where the child would have ended by itself. */
  private afterShadow(task: Task, shadow: Task, name: ChannelCall): number {
    if (name !== 'execve' && name !== 'exit') throw new SysError('EINTR');
    if (task.shadow === shadow) task.shadow = undefined;
    return shadow.pid;
  }
}
