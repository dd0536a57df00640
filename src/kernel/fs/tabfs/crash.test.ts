// Random operations on a volume, compared with a simple model after each; then a crash, at every action on its stores:
// the volume must mount to what a number of whole operations made, never fewer than were acknowledged.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SysError } from '../../../abi/errno.ts';
import { Disk, type Stores } from '../../../testing/suites/volume-faults.ts';
import { Driver, Model, type Operation, PATHS } from '../../../testing/suites/volume-model.ts';
import { Journal } from '../../storage/journal.ts';
import { unitsOf } from './extents.ts';
import { TabFs } from './tabfs.ts';
import { Volume } from './volume.ts';

const TINY = { geometry: { chunkSize: 64, unit: 16 }, inlineMax: 8, cache: 500 };

/** TABOS_FUZZ=20 tries twenty times as many. */
const EFFORT = Number(process.env['TABOS_FUZZ'] ?? 1);
const TIMEOUT = 20_000 * EFFORT;

let clock = 1_700_000_000_000;

const mount = ([data, first, second]: Stores): Volume =>
  new Volume(data, new Journal([first, second], { bound: 400, step: 512 }), { now: () => clock++, ...TINY });

const path = fc.integer({ min: 0, max: PATHS.length - 1 });
const length = fc.integer({ min: 0, max: 300 });
const seed = fc.integer({ min: 0, max: 255 });

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ op: fc.constant('create' as const), path }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('mkdir' as const), path }) },
  { weight: 5, arbitrary: fc.record({ op: fc.constant('write' as const), path, offset: length, length, seed }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('append' as const), path, length, seed }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('truncate' as const), path, length }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('unlink' as const, 'rmdir' as const), path }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constantFrom('link' as const, 'rename' as const), path, to: path }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('symlink' as const), path, to: path }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('open' as const, 'close' as const), path }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('chmod' as const), path, mode: fc.constantFrom(0o600, 0o777) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('sync' as const) }) },
);

const operations = fc.array(operation, { minLength: 1, maxLength: 40 });

/** Every unit in use belongs to exactly one file, and nothing has no name. */
const expectTidy = (volume: Volume): void => {
  let units = 0;
  for (const { content, nlink, blocks, opens } of volume.state.inodes.values()) {
    expect(nlink).toBeGreaterThan(0);
    expect(opens).toBe(0);
    let own = 0;
    for (const { sums, tail } of content?.extents ?? []) {
      own += unitsOf((sums.length - 1) * TINY.geometry.chunkSize + tail, TINY.geometry);
    }
    if ((content?.extents.length ?? 0) > 0) expect(blocks).toBeCloseTo((own * TINY.geometry.unit) / 512);
    units += own;
  }
  volume.sync();
  expect(volume.used).toBe(units * TINY.geometry.unit);
};

interface Run {
  readonly disk: Disk;
  /** What the volume held after each operation, and how many actions the disk had seen then. */
  readonly states: readonly { readonly dump: string; readonly actions: number; readonly durable: boolean }[];
}

/** Do the operations, comparing with the model after each. */
const play = (list: readonly Operation[], disk: Disk): Run => {
  const volume = mount(disk.stores);
  const driver = new Driver(new TabFs(volume, 'root'));
  const model = new Model();
  const states = [{ dump: model.dump(), actions: disk.actions.length, durable: false }];
  for (const op of list) {
    let full = false;
    let done = false;
    try {
      done = driver.apply(op);
    } catch (error) {
      if (!(error instanceof SysError) || error.errno !== 'ENOSPC') throw error;
      full = true;
    }
    if (!full) expect(done, JSON.stringify(op)).toBe(model.apply(op));
    const dump = model.dump();
    expect(driver.dump()).toBe(dump);
    states.push({ dump, actions: disk.actions.length, durable: op.op === 'sync' });
  }
  driver.closeAll();
  expectTidy(volume);
  return { disk, states };
};

/** Mount what is left, and check that it is one of the states allowed, and that it works. */
const expectMounts = (stores: Stores, allowed: readonly string[]): void => {
  const volume = mount(stores);
  const driver = new Driver(new TabFs(volume, 'root'));
  const dump = driver.dump();
  expect(allowed).toContain(dump);
  volume.reclaimOrphans();
  expectTidy(volume);
  driver.apply({ op: 'create', path: 2 });
  driver.apply({ op: 'append', path: 2, length: 200, seed: 9 });
  driver.apply({ op: 'truncate', path: 0, length: 70 });
  const after = driver.dump();
  const again = mount(stores);
  expect(new Driver(new TabFs(again, 'root')).dump()).toBe(after);
  again.reclaimOrphans();
  expectTidy(again);
};

describe('a volume', () => {
  test(
    'does what the model does',
    () => {
      fc.assert(
        fc.property(operations, (list) => {
          play(list, new Disk());
        }),
        { numRuns: 300 * EFFORT },
      );
    },
    TIMEOUT,
  );

  test(
    'mounts after the worker ended at any action, torn or not, to the acknowledged state or the next',
    () => {
      fc.assert(
        fc.property(operations, fc.double({ min: 0, max: 1, noNaN: true }), (list, torn) => {
          const { disk, states } = play(list, new Disk());
          for (let k = 0; k <= disk.actions.length; k++) {
            const acknowledged = states.findLastIndex(({ actions }) => actions <= k);
            const allowed = states.slice(Math.max(0, acknowledged), acknowledged + 2).map(({ dump }) => dump);
            expectMounts(disk.crash(k, torn), allowed);
          }
        }),
        { numRuns: 60 * EFFORT },
      );
    },
    TIMEOUT,
  );

  test(
    'mounts after power was lost at any action to a state since the last sync',
    () => {
      fc.assert(
        fc.property(operations, fc.infiniteStream(fc.boolean()), (list, stream) => {
          const { disk, states } = play(list, new Disk());
          for (let k = 0; k <= disk.actions.length; k++) {
            const acknowledged = states.findLastIndex(({ actions }) => actions <= k);
            const durable = states.findLastIndex((state) => state.durable && state.actions <= k);
            const allowed = states.slice(Math.max(0, durable), acknowledged + 2).map(({ dump }) => dump);
            expectMounts(
              disk.powerLoss(k, () => stream.next().value === true),
              allowed,
            );
          }
        }),
        { numRuns: 60 * EFFORT },
      );
    },
    TIMEOUT,
  );

  test(
    'loses nothing on a full disk, and can be emptied',
    () => {
      fc.assert(
        fc.property(operations, fc.integer({ min: 3000, max: 8000 }), (list, capacity) => {
          const { disk, states } = play([...list, ...list], new Disk(capacity));
          const { dump } = states.at(-1) as Run['states'][number];
          const volume = mount(disk.stores);
          const driver = new Driver(new TabFs(volume, 'root'));
          expect(driver.dump()).toBe(dump);
          volume.reclaimOrphans();
          driver.empty();
          expect(driver.dump()).toBe('');
          expectTidy(volume);
          expect(volume.used).toBe(0);
        }),
        { numRuns: 200 * EFFORT },
      );
    },
    TIMEOUT,
  );
});
