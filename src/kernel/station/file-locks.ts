// flock(2): advisory locks that belong to open file descriptions. They join processes of one station.

import { SysError } from '../../abi/errno.ts';
import { LOCK } from '../../abi/file.ts';
import type { Awaitable, Caller, OpenFile } from '../fd/open-file.ts';
import type { Node } from '../vfs/vfs.ts';
import { WaitQueue } from '../wait-queue.ts';

interface Locked {
  readonly holders: Map<OpenFile, number>;
  readonly changed: WaitQueue;
}

export class FileLocks {
  private readonly files = new Map<string, Locked>();

  /** Errors: EAGAIN with LOCK_NB, EINTR. */
  flock(caller: Caller, node: Node, file: OpenFile, op: number): Awaitable<number> {
    const key = `${node.mount.dev}:${node.ino}`;
    const kind = op & ~LOCK.NB;
    if (kind === LOCK.UN) {
      this.unlock(key, file);
      return 0;
    }
    let locked = this.files.get(key);
    if (locked === undefined) {
      locked = { holders: new Map(), changed: new WaitQueue() };
      this.files.set(key, locked);
    }
    if (this.tryLock(key, locked, file, kind)) return 0;
    if ((op & LOCK.NB) !== 0) throw new SysError('EAGAIN');
    return this.lockLater(caller, key, locked, file, kind);
  }

  private async lockLater(caller: Caller, key: string, locked: Locked, file: OpenFile, kind: number): Promise<number> {
    for (;;) {
      await locked.changed.wait(caller.sleeping());
      // The table forgets a file that nobody has locked: it is there again with this lock.
      this.files.set(key, this.files.get(key) ?? locked);
      if (this.tryLock(key, this.files.get(key) ?? locked, file, kind)) return 0;
    }
  }

  private tryLock(key: string, locked: Locked, file: OpenFile, kind: number): boolean {
    for (const [holder, held] of locked.holders) {
      if (holder !== file && (kind === LOCK.EX || held === LOCK.EX)) return false;
    }
    if (!locked.holders.has(file)) file.onClosed(() => this.unlock(key, file));
    locked.holders.set(file, kind);
    locked.changed.wake();
    return true;
  }

  private unlock(key: string, file: OpenFile): void {
    const locked = this.files.get(key);
    if (locked === undefined || !locked.holders.delete(file)) return;
    if (locked.holders.size === 0 && locked.changed.size === 0) this.files.delete(key);
    locked.changed.wake();
  }

  assertEmpty(): void {
    if (this.files.size > 0) throw new Error(`files left locked: ${[...this.files.keys()].join(' ')}`);
  }
}
