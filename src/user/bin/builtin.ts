// What a program of the runtime itself is given. Such programs appear as tiny files `\0tabos:NAME\n`.

import type { Start } from '../../abi/program.ts';
import { toText, unpackStrings } from '../../base/bytes.ts';
import { ProcessKilled, type SyscallClient } from '../../transport/client.ts';
import type { ScriptEngine } from '../js/engine.ts';
import type { Outcome } from '../runtime/guest.ts';
import { Calls, toBytes } from '../sys/system-error.ts';

/** A program: gives the exit code, or ends by itself. */
export type Builtin = (program: BuiltinProcess) => number | Promise<number>;

/** execve has replaced the program. */
export class Replaced extends Error {
  override readonly name = 'Replaced';
}

export class BuiltinProcess {
  readonly start: Start;
  readonly client: SyscallClient;
  readonly engine: ScriptEngine;
  /** Tell the station that this worker is finished for good, and stop here. */
  readonly halt: () => never;
  /** Calls that end the program by an exception when the process dies. */
  readonly calls: Calls;

  constructor(start: Start, client: SyscallClient, engine: ScriptEngine, halt: () => never) {
    this.start = start;
    this.client = client;
    this.engine = engine;
    this.halt = halt;
    this.calls = new Calls(client, () => {
      throw new ProcessKilled();
    });
  }

  /** Arguments as text, the program's name first. */
  get args(): string[] {
    return unpackStrings(this.start.argv).map(toText);
  }

  /** Write text to a descriptor. */
  write(fd: number, text: string): void {
    const bytes = toBytes(text);
    this.calls.guard('write', undefined, () => this.client.write(fd, bytes));
  }

  exit(status: number): void {
    this.client.onSignal = () => {};
    this.client.call('exit', status & 0xff);
  }
}

/** Run a builtin program to its end. */
export const runProgram = async (builtin: Builtin, process: BuiltinProcess): Promise<Outcome> => {
  try {
    process.exit(await builtin(process));
    return 'ended';
  } catch (error) {
    if (error instanceof ProcessKilled) return 'ended';
    if (error instanceof Replaced) return 'replaced';
    throw error;
  }
};
