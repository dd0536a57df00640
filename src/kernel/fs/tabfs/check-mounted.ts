// A check of a volume while it is mounted: first what is known of all inodes, then the data of some at a time. Nothing is
// changed; what is damaged is for repair.ts, when the volume is not mounted.

import type { CheckStep } from '../../vfs/filesystem.ts';
import { checkNames, damagedChunks, describeNames, overlaps } from './check.ts';
import type { Volume } from './volume.ts';

/** Bytes of data that are looked at in one step, and inodes. */
const BYTES = 16 << 20;
const INODES = 10_000;

/** Step 0 is about names and maps; step n + 1 begins at the nth of all inodes, those of snapshots included. */
export const checkStep = (volume: Volume, step: number): CheckStep => {
  const { state, store } = volume;
  if (step === 0) {
    const problems = [...describeNames(checkNames(state)), ...overlaps(state), ...volume.checkSpace()];
    return { problems, next: 1 };
  }
  const problems: string[] = [];
  let index = 1;
  let bytes = 0;
  for (const table of state.tables()) {
    for (const inode of table.values()) {
      if (index++ < step) continue;
      const chunks = damagedChunks(inode, state.geometry, store, (count) => {
        bytes += count;
      });
      if (chunks.length > 0) {
        const where = table === state.inodes ? volume.nameOf(inode.ino) : `inode ${inode.ino} of a snapshot`;
        problems.push(`${where}: ${chunks.length} of its chunks are damaged`);
      }
      if (bytes >= BYTES || index - step >= INODES) return { problems, next: index };
    }
  }
  return { problems, next: 0 };
};
