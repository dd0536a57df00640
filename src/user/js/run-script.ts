// Runs a plain script as the process: globals `sys`, `print`, `console`, timers, and what ECMAScript has.
//
// The script runs in the global scope of the worker, after the lockdown. One that uses `await` at its top level is run
// as the body of an async function. When the script and all that it left to do are over, the process exits with 0; an
// error that nobody caught is told on stderr and the exit code is 1. None of the functions here returns.

import type { SignalHandler } from '../sys/processes.ts';
import { makeSys } from '../sys/sys.ts';
import { type Calls, SystemError } from '../sys/system-error.ts';
import { makeConsole } from './console.ts';
import type { Position, ScriptEngine } from './engine.ts';
import { EventLoop } from './event-loop.ts';
import { formatAll } from './inspect.ts';
import { lockDown } from './lockdown.ts';
import { describeError, isThrownBy } from './script-error.ts';

export interface Script {
  readonly source: string;
  /** As it is shown in messages. */
  readonly name: string;
  /** The script's path, then its arguments. */
  readonly argv: readonly string[];
  readonly envp: Uint8Array;
}

export interface ScriptHost {
  readonly engine: ScriptEngine;
  readonly calls: Calls;
  readonly handlers: Map<number, SignalHandler>;
  readonly exit: (code: number) => never;
}

/** A hashbang is a comment only at the very start. */
const withoutHashbang = (source: string): string => (source.startsWith('#!') ? `//${source.slice(2)}` : source);

const MODULE_SYNTAX = /^\s*(?:import\b(?!\s*\()|export\b)/m;
/** On the script's first line, so that line numbers are its own. */
const ASYNC_HEAD = '(async () => { ';
/** As Node ends when nothing is left that could settle what the script awaits. */
const UNSETTLED = 13;

const define = (scope: object, values: Readonly<Record<string, unknown>>): void => {
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(scope, name, { value, writable: true, enumerable: false, configurable: true });
  }
};

export const runScript = async (script: Script, { engine, calls, handlers, exit }: ScriptHost): Promise<never> => {
  const now = performance.now.bind(performance);
  const { timeOrigin } = performance;
  const random = crypto;
  const sys = makeSys({ calls, argv: script.argv, envp: script.envp, handlers, exit });
  const loop = new EventLoop(engine, (ms) => nap(calls, ms), now);
  const console = makeConsole((fd, text) => sys.write(fd, text), now);
  const scope: object = globalThis;

  lockDown(scope, engine.keep);
  followCompilation(loop);
  define(scope, {
    sys,
    print: (...values: unknown[]) => void sys.write(1, `${formatAll(values)}\n`),
    console,
    self: scope,
    ...loop.globals,
    performance: Object.freeze({ now, timeOrigin }),
    crypto: Object.freeze({
      getRandomValues: random.getRandomValues.bind(random),
      randomUUID: random.randomUUID.bind(random),
    }),
  });

  let shift = 0;
  const fail = (error: unknown, position?: Position): never => {
    try {
      sys.write(2, describeError(error, script.name, shift, position));
    } catch {
      // Nobody to tell it to.
    }
    return exit(1);
  };
  let settled = true;
  try {
    const started = start(script, engine);
    shift = started.shift;
    if (started.result instanceof Uncompilable) return fail(started.result.error, started.result.position);
    if (started.result !== undefined) {
      settled = false;
      started.result.then(
        () => {
          settled = true;
        },
        (error: unknown) => fail(error),
      );
    }
    await loop.run();
  } catch (error) {
    return fail(error);
  }
  if (settled) return exit(0);
  sys.write(2, `${script.name}: a promise awaited at the top level never settled\n`);
  return exit(UNSETTLED);
};

/** Sleep, or until a signal comes. */
const nap = (calls: Calls, ms: number): void => {
  try {
    calls.call('nanosleep', undefined, Math.ceil(ms * 1e6));
  } catch (error) {
    if (!(error instanceof SystemError && error.code === 'EINTR')) throw error;
  }
};

/** A script that does not compile: told apart from an error that it throws. */
class Uncompilable {
  readonly error: SyntaxError;
  readonly position: Position | undefined;

  constructor(error: SyntaxError, position: Position | undefined) {
    this.error = error;
    this.position = position;
  }
}

/** Evaluate source text that may not compile. */
const evaluate = (engine: ScriptEngine, source: string, name: string): unknown => {
  try {
    return engine.evaluate(source, name);
  } catch (error) {
    if (!(error instanceof SyntaxError) || isThrownBy(error, name)) throw error;
    return new Uncompilable(error, engine.syntaxPosition(error));
  }
};

interface Started {
  /** A promise when the script runs as an async function. */
  readonly result: Promise<unknown> | Uncompilable | undefined;
  /** Characters that were put before its first line. */
  readonly shift: number;
}

const start = ({ source, name }: Script, engine: ScriptEngine): Started => {
  const text = withoutHashbang(source);
  const result = evaluate(engine, text, name);
  // The value of a script's last expression is nobody's business.
  if (!(result instanceof Uncompilable)) return { result: undefined, shift: 0 };
  if (MODULE_SYNTAX.test(text)) {
    const error = new SyntaxError('this is a plain script: import and export are not supported');
    return { result: new Uncompilable(error, result.position), shift: 0 };
  }
  if (!/\bawait\b/.test(text)) return { result, shift: 0 };
  const main = evaluate(engine, `${ASYNC_HEAD}${text}\n})`, name);
  return {
    result: main instanceof Uncompilable ? main : (main as () => Promise<unknown>)(),
    shift: ASYNC_HEAD.length,
  };
};

/** Promises of WebAssembly settle without the script: the loop has to wait for them. */
const followCompilation = (loop: EventLoop): void => {
  const names = ['compile', 'instantiate'] as const;
  for (const name of names) {
    const original = WebAssembly[name] as (...args: unknown[]) => Promise<unknown>;
    define(WebAssembly, { [name]: (...args: unknown[]) => loop.follow(original.apply(WebAssembly, args)) });
  }
};
