import { expect, test } from 'vitest';
import { O } from '../../abi/file.ts';
import { FdTable } from './fd-table.ts';
import { OpenFile } from './open-file.ts';

class Counted extends OpenFile {
  readonly name = 'counted';
  closings = 0;

  constructor() {
    super(O.RDWR);
  }

  override stat(): never {
    throw new Error('not asked for here');
  }

  protected override closed(): void {
    this.closings++;
  }
}

test('the lowest free descriptor is taken, and the last reference closes', () => {
  const table = new FdTable();
  const file = new Counted();
  expect([table.add(file, false), table.add(file, true), table.add(file, false, 7)]).toEqual([0, 1, 7]);
  table.close(0);
  expect(table.add(file, false)).toBe(0);
  table.closeFrom(1);
  expect(file.closings).toBe(0);
  table.close(0);
  expect(file.closings).toBe(1);
});

test('open-while-dying: what is opened for a process that is over is closed at once', () => {
  const table = new FdTable();
  const before = new Counted();
  table.add(before, false);
  table.end();
  const after = new Counted();
  expect(() => table.add(after, false)).toThrow('EBADF');
  expect(() => table.set(3, after, false)).toThrow('EBADF');
  expect([before.closings, after.closings]).toEqual([1, 2]);
});

test('at the limit a file is closed again, EMFILE', () => {
  const table = new FdTable();
  table.limit = 1;
  const file = new Counted();
  table.add(file, false);
  const other = new Counted();
  expect(() => table.add(other, false)).toThrow('EMFILE');
  expect([file.closings, other.closings]).toEqual([0, 1]);
});
