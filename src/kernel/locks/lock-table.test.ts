import { describe, expect, test } from 'vitest';
import { SysError } from '../../abi/errno.ts';
import { Cancel } from '../wait-queue.ts';
import { type Lock, LockTable } from './lock-table.ts';

const FILE = 'volume:7';

const lock = (owner: string, start: number, end: number, write = true): Lock => ({ owner, start, end, write, pid: 1 });

const errnoOf = (act: () => void): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof SysError) return error.errno;
    throw error;
  }
  return 'done';
};

/** What each byte of the first `length` is held as, by whom. */
const map = (table: LockTable, length: number): string => {
  const at = (i: number): string => {
    const holder = table.find(FILE, lock('nobody', i, i + 1));
    if (holder === undefined) return '.';
    return holder.write ? holder.owner.toUpperCase() : holder.owner;
  };
  return Array.from({ length }, (_, i) => at(i)).join('');
};

describe('record locks', () => {
  test('replace, split and join what their owner holds', () => {
    const table = new LockTable();
    table.tryLock(FILE, lock('a', 0, 10), false);
    table.tryLock(FILE, lock('a', 3, 5, false), false);
    expect(map(table, 12)).toBe('AAAaaAAAAA..');
    table.unlock(FILE, 'a', { start: 7, end: 8 });
    expect(map(table, 12)).toBe('AAAaaAA.AA..');
    table.tryLock(FILE, lock('a', 3, 8), false);
    expect(table.find(FILE, lock('b', 0, 1))).toEqual(lock('a', 0, 10));
    table.unlock(FILE, 'a', { start: 0, end: Infinity });
    table.assertEmpty();
  });

  test('overlap only where both read', () => {
    const table = new LockTable();
    table.tryLock(FILE, lock('a', 0, 4, false), false);
    table.tryLock(FILE, lock('b', 2, 6, false), false);
    expect(errnoOf(() => table.tryLock(FILE, lock('a', 3, 5), false))).toBe('EAGAIN');
    expect(map(table, 7)).toBe('aaaabb.');
    expect(errnoOf(() => table.tryLock(FILE, lock('a', 0, 2), false))).toBe('done');
  });

  test('wait, and go to who waits when they are let go', async () => {
    const table = new LockTable();
    table.tryLock(FILE, lock('a', 0, 4), false);
    const b = table.lock(FILE, lock('b', 0, 2), false, new Cancel());
    const c = table.lock(FILE, lock('c', 2, 4), false, new Cancel());
    table.unlock(FILE, 'a', { start: 2, end: 4 });
    await c;
    expect(map(table, 4)).toBe('AACC');
    table.release((owner) => owner === 'a');
    await b;
    expect(map(table, 4)).toBe('BBCC');
  });

  test('find a ring of any length, and let others wait', async () => {
    const table = new LockTable();
    for (const [i, owner] of ['a', 'b', 'c'].entries()) table.tryLock(FILE, lock(owner, i, i + 1), false);
    const a = table.lock(FILE, lock('a', 1, 2), false, new Cancel());
    const b = table.lock(FILE, lock('b', 2, 3), false, new Cancel());
    await expect(table.lock(FILE, lock('c', 0, 1), false, new Cancel())).rejects.toThrow('EDEADLK');
    table.release((owner) => owner === 'c');
    await b;
    table.release((owner) => owner === 'b');
    await a;
  });

  test('are given up by a cancelled wait and by an owner that goes', async () => {
    const table = new LockTable();
    table.tryLock(FILE, lock('a', 0, 1), false);
    const cancel = new Cancel();
    const canceled = table.lock(FILE, lock('b', 0, 1), false, cancel);
    cancel.cancel();
    await expect(canceled).rejects.toThrow('EINTR');
    const gone = table.lock(FILE, lock('c', 0, 1), false, new Cancel());
    table.release((owner) => owner === 'c');
    await expect(gone).rejects.toThrow('EINTR');
    table.release((owner) => owner === 'a', FILE);
    table.assertEmpty();
  });
});

test('a lock that drops what it replaces loses it when it cannot be had', () => {
  const table = new LockTable();
  const whole = (owner: string, write: boolean): Lock => ({ ...lock(owner, 0, Infinity, write), pid: -1 });
  table.tryLock(FILE, whole('a', false), true);
  table.tryLock(FILE, whole('b', false), true);
  expect(errnoOf(() => table.tryLock(FILE, whole('a', true), true))).toBe('EAGAIN');
  expect(errnoOf(() => table.tryLock(FILE, whole('b', true), true))).toBe('done');
});
