import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { base, skeleton } from '../../wasm/image/layout.mjs';
import { storeFile, writeManifest } from './image.mjs';

/** @type {string} */
let folder;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tabos-image-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('an image', () => {
  test('names files by their content', () => {
    const program = path.join(folder, 'prog.wasm');
    writeFileSync(program, 'bytes');
    const entry = storeFile(folder, program, 'usr/bin/prog', 0o755);
    expect(entry).toMatchObject({ path: 'usr/bin/prog', type: 'file', mode: 0o755, size: 5 });
    expect(entry.url).toBe(`prog-${entry.sha256.slice(0, 8)}.wasm`);
    expect(readFileSync(path.join(folder, entry.url), 'utf8')).toBe('bytes');
  });

  test('refuses two entries of one name', () => {
    const twice = base().filter((entry) => entry.path === 'usr/bin/js');
    expect(() => writeManifest(folder, { packages: [], entries: [...twice, ...twice], skeleton: [] })).toThrow(
      '/usr/bin/js twice',
    );
  });
});

describe.each([
  ['base', base()],
  ['skeleton', skeleton('1.2.3')],
])('the layout of the %s', (_name, entries) => {
  test('has each path once, and folders before what is in them', () => {
    const seen = new Set();
    for (const entry of entries) {
      expect(seen).not.toContain(entry.path);
      const parent = path.dirname(entry.path);
      if (parent !== '.') expect(seen).toContain(parent);
      seen.add(entry.path);
    }
  });
});
