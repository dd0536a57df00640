// Snapshots of the machine's volume, for the page: SnapshotsControl (control.ts).

import { SysError } from '../abi/errno.ts';
import { fromText, toText } from '../base/bytes.ts';
import type { FileSystem } from '../kernel/vfs/filesystem.ts';
import type { Vfs } from '../kernel/vfs/vfs.ts';
import type { SnapshotsControl } from './control.ts';
import { told } from './told.ts';

type Keeping = Required<Pick<FileSystem, 'snapshots' | 'changeSnapshots'>>;

const keeps = (fs: FileSystem): fs is FileSystem & Keeping =>
  fs.snapshots !== undefined && fs.changeSnapshots !== undefined;

/** The first that was mounted: the root, or the volume below it. */
const volumeOf = (vfs: Vfs): Keeping => {
  const fs = vfs
    .mounts()
    .map((mount) => mount.fs)
    .find(keeps);
  if (fs === undefined) throw new SysError('EOPNOTSUPP');
  return fs;
};

export const snapshotsControl = (vfs: Vfs): SnapshotsControl => ({
  snapshots: () =>
    told(async () => {
      const found = await volumeOf(vfs).snapshots();
      return found.map(({ name, sec, nsec }) => ({ name: toText(name), createdMs: sec * 1000 + nsec / 1e6 }));
    }),
  changeSnapshots: (change, name) => told(() => volumeOf(vfs).changeSnapshots(change, fromText(name))),
});
