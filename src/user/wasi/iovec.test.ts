import { describe, expect, it } from 'vitest';
import { SysError } from '../../abi/errno.ts';
import { TRANSFER_MAX } from '../../transport/channel.ts';
import { GuestMemory } from '../runtime/guest-memory.ts';
import { readScattered, writeGathered } from './iovec.ts';

const PAGES = 16;

/** A memory with the list of buffers at 8, and the buffers one after another from 4096 on. */
const memoryWith = (lengths: readonly number[]): { memory: GuestMemory; list: number; data: Uint8Array } => {
  const memory = new GuestMemory();
  memory.attach(new WebAssembly.Memory({ initial: PAGES }));
  let at = 4096;
  for (const [i, length] of lengths.entries()) {
    memory.setU32(8 + i * 8, at);
    memory.setU32(12 + i * 8, length);
    at += length;
  }
  return { memory, list: 8, data: memory.bytes.subarray(4096, at) };
};

const pattern = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff);

describe('writeGathered', () => {
  it('makes one call of several buffers', () => {
    const { memory, list, data } = memoryWith([3, 0, 4]);
    data.set(pattern(7));
    const calls: number[][] = [];
    const n = writeGathered(memory, list, 3, (bytes) => {
      calls.push([...bytes]);
      return bytes.length;
    });
    expect(n).toBe(7);
    expect(calls).toEqual([[...pattern(7)]]);
  });

  it('passes a single buffer on without copying it', () => {
    const { memory, list } = memoryWith([0, 5]);
    writeGathered(memory, list, 2, (bytes) => {
      expect(bytes.buffer).toBe(memory.bytes.buffer);
      return bytes.length;
    });
  });

  it('calls even for nothing, so that a bad descriptor is noticed', () => {
    const { memory, list } = memoryWith([0]);
    const fail = (): never => {
      throw new SysError('EBADF');
    };
    expect(() => writeGathered(memory, list, 1, fail)).toThrow('EBADF');
  });

  it('splits what is larger than a transfer, and stops where one comes up short', () => {
    const total = 2 * TRANSFER_MAX + 100;
    const { memory, list, data } = memoryWith([10, total - 10]);
    data.set(pattern(total));
    const got: number[] = [];
    const offsets: number[] = [];
    const n = writeGathered(memory, list, 2, (bytes, done) => {
      offsets.push(done);
      for (const byte of bytes) got.push(byte);
      return bytes.length;
    });
    expect(n).toBe(total);
    expect(offsets).toEqual([0, TRANSFER_MAX, 2 * TRANSFER_MAX]);
    expect(Uint8Array.from(got)).toEqual(pattern(total));
    expect(writeGathered(memory, list, 2, () => 77)).toBe(77);
  });

  it('gives what was done when a later transfer fails', () => {
    const { memory, list } = memoryWith([10, TRANSFER_MAX]);
    const n = writeGathered(memory, list, 2, (bytes, done) => {
      if (done > 0) throw new SysError('ENOSPC');
      return bytes.length;
    });
    expect(n).toBe(TRANSFER_MAX);
  });

  it('refuses lists and buffers outside the memory', () => {
    const { memory } = memoryWith([]);
    expect(() => writeGathered(memory, -8, 2, () => 0)).toThrow('EFAULT');
    memory.setU32(8, 0xffff_0000);
    memory.setU32(12, 0x20000);
    expect(() => writeGathered(memory, 8, 1, () => 0)).toThrow('EFAULT');
    expect(() => writeGathered(memory, 8, 5000, () => 0)).toThrow('EINVAL');
  });
});

describe('readScattered', () => {
  it.each([1, 5, 7, 9, 20])('spreads %i bytes over the buffers', (available) => {
    const { memory, list, data } = memoryWith([3, 4, 0, 6]);
    const n = readScattered(memory, list, 4, (bytes) => {
      const part = pattern(available).subarray(0, bytes.length);
      bytes.set(part);
      return part.length;
    });
    expect(n).toBe(Math.min(13, available));
    expect(data.subarray(0, n)).toEqual(pattern(n));
    expect(data.subarray(n).every((byte) => byte === 0)).toBe(true);
  });

  it('can be entered again while a read is under way', () => {
    const { memory, list, data } = memoryWith([2, 2]);
    const other = memoryWith([1, 1]);
    readScattered(memory, list, 2, (bytes) => {
      bytes.set([1, 2, 3, 4]);
      readScattered(other.memory, other.list, 2, (inner) => {
        inner.fill(9);
        return 2;
      });
      return 4;
    });
    expect([...data]).toEqual([1, 2, 3, 4]);
  });
});
