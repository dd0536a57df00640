// The tree of a machine without its programs: a volume in memory with the user's home, and nothing mounted.

import { browserClock } from '../host/browser-ports.ts';
import { TabFs } from '../kernel/fs/tabfs/tabfs.ts';
import { Volume, type VolumeOptions } from '../kernel/fs/tabfs/volume.ts';
import { USER } from '../kernel/station/machine-tree.ts';
import { Vfs } from '../kernel/vfs/vfs.ts';

export const memoryVfs = async (options: Partial<VolumeOptions> = {}): Promise<Vfs> => {
  const volume = Volume.inMemory({ now: () => browserClock.now(), ...options });
  const vfs = new Vfs(new TabFs(volume, 'root'));
  const ctx = { root: vfs.root, cwd: vfs.root, cred: { uid: 0, gid: 0, groups: [0] }, umask: 0o022 };
  for (const path of ['/home', '/home/user', '/tmp']) await vfs.mkdir(ctx, vfs.root, path, 0o755);
  for (const path of ['/', '/home/user', '/tmp']) await vfs.chown(ctx, vfs.root, path, USER.uid, USER.gid, 0);
  return vfs;
};
