// The content of a linear memory without what is all zeros: how it gets from a parent to the child of fork(2).
//
// A worker's memory is as large as the largest program that it has run needed, and most of it is zeros to the one that
// runs now. Looking for zeros is several times cheaper than copying them, twice, into memory that has to be found first.

import type { MemoryImage } from '../../abi/program.ts';

const PAGE = 65536;
const PAGE_WORDS = PAGE / 4;

const isZero = (words: Int32Array, from: number): boolean => {
  for (let i = from; i < from + PAGE_WORDS; i += 8) {
    const low = (words[i] as number) | (words[i + 1] as number) | (words[i + 2] as number) | (words[i + 3] as number);
    const high =
      (words[i + 4] as number) | (words[i + 5] as number) | (words[i + 6] as number) | (words[i + 7] as number);
    if ((low | high) !== 0) return false;
  }
  return true;
};

export const takeImage = (memory: WebAssembly.Memory): MemoryImage => {
  const words = new Int32Array(memory.buffer);
  const bytes = new Uint8Array(memory.buffer);
  const count = bytes.length / PAGE;
  const places: number[] = [];
  for (let page = 0; page < count; page++) if (!isZero(words, page * PAGE_WORDS)) places.push(page);
  const pages = new Uint8Array(places.length * PAGE);
  eachRow(places, (first, at, length) => pages.set(bytes.subarray(first, first + length), at));
  return { pages: pages.buffer, places, size: bytes.length };
};

/** Make a memory hold the image, whatever it held before. RangeError when it cannot grow. */
export const putImage = (memory: WebAssembly.Memory, { pages, places, size }: MemoryImage): void => {
  const missing = size - memory.buffer.byteLength;
  if (missing > 0) memory.grow(missing / PAGE);
  const bytes = new Uint8Array(memory.buffer);
  const image = new Uint8Array(pages);
  let done = 0;
  eachRow(places, (first, at, length) => {
    bytes.fill(0, done, first);
    bytes.set(image.subarray(at, at + length), first);
    done = first + length;
  });
  bytes.fill(0, done);
};

/** Pages that follow each other in one go: where they are in the memory, in the image, and how many bytes. */
const eachRow = (places: readonly number[], visit: (first: number, at: number, length: number) => void): void => {
  for (let i = 0; i < places.length; ) {
    const first = places[i] as number;
    let length = 1;
    while (places[i + length] === first + length) length++;
    visit(first * PAGE, i * PAGE, length * PAGE);
    i += length;
  }
};
