// js: run a plain script as a process, with synchronous system calls (sys/sys.ts).

import { runScript } from '../js/run-script.ts';
import { SignalDelivery } from '../runtime/signals.ts';
import { fileFunctions } from '../sys/files.ts';
import { type SignalHandler, signalHandlers } from '../sys/processes.ts';
import { Calls, SystemError } from '../sys/system-error.ts';
import type { Builtin, BuiltinProcess } from './builtin.ts';

const USAGE = `usage: js [FILE | -] [ARGUMENT...]
       js -e CODE [ARGUMENT...]

Runs a plain script (no modules) as a process. Without FILE, or with -, the script is read from standard input.
Globals: sys (synchronous system calls), print, console, setTimeout, setInterval, and what ECMAScript has.
`;

interface Invocation {
  readonly name: string;
  /** sys.argv */
  readonly argv: readonly string[];
  readonly source: () => string;
}

const invocation = (process: BuiltinProcess): Invocation | number => {
  const [, ...args] = process.args;
  const files = fileFunctions(process.calls);
  const [first] = args;
  if (first === '-h' || first === '--help') {
    process.write(1, USAGE);
    return 0;
  }
  if (first === '-e') {
    const code = args[1];
    if (code === undefined) {
      process.write(2, 'js: -e needs the code as its argument\n');
      return 2;
    }
    return { name: '[eval]', argv: ['-e', ...args.slice(2)], source: () => code };
  }
  if (first === undefined || first === '-') {
    const source = (): string => new TextDecoder().decode(files.readAll(0));
    return { name: '[stdin]', argv: args.length === 0 ? ['-'] : args, source };
  }
  if (first.startsWith('-')) {
    process.write(2, `js: unknown option ${first}\n${USAGE}`);
    return 2;
  }
  return { name: first, argv: args, source: () => files.readTextFile(first) };
};

export const js: Builtin = async (process) => {
  const { client, engine, halt, start } = process;
  const invoked = invocation(process);
  if (typeof invoked === 'number') return invoked;
  const { name, argv } = invoked;
  let source: string;
  try {
    source = invoked.source();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    process.write(2, `js: ${error.message}\n`);
    return error.code === 'ENOENT' ? 127 : 126;
  }
  // From here on nothing returns: the script's code may stand anywhere on the stack.
  const handlers = new Map<number, SignalHandler>();
  const delivery = new SignalDelivery(client, signalHandlers(handlers));
  const exit = (code: number): never => {
    delivery.hold();
    try {
      client.call('exit', code & 0xff);
    } catch {
      // Killed meanwhile: the end is the same.
    }
    return halt();
  };
  const calls = new Calls(client, halt);
  return await runScript({ source, name, argv, envp: start.envp }, { engine, calls, handlers, exit });
};
