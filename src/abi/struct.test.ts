import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LAYOUT, RLIM_INFINITY } from './layout.ts';
import { pack, unpack } from './struct.ts';

const stat = (change: Partial<Record<(typeof LAYOUT)['stat']['fields'][number][0], number>>) => ({
  ...unpack('stat', new Uint8Array(LAYOUT.stat.size)),
  ...change,
});

describe('structs', () => {
  test('keep whole numbers of 64 bits, with their sign, as far as numbers are exact', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeInteger(), fc.nat(999_999_999), (size, mtimeSec, mtimeNsec) => {
        const bytes = new Uint8Array(LAYOUT.stat.size);
        const value = stat({ size, mtimeSec, mtimeNsec, ino: 2 ** 32, mode: 0o100644 });
        pack('stat', value, bytes);
        expect(unpack('stat', bytes)).toEqual(value);
        const view = new DataView(bytes.buffer);
        expect(view.getBigUint64(40, true)).toBe(BigInt(size));
        expect(view.getBigInt64(72, true)).toBe(BigInt(mtimeSec));
      }),
    );
  });

  test('cut what is no whole number, and write no limit as all ones', () => {
    const bytes = new Uint8Array(LAYOUT.stat.size);
    pack('stat', stat({ size: 1.9, mtimeSec: -1.9 }), bytes);
    expect(unpack('stat', bytes)).toMatchObject({ size: 1, mtimeSec: -1 });
    const limit = new Uint8Array(LAYOUT.rlimit.size);
    pack('rlimit', { cur: RLIM_INFINITY, max: 5 }, limit);
    expect([...limit.subarray(0, 8)]).toEqual(Array.from({ length: 8 }, () => 0xff));
    expect(unpack('rlimit', limit)).toEqual({ cur: RLIM_INFINITY, max: 5 });
  });

  test('lie at an offset of their buffer', () => {
    const bytes = new Uint8Array(40);
    pack('dirent', { ino: 7, next: 9, reclen: 32, namelen: 3, type: 8 }, bytes, 8);
    expect(unpack('dirent', bytes, 8)).toEqual({ ino: 7, next: 9, reclen: 32, namelen: 3, type: 8 });
    expect(bytes[0]).toBe(0);
  });
});
