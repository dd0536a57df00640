// A volume that lives long gives space back, whatever was done to it, and stays what it is.

import { expect, test } from 'vitest';
import { S } from '../../../abi/file.ts';
import { pattern } from '../../../testing/suites/fs-system.ts';
import { MemoryBlockStore } from '../../storage/block-store.ts';
import { crc32c } from '../../storage/crc32c.ts';
import { Journal } from '../../storage/journal.ts';
import { checkVolume, type VolumeStores } from './repair.ts';
import { TabFs } from './tabfs.ts';
import { SUBTREES, Volume } from './volume.ts';

const ROOT = SUBTREES.root.ino;
const FILE = { mode: S.IFREG | 0o644, uid: 0, gid: 0 };
const SLACK = 64 << 10;

const blank = (): VolumeStores => {
  const make = (): MemoryBlockStore => new MemoryBlockStore({ resident: false });
  return [make(), make(), make()];
};
const mount = ([data, a, b]: VolumeStores): Volume =>
  new Volume(data, new Journal([a, b]), { now: () => 1_700_000_000_000, slack: SLACK });

const settle = (volume: Volume): void => {
  for (let i = 0; volume.maintain(); i++) expect(i).toBeLessThan(100);
};

test('what was deleted between other files is given back, and clones and snapshots keep what they have', {
  timeout: 60_000,
}, () => {
  const stores = blank();
  const volume = mount(stores);
  const fs = new TabFs(volume, 'root');
  const make = (name: string, size: number, seed: number): number => {
    const { ino } = fs.create(ROOT, name, FILE, { exclusive: true, open: false }).attributes;
    if (size > 0) fs.write(ino, 0, pattern(size, seed));
    return ino;
  };
  const sizeOf = (i: number): number => (i % 10 === 0 ? 200_000 : 3000);
  const inos = Array.from({ length: 300 }, (_, i) => make(`f${i}`, sizeOf(i), i));
  const clone = make('clone', 0, 0);
  fs.clone(inos[290] as number, clone);
  fs.changeSnapshots('create', 's');
  fs.write(inos[280] as number, 0, pattern(100_000, 999));
  for (let i = 0; i < 270; i++) if (i % 3 !== 0) fs.unlink(ROOT, `f${i}`);
  const expectContent = (tree: TabFs): void => {
    for (const [i, ino] of inos.entries()) {
      if (i < 270 && i % 3 !== 0) continue;
      const bytes = new Uint8Array(sizeOf(i));
      tree.read(ino, 0, bytes);
      const expected = pattern(sizeOf(i), i);
      if (i === 280) expected.set(pattern(100_000, 999));
      expect(crc32c(bytes)).toBe(crc32c(expected));
    }
    const bytes = new Uint8Array(200_000);
    tree.read(clone, 0, bytes);
    expect(crc32c(bytes)).toBe(crc32c(pattern(200_000, 290)));
  };
  settle(volume);
  expect(stores[0].size).toBeGreaterThan(6_000_000);
  fs.changeSnapshots('create', 'later');
  fs.changeSnapshots('delete', 's');
  settle(volume);
  const { used } = volume;
  expect(used).toBeLessThan(3_500_000);
  expect(stores[0].size).toBeLessThan(used * 1.125 + SLACK * 2);
  expectContent(fs);
  expect(checkVolume(stores).problems).toEqual([]);
  const again = mount(stores);
  expect(again.used).toBe(used);
  expectContent(new TabFs(again, 'root'));
  fs.unlink(ROOT, 'clone');
  fs.changeSnapshots('rollback', 'later');
  expectContent(fs);
});

test('files that are overwritten and made anew for a long time take no more than they need', {
  timeout: 60_000,
}, () => {
  const stores = blank();
  const volume = mount(stores);
  const fs = new TabFs(volume, 'root');
  let most = 0;
  for (let round = 0; round < 40; round++) {
    for (let i = 0; i < 20; i++) {
      const name = `f${(round * 7 + i * 3) % 50}`;
      const size = 1000 + ((round * 31 + i * 17) % 40) * 1000;
      const { ino } = fs.create(ROOT, name, FILE, { exclusive: false, open: false }).attributes;
      fs.setattr(ino, { size: (round * 13) % 5000 });
      fs.write(ino, (round * 100) % 3000, pattern(size, round));
      if (i % 4 === 0) fs.unlink(ROOT, name);
    }
    volume.maintain();
    if (round > 10) most = Math.max(most, stores[0].size / volume.used);
  }
  expect(most).toBeLessThan(1.6);
  settle(volume);
  expect(stores[0].size).toBeLessThan(volume.used * 1.125 + SLACK * 2);
  expect(checkVolume(stores).problems).toEqual([]);
});

test('a damaged chunk stays where it is, and damaged', () => {
  const stores = blank();
  const volume = mount(stores);
  const fs = new TabFs(volume, 'root');
  const make = (name: string): number => {
    const { ino } = fs.create(ROOT, name, FILE, { exclusive: true, open: false }).attributes;
    fs.write(ino, 0, pattern(60_000));
    return ino;
  };
  for (let i = 0; i < 20; i++) make(`f${i}`);
  const last = make('last');
  volume.sync();
  stores[0].write(stores[0].size - 30_000, Uint8Array.of(0));
  const again = mount(stores);
  const tree = new TabFs(again, 'root');
  for (let i = 0; i < 20; i++) tree.unlink(ROOT, `f${i}`);
  settle(again);
  expect(() => tree.read(last, 0, new Uint8Array(10))).toThrow('/last: damaged data');
  expect(checkVolume(stores).damagedFiles).toEqual(['/last']);
  tree.unlink(ROOT, 'last');
  settle(again);
  expect([again.used, stores[0].size]).toEqual([0, 0]);
});
