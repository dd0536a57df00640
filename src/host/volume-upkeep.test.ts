import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TabFs } from '../kernel/fs/tabfs/tabfs.ts';
import { Volume } from '../kernel/fs/tabfs/volume.ts';
import { MemoryBlockStore } from '../kernel/storage/block-store.ts';
import { Journal } from '../kernel/storage/journal.ts';
import { StorageSpace } from './storage-space.ts';
import { keepUp } from './volume-upkeep.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class Store extends MemoryBlockStore {
  flushes = 0;
  broken = false;

  constructor() {
    super({ resident: false });
  }

  override flush(): void {
    if (this.broken) throw new Error('the disk is gone');
    this.flushes++;
  }
}

const start = () => {
  const stores = [new Store(), new Store(), new Store()] as const;
  const volume = new Volume(stores[0], new Journal([stores[1], stores[2]]), { now: () => 1000 });
  const logged: string[] = [];
  const reports: number[] = [];
  const end = keepUp({
    volume,
    space: { measure: () => Promise.resolve() },
    report: () => void reports.push(Date.now()),
    log: (message) => void logged.push(message),
  });
  const fs = new TabFs(volume, 'root');
  const flushes = (): number => stores.reduce((sum, store) => sum + store.flushes, 0);
  return { stores, fs, flushes, logged, reports, end };
};

test('what was written is flushed within two seconds, and nothing is flushed when nothing was written', () => {
  const { fs, flushes, reports, end } = start();
  const mounted = flushes();
  fs.setattr(fs.rootIno, { mode: 0o700 });
  expect(flushes()).toBe(mounted);
  vi.advanceTimersByTime(2000);
  const flushed = flushes();
  expect(flushed).toBeGreaterThan(mounted);
  vi.advanceTimersByTime(10_000);
  expect(flushes()).toBe(flushed);
  expect(reports).toHaveLength(12);
  end();
  fs.setattr(fs.rootIno, { mode: 0o755 });
  vi.advanceTimersByTime(10_000);
  expect(flushes()).toBe(flushed);
});

test('a disk that cannot be flushed is told once, and tried again', () => {
  const { stores, fs, flushes, logged, end } = start();
  for (const store of stores) store.broken = true;
  fs.setattr(fs.rootIno, { mode: 0o700 });
  vi.advanceTimersByTime(10_000);
  expect(logged).toEqual(['the volume could not be flushed: Error: the disk is gone']);
  for (const store of stores) store.broken = false;
  const before = flushes();
  vi.advanceTimersByTime(2000);
  expect(flushes()).toBeGreaterThan(before);
  end();
});

test('a volume has no more room than the browser has refused, until it grows beyond that', () => {
  const space = new StorageSpace();
  expect(space.capacity(5000)).toBeGreaterThan(2 ** 30);
  space.full(10_000);
  expect(space.capacity(10_000)).toBe(10_000);
  expect(space.capacity(4000)).toBe(10_000);
  expect(space.capacity(10_001)).toBeGreaterThan(2 ** 30);
  expect(space.capacity(4000)).toBeGreaterThan(2 ** 30);
});
