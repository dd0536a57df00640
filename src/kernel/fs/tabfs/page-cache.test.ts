import { describe, expect, test } from 'vitest';
import { PageCache } from './page-cache.ts';

const page = (length: number): Uint8Array => new Uint8Array(length);
const held = (cache: PageCache, count: number): number[] =>
  Array.from({ length: count }, (_, at) => at).filter((at) => cache.get(at) !== undefined);

describe('the cache of chunks', () => {
  test('has a bound, at which the least recently used goes', () => {
    const cache = new PageCache(1000);
    for (let at = 0; at < 10; at++) cache.put(at, page(100));
    cache.get(0);
    cache.put(10, page(250));
    expect(held(cache, 11)).toEqual([0, 4, 5, 6, 7, 8, 9, 10]);
    expect(cache.size).toBe(950);
    cache.put(11, page(2000));
    expect(cache.size).toBe(0);
  });

  test('counts the room that a page may grow into', () => {
    const cache = new PageCache(1000);
    cache.put(1, new Uint8Array(new ArrayBuffer(600), 0, 10));
    cache.put(1, new Uint8Array(new ArrayBuffer(700), 0, 10));
    expect(cache.size).toBe(700);
    cache.put(2, page(400));
    expect(held(cache, 3)).toEqual([2]);
  });

  test('gives back what nobody uses', () => {
    const cache = new PageCache(1000);
    for (let at = 0; at < 5; at++) cache.put(at, page(100));
    cache.age();
    expect(cache.size).toBe(500);
    cache.get(3);
    cache.put(7, page(100));
    cache.age();
    expect(cache.size).toBe(200);
    expect(held(cache, 8)).toEqual([3, 7]);
    cache.age();
    cache.age();
    expect(cache.size).toBe(0);
  });
});
