// Making, removing and going back to a snapshot (snapshots.ts), each by one record.
//
// Making one takes no time. Going back and removing take as long as there are inodes that have changed since. A rollback
// brings back only what was there: whoever has a file open that was, finds it as it was then; one that was not stays
// readable until it is closed, as after unlink(2).

import { SysError } from '../../../abi/errno.ts';
import { LIMITS } from '../../../abi/file.ts';
import type { Snapshot } from './snapshots.ts';
import type { Volume } from './volume.ts';

/** Each has a record of its own in every checkpoint, and every change looks at the newest only. */
const MOST = 1000;

const isProper = (name: string): boolean => {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code < 0x20 || code === 0x2f || code === 0x7f) return false;
  }
  return name.length > 0 && name.length <= LIMITS.NAME_MAX;
};

/** EINVAL, ENOENT. */
const named = (volume: Volume, name: string): Snapshot => {
  if (!isProper(name)) throw new SysError('EINVAL');
  const snapshot = volume.state.snapshots.list.find((each) => each.name === name);
  if (snapshot === undefined) throw new SysError('ENOENT');
  return snapshot;
};

export const createSnapshot = (volume: Volume, name: string): void => {
  if (!isProper(name)) throw new SysError('EINVAL');
  const { list } = volume.state.snapshots;
  if (list.some((each) => each.name === name)) throw new SysError('EEXIST');
  if (list.length >= MOST) throw new SysError('ENOSPC', `${MOST} snapshots`);
  const id = list.reduce((highest, each) => Math.max(highest, each.id), 0) + 1;
  volume.commit([{ kind: 'snapshot', id, name, ...volume.time() }]);
};

export const deleteSnapshot = (volume: Volume, name: string): void => {
  const { id } = named(volume, name);
  volume.commit([{ kind: 'forget', id }], { frees: true });
};

export const rollBack = (volume: Volume, name: string): void => {
  const { id } = named(volume, name);
  volume.commit([{ kind: 'rollback', id }], { frees: true });
  volume.reclaimOrphans();
};
