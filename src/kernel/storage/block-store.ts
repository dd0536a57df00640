// Where a volume keeps its bytes: a store is one random-access file, synchronous. In browsers it is an OPFS file with
// its long-open sync access handle (host/opfs-block-store.ts); in memory it is what follows.
//
// The suite of testing/suites/store-suite.ts says what every store must do.

import { SysError } from '../../abi/errno.ts';

export interface BlockStore {
  /** It lies in memory and ends with it: nothing is gained by caching what it holds, or by checking it. */
  readonly resident: boolean;
  /** In bytes. */
  readonly size: number;
  /** Fills as much as there is; the result is the count. EIO. */
  read(offset: number, into: Uint8Array): number;
  /** Writes all, growing the store; a gap reads as zeros. On ENOSPC or EIO the range is undefined, the rest intact. */
  write(offset: number, bytes: Uint8Array): void;
  /** Cut, or grow with zeros. */
  truncate(size: number): void;
  /** Return when everything written is on durable storage. */
  flush(): void;
  close(): void;
}

/** Memory is taken in pages of so many bytes. */
const PAGE = 1 << 20;

/** A store in memory. `capacity` in bytes: ENOSPC beyond. */
export class MemoryBlockStore implements BlockStore {
  readonly resident: boolean;
  capacity: number;
  private readonly page: number;
  private length = 0;
  private readonly pages: (Uint8Array | undefined)[] = [];

  constructor(options: { readonly resident?: boolean; readonly capacity?: number; readonly page?: number } = {}) {
    this.page = options.page ?? PAGE;
    this.resident = options.resident ?? true;
    this.capacity = options.capacity ?? Number.MAX_SAFE_INTEGER;
  }

  get size(): number {
    return this.length;
  }

  read(offset: number, into: Uint8Array): number {
    const count = Math.max(0, Math.min(into.length, this.length - offset));
    for (let done = 0; done < count; ) {
      const within = (offset + done) % this.page;
      const part = Math.min(count - done, this.page - within);
      const page = this.pages[(offset + done - within) / this.page];
      if (page === undefined) into.fill(0, done, done + part);
      else into.set(page.subarray(within, within + part), done);
      done += part;
    }
    return count;
  }

  write(offset: number, bytes: Uint8Array): void {
    if (offset + bytes.length > this.capacity) throw new SysError('ENOSPC');
    for (let done = 0; done < bytes.length; ) {
      const within = (offset + done) % this.page;
      const part = Math.min(bytes.length - done, this.page - within);
      const index = (offset + done - within) / this.page;
      this.pages[index] ??= new Uint8Array(this.page);
      (this.pages[index] as Uint8Array).set(bytes.subarray(done, done + part), within);
      done += part;
    }
    this.length = Math.max(this.length, offset + bytes.length);
  }

  truncate(size: number): void {
    if (size > this.capacity) throw new SysError('ENOSPC');
    if (size < this.length) {
      const keep = Math.ceil(size / this.page);
      this.pages.length = Math.min(this.pages.length, keep);
      this.pages[keep - 1]?.fill(0, size - (keep - 1) * this.page);
    }
    this.length = size;
  }

  flush(): void {}

  close(): void {}
}
