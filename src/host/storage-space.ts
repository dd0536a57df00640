// How much the volume may take, by what the browser says of the origin's quota (https://storage.spec.whatwg.org), and
// whether it has promised to keep it. statfs must answer at once, the browser takes its time.
//
// Chromium tells pages a quota of 10 GiB more than they use, whatever there is. So what it refuses counts as well: a
// volume for which there was no room at some size has no more than that until it has grown beyond it.

const UNKNOWN = 2 ** 40;

export class StorageSpace {
  /** The browser removes nothing of it without being told to; otherwise it may, when the disk is full. */
  persistent = false;
  private estimate = UNKNOWN;
  private refused = Number.POSITIVE_INFINITY;

  /** `used`: bytes of the volume. What others of the origin use is not ours to give away, what nobody uses is. */
  async measure(used = 0): Promise<void> {
    const { quota = 0, usage = 0 } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
    this.persistent = (await navigator.storage?.persisted?.().catch(() => false)) ?? false;
    if (quota > 0) this.estimate = used + Math.max(0, quota - usage);
  }

  /** There was no room for more than this. */
  full(used: number): void {
    this.refused = used;
  }

  /** In bytes, of a volume that uses so many. */
  capacity(used: number): number {
    if (used > this.refused) this.refused = Number.POSITIVE_INFINITY;
    return Math.min(this.estimate, this.refused);
  }
}
