// fsck for a volume that is not mounted: `checkVolume` looks and changes nothing; `repairVolume` mends what can be, and
// writes the volume anew. What has lost its name comes to /lost+found. Damaged data stays where it is: reading it goes on
// giving EIO, and the rest of the file is there.

import { SysError } from '../../../abi/errno.ts';
import { S } from '../../../abi/file.ts';
import { toText } from '../../../base/bytes.ts';
import type { BlockStore } from '../../storage/block-store.ts';
import { ByteReader, ByteWriter } from '../../storage/codec.ts';
import { Journal } from '../../storage/journal.ts';
import { salvage } from '../../storage/journal-salvage.ts';
import type { Ino } from '../../vfs/filesystem.ts';
import { checkNames, damagedChunks, describeNames, isWellFormed, overlaps, ROOTS } from './check.ts';
import { readEffects, writeEffect } from './effect-codec.ts';
import type { Effect } from './effects.ts';
import { isIntact } from './intact.ts';
import { State } from './state.ts';

/** Data, and the two stores of metadata. */
export type VolumeStores = readonly [data: BlockStore, first: BlockStore, second: BlockStore];

export interface CheckReport {
  /** What is not as it should be. Empty: all is well. */
  readonly problems: readonly string[];
  /** Of them, paths and inodes of files whose data cannot be read. */
  readonly damagedFiles: readonly string[];
}

const GEOMETRY = { chunkSize: 1 << 16, unit: 512 };
const LOST_AND_FOUND = 'lost+found';
const TREES = ['/', '/tmp', '/dev/shm'];

interface Read {
  readonly state: State;
  readonly problems: string[];
  readonly damagedFiles: string[];
  readonly generation: number;
  readonly active: number;
}

const read = ([data, first, second]: VolumeStores): Read => {
  const { records, problems: found, generation, active, version } = salvage([first, second]);
  const problems = [...found];
  const damagedFiles: string[] = [];
  const state = new State(GEOMETRY);
  const all = records.map(({ record, proven }) => ({ effects: effectsOf(record, problems), proven }));
  const parameters = all.flatMap(({ effects }) => effects).find(({ kind }) => kind === 'volume');
  if (parameters !== undefined) state.applyAll([parameters]);
  let left = 0;
  for (const { effects, proven } of all) {
    // What power has cut off is no damage: a mount leaves it out as well.
    if (!proven && !effects.every((effect) => isIntact(effect, state, data))) break;
    state.applyAll(effects, () => left++);
  }
  if (version === 1) state.inheritVolatility();
  if (left > 0) problems.push(`${left} changes speak of what is not there`);
  if (generation === 0) return { state, problems, damagedFiles, generation, active };
  problems.push(...describeNames(checkNames(state)), ...overlaps(state));
  const paths = pathsOf(state);
  for (const table of state.tables()) {
    for (const inode of table.values()) {
      const where =
        table === state.inodes ? (paths.get(inode.ino) ?? `inode ${inode.ino}`) : `inode ${inode.ino} of a snapshot`;
      if (!isWellFormed(inode.extents, state.geometry, data.size)) {
        problems.push(`${where}: the map of its data is damaged, or the data is cut off`);
        damagedFiles.push(where);
        continue;
      }
      const chunks = damagedChunks(inode, state.geometry, data, () => {});
      if (chunks.length === 0) continue;
      problems.push(`${where}: ${chunks.length} of its chunks are damaged`);
      damagedFiles.push(where);
    }
  }
  return { state, problems, damagedFiles, generation, active };
};

const effectsOf = (record: Uint8Array, problems: string[]): readonly Effect[] => {
  try {
    return readEffects(new ByteReader(record));
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    problems.push(error.detail ?? 'a record cannot be read');
    return [];
  }
};

const pathsOf = ({ inodes }: State): Map<Ino, string> => {
  const paths = new Map(ROOTS.map((ino, i) => [ino, TREES[i] as string]));
  for (const [dir, path] of paths) {
    for (const { name, ino } of inodes.get(dir)?.directory?.entries() ?? []) {
      if (!paths.has(ino)) paths.set(ino, `${path === '/' ? '' : path}/${toText(name)}`);
    }
  }
  return paths;
};

/** EINVAL when the format is newer than this system, EIO when nothing can be read. */
export const checkVolume = (stores: VolumeStores): CheckReport => {
  const { problems, damagedFiles } = read(stores);
  return { problems, damagedFiles };
};

/** The same errors, and ENOSPC; then nothing has changed. Gives what was wrong. */
export const repairVolume = (stores: VolumeStores, now: () => number = Date.now): CheckReport => {
  const { state, problems, damagedFiles, generation, active } = read(stores);
  if (generation === 0) return { problems, damagedFiles };
  const [data, first, second] = stores;
  mend(state, data.size, now());
  const journal = new Journal([first, second]);
  journal.supersede(active, generation);
  const writer = new ByteWriter();
  journal.checkpoint(
    (function* () {
      for (const effects of state.groups()) {
        writer.clear();
        for (const effect of effects) writeEffect(writer, effect);
        yield writer.bytes;
      }
    })(),
  );
  return { problems, damagedFiles };
};

const mend = (state: State, storeSize: number, now: number): void => {
  const sec = Math.floor(now / 1000);
  const apply = (...effects: readonly Effect[]): void => state.applyAll([{ kind: 'time', sec, nsec: 0 }, ...effects]);
  for (const ino of checkNames(state).roots) {
    if (state.inodes.has(ino)) state.inodes.delete(ino);
    apply({
      kind: 'new',
      ino,
      mode: S.IFDIR | (ino === 3 || ino === 4 ? 0o1777 : 0o755),
      uid: 0,
      gid: 0,
      rdev: 0,
      nlink: 2,
    });
  }
  for (const { dir, name } of checkNames(state).bad) apply({ kind: 'unlink', dir, name });
  for (const { ino, nlink } of state.inodes.values()) if (nlink === 0) apply({ kind: 'free', ino });
  cutMaps(state, storeSize);
  attachLost(state, apply);
  for (const { ino, right } of checkNames(state).counts) apply({ kind: 'nlink', ino, nlink: right });
};

/** A map that cannot be is taken away: what is left of the file is its size, and a hole. */
const cutMaps = (state: State, storeSize: number): void => {
  for (const table of state.tables()) {
    for (const inode of table.values()) {
      if (isWellFormed(inode.extents, state.geometry, storeSize)) continue;
      inode.extents = [];
      inode.blocks = 0;
    }
  }
};

/** Whatever has no name gets one in /lost+found: of a directory, only what is not below another one. */
const attachLost = (state: State, apply: (...effects: readonly Effect[]) => void): void => {
  const [root = 0] = ROOTS;
  for (;;) {
    const { lost } = checkNames(state);
    if (lost.length === 0) return;
    const below = new Set<Ino>();
    for (const ino of lost) {
      for (const entry of state.inodes.get(ino)?.directory?.entries() ?? [])
        if (entry.ino !== ino) below.add(entry.ino);
    }
    const tops = lost.filter((ino) => !below.has(ino));
    const dir = lostAndFound(state, root, apply);
    // Directories that hold each other in a ring: any one of them.
    for (const ino of tops.length > 0 ? tops : lost.slice(0, 1)) {
      const cookie = state.inodes.get(dir)?.directory?.freshCookie ?? 1;
      apply({ kind: 'link', dir, name: `#${ino}`, ino, cookie });
    }
    for (const bad of checkNames(state).bad) apply({ kind: 'unlink', dir: bad.dir, name: bad.name });
  }
};

const lostAndFound = (state: State, root: Ino, apply: (...effects: readonly Effect[]) => void): Ino => {
  const { directory, uid = 0, gid = 0 } = state.inodes.get(root) ?? {};
  const existing = directory?.get(LOST_AND_FOUND)?.ino;
  if (existing !== undefined && state.inodes.get(existing)?.directory !== undefined) return existing;
  if (existing !== undefined) apply({ kind: 'unlink', dir: root, name: LOST_AND_FOUND });
  const ino = state.nextIno;
  apply(
    { kind: 'new', ino, mode: S.IFDIR | 0o755, uid, gid, rdev: 0, nlink: 2 },
    { kind: 'link', dir: root, name: LOST_AND_FOUND, ino, cookie: directory?.freshCookie ?? 1 },
  );
  return ino;
};
