// A new volume is given its first files once, wholly, whatever becomes of the boot that does it.

import { expect, test } from 'vitest';
import { O, S } from '../../abi/file.ts';
import type { ImageManifest } from '../fs/imagefs/imagefs.ts';
import { TabFs } from '../fs/tabfs/tabfs.ts';
import { Volume } from '../fs/tabfs/volume.ts';
import { KernelPort } from '../kernel-port.ts';
import { MemoryBlockStore } from '../storage/block-store.ts';
import { Journal } from '../storage/journal.ts';
import type { FileSystem } from '../vfs/filesystem.ts';
import type { Context, Vfs } from '../vfs/vfs.ts';
import { makeTree } from './machine-tree.ts';

const IMAGE: ImageManifest = {
  entries: [],
  skeleton: [
    { type: 'dir', path: 'etc', mode: S.IFDIR | 0o755, uid: 0, gid: 0 },
    { type: 'file', path: 'etc/motd', mode: S.IFREG | 0o640, size: 5, uid: 0, gid: 0, text: 'hello' },
    { type: 'link', path: 'bin', target: 'usr/bin' },
    { type: 'dir', path: 'home', mode: S.IFDIR | 0o700 },
    { type: 'file', path: 'home/.profile', mode: S.IFREG | 0o644, size: 2, text: 'x\n' },
  ],
} as unknown as ImageManifest;

class Died extends Error {}

/** The tab is gone before the `calls`-th change. */
const dying = (fs: FileSystem, calls: number): FileSystem =>
  new Proxy(fs, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (!['create', 'write', 'setattr'].includes(String(name))) return value.bind(target) as unknown;
      return (...args: unknown[]): unknown => {
        if (calls-- <= 0) throw new Died();
        return Reflect.apply(value, target, args) as unknown;
      };
    },
  });

const boot = (volume: Volume, root: FileSystem): Promise<Vfs> =>
  makeTree({
    root,
    tmp: new TabFs(volume, 'tmp'),
    shm: new TabFs(volume, 'shm'),
    scratch: new TabFs(volume, 'mounts'),
    fresh: volume.fresh,
    image: IMAGE,
    files: { fetchFile: () => Promise.reject(new Error('nothing is fetched')) },
    kernel: new KernelPort({ call: () => Promise.resolve(), notify: () => {} } as never),
    station: () => {
      throw new Error('there is no station');
    },
    random: { fill: () => {} },
    now: () => 1000,
    bootTime: 1000,
    memory: () => ({ total: 0, free: 0 }),
  });

const shown = async (vfs: Vfs): Promise<readonly string[]> => {
  const ctx: Context = { root: vfs.root, cwd: vfs.root, cred: { uid: 0, gid: 0, groups: [] }, umask: 0 };
  const lines: string[] = [];
  for (const name of ['/', '/etc', '/etc/motd', '/bin', '/home', '/home/.profile']) {
    const { mode, uid, size } = await vfs.stat(ctx, vfs.root, name, 0x100);
    lines.push(`${name} ${mode.toString(8)} ${uid}${(mode & S.IFMT) === S.IFREG ? ` ${size}` : ''}`);
  }
  const { node } = await vfs.open(ctx, vfs.root, '/etc/motd', O.RDONLY, 0);
  const bytes = new Uint8Array(10);
  lines.push(new TextDecoder().decode(bytes.subarray(0, await node.fs.read(node.ino, 0, bytes))));
  node.release();
  return lines;
};

test('a boot that dies while it fills a new volume is finished by the next one', async () => {
  const whole = Volume.inMemory({ now: () => 1000 });
  expect(whole.fresh).toBe(true);
  const expected = await shown(await boot(whole, new TabFs(whole, 'root')));
  expect(whole.fresh).toBe(false);
  expect(expected).toEqual([
    '/ 40755 1000',
    '/etc 40755 0',
    '/etc/motd 100640 0 5',
    '/bin 120777 0',
    '/home 40700 1000',
    '/home/.profile 100644 1000 2',
    'hello',
  ]);
  for (let calls = 0, died = true; died; calls++) {
    const stores = Array.from({ length: 3 }, () => new MemoryBlockStore({ resident: false }));
    const [data, first, second] = stores as [MemoryBlockStore, MemoryBlockStore, MemoryBlockStore];
    const mount = (): Volume => new Volume(data, new Journal([first, second]), { now: () => 1000 });
    const volume = mount();
    died = await boot(volume, dying(new TabFs(volume, 'root'), calls)).then(
      () => false,
      (error: unknown) => {
        if (error instanceof Died) return true;
        throw error;
      },
    );
    if (died) {
      const again = mount();
      expect(await shown(await boot(again, new TabFs(again, 'root'))), `died at change ${calls}`).toEqual(expected);
    }
  }
});

test('what a user has removed does not come back', async () => {
  const volume = Volume.inMemory({ now: () => 1000 });
  const vfs = await boot(volume, new TabFs(volume, 'root'));
  const ctx: Context = { root: vfs.root, cwd: vfs.root, cred: { uid: 0, gid: 0, groups: [] }, umask: 0 };
  await vfs.unlink(ctx, vfs.root, '/etc/motd');
  await boot(volume, new TabFs(volume, 'root'));
  const stat = async (): Promise<unknown> => await vfs.stat(ctx, vfs.root, '/etc/motd', 0);
  await expect(stat()).rejects.toMatchObject({ errno: 'ENOENT' });
});
