// Messages between a station and a process worker, over the worker's own port. Calls go through the channel; messages
// only bring what shared memory cannot: compiled modules, fork images, and the news that a worker is idle again.

import type { ForkImage, Start } from '../abi/program.ts';

export type { ForkImage, Start } from '../abi/program.ts';

/** Station to worker. */
export type ToProcess =
  /** First message: the channel that all processes of this worker will use, one after the other. */
  | {
      readonly type: 'adopt';
      readonly channel: SharedArrayBuffer;
      readonly doorbell: SharedArrayBuffer;
      /** What may be read without a call: see base/read-cells.ts. */
      readonly cells: SharedArrayBuffer;
      readonly index: number;
    }
  /** Run a program: of a new process, or in place of the old one after execve. */
  | ({ readonly type: 'start' } & Start);

/** Worker to station. */
export type FromProcess =
  /** Goes before the call `fork` through the channel. */
  | { readonly type: 'fork'; readonly image: ForkImage }
  /** First of all: the worker listens, and may be adopted. Then: its process has ended, it may run another one. */
  | { readonly type: 'idle' }
  /** The process has ended and its code cannot be trusted to be gone (guest JavaScript): terminate the worker. */
  | { readonly type: 'spent' }
  /** The runtime itself failed: a fault in TabOS. The process is killed, the worker terminated. */
  | { readonly type: 'fault'; readonly message: string };

/** How a station and a worker reach each other, in a browser or in Node. */
export interface Endpoint<Out, In> {
  post(message: Out, transfer?: readonly ArrayBuffer[]): void;
  onmessage: ((message: In) => void) | null;
}
