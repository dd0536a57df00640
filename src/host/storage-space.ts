// How much the volume may take, by what the browser says of the origin's quota (https://storage.spec.whatwg.org): statfs
// must answer at once, the browser takes its time. And whether the browser has promised to keep it.

import type { Volume } from '../kernel/fs/tabfs/volume.ts';

export class StorageSpace {
  /** The browser removes nothing of it without being told to; otherwise it may, when the disk is full. */
  persistent = false;
  /** In bytes; undefined where the browser does not tell. */
  capacity: number | undefined;

  /** What others of the origin use is not ours to give away: the volume may have what it has and what nobody has. */
  async measure(volume?: Volume): Promise<void> {
    const { quota = 0, usage = 0 } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
    this.persistent = (await navigator.storage?.persisted?.().catch(() => false)) ?? false;
    if (quota > 0) this.capacity = (volume?.used ?? 0) + Math.max(0, quota - usage);
  }
}
