// What a process runs, and what a fork hands to the child. Types shared by station and process runtime.

/** Structural stand-in for WebAssembly.Module, which layers without a browser's library cannot name. */
export type WebAssemblyModule = object;

export type Program =
  | { readonly kind: 'wasm'; readonly module: WebAssemblyModule }
  /** A program of the runtime itself (`js`, `strace`). */
  | { readonly kind: 'builtin'; readonly name: string };

/** A linear memory without its pages (of 64 KiB) that are all zeros. */
export interface MemoryImage {
  /** The others, one behind the other, and which each of them is. */
  readonly pages: ArrayBuffer;
  readonly places: readonly number[];
  /** Bytes of the memory. */
  readonly size: number;
}

/** The memory of a process that forked, to be rewound in the child. */
export interface ForkImage extends MemoryImage {
  readonly stackPointer: number;
  /** Where the stack is: the address of asyncify's pair. */
  readonly pair: number;
}

/** What a worker needs to run a program. */
export interface Start {
  readonly pid: number;
  readonly program: Program;
  /** NUL-terminated strings. */
  readonly argv: Uint8Array;
  readonly envp: Uint8Array;
  readonly fork?: ForkImage;
  /** Pages of files that the process may read without a call (base/page-pool.ts). */
  readonly pool?: SharedArrayBuffer;
}
