// A disk that remembers everything that was done to it, so that it can be seen as a crash at any moment leaves it.
//
// - `crash(k, torn)`: the worker ended after k actions, with a part of the next write done. What was handed to the
//   store is there.
// - `powerLoss(k, kept)`: the machine lost power after k actions. What was flushed is there; of the later actions some
//   are, in any combination.

import { SysError } from '../../abi/errno.ts';
import { type BlockStore, MemoryBlockStore } from '../../kernel/storage/block-store.ts';

type Action =
  | { readonly store: number; readonly kind: 'write'; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly store: number; readonly kind: 'truncate'; readonly size: number }
  | { readonly store: number; readonly kind: 'flush' };

const STORES = 3;

/** The stores of a volume: data and the two of the journal. */
export type Stores = readonly [BlockStore, BlockStore, BlockStore];

const blank = (): MemoryBlockStore => new MemoryBlockStore({ resident: false, page: 1024 });

class RecordedStore implements BlockStore {
  readonly resident = false;
  private readonly disk: Disk;
  private readonly index: number;
  private readonly inner: BlockStore;

  constructor(disk: Disk, index: number, inner: BlockStore) {
    this.disk = disk;
    this.index = index;
    this.inner = inner;
  }

  get size(): number {
    return this.inner.size;
  }

  read(offset: number, into: Uint8Array): number {
    return this.inner.read(offset, into);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.disk.admit(Math.max(0, offset + bytes.length - this.size));
    this.inner.write(offset, bytes);
    this.disk.actions.push({ store: this.index, kind: 'write', offset, bytes: bytes.slice() });
  }

  truncate(size: number): void {
    this.disk.admit(Math.max(0, size - this.size));
    this.inner.truncate(size);
    this.disk.actions.push({ store: this.index, kind: 'truncate', size });
  }

  flush(): void {
    this.inner.flush();
    this.disk.actions.push({ store: this.index, kind: 'flush' });
  }

  close(): void {
    this.inner.close();
  }
}

export class Disk {
  readonly actions: Action[] = [];
  readonly stores: Stores;
  /** Bytes that all stores together may take. */
  capacity: number;

  constructor(
    capacity = Number.POSITIVE_INFINITY,
    inner: readonly BlockStore[] = Array.from({ length: STORES }, blank),
  ) {
    this.capacity = capacity;
    this.stores = inner.map((store, i) => new RecordedStore(this, i, store)) as unknown as Stores;
  }

  get used(): number {
    return this.stores.reduce((sum, store) => sum + store.size, 0);
  }

  /** ENOSPC when there is no room for so many more bytes. */
  admit(growth: number): void {
    if (growth > 0 && this.used + growth > this.capacity) throw new SysError('ENOSPC');
  }

  /** `torn`: how much of the write after the k actions was done, from 0 to 1. */
  crash(k: number, torn: number): Stores {
    const stores = Array.from({ length: STORES }, blank);
    for (const action of this.actions.slice(0, k)) perform(stores, action);
    const next = this.actions[k];
    if (next?.kind === 'write') perform(stores, { ...next, bytes: next.bytes.subarray(0, next.bytes.length * torn) });
    return stores as unknown as Stores;
  }

  powerLoss(k: number, kept: (action: number) => boolean): Stores {
    const stores = Array.from({ length: STORES }, blank);
    const done = this.actions.slice(0, k);
    const flushed = stores.map((_, i) => done.findLastIndex(({ store, kind }) => store === i && kind === 'flush'));
    for (const [i, action] of done.entries()) {
      if (i < (flushed[action.store] as number) || kept(i)) perform(stores, action);
    }
    return stores as unknown as Stores;
  }
}

const perform = (stores: readonly BlockStore[], action: Action): void => {
  const store = stores[action.store] as BlockStore;
  if (action.kind === 'write') store.write(action.offset, action.bytes);
  else if (action.kind === 'truncate') store.truncate(action.size);
};
