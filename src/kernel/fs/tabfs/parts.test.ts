// The parts of tabfs that can be compared with something simple: the chunk map with an array, free space with a set,
// directories with a list; and what a volume does with data that is not what it was.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { S } from '../../../abi/file.ts';
import { equal, pattern } from '../../../testing/suites/fs-system.ts';
import { throws } from '../../../testing/suites/store-suite.ts';
import { MemoryBlockStore } from '../../storage/block-store.ts';
import { ByteReader, ByteWriter } from '../../storage/codec.ts';
import { crc32c } from '../../storage/crc32c.ts';
import { Journal } from '../../storage/journal.ts';
import { DataArea } from './data-area.ts';
import { Directory } from './directory.ts';
import { readEffects, writeEffect } from './effect-codec.ts';
import type { Effect } from './effects.ts';
import { type Extent, nextHole, nextStored, pieceOf, replaceExtents } from './extents.ts';
import { FreeSpace } from './free-space.ts';
import { occupancy, SharedUnits } from './shared-units.ts';
import { TabFs } from './tabfs.ts';
import { SUBTREES, Volume } from './volume.ts';

const GEOMETRY = { chunkSize: 64, unit: 16 };
const PER_CHUNK = 4;
const CHUNKS = 30;

describe('extents', () => {
  test('are an array of chunks, however they are cut and joined', () => {
    const step = fc.record({ from: fc.nat(CHUNKS - 1), count: fc.nat(6), tail: fc.integer({ min: 1, max: 64 }) });
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.boolean())), (steps) => {
        const extents: Extent[] = [];
        const model: ({ at: number; sum: number; length: number } | undefined)[] = Array.from({ length: CHUNKS * 2 });
        let next = 0;
        for (const [{ from, count, tail }, hole] of steps) {
          const sums = Array.from({ length: hole ? 0 : count }, (_, i) => next + i);
          const before = model.slice(from, from + count).filter((piece) => piece !== undefined).length;
          const placed = sums.length === 0 ? [] : [{ chunk: from, at: next, sums, tail }];
          const removed = replaceExtents(extents, from, from + count, placed, GEOMETRY);
          expect(removed.reduce((sum, extent) => sum + extent.sums.length, 0)).toBe(before);
          for (let i = 0; i < count; i++) {
            const last = i === count - 1;
            const piece = { at: next + i * PER_CHUNK, sum: next + i, length: last ? tail : 64 };
            model[from + i] = hole ? undefined : piece;
          }
          next += count * PER_CHUNK;
        }
        for (let chunk = 0; chunk < CHUNKS * 2; chunk++) {
          expect(pieceOf(extents, chunk, GEOMETRY)).toEqual(model[chunk]);
          const stored = model.findIndex((piece, i) => i >= chunk && piece !== undefined);
          expect(nextStored(extents, chunk) ?? -1).toBe(stored);
          const holeAt = model.findIndex((piece, i) => i >= chunk && piece === undefined);
          expect(nextHole(extents, chunk)).toBe(holeAt < 0 ? CHUNKS * 2 : holeAt);
        }
      }),
    );
  });

  test('that lie together become one', () => {
    const extents: Extent[] = [];
    for (let i = 0; i < 100; i++) {
      replaceExtents(extents, i, i + 1, [{ chunk: i, at: i * PER_CHUNK, sums: [i], tail: 64 }], GEOMETRY);
    }
    expect(extents).toHaveLength(1);
  });
});

describe('free space', () => {
  test('never gives a unit twice, and takes all back', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.nat(100), fc.boolean())), (steps) => {
        const space = FreeSpace.around([]) as FreeSpace;
        const used = new Set<number>();
        const runs: { at: number; units: number }[] = [];
        for (const [units, which, give] of steps) {
          if (give && runs.length > 0) {
            const [run] = runs.splice(which % runs.length, 1) as [{ at: number; units: number }];
            space.give(run);
            for (let i = 0; i < run.units; i++) used.delete(run.at + i);
          } else {
            const at = space.take(units);
            for (let i = 0; i < units; i++) {
              expect(used.has(at + i)).toBe(false);
              used.add(at + i);
            }
            runs.push({ at, units });
          }
          expect(space.end - space.free).toBe(used.size);
          expect(FreeSpace.around(runs)?.free).toBe(space.free);
        }
        for (const run of runs) space.give(run);
        expect([space.end, space.free]).toEqual([0, 0]);
      }),
    );
  });

  test('takes what is free at an exact place, and nothing else', () => {
    const space = FreeSpace.around([
      { at: 0, units: 4 },
      { at: 10, units: 2 },
    ]) as FreeSpace;
    expect(space.takeAt(4, 7)).toBe(false);
    expect(space.takeAt(5, 1)).toBe(false);
    expect(space.takeAt(4, 6)).toBe(true);
    expect(space.takeAt(12, 100)).toBe(true);
    expect([space.end, space.free]).toEqual([112, 0]);
  });

  test('is not to be had where runs overlap', () => {
    expect(
      FreeSpace.around([
        { at: 0, units: 4 },
        { at: 3, units: 2 },
      ]),
    ).toBeUndefined();
  });
});

describe('shared units', () => {
  test('count owners as an array of counts does', () => {
    const run = fc.record({ at: fc.nat(9000), units: fc.integer({ min: 1, max: 5000 }) });
    fc.assert(
      fc.property(fc.array(run, { maxLength: 12 }), fc.array(fc.nat(100), { maxLength: 12 }), (runs, order) => {
        const { used, shared } = occupancy(runs);
        const owners = new Uint8Array(14_000);
        for (const { at, units } of runs) for (let i = 0; i < units; i++) (owners[at + i] as number)++;
        const left = [...runs];
        for (const which of order) {
          const [each] = left.splice(which % Math.max(1, left.length), 1);
          if (each === undefined) break;
          const freed = new Set<number>();
          for (const { at, units } of shared.release(each)) for (let i = 0; i < units; i++) freed.add(at + i);
          for (let i = each.at; i < each.at + each.units; i++) {
            (owners[i] as number)--;
            expect(freed.has(i)).toBe(owners[i] === 0);
          }
        }
        for (let unit = 0; unit < owners.length; unit += 7) {
          expect(shared.of(unit)).toBe(Math.max(0, (owners[unit] as number) - 1));
        }
        expect(used.reduce((sum, { units }) => sum + units, 0)).toBeGreaterThanOrEqual(left.length);
      }),
      { numRuns: 30 },
    );
  });

  test('of a part of a chunk leave no page of the others behind', () => {
    const store = new MemoryBlockStore({ resident: false });
    const shared = new SharedUnits();
    const space = FreeSpace.around([]) as FreeSpace;
    const data = new DataArea(store, GEOMETRY, { space, shared, cache: 1000, flush: () => {} });
    const chunks = [0, 1, 2].map((seed) => pattern(64, seed));
    expect(data.place(0, chunks).extents[0]?.at).toBe(0);
    shared.share({ at: PER_CHUNK, units: 1 });
    data.release({ at: 0, units: 3 * PER_CHUNK });
    const other = pattern(64, 9);
    store.write(2 * PER_CHUNK * GEOMETRY.unit, other);
    expect([...data.load({ at: 2 * PER_CHUNK, length: 64, sum: crc32c(other) })]).toEqual([...other]);
  });
});

describe('a directory', () => {
  test('lists what stays exactly once while names come and go', () => {
    const change = fc.tuple(fc.nat(30), fc.boolean());
    fc.assert(
      fc.property(
        fc.array(change),
        fc.array(change, { maxLength: 100 }),
        fc.integer({ min: 1, max: 5 }),
        (a, b, max) => {
          const directory = new Directory(1, '');
          const apply = ([name, make]: readonly [number, boolean]): void => {
            if (make) directory.set(`n${name}`, name + 1, directory.freshCookie);
            else directory.remove(`n${name}`);
          };
          for (const each of a) apply(each);
          const stay = new Set([...directory.entries()].map(({ name }) => name));
          const listed: string[] = [];
          const steps = [...b];
          for (let cookie = 0, page = directory.list(0, max); page.length > 0; page = directory.list(cookie, max)) {
            listed.push(...page.map(({ name }) => name));
            cookie = page.at(-1)?.cookie ?? 0;
            for (const each of steps.splice(0, 3)) {
              apply(each);
              if (!each[1]) stay.delete(`n${each[0]}`);
            }
          }
          for (const name of stay) expect(listed.filter((each) => each === name)).toHaveLength(1);
        },
      ),
    );
  });
});

describe('effects', () => {
  test('are the same after they were bytes', () => {
    const ids = { ino: 20, mode: 0o100644, uid: 1000, gid: 1000, rdev: 0, nlink: 1 };
    const one = { birthSec: 5, birthNsec: 6, mtimeSec: 5, mtimeNsec: 6, ctimeSec: 5, ctimeNsec: 6 };
    const effects: Effect[] = [
      { kind: 'volume', chunkSize: 65_536, unit: 512, nextIno: 2 ** 40 },
      { kind: 'time', sec: -1, nsec: 999_999_999 },
      { kind: 'new', ...ids },
      { kind: 'inode', ...ids, ...one, atimeSec: 5, atimeNsec: 6 },
      { kind: 'inode', ...ids, ...one, ctimeSec: 8, atimeSec: -(2 ** 40), atimeNsec: 1 },
      { kind: 'link', dir: 2, name: 'n\u00ff\n', ino: 20, cookie: 9 },
      { kind: 'unlink', dir: 2, name: 'x'.repeat(255) },
      { kind: 'nlink', ino: 20, nlink: 0 },
      { kind: 'touch', ino: 20, modified: true },
      { kind: 'touch', ino: 20, modified: false },
      { kind: 'target', ino: 20, target: '../elsewhere' },
      { kind: 'inline', ino: 20, size: 10, bytes: Uint8Array.of(1, 2, 255) },
      { kind: 'size', ino: 20, size: 2 ** 44 },
      { kind: 'extents', ino: 20, from: 0, to: Number.POSITIVE_INFINITY, extents: [] },
      {
        kind: 'extents',
        ino: 20,
        from: 3,
        to: 9,
        extents: [{ chunk: 3, at: 7, sums: [0, 1, 0xffff_ffff], tail: 9 }],
      },
      { kind: 'tail', ino: 20, chunk: 3, length: 64, sum: 0x8000_0000 },
      { kind: 'free', ino: 20 },
      { kind: 'clear', dir: 3 },
      { kind: 'reply', client: 2 ** 52 + 1, seq: 3, ack: 1, value: 2 ** 44 },
      { kind: 'snapshot', id: 3, name: 'before\xff', sec: -5, nsec: 7 },
      { kind: 'within', id: 3 },
      { kind: 'absent', ino: 2 ** 40 },
      { kind: 'was', dir: 2, name: 'n', ino: 0 },
      { kind: 'rollback', id: 3 },
      { kind: 'forget', id: 3 },
      { kind: 'move', moves: [{ from: 2 ** 40, to: 3, units: 128 }] },
    ];
    const writer = new ByteWriter();
    for (const effect of effects) writeEffect(writer, effect);
    expect(readEffects(new ByteReader(writer.bytes))).toEqual(effects);
  });
});

describe('a volume', () => {
  const stores = (): [MemoryBlockStore, MemoryBlockStore, MemoryBlockStore] => [
    new MemoryBlockStore({ resident: false }),
    new MemoryBlockStore({ resident: false }),
    new MemoryBlockStore({ resident: false }),
  ];
  const mount = ([data, a, b]: ReturnType<typeof stores>, cache = 1 << 20): [Volume, TabFs] => {
    const volume = new Volume(data, new Journal([a, b]), { now: () => 1_700_000_000_000, cache });
    return [volume, new TabFs(volume, 'root')];
  };
  const ROOT = SUBTREES.root.ino;
  const FILE = { mode: S.IFREG | 0o644, uid: 0, gid: 0 };
  const make = (fs: TabFs, name: string): number =>
    fs.create(ROOT, name, FILE, { exclusive: true, open: false }).attributes.ino;

  test('gives EIO for data that is not what was written, and only there', () => {
    const disk = stores();
    const [volume, fs] = mount(disk);
    const ino = make(fs, 'f');
    fs.write(ino, 0, pattern(200_000));
    volume.sync();
    const flipped = new Uint8Array(1);
    disk[0].read(70_000, flipped);
    disk[0].write(70_000, Uint8Array.of((flipped[0] as number) ^ 4));
    const [volumeAgain, again] = mount(disk);
    const bytes = new Uint8Array(1000);
    expect(() => again.read(ino, 69_900, bytes)).toThrow('/f: damaged data at unit 128');
    expect(volumeAgain.nameOf(ino)).toBe('/f');
    throws('EIO', () => again.read(ino, 69_900, bytes), 'the damaged chunk');
    throws('EIO', () => again.read(ino, 66_000, bytes), 'elsewhere in the damaged chunk');
    equal(again.read(ino, 1000, bytes), 1000, 'another chunk');
    expect([...bytes]).toEqual([...pattern(200_000).subarray(1000, 2000)]);
    throws('EIO', () => again.write(ino, 70_100, bytes), 'a write that would keep a part of it');
    again.write(ino, 65_536, pattern(65_536));
    equal(again.read(ino, 69_900, bytes), 1000, 'written anew');
  });

  test('checks what passes the cache as well', () => {
    const disk = stores();
    // Half of it is one chunk.
    const [volume, fs] = mount(disk, 131_072);
    const ino = make(fs, 'f');
    const content = pattern(400_000);
    fs.write(ino, 0, content);
    volume.sync();
    const bytes = new Uint8Array(400_000);
    for (const tree of [fs, mount(disk, 131_072)[1]]) {
      bytes.fill(0);
      equal(tree.read(ino, 0, bytes), 400_000, 'all of it');
      expect(Buffer.compare(bytes, content)).toBe(0);
      equal(tree.read(ino, 130_000, bytes.subarray(0, 2000)), 2000, 'parts of two chunks');
      expect([...bytes.subarray(0, 2000)]).toEqual([...content.subarray(130_000, 132_000)]);
    }
    disk[0].write(200_000, Uint8Array.of((content[200_000] as number) ^ 4));
    const [, again] = mount(disk, 131_072);
    throws('EIO', () => again.read(ino, 196_608, bytes.subarray(0, 65_536)), 'a whole chunk');
    equal(again.read(ino, 262_144, bytes.subarray(0, 65_536)), 65_536, 'the next one');
  });

  test('empties a tree in one step, and keeps the others', () => {
    const disk = stores();
    const [volume, root] = mount(disk);
    const tmp = new TabFs(volume, 'tmp');
    const kept = make(root, 'kept');
    const { ino } = SUBTREES.tmp;
    const options = { exclusive: true, open: false };
    for (let i = 0; i < 50; i++) {
      const dir = tmp.create(ino, `d${i}`, { ...FILE, mode: S.IFDIR | 0o755 }, options).attributes.ino;
      tmp.write(tmp.create(dir, 'f', FILE, options).attributes.ino, 0, pattern(5000));
    }
    tmp.setattr(ino, { mode: 0o700 });
    volume.resetSubtree('tmp');
    volume.sync();
    for (const [v] of [[volume], mount(disk)] as const) {
      const fs = new TabFs(v, 'tmp');
      expect(fs.readdir(ino, 0, 10)).toEqual([]);
      expect([fs.getattr(ino).mode, fs.getattr(ino).nlink]).toEqual([S.IFDIR | 0o1777, 2]);
      expect(v.used).toBe(0);
      expect(v.state.inodes.size).toBe(5);
      expect(new TabFs(v, 'root').getattr(kept).nlink).toBe(1);
    }
  });

  test('never gives a number of an inode twice, not even after a mount', () => {
    const disk = stores();
    let highest = 0;
    for (let round = 0; round < 3; round++) {
      const [volume, fs] = mount(disk);
      const ino = make(fs, 'f');
      expect(ino).toBeGreaterThan(highest);
      highest = ino;
      fs.unlink(ROOT, 'f');
      volume.close();
    }
  });

  test('answers nothing once it is closed', () => {
    const [volume, fs] = mount(stores());
    volume.close();
    throws('EIO', () => make(fs, 'f'), 'create');
  });

  test('makes room for files that grow, and gives back what they did not need', () => {
    const [volume, fs] = mount(stores());
    const { ino } = fs.create(ROOT, 'log', FILE, { exclusive: true, open: true }).attributes;
    for (let i = 0; i < 2000; i++) fs.write(ino, 'append', pattern(100, i));
    fs.release(ino);
    expect(volume.used).toBe(Math.ceil(200_000 / 512) * 512);
    expect(volume.state.inodes.get(ino)?.extents).toHaveLength(1);
  });
});
