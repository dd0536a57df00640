// The process worker in Node: a worker_thread that runs programs for a station in the main thread (node-machine.ts).

import { parentPort } from 'node:worker_threads';
import type { Endpoint, FromProcess, ToProcess } from '../transport/process-protocol.ts';
import type { ScriptEngine } from '../user/js/engine.ts';
import { serveProcesses } from '../user/process.ts';

if (parentPort === null) throw new Error('to be run as a worker_thread');
const port = parentPort;

const endpoint: Endpoint<FromProcess, ToProcess> = {
  post: (message, transfer = []) => port.postMessage(message, [...transfer]),
  onmessage: null,
};
port.on('message', (message: ToProcess) => endpoint.onmessage?.(message));

const engine: ScriptEngine = {
  keep: Object.getOwnPropertyNames(globalThis),
  evaluate: (source, name) => (0, eval)(`${source}\n//# sourceURL=${name}`) as unknown,
  syntaxPosition: () => undefined,
  onUnhandledRejection: (listener) => process.on('unhandledRejection', listener),
  turn: () => new Promise((resolve) => setImmediate(resolve)),
};

serveProcesses(endpoint, engine);
