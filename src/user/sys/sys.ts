// `sys`: the small synchronous libc of scripts. docs: each function beside its code, files.ts and processes.ts.
//
// Calls block the script until the system has answered, as in C. What fails throws a SystemError whose `code` is the
// name of the errno.

import { toText as fromBytes, unpackStrings } from '../../base/bytes.ts';
import { fileFunctions } from './files.ts';
import { processFunctions, type SignalHandler } from './processes.ts';
import { type Calls, SystemError, toBytes, toText } from './system-error.ts';

export interface SysParts {
  readonly calls: Calls;
  /** The script's own arguments, the script first. */
  readonly argv: readonly string[];
  /** NUL-terminated NAME=VALUE strings. */
  readonly envp: Uint8Array;
  readonly handlers: Map<number, SignalHandler>;
  readonly exit: (code: number) => never;
}

/** The environment as an object that a script may change; what it spawns then gets the change. */
export const environment = (envp: Uint8Array): Record<string, string> => {
  const env: Record<string, string> = {};
  for (const entry of unpackStrings(envp)) {
    const at = entry.indexOf('=');
    if (at > 0) env[fromBytes(entry.slice(0, at))] = fromBytes(entry.slice(at + 1));
  }
  return env;
};

export const makeSys = ({ calls, argv, envp, handlers, exit }: SysParts) => {
  const env = environment(envp);
  const files = fileFunctions(calls);
  return {
    /** The script's path, then its arguments. */
    argv: [...argv],
    env,
    /** What calls throw. */
    SystemError,
    ...files,
    ...processFunctions(calls, files, env, handlers, exit),
    /** Text as UTF-8. */
    encode: (text: string): Uint8Array => toBytes(text),
    /** UTF-8 as text; what is none becomes U+FFFD. */
    decode: (bytes: Uint8Array): string => toText(bytes),
    /** The lines of a descriptor, without their newlines, as they come. */
    *lines(fd = 0): Generator<string, void, void> {
      const decoder = new TextDecoder();
      let rest = '';
      for (let part = files.read(fd); part.length > 0; part = files.read(fd)) {
        const lines = (rest + decoder.decode(part, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        yield* lines;
      }
      rest += decoder.decode();
      if (rest !== '') yield rest;
    },
  };
};
