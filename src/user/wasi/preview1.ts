// The import module wasi_snapshot_preview1: all its functions, over the calls of the system.
//
// Each is written as a function of a context and its arguments that gives 0 or a WASI errno and may throw SysError.
// Here they become imports: bound to the guest, with errors turned into numbers.

import type { Binder, Guest, ImportFunction } from '../runtime/guest.ts';
import { CLOCK_CALLS } from './clock-calls.ts';
import { ENOTCAPABLE } from './constants.ts';
import { type Call, Preview1Context } from './context.ts';
import { NotCapable } from './descriptors.ts';
import { FD_CALLS } from './fd-calls.ts';
import { PATH_CALLS } from './path-calls.ts';
import { POLL_CALLS } from './poll-calls.ts';
import { PROCESS_CALLS } from './process-calls.ts';
import { READDIR_CALLS } from './readdir.ts';

export const PREVIEW1_CALLS = {
  ...CLOCK_CALLS,
  ...FD_CALLS,
  ...PATH_CALLS,
  ...POLL_CALLS,
  ...PROCESS_CALLS,
  ...READDIR_CALLS,
} satisfies Record<string, Call>;

const contexts = new WeakMap<Guest, Preview1Context>();

const contextOf = (guest: Guest): Preview1Context => {
  let context = contexts.get(guest);
  if (context === undefined) {
    context = new Preview1Context(guest);
    contexts.set(guest, context);
  }
  return context;
};

type AnyCall = (context: Preview1Context, ...args: (number | bigint)[]) => number;

const bind =
  (call: AnyCall): Binder =>
  (guest): ImportFunction => {
    const context = contextOf(guest);
    return (...args: (number | bigint)[]): number => {
      try {
        return call(context, ...args);
      } catch (error) {
        return error instanceof NotCapable ? ENOTCAPABLE : guest.errnoOf(error);
      }
    };
  };

const binders = new Map<string, Binder>(
  Object.entries(PREVIEW1_CALLS).map(([name, call]) => [name, bind(call as unknown as AnyCall)]),
);

/** The import of this name; undefined when preview1 has no such function. */
export const preview1 = (name: string): Binder | undefined => binders.get(name);
