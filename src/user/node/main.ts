// node: Node's own library over our bindings (runtime.ts), as a program of the process runtime.
//
// The worker is stripped of its powers before any code of the library or of the guest runs; what the runtime itself
// needs of the host is taken first. From then on nothing returns: the process ends by `exit`.

import { SysError } from '../../abi/errno.ts';
import { S } from '../../abi/file.ts';
import { LAYOUT } from '../../abi/layout.ts';
import { toText, unpackStrings } from '../../base/bytes.ts';
import { ProcessKilled } from '../../transport/client.ts';
import type { Builtin, BuiltinProcess } from '../bin/builtin.ts';
import { lockDown } from '../js/lockdown.ts';
import { takeHost } from './host.ts';
import { Library } from './library.ts';
import { INVALID_ARGUMENT, type Options, parseOptions } from './options.ts';
import { type Fn, NodeRuntime } from './runtime.ts';

const UNSETTLED = 13;
const UNSETTLED_WARNING = 'Warning: Detected unsettled top-level await\n';

const variable = (process: BuiltinProcess, name: string): string | undefined => {
  const entry = unpackStrings(process.start.envp).find((text) => text.startsWith(`${name}=`));
  return entry === undefined ? undefined : toText(entry.slice(name.length + 1));
};

/** The main script, as StartExecution in node.cc chooses it. */
const mainScript = (node: NodeRuntime): string => {
  const { values, rest } = node.options;
  if (values['--help'] === true) return 'internal/main/print_help';
  if (values['[has_eval_string]'] === true && values['--interactive'] !== true) return 'internal/main/eval_string';
  if (values['--check'] === true) return 'internal/main/check_syntax';
  if (values['--test'] === true) return 'internal/main/test_runner';
  if (values['--watch'] === true) return 'internal/main/watch_mode';
  const [first] = rest;
  if (first !== undefined && first !== '-') return 'internal/main/run_main_module';
  if (values['--interactive'] === true || isTerminal(node)) return 'internal/main/repl';
  return 'internal/main/eval_stdin';
};

const isTerminal = (node: NodeRuntime): boolean => {
  const bytes = new Uint8Array(LAYOUT.stat.size);
  try {
    node.client.call('fstat', 0, bytes);
    const mode = new DataView(bytes.buffer).getUint32(20, true);
    if ((mode & S.IFMT) !== S.IFCHR) return false;
    node.client.call('tcgetattr', 0, new Uint8Array(LAYOUT.termios.size));
    return true;
  } catch (error) {
    if (error instanceof SysError) return false;
    throw error;
  }
};

const beforeExit = (node: NodeRuntime): void => {
  const { process, exitInfo } = node;
  const code = exitInfo[2] === 1 ? exitInfo[1] : 0;
  if (exitInfo[0] === 1) return;
  (process['emit'] as Fn).call(process, 'beforeExit', code);
};

const ended = (node: NodeRuntime): void => {
  const { process, exitInfo } = node;
  exitInfo[0] = 1;
  const unsettled = node.mainModuleUnsettled();
  const code = (): number => (exitInfo[2] === 1 ? (exitInfo[1] as number) : unsettled ? UNSETTLED : 0);
  (process['emit'] as Fn).call(process, 'exit', code());
  if (unsettled && exitInfo[2] !== 1) node.write(2, UNSETTLED_WARNING);
  node.exit(code());
};

const libraryOf = (process: BuiltinProcess, decode: (bytes: Uint8Array) => string): Library | string => {
  try {
    return new Library(process.client, decode);
  } catch (error) {
    if (error instanceof SysError) return `the library of node cannot be read: ${error.message}`;
    throw error;
  }
};

export const node: Builtin = async (process) => {
  const host = takeHost(process.engine);
  const library = libraryOf(process, host.decodeUtf8);
  if (typeof library === 'string') {
    process.write(2, `node: ${library}\n`);
    return 1;
  }
  const options: Options = parseOptions(library.tables, process.args.slice(1), variable(process, 'NODE_OPTIONS'));
  if (options.error !== undefined) {
    process.write(2, `${process.args[0] ?? 'node'}: ${options.error}\n`);
    return INVALID_ARGUMENT;
  }
  if (options.values['--version'] === true) {
    process.write(1, `${library.tables.process.version}\n`);
    return 0;
  }
  const scope: object = globalThis;
  lockDown(scope, process.engine.keep);
  const runtime = new NodeRuntime(process, host, library, options);
  runtime.prepareScope(scope);
  const { loop } = runtime;
  loop.guest.uncaught = (error, fromPromise) => runtime.fatal.trigger(error, fromPromise);
  loop.guest.drained = () => beforeExit(runtime);
  loop.guest.ended = () => ended(runtime);
  return await new Promise<number>((_resolve, reject) => {
    const failed = (error: unknown): void => {
      // Killed. To unwind would make the worker look fit for another program.
      if (error instanceof ProcessKilled) process.halt();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    loop.start(() => {
      runtime.bootstrap();
      runtime.run(mainScript(runtime));
    }, failed);
  });
};
