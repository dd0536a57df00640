// How much of the disk a tree of many small files takes, as package managers make them: journal, checkpoints and the
// rests of units included. Figures are in docs/BENCHMARKS.md.

import { expect, test } from 'vitest';
import { S } from '../../../abi/file.ts';
import { MemoryBlockStore } from '../../storage/block-store.ts';
import { Journal } from '../../storage/journal.ts';
import { TabFs } from './tabfs.ts';
import { SUBTREES, Volume } from './volume.ts';

const FILES = 30_000;
const FILES_A_DIRECTORY = 12;

/** Sizes of files in a typical `node_modules`: a median of 1.4 KB, a few large ones. The same each time. */
const makeSizes = (): (() => number) => {
  let seed = 1;
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  return () => Math.min(2e6, Math.round(1400 * Math.exp(1.6 * normal())));
};

class CountingStore extends MemoryBlockStore {
  written = 0;

  override write(offset: number, bytes: Uint8Array): void {
    this.written += bytes.length;
    super.write(offset, bytes);
  }
}

test('30,000 small files take at most 1.3 times what is in them, and are written at most as often', {
  timeout: 60_000,
}, () => {
  const make = (): CountingStore => new CountingStore({ resident: false });
  const stores = [make(), make(), make()] as const;
  const [data, first, second] = stores;
  const volume = new Volume(data, new Journal([first, second]), { now: () => 1_700_000_000_000 });
  const fs = new TabFs(volume, 'root');
  const sizes = makeSizes();
  const options = { exclusive: true, open: false };
  const owner = { uid: 1000, gid: 1000 };
  const content = new Uint8Array(2e6).fill(1);
  let total = 0;
  let dir: number = SUBTREES.root.ino;
  for (let i = 0; i < FILES; i++) {
    if (i % FILES_A_DIRECTORY === 0) {
      dir = fs.create(SUBTREES.root.ino, `package-${i}`, { mode: S.IFDIR | 0o755, ...owner }, options).attributes.ino;
    }
    const { ino } = fs.create(dir, `name-of-file-${i}.js`, { mode: S.IFREG | 0o644, ...owner }, options).attributes;
    const size = sizes();
    fs.write(ino, 0, content.subarray(0, size));
    total += size;
  }
  volume.maintain();
  volume.close();
  const sum = (of: (store: CountingStore) => number): number => stores.reduce((all, store) => all + of(store), 0);
  expect(sum(({ size }) => size) / total).toBeLessThan(1.3);
  expect(sum(({ written }) => written) / total).toBeLessThan(1.3);
});
