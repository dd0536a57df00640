// What a reader must refuse: pages that are not there, and those that were taken away while it copied.

import { describe, expect, test } from 'vitest';
import { createPagePool, PAGE, PagePool, PageReader } from './page-pool.ts';

const page = (value: number, length = PAGE): Uint8Array => new Uint8Array(length).fill(value);

/** A pool of eight frames, in which a file of two and a half pages lies. */
const make = () => {
  const pool = new PagePool(createPagePool(8));
  const reader = new PageReader(pool.memory);
  const file = pool.allot() as number;
  pool.publish(file, 2.5 * PAGE);
  for (const [i, length] of [PAGE, PAGE, PAGE / 2].entries()) pool.fill(file, i, page(i + 1, length));
  return { pool, reader, file };
};

/** A buffer into which something happens to be copied at the same time as `act` happens. */
class Slow extends Uint8Array {
  act: () => void = () => {};

  override set(from: ArrayLike<number>, offset?: number): void {
    super.set(from, offset);
    this.act();
  }
}

const slow = (act: () => void): Slow => {
  const into = new Slow(100);
  into.act = act;
  return into;
};

describe('a page pool', () => {
  test('gives what read(2) would', () => {
    const { reader, file } = make();
    const into = new Uint8Array(3 * PAGE);
    expect(reader.read(file, 0, into)).toBe(2.5 * PAGE);
    expect([into[0], into[PAGE - 1], into[PAGE], into[2 * PAGE], into[2.5 * PAGE]]).toEqual([1, 1, 2, 3, 0]);
    expect(reader.read(file, PAGE - 1, into.subarray(0, 2))).toBe(2);
    expect([into[0], into[1]]).toEqual([1, 2]);
    expect(reader.read(file, 2.5 * PAGE, into)).toBe(0);
    expect(reader.read(file, 9 * PAGE, into)).toBe(0);
  });

  test('says when a page is not there', () => {
    const { pool, reader, file } = make();
    const other = pool.allot() as number;
    expect(reader.read(other, 0, new Uint8Array(10))).toBe(-1);
    pool.publish(other, 2 * PAGE);
    pool.fill(other, 0, page(9));
    expect(reader.read(other, 0, new Uint8Array(10))).toBe(10);
    expect(reader.read(other, PAGE - 5, new Uint8Array(10))).toBe(-1);
    expect(reader.read(file, 0, new Uint8Array(10))).toBe(10);
  });

  test('forgets the pages of a file that has changed, and of one that is made known anew', () => {
    const { pool, reader, file } = make();
    pool.revoke(file);
    expect(reader.read(file, 0, new Uint8Array(10))).toBe(-1);
    pool.publish(file, 2.5 * PAGE);
    expect(pool.has(file, 0)).toBe(false);
    expect(reader.read(file, 0, new Uint8Array(10))).toBe(-1);
    pool.release(file);
    expect(reader.read(file, 0, new Uint8Array(10))).toBe(-1);
  });

  test('puts other pages in the place of older ones', () => {
    const { pool, reader, file } = make();
    for (let i = 3; i < 40; i++) pool.fill(file, i, page(i));
    const found = Array.from({ length: 40 }, (_, i) => pool.has(file, i));
    expect(found.filter(Boolean).length).toBe(8);
    pool.revoke(file);
    pool.publish(file, 40 * PAGE);
    pool.fill(file, 39, page(77));
    const into = new Uint8Array(1);
    expect(reader.read(file, 39 * PAGE, into)).toBe(1);
    expect(into[0]).toBe(77);
  });

  test('does not give what was copied while the file changed', () => {
    const { pool, reader, file } = make();
    expect(
      reader.read(
        file,
        0,
        slow(() => pool.revoke(file)),
      ),
    ).toBe(-1);
    const again = make();
    const change = (): void => {
      again.pool.revoke(again.file);
      again.pool.publish(again.file, PAGE);
    };
    expect(again.reader.read(again.file, 0, slow(change))).toBe(-1);
  });

  test('does not give what was copied while the frame got another page', () => {
    const { pool, reader, file } = make();
    let next = 3;
    const evict = (): void => {
      while (pool.has(file, 0)) pool.fill(file, next++, page(200));
      pool.fill(file, 0, page(1));
    };
    expect(reader.read(file, 0, slow(evict))).toBe(-1);
    expect(reader.read(file, 0, new Uint8Array(10))).toBe(10);
  });

  test('uses no key twice', () => {
    const { pool, reader, file } = make();
    (pool as unknown as { lastKey: number }).lastKey = 0x7fff_ffff;
    const other = pool.allot() as number;
    pool.publish(other, PAGE);
    expect(reader.read(file, 0, new Uint8Array(10))).toBe(-1);
    expect(reader.read(other, 0, new Uint8Array(10))).toBe(-1);
    pool.fill(other, 0, page(4));
    expect(reader.read(other, 0, new Uint8Array(10))).toBe(10);
  });

  test('has an end of its records, and gives them back', () => {
    const pool = new PagePool(createPagePool(8));
    const records = new Set<number>();
    for (let record = pool.allot(); record !== undefined; record = pool.allot()) records.add(record);
    expect(records.size).toBe(1024);
    pool.release(7);
    expect(pool.allot()).toBe(7);
  });
});
