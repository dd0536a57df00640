// What damage does to a volume: it is found wherever it is, never served as data, and what can be mended is.

import { describe, expect, test } from 'vitest';
import { SysError } from '../../../abi/errno.ts';
import { S } from '../../../abi/file.ts';
import { pattern } from '../../../testing/suites/fs-system.ts';
import { type BlockStore, MemoryBlockStore } from '../../storage/block-store.ts';
import { ByteWriter } from '../../storage/codec.ts';
import { Journal } from '../../storage/journal.ts';
import { writeEffect } from './effect-codec.ts';
import type { Effect } from './effects.ts';
import { checkVolume, repairVolume, type VolumeStores } from './repair.ts';
import { TabFs } from './tabfs.ts';
import { SUBTREES, Volume } from './volume.ts';

const ROOT = SUBTREES.root.ino;
const NOW = 1_700_000_000_000;
const TINY = { geometry: { chunkSize: 64, unit: 16 }, inlineMax: 8, cache: 0 };
const OPTIONS = { exclusive: true, open: false };

const blank = (): VolumeStores => {
  const make = (): BlockStore => new MemoryBlockStore({ resident: false, page: 1024 });
  return [make(), make(), make()];
};
const mount = ([data, a, b]: VolumeStores): Volume =>
  new Volume(data, new Journal([a, b], { bound: 4000, step: 512 }), { now: () => NOW, ...TINY });
const copyOf = (stores: VolumeStores): VolumeStores => {
  const copies = blank();
  for (const [i, store] of stores.entries()) {
    const bytes = new Uint8Array(store.size);
    store.read(0, bytes);
    copies[i]?.write(0, bytes);
  }
  return copies;
};

const SIZES: readonly (readonly [name: string, size: number])[] = [
  ['empty', 0],
  ['inline', 5],
  ['small', 50],
  ['large', 300],
];

/** Files in two directories, a snapshot, a checkpoint in the middle; all of it synced and closed. */
const makeVolume = (): VolumeStores => {
  const stores = blank();
  const volume = mount(stores);
  const fs = new TabFs(volume, 'root');
  const owner = { uid: 7, gid: 8 };
  for (const dir of ['first', 'second']) {
    const { ino } = fs.create(ROOT, dir, { mode: S.IFDIR | 0o755, ...owner }, OPTIONS).attributes;
    for (const [name, size] of SIZES) {
      const file = fs.create(ino, name, { mode: S.IFREG | 0o644, ...owner }, OPTIONS).attributes;
      fs.write(file.ino, 0, pattern(size, dir.length));
    }
    if (dir === 'first') fs.changeSnapshots('create', 'kept');
    volume.sync();
  }
  volume.close();
  return stores;
};

/** Path -> content, or the errno that reading it gives. */
const contentOf = (volume: Volume): Map<string, string> => {
  const fs = new TabFs(volume, 'root');
  const found = new Map<string, string>();
  const visit = (dir: number, path: string): void => {
    for (const { name, ino, mode } of fs.readdir(dir, 0, 1000)) {
      const where = `${path}/${name}`;
      if ((mode & S.IFMT) === S.IFDIR) {
        found.set(where, 'directory');
        visit(ino, where);
        continue;
      }
      const bytes = new Uint8Array(fs.getattr(ino).size);
      try {
        fs.read(ino, 0, bytes);
        found.set(where, bytes.join());
      } catch (error) {
        if (!(error instanceof SysError) || error.errno !== 'EIO') throw error;
        expect(error.detail).toContain(where);
        found.set(where, 'EIO');
      }
    }
  };
  visit(ROOT, '');
  return found;
};

const tryMount = (stores: VolumeStores): Volume | undefined => {
  try {
    return mount(stores);
  } catch (error) {
    // A header whose version was flipped upwards is of a newer one, for all that is known.
    if (error instanceof SysError && (error.errno === 'EIO' || error.errno === 'EINVAL')) return undefined;
    throw error;
  }
};

/** TABOS_FUZZ tries every byte. */
const STRIDE = process.env['TABOS_FUZZ'] === undefined ? 5 : 1;
const TIMEOUT = 60_000;

/** Bytes up to the last that is not zero. */
const usedOf = (store: BlockStore): number => {
  const bytes = new Uint8Array(store.size);
  store.read(0, bytes);
  return bytes.findLastIndex((byte) => byte !== 0) + 1;
};

describe('a bit that flips', { timeout: TIMEOUT }, () => {
  const whole = makeVolume();
  const content = contentOf(mount(copyOf(whole)));
  const flipped = (store: number, offset: number): VolumeStores => {
    const stores = copyOf(whole);
    const byte = new Uint8Array(1);
    stores[store]?.read(offset, byte);
    stores[store]?.write(offset, Uint8Array.of((byte[0] as number) ^ (1 << (offset % 8))));
    return stores;
  };

  test('in data is EIO for the file it belongs to, and for no other', () => {
    let found = 0;
    for (let offset = 0; offset < whole[0].size; offset += STRIDE) {
      const after = contentOf(mount(flipped(0, offset)));
      const damaged = [...after].filter(([path, bytes]) => content.get(path) !== bytes);
      expect(damaged.length).toBeLessThan(2);
      for (const [, bytes] of damaged) expect(bytes).toBe('EIO');
      expect(after.size).toBe(content.size);
      const { damagedFiles } = checkVolume(flipped(0, offset));
      expect(damagedFiles).toEqual(damaged.map(([path]) => path));
      found += damaged.length;
    }
    // All but what lies behind the end of a file in its last unit.
    expect(found * STRIDE).toBeGreaterThan(600);
  });

  test('in metadata is harmless, or refused, and mended', () => {
    let refused = 0;
    for (const store of [1, 2]) {
      for (let offset = 0; offset < usedOf(whole[store as 1 | 2]); offset += STRIDE) {
        const volume = tryMount(flipped(store, offset));
        if (volume !== undefined) {
          expect(contentOf(volume)).toEqual(content);
          continue;
        }
        refused++;
        const stores = flipped(store, offset);
        expect(checkVolume(stores).problems).not.toEqual([]);
        repairVolume(stores, () => NOW);
        expect(checkVolume(stores).problems).toEqual([]);
        const after = contentOf(mount(stores));
        // Only one record can be lost, of 32 effects in a checkpoint: what it made is missing, or without its name.
        const whereabouts = new Set(after.values());
        const gone = [...content.values()].filter((bytes) => !whereabouts.has(bytes));
        expect(gone.length, `store ${store}, byte ${offset}`).toBeLessThan(6);
      }
    }
    expect(refused * STRIDE).toBeGreaterThan(300);
  });

  test('in both headers is mended without a loss', () => {
    for (const store of [1, 2]) {
      const stores = flipped(store, 20);
      stores[store as 1 | 2].write(512 + 20, Uint8Array.of(0xee));
      repairVolume(stores, () => NOW);
      expect(checkVolume(stores).problems).toEqual([]);
      expect(contentOf(mount(stores))).toEqual(content);
    }
  });
});

describe('fsck', () => {
  const damaged = (...effects: readonly Effect[]): VolumeStores => {
    const stores = makeVolume();
    const journal = new Journal([stores[1], stores[2]]);
    journal.load(() => true);
    const writer = new ByteWriter();
    for (const effect of effects) writeEffect(writer, effect);
    journal.append(writer.bytes);
    journal.flush();
    return stores;
  };
  const mended = (stores: VolumeStores): Map<string, string> => {
    repairVolume(stores, () => NOW);
    expect(checkVolume(stores)).toEqual({ problems: [], damagedFiles: [] });
    return contentOf(mount(stores));
  };
  const content = contentOf(mount(makeVolume()));
  const inoOf = (path: string): number => {
    const fs = new TabFs(mount(makeVolume()), 'root');
    const { passed } = fs.walk(ROOT, path.split('/'), false);
    return passed.at(-1)?.ino ?? 0;
  };

  test('finds nothing in a volume that is whole, nor in an empty one', () => {
    expect(checkVolume(makeVolume())).toEqual({ problems: [], damagedFiles: [] });
    expect(checkVolume(blank())).toEqual({ problems: [], damagedFiles: [] });
    const stores = makeVolume();
    expect(mended(stores)).toEqual(content);
    expect(new TabFs(mount(stores), 'root').snapshots().map(({ name }) => name)).toEqual(['kept']);
  });

  test('takes away names that lead to nothing', () => {
    const stores = damaged({ kind: 'free', ino: inoOf('first/small') });
    expect(checkVolume(stores).problems).toEqual([`directory ${inoOf('first')}: 'small' leads to nothing`]);
    const after = new Map(content);
    after.delete('/first/small');
    expect(mended(stores)).toEqual(after);
  });

  test('brings what has lost its name to /lost+found', () => {
    const ino = inoOf('first');
    const stores = damaged({ kind: 'unlink', dir: ROOT, name: 'first' });
    const after = mended(stores);
    expect(after.get(`/lost+found/#${ino}/large`)).toBe(content.get('/first/large'));
    expect(after.size).toBe(content.size + 1);
  });

  test('breaks rings of directories', () => {
    const [first, second] = [inoOf('first'), inoOf('second')];
    const stores = damaged(
      { kind: 'unlink', dir: ROOT, name: 'first' },
      { kind: 'unlink', dir: ROOT, name: 'second' },
      { kind: 'link', dir: first, name: 'x', ino: second, cookie: 90 },
      { kind: 'link', dir: second, name: 'y', ino: first, cookie: 90 },
    );
    const after = mended(stores);
    expect([...after.values()].sort()).toEqual(['directory', ...content.values()].sort());
  });

  test('corrects link counts', () => {
    const stores = damaged(
      { kind: 'nlink', ino: inoOf('first/small'), nlink: 9 },
      { kind: 'nlink', ino: ROOT, nlink: 2 },
    );
    expect(checkVolume(stores).problems).toHaveLength(2);
    expect(mended(stores)).toEqual(content);
  });

  test('refuses a newer format, and changes nothing', () => {
    const stores = makeVolume();
    for (const store of [stores[1], stores[2]]) store.write(8, Uint8Array.of(9));
    const before = copyOf(stores);
    // The second header of each still tells the truth.
    expect(checkVolume(stores).problems).toEqual([]);
    for (const [i, store] of stores.entries()) {
      const [a, b] = [store, before[i] as BlockStore].map((each) => {
        const bytes = new Uint8Array(each.size);
        each.read(0, bytes);
        return bytes;
      });
      expect(a).toEqual(b);
    }
  });
});
