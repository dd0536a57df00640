// A store over another one that is only read: what is written stays in memory, and ends with this object. For work on a
// copy of a volume that may be too large to copy.

import type { BlockStore } from './block-store.ts';

const PAGE = 1 << 16;

export class ScratchStore implements BlockStore {
  readonly resident = false;
  private readonly base: BlockStore;
  private readonly pages = new Map<number, Uint8Array>();
  private length: number;
  /** Bytes of the base that still count: what was cut off does not come back. */
  private baseLength: number;

  constructor(base: BlockStore) {
    this.base = base;
    this.length = base.size;
    this.baseLength = base.size;
  }

  get size(): number {
    return this.length;
  }

  read(offset: number, into: Uint8Array): number {
    const count = Math.max(0, Math.min(into.length, this.length - offset));
    for (let done = 0; done < count; ) {
      const within = (offset + done) % PAGE;
      const part = Math.min(count - done, PAGE - within);
      const page = this.pages.get((offset + done - within) / PAGE);
      if (page === undefined) this.readBase(offset + done, into.subarray(done, done + part));
      else into.set(page.subarray(within, within + part), done);
      done += part;
    }
    return count;
  }

  private readBase(offset: number, into: Uint8Array): void {
    const there = Math.max(0, Math.min(into.length, this.baseLength - offset));
    if (there > 0) this.base.read(offset, into.subarray(0, there));
    into.fill(0, there);
  }

  write(offset: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const within = (offset + done) % PAGE;
      const part = Math.min(bytes.length - done, PAGE - within);
      this.page((offset + done - within) / PAGE).set(bytes.subarray(done, done + part), within);
      done += part;
    }
    this.length = Math.max(this.length, offset + bytes.length);
  }

  private page(index: number): Uint8Array {
    let page = this.pages.get(index);
    if (page === undefined) {
      page = new Uint8Array(PAGE);
      this.readBase(index * PAGE, page);
      this.pages.set(index, page);
    }
    return page;
  }

  truncate(size: number): void {
    if (size < this.length) {
      this.baseLength = Math.min(this.baseLength, size);
      for (const index of this.pages.keys()) if (index * PAGE >= size) this.pages.delete(index);
      this.pages.get(Math.floor(size / PAGE))?.fill(0, size % PAGE);
    }
    this.length = size;
  }

  flush(): void {}

  /** The base is not ours. */
  close(): void {}
}
