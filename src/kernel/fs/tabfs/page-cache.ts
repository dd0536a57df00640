// Chunks that have been read or written lately, by the unit at which they lie. As data is written out of place, what
// lies at a unit only changes when the unit is given to something else (`drop`) or its chunk grows (`put` again).
// The least recently used chunks go when the bound is reached, and those that nobody uses go after a while (`age`).

interface Page {
  readonly bytes: Uint8Array;
  /** Since the last `age`. */
  used: boolean;
}

/** A page may have room behind it, to grow into. */
const sizeOf = ({ bytes }: Page): number => bytes.buffer.byteLength;

export class PageCache {
  private readonly bound: number;
  /** The least recently used first. */
  private readonly pages = new Map<number, Page>();
  private total = 0;

  /** In bytes. */
  constructor(bound: number) {
    this.bound = bound;
  }

  /** Bytes that it takes. */
  get size(): number {
    return this.total;
  }

  get(at: number): Uint8Array | undefined {
    const page = this.pages.get(at);
    if (page === undefined) return undefined;
    page.used = true;
    this.pages.delete(at);
    this.pages.set(at, page);
    return page.bytes;
  }

  /** The cache owns the bytes, and all of their buffer, from now on: nobody writes to them any more. */
  put(at: number, bytes: Uint8Array): void {
    this.drop(at);
    const page = { bytes, used: true };
    this.pages.set(at, page);
    this.total += sizeOf(page);
    for (const [oldest] of this.pages) {
      if (this.total <= this.bound) break;
      this.drop(oldest);
    }
  }

  drop(at: number): void {
    const page = this.pages.get(at);
    if (page === undefined) return;
    this.pages.delete(at);
    this.total -= sizeOf(page);
  }

  /** Let go what has not been used since the last time. */
  age(): void {
    for (const [at, page] of this.pages) {
      if (!page.used) this.drop(at);
      page.used = false;
    }
  }

  clear(): void {
    this.pages.clear();
    this.total = 0;
  }
}
