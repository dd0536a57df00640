import { describe, expect, test } from 'vitest';
import { putImage, takeImage } from './memory-image.ts';

const PAGE = 65536;

const memoryOf = (pages: number, fill = 0): WebAssembly.Memory => {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 100 });
  new Uint8Array(memory.buffer).fill(fill);
  return memory;
};
const bytesOf = (memory: WebAssembly.Memory): Uint8Array => new Uint8Array(memory.buffer);

describe('the image of a memory', () => {
  test('leaves out zeros, and nothing else', () => {
    const memory = memoryOf(20);
    const bytes = bytesOf(memory);
    for (const at of [0, PAGE - 1, 3 * PAGE, 4 * PAGE + 5, 9 * PAGE + 7, 20 * PAGE - 1]) bytes[at] = 1 + (at % 200);
    // All bits but the sign are 0: a number that is equal to zero.
    new DataView(memory.buffer).setUint32(12 * PAGE + 4, 0x8000_0000, true);
    const image = takeImage(memory);
    expect(image.places).toEqual([0, 3, 4, 9, 12, 19]);
    const child = memoryOf(2, 0xff);
    putImage(child, image);
    expect(Buffer.compare(bytesOf(child), bytes)).toBe(0);
  });

  test('clears what a larger memory held', () => {
    const memory = memoryOf(3);
    bytesOf(memory)[PAGE] = 7;
    const child = memoryOf(6, 0xff);
    putImage(child, takeImage(memory));
    expect(bytesOf(child).length).toBe(6 * PAGE);
    expect(bytesOf(child)[PAGE]).toBe(7);
    expect(bytesOf(child).reduce((sum, byte) => sum + byte, 0)).toBe(7);
  });

  test('can be of nothing at all', () => {
    const child = memoryOf(1, 0xff);
    putImage(child, takeImage(memoryOf(2)));
    expect(bytesOf(child).every((byte) => byte === 0)).toBe(true);
  });

  test('does not fit where a memory cannot grow', () => {
    const small = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    expect(() => putImage(small, takeImage(memoryOf(2)))).toThrow(RangeError);
  });
});
