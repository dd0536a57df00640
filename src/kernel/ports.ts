// What the OS needs of its surroundings. Hosts implement these; tests use manual ones.

import type { WebAssemblyModule } from '../abi/program.ts';

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
