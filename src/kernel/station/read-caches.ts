// Which pool a process gets: programs of WebAssembly cannot reach shared memory and share one, so that what one has read
// the next one finds. A script could get at the memory of its runtime by some gap in it: it has a pool of its own, in
// which there is only what it has asked for. See docs/decisions/0008-reading-without-a-call.md.

import type { Program } from '../../abi/program.ts';
import { ReadCache } from './read-cache.ts';

/** Frames of 16 KiB; their memory is taken when they are first filled. */
const COMMON = 4096;
const OWN = 1024;
/** Most pools of scripts that there are at once: others make calls. */
const OWN_MAX = 8;

export class ReadCaches {
  private common: ReadCache | undefined;
  private readonly own = new Set<ReadCache>();

  of(program: Program): ReadCache | undefined {
    if (program.kind === 'wasm') {
      this.common ??= new ReadCache(COMMON);
      return this.common;
    }
    if (this.own.size >= OWN_MAX) return undefined;
    const cache = new ReadCache(OWN);
    this.own.add(cache);
    return cache;
  }

  /** Processes have to ask again for all that they read. */
  revoke(): void {
    this.common?.revoke();
    for (const cache of this.own) cache.revoke();
  }

  /** The program that had it is over. */
  leave(cache: ReadCache | undefined): void {
    if (cache !== undefined && this.own.delete(cache)) cache.close();
  }
}
