// The tree of a machine without its programs: a volume in memory with the user's home, and nothing mounted.

import { browserClock } from '../host/browser-ports.ts';
import { TabFs } from '../kernel/fs/tabfs/tabfs.ts';
import { Volume } from '../kernel/fs/tabfs/volume.ts';
import { USER } from '../kernel/station/machine-tree.ts';
import { MemoryBlockStore } from '../kernel/storage/block-store.ts';
import { VolatileMetadataStore } from '../kernel/storage/metadata-store.ts';
import { Vfs } from '../kernel/vfs/vfs.ts';

/** @param room for the content of files, in bytes: ENOSPC beyond */
export const memoryVfs = async (room = Number.MAX_SAFE_INTEGER): Promise<Vfs> => {
  const store = new MemoryBlockStore({ capacity: room });
  const volume = new Volume(store, new VolatileMetadataStore(), { now: () => browserClock.now() });
  const vfs = new Vfs(new TabFs(volume, 'root'));
  const ctx = { root: vfs.root, cwd: vfs.root, cred: { uid: 0, gid: 0, groups: [0] }, umask: 0o022 };
  for (const path of ['/home', '/home/user', '/tmp']) await vfs.mkdir(ctx, vfs.root, path, 0o755);
  for (const path of ['/', '/home/user', '/tmp']) await vfs.chown(ctx, vfs.root, path, USER.uid, USER.gid, 0);
  return vfs;
};
