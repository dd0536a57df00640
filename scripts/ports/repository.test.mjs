import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { storeTree } from './image.mjs';
import { refuseClashes } from './repository.mjs';

/** @type {string} */
let folder;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'repository-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('a tree is one file and says what of it is what', () => {
  const root = path.join(folder, 'root');
  const out = path.join(folder, 'out');
  mkdirSync(path.join(root, 'usr/share/x'), { recursive: true });
  mkdirSync(out);
  writeFileSync(path.join(root, 'usr/share/x/a'), 'first');
  writeFileSync(path.join(root, 'usr/share/x/b'), 'second', { mode: 0o755 });
  symlinkSync('a', path.join(root, 'usr/share/x/c'));
  const entries = storeTree(out, 'x', root);
  const [url = ''] = readdirSync(out);
  expect(readdirSync(out)).toHaveLength(1);
  expect(entries).toMatchObject([
    { path: 'usr', type: 'dir' },
    { path: 'usr/share', type: 'dir' },
    { path: 'usr/share/x', type: 'dir' },
    { path: 'usr/share/x/a', type: 'file', mode: 0o644, size: 5, url, offset: 0 },
    { path: 'usr/share/x/b', type: 'file', mode: 0o755, size: 6, url, offset: 5 },
    { path: 'usr/share/x/c', type: 'link', target: 'a' },
  ]);
});

test('two packages with the same command are refused', () => {
  const named = (/** @type {string} */ name) => ({ name, commands: ['awk', name] });
  expect(() => refuseClashes([named('gawk'), named('bwk')])).toThrow('gawk and bwk both have the command awk');
});
