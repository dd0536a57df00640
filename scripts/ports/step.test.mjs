import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashFiles, hashOf, step } from './step.mjs';

/** @type {string} */
let folder;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tabos-step-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** @param {string} text */
const build = (text) => (/** @type {string} */ place) => writeFileSync(path.join(place, 'result'), text);

describe('step', () => {
  test('builds once for a key, and again for another', async () => {
    const target = path.join(folder, 'target');
    expect(await step('test', target, 'a', build('first'))).toBe(true);
    expect(await step('test', target, 'a', build('again'))).toBe(false);
    expect(readFileSync(path.join(target, 'result'), 'utf8')).toBe('first');
    expect(await step('test', target, 'b', build('second'))).toBe(true);
    expect(readFileSync(path.join(target, 'result'), 'utf8')).toBe('second');
  });

  test('leaves the old result when a build fails', async () => {
    const target = path.join(folder, 'target');
    await step('test', target, 'a', build('good'));
    const failing = () => Promise.reject(new Error('no compiler'));
    await expect(step('test', target, 'b', failing)).rejects.toThrow('no compiler');
    expect(readFileSync(path.join(target, 'result'), 'utf8')).toBe('good');
    expect(await step('test', target, 'a', build('x'))).toBe(false);
    expect(existsSync(path.join(target, '.key'))).toBe(true);
  });
});

describe('hashes', () => {
  test('parts do not run into each other', () => {
    expect(hashOf('ab', 'c')).not.toBe(hashOf('a', 'bc'));
  });

  test('of files see names and contents, in any folder', () => {
    mkdirSync(path.join(folder, 'sub'));
    writeFileSync(path.join(folder, 'sub/a'), 'text');
    const before = hashFiles(folder);
    writeFileSync(path.join(folder, 'sub/a'), 'other');
    const changed = hashFiles(folder);
    writeFileSync(path.join(folder, 'sub/b'), '');
    expect(new Set([before, changed, hashFiles(folder)]).size).toBe(3);
  });
});
