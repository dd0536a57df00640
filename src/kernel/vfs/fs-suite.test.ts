// The file system suite on every way to a file system: tabfs in memory, with chunks and journals so small that every
// boundary is crossed, as a subtree below a mount, over a port; and on the real system, as the control.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { S } from '../../abi/file.ts';
import { overlayOn } from '../../testing/overlay-on.ts';
import { NodeSystem } from '../../testing/suites/fs-node.ts';
import { FS_SUITE } from '../../testing/suites/fs-suite.ts';
import type { FsCase, FsSystem } from '../../testing/suites/fs-system.ts';
import { VfsSystem } from '../../testing/suites/fs-vfs.ts';
import { endpointPair } from '../../transport/rpc.ts';
import { RemoteFs } from '../fs/remote/remote-fs.ts';
import { VolumeClient } from '../fs/remote/volume-client.ts';
import { VolumeServer } from '../fs/remote/volume-server.ts';
import { SubtreeFs } from '../fs/subtree/subtree-fs.ts';
import { TabFs } from '../fs/tabfs/tabfs.ts';
import { Volume, type VolumeOptions } from '../fs/tabfs/volume.ts';
import { TMPFS_LIMITS, TmpFs } from '../fs/tmpfs/tmpfs.ts';
import { MemoryBlockStore } from '../storage/block-store.ts';
import { Journal } from '../storage/journal.ts';
import { Vfs } from './vfs.ts';

const now = (): number => performance.timeOrigin + performance.now();

const journalled = (options: Partial<VolumeOptions> = {}, bound?: number): Volume => {
  const store = (): MemoryBlockStore => new MemoryBlockStore({ resident: false });
  const journal = new Journal([store(), store()], bound === undefined ? {} : { bound, step: 4096 });
  return new Volume(store(), journal, { now, ...options });
};

interface System {
  readonly fs: FsSystem;
  /** Ends the process; gives what has to be checked when nothing is open any more. */
  end(): Promise<void>;
}

const onVfs = async (vfs: Vfs, volume: Volume, at = '/'): Promise<System> => {
  const fs = new VfsSystem(vfs);
  const work = at === '/' ? '/work' : `${at}/work`;
  // An overlay may have it already.
  if (!(await fs.readdir(at)).includes('work')) await fs.mkdir(work);
  await fs.chdir(work);
  return {
    fs,
    async end() {
      fs.exit();
      // A last answer behind the releases of the process.
      await vfs.sync();
      const open = [...volume.state.inodes.values()].filter(({ opens }) => opens > 0).map(({ ino }) => ino);
      expect(open, 'inodes left open').toEqual(vfs.mounts().length > 1 ? [expect.any(Number)] : []);
      expect([...volume.state.inodes.values()].filter(({ nlink }) => nlink === 0)).toEqual([]);
    },
  };
};

const local = async (volume: Volume): Promise<System> => onVfs(new Vfs(new TabFs(volume, 'root')), volume);

/** An overlay on volumes in memory, with these directories in its lower layer. */
const overlaid = async (directories: readonly string[]): Promise<System> => {
  const below = Volume.inMemory({ now });
  const lower = new VfsSystem(new Vfs(new TabFs(below, 'root')));
  for (const name of directories) await lower.mkdir(`/${name}`);
  const volume = Volume.inMemory({ now });
  return await onVfs(new Vfs(overlayOn(new TabFs(below, 'root'), new TabFs(volume, 'root'))), volume);
};

const tmp = mkdtempSync(path.join(os.tmpdir(), 'tabos-fs-'));
const home = process.cwd();
afterAll(() => {
  process.chdir(home);
  rmSync(tmp, { recursive: true, force: true });
});

const SYSTEMS: Readonly<Record<string, () => Promise<System>>> = {
  'node:fs': async () => {
    process.chdir(mkdtempSync(path.join(tmp, 'case-')));
    process.umask(0o022);
    return { fs: new NodeSystem(), end: async () => process.chdir(home) };
  },
  'tabfs in memory': () => local(Volume.inMemory({ now })),
  'tabfs on stores': () => local(journalled()),
  'tabfs with tiny chunks': () =>
    local(journalled({ geometry: { chunkSize: 64, unit: 16 }, inlineMax: 8, cache: 1000 }, 512)),
  'a subtree below a mount': async () => {
    const volume = journalled();
    const vfs = new Vfs(new TabFs(volume, 'root'));
    await new VfsSystem(vfs).mkdir('/tmp');
    await vfs.mount('/tmp', new TabFs(volume, 'tmp'));
    return onVfs(vfs, volume, '/tmp');
  },
  tmpfs: async () => {
    const volume = Volume.inMemory({ now });
    const tree = new TabFs(volume, 'shm');
    return await onVfs(new Vfs(new TmpFs(tree, tree.rootIno, TMPFS_LIMITS)), volume);
  },
  'a directory as a file system': async () => {
    const volume = Volume.inMemory({ now });
    const tree = new TabFs(volume, 'root');
    const what = { mode: S.IFDIR | 0o755, uid: 0, gid: 0 };
    const { attributes } = tree.create(tree.rootIno, 'below', what, { exclusive: true, open: false });
    return await onVfs(new Vfs(new SubtreeFs(tree, attributes.ino)), volume);
  },
  'overlay over nothing': () => overlaid([]),
  'overlay, in a directory of the lower layer': () => overlaid(['work']),
  'over a port': async () => {
    const volume = journalled();
    const client = new VolumeClient(1);
    const [a, b] = endpointPair();
    new VolumeServer(volume).attach(a);
    client.connect(b);
    return onVfs(new Vfs(new RemoteFs(client, 'root')), volume);
  },
};

/** Byte by byte in chunks of 64 bytes these only take long. */
const TOO_LARGE: ReadonlySet<string> = new Set(['a large file in large pieces']);

const skips = (system: string, fs: FsSystem, { name, needs = [] }: FsCase): string | undefined => {
  const missing = needs.filter((need) => !fs.has.has(need));
  if (missing.length > 0) return `needs ${missing.join(', ')}`;
  return system === 'tabfs with tiny chunks' && TOO_LARGE.has(name) ? 'too large' : undefined;
};

describe.each(Object.entries(SYSTEMS))('%s', (name, make) => {
  for (const c of FS_SUITE) {
    test(c.name, async ({ skip }) => {
      const system = await make();
      const reason = skips(name, system.fs, c);
      if (reason === undefined) await c.run(system.fs);
      await system.end();
      if (reason !== undefined) skip(reason);
    });
  }
});

test('a directory of 100,000 entries', async () => {
  const system = await local(Volume.inMemory({ now }));
  const { fs } = system;
  const count = 100_000;
  for (let i = 0; i < count; i++) await fs.symlink('x', `${i}`);
  const names = await fs.readdir('.');
  expect(new Set(names).size).toBe(count);
  expect(names.length).toBe(count);
  for (let i = 0; i < count; i += 1000) await fs.unlink(`${i}`);
  expect((await fs.readdir('.')).length).toBe(count - 100);
  await system.end();
}, 120_000);
