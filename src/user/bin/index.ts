// The programs of the runtime itself, by name. Each is loaded when it is first run.

import type { Start } from '../../abi/program.ts';
import type { SyscallClient } from '../../transport/client.ts';
import type { ScriptEngine } from '../js/engine.ts';
import type { Outcome } from '../runtime/guest.ts';
import { type Builtin, BuiltinProcess, runProgram } from './builtin.ts';

const BUILTINS: Readonly<Record<string, () => Promise<Builtin>>> = {
  fsck: async () => (await import('./fsck.ts')).fsck,
  js: async () => (await import('./js.ts')).js,
  mount: async () => (await import('./mount.ts')).mount,
  node: async () => (await import('../node/main.ts')).node,
  snapshot: async () => (await import('./snapshot.ts')).snapshot,
  pkg: async () => (await import('./pkg.ts')).pkg,
  umount: async () => (await import('./mount.ts')).umount,
  strace: async () => (await import('./strace.ts')).strace,
};

const missing =
  (name: string): Builtin =>
  (process) => {
    process.write(2, `${name}: cannot execute: this system has no such builtin program\n`);
    return 126;
  };

export const runBuiltin = async (
  name: string,
  start: Start,
  client: SyscallClient,
  engine: ScriptEngine,
  halt: () => never,
): Promise<Outcome> => {
  const load = Object.hasOwn(BUILTINS, name) ? BUILTINS[name] : undefined;
  const builtin = load === undefined ? missing(name) : await load();
  return await runProgram(builtin, new BuiltinProcess(start, client, engine, halt));
};
