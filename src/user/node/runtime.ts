// A node process: Node's library, the bindings below it, and how they are put together (node_realm.cc, node.cc).
//
// A binding is a function of this runtime that gives the object which `internalBinding(NAME)` returns. Constants come
// from the tables of the native side; what nobody has written yet throws ERR_METHOD_NOT_IMPLEMENTED by its name.

import { SysError } from '../../abi/errno.ts';
import { unpackStrings } from '../../base/bytes.ts';
import type { SyscallClient } from '../../transport/client.ts';
import type { BuiltinProcess } from '../bin/builtin.ts';
import { AsyncState, type AsyncWrapClass, makeAsyncWrap } from './bindings/async-wrap.ts';
import { FsRunner } from './bindings/fs.ts';
import { BINDINGS } from './bindings/index.ts';
import { makeStreamClass, type StreamClass } from './bindings/stream-wrap.ts';
import { TerminalModes } from './bindings/tty-wrap.ts';
import { Contexts } from './contexts.ts';
import { DynamicImports } from './dynamic-imports.ts';
import { makeEnvironment } from './environment.ts';
import { EventLoop } from './event-loop.ts';
import { Fatal } from './fatal.ts';
import { Handles, type HandleWrapClass, makeHandleWrap } from './handles.ts';
import type { Host } from './host.ts';
import type { Library } from './library.ts';
import type { Options } from './options.ts';
import { PrivateSymbols } from './private-symbols.ts';
import { Proxies } from './proxies.ts';
import { Signals } from './signals.ts';
import { Parser } from './source/parser.ts';
import { installV8Stacks } from './spidermonkey-stacks.ts';
import { installStackTraces } from './stack-traces.ts';
import { Users } from './users.ts';
import { UvErrors } from './uv-error.ts';

export type Dict = Record<string | symbol, unknown>;
export type Fn = (this: unknown, ...args: unknown[]) => unknown;
export type Binding = Dict;
export type MakeBinding = (node: NodeRuntime) => Binding;

const REALM = ['process', 'getLinkedBinding', 'getInternalBinding', 'primordials'];
const PER_CONTEXT = ['exports', 'primordials', 'privateSymbols', 'perIsolateSymbols'];
const MAIN = ['process', 'require', 'internalBinding', 'primordials'];
const MODULE = ['exports', 'require', 'module', 'process', 'internalBinding', 'primordials'];

const HOST_NAMES = [
  'TextDecoder',
  'TextEncoder',
  'URL',
  'URLSearchParams',
  'atob',
  'btoa',
  'queueMicrotask',
  'structuredClone',
];
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

const parametersOf = (id: string): readonly string[] => {
  if (id === 'internal/bootstrap/realm') return REALM;
  if (id.startsWith('internal/per_context/')) return PER_CONTEXT;
  if (id.startsWith('internal/main/') || id.startsWith('internal/bootstrap/')) return MAIN;
  return MODULE;
};

export class NodeRuntime {
  readonly client: SyscallClient;
  readonly host: Host;
  readonly library: Library;
  readonly loop: EventLoop;
  readonly options: Options;
  readonly args: readonly string[];
  readonly start: BuiltinProcess['start'];
  readonly halt: () => never;
  readonly primordials: Dict = {};
  readonly privates: PrivateSymbols;
  readonly symbols: Record<string, symbol>;
  readonly process: Dict;
  /** What the async context frame of the running code is (AsyncContextFrame.current()). */
  contextFrame: unknown;
  /** Is the main module waiting for something that will never come? */
  mainModuleUnsettled: () => boolean = () => false;
  readonly uv: UvErrors;
  readonly signals: Signals;
  readonly fatal: Fatal;
  readonly asyncState = new AsyncState();
  readonly handles = new Handles();
  readonly proxies = new Proxies();
  readonly parser: Parser;
  readonly dynamicImports: DynamicImports;
  readonly contexts: Contexts;
  readonly terminalModes: TerminalModes;
  readonly fs: FsRunner;
  readonly users: Users;
  /** `_exiting`, the exit code, whether there is one. */
  readonly exitInfo = new Int32Array(3);
  readonly streamState = new Int32Array(5);
  readonly AsyncWrap: AsyncWrapClass;
  readonly HandleWrap: HandleWrapClass;
  readonly Stream: StreamClass;

  private readonly bindings = new Map<string, Binding>();
  private readonly domExports: Dict = {};
  internalBinding: (name: string) => Dict = () => ({});
  require: (id: string) => Dict = () => ({});

  constructor(process: BuiltinProcess, host: Host, library: Library, options: Options) {
    this.client = process.client;
    this.start = process.start;
    this.args = process.args;
    this.halt = process.halt;
    this.host = host;
    this.library = library;
    this.options = options;
    this.loop = new EventLoop(process.client, host);
    this.privates = new PrivateSymbols(library.tables.privateSymbols);
    this.symbols = Object.fromEntries(library.tables.symbols.map(([key, text]) => [key, Symbol(text)]));
    // Its constructor's name is seen by users.
    this.process = this.host.evaluate('new (function process() {})()') as Dict;
    this.uv = new UvErrors(library.tables);
    this.signals = new Signals(process.client, this.loop);
    this.fatal = new Fatal(this);
    this.parser = new Parser(this);
    this.dynamicImports = new DynamicImports(this);
    this.contexts = new Contexts(host);
    this.terminalModes = new TerminalModes(this);
    this.AsyncWrap = makeAsyncWrap(this);
    this.HandleWrap = makeHandleWrap(this);
    this.Stream = makeStreamClass(this);
    this.fs = new FsRunner(this);
    this.users = new Users(this.fs.calls, host.decodeUtf8);
    this.describeProcess();
  }

  /** `process.versions`. By `openssl` the library knows that there is cryptography. */
  get versions(): object {
    return Object.freeze({ ...this.library.tables.process.versions });
  }

  /** What node_process_object.cc gives the object; the rest comes with patchProcessObject. */
  private describeProcess(): void {
    const { process: tables } = this.library.tables;
    Object.assign(this.process, {
      version: tables.version,
      versions: this.versions,
      arch: 'x64',
      platform: 'linux',
      release: { ...tables.release },
      env: makeEnvironment(unpackStrings(this.start.envp)),
    });
    this.privates.set(this.process, 'exit_info_private_symbol', this.exitInfo);
  }

  /** Put into the global scope what code of the guest may come across. */
  prepareScope(scope: object): void {
    installV8Stacks();
    // Node's library has its own; with the host's gone they come in Node's order.
    for (const name of HOST_NAMES) Reflect.deleteProperty(scope, name);
    this.proxies.install(scope);
    this.dynamicImports.install(scope);
  }

  /** A Buffer of these bytes. */
  buffer(bytes: Uint8Array): Uint8Array {
    const { FastBuffer } = this.require('internal/buffer') as {
      FastBuffer: new (memory: ArrayBufferLike, offset: number, length: number) => Uint8Array;
    };
    return new FastBuffer(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where acorn finds the error in a source. */
  syntaxPlace(source: string, module: boolean): { readonly start: number; readonly width: number } | undefined {
    try {
      if (module) this.parser.module(source);
      else this.parser.script(source);
      return undefined;
    } catch (error) {
      const { pos, raisedAt = 0 } = error as { pos?: number; raisedAt?: number };
      return pos === undefined ? undefined : { start: pos, width: raisedAt - pos };
    }
  }

  /** Random letters and digits, as mkdtemp(3) uses. */
  random = (length: number): string => {
    const bytes = new Uint8Array(length);
    this.host.randomFill(bytes);
    return Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join('');
  };

  /** A constant of the native side. */
  constant(binding: string, name: string): unknown {
    return this.library.tables.bindings[binding]?.[name];
  }

  /** The function of a builtin module. */
  compile(id: string): Fn {
    const source = this.library.source(id);
    if (source === undefined) throw new Error(`No such built-in module: ${id}`);
    return this.host.evaluate(
      `(function (${parametersOf(id).join(', ')}) {${source}\n})\n//# sourceURL=node:${id}`,
    ) as Fn;
  }

  /** The object of a binding, made at its first use. */
  binding(name: string): Binding {
    let binding = this.bindings.get(name);
    if (binding === undefined) {
      const make = Object.hasOwn(BINDINGS, name) ? BINDINGS[name] : undefined;
      const table = this.library.tables.bindings[name];
      if (make === undefined && table === undefined) throw new Error(`No such binding: ${name}`);
      const { functions = [], ...constants } = table ?? {};
      binding = { ...this.missing(name, functions as string[]), ...constants };
      const own = make?.(this) ?? {};
      Object.defineProperties(binding, Object.getOwnPropertyDescriptors(own));
      this.bindings.set(name, binding);
    }
    return binding;
  }

  /** Functions and classes that are not written yet. */
  private missing(binding: string, names: readonly string[]): Binding {
    const stubs: Binding = {};
    for (const name of names) {
      const stub = function stub(): never {
        const error = new Error(`The ${binding}.${name} method is not implemented`);
        Object.defineProperty(error, 'code', { value: 'ERR_METHOD_NOT_IMPLEMENTED', enumerable: true });
        throw error;
      };
      Object.defineProperty(stub, 'name', { value: name });
      stubs[name] = stub;
    }
    return stubs;
  }

  /** The steps up to the main script. */
  bootstrap(): void {
    const { primordials, process } = this;
    for (const part of ['primordials', 'domexception', 'messageport']) {
      const exports = part === 'primordials' ? {} : this.domExports;
      this.compile(`internal/per_context/${part}`)(exports, primordials, this.privates.symbols, this.symbols);
    }
    const linked = (name: unknown): never => {
      throw new Error(`No such binding: ${String(name)}`);
    };
    this.compile('internal/bootstrap/realm')(
      process,
      linked,
      (name: unknown) => this.binding(String(name)),
      primordials,
    );
    const run = (id: string): unknown =>
      this.compile(id)(process, this.require, this.internalBinding, this.primordials);
    installStackTraces(this);
    run('internal/bootstrap/node');
    run('internal/bootstrap/web/exposed-wildcard');
    run('internal/bootstrap/web/exposed-window-or-worker');
    run('internal/bootstrap/switches/is_main_thread');
    run('internal/bootstrap/switches/does_own_process_state');
  }

  run(id: string): unknown {
    return this.compile(id)(this.process, this.require, this.internalBinding, this.primordials);
  }

  /** Exports of internal/per_context: DOMException, emitMessage. */
  get perContext(): Dict {
    return this.domExports;
  }

  /** End the process. Nothing of the guest runs after this. */
  exit(code: number): never {
    this.loop.stop();
    this.client.onSignal = () => {};
    this.terminalModes.reset();
    try {
      this.client.call('exit', code & 0xff);
    } catch {
      // Killed meanwhile: the end is the same.
    }
    return this.halt();
  }

  /** Text to a descriptor, by the system alone. */
  write(fd: number, text: string): void {
    let bytes: Uint8Array = this.host.encodeUtf8(text);
    try {
      while (bytes.length > 0) bytes = bytes.subarray(this.client.write(fd, bytes));
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      // Nobody to tell it to.
    }
  }
}
