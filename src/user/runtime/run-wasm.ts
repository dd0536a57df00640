// Runs a wasm program: instantiate, _start (again for each fork), and the end of the process.
//
// A program is a WASI command: it exports `memory` and `_start`. Whatever it does, the run ends in an outcome; an error
// that gets out of here is a fault of the runtime.

import type { Start } from '../../abi/program.ts';
import { SIGNAL } from '../../abi/signals.ts';
import { ProcessKilled, type SyscallClient } from '../../transport/client.ts';
import { Forking, type PostImage } from './fork.ts';
import { Guest, type Outcome } from './guest.ts';
import { bindImports, importPlan, type Plan } from './imports.ts';
import type { Deliver } from './signals.ts';
import { signalOfTrap } from './traps.ts';
import { borrowMemory, growForModule, noteForeignMemory, returnMemory, withRetries } from './worker-memory.ts';

/** Run to the end. `module` is the start's program. */
export const runWasm = (start: Start, module: WebAssembly.Module, client: SyscallClient, post: PostImage): Outcome => {
  let instance: WebAssembly.Instance | undefined;
  let memory: WebAssembly.Memory | undefined;
  const guest = new Guest(client, start, (...signal) => {
    const deliver = instance?.exports['__tabos_deliver'];
    if (typeof deliver === 'function') (deliver as Deliver)(...signal);
  });
  try {
    const plan = importPlan(module);
    if (plan.unknown !== undefined) return guest.refuse(`unknown import ${plan.unknown}`);
    guest.native = plan.native;
    if (plan.borrowsMemory) memory = borrowMemory(start.fork !== undefined);
    else noteForeignMemory();
    instance = instantiate(module, plan, guest, memory);
    const forking = Forking.of(guest, instance, post);
    if (start.fork !== undefined) forking?.restore(start.fork);
    else client.poll();
    const main = instance.exports['_start'] as () => void;
    do main();
    while (forking?.resume() === true);
    return guest.exitProcess(0);
  } catch (error) {
    return outcomeOf(guest, error);
  } finally {
    if (memory !== undefined) returnMemory(memory);
  }
};

const instantiate = (
  module: WebAssembly.Module,
  plan: Plan,
  guest: Guest,
  borrowed: WebAssembly.Memory | undefined,
): WebAssembly.Instance => {
  const imports = bindImports(plan, guest, borrowed);
  let instance: WebAssembly.Instance | undefined;
  while (instance === undefined) {
    try {
      instance = withRetries(() => new WebAssembly.Instance(module, imports));
    } catch (error) {
      if (guest.outcome !== undefined || error instanceof WebAssembly.RuntimeError) throw error;
      const tooSmall = error instanceof WebAssembly.LinkError && borrowed !== undefined && growForModule(borrowed);
      // Otherwise an import of the wrong type, or no address space for the memory.
      if (!tooSmall) return guest.refuse(error instanceof Error ? error.message : String(error));
    }
  }
  const { memory, _start } = instance.exports;
  if (!(memory instanceof WebAssembly.Memory)) return guest.refuse('not a WASI command: it exports no memory');
  if (typeof _start !== 'function') return guest.refuse('not a WASI command: it exports no _start');
  guest.memory.attach(memory);
  return instance;
};

/** How the run ended, from what was thrown out of it. */
const outcomeOf = (guest: Guest, error: unknown): Outcome => {
  if (guest.outcome !== undefined) return guest.outcome;
  if (error instanceof ProcessKilled) return 'ended';
  // An exception of the program that nobody caught, or a longjmp to a frame that is gone.
  const signal = error instanceof WebAssembly.Exception ? SIGNAL.SIGABRT : signalOfTrap(error);
  if (signal === undefined) throw error;
  try {
    return guest.die(signal);
  } catch (end) {
    if (guest.outcome !== undefined) return guest.outcome;
    if (end instanceof ProcessKilled) return 'ended';
    throw end;
  }
};
