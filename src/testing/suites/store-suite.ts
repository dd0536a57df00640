// What every BlockStore and every MetadataStore must do. The cases run in Node on stores in memory, and in browsers on
// OPFS; each gets new, empty stores.

import { SysError } from '../../abi/errno.ts';
import type { BlockStore } from '../../kernel/storage/block-store.ts';
import type { MetadataStore } from '../../kernel/storage/metadata-store.ts';
import { check, equal, pattern } from './fs-system.ts';

export interface BlockStoreCase {
  readonly name: string;
  run(store: BlockStore): void;
}

const contentOf = (store: BlockStore, offset: number, length: number): number[] => {
  const bytes = new Uint8Array(length).fill(0xee);
  return [...bytes.subarray(0, store.read(offset, bytes))];
};

export const BLOCK_STORE_SUITE: readonly BlockStoreCase[] = [
  {
    name: 'a new store is empty',
    run(store) {
      equal(store.size, 0, 'size');
      equal(contentOf(store, 0, 10), [], 'read');
      equal(contentOf(store, 1000, 10), [], 'read far away');
    },
  },
  {
    name: 'what is written is read, and only that much',
    run(store) {
      store.write(0, pattern(1000));
      equal(store.size, 1000, 'size');
      equal(contentOf(store, 990, 100), [...pattern(1000).subarray(990)], 'at the end');
      store.write(995, pattern(10, 7));
      equal(store.size, 1005, 'size after growth');
      equal(contentOf(store, 995, 10), [...pattern(10, 7)], 'over the end');
      equal(contentOf(store, 0, 995), [...pattern(1000).subarray(0, 995)], 'the rest');
    },
  },
  {
    name: 'a gap reads as zeros',
    run(store) {
      store.write(5000, Uint8Array.of(1));
      equal(store.size, 5001, 'size');
      check(
        contentOf(store, 0, 5000).every((byte) => byte === 0),
        'zeros',
      );
    },
  },
  {
    name: 'cutting and growing',
    run(store) {
      store.write(0, pattern(3000));
      store.truncate(1500);
      equal([store.size, contentOf(store, 1490, 100).length], [1500, 10], 'cut');
      store.truncate(2000);
      equal(store.size, 2000, 'grown');
      check(
        contentOf(store, 1500, 500).every((byte) => byte === 0),
        'what was cut off does not come back',
      );
      equal(contentOf(store, 0, 1500), [...pattern(3000).subarray(0, 1500)], 'what was kept');
    },
  },
  {
    name: 'views are written as they are',
    run(store) {
      const whole = pattern(100);
      store.write(0, whole.subarray(3, 50));
      const into = new Uint8Array(100);
      equal(store.read(10, into.subarray(7, 17)), 10, 'count');
      equal([...into.subarray(7, 17)], [...whole.subarray(13, 23)], 'bytes');
      check(into[6] === 0 && into[17] === 0, 'nothing around');
    },
  },
  {
    name: 'large writes, across whatever the store is made of',
    run(store) {
      const large = pattern(3_000_000);
      store.write(500_000, large);
      for (const at of [500_000, 1_048_570, 2_097_140, 3_499_990]) {
        equal(contentOf(store, at, 10), [...large.subarray(at - 500_000, at - 499_990)], `at ${at}`);
      }
      store.flush();
    },
  },
];

export interface MetadataStoreCase {
  readonly name: string;
  /** `open` gives the store as a mount finds it: anew each time. */
  run(open: () => MetadataStore): void;
}

const record = (n: number): Uint8Array => pattern(1 + (n % 40), n);

const load = (store: MetadataStore, accept: (i: number, proven: boolean) => boolean = () => true): string[] => {
  const records: string[] = [];
  store.load((bytes, proven) => {
    if (!accept(records.length, proven)) return false;
    records.push(`${[...bytes].join(' ')}${proven ? '' : ' ?'}`);
    return true;
  });
  return records;
};

const shown = (from: number, to: number, proven: boolean): string[] =>
  Array.from({ length: to - from }, (_, i) => `${[...record(from + i)].join(' ')}${proven ? '' : ' ?'}`);

export const METADATA_STORE_SUITE: readonly MetadataStoreCase[] = [
  {
    name: 'a new store has no records',
    run(open) {
      const store = open();
      equal(
        store.load(() => true),
        false,
        'load',
      );
      equal(load(open()), [], 'again');
    },
  },
  {
    name: 'records come back in order',
    run(open) {
      const store = open();
      load(store);
      for (let i = 0; i < 50; i++) store.append(record(i));
      equal(load(open()), shown(0, 50, false), 'records');
    },
  },
  {
    name: 'what was collected is there once it was written out, in order with the rest',
    run(open) {
      const store = open();
      load(store);
      // More than a store keeps: what is too much is written before.
      for (let i = 0; i < 6000; i++) store.append(record(i), { collect: i % 2000 !== 1999 });
      store.writeOut();
      equal(load(open()), shown(0, 6000, false), 'records');
      store.append(record(6000), { collect: true });
      store.flush();
      equal(load(open()), shown(0, 6001, true), 'a flush writes out');
    },
  },
  {
    name: 'those before a flush are proven',
    run(open) {
      const store = open();
      load(store);
      for (let i = 0; i < 5; i++) store.append(record(i));
      store.flush();
      for (let i = 5; i < 8; i++) store.append(record(i));
      equal(load(open()), [...shown(0, 5, true), ...shown(5, 8, false)], 'records');
    },
  },
  {
    name: 'a checkpoint replaces everything',
    run(open) {
      const store = open();
      load(store);
      for (let round = 0; round < 5; round++) {
        for (let i = 0; i < 20; i++) store.append(record(i));
        store.checkpoint([record(100 + round), record(200 + round)]);
        store.append(record(round));
      }
      equal(
        load(open()),
        [...shown(104, 105, true), ...shown(204, 205, true), ...shown(4, 5, false)],
        'the last checkpoint and what came behind it',
      );
    },
  },
  {
    name: 'a record that is refused is cut off with those behind it',
    run(open) {
      const store = open();
      load(store);
      for (let i = 0; i < 10; i++) store.append(record(i));
      const again = open();
      equal(
        load(again, (i) => i < 6),
        shown(0, 6, false),
        'accepted',
      );
      again.append(record(6));
      equal(load(open()), shown(0, 7, false), 'what was cut off does not follow the same record again');
    },
  },
  {
    name: 'a checkpoint is due when the journal is long',
    run(open) {
      const store = open();
      load(store);
      check(!store.checkpointDue, 'not at first');
      for (let i = 0; i < 100_000 && !store.checkpointDue; i++) store.append(pattern(200));
      check(store.checkpointDue, 'in the end');
      store.checkpoint([record(1)]);
      check(!store.checkpointDue, 'not after it');
    },
  },
];

/** Must throw this errno. */
export const throws = (errno: string, act: () => unknown, what: string): void => {
  try {
    act();
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    equal(error.errno, errno, what);
    return;
  }
  throw new Error(`${what}: succeeded, expected ${errno}`);
};
