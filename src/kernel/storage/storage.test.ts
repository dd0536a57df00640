// Stores and what they are made of: the suites on memory, checksums against known values, numbers to their limits.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SysError } from '../../abi/errno.ts';
import { BLOCK_STORE_SUITE, METADATA_STORE_SUITE, throws } from '../../testing/suites/store-suite.ts';
import { MemoryBlockStore } from './block-store.ts';
import { ByteReader, ByteWriter } from './codec.ts';
import { crc32c } from './crc32c.ts';
import { Journal } from './journal.ts';
import { encodeHeader, FORMAT_VERSION, FRAME, seedOf, startOf } from './journal-format.ts';
import { ScratchStore } from './scratch-store.ts';

const pair = (): [MemoryBlockStore, MemoryBlockStore] => [
  new MemoryBlockStore({ resident: false }),
  new MemoryBlockStore({ resident: false }),
];
const OPTIONS = { bound: 2000, step: 1024 };

describe('a block store in memory', () => {
  test.each(BLOCK_STORE_SUITE.map((c) => [c.name, c] as const))('%s', (_name, c) => c.run(new MemoryBlockStore()));

  test('is full at its capacity, and stays as it was', () => {
    const store = new MemoryBlockStore({ capacity: 100 });
    store.write(0, new Uint8Array(90).fill(1));
    throws('ENOSPC', () => store.write(80, new Uint8Array(30)), 'write');
    throws('ENOSPC', () => store.truncate(101), 'truncate');
    expect(store.size).toBe(90);
  });
});

describe('a scratch store', () => {
  const scratch = (): ScratchStore => new ScratchStore(new MemoryBlockStore());
  test.each(BLOCK_STORE_SUITE.map((c) => [c.name, c] as const))('%s', (_name, c) => c.run(scratch()));

  test('reads what is below, and leaves that as it is', () => {
    const base = new MemoryBlockStore();
    base.write(0, new Uint8Array(200_000).fill(7));
    const store = new ScratchStore(base);
    store.write(70_000, Uint8Array.of(1, 2, 3));
    const into = new Uint8Array(5);
    store.read(69_999, into);
    expect([...into]).toEqual([7, 1, 2, 3, 7]);
    base.read(69_999, into);
    expect([...into]).toEqual([7, 7, 7, 7, 7]);
    store.truncate(65_000);
    store.truncate(150_000);
    store.read(64_998, into);
    expect([...into]).toEqual([7, 7, 0, 0, 0]);
    store.read(70_000, into);
    expect([...into]).toEqual([0, 0, 0, 0, 0]);
    expect(base.size).toBe(200_000);
  });
});

describe('a journal', () => {
  test.each(METADATA_STORE_SUITE.map((c) => [c.name, c] as const))('%s', (_name, c) => {
    const stores = pair();
    c.run(() => new Journal(stores, OPTIONS));
  });

  test('keeps what it has collected when it cannot be written, and takes nothing more before it could', () => {
    let broken = false;
    class Failing extends MemoryBlockStore {
      override write(offset: number, bytes: Uint8Array): void {
        if (broken) throw new SysError('EIO');
        super.write(offset, bytes);
      }
    }
    const stores = [new Failing({ resident: false }), new Failing({ resident: false })] as const;
    const records = (): string[] => {
      const found: string[] = [];
      new Journal(stores, OPTIONS).load((bytes) => found.push([...bytes].join(' ')) > 0);
      return found;
    };
    const journal = new Journal(stores, OPTIONS);
    journal.load(() => true);
    journal.append(Uint8Array.of(1), { collect: true });
    broken = true;
    throws('EIO', () => journal.writeOut(), 'what was collected');
    throws('EIO', () => journal.append(Uint8Array.of(2), { collect: true }), 'one more to collect');
    throws('EIO', () => journal.append(Uint8Array.of(3)), 'one more to write');
    broken = false;
    expect(records()).toEqual([]);
    journal.append(Uint8Array.of(4));
    broken = true;
    throws('EIO', () => journal.append(Uint8Array.of(5)), 'one that is not collected');
    broken = false;
    journal.append(Uint8Array.of(6));
    expect(records()).toEqual(['1', '4', '6']);
  });

  const HEADER = 64;
  const header = (version: number, checkpointLength = 0): Uint8Array =>
    encodeHeader({ version, generation: 1, checkpointLength, checkpointCrc: seedOf(version, 1) });
  const flip = (store: MemoryBlockStore, offset: number): void => {
    const byte = new Uint8Array(1);
    store.read(offset, byte);
    store.write(offset, Uint8Array.of((byte[0] as number) ^ 0x10));
  };
  const recordsOf = (stores: readonly [MemoryBlockStore, MemoryBlockStore]): string[] => {
    const found: string[] = [];
    new Journal(stores, OPTIONS).load((bytes) => found.push([...bytes].join(' ')) > 0);
    return found;
  };
  /** Two records in a checkpoint of the second store, two that were flushed behind it, and one that was not. */
  const filled = (): [MemoryBlockStore, MemoryBlockStore] => {
    const stores = pair();
    const journal = new Journal(stores, OPTIONS);
    journal.load(() => true);
    journal.append(Uint8Array.of(0));
    journal.checkpoint([Uint8Array.of(1, 2, 3), Uint8Array.of(4)]);
    journal.append(Uint8Array.of(5, 5, 5));
    journal.append(Uint8Array.of(6));
    journal.flush();
    journal.append(Uint8Array.of(7));
    return stores;
  };
  const ALL = ['1 2 3', '4', '5 5 5', '6', '7'];

  test('refuses a newer version, and changes nothing', () => {
    const stores = pair();
    const newer = header(FORMAT_VERSION + 1);
    stores[0].write(0, newer);
    throws('EINVAL', () => new Journal(stores).load(() => true), 'load');
    const after = new Uint8Array(HEADER);
    stores[0].read(0, after);
    expect([...after]).toEqual([...newer]);
    expect([stores[0].size, stores[1].size]).toEqual([HEADER, 0]);
  });

  test('reads version 1, and nothing can be added before it is in the present one', () => {
    const stores = pair();
    stores[0].write(0, header(1));
    const journal = new Journal(stores, OPTIONS);
    expect(journal.load(() => true)).toBe(true);
    expect([journal.outdated, journal.checkpointDue]).toEqual([true, true]);
    throws('EINVAL', () => journal.append(Uint8Array.of(1)), 'append');
    throws('EINVAL', () => journal.flush(), 'flush');
    journal.checkpoint([Uint8Array.of(8)]);
    expect([journal.outdated, journal.checkpointDue]).toEqual([false, false]);
    journal.append(Uint8Array.of(9));
    expect(recordsOf(stores)).toEqual(['8', '9']);
  });

  test('has a second header, for the one that is damaged', () => {
    for (let offset = 0; offset < HEADER; offset++) {
      const stores = filled();
      flip(stores[1], offset);
      expect(recordsOf(stores)).toEqual(ALL);
    }
  });

  test('does not go back to what was replaced, when both headers are damaged', () => {
    const stores = filled();
    flip(stores[1], 20);
    flip(stores[1], 512 + 20);
    throws('EIO', () => recordsOf(stores), 'load');
  });

  test('finds damage in what was flushed, at every byte', () => {
    const start = startOf(FORMAT_VERSION);
    const end = start + 6 * FRAME + 3 + 1 + 3 + 1;
    for (let offset = start; offset < end; offset++) {
      const stores = filled();
      flip(stores[1], offset);
      // The mark at the end of them, and what is behind it, is no loss.
      if (offset < end - 2 * FRAME) throws('EIO', () => recordsOf(stores), `byte ${offset}`);
    }
  });

  test('does without a proof that is damaged', () => {
    for (let offset = 0; offset < 32; offset++) {
      const stores = filled();
      flip(stores[1], 1024 + offset);
      expect(recordsOf(stores)).toEqual(ALL);
    }
  });

  test('gives space back when there is much less to keep', () => {
    const stores = pair();
    const journal = new Journal(stores, OPTIONS);
    journal.load(() => true);
    journal.checkpoint(Array.from({ length: 500 }, () => new Uint8Array(200).fill(1)));
    journal.append(Uint8Array.of(1));
    expect(stores[0].size).toBeGreaterThan(100_000);
    journal.checkpoint([Uint8Array.of(2)]);
    journal.checkpoint([Uint8Array.of(2)]);
    expect(stores[0].size + stores[1].size).toBeLessThan(50_000);
    expect(recordsOf(stores)).toEqual(['2']);
  });

  test('does not take a damaged volume for a new one', () => {
    const stores = pair();
    const journal = new Journal(stores, OPTIONS);
    journal.load(() => true);
    journal.append(Uint8Array.of(1, 2, 3));
    flip(stores[0], 20);
    flip(stores[0], 512 + 20);
    throws('EIO', () => new Journal(stores, OPTIONS).load(() => true), 'a header');
  });

  test('is made anew when its very first write was torn', () => {
    for (let length = 0; length < HEADER; length += 7) {
      const stores = pair();
      stores[0].write(0, header(FORMAT_VERSION).subarray(0, length));
      expect(new Journal(stores).load(() => true)).toBe(false);
    }
  });
});

describe('crc32c', () => {
  test('of the examples of RFC 3720', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  });

  test('goes on, whatever the lengths and the alignment', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }), fc.nat(7), (a, b, shift) => {
        const memory = new Uint8Array(shift + a.length + b.length);
        memory.set(a, shift);
        memory.set(b, shift + a.length);
        expect(crc32c(memory.subarray(shift))).toBe(crc32c(b, crc32c(a)));
      }),
    );
  });
});

describe('the codec', () => {
  test('keeps numbers, signed ones, names and bytes', () => {
    const number = fc.oneof(fc.nat(300), fc.maxSafeNat(), fc.constantFrom(0, 127, 128, 2 ** 31 - 1, 2 ** 31, 2 ** 32));
    const signed = fc.integer({ min: -(2 ** 50), max: 2 ** 50 });
    fc.assert(
      fc.property(fc.array(fc.tuple(number, signed, fc.uint8Array())), (rows) => {
        const writer = new ByteWriter();
        for (const [n, s, bytes] of rows) {
          writer.number(n);
          writer.signed(s);
          writer.blob(bytes);
          writer.name(String.fromCharCode(...bytes));
          writer.u32(n % 2 ** 32);
        }
        const reader = new ByteReader(writer.bytes);
        for (const [n, s, bytes] of rows) {
          expect(reader.number()).toBe(n);
          expect(reader.signed()).toBe(s);
          expect(reader.blob()).toEqual(bytes);
          expect(reader.name()).toBe(String.fromCharCode(...bytes));
          expect(reader.u32()).toBe(n % 2 ** 32);
        }
        expect(reader.atEnd).toBe(true);
      }),
    );
  });

  test('finds a record that is cut short', () => {
    const writer = new ByteWriter();
    writer.name('a name');
    writer.number(2 ** 40);
    for (let length = 0; length < writer.bytes.length; length++) {
      const reader = new ByteReader(writer.bytes.subarray(0, length));
      throws('EIO', () => [reader.name(), reader.number()], `${length} bytes`);
    }
  });
});
