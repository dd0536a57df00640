// The file system suite over a provider of paths that can do all that a provider can: a directory of the real disk.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { NodeProvider } from '../../../testing/node-provider.ts';
import { FS_SUITE } from '../../../testing/suites/fs-suite.ts';
import { VfsSystem } from '../../../testing/suites/fs-vfs.ts';
import { Vfs } from '../../vfs/vfs.ts';
import { PathFs } from './path-fs.ts';

const tmp = mkdtempSync(path.join(os.tmpdir(), 'tabos-pathfs-'));
afterAll(() => rmSync(tmp, { recursive: true, force: true }));

/** What a file system by paths cannot have, whoever provides it. */
const LIMITS: Readonly<Record<string, string>> = {
  'hard links': 'no hard links',
  'rename of files': 'no hard links',
  'link counts of directories': 'directories are not counted: 2 always',
  'holes read as zeros': 'says nothing of holes',
  'what an open file without a name can do': 'only its content can be changed: it has no path to be asked by',
  'utimes sets times': 'one time a file',
  'which call changes which times': 'one time a file',
  'reading changes atime when it is behind': 'one time a file',
};
const NEEDS: ReadonlySet<string> = new Set(['exact', 'fifo', 'rename2', 'credentials']);

describe('a provider of paths', () => {
  for (const c of FS_SUITE) {
    test(c.name, async ({ skip }) => {
      const missing = (c.needs ?? []).filter((need) => NEEDS.has(need));
      if (missing.length > 0) return skip(`needs ${missing.join(', ')}`);
      const provider = new NodeProvider(mkdtempSync(path.join(tmp, 'case-')));
      const vfs = new Vfs(new PathFs(provider, { type: 'pagefs', readOnly: false, uid: 0, gid: 0 }));
      const system = new VfsSystem(vfs);
      await system.mkdir('/work');
      await system.chdir('/work');
      if (LIMITS[c.name] !== undefined) {
        // A limit that is none any more has to leave the list.
        await expect(c.run(system)).rejects.toThrow();
        return skip(LIMITS[c.name]);
      }
      await c.run(system);
      system.exit();
      // Files are let go in the background.
      await vi.waitUntil(() => provider.openFiles === 0);
    }, 60_000);
  }
});
