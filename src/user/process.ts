// A process worker: runs programs, one after the other, over one channel.
//
// The station's first message is `adopt`; each `start` then runs a program to its end, inside the message handler, so
// that nothing else happens in the worker meanwhile. A process that is over posts `idle`, or `spent` when guest
// JavaScript has run; one that called execve posts nothing: its next program's `start` is already on its way.

import type { Start } from '../abi/program.ts';
import { SyscallClient } from '../transport/client.ts';
import { LocalReads } from '../transport/local-reads.ts';
import type { Endpoint, FromProcess, ToProcess } from '../transport/process-protocol.ts';
import { runBuiltin } from './bin/index.ts';
import type { ScriptEngine } from './js/engine.ts';
import type { Outcome } from './runtime/guest.ts';
import { runWasm } from './runtime/run-wasm.ts';
import { isLittered } from './runtime/worker-memory.ts';

const HALT_PIECE_MS = 20;

type Adopt = Extract<ToProcess, { type: 'adopt' }>;

class ProcessWorker {
  private readonly endpoint: Endpoint<FromProcess, ToProcess>;
  private readonly engine: ScriptEngine;
  private channel: Adopt | undefined;

  constructor(endpoint: Endpoint<FromProcess, ToProcess>, engine: ScriptEngine) {
    this.endpoint = endpoint;
    this.engine = engine;
  }

  receive(message: ToProcess): void {
    if (message.type === 'adopt') {
      this.channel = message;
      return;
    }
    try {
      this.start(message);
    } catch (error) {
      this.fault(error);
    }
  }

  private start(start: Start): void {
    if (this.channel === undefined) throw new Error('start before adopt');
    const { channel, doorbell, cells, index } = this.channel;
    const { program, pool } = start;
    const client = new SyscallClient(channel, doorbell, index, pool && new LocalReads(cells, pool));
    if (program.kind === 'wasm') {
      const module = program.module as WebAssembly.Module;
      const outcome = runWasm(start, module, client, (image) =>
        this.endpoint.post({ type: 'fork', image }, [image.pages]),
      );
      this.ended(outcome);
      return;
    }
    runBuiltin(program.name, start, client, this.engine, () => this.halt()).then(
      (outcome) => this.ended(outcome),
      (error: unknown) => this.fault(error),
    );
  }

  private ended(outcome: Outcome): void {
    if (outcome === 'ended') this.endpoint.post({ type: isLittered() ? 'spent' : 'idle' });
  }

  /**
   * Guest JavaScript has run and its process is over. It could catch any exception and go on, so nothing is thrown:
   * the worker stops here until it is terminated.
   */
  private halt(): never {
    this.endpoint.post({ type: 'spent' });
    const cell = new Int32Array(new SharedArrayBuffer(4));
    // In pieces: an engine may only terminate a worker between two of them.
    for (;;) Atomics.wait(cell, 0, 0, HALT_PIECE_MS);
  }

  private fault(error: unknown): void {
    const message = error instanceof Error ? faultText(error) : String(error);
    this.endpoint.post({ type: 'fault', message });
  }
}

/** With the message, which some engines leave out of the stack. */
const faultText = ({ name, message, stack = '' }: Error): string =>
  stack.includes(message) ? stack : `${name}: ${message}\n${stack}`;

/** Serve a station over an endpoint. */
export const serveProcesses = (endpoint: Endpoint<FromProcess, ToProcess>, engine: ScriptEngine): void => {
  const worker = new ProcessWorker(endpoint, engine);
  endpoint.onmessage = (message) => worker.receive(message);
  // Shared memory that is sent into a port before its other end listens is lost in Firefox: say that this one does.
  endpoint.post({ type: 'idle' });
};
