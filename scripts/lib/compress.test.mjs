import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { compressTree } from './compress.mjs';
import { hashFiles, listFiles } from './files.mjs';

async function makeFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), 'compress-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

test('what gains by it gets siblings with the same content', async () => {
  const folder = await makeFolder();
  const text = 'import { x } from "y";\n'.repeat(500);
  await writeFile(path.join(folder, 'long.js'), text);
  await writeFile(path.join(folder, 'short.js'), 'x');
  await writeFile(path.join(folder, 'noise.wasm'), randomBytes(5000));
  await writeFile(path.join(folder, 'picture.png'), text);
  // The second time from the cache.
  for (let round = 0; round < 2; round++) {
    await compressTree(folder, path.join(folder, 'cache'));
    const names = (await listFiles(folder)).filter((name) => !name.startsWith('cache'));
    expect(names).toEqual(['long.js', 'long.js.br', 'long.js.gz', 'noise.wasm', 'picture.png', 'short.js']);
    expect(brotliDecompressSync(await readFile(path.join(folder, 'long.js.br'))).toString()).toBe(text);
    expect(gunzipSync(await readFile(path.join(folder, 'long.js.gz'))).toString()).toBe(text);
    await rm(path.join(folder, 'long.js.br'));
  }
});

test('a hash over files sees names and bytes, and leaves out what is not wanted', async () => {
  const folder = await makeFolder();
  const sources = ['a.txt', 'absent', '.'];
  const wanted = (/** @type {string} */ name) => !name.includes('.test.');
  await writeFile(path.join(folder, 'a.txt'), 'a');
  const first = await hashFiles(folder, sources, wanted);
  await writeFile(path.join(folder, 'a.test.txt'), 'b');
  expect(await hashFiles(folder, sources, wanted)).toBe(first);
  await writeFile(path.join(folder, 'b.txt'), '');
  const second = await hashFiles(folder, sources, wanted);
  await writeFile(path.join(folder, 'b.txt'), 'b');
  expect(new Set([first, second, await hashFiles(folder, sources, wanted)]).size).toBe(3);
  expect(await listFiles(path.join(folder, 'absent'))).toEqual([]);
});
