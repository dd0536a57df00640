// What must hold in a volume: names lead to inodes, every inode can be reached, link counts are right, chunk maps are
// well-formed, and data is what its checksums say. `checkNames` and `checkContent` look; repair.ts mends.

import { isDirectory } from '../../../abi/file.ts';
import { toText } from '../../../base/bytes.ts';
import type { BlockStore } from '../../storage/block-store.ts';
import type { Ino } from '../../vfs/filesystem.ts';
import { loadPiece } from './data-area.ts';
import { type Extent, endOf, type Geometry, pieceOf, runOf } from './extents.ts';
import type { Inode } from './inode.ts';
import type { State } from './state.ts';

const NAME_MAX = 255;
export const ROOTS: readonly Ino[] = [2, 3, 4, 5];

/** A name that cannot be there; and one that leads to nothing, or to a directory that has another name. */
export interface BadName {
  readonly dir: Ino;
  readonly name: string;
  readonly why: string;
}

export interface Names {
  readonly bad: readonly BadName[];
  /** Inodes that no good name leads to, though they should have one. */
  readonly lost: readonly Ino[];
  /** Link counts that are not what they should be. */
  readonly counts: readonly { readonly ino: Ino; readonly nlink: number; readonly right: number }[];
  /** Roots that are missing or are no directories. */
  readonly roots: readonly Ino[];
}

const isName = (name: string): boolean =>
  name.length > 0 &&
  name.length <= NAME_MAX &&
  name !== '.' &&
  name !== '..' &&
  !name.includes('/') &&
  !name.includes('\0');

/** Go through all names from the roots, and from further directories that are to be taken for reachable. */
export const checkNames = ({ inodes }: State, further: readonly Ino[] = []): Names => {
  const bad: BadName[] = [];
  const links = new Map<Ino, number>();
  const subdirectories = new Map<Ino, number>();
  const reached = new Set<Ino>();
  const roots = ROOTS.filter((ino) => inodes.get(ino)?.directory === undefined);
  const queue = [...ROOTS.filter((ino) => !roots.includes(ino)), ...further];
  for (const ino of queue) reached.add(ino);
  for (const dir of queue) {
    for (const { name, ino } of inodes.get(dir)?.directory?.entries() ?? []) {
      const child = inodes.get(ino);
      const isDir = child?.directory !== undefined;
      if (!isName(name)) bad.push({ dir, name, why: 'is no name' });
      else if (child === undefined) bad.push({ dir, name, why: 'leads to nothing' });
      else if (isDir && reached.has(ino)) bad.push({ dir, name, why: 'is a second name of a directory' });
      else {
        links.set(ino, (links.get(ino) ?? 0) + 1);
        if (isDir) {
          subdirectories.set(dir, (subdirectories.get(dir) ?? 0) + 1);
          queue.push(ino);
        }
        reached.add(ino);
      }
    }
  }
  const lost: Ino[] = [];
  const counts: { ino: Ino; nlink: number; right: number }[] = [];
  for (const { ino, nlink, mode } of inodes.values()) {
    if (!reached.has(ino)) {
      // Without a name and a link it is open somewhere, or will be freed.
      if (nlink > 0) lost.push(ino);
      continue;
    }
    const right = isDirectory(mode) ? 2 + (subdirectories.get(ino) ?? 0) : (links.get(ino) ?? 0);
    if (nlink !== right) counts.push({ ino, nlink, right });
  }
  return { bad, lost, counts, roots };
};

export const describeNames = ({ bad, lost, counts, roots }: Names): string[] => [
  ...roots.map((ino) => `the root directory ${ino} is missing`),
  ...bad.map(({ dir, name, why }) => `directory ${dir}: '${toText(name)}' ${why}`),
  ...lost.map((ino) => `inode ${ino} has no name`),
  ...counts.map(({ ino, nlink, right }) => `inode ${ino} counts ${nlink} links, and has ${right}`),
];

/** Is the map of an inode one that this system writes, within the store? */
export const isWellFormed = (extents: readonly Extent[], { chunkSize, unit }: Geometry, storeSize: number): boolean => {
  let next = 0;
  for (const extent of extents) {
    const { chunk, at, sums, tail } = extent;
    if (chunk < next || sums.length === 0 || tail < 1 || tail > chunkSize) return false;
    if (at * unit + (sums.length - 1) * chunkSize + tail > storeSize) return false;
    next = endOf(extent);
  }
  return true;
};

/** Chunks of a file whose data is not what its checksum says. `read` is told how many bytes were looked at. */
export const damagedChunks = (
  inode: Inode,
  geometry: Geometry,
  store: BlockStore,
  read: (bytes: number) => void,
): number[] => {
  const { extents } = inode;
  const damaged: number[] = [];
  for (const extent of extents) {
    for (let chunk = extent.chunk; chunk < endOf(extent); chunk++) {
      const piece = pieceOf(extents, chunk, geometry);
      if (piece === undefined) continue;
      read(piece.length);
      if (!loadPiece(store, geometry, piece, new Uint8Array(piece.length))) damaged.push(chunk);
    }
  }
  return damaged;
};

/** Chunks that overlap without being the same ones: sorted by place, each must begin where another does. */
export const overlaps = (state: State): string[] => {
  const { geometry } = state;
  const step = geometry.chunkSize / geometry.unit;
  const runs: { at: number; end: number; ino: Ino }[] = [];
  for (const table of state.tables()) {
    for (const { ino, extents } of table.values()) {
      for (const extent of extents) {
        const { at, units } = runOf(extent, geometry);
        runs.push({ at, end: at + units, ino });
      }
    }
  }
  runs.sort((a, b) => a.at - b.at);
  const found: string[] = [];
  let widest = runs[0];
  for (const run of runs.slice(1)) {
    if (widest !== undefined && run.at < widest.end && (run.at - widest.at) % step !== 0) {
      found.push(`files ${widest.ino} and ${run.ino} use the same space`);
    }
    if (widest === undefined || run.end > widest.end) widest = run;
  }
  return found;
};
