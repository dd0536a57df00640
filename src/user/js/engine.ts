// What the runner of scripts needs of the JavaScript host: a worker of a browser (browser-engine.ts), or of Node in tests.

/** Where in a script something is. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface ScriptEngine {
  /** Run source text as a script of this name, in the global scope. Throws what it throws. */
  evaluate(source: string, name: string): unknown;
  /** Where the syntax error that `evaluate` has thrown is, if the engine tells. */
  syntaxPosition(error: unknown): Position | undefined;
  /** Told of each promise that was rejected and that nobody has looked after by the end of the turn. */
  onUnhandledRejection(listener: (reason: unknown) => void): void;
  /** Told of each promise that was rejected without a handler, and of each of those that got one later. */
  onRejection(
    rejected: (promise: Promise<unknown>, reason: unknown) => void,
    handled: (promise: Promise<unknown>) => void,
  ): void;
  /** Resolves in another turn of the event loop: all microtasks have run. */
  turn(): Promise<void>;
  /** Globals of the host that a script may keep, beside those of ECMAScript (lockdown.ts). */
  readonly keep: readonly string[];
}
