// What the OS needs of its surroundings. Hosts implement these; tests use manual ones.

import type { ForkImage, Start, WebAssemblyModule } from '../abi/program.ts';
import type { ReadCells } from '../base/read-cells.ts';

export interface Clock {
  /** Nanoseconds since the epoch, as milliseconds with fractions. */
  now(): number;
  /** Run `callback` once after so many milliseconds. Gives the function that takes it back. */
  after(ms: number, callback: () => void): () => void;
}

export interface Random {
  fill(bytes: Uint8Array): void;
}

/** Compiles a program; rejects when the bytes are no valid module. */
export type Compile = (bytes: Uint8Array<ArrayBuffer>) => Promise<WebAssemblyModule>;

/** For faults of TabOS itself, never for a guest's. */
export type Log = (message: string) => void;

/** A worker that runs one process, as its station sees it. */
export interface ProcessWorker {
  /** Which descriptors its process may read by itself. */
  readonly cells: ReadCells;
  /** Run a program: the first of a process, or, after execve, the next. */
  start(start: Start): void;
  /** The image that a forking guest posts before its call. */
  forkImage(): Promise<ForkImage>;
  /** Tell the guest that there are signals to take, or none any more. */
  flagSignals(pending: boolean): void;
  /** The process has ended by itself: the worker unwinds on the answer to its last call. */
  finish(): void;
  /** The process is dead: the guest must stop, wherever it is. */
  kill(): void;
}

/** Gives a worker for a new process: from a warm pool, or when one has been created. */
export interface Spawner {
  take(): ProcessWorker | Promise<ProcessWorker>;
  /** A worker that was taken and has run nothing: its process died meanwhile. */
  giveBack(worker: ProcessWorker): void;
}
