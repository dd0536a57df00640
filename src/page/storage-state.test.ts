import { expect, test } from 'vitest';
import { formatBytes } from './storage-state.ts';

test('sizes have two digits and a unit', () => {
  const sizes = [0, 999, 1000, 1449, 9_960, 99_499, 999_499, 999_500, 12_345_678, 5e12, 5e15];
  expect(sizes.map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1 kB',
    '1.4 kB',
    '10 kB',
    '99 kB',
    '999 kB',
    '1 MB',
    '12 MB',
    '5 TB',
    '5000 TB',
  ]);
});
