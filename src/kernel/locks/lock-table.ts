// Advisory locks on files, fcntl_locking(2) and flock(2): who holds which bytes of what. One table a machine, in the
// kernel, so that processes of all tabs meet in it.
//
// A file is a key, an owner a string: of a process for POSIX record locks, of an open file description for the others.
// Locks of one owner on one file never overlap; two owners overlap only where both read. A request that has to wait
// tries again whenever a lock on its file goes.

import { SysError } from '../../abi/errno.ts';
import { type Cancel, WaitQueue } from '../wait-queue.ts';

/** Bytes from `start` up to `end`, which is Infinity for "whatever the file grows to". */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Lock extends Range {
  readonly owner: string;
  readonly write: boolean;
  /** Of the process, for F_GETLK; -1 when an open file description is the owner. */
  readonly pid: number;
}

interface Waiting {
  readonly file: LockedFile;
  readonly lock: Lock;
  readonly forget: () => void;
}

class LockedFile {
  locks: Lock[] = [];
  readonly changed = new WaitQueue();

  conflicts({ owner, write, start, end }: Lock): readonly Lock[] {
    return this.locks.filter(
      (held) => held.owner !== owner && (write || held.write) && held.start < end && start < held.end,
    );
  }

  /** Take a range away from an owner: what sticks out on either side stays. */
  cut(owner: string, { start, end }: Range): void {
    this.locks = this.locks.flatMap((held) => {
      if (held.owner !== owner || held.start >= end || start >= held.end) return [held];
      const left = { ...held, end: start };
      const right = { ...held, start: end };
      return [left, right].filter((part) => part.start < part.end);
    });
  }

  /** Give a range to an owner, in place of what it holds there; neighbours of the same kind become one. */
  put(lock: Lock): void {
    this.cut(lock.owner, lock);
    let { start, end } = lock;
    this.locks = this.locks.filter((held) => {
      const joins = held.owner === lock.owner && held.write === lock.write;
      if (!joins || (held.end !== start && held.start !== end)) return true;
      start = Math.min(start, held.start);
      end = Math.max(end, held.end);
      return false;
    });
    this.locks.push({ ...lock, start, end });
    this.locks.sort((a, b) => a.start - b.start);
  }
}

export class LockTable {
  private readonly files = new Map<string, LockedFile>();
  /** Requests that wait, by owner: for deadlocks, and for owners that go. */
  private readonly waiting = new Map<string, Set<Waiting>>();

  private file(key: string): LockedFile {
    let file = this.files.get(key);
    if (file === undefined) {
      file = new LockedFile();
      this.files.set(key, file);
    }
    return file;
  }

  /** The first lock that keeps this one from being taken. */
  find(key: string, lock: Lock): Lock | undefined {
    return this.files.get(key)?.conflicts(lock)[0];
  }

  /** Take a lock at once. EAGAIN; with `drops`, what the owner held there is lost then, as by flock(2). */
  tryLock(key: string, lock: Lock, drops: boolean): void {
    const file = this.file(key);
    if (file.conflicts(lock).length > 0) {
      if (drops) this.unlock(key, lock.owner, lock);
      throw new SysError('EAGAIN');
    }
    this.take(key, file, lock);
  }

  /** Take a lock, after waiting if need be. EINTR; without `drops`, EDEADLK when the wait would be for oneself. */
  async lock(key: string, lock: Lock, drops: boolean, cancel: Cancel): Promise<void> {
    for (;;) {
      const file = this.file(key);
      const conflicts = file.conflicts(lock);
      if (conflicts.length === 0) return this.take(key, file, lock);
      if (drops) this.unlock(key, lock.owner, lock);
      else if (lock.pid >= 0 && this.waitsFor(conflicts, lock.owner)) throw new SysError('EDEADLK');
      await this.wait(key, file, lock, cancel);
    }
  }

  private async wait(key: string, file: LockedFile, lock: Lock, cancel: Cancel): Promise<void> {
    const { owner } = lock;
    const entry = { file, lock, forget: () => cancel.cancel() };
    const entries = this.waiting.get(owner) ?? new Set();
    entries.add(entry);
    this.waiting.set(owner, entries);
    try {
      await file.changed.wait(cancel);
    } finally {
      entries.delete(entry);
      if (entries.size === 0) this.waiting.delete(owner);
      this.tidy(key, file);
    }
  }

  /** Do the holders of these locks wait, one for another, for this owner? */
  private waitsFor(holders: readonly Lock[], owner: string, seen = new Set<string>()): boolean {
    return holders.some((holder) => {
      if (holder.owner === owner) return true;
      if (seen.has(holder.owner)) return false;
      seen.add(holder.owner);
      const entries = [...(this.waiting.get(holder.owner) ?? [])];
      return entries.some(({ file, lock }) => this.waitsFor(file.conflicts(lock), owner, seen));
    });
  }

  private take(key: string, file: LockedFile, lock: Lock): void {
    file.put(lock);
    this.files.set(key, file);
    // A lock for reading in place of one for writing lets others in.
    file.changed.wake();
  }

  unlock(key: string, owner: string, range: Range): void {
    const file = this.files.get(key);
    if (file === undefined) return;
    file.cut(owner, range);
    file.changed.wake();
    this.tidy(key, file);
  }

  /** An owner is gone, from one file or from all: its locks and what it waits for. */
  release(owns: (owner: string) => boolean, key?: string): void {
    for (const [owner, entries] of this.waiting) {
      if (key === undefined && owns(owner)) for (const { forget } of entries) forget();
    }
    const files = key === undefined ? [...this.files] : [[key, this.files.get(key)] as const];
    for (const [at, file] of files) {
      if (file === undefined || !file.locks.some(({ owner }) => owns(owner))) continue;
      file.locks = file.locks.filter(({ owner }) => !owns(owner));
      file.changed.wake();
      this.tidy(at, file);
    }
  }

  private tidy(key: string, file: LockedFile): void {
    if (file.locks.length === 0 && file.changed.size === 0 && this.files.get(key) === file) this.files.delete(key);
  }

  /** Nobody holds or waits for anything: what a test of the whole ends with. */
  assertEmpty(): void {
    if (this.files.size > 0) throw new Error(`files left locked: ${[...this.files.keys()].join(' ')}`);
    if (this.waiting.size > 0) throw new Error(`locks left waited for by ${[...this.waiting.keys()].join(' ')}`);
  }
}
