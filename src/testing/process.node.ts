// The process worker in Node: a worker_thread that runs programs for a station in the main thread (node-machine.ts).

import process from 'node:process';
import vm from 'node:vm';
import { parentPort } from 'node:worker_threads';
import type { Endpoint, FromProcess, ToProcess } from '../transport/process-protocol.ts';
import type { Position, ScriptEngine } from '../user/js/engine.ts';
import { serveProcesses } from '../user/process.ts';

if (parentPort === null) throw new Error('to be run as a worker_thread');
const port = parentPort;

const endpoint: Endpoint<FromProcess, ToProcess> = {
  post: (message, transfer = []) => port.postMessage(message, [...transfer]),
  onmessage: null,
};
port.on('message', (message: ToProcess) => endpoint.onmessage?.(message));

/** V8 puts `FILE:LINE`, the line and a caret before the stack of a syntax error. */
const syntaxPosition = (error: unknown): Position | undefined => {
  const [head = '', , caret = ''] = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  const line = Number(/:(\d+)$/.exec(head)?.[1]);
  return Number.isNaN(line) ? undefined : { line, column: caret.indexOf('^') + 1 };
};

// Node loads what makes message events when the first message comes, and then needs globals that are gone.
new MessageEvent('message');
// What it made for its own `fetch` stands in the global scope, where that of a guest would find it.
Reflect.set(globalThis, Symbol.for('undici.globalDispatcher.1'), undefined);

// What the oldest Node lacks of the language that browsers have.
if (!('withResolvers' in Promise)) {
  Object.defineProperty(Promise, 'withResolvers', {
    configurable: true,
    writable: true,
    value: function withResolvers(this: PromiseConstructor) {
      let resolve: (value: unknown) => void = () => {};
      let reject: (reason: unknown) => void = () => {};
      const promise = new this<unknown>((yes, no) => {
        resolve = yes;
        reject = no;
      });
      return { promise, resolve, reject };
    },
  });
}

if (!('transfer' in ArrayBuffer.prototype)) {
  Object.defineProperty(ArrayBuffer.prototype, 'transfer', {
    configurable: true,
    writable: true,
    value: function transfer(this: ArrayBuffer): ArrayBuffer {
      return structuredClone(this, { transfer: [this] });
    },
  });
}

// A script's lockdown takes it from the global object.
const { setImmediate } = globalThis;

const engine: ScriptEngine = {
  keep: [],
  evaluate: (source, filename) => vm.runInThisContext(source, { filename }) as unknown,
  syntaxPosition,
  onUnhandledRejection: (listener) => void process.on('unhandledRejection', listener),
  onRejection: (rejected, handled) => {
    process.on('unhandledRejection', (reason, promise) => rejected(promise, reason));
    process.on('rejectionHandled', (promise) => handled(promise));
  },
  turn: () => new Promise((resolve) => void setImmediate(resolve)),
};

serveProcesses(endpoint, engine);
