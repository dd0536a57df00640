// Chunks that have been read or written lately, by the unit at which they lie. As data is written out of place, what
// lies at a unit only changes when the unit is given to something else (`drop`) or its chunk grows (`put` again).
// The least recently used chunks go when the bound is reached.

export class PageCache {
  private readonly bound: number;
  private readonly pages = new Map<number, Uint8Array>();
  private bytes = 0;

  /** In bytes. */
  constructor(bound: number) {
    this.bound = bound;
  }

  get(at: number): Uint8Array | undefined {
    const page = this.pages.get(at);
    if (page === undefined) return undefined;
    this.pages.delete(at);
    this.pages.set(at, page);
    return page;
  }

  /** The cache owns the bytes from now on: nobody writes to them any more. */
  put(at: number, page: Uint8Array): void {
    this.drop(at);
    this.pages.set(at, page);
    this.bytes += page.length;
    for (const [oldest] of this.pages) {
      if (this.bytes <= this.bound) break;
      this.drop(oldest);
    }
  }

  drop(at: number): void {
    const page = this.pages.get(at);
    if (page === undefined) return;
    this.pages.delete(at);
    this.bytes -= page.length;
  }

  clear(): void {
    this.pages.clear();
    this.bytes = 0;
  }
}
