// An overlay for tests: the upper layer is two new directories of a file system in memory.

import { S } from '../abi/file.ts';
import { OverlayFs } from '../kernel/fs/overlay/overlay-fs.ts';
import type { TabFs } from '../kernel/fs/tabfs/tabfs.ts';
import type { FileSystem } from '../kernel/vfs/filesystem.ts';

let last = 0;

export const overlayOn = (lower: FileSystem, upper: TabFs): OverlayFs => {
  const directory = (name: string): number => {
    const what = { mode: S.IFDIR | 0o755, uid: 0, gid: 0 };
    return upper.create(upper.rootIno, name, what, { exclusive: false, open: false }).attributes.ino;
  };
  return new OverlayFs({ lower, upper, top: directory('top'), work: directory('over'), uniqueName: () => `${++last}` });
};
