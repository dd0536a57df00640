/**
 * Creates the workers of a machine. A page has to do this: a worker that creates a worker and then blocks, as the
 * station does, would wait for ever in Chromium.
 *
 * A worker script that cannot be loaded is told by an error event without a message; a message means an error that
 * nobody caught in a worker that runs.
 */
import type { ToNewWorker } from '../host/control.ts';

declare global {
  interface WorkerOptions {
    /** A SharedWorker outlives its last page by a while, so that a reload finds its machine running (Chromium). */
    extendedLifetime?: boolean;
  }
}

export interface WorkerFailure {
  readonly worker: 'kernel' | 'station' | 'process';
  /** What was thrown; undefined when the script could not be loaded. */
  readonly message: string | undefined;
}

type OnFailure = (failure: WorkerFailure) => void;

/** @throws DOMException when the browser blocks site data */
export function startKernel(machine: string, ephemeral: boolean, onFailure: OnFailure): SharedWorker {
  const worker = new SharedWorker(new URL('../host/kernel.worker.ts', import.meta.url), {
    type: 'module',
    name: `tabos:${machine}`,
    extendedLifetime: !ephemeral,
  });
  worker.onerror = (event) => onFailure({ worker: 'kernel', message: messageOf(event) });
  return worker;
}

export function startStation(onFailure: OnFailure): Worker {
  const worker = new Worker(new URL('../host/station.worker.ts', import.meta.url), { type: 'module', name: 'station' });
  worker.onerror = (event) => onFailure({ worker: 'station', message: messageOf(event) });
  return worker;
}

/** The workers that processes run in. The station asks for them and says which to end. */
export class ProcessWorkers {
  readonly #onFailure: OnFailure;
  readonly #workers = new Map<number, Worker>();
  #spare: Worker[] = [];
  #nextId = 1;

  constructor(onFailure: OnFailure) {
    this.#onFailure = onFailure;
  }

  /** Create workers ahead of the station's first request, so that they load while it boots. */
  prewarm(count: number): void {
    while (this.#spare.length < count) this.#spare.push(this.#create());
  }

  /** A worker of its own number, with the port on which it will hear of its station. */
  supply(): { readonly id: number; readonly port: MessagePort } {
    const worker = this.#spare.shift() ?? this.#create();
    const id = this.#nextId++;
    this.#workers.set(id, worker);
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ type: 'port', port: port1 } satisfies ToNewWorker, [port1]);
    return { id, port: port2 };
  }

  terminate(id: number): void {
    this.#workers.get(id)?.terminate();
    this.#workers.delete(id);
  }

  close(): void {
    for (const worker of [...this.#workers.values(), ...this.#spare]) worker.terminate();
    this.#workers.clear();
    this.#spare = [];
  }

  #create(): Worker {
    const worker = new Worker(new URL('../user/process.worker.ts', import.meta.url), {
      type: 'module',
      name: 'process',
    });
    worker.onerror = (event) => this.#onFailure({ worker: 'process', message: messageOf(event) });
    return worker;
  }
}

function messageOf(event: Event): string | undefined {
  return event instanceof ErrorEvent && event.message !== '' ? event.message : undefined;
}
