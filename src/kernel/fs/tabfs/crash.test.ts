// Random operations on a volume, compared with a simple model after each; then a crash, at every action on its stores:
// the volume must mount to what a number of whole operations made, never fewer than were acknowledged.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SysError } from '../../../abi/errno.ts';
import { Disk, type Stores } from '../../../testing/suites/volume-faults.ts';
import { type Choice, Driver, Model } from '../../../testing/suites/volume-model.ts';
import { Journal } from '../../storage/journal.ts';
import { checkNames, describeNames } from './check.ts';
import { unitsOf } from './extents.ts';
import { occupancy } from './shared-units.ts';
import { TabFs } from './tabfs.ts';
import { Volume, type VolumeOptions } from './volume.ts';

const TINY = { geometry: { chunkSize: 64, unit: 16 }, inlineMax: 8, cache: 500, slack: 40 };

/** TABOS_FUZZ=20 tries twenty times as many. */
const EFFORT = Number(process.env['TABOS_FUZZ'] ?? 1);
const TIMEOUT = 60_000 * EFFORT;
/** TABOS_SEED=seed:path plays one sequence again. */
function replayed(): { readonly seed?: number; readonly path?: string } {
  const [seed, path] = (process.env['TABOS_SEED'] ?? '').split(/:(.*)/);
  return path === undefined ? {} : { seed: Number(seed), path };
}

/** TABOS_SHRINK=1 looks for the shortest sequence that fails, which takes long. */
const STOP = { endOnFailure: process.env['TABOS_SHRINK'] === undefined, ...replayed() };

const mount = ([data, first, second]: Stores, later?: VolumeOptions['later']): Volume => {
  let clock = 1_700_000_000_000;
  const now = (): number => clock++;
  const options = { now, ...TINY, ...(later && { later }) };
  return new Volume(data, new Journal([first, second], { bound: 400, step: 512 }), options);
};

const WEIGHTS: readonly (readonly [Choice['op'], number])[] = [
  ['create', 4],
  ['mkdir', 1],
  ['write', 6],
  ['append', 6],
  ['truncate', 2],
  ['unlink', 2],
  ['rmdir', 1],
  ['link', 1],
  ['rename', 2],
  ['symlink', 1],
  ['open', 2],
  ['close', 1],
  ['chmod', 1],
  ['sync', 1],
  ['maintain', 1],
  ['punch', 1],
  ['allocate', 1],
  ['clone', 2],
  ['copy', 2],
  ['snapshot', 2],
  ['rollback', 1],
  ['forget', 1],
];

const choice: fc.Arbitrary<Choice> = fc.record({
  op: fc.oneof(...WEIGHTS.map(([op, weight]) => ({ weight, arbitrary: fc.constant(op) }))),
  on: fc.nat(1000),
  name: fc.nat(1000),
  offset: fc.nat(300),
  length: fc.nat(200),
  seed: fc.nat(255),
});

const choices = fc.array(choice, { minLength: 1, maxLength: 60, size: 'max' });

/** Every unit in use belongs to a file, and nothing is without a name. */
const expectTidy = (volume: Volume): void => {
  const { used } = occupancy(volume.state.runs());
  let units = used.reduce((sum, run) => sum + run.units, 0);
  for (const inode of volume.state.inodes.values()) {
    const { extents, nlink, blocks, opens } = inode;
    expect(nlink).toBeGreaterThan(0);
    expect(opens).toBe(0);
    let own = 0;
    for (const { sums, tail } of extents) {
      own += unitsOf((sums.length - 1) * TINY.geometry.chunkSize + tail, TINY.geometry);
    }
    if (extents.length > 0) expect(blocks).toBeCloseTo((own * TINY.geometry.unit) / 512);
    // A file that nobody has open may keep what a failed write took for it.
    units += inode.spare(TINY.geometry)?.units ?? 0;
  }
  expect(volume.checkSpace()).toEqual([]);
  expect(describeNames(checkNames(volume.state))).toEqual([]);
  volume.sync();
  expect(volume.used).toBe(units * TINY.geometry.unit);
};

interface Run {
  readonly disk: Disk;
  /** What the volume held after each operation, and how many actions the disk had seen then. */
  readonly states: readonly State[];
}

interface State {
  readonly dump: string;
  readonly snapshots: readonly string[];
  readonly actions: number;
  readonly durable: boolean;
}

/** Do the operations, comparing with the model after each. With `turn` records are written after so many of them. */
const play = (list: readonly Choice[], disk: Disk, turn = 0): Run => {
  let write: (() => void) | undefined;
  const later = (act: () => void): void => {
    write = act;
  };
  const volume = mount(disk.stores, turn > 0 ? later : undefined);
  const driver = new Driver(new TabFs(volume, 'root'), () => volume.maintain());
  const model = new Model();
  const states: State[] = [{ dump: model.dump(), snapshots: [], actions: disk.actions.length, durable: false }];
  for (const [i, each] of list.entries()) {
    const op = model.resolve(each);
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
    expect(driver.dump(), JSON.stringify(op)).toBe(dump);
    const written = turn > 0 && i % turn === turn - 1;
    if (written) write?.();
    const snapshots = model.dumpSnapshots();
    states.push({
      dump,
      snapshots,
      actions: disk.actions.length,
      durable: written || op.op === 'sync' || (op.op === 'maintain' && !full),
    });
  }
  driver.closeAll();
  expectTidy(volume);
  return { disk, states };
};

/** Mount what is left, and check that it is one of the states allowed, and that it works. */
const expectMounts = (stores: Stores, states: readonly State[]): void => {
  const volume = mount(stores);
  const driver = new Driver(new TabFs(volume, 'root'));
  const dump = driver.dump();
  const allowed = states.filter(
    (state) => state.dump === dump && String(namesOf(state)) === String(snapshotsOf(volume)),
  );
  expect(allowed.length, `${dump}\n${snapshotsOf(volume).join()}`).toBeGreaterThan(0);
  volume.reclaimOrphans();
  expectTidy(volume);
  driver.apply({ op: 'create', path: 'new' });
  driver.apply({ op: 'append', path: 'new', length: 200, seed: 9 });
  driver.apply({ op: 'write', path: 'a', offset: 30, length: 100, seed: 1 });
  driver.apply({ op: 'truncate', path: 'b', length: 70 });
  const after = driver.dump();
  const again = mount(stores);
  expect(new Driver(new TabFs(again, 'root')).dump()).toBe(after);
  again.reclaimOrphans();
  expectTidy(again);
  if (snapshotsOf(again).length === 0) return;
  expect(allowed.map(({ snapshots }) => snapshots)).toContainEqual(dumpSnapshots(again));
  // A rollback is no less durable than anything else.
  const last = new Driver(new TabFs(again, 'root')).dump();
  expect(new Driver(new TabFs(mount(stores), 'root')).dump()).toBe(last);
};

const namesOf = ({ snapshots }: State): string[] => snapshots.map((each) => each.split('\n')[0] as string);

const snapshotsOf = (volume: Volume): string[] => volume.state.snapshots.list.map(({ name }) => name);

/** What is in each snapshot, by going back to all of them. */
const dumpSnapshots = (volume: Volume): string[] => {
  const driver = new Driver(new TabFs(volume, 'root'));
  const dumps = new Map<string, string>();
  const names = snapshotsOf(volume);
  for (const name of [...names, ...names.toReversed()]) {
    driver.act({ op: 'rollback', name });
    const dump = driver.dump();
    expect(dumps.get(name) ?? dump).toBe(dump);
    dumps.set(name, dump);
    expectTidy(volume);
  }
  return names.map((name) => `${name}\n${dumps.get(name)}`);
};

describe('a volume', () => {
  test(
    'does what the model does',
    () => {
      fc.assert(
        fc.property(choices, (list) => {
          play(list, new Disk());
        }),
        { numRuns: 300 * EFFORT, ...STOP },
      );
    },
    TIMEOUT,
  );

  test(
    'mounts after the worker ended at any action, torn or not, to the acknowledged state or the next',
    () => {
      fc.assert(
        fc.property(choices, fc.double({ min: 0, max: 1, noNaN: true }), (list, torn) => {
          const { disk, states } = play(list, new Disk());
          for (let k = 0; k <= disk.actions.length; k++) {
            const acknowledged = states.findLastIndex(({ actions }) => actions <= k);
            const allowed = states.slice(Math.max(0, acknowledged), acknowledged + 2);
            expectMounts(disk.crash(k, torn), allowed);
          }
        }),
        { numRuns: 60 * EFFORT, ...STOP },
      );
    },
    TIMEOUT,
  );

  test(
    'that collects records mounts after the worker ended at any action to a state since they were last written',
    () => {
      fc.assert(
        fc.property(choices, fc.double({ min: 0, max: 1, noNaN: true }), (list, torn) => {
          const { disk, states } = play(list, new Disk(), 3);
          for (let k = 0; k <= disk.actions.length; k++) {
            const acknowledged = states.findLastIndex(({ actions }) => actions <= k);
            const durable = states.findLastIndex((state) => state.durable && state.actions <= k);
            const allowed = states.slice(Math.max(0, durable), acknowledged + 2);
            expectMounts(disk.crash(k, torn), allowed);
          }
        }),
        { numRuns: 40 * EFFORT, ...STOP },
      );
    },
    TIMEOUT,
  );

  test(
    'mounts after power was lost at any action to a state since the last sync',
    () => {
      fc.assert(
        fc.property(choices, fc.infiniteStream(fc.boolean()), (list, stream) => {
          const { disk, states } = play(list, new Disk());
          for (let k = 0; k <= disk.actions.length; k++) {
            const acknowledged = states.findLastIndex(({ actions }) => actions <= k);
            const durable = states.findLastIndex((state) => state.durable && state.actions <= k);
            const allowed = states.slice(Math.max(0, durable), acknowledged + 2);
            expectMounts(
              disk.powerLoss(k, () => stream.next().value === true),
              allowed,
            );
          }
        }),
        { numRuns: 60 * EFFORT, ...STOP },
      );
    },
    TIMEOUT,
  );

  test(
    'loses nothing on a full disk, and can be emptied',
    () => {
      fc.assert(
        fc.property(choices, fc.integer({ min: 6000, max: 12_000 }), (list, capacity) => {
          const { disk, states } = play([...list, ...list], new Disk(capacity));
          const { dump } = states.at(-1) as State;
          const volume = mount(disk.stores);
          const driver = new Driver(new TabFs(volume, 'root'));
          expect(driver.dump()).toBe(dump);
          volume.reclaimOrphans();
          for (const name of snapshotsOf(volume)) driver.act({ op: 'forget', name });
          driver.empty();
          expect(driver.dump()).toBe('');
          expectTidy(volume);
          expect(volume.used).toBe(0);
        }),
        { numRuns: 200 * EFFORT, ...STOP },
      );
    },
    TIMEOUT,
  );
});
