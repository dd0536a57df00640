// Stack traces of an engine that is not V8 (Firefox), in V8's form: `stack` begins with the error's name and message, is
// made by Error.prepareStackTrace from call sites, and lists frames as `at f (file:line:column)`.

/* oxlint-disable typescript/unbound-method -- accessors are taken to be applied to other objects */

import type { Dict, Fn } from './runtime.ts';

const FRAME = /^(.*?)@(.+?):(\d+):(\d+)$/;

/** As much of V8's CallSite as Node's library uses. */
class CallSite {
  private readonly name: string | null;
  private readonly file: string;
  private readonly line: number;
  private readonly column: number;

  constructor(name: string | null, file: string, line: number, column: number) {
    this.name = name;
    this.file = file;
    this.line = line;
    this.column = column;
  }

  getThis(): undefined {
    return undefined;
  }
  getTypeName(): string {
    return 'Object';
  }
  getFunction(): undefined {
    return undefined;
  }
  getFunctionName(): string | null {
    return this.name;
  }
  getMethodName(): null {
    return null;
  }
  getFileName(): string {
    return this.file;
  }
  getScriptNameOrSourceURL(): string {
    return this.file;
  }
  getLineNumber(): number {
    return this.line;
  }
  getColumnNumber(): number {
    return this.column;
  }
  getEvalOrigin(): undefined {
    return undefined;
  }
  isToplevel(): boolean {
    return true;
  }
  isEval(): boolean {
    return false;
  }
  isNative(): boolean {
    return false;
  }
  isConstructor(): boolean {
    return false;
  }
  isAsync(): boolean {
    return false;
  }
  isPromiseAll(): boolean {
    return false;
  }
  getPromiseIndex(): null {
    return null;
  }
  toString(): string {
    const place = `${this.file}:${this.line}:${this.column}`;
    return this.name === null ? place : `${this.name} (${place})`;
  }
}

/** `outer/inner<` names a function by where it was made: V8 says nothing of those. */
const functionName = (text: string): string | null => {
  const bare =
    text
      .replace(/^async\*/, '')
      .split('/')
      .at(-1) ?? '';
  return bare === '' || bare.endsWith('<') ? null : bare;
};

const sitesOf = (raw: string, limit: number): CallSite[] => {
  const sites: CallSite[] = [];
  for (const text of raw.split('\n')) {
    const match = FRAME.exec(text);
    if (match === null) continue;
    const [, name = '', file = '', line, column] = match;
    sites.push(new CallSite(functionName(name), file, Number(line), Number(column)));
    if (sites.length === limit) break;
  }
  return sites;
};

const headOf = (error: object): string => (error instanceof Error ? `${error.name}: ${error.message}` : 'Error');

/** More than the guest asks for: frames of this runtime are dropped later. */
const SPARE = 20;

/** Put in place before any code of the guest or of Node's library runs. Does nothing on V8. */
export const installV8Stacks = (): void => {
  const own = Object.getOwnPropertyDescriptor(Error.prototype, 'stack');
  const read = own?.get;
  if (read === undefined) return;
  const holder = Error as unknown as Dict;
  const made = new WeakMap<object, unknown>();
  if (typeof holder['stackTraceLimit'] !== 'number') holder['stackTraceLimit'] = 10;
  const format = (error: object, raw: string): unknown => {
    const limit = Number(holder['stackTraceLimit']);
    const sites = sitesOf(raw, (Number.isNaN(limit) ? 10 : limit) + SPARE);
    const prepare = holder['prepareStackTrace'];
    if (typeof prepare === 'function') return (prepare as Fn).call(Error, error, sites);
    return [headOf(error), ...sites.map((site) => `    at ${site.toString()}`)].join('\n');
  };
  const set = function (this: object, value: unknown): void {
    Object.defineProperty(this, 'stack', { value, writable: true, enumerable: false, configurable: true });
  };
  Object.defineProperty(Error.prototype, 'stack', {
    configurable: true,
    enumerable: false,
    set,
    get(this: object): unknown {
      if (made.has(this)) return made.get(this);
      const raw: unknown = Reflect.apply(read as Fn, this, []);
      if (typeof raw !== 'string') return raw;
      const stack = format(this, raw);
      made.set(this, stack);
      return stack;
    },
  });
  const capture = holder['captureStackTrace'];
  holder['captureStackTrace'] = (target: object, below?: unknown): void => {
    const carrier = {} as { stack?: unknown };
    if (typeof capture === 'function') (capture as Fn).call(Error, carrier, below);
    else carrier.stack = Reflect.apply(read as Fn, new Error('capture'), []);
    const raw = typeof carrier.stack === 'string' ? carrier.stack : '';
    Object.defineProperty(target, 'stack', {
      configurable: true,
      enumerable: false,
      get: () => {
        const stack = format(target, raw);
        set.call(target, stack);
        return stack;
      },
      set,
    });
  };
};
